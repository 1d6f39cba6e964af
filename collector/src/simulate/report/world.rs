//! One world's part of the page.

use maud::{Markup, html};

use super::{CALIBRATION_MAX, Reported};
use crate::{
    report::{
        Column,
        plot::{About, Axis, Bar, Dot, Group, Line, PlotError, bars, calibration, grouped, lines},
        table,
    },
    simulate::{
        metrics::{Bin, Coverage, Estimate},
        study::Scored,
    },
};

/// Points of a drawn curve at most.
const POINTS_MAX: usize = 60;

/// What was found in a world: plots, and where the policy does badly.
pub(super) fn section(reported: &Reported) -> Result<Markup, PlotError> {
    let (world, found) = (&reported.world, &reported.found);
    Ok(html! {
        h2 id=(world.name) { "World " (world.name) }
        p { (world.about) }
        p.note {
            (found.outputs) " seen answers of " (found.people) " people; "
            (percent(found.satisfied)) " satisfied. World file " code { (world.name) ".toml#" (world.hash) } "."
        }
        (verdict(reported))
        div.plots {
            (ranking(reported)?)
            (risk(reported)?)
            (reliability(reported)?)
            (labelled(reported)?)
        }
        details {
            summary { "All numbers of world " (world.name) }
            (numbers(reported))
        }
    })
}

/// Where the policy is ahead and where it is not, in words.
fn verdict(reported: &Reported) -> Markup {
    let (not_behind, less_wrong) = (reported.not_behind(), reported.less_wrong());
    let error = reported.calibration_error();
    let calibrated = error.is_some_and(|error| error < CALIBRATION_MAX);
    let names = |of: &[&Scored]| {
        of.iter()
            .map(|one| &*one.name)
            .collect::<Vec<_>>()
            .join(", ")
    };
    html! {
        ul {
            @if not_behind.is_empty() {
                li { span.good { "Ahead" } " in ranking of thumbs only and of each signal alone." }
            } @else {
                li { span.bad { "Not ahead" } " in ranking of " (names(&not_behind)) "." }
            }
            @if less_wrong.is_empty() {
                li { span.good { "Least wrong" } " over all coverages." }
            } @else {
                li { span.bad { "More wrong" } " over all coverages than " (names(&less_wrong)) "." }
            }
            @if let Some(error) = error {
                li {
                    @if calibrated { span.good { "Calibrated" } } @else { span.bad { "Not calibrated" } }
                    ": expected calibration error " (three(error)) ", the bar is " (CALIBRATION_MAX) "."
                }
            }
        }
        @if !reported.world.note.is_empty() {
            p { (reported.world.note) }
        }
    }
}

fn ranking(reported: &Reported) -> Result<Markup, PlotError> {
    let mut scored: Vec<_> = reported.found.scored.iter().collect();
    scored.sort_by(|a, b| b.auc.value.total_cmp(&a.auc.value));
    let bar = |scored: &&Scored| Bar {
        label: scored.name.clone(),
        value: scored.auc.value,
        interval: Some(scored.auc.interval()),
    };
    let about = About {
        title: "Does a better answer get a better label?",
        x: Axis::of("area under the ROC curve, all seen answers").within(0.5, 1.0),
        y: Axis::of("policy"),
    };
    bars(&about, &scored.iter().map(bar).collect::<Vec<_>>())
}

/// The policy, ratings alone, and the best signal alone.
fn compared(reported: &Reported) -> Vec<&Scored> {
    let alone = reported.found.scored.get(2..).unwrap_or_default();
    let best = alone
        .iter()
        .min_by(|a, b| a.coverage.area.total_cmp(&b.coverage.area));
    reported.found.scored.iter().take(2).chain(best).collect()
}

fn risk(reported: &Reported) -> Result<Markup, PlotError> {
    let about = About {
        title: "How wrong labels are as one takes more of them",
        x: Axis::of("share of seen answers labelled").within(0.0, 1.0),
        y: Axis::of("share wrong"),
    };
    let line = |scored: &&Scored| Line {
        name: scored.name.clone(),
        points: curve(&scored.coverage),
        band: Vec::new(),
    };
    lines(
        &about,
        &compared(reported).iter().map(line).collect::<Vec<_>>(),
    )
}

/// A curve of few points.
fn curve(coverage: &Coverage) -> Vec<(f64, f64)> {
    let every = coverage.curve.len().div_ceil(POINTS_MAX).max(1);
    // The first degrees of confidence hold a handful of answers: noise.
    let enough = coverage
        .curve
        .iter()
        .filter(|point| point.coverage * coverage.outputs_f64() >= 50.0);
    let points: Vec<_> = enough.map(|point| (point.coverage, point.risk)).collect();
    let last = points.last().copied();
    let mut few: Vec<_> = points.into_iter().step_by(every).collect();
    if few.last() != last.as_ref() {
        few.extend(last);
    }
    few
}

fn reliability(reported: &Reported) -> Result<Markup, PlotError> {
    let about = About {
        title: "Are labels as often right as they say?",
        x: Axis::of("confidence").within(0.5, 1.0),
        y: Axis::of("share right").within(0.3, 1.0),
    };
    let bins = reported.calibration();
    let bins = bins.map_or(&[][..], |calibration| &calibration.bins);
    calibration(&about, &[("policy", bins.iter().map(dot).collect())])
}

/// A bin with the binomial interval of its share.
fn dot(bin: &Bin) -> Dot {
    let half = 1.96 * libm::sqrt((bin.was * (1.0 - bin.was) / bin.mass).max(0.0));
    Dot {
        said: bin.said,
        was: bin.was,
        interval: Some((bin.was - half, bin.was + half)),
    }
}

fn labelled(reported: &Reported) -> Result<Markup, PlotError> {
    let mut scored: Vec<_> = reported.found.scored.iter().collect();
    scored.sort_by(|a, b| b.coverage.coverage.total_cmp(&a.coverage.coverage));
    let group = |scored: &&Scored| Group {
        label: scored.name.clone(),
        values: vec![scored.coverage.coverage, scored.coverage.accuracy],
    };
    let groups: Vec<_> = scored.iter().take(6).map(group).collect();
    let about = About {
        title: "How much is labelled, and how much of that is right",
        x: Axis::of("share").within(0.0, 1.0),
        y: Axis::of("policy"),
    };
    grouped(&about, &["labelled", "right among the labelled"], &groups)
}

fn numbers(reported: &Reported) -> Markup {
    let columns = [
        Column::Words("Policy"),
        Column::Numbers("AUC"),
        Column::Numbers("95 %"),
        Column::Numbers("policy ahead by"),
        Column::Numbers("95 %"),
        Column::Numbers("labelled"),
        Column::Numbers("right"),
        Column::Numbers("risk area"),
        Column::Numbers("calibration error"),
    ];
    let rows: Vec<_> = reported.found.scored.iter().map(|scored| {
        let error = scored.calibration.as_ref().map(|calibration| three(calibration.error));
        vec![
            html! { (scored.name) },
            html! { (three(scored.auc.value)) },
            html! { (interval(&scored.auc)) },
            html! { (scored.behind.as_ref().map_or(String::new(), |behind| three(behind.value))) },
            html! { (scored.behind.as_ref().map_or(String::new(), interval)) },
            html! { (percent(scored.coverage.coverage)) },
            html! { (percent(scored.coverage.accuracy)) },
            html! { (three(scored.coverage.area)) },
            html! { (error.unwrap_or_default()) },
        ]
    }).collect();
    table(
        &format!("Policies in world {}", reported.world.name),
        &columns,
        &rows,
    )
}

/// Three decimals.
pub(super) fn three(value: f64) -> String {
    if value.is_finite() {
        format!("{value:.3}")
    } else {
        "–".into()
    }
}

/// Three decimals with a sign.
pub(super) fn signed(value: f64) -> String {
    format!(
        "{}{}",
        if value < 0.0 { "−" } else { "+" },
        three(value.abs())
    )
}

/// A share as per cent.
pub(super) fn percent(share: f64) -> String {
    if share.is_finite() {
        format!("{:.1} %", share * 100.0)
    } else {
        "–".into()
    }
}

/// An interval.
pub(super) fn interval(estimate: &Estimate) -> String {
    let (low, high) = estimate.interval();
    format!("{} to {}", three(low), three(high))
}
