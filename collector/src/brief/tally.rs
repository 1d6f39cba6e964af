//! The second pass: everything is counted, not only the sample.

use std::collections::BTreeMap;

use super::{
    Bound, Request,
    cluster::nearest,
    documents::ByDocument,
    draw::Drawn,
    edits::{self, Edited},
    failing::Act,
    question::{LeftOut, Question, clean},
    rate::Counted,
    sample::{Smallest, place},
    vectors::Vector,
};
use crate::{
    dataset,
    label::{Policy, label_group},
    limits::DIFF_CHARS_MAX,
    store::rows::Group,
};

/// Edited answers that are compared with what they became.
const EDITS_MAX: usize = 4_000;

/// Models, and prompt versions, that are told apart.
const NAMES_MAX: usize = 64;

/// People told apart in one cluster.
pub(super) const PEOPLE_MAX: usize = 10_000;

/// Everything that is counted.
pub(super) struct Tally<'a> {
    request: &'a Request,
    policy: &'a Policy,
    drawn: &'a Drawn,
    leaders: Vec<Vector>,
    pub(super) counts: Counts,
}

/// What was counted.
#[derive(Default)]
pub(super) struct Counts {
    pub(super) base: Counted,
    pub(super) left_out: BTreeMap<LeftOut, u64>,
    pub(super) acts: BTreeMap<Act, u64>,
    pub(super) clusters: Vec<InCluster>,
    pub(super) models: Names,
    pub(super) prompt_versions: Names,
    pub(super) documents: ByDocument,
    pub(super) edits: Edits,
}

/// What was counted of the outputs of one cluster.
#[derive(Default)]
pub(super) struct InCluster {
    pub(super) counted: Counted,
    pub(super) acts: BTreeMap<Act, u64>,
    /// Failing outputs by person.
    pub(super) people: BTreeMap<u64, u64>,
    pub(super) models: Names,
    pub(super) prompt_versions: Names,
}

/// Counts by name; beyond [`NAMES_MAX`] names all others are `other`.
#[derive(Default)]
pub(super) struct Names(pub(super) BTreeMap<String, Counted>);

/// Edited answers.
pub(super) struct Edits {
    pub(super) edited: u64,
    pub(super) rewritten: u64,
    pub(super) without_text: u64,
    pub(super) too_long: u64,
    pub(super) compared: Smallest<Edited>,
}

impl Default for Edits {
    fn default() -> Self {
        Self {
            edited: 0,
            rewritten: 0,
            without_text: 0,
            too_long: 0,
            compared: Smallest::new(EDITS_MAX),
        }
    }
}

impl<'a> Tally<'a> {
    pub(super) fn new(request: &'a Request, policy: &'a Policy, drawn: &'a Drawn) -> Self {
        let leader = |cluster: &super::cluster::Cluster| drawn.vectors[cluster.leader].clone();
        let leaders: Vec<_> = drawn.clusters.iter().map(leader).collect();
        let counts = Counts {
            clusters: leaders.iter().map(|_| InCluster::default()).collect(),
            ..Counts::default()
        };
        Self {
            request,
            policy,
            drawn,
            leaders,
            counts,
        }
    }

    pub(super) fn add(&mut self, group: &Group) {
        let labelled = label_group(group, self.policy, self.request.as_of);
        for (rows, label) in group.outputs.iter().zip(&labelled.outputs) {
            let held_out = |person: u64| self.drawn.held_out.contains(&person);
            match Question::of(rows, label, self.request, held_out) {
                Ok(question) => self.count(&question),
                Err(reason) => *self.counts.left_out.entry(reason).or_default() += 1,
            }
        }
    }

    fn count(&mut self, question: &Question<'_>) {
        let failing = question.acts.is_some();
        let counts = &mut self.counts;
        counts.base.add(failing);
        for act in question.acts.iter().flatten() {
            *counts.acts.entry(*act).or_default() += 1;
        }
        counts.models.add(question.label.model.as_deref(), failing);
        let version = question.label.prompt_version.as_deref();
        counts.prompt_versions.add(version, failing);
        counts.documents.add(question.rows, failing);
        counts.edits.add(self.request.seed, question);
        if self.leaders.is_empty() {
            return;
        }
        let vector = self.drawn.vocabulary.vector(&question.words);
        let cluster = nearest(&self.leaders, &vector);
        if let Some(cluster) = cluster.and_then(|index| counts.clusters.get_mut(index)) {
            cluster.add(question);
        }
    }

    /// Where counting was bounded.
    pub(super) fn bounds(&self) -> Vec<Bound> {
        let mut bounds = Vec::new();
        let mut bound = |what: &str, limit: usize, of| {
            let (what, limit) = (what.into(), limit as u64);
            bounds.push(Bound { what, limit, of });
        };
        let compared = &self.counts.edits.compared;
        if compared.cut() {
            bound(
                "edited answers that are compared, drawn by hash",
                EDITS_MAX,
                Some(compared.offered),
            );
        }
        if let Some(limit) = self.counts.documents.cut() {
            bound("documents that are counted, drawn by hash", limit, None);
        }
        bounds
    }
}

impl InCluster {
    fn add(&mut self, question: &Question<'_>) {
        let failing = question.acts.is_some();
        self.counted.add(failing);
        self.models.add(question.label.model.as_deref(), failing);
        let version = question.label.prompt_version.as_deref();
        self.prompt_versions.add(version, failing);
        for act in question.acts.iter().flatten() {
            *self.acts.entry(*act).or_default() += 1;
        }
        if let Some(person) = question.person.filter(|_| failing) {
            let room = self.people.len() < PEOPLE_MAX;
            if room || self.people.contains_key(&person) {
                *self.people.entry(person).or_default() += 1;
            }
        }
    }
}

impl Names {
    fn add(&mut self, name: Option<&str>, failing: bool) {
        let name = name.unwrap_or("unknown");
        let known = self.0.contains_key(name) || self.0.len() < NAMES_MAX;
        let name = if known { name } else { "other" };
        self.0.entry(name.into()).or_default().add(failing);
    }
}

impl Edits {
    fn add(&mut self, seed: u64, question: &Question<'_>) {
        let label = question.label;
        if label.edit.is_none() {
            return;
        }
        self.edited += 1;
        let rewritten = |acts: &std::collections::BTreeSet<Act>| acts.contains(&Act::Rewritten);
        if question.acts.as_ref().is_some_and(rewritten) {
            self.rewritten += 1;
            return;
        }
        let answer = dataset::answered(question.rows, label);
        let (Some(answer), Some(edit)) = (answer, label.texts.edit.as_deref()) else {
            self.without_text += 1;
            return;
        };
        if answer.chars().count().max(edit.chars().count()) > DIFF_CHARS_MAX {
            self.too_long += 1;
            return;
        }
        let output = label.output.to_string();
        self.compared.offer(place(seed, &output), || Edited {
            person: question.person,
            changes: edits::changes(&clean(answer), &clean(edit)),
            output,
        });
    }
}
