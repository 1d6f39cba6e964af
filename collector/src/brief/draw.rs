//! The first pass: who is held out, and a bounded sample of prompts to make clusters
//! of.

use std::collections::HashSet;

use super::{
    Bound, Request,
    cluster::{self, Cluster},
    failing::Act,
    question::{Question, excerpt, person},
    sample::{Smallest, place},
    vectors::{Vector, Vocabulary},
};
use crate::{
    dataset::provenance::held_out,
    label::{Policy, label_group},
    store::rows::Group,
};

/// Prompts of each side that clusters and terms are made of. Every prompt is compared
/// with every other of its side, so time grows with the square; at four thousand a
/// share is known to about 1.5 points.
const SAMPLE_MAX: usize = 4_000;

/// A prompt of the sample.
#[derive(Debug)]
pub(super) struct Prompt {
    pub(super) output: String,
    pub(super) prompt: String,
    pub(super) words: Vec<String>,
    pub(super) answer: Option<String>,
    pub(super) acts: Vec<Act>,
    pub(super) person: Option<u64>,
    pub(super) model: Option<String>,
    pub(super) prompt_version: Option<String>,
}

/// Draws the sample.
pub(super) struct Draw<'a> {
    request: &'a Request,
    policy: &'a Policy,
    held_out: HashSet<u64>,
    failing: Smallest<Prompt>,
    fine: Smallest<Prompt>,
}

/// Prompts, put together.
pub(super) struct Drawn {
    pub(super) held_out: HashSet<u64>,
    /// Prompts of outputs that failed.
    pub(super) failing: Vec<Prompt>,
    /// Prompts of outputs that did not.
    pub(super) fine: Vec<Prompt>,
    pub(super) vocabulary: Vocabulary,
    pub(super) vectors: Vec<Vector>,
    /// Of failing prompts.
    pub(super) clusters: Vec<Cluster>,
    pub(super) bounds: Vec<Bound>,
}

impl<'a> Draw<'a> {
    pub(super) fn new(request: &'a Request, policy: &'a Policy) -> Self {
        Self {
            request,
            policy,
            held_out: HashSet::new(),
            failing: Smallest::new(SAMPLE_MAX),
            fine: Smallest::new(SAMPLE_MAX),
        }
    }

    pub(super) fn add(&mut self, group: &Group) {
        let labelled = label_group(group, self.policy, self.request.as_of);
        for (rows, label) in group.outputs.iter().zip(&labelled.outputs) {
            if held_out(label) {
                self.held_out.extend(person(label));
            }
            if let Ok(question) = Question::of(rows, label, self.request, |_| false) {
                self.offer(&question);
            }
        }
    }

    fn offer(&mut self, question: &Question<'_>) {
        let place = place(self.request.seed, question.label.output.as_str());
        let side = match question.acts {
            Some(_) => &mut self.failing,
            None => &mut self.fine,
        };
        side.offer(place, || Prompt {
            output: question.label.output.to_string(),
            prompt: excerpt(&question.prompt),
            words: question.words.clone(),
            answer: question.acts.as_ref().and_then(|_| question.answer()),
            acts: question.acts.iter().flatten().copied().collect(),
            person: question.person,
            model: question.label.model.clone(),
            prompt_version: question.label.prompt_version.clone(),
        });
    }

    /// Puts alike prompts together.
    pub(super) fn finish(self) -> Drawn {
        let mut bounds = Vec::new();
        let mut bound = |side: &Smallest<Prompt>, what: &str| {
            if side.cut() {
                let (limit, of) = (SAMPLE_MAX as u64, Some(side.offered));
                let what = what.into();
                bounds.push(Bound { what, limit, of });
            }
        };
        bound(
            &self.failing,
            "failing prompts that groups and terms are made of, drawn by hash",
        );
        bound(
            &self.fine,
            "other prompts that terms are compared with, drawn by hash",
        );
        let held_out = self.held_out;
        let free = |prompt: &Prompt| {
            prompt
                .person
                .is_none_or(|person| !held_out.contains(&person))
        };
        let failing: Vec<Prompt> = self.failing.into_values().filter(free).collect();
        let fine: Vec<Prompt> = self.fine.into_values().filter(free).collect();
        let mut vocabulary = Vocabulary::default();
        for prompt in failing.iter().chain(&fine) {
            vocabulary.learn(&prompt.words);
        }
        let vector = |prompt: &Prompt| vocabulary.vector(&prompt.words);
        let vectors: Vec<Vector> = failing.iter().map(vector).collect();
        let clusters = cluster::clusters(&vectors);
        Drawn {
            held_out,
            failing,
            fine,
            vocabulary,
            vectors,
            clusters,
            bounds,
        }
    }
}
