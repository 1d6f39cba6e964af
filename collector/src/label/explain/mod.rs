//! Why a label is what it is: every step of the fold, told.
//!
//! Nothing is worked out here a second time: rules are asked by
//! [`evidence::ask`], which also made the label, and what counts, adds up and
//! decides is the label's own verdict.

mod event;
mod text;
mod words;

use serde::Serialize;
use tacit_signals::Id;

use self::{
    event::Event,
    words::{Missed, missed, nothing},
};
pub(crate) use self::{event::event_json, text::time};
use super::{
    Milli, Policy, Reason, State,
    evidence::{self, Item},
    identity,
    labelled::{self, Labelled},
    late::History,
    policy::{Pattern, Rule},
    timeline::{Timeline, Visits},
    verdict::{self, By, Verdict},
    work::{self, Workings},
};
use crate::store::rows::{Group, OutputRows};

/// Why a label is what it is. Times are Unix ms.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Explanation {
    /// The output.
    pub output: String,
    /// The policy, `name@version#hash`.
    pub policy: String,
    /// The moment this is the label of.
    pub as_of: u64,
    /// The overrides that hold for the output's model and surface, in order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub overrides: Vec<Matched>,
    /// When its windows started; `None` without signals.
    pub start: Option<u64>,
    /// Every rule of the policy, in its order.
    pub rules: Vec<Told>,
    /// Scores of the rules that counted, strongest first; they add up to `score`.
    pub sum: Vec<Part>,
    /// The sum.
    pub score: Milli,
    /// |score| that decides.
    pub decide: Milli,
    /// The verdict.
    pub state: State,
    /// How sure that makes.
    pub confidence: Sureness,
    /// How strongly it trains.
    pub weight: Faded,
    /// What is still open at `as_of`.
    pub open: Vec<Open>,
    /// When nothing can change the label any more.
    pub matures_at: Option<u64>,
    /// Whether that moment has come.
    pub mature: bool,
    /// What came after the label was mature and made it another.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub late: Option<Late>,
    /// Events beyond the limit of an output, which no label sees.
    pub beyond: u64,
}

/// What a rule adds to the sum.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Part {
    /// The rule.
    pub rule: String,
    /// Its score.
    pub score: Milli,
}

/// An override that holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Matched {
    /// Its place in the file, from 1.
    pub number: usize,
    /// The models it is for; empty for all.
    pub model: Vec<String>,
    /// The surfaces it is for; empty for all.
    pub surface: Vec<String>,
}

/// One rule.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Told {
    /// Its name.
    pub rule: String,
    /// What became of it.
    pub outcome: Outcome,
    /// The rule that counted in its place.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outdone_by: Option<String>,
    /// Its family.
    pub family: &'static str,
    /// `implicit` or `explicit`.
    pub class: &'static str,
    /// The signal it looks at.
    pub signal: &'static str,
    /// What it adds.
    pub score: Milli,
    /// How strongly it trains.
    pub weight: Milli,
    /// Whether it counts beside the strongest of its family.
    pub bonus: bool,
    /// What it means, in the policy's words.
    pub reason: String,
    /// The end of its window, exclusive.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<u64>,
    /// The events it rests on.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub evidence: Vec<Event>,
    /// What did not fit, event by event.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub missed: Vec<Missed>,
}

/// What became of a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It fired and its score is in the sum.
    Counted,
    /// It fired and has no score.
    Note,
    /// It fired, but a stronger one of its family and sign counts.
    Outdone,
    /// It did not fire.
    NotFired,
    /// An override switches it off.
    Off,
}

/// How a confidence came about.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Sureness {
    /// Score that is worth one unit of log-odds.
    pub temperature: Milli,
    /// 1 / (1 + exp(−|score| / temperature)).
    pub unread: Milli,
    /// Active reading time, where it was measured.
    pub active_ms: Option<u64>,
    /// Words of the output.
    pub words: Option<u64>,
    /// How long reading them takes.
    pub expected_ms: Option<u64>,
    /// What reading leaves of the distance from 0.5.
    pub scale: Milli,
    /// 0.5 + (unread − 0.5) · scale.
    pub value: Milli,
}

/// How a training weight came about.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Faded {
    /// The heaviest of the rules that agree with the verdict.
    pub fresh: Milli,
    /// Age of the output.
    pub age_ms: u64,
    /// Age at which the weight is half.
    pub half_life_ms: Option<u64>,
    /// fresh · 2^(−age / half-life).
    pub value: Milli,
}

/// Something that can still change the label.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Open {
    /// What is waited for.
    pub what: String,
    /// Until when.
    pub until: u64,
}

/// What came after the label was mature.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Late {
    /// The events.
    pub events: Vec<String>,
    /// What the label said without them.
    pub before: Before,
}

/// What a label said before something late was received.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Before {
    /// The verdict.
    pub state: State,
    /// The sum.
    pub score: Milli,
    /// What counted, and notes.
    pub reasons: Vec<Reason>,
    /// When it was mature.
    pub matures_at: Option<u64>,
}

/// Explains the label of `output` in its group; `None` if it is not there.
#[must_use]
pub fn explain(
    group: &Group,
    output: &Id,
    policy: &Policy,
    as_of: u64,
) -> Option<(Labelled, Explanation)> {
    let place = group.outputs.iter().position(|rows| rows.id == *output)?;
    let timelines: Vec<_> = group.outputs.iter().map(Timeline::of).collect();
    let visits = Visits::of(&timelines, policy.visit_ms);
    let (rows, timeline) = (&group.outputs[place], &timelines[place]);
    let (model, surface) = identity::key(rows, timeline, policy.shortest_ms());
    let terms = policy.terms(model, surface);
    let by = By {
        policy,
        terms: &terms,
        as_of,
    };
    let work = Workings::of(timeline, &visits, &by);
    let label = super::label(rows, timeline, &visits, policy, as_of);
    let verdict = work.judge(&by);
    let steps = Steps {
        rows,
        timeline,
        visits: &visits,
        by: &by,
        work: &work,
        verdict: &verdict,
    };
    let explanation = steps.tell(&label);
    Some((label, explanation))
}

struct Steps<'s, 'a> {
    rows: &'a OutputRows,
    timeline: &'s Timeline<'a>,
    visits: &'s Visits,
    by: &'s By<'s>,
    work: &'s Workings<'s, 'a>,
    verdict: &'s Verdict<'s, 's, 'a>,
}

impl Steps<'_, '_> {
    fn tell(&self, label: &Labelled) -> Explanation {
        let (by, verdict) = (self.by, self.verdict);
        let facts = self.work.act(by.terms);
        let confidence = verdict.confidence;
        let scored = verdict.reasons.iter().map(|item| item.rule);
        let scored = scored.filter(|rule| rule.score != Milli::default());
        Explanation {
            output: label.output.to_string(),
            policy: by.policy.reference(),
            as_of: by.as_of,
            overrides: self.overrides(),
            start: facts.start,
            rules: self.rules(),
            sum: scored.map(part).collect(),
            score: verdict.score,
            decide: by.terms.decide,
            state: verdict.state,
            confidence: Sureness {
                temperature: by.terms.temperature,
                unread: confidence.unread,
                active_ms: confidence.reading.map(|reading| reading.active_ms),
                words: confidence.reading.map(|reading| reading.words),
                expected_ms: confidence.reading.and_then(|reading| reading.expected_ms),
                scale: confidence.scale,
                value: confidence.value,
            },
            weight: Faded {
                fresh: verdict.weight.fresh,
                age_ms: by.age_ms(facts),
                half_life_ms: by.policy.half_life_ms,
                value: verdict.weight.value,
            },
            open: self.open(),
            matures_at: self.work.matures_at,
            mature: self.work.mature,
            late: self.late(label),
            beyond: self.rows.beyond,
        }
    }

    fn overrides(&self) -> Vec<Matched> {
        let all = self.by.policy.overrides();
        let places = self.by.terms.overrides.iter();
        let names = |patterns: &[Pattern]| patterns.iter().map(ToString::to_string).collect();
        places
            .filter_map(|&place| {
                let matched = all.get(place)?;
                Some(Matched {
                    number: place + 1,
                    model: names(&matched.model),
                    surface: names(&matched.surface),
                })
            })
            .collect()
    }

    fn rules(&self) -> Vec<Told> {
        let here = &self.by.terms.rules;
        let all = self.by.policy.base().rules.iter();
        all.map(|rule| match here.iter().find(|own| own.name == rule.name) {
            Some(own) => self.rule(own),
            None => told(rule, Outcome::Off),
        })
        .collect()
    }

    fn rule(&self, rule: &Rule) -> Told {
        let facts = &self.work.facts[rule.window];
        let asked = work::asked(self.visits, self.by);
        let mut misses = Vec::new();
        let answer = evidence::ask(rule, facts, &asked, &mut |miss| {
            misses.push(missed(&miss, facts, &self.by.policy.dwell));
        });
        let (outcome, outdone_by) = if answer.moments.is_empty() {
            (Outcome::NotFired, None)
        } else {
            self.outcome(rule)
        };
        if outcome == Outcome::NotFired && misses.is_empty() {
            misses.push(nothing(rule, facts));
        }
        Told {
            outdone_by,
            until: facts.start.map(|_| facts.deadline),
            evidence: answer.moments.iter().map(Event::of).collect(),
            missed: misses,
            ..told(rule, outcome)
        }
    }

    /// What became of a rule that fired, and which counts in its place.
    fn outcome(&self, rule: &Rule) -> (Outcome, Option<String>) {
        let mut counted = self.verdict.reasons.iter();
        if counted.any(|item| item.rule.name == rule.name) {
            let note = rule.score == Milli::default();
            return (
                if note {
                    Outcome::Note
                } else {
                    Outcome::Counted
                },
                None,
            );
        }
        let own = self.work.found.items.iter();
        let side = own
            .filter(|item| item.rule.name == rule.name)
            .map(verdict::side)
            .next();
        let stronger =
            |item: &&&Item<'_, '_>| !item.rule.bonus && Some(verdict::side(item)) == side;
        let by = self.verdict.reasons.iter().find(stronger);
        (Outcome::Outdone, by.map(|item| item.rule.name.to_string()))
    }

    fn open(&self) -> Vec<Open> {
        let Some(last) = self.work.facts.last().filter(|last| last.start.is_some()) else {
            return Vec::new();
        };
        let absence = self.work.found.absence_at;
        [
            ("acts", Some(last.deadline)),
            (
                "looks at accepted text",
                evidence::survival_until(last, self.by.terms),
            ),
            ("the end of the visit", absence),
        ]
        .into_iter()
        .filter_map(|(what, until)| {
            let until = until.filter(|until| *until > self.by.as_of)?;
            Some(Open {
                what: what.into(),
                until,
            })
        })
        .collect()
    }

    fn late(&self, label: &Labelled) -> Option<Late> {
        if label.late.is_empty() {
            return None;
        }
        let history = History {
            rows: self.rows,
            timeline: self.timeline,
            visits: self.visits,
            policy: self.by.policy,
            as_of: self.by.as_of,
        };
        let known = history.before()?;
        let before = history.work(&known);
        let verdict = before.judge(&history.by(&known));
        Some(Late {
            events: label.late.iter().map(ToString::to_string).collect(),
            before: Before {
                state: verdict.state,
                score: verdict.score,
                reasons: verdict.reasons.into_iter().map(labelled::reason).collect(),
                matures_at: before.matures_at,
            },
        })
    }
}

fn part(rule: &Rule) -> Part {
    Part {
        rule: rule.name.to_string(),
        score: rule.score,
    }
}

fn told(rule: &Rule, outcome: Outcome) -> Told {
    Told {
        rule: rule.name.to_string(),
        outcome,
        outdone_by: None,
        family: rule.family.name(),
        class: rule.family.class().name(),
        signal: rule.trigger.name(),
        score: rule.score,
        weight: rule.weight,
        bonus: rule.bonus,
        reason: rule.reason.clone(),
        until: None,
        evidence: Vec::new(),
        missed: Vec::new(),
    }
}

#[cfg(test)]
mod tests;
