//! People by hand.

mod laws;
mod people;

use tacit_signals::{SubjectKind, signal::CopyVia};

use super::{Gather, PRE_PERIOD_MS, Plan, Tally, plan::DAY_MS};
use crate::{
    experiment::{
        declaration::{Arm, Experiment},
        metric::Metric,
    },
    label::{
        Milli, Policy, label_group,
        script::{self, Story, T0},
    },
    sights::each_of,
    store::rows::{Group, Registered, StoredSubject},
};

/// When experiments of tests start: some days after scripts do, so that there is a
/// time before.
pub(crate) const START: u64 = T0 + 10 * DAY_MS;

/// Two arms, half the people each, for as long as one likes; a day to settle.
pub(crate) fn experiment() -> Experiment {
    let arm = |name: &str| Arm {
        name: name.into(),
        weight: Milli::new(500),
    };
    Experiment {
        name: "tone".into(),
        arms: vec![arm("control"), arm("warm")],
        traffic: Milli::new(1_000),
        holdout: Milli::new(0),
        primary: Metric::PositiveRate,
        secondary: Vec::new(),
        guardrails: Vec::new(),
        mde: Milli::new(50),
        alpha: Milli::new(50),
        settle_ms: DAY_MS,
        starts_at: START,
        ends_at: None,
        note: None,
    }
}

pub(crate) fn app(name: &str) -> StoredSubject {
    StoredSubject {
        id: format!("s_{name}"),
        kind: SubjectKind::App,
    }
}

/// An output `person` saw `at` this moment, and copied if it was any `good`.
pub(crate) fn saw(id: &str, person: &str, arm: Option<&str>, at: u64, good: bool) -> Story {
    let after = at - T0;
    let arms = arm.map(|arm| ("tone".to_owned(), arm.to_owned()));
    let story = Story::untold(id)
        .registered_as(Registered {
            subject: Some(app(person)),
            model: Some("m-1".into()),
            arms: arms.into_iter().collect(),
            ..Registered::default()
        })
        .at(after, script::shown(0, None))
        .at(after + 1, script::dwell(20_000, 1.0));
    if good {
        return story.at(after + 2, script::copied(0.9, CopyVia::Button));
    }
    story
}

/// What is known of the people of `groups`, with these assignments.
pub(crate) fn tally(
    experiment: &Experiment,
    as_of: u64,
    assigned: &[(&str, &str)],
    groups: impl IntoIterator<Item = Group>,
) -> Tally {
    let directory = tempfile::tempdir().unwrap();
    let plan = Plan::new(experiment, as_of, PRE_PERIOD_MS);
    let policy = Policy::default_policy().unwrap();
    let mut gather = Gather::new(&plan, directory.path());
    for (person, arm) in assigned {
        gather.assigned(&app(person), arm).unwrap();
    }
    for group in groups {
        let labels = label_group(&group, &policy, plan.as_of);
        each_of(&group, &labels, &mut |sight| gather.saw(sight)).unwrap();
    }
    gather.finish().unwrap()
}
