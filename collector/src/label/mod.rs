//! Labels: a pure function of facts, policy and `as_of`.
//!
//! One output's path: its slices become a `timeline` of moments in corrected
//! time, each event once; `facts` folds them by the laws of CONTRACTS, so that
//! order, repeats and splits do not matter; `evidence` asks every rule of the
//! `policy`; `verdict` weighs what was found; `identity` says what the
//! output is and `trust` what its signals rest on; `labelled` is the label as
//! it leaves. Then `pairs` compares the labelled outputs of a turn.
//!
//! Nothing here does IO or reads a clock. Numbers are whole thousandths
//! ([`Milli`]) until they are printed.

mod evidence;
mod facts;
mod identity;
mod labelled;
mod milli;
mod pairs;
pub mod policy;
mod timeline;
mod trust;
mod verdict;

use crate::store::rows::{Group, OutputRows};

use self::{
    facts::Facts,
    timeline::{Timeline, Visits},
};
pub use self::{
    labelled::{Edit, Labelled, Reason, Texts},
    milli::Milli,
    pairs::{Pair, PairKind},
    policy::{Family, Policy, PolicyError},
    timeline::EventId,
    trust::Trust,
    verdict::State,
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
    let fold = |window: &u64| Facts::fold(timeline, *window, policy.survival_ms);
    let facts: Vec<Facts<'_>> = policy.windows.iter().map(fold).collect();
    let found = evidence::gather(&facts, policy, visits, as_of);
    let matures_at = evidence::matures_at(&facts, policy, &found);
    let mature = matures_at.is_some_and(|at| at <= as_of);
    let act = &facts[policy.act_window];
    let verdict = verdict::judge(&found.items, act, policy, mature);
    let trust = trust::of(rows, &found.items, timeline);
    let identity = identity::of(rows, timeline);
    let when = (as_of, matures_at);
    labelled::assemble(identity, verdict, trust, act, &found.items, policy, when)
}

#[cfg(test)]
#[path = "laws_tests.rs"]
mod laws;
#[cfg(test)]
#[path = "rules_tests.rs"]
mod rules;
#[cfg(test)]
pub(crate) mod script;
#[cfg(test)]
mod tests;
