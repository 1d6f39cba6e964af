//! The screen's thresholds. What is left out has its default; 0 turns a rule off.

use toml::Spanned;

use super::value::{number, optional_window, wrong};
use crate::label::policy::{ScreenTerms, error::Wrong, file};

/// Acts of a minute or an hour, answers and sessions that make sense.
const COUNT_MAX: u32 = 1_000_000;
/// Steps of a series that are compared; a session keeps 64.
const STEPS: (u32, u32) = (3, 32);
/// Fewest acts in a row, sessions and answers that can be told from chance.
const FEW: u32 = 3;

pub(super) fn terms(raw: &file::Screen) -> Result<ScreenTerms, Wrong> {
    let or = ScreenTerms::DEFAULT;
    let gap = optional_window("run_gap", raw.run_gap.as_ref())?;
    let share = match &raw.share {
        Some(share) => number("share", share, (0.001, 1.0))?,
        None => or.share,
    };
    Ok(ScreenTerms {
        acts_per_minute: count(
            "acts_per_minute",
            raw.acts_per_minute.as_ref(),
            or.acts_per_minute,
        )?,
        acts_per_hour: count(
            "acts_per_hour",
            raw.acts_per_hour.as_ref(),
            or.acts_per_hour,
        )?,
        run_acts: count("run_acts", raw.run_acts.as_ref(), or.run_acts)?,
        run_gap_ms: gap.unwrap_or(or.run_gap_ms),
        share,
        share_outputs: count(
            "share_outputs",
            raw.share_outputs.as_ref(),
            or.share_outputs,
        )?,
        share_people: within(
            "share_people",
            raw.share_people.as_ref(),
            (1, COUNT_MAX),
            or.share_people,
        )?,
        replays: count("replays", raw.replays.as_ref(), or.replays)?,
        replay_steps: within(
            "replay_steps",
            raw.replay_steps.as_ref(),
            STEPS,
            or.replay_steps,
        )?,
        guesses: count("guesses", raw.guesses.as_ref(), or.guesses)?,
        guess_ratio: within(
            "guess_ratio",
            raw.guess_ratio.as_ref(),
            (1, COUNT_MAX),
            or.guess_ratio,
        )?,
    })
}

/// A count that turns its rule off where it is 0.
fn count(name: &'static str, raw: Option<&Spanned<u32>>, or: u32) -> Result<u32, Wrong> {
    let Some(raw) = raw else { return Ok(or) };
    match *raw.get_ref() {
        value @ (0 | FEW..=COUNT_MAX) => Ok(value),
        _ => {
            let problem = format!(
                "is out of range, allowed are {FEW} to {COUNT_MAX}, and 0, which turns the rule off"
            );
            Err(wrong(raw, name, problem))
        }
    }
}

fn within(
    name: &'static str,
    raw: Option<&Spanned<u32>>,
    (least, most): (u32, u32),
    or: u32,
) -> Result<u32, Wrong> {
    let Some(raw) = raw else { return Ok(or) };
    let value = *raw.get_ref();
    if (least..=most).contains(&value) {
        return Ok(value);
    }
    let problem = format!("is out of range, allowed are {least} to {most}");
    Err(wrong(raw, name, problem))
}
