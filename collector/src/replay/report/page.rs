//! The report as a page.

use maud::{Markup, html};

use super::{
    Report, Why,
    panes::{case, when},
    scores, sections,
    strata::strata,
    wording::{count, of, passed, points, races, sides, verdict},
};
use crate::{
    replay::compare::{GateVerdict, TIE},
    report::{self, plot::PlotError},
};

/// Cases of a kind that are open when the page is; the others are a line each.
const OPEN: usize = 3;

/// The report as one HTML file.
pub fn page(report: &Report) -> Result<String, PlotError> {
    let body = html! {
        (lead(report))
        (headline(report))
        nav aria-label="Contents" {
            ul {
                li { a href="#kept" { "By what people did" } }
                @if report.judge.is_some() { li { a href="#judge" { "By a judge" } } }
                li { a href="#cases" { "Cases, side by side" } }
                li { a href="#texts" { "Length, refusals, format" } }
                li { a href="#strata" { "Strata" } }
                li { a href="#missing" { "What is missing" } }
                li { a href="#method" { "Method" } }
            }
        }
        (sections::gate(report))
        h2 id="kept" { "By what people did" }
        (anchored())
        (scores::kept(report)?)
        (scores::lengths(report))
        @if let Some(judge) = &report.judge {
            h2 id="judge" { "By a judge" }
            (scores::judge(judge)?)
        }
        h2 id="cases" { "Cases, side by side" }
        (cases(report))
        h2 id="texts" { "Length, refusals, format" }
        (sections::texts(report))
        h2 id="strata" { "Strata" }
        (strata(report))
        h2 id="spent" { "Time and tokens" }
        (sections::spent(report))
        h2 id="missing" { "What is missing" }
        (sections::missing(report))
        h2 id="method" { "Method" }
        (method(report))
    };
    let title = format!("Replay: {}", report.plan.asking.model);
    Ok(report::page(&title, &body))
}

fn lead(report: &Report) -> Markup {
    let plan = &report.plan;
    let versions = report.summary.strata.get("prompt_version");
    let versions = versions.map_or(0, std::collections::BTreeMap::len) as u64;
    html! {
        p.lead {
            "What people really asked, asked again: " code { (plan.asking.model) } " at "
            code { (plan.asking.endpoint) }
            @if plan.asking.system.is_some() { " with another system prompt" }
            ", against what was answered then and what people made of it."
        }
        p.note {
            (count(report.summary.all.cases, "case", "cases")) " of "
            (count(report.summary.all.people, "person", "people")) ", "
            (count(versions, "prompt version", "prompt versions"))
            ", as known at " (when(plan.as_of)) "; policy " code { (plan.policy) } "."
        }
    }
}

fn headline(report: &Report) -> Markup {
    let all = &report.summary.all;
    let class = if report.gate.passed {
        "finding"
    } else {
        "finding serious"
    };
    let fails = |judged: &&crate::replay::compare::Condemned| match judged.verdict {
        GateVerdict::Passed => false,
        GateVerdict::Failed => true,
        GateVerdict::NotMeasured => !report.gate.default,
    };
    let failed: Vec<_> = report.gate.conditions.iter().filter(fails).collect();
    html! {
        div class=(class) {
            p { strong class=(if report.gate.passed { "good" } else { "bad" }) { (passed(report)) } "." }
            @if !failed.is_empty() {
                ul {
                    @for judged in &failed {
                        li { code { (judged.fails_if) } ": " (verdict(judged))
                            @if let Some(found) = judged.found { ", found " (super::wording::bare(found)) } }
                    }
                }
            }
            p {
                "By what people did: " (races(report))
                @if let Some(sides) = sides(report) { "; " (sides) }
                ". "
                @if all.races.wins.of > 0 {
                    (of(&all.races.wins)) " answers are nearer to what people kept than the old one was, "
                    (all.races.losses.count) " are farther, " (all.races.ties.count) " are within "
                    (TIE) ". Wins minus losses: " (points(all.races.win_minus_loss)) " points"
                    @if let Some(gain) = sections::gained(report) { ", " (gain) " in likeness" }
                    "."
                }
            }
        }
    }
}

fn anchored() -> Markup {
    html! {
        p {
            "Texts are compared by what they say word for word, so a sound answer in other words is not near to "
            "anything. Edits were made of the old answer and variants come of the old model: the race starts "
            "with the old answer ahead, and a win says more than a loss. With whom an answer sides has no such "
            "start: it looks only at what the kept text says and the rejected one does not, and the other way around."
        }
    }
}

fn cases(report: &Report) -> Markup {
    if report.examples.is_empty() {
        return html! { p { "No case was lost or won." } };
    }
    html! {
        p.note {
            "In the old answer, " del { "what the new one does not have" } "; in the new one, "
            ins { "what the old one did not have" } "; in what people kept, "
            mark { "what the new one does not have" } "."
        }
        @for (why, examples) in &report.examples {
            h3 { (title(*why)) }
            @for (number, example) in (1..).zip(examples) {
                @if number <= OPEN {
                    (case(report, *why, number, example))
                } @else if number == OPEN + 1 {
                    details {
                        summary { (count((examples.len() - OPEN) as u64, "more case", "more cases")) }
                        @for (number, example) in (1..).zip(examples).skip(OPEN) {
                            (case(report, *why, number, example))
                        }
                    }
                }
            }
        }
    }
}

const fn title(why: Why) -> &'static str {
    match why {
        Why::Loss => "Farther from what people kept, the worst first",
        Why::Lost => "Little is left of what people used",
        Why::Refusal => "Declines where the old answer did not",
        Why::Format => "Lost a format that somebody relies on",
        Why::Win => "Nearer to what people kept, the best first",
    }
}

fn method(report: &Report) -> Markup {
    html! {
        dl {
            dt { "Likeness" }
            dd { "of character 4-grams, 2 · shared / all of both, from 0 to 1: the measure that edits are measured by." }
            dt { "Race" }
            dd {
                "where people kept another text than the old answer. Gain = likeness of the new answer with the kept "
                "text most like it, minus the same of the old answer; less what moved towards other rejected texts "
                "as well. Within " (TIE) " it is a tie."
            }
            dt { "Side" }
            dd {
                "where people kept one text and not another: the share of what only the kept text says minus the share "
                "of what only the rejected text says, of 4-grams; within 0.1 it is neither."
            }
            dt { "Used" }
            dd { "where people kept the old answer itself: its survival in the new one, by the bounds of the policy." }
            dt { "Shares and means" }
            dd {
                "each case stands for the outputs of its stratum. Intervals are over people: Wilson's at the effective "
                "number of people for shares, the middle 95 % of 2,000 draws of people for means and differences, "
                "seed " (report.plan.seed) "."
            }
        }
        p.note { "Figures, case by case, without texts: report.json beside this page." }
    }
}
