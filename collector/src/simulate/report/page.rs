//! The report as a page.

use maud::{Markup, html};

use super::{
    CALIBRATION_MAX, Report, Reported, assumptions, temperature,
    world::{interval, percent, section, three},
};
use crate::{
    report::{
        self, Column,
        plot::{About, Axis, Line, PlotError, lines},
        table,
    },
    simulate::study::Scored,
};

/// The report as one HTML file.
pub fn page(report: &Report) -> Result<String, PlotError> {
    let mut worlds = Vec::new();
    for reported in &report.worlds {
        worlds.push(section(reported)?);
    }
    let body = html! {
        (lead(report))
        (assumed(report))
        (summary(report))
        @for world in &worlds { (world) }
        (sensitivity(report)?)
        (temperature::section(report))
        (method(report))
    };
    Ok(report::page("Is the label right?", &body))
}

fn lead(report: &Report) -> Markup {
    html! {
        p.lead {
            "Simulated people whose satisfaction is known, labelled by the policy "
            code { (report.policy) } " as real people are."
        }
        p {
            "No data set says what people thought of an answer they only acted on. So people are "
            "made up: each answer satisfies its reader or does not, the reader acts accordingly, "
            "more or less, and the collector's own code labels what it saw. Then both are compared. "
            strong { "The result is as good as the assumptions" }
            ", which is why they come first, and why some worlds were made to break the policy."
        }
        nav aria-label="Contents" {
            ul {
                li { a href="#assumptions" { "Assumptions" } }
                li { a href="#summary" { "What was found" } }
                @for reported in &report.worlds {
                    li { a href={ "#" (reported.world.name) } { "World " (reported.world.name) } }
                }
                li { a href="#sensitivity" { "How much a rating should count" } }
                li { a href="#temperature" { "Temperature" } }
                li { a href="#method" { "Method" } }
            }
        }
    }
}

fn assumed(report: &Report) -> Markup {
    html! {
        h2 id="assumptions" { "Assumptions" }
        p {
            "Pairs are given a dissatisfied and a satisfied reader: probabilities, or medians where a "
            "unit is named. Where the source says “assumption”, no published number is known to us. "
            "People and answers differ in how much they provoke acting at all, so acts come together "
            "more often than these numbers alone would have it."
        }
        @if let Some(base) = report.worlds.first() { (assumptions::acts(&base.world)) }
        @for reported in &report.worlds {
            details {
                summary { "All of world " (reported.world.name) ": " (reported.world.about) }
                (assumptions::whole(&reported.world))
            }
        }
    }
}

fn summary(report: &Report) -> Markup {
    let columns = [
        Column::Words("World"),
        Column::Words("Verdict"),
        Column::Numbers("policy"),
        Column::Numbers("thumbs only"),
        Column::Words("best signal alone"),
        Column::Numbers("policy ahead by"),
        Column::Numbers("labelled"),
        Column::Numbers("right"),
        Column::Numbers("calibration error"),
    ];
    let rows: Vec<_> = report.worlds.iter().filter_map(row).collect();
    html! {
        h2 id="summary" { "What was found" }
        p {
            "Ranking is the area under the ROC curve over all seen answers, those without a label in the "
            "middle: 0.5 knows nothing, 1 is perfect. “Ahead by” compares with the better of thumbs "
            "only and the best signal alone, with its 95 % interval over people."
        }
        (table("Ranking, coverage and calibration by world", &columns, &rows))
    }
}

fn row(reported: &Reported) -> Option<Vec<Markup>> {
    let policy = reported.policy()?;
    let thumbs = reported.others().first()?;
    let by_auc = |a: &&Scored, b: &&Scored| a.auc.value.total_cmp(&b.auc.value);
    let alone = reported
        .others()
        .get(1..)
        .unwrap_or_default()
        .iter()
        .max_by(by_auc)?;
    let best = reported.others().iter().max_by(by_auc)?;
    let behind = best.behind.as_ref();
    let error = reported.calibration_error();
    Some(vec![
        html! { a href={ "#" (reported.world.name) } { (reported.world.name) } },
        verdict(reported),
        html! { (three(policy.auc.value)) },
        html! { (three(thumbs.auc.value)) },
        html! { (alone.name) " " (three(alone.auc.value)) },
        html! { (behind.map_or(String::new(), |behind| format!("{} ({})", three(behind.value), interval(behind)))) },
        html! { (percent(policy.coverage.coverage)) },
        html! { (percent(policy.coverage.accuracy)) },
        html! { (error.map_or(String::new(), three)) },
    ])
}

fn verdict(reported: &Reported) -> Markup {
    let mut wrong = Vec::new();
    if !reported.not_behind().is_empty() {
        wrong.push("not ahead in ranking");
    }
    if !reported.less_wrong().is_empty() {
        wrong.push("more wrong than a simpler policy");
    }
    if reported
        .calibration_error()
        .is_none_or(|error| error >= CALIBRATION_MAX)
    {
        wrong.push("not calibrated");
    }
    html! {
        @if wrong.is_empty() {
            span.good { "holds" }
        } @else {
            span.bad { (wrong.join(", ")) }
        }
    }
}

fn sensitivity(report: &Report) -> Result<Markup, PlotError> {
    let about = About {
        title: "Ranking when a rating's score is a copy's, divided",
        x: Axis::of("a copy counts so many ratings").within(0.0, 20.0),
        y: Axis::of("area under the ROC curve").within(0.5, 1.0),
    };
    let line = |reported: &Reported| Line {
        name: reported.world.name.clone(),
        points: reported
            .found
            .sensitivity
            .iter()
            .map(|one| (one.times, one.auc))
            .collect(),
        band: Vec::new(),
    };
    let share = About {
        title: "Training weight that rests on ratings alone",
        y: Axis::of("share of the weight").within(0.0, 1.0),
        ..about
    };
    let share_line = |reported: &Reported| Line {
        points: reported
            .found
            .sensitivity
            .iter()
            .map(|one| (one.times, one.rating_share))
            .collect(),
        ..line(reported)
    };
    let drawn: Vec<_> = report.worlds.iter().map(line).collect();
    let shares: Vec<_> = report.worlds.iter().map(share_line).collect();
    Ok(html! {
        h2 id="sensitivity" { "How much a rating should count" }
        p {
            "“Implicit is worth five to ten times explicit” is a prior of the product: no paper we know "
            "of measures it. Here a rating counts as a copy of most of an answer divided by 1 to 20: first "
            "in score, which decides labels, then in weight, which decides how much a training row counts. "
            "The default policy has a score of 1/1.5 and a weight of 1/6 of a copy's."
        }
        div.plots { (lines(&about, &drawn)?) (lines(&share, &shares)?) }
        p {
            "Once a rating's score lies below what decides a label (2 in the default policy), labels that rest "
            "on a rating alone are lost, and further divisions change little: what the factor is matters less "
            "than whether a rating alone is a label. In the training set the factor matters where many answers "
            "are rated."
        }
        @for reported in &report.worlds { (of_world(reported)) }
    })
}

fn of_world(reported: &Reported) -> Markup {
    let columns = [
        Column::Words("A copy counts"),
        Column::Numbers("AUC"),
        Column::Numbers("labelled"),
        Column::Numbers("turned"),
        Column::Numbers("gained"),
        Column::Numbers("lost"),
        Column::Numbers("weight on ratings alone"),
        Column::Numbers("weight that is right"),
    ];
    let rows: Vec<_> = reported
        .found
        .sensitivity
        .iter()
        .map(|one| {
            vec![
                html! { (one.times) " ratings" },
                html! { (three(one.auc)) },
                html! { (percent(one.coverage)) },
                html! { (one.turned) },
                html! { (one.gained) },
                html! { (one.lost) },
                html! { (percent(one.rating_share)) },
                html! { (percent(one.weighted_accuracy)) },
            ]
        })
        .collect();
    let caption = format!(
        "World {}: labels by score, training weight by weight",
        reported.world.name
    );
    html! {
        details {
            summary { "Numbers of world " (reported.world.name) }
            (table(&caption, &columns, &rows))
            p.note { "Turned, gained and lost count labels of " (reported.found.outputs) " seen answers against the policy as it is." }
        }
    }
}

pub(super) fn seeds(seeds: &[u64]) -> String {
    seeds
        .iter()
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join(", ")
}

fn method(report: &Report) -> Markup {
    html! {
        h2 id="method" { "Method" }
        ul {
            li { "Every world was watched in " (report.rounds.seeds.len()) " rounds of " (report.rounds.conversations) " conversations, seeds " (seeds(&report.rounds.seeds)) "; the same seeds give this page byte for byte." }
            li { "Events are the collector's own types, with wrong clocks, late batches and several sessions, and are labelled by the fold that labels real ones, once every window is over." }
            li { "Only answers that a person saw count. Programs that say so are left out; of programs that do not, the truth is whether the answer would have satisfied a person." }
            li { "AUC: ties count a half; answers without a label lie between bad and good ones. Intervals are DeLong's with Obuchowski's sums over people." }
            li { "A signal alone has that signal's rules of the policy, and any evidence decides: the best that can be made of it." }
            li { "Risk area: the mean share wrong over all coverages from none to all, where what has no label is a coin toss. 0 is perfect, 0.5 knows nothing." }
            li { "Expected calibration error: ten bins of equal mass; equal confidences are spread evenly over the bins they reach into." }
        }
        p { "Again: " code { "tacit simulate --report DIR --seed " (report.rounds.seeds.first().copied().unwrap_or(1)) " --rounds " (report.rounds.seeds.len()) " --conversations " (report.rounds.conversations) } }
    }
}
