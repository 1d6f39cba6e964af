//! Labels: a pure function of facts, policy and `as_of`.
//!
//! One output's path: its slices become a `timeline` of moments in corrected
//! time, each event once; `facts` folds them by the laws of CONTRACTS, so that
//! order, repeats and splits do not matter; `evidence` asks every rule of the
//! `policy` that holds for the output's model and surface; `work` holds both, and
//! `verdict` weighs what was found; `late` names what came after the label was
//! mature; `identity` says what the output is and `trust` what its signals rest
//! on; `acts` keeps what experiments measure; `labelled` is the label as it leaves.
//! What evaluations say (`source: "eval"`) is in `acts` and in no evidence. Then `pairs` compares the labelled
//! outputs of a turn. `explain` tells every step of one label.
//!
//! Nothing here does IO or reads a clock. Numbers are whole thousandths
//! ([`Milli`]) until they are printed.

mod acts;
mod evidence;
mod explain;
mod facts;
mod identity;
mod labelled;
mod late;
mod milli;
mod pairs;
mod policies;
pub mod policy;
mod reading;
mod timeline;
mod trust;
mod verdict;
mod weight;
mod withheld;
mod work;

use crate::store::rows::{Group, OutputRows};

pub use self::{
    acts::Acts,
    explain::{Explanation, explain},
    labelled::{Edit, Labelled, Reason, Switch, Texts},
    milli::Milli,
    pairs::{Pair, PairKind, turn_of},
    policies::Policies,
    policy::{Family, Policy, PolicyError},
    timeline::EventId,
    trust::Trust,
    verdict::State,
    withheld::Withheld,
};
pub(crate) use self::{
    explain::{event_json, time},
    withheld::none,
};
use self::{
    labelled::Rest,
    late::History,
    timeline::{Timeline, Visits},
    verdict::By,
    work::Workings,
};

/// The labels of a group and the pairs they make.
#[derive(Debug, Clone, PartialEq)]
pub struct LabelledGroup {
    /// One per output, in the group's order.
    pub outputs: Vec<Labelled>,
    /// Edit pairs first within a turn, then siblings; turns in ascending order.
    pub pairs: Vec<Pair>,
}

/// Labels every output of a group as of `as_of` (Unix ms). The group holds only
/// what was received by then.
#[must_use]
pub fn label_group(group: &Group, policy: &Policy, as_of: u64) -> LabelledGroup {
    let timelines: Vec<_> = group.outputs.iter().map(Timeline::of).collect();
    let visits = Visits::of(&timelines, policy.visit_ms);
    let outputs: Vec<_> = group
        .outputs
        .iter()
        .zip(&timelines)
        .map(|(rows, timeline)| label(rows, timeline, &visits, policy, as_of))
        .collect();
    let pairs = pairs::pairs(&outputs, policy);
    LabelledGroup { outputs, pairs }
}

fn label(
    rows: &OutputRows,
    timeline: &Timeline<'_>,
    visits: &Visits,
    policy: &Policy,
    as_of: u64,
) -> Labelled {
    let (model, surface) = identity::key(rows, timeline, policy.shortest_ms());
    let terms = policy.terms(model, surface);
    let by = By {
        policy,
        terms: &terms,
        as_of,
    };
    let work = Workings::of(timeline, visits, &by);
    let verdict = work.judge(&by);
    let history = History {
        rows,
        timeline,
        visits,
        policy,
        as_of,
    };
    let late = history.late(&work, &verdict);
    let trust = trust::of(rows, &work.found.items, timeline);
    let identity = identity::of(rows, timeline);
    let rest = Rest {
        trust,
        late,
        beyond: rows.beyond,
        withheld: Withheld::of(rows),
        acts: Acts::of(&work, &terms, timeline),
    };
    labelled::assemble(identity, &work, verdict, &by, rest)
}

#[cfg(test)]
mod histories;
#[cfg(test)]
#[path = "laws_tests.rs"]
mod laws;
#[cfg(test)]
mod random_policy;
#[cfg(test)]
#[path = "rules_tests.rs"]
mod rules;
#[cfg(test)]
pub(crate) mod script;
#[cfg(test)]
mod signals_docs_tests;
#[cfg(test)]
mod tests;
