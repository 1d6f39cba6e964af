//! Labels next to the truth, for many policies at once. Pure.

use std::collections::{BTreeMap, BTreeSet};

use tacit_signals::signal::Kind;

use super::{
    generator::{Generator, Plan},
    group,
    metrics::Judged,
    world::World,
};
use crate::{
    control::{ContentPolicy, Project, ProjectId},
    keyed::Keyed,
    label::{Labelled, Milli, Policy, State, label_group, policy::Trigger},
};

/// When simulated people start, Unix ms: 2026-01-01. Labels do not depend on it.
const START: u64 = 1_767_225_600_000;

const DAY_MS: f64 = 86_400_000.0;

/// After the last conversation, until every window of any policy here is over,
/// in days: 8 of acts and 8 of survival, and late arrivals.
const AFTERMATH_DAYS: f64 = 30.0;

/// How many people are watched, how often.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Study {
    /// One round each; rounds share no people.
    pub seeds: Vec<u64>,
    /// Conversations of a round.
    pub conversations: u64,
}

/// One seen output under one policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seen {
    /// The label next to the truth.
    pub judged: Judged,
    /// The verdict.
    pub state: State,
    /// Training weight.
    pub weight: Milli,
    /// A rating is all that agrees with the verdict.
    pub by_rating: bool,
}

/// The plan of one round.
#[must_use]
pub fn plan(world: &World, study: &Study, seed: u64) -> Plan {
    let to = START + ms(world.days);
    Plan {
        seed,
        conversations: study.conversations,
        from: START,
        to,
        until: to + ms(AFTERMATH_DAYS),
    }
}

/// Every output that a person saw, under each policy in the same order, labelled
/// when nothing can change any more.
#[must_use]
pub fn watch(world: &World, study: &Study, policies: &[&Policy]) -> Vec<Vec<Seen>> {
    let project = project();
    let rated: Vec<_> = policies.iter().map(|policy| rating_rules(policy)).collect();
    let mut seen = vec![Vec::new(); policies.len()];
    for (round, &seed) in (0_u64..).zip(&study.seeds) {
        let plan = plan(world, study, seed);
        for talk in Generator::new(world, plan).talks() {
            let truth: BTreeMap<_, _> = talk
                .answers
                .iter()
                .map(|answer| (&answer.id, answer.satisfied))
                .collect();
            let group = group::group(&talk, &project);
            // The lower bits number a person within a round.
            let person = talk.person | round << 56;
            for ((policy, rated), seen) in policies.iter().zip(&rated).zip(&mut seen) {
                for label in label_group(&group, policy, plan.until).outputs {
                    let Some(&satisfied) = truth.get(&label.output) else {
                        continue;
                    };
                    if label.seen {
                        seen.push(one(&label, person, satisfied, rated));
                    }
                }
            }
        }
    }
    seen
}

fn one(label: &Labelled, person: u64, satisfied: bool, rated: &BTreeSet<String>) -> Seen {
    let (said, polarity) = match label.state {
        State::Positive => (label.confidence, 1),
        State::Negative => (Milli::new(1_000 - label.confidence.thousandths()), -1),
        _ => (Judged::UNSURE, 0),
    };
    let mut agreeing = label
        .reasons
        .iter()
        .filter(|reason| reason.polarity == polarity);
    Seen {
        judged: Judged {
            person,
            said,
            decided: polarity != 0,
            satisfied,
        },
        state: label.state,
        weight: label.weight,
        by_rating: polarity != 0 && agreeing.all(|reason| rated.contains(&*reason.rule)),
    }
}

fn rating_rules(policy: &Policy) -> BTreeSet<String> {
    let rules = policy.base().rules.iter();
    let rated = rules.filter(|rule| rule.trigger == Trigger::On(Kind::Rated));
    rated.map(|rule| rule.name.to_string()).collect()
}

/// The judgements alone.
#[must_use]
pub fn judged(seen: &[Seen]) -> Vec<Judged> {
    seen.iter().map(|one| one.judged).collect()
}

/// The tenant of people who do not exist; its secrets are none.
fn project() -> Project {
    Project {
        id: ProjectId(0),
        name: "simulate".into(),
        content: ContentPolicy::Edits,
        pepper: Keyed::new(&[0; 32]),
        secret: Keyed::new(&[1; 32]),
        experiments: Vec::new(),
        erased: Vec::new(),
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "days of a world, above 0"
)]
fn ms(days: f64) -> u64 {
    (days * DAY_MS) as u64
}
