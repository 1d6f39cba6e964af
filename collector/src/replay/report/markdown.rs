//! The report in a few lines, for a merge request. It quotes no texts.

use std::fmt::Write;

use super::{
    Report, Why,
    wording::{count, found, gain, mean, of, passed, points, races, share, sides, verdict},
};
use crate::{
    brief::wording::plain,
    replay::compare::{Proportion, Score},
};

/// Cases named.
const NAMED: usize = 5;

/// The report as Markdown.
#[must_use]
pub fn markdown(report: &Report) -> String {
    let mut text = String::new();
    // Writing to a string cannot fail.
    let _ = write(&mut text, report);
    text
}

type Written = std::fmt::Result;

fn write(out: &mut String, report: &Report) -> Written {
    let asking = &report.plan.asking;
    writeln!(out, "# Replay of {}\n", plain(&asking.model))?;
    write!(
        out,
        "**{}.** By what people did: {}",
        passed(report),
        races(report)
    )?;
    if let Some(sides) = sides(report) {
        write!(out, "; {sides}")?;
    }
    let ran = &report.ran;
    writeln!(
        out,
        ".\n\n{} asked at {}: {} answered, {} failed{}.\n",
        count(ran.cases, "case", "cases"),
        plain(&asking.endpoint),
        ran.answered,
        ran.failed_share.count,
        match ran.open {
            0 => String::new(),
            open => format!(", {open} not asked"),
        }
    )?;
    conditions(out, report)?;
    scores(out, report)?;
    others(out, report)?;
    worst(out, report)
}

fn conditions(out: &mut String, report: &Report) -> Written {
    writeln!(out, "| fails if | found | verdict |\n| --- | ---: | --- |")?;
    for judged in &report.gate.conditions {
        writeln!(
            out,
            "| `{}` | {} | {} |",
            judged.fails_if,
            found(judged.found),
            verdict(judged)
        )?;
    }
    writeln!(out)
}

fn scores(out: &mut String, report: &Report) -> Written {
    let all = &report.summary.all;
    let (races, sides, checks) = (&all.races, &all.sides, &all.checks);
    writeln!(
        out,
        "| by what people did | cases | better | neither | worse | difference |"
    )?;
    writeln!(out, "| --- | ---: | ---: | ---: | ---: | ---: |")?;
    let mut row = |name: &str, [better, neither, worse]: [&Proportion; 3], difference: String| {
        writeln!(
            out,
            "| {name} | {} | {} | {} | {} | {difference} |",
            better.of,
            share(better),
            share(neither),
            share(worse)
        )
    };
    row(
        "nearer to what they kept",
        [&races.wins, &races.ties, &races.losses],
        points(races.win_minus_loss),
    )?;
    row(
        "sides with what they kept",
        [&sides.kept, &sides.neither, &sides.rejected],
        points(sides.kept_minus_rejected),
    )?;
    row(
        "what they used is left",
        [&checks.held, &checks.partly, &checks.lost],
        mean(checks.survival),
    )?;
    if let Some(opinion) = &report.judge {
        let judged = &opinion.judged;
        let name = if judged.people.believable {
            "a judge"
        } else {
            "a judge that is not to be believed"
        };
        row(
            name,
            [&judged.wins, &judged.ties, &judged.losses],
            points(judged.win_minus_loss),
        )?;
    }
    let level = &report.summary.lengths.at_equal_length;
    writeln!(
        out,
        "\nGain in likeness {}, at equal length {}; differences in points, 95 % intervals over {}.\n",
        gain(all.races.gain),
        gain(level.gain),
        count(all.people, "person", "people")
    )
}

fn others(out: &mut String, report: &Report) -> Written {
    let texts = &report.summary.all.texts;
    writeln!(
        out,
        "- Length × {}; likeness of old and new {}",
        mean(texts.length.ratio),
        mean(texts.similarity)
    )?;
    writeln!(
        out,
        "- Declines: {} before, {} now; empty {}, cut at the limit of tokens {}",
        texts.old_refusals.count,
        texts.new_refusals.count,
        texts.empty.count,
        texts.truncated.count
    )?;
    if texts.format_lost.of > 0 {
        writeln!(
            out,
            "- Lost JSON, code or a table: {} that had any",
            of(&texts.format_lost)
        )?;
    }
    let selected = &report.plan.selected;
    let cannot = selected.not_replayable.iter();
    let cannot: Vec<_> = cannot
        .map(|one| format!("{} as {}", one.count, one.reason.meaning()))
        .collect();
    if !cannot.is_empty() {
        writeln!(out, "- Cannot be asked again: {}", cannot.join(", "))?;
    }
    Ok(())
}

fn worst(out: &mut String, report: &Report) -> Written {
    let Some(losses) = report.examples.get(&Why::Loss) else {
        return Ok(());
    };
    writeln!(out, "\nFarthest from what people kept:\n")?;
    for example in losses.iter().take(NAMED) {
        if let Score::Race(race) = example.found.score {
            writeln!(
                out,
                "- {}: likeness {} → {}",
                plain(&example.found.output),
                super::wording::bare(race.old),
                super::wording::bare(race.new)
            )?;
        }
    }
    Ok(())
}
