//! What a replay found: one [`Report`] as a file for programs ([`json`]), as a page for
//! people ([`page()`]) and as a few lines for a merge request ([`markdown`]). Pure.
//!
//! Only the page quotes texts; the others hold figures and names of outputs, so that
//! they can stand where more people look.

mod diff;
mod example;
mod markdown;
mod page;
mod panes;
mod scores;
mod sections;
mod strata;
mod wording;

use std::collections::BTreeMap;

use serde::Serialize;

use self::example::Example;
pub use self::{markdown::markdown, page::page};
use super::{
    Answer, Case, Outcome, Plan, Stratum,
    compare::{
        Compared, Found, Gate, GateOutcome, Panel, Ran, Summary, Weighed, compare, summarise,
    },
    judge::{Judged, Ruling, judged},
};

/// Version of the JSON's shape.
const VERSION: u32 = 1;

/// Cases quoted of each kind, unless asked otherwise.
pub const QUOTED: usize = 10;

/// All that a report is made of.
#[derive(Debug, Clone, Copy)]
pub struct Inputs<'a> {
    /// What was asked of whom.
    pub plan: &'a Plan,
    /// The cases that were drawn.
    pub cases: &'a [Case],
    /// What became of them.
    pub answers: &'a [Answer],
    /// What a judge said.
    pub judge: Option<Judge<'a>>,
    /// When to fail.
    pub gate: &'a Gate,
    /// What it cost, in the currency of the prices that were named, as printed.
    pub cost: Option<&'a str>,
    /// Cases quoted of each kind.
    pub quoted: usize,
}

/// A judge's answers.
#[derive(Debug, Clone, Copy)]
pub struct Judge<'a> {
    /// The model.
    pub model: &'a str,
    /// How many questions there were.
    pub questions: u64,
    /// Its answers, named as questions are.
    pub answers: &'a [Answer],
}

/// What was found.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Report {
    /// Version of this shape.
    pub version: u32,
    /// Whether it passed, and why not.
    pub gate: GateOutcome,
    /// What was asked of whom.
    pub plan: Plan,
    /// What became of the cases.
    pub ran: Ran,
    /// What was found of the new answers.
    pub summary: Summary,
    /// What a judge found.
    pub judge: Option<Opinion>,
    /// Time, tokens and cost.
    pub spent: Spent,
    /// Case by case, by output.
    pub cases: Vec<Compared>,
    /// Cases without an answer, by output.
    pub failures: Vec<Failed>,
    /// The cases that are quoted, by why; the worst first.
    #[serde(serialize_with = "example::names")]
    pub examples: BTreeMap<Why, Vec<Example>>,
}

/// Why a case is quoted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Why {
    /// The race was lost.
    Loss,
    /// People used the old answer, and little of it is left.
    Lost,
    /// It declines where the old answer did not.
    Refusal,
    /// Format that somebody relies on is gone.
    Format,
    /// The race was won.
    Win,
}

/// A judge and what it found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Opinion {
    /// The model.
    pub model: String,
    /// What it found.
    #[serde(flatten)]
    pub judged: Judged,
}

/// What new answers took. Measurements of one run: another shows other times.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Spent {
    /// Milliseconds to the end of an answer, half of them at most.
    pub latency_ms_p50: Option<u64>,
    /// Nineteen of twenty at most.
    pub latency_ms_p95: Option<u64>,
    /// The slowest.
    pub latency_ms_max: Option<u64>,
    /// Tokens of prompts, where the endpoint counts them.
    pub prompt_tokens: u64,
    /// Tokens of answers.
    pub completion_tokens: u64,
    /// Answers without a count of tokens.
    pub uncounted: u64,
    /// Requests, repeated ones included.
    pub requests: u64,
    /// What it cost, in the currency of the prices.
    pub cost: Option<String>,
}

/// A case without an answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Failed {
    /// The case.
    pub output: String,
    /// A code.
    pub code: String,
    /// What the endpoint or the connection said.
    pub message: String,
    /// Requests it took.
    pub attempts: u32,
}

/// Makes the report. The order of cases and answers does not matter.
#[must_use]
pub fn report(inputs: &Inputs<'_>) -> Report {
    let answers: BTreeMap<&str, &Answer> = inputs
        .answers
        .iter()
        .map(|answer| (answer.output.as_str(), answer))
        .collect();
    let by_output: BTreeMap<&str, &Case> = inputs
        .cases
        .iter()
        .map(|case| (case.output.as_str(), case))
        .collect();
    let pairs = by_output.values().copied();
    let pairs = pairs.filter_map(|case| Some((case, *answers.get(case.output.as_str())?)));
    let panel = Panel::of(pairs.clone());
    let cases: Vec<Compared> = pairs
        .filter_map(|(case, answer)| compare(case, answer, &panel))
        .collect();
    let weighed = weigh(inputs.plan, &by_output, &cases);
    let seed = inputs.plan.seed;
    let summary = summarise(&weighed, seed);
    let judge = inputs.judge.map(|judge| Opinion {
        model: judge.model.to_owned(),
        judged: judged(&weighed, judge.questions, judge.answers),
    });
    let of_cases = answers.values().copied();
    let of_cases = of_cases.filter(|answer| by_output.contains_key(answer.output.as_str()));
    let ran = Ran::of(by_output.len() as u64, of_cases.clone());
    let found = Found {
        ran: &ran,
        summary: &summary,
        judged: judge.as_ref().map(|judge| &judge.judged),
    };
    let gate = inputs.gate.judge(&found);
    Report {
        version: VERSION,
        gate,
        plan: inputs.plan.clone(),
        spent: spent(of_cases.clone(), inputs.cost),
        failures: of_cases.filter_map(failed).collect(),
        examples: example::examples(&cases, &by_output, &answers, inputs.quoted),
        ran,
        summary,
        judge,
        cases,
    }
}

/// The report for programs: sorted, indented, a line break at the end.
pub fn json(report: &Report) -> Result<String, serde_json::Error> {
    Ok(serde_json::to_string_pretty(report)? + "\n")
}

impl Report {
    /// What the judge made of a case.
    fn ruling(&self, output: &str) -> Option<Ruling> {
        let judge = self.judge.as_ref()?;
        judge.judged.rulings.get(output).copied()
    }
}

/// Each case with the outputs it stands for; one of an unknown stratum for itself.
fn weigh<'a>(
    plan: &Plan,
    by_output: &BTreeMap<&str, &'a Case>,
    cases: &'a [Compared],
) -> Vec<Weighed<'a>> {
    let weights: BTreeMap<&Stratum, f64> = plan
        .selected
        .strata
        .iter()
        .map(|count| (&count.stratum, count.weight()))
        .collect();
    let weigh = |case: &'a Compared| {
        let person = by_output.get(case.output.as_str());
        let person = person.and_then(|case| case.person.as_deref());
        Weighed {
            case,
            weight: weights.get(&case.stratum).copied().unwrap_or(1.0),
            person: person.unwrap_or(&case.output),
        }
    };
    cases.iter().map(weigh).collect()
}

fn failed(answer: &Answer) -> Option<Failed> {
    let Outcome::Failed(failure) = &answer.outcome else {
        return None;
    };
    Some(Failed {
        output: answer.output.clone(),
        code: failure.code.clone(),
        message: failure.message.clone(),
        attempts: answer.attempts,
    })
}

fn spent<'a>(answers: impl Iterator<Item = &'a Answer>, cost: Option<&str>) -> Spent {
    let mut spent = Spent {
        cost: cost.map(str::to_owned),
        ..Spent::default()
    };
    let mut latencies = Vec::new();
    for answer in answers {
        spent.requests += u64::from(answer.attempts);
        let (Outcome::Answered(reply) | Outcome::Refused(reply)) = &answer.outcome else {
            continue;
        };
        latencies.push(reply.latency_ms);
        spent.prompt_tokens += reply.prompt_tokens.unwrap_or(0);
        spent.completion_tokens += reply.completion_tokens.unwrap_or(0);
        spent.uncounted += u64::from(reply.completion_tokens.is_none());
    }
    latencies.sort_unstable();
    // The nearest rank: of n, the ⌈n · p⌉th.
    let rank = |percent: usize| {
        let place = (latencies.len() * percent).div_ceil(100);
        latencies.get(place.checked_sub(1)?).copied()
    };
    spent.latency_ms_p50 = rank(50);
    spent.latency_ms_p95 = rank(95);
    spent.latency_ms_max = rank(100);
    spent
}

#[cfg(test)]
pub(crate) mod sample;
#[cfg(test)]
mod tests;
