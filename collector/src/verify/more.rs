//! How much longer: people, and days at the present rate.

use serde::{Deserialize, Serialize};

use super::{Evidence, Gain, Guarding, PEOPLE_MIN};
use crate::experiment::readout::GuardState;

/// What is missing until it can be decided; about, since effects and variances move.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct More {
    /// People more of the arm and the control; `None` where that cannot be told.
    pub people: Option<u64>,
    /// Days more at the present rate; `None` where that cannot be told, or nobody comes.
    pub days: Option<u64>,
}

/// What `evidence` is waiting for: the longest of all that is open.
pub(super) fn more(evidence: &Evidence) -> More {
    let mut needs = vec![Some(2 * PEOPLE_MIN.saturating_sub(evidence.people_least))];
    match evidence.gain {
        None => needs.push(evidence.pace.needed.map(|needed| beyond(evidence, needed))),
        Some(gain) if gain.low <= 0.0 => needs.push(until_known(evidence, gain)),
        Some(_) => {}
    }
    let open = evidence.guardrails.iter();
    let open = open.filter(|guarding| guarding.state == GuardState::Open);
    needs.extend(open.map(|guarding| until_held(evidence, guarding)));
    let people: Option<u64> = needs
        .into_iter()
        .try_fold(0, |most, need| Some(need?.max(most)));
    let people = people.filter(|people| *people > 0);
    More {
        people,
        days: people.and_then(|people| days(people, evidence.pace.per_day)),
    }
}

fn beyond(evidence: &Evidence, people: u64) -> u64 {
    people.saturating_sub(evidence.pace.people)
}

/// Until a change of `mde` would be known or, where one would be by now, until the
/// interval leaves 0 or `mde` out, whichever is nearer.
fn until_known(evidence: &Evidence, gain: Gain) -> Option<u64> {
    let needed = beyond(evidence, evidence.pace.needed?);
    if needed > 0 {
        return Some(needed);
    }
    let room = gain.by.abs().max(evidence.mde - gain.by);
    narrowed(evidence, gain.half_width(), room)
}

/// Until the bound is within the margin, if the difference stays what it is.
fn until_held(evidence: &Evidence, guarding: &Guarding) -> Option<u64> {
    let (worse, at_most) = (guarding.worse?, guarding.at_most?);
    narrowed(evidence, at_most - worse, guarding.margin - worse)
}

/// People more until half a width of `now` is `wanted`: it shrinks about as the root of
/// their number. `None` where no number is enough.
fn narrowed(evidence: &Evidence, now: f64, wanted: f64) -> Option<u64> {
    if wanted <= 0.0 || !now.is_finite() {
        return None;
    }
    let ratio = now / wanted;
    let needed = number(evidence.pace.people)? * ratio * ratio;
    whole(libm::round(needed)).map(|needed| beyond(evidence, needed))
}

fn days(people: u64, per_day: f64) -> Option<u64> {
    if per_day <= 0.0 {
        return None;
    }
    whole(libm::ceil(number(people)? / per_day))
}

fn number(people: u64) -> Option<f64> {
    u32::try_from(people).ok().map(f64::from)
}

/// A whole number as one; `None` beyond what makes sense.
fn whole(number: f64) -> Option<u64> {
    if !(0.0..f64::from(u32::MAX)).contains(&number) {
        return None;
    }
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "whole and bounded above"
    )]
    Some(number as u64)
}
