//! Parts of the page that say whether answers got better: by what people did, and as a
//! judge has it.

use maud::{Markup, html};

use super::{
    Opinion, Report,
    wording::{count, drawn, gain, mean, of, points, share},
};
use crate::{
    replay::compare::{Figure, Proportion},
    report::{
        Column,
        plot::{About, Axis, Bar, PlotError, bars},
        table,
    },
};

/// Win, tie and loss; with whom answers side; what is left of what people used.
pub(super) fn kept(report: &Report) -> Result<Markup, PlotError> {
    let all = &report.summary.all;
    let (races, sides, checks) = (&all.races, &all.sides, &all.checks);
    let raced = plot(
        &format!(
            "Nearer to what people kept than the old answer? {} races",
            races.wins.of
        ),
        [
            ("nearer", &races.wins),
            ("as near", &races.ties),
            ("farther", &races.losses),
        ],
    )?;
    let sided = plot(
        &format!("With whom do new answers side? {} cases", sides.kept.of),
        [
            ("what people kept", &sides.kept),
            ("neither", &sides.neither),
            ("what they rejected", &sides.rejected),
        ],
    )?;
    let checked = plot(
        &format!("What is left of what people used? {} cases", checks.held.of),
        [
            ("0.7 and more of it", &checks.held),
            ("0.3 to 0.7", &checks.partly),
            ("less", &checks.lost),
        ],
    )?;
    Ok(html! {
        div.plots { (raced) (sided) (checked) }
        (scores(report))
    })
}

fn plot(title: &str, parts: [(&str, &Proportion); 3]) -> Result<Markup, PlotError> {
    let about = About {
        title,
        x: Axis::of("% of outputs, with 95 % interval").within(0.0, 100.0),
        y: Axis::of(""),
    };
    let bar = |(label, proportion): (&str, &Proportion)| {
        let figure = Figure {
            value: proportion.share,
            interval: Some(proportion.interval),
        };
        let (value, interval) = drawn(figure);
        Bar {
            label: label.into(),
            value,
            interval: interval.filter(|_| proportion.of > 0),
        }
    };
    bars(&about, &parts.map(bar))
}

fn scores(report: &Report) -> Markup {
    let all = &report.summary.all;
    let level = &report.summary.lengths.at_equal_length;
    let chance = report.summary.sign_test;
    let columns = [
        Column::Words("figure"),
        Column::Numbers("value (95 % interval)"),
        Column::Words("how to read it"),
    ];
    let row = |name: &str, value: String, meaning: &str| {
        vec![html! { (name) }, html! { (value) }, html! { (meaning) }]
    };
    let rows = [
        row(
            "wins − losses, points",
            points(all.races.win_minus_loss),
            "above 0: more answers are nearer than farther",
        ),
        row(
            "as if all were as long as before",
            points(level.win_minus_loss),
            "what is left of it when longer answers are not favoured",
        ),
        row(
            "gain in likeness",
            gain(all.races.gain),
            "mean of new minus old, less what moved towards rejected texts as well",
        ),
        row(
            "the same at equal length",
            gain(level.gain),
            "where a line through gain by length crosses equal length",
        ),
        row(
            "sign test, p",
            chance.map_or_else(|| "–".into(), |p| format!("≤ {}", super::wording::bare(p))),
            "chance of wins and losses so uneven, over people, if neither were better",
        ),
        row(
            "side with kept − with rejected, points",
            points(all.sides.kept_minus_rejected),
            "above 0: what only the kept text says is said more often than what only the rejected one says",
        ),
        row(
            "survival of what people used",
            mean(all.checks.survival),
            "1: word for word; a sound answer in other words has less",
        ),
        row(
            "distance from what was rejected",
            mean(all.away),
            "never a win: anything else is far from it too",
        ),
        row(
            "says again what was rejected",
            share(&all.again),
            "likeness of 0.9 and more with a rejected text",
        ),
    ];
    html! {
        (table("Scores by what people did", &columns, &rows))
        @if all.no_reference > 0 {
            p.note {
                (count(all.no_reference, "case", "cases")) " of " (all.cases)
                " could not be scored: nobody kept or wrote anything there."
            }
        }
    }
}

/// Races by length.
pub(super) fn lengths(report: &Report) -> Markup {
    let columns = [
        Column::Words("new answer"),
        Column::Numbers("races"),
        Column::Numbers("wins"),
        Column::Numbers("losses"),
        Column::Numbers("gain"),
    ];
    let rows: Vec<_> = report
        .summary
        .lengths
        .buckets
        .iter()
        .map(|bucket| {
            vec![
                html! { (bucket.name) },
                html! { (bucket.wins.of) },
                html! { (share(&bucket.wins)) },
                html! { (share(&bucket.losses)) },
                html! { (gain(bucket.gain)) },
            ]
        })
        .collect();
    table(
        "Races by length of the new answer against the old one",
        &columns,
        &rows,
    )
}

/// What a judge said, and whether to believe it.
pub(super) fn judge(opinion: &Opinion) -> Result<Markup, PlotError> {
    let judged = &opinion.judged;
    let people = &judged.people;
    let drawn = plot(
        &format!("What the judge would rather have, {} pairs", judged.wins.of),
        [
            ("the new answer", &judged.wins),
            ("neither", &judged.ties),
            ("the old answer", &judged.losses),
        ],
    )?;
    Ok(html! {
        p {
            code { (opinion.model) } " saw every pair twice, once in each order; only what it said both times counts. "
            "Wins minus losses: " (points(judged.win_minus_loss)) " points. "
            (count(judged.same, "answer is", "answers are")) " the same text as before: a tie nobody was asked about."
        }
        @if people.believable {
            p { "It sides with people in " (of(&people.agrees)) " pairs that they had decided and it decided: " (share(&people.agrees)) "." }
        } @else {
            p.warning {
                strong { "Do not believe this judge. " }
                "Of pairs that people had decided, it sides with people in " (of(&people.agrees)) " that it decided"
                @if people.agrees.of > 0 { " (" (share(&people.agrees)) ")" }
                "; it takes at least 20 decided pairs, and an interval above a half, to be better than a coin."
            }
        }
        (drawn)
        ul {
            li { "Went by position: " (of(&judged.swayed)) " pairs (" (share(&judged.swayed)) "), " (judged.swayed_to_first) " of them for whichever stood first. They count as ties." }
            li { "Undecided on people's pairs: " (people.undecided) " of " (people.pairs) "." }
            li { "Answers without a verdict: " (of(&judged.unparsable)) "; questions without an answer: " (judged.unanswered) "." }
        }
    })
}
