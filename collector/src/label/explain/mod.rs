//! Why a label is what it is: every step of the fold, told.
//!
//! Nothing is worked out here a second time: rules are asked by
//! [`evidence::ask`], which also made the label, and what counts, adds up and
//! decides is the label's own verdict.

mod event;
mod text;
mod told;
mod words;

use tacit_signals::Id;

pub use self::told::Explanation;
pub(super) use self::told::Outcome;
use self::{
    event::Event,
    told::{Before, Faded, Late, Matched, Open, Part, Sureness, Told},
    words::{missed, nothing},
};
pub(crate) use self::{event::event_json, text::time};
use super::{
    Milli, Policy,
    evidence::{self, Item},
    facts::Facts,
    identity,
    labelled::{self, Labelled},
    late::History,
    policy::{Pattern, Rule, Trigger},
    timeline::{Timeline, Visits},
    verdict::{self, By, Verdict},
    work::{self, Workings},
};
use crate::store::rows::{Group, OutputRows};

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
            screened: label.withheld.events,
            screened_people: Vec::new(),
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
            until: self.until(rule, facts),
            evidence: answer.moments.iter().map(Event::of).collect(),
            missed: misses,
            ..told(rule, outcome)
        }
    }

    /// The end of a rule's window; of looks at accepted text that of the look-out.
    fn until(&self, rule: &Rule, facts: &Facts<'_>) -> Option<u64> {
        match rule.trigger {
            Trigger::Survived { .. } => evidence::survival_until(facts, self.by.terms),
            _ => facts.start.map(|_| facts.deadline),
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
