//! The update that needs no GPU: what to change in prompts and documents.
//!
//! A brief's path: every group of the store is labelled and drawn from ([`draw`]):
//! a bounded sample of prompts, failing and other, becomes clusters ([`cluster`]) of
//! alike prompts. Then every group is counted ([`tally`]): how many of each cluster
//! failed and how, who edited what ([`edits`]), from which documents answers failed
//! ([`documents`]). [`write`] puts both together, with what sets each cluster apart
//! ([`distinct`]) and how sure its rate is ([`rate`]); [`markdown`] shows it.
//!
//! Same facts, policy and request: same bytes. Memory is bounded by the samples; what
//! a bound cut off, the brief says.

mod cluster;
mod distinct;
mod documents;
mod draw;
mod edits;
mod failing;
pub mod files;
mod markdown;
pub(crate) mod question;
pub(crate) mod rate;
pub(crate) mod sample;
mod tally;
mod terms;
mod vectors;
pub(crate) mod wording;
mod write;

use std::{collections::BTreeMap, ops::ControlFlow};

use serde::{Deserialize, Serialize};

use crate::{
    cadence::period::Period,
    control::ProjectId,
    label::{Milli, Policy, Trust},
    screen::Screened,
    store::{Store, StoreError},
};

pub use self::{
    distinct::Term,
    documents::{Document, Documents},
    edits::{Frequent, FrequentChange},
    failing::Act,
    markdown::markdown,
    question::LeftOut,
    rate::Counted,
};
use self::{draw::Draw, tally::Tally};

/// What a brief is made of.
#[derive(Debug, Clone, PartialEq)]
pub struct Request {
    /// When the outputs were shown.
    pub period: Period,
    /// As known at this moment, Unix ms.
    pub as_of: u64,
    /// Decides which prompts are drawn where there are too many.
    pub seed: u64,
    /// The least trust. What no server registered may say anything at all, and a
    /// brief is read by what writes prompts.
    pub trust: Trust,
    /// Examples of each cluster.
    pub examples: usize,
    /// Address of the collector, for links.
    pub link_base: Option<String>,
    /// The brief before, so that clusters keep their ids and changes are seen.
    pub previous: Option<Box<Brief>>,
}

/// Examples of a cluster where nobody says how many.
pub const EXAMPLES: usize = 3;

/// A brief.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Brief {
    /// Version of this shape.
    pub version: u32,
    /// When the outputs were shown.
    pub period: Period,
    /// The policy, `name@version#hash`.
    pub policy: String,
    /// As known at this moment, Unix ms.
    pub as_of: u64,
    /// What decided the draw.
    pub seed: u64,
    /// The least trust.
    pub trust: Trust,
    /// The period of the brief before, if there was one.
    pub previous: Option<String>,
    /// All outputs that count.
    pub outputs: Rate,
    /// Outputs that do not, by reason.
    pub left_out: BTreeMap<LeftOut, u64>,
    /// Failing outputs by act; one may have several.
    pub acts: BTreeMap<Act, u64>,
    /// Prompts that terms are counted in, failing ones and others.
    pub sampled: Sampled,
    /// What sets failing prompts apart, whatever their cluster.
    pub terms: Vec<Term>,
    /// Failing prompts that are alike, by how many more failed than elsewhere.
    pub clusters: Vec<Cluster>,
    /// What people changed.
    pub edits: Edits,
    /// Documents that answers fail with.
    pub documents: Documents,
    /// By the model that answered.
    pub models: Vec<Named>,
    /// By prompt version.
    pub prompt_versions: Vec<Named>,
    /// Where not everything was looked at.
    pub bounds: Vec<Bound>,
}

/// So many of so many, and how sure that is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rate {
    /// How many.
    #[serde(flatten)]
    pub counted: Counted,
    /// The share that failed.
    pub rate: Milli,
    /// Wilson's interval of the share, 95 %.
    pub interval: [Milli; 2],
}

/// Prompts of the sample.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sampled {
    /// That failed.
    pub failing: u64,
    /// That did not.
    pub other: u64,
}

/// Outputs by a name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Named {
    /// The name.
    pub name: String,
    /// Its outputs.
    #[serde(flatten)]
    pub rate: Rate,
}

/// Prompts that ask for the same, whose answers failed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Cluster {
    /// The same from brief to brief, as long as the prompts are alike.
    pub id: String,
    /// Whether the brief before had it.
    pub is_new: bool,
    /// What it is about: its most telling terms.
    pub title: String,
    /// Of the sampled prompts those that are in the cluster.
    pub sampled: Sampled,
    /// What sets its failing prompts apart from all sampled prompts that did not fail.
    pub terms: Vec<Term>,
    /// What sets its failing prompts apart from its others.
    pub terms_within: Vec<Term>,
    /// All outputs of the cluster.
    #[serde(flatten)]
    pub rate: Rate,
    /// How many more failed than at the rate of all outputs.
    pub excess: i64,
    /// Least false discovery rate at which it fails more often than all others
    /// (Fisher's exact test, Benjamini and Hochberg over all clusters).
    pub q: Milli,
    /// Its interval lies above the rate of all outputs, and one in ten of those that
    /// stand out so may be chance.
    pub above_base: bool,
    /// People whose outputs failed, as far as they are known; counted up to 10 000.
    pub people: u64,
    /// The share of failing outputs that one person has at most.
    pub busiest_person_share: Milli,
    /// Failing outputs by act.
    pub acts: BTreeMap<Act, u64>,
    /// By the model that answered.
    pub models: Vec<Named>,
    /// By prompt version.
    pub prompt_versions: Vec<Named>,
    /// Typical ones.
    pub examples: Vec<Example>,
    /// Heaviest words of its prompts, for recognising it again.
    pub centroid: Vec<(String, Milli)>,
    /// The same cluster in the brief before.
    pub before: Option<Rate>,
    /// For whoever acts on it: empty here.
    pub suggestion: Option<String>,
}

/// A failing output.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Example {
    /// The output.
    pub output: String,
    /// Where to see it.
    pub link: Option<String>,
    /// What was asked last.
    pub prompt: String,
    /// What was answered.
    pub answer: Option<String>,
    /// How it failed.
    pub acts: Vec<Act>,
    /// The model that answered.
    pub model: Option<String>,
    /// The prompt version.
    pub prompt_version: Option<String>,
}

/// What people changed in answers before they used them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Edits {
    /// Answers that were edited.
    pub edited: u64,
    /// Of them compared with what they became.
    pub compared: u64,
    /// Of them rewritten: nothing of them is left to compare.
    pub rewritten: u64,
    /// Of them without a known text.
    pub without_text: u64,
    /// Of them too long to compare.
    pub too_long: u64,
    /// What was changed again and again.
    #[serde(flatten)]
    pub frequent: Frequent,
    /// For whoever acts on it: empty here.
    pub suggestion: Option<String>,
}

/// A bound that cut something off.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bound {
    /// What is bounded.
    pub what: String,
    /// How many are looked at; of prompts, edits and documents those with the smallest
    /// BLAKE3 of seed and id.
    pub limit: u64,
    /// Of how many, if that is known.
    pub of: Option<u64>,
}

/// The brief of a project: two passes over its groups, and again if somebody was erased
/// meanwhile.
pub fn of_store(
    store: &dyn Store,
    policy: &Policy,
    project: ProjectId,
    request: &Request,
) -> Result<Brief, StoreError> {
    loop {
        let before = store.forgotten(project)?.graves;
        let screened = Screened::of(store, policy, project, request.as_of)?;
        let brief = of_groups(policy, request, |visit| {
            screened.groups(&mut |group| {
                visit(&group);
                ControlFlow::Continue(())
            })
        })?;
        if store.forgotten(project)?.graves == before {
            return Ok(brief);
        }
    }
}

/// The brief of groups that `pass` shows from the first to the last, twice.
pub fn of_groups<E>(
    policy: &Policy,
    request: &Request,
    mut pass: impl FnMut(&mut dyn FnMut(&crate::store::rows::Group)) -> Result<(), E>,
) -> Result<Brief, E> {
    let mut draw = Draw::new(request, policy);
    pass(&mut |group| draw.add(group))?;
    let drawn = draw.finish();
    let mut tally = Tally::new(request, policy, &drawn);
    pass(&mut |group| tally.add(group))?;
    Ok(write::brief(request, policy, &drawn, tally))
}

impl Brief {
    /// The brief as a file of JSON.
    #[must_use]
    pub fn to_json(&self) -> String {
        let mut text = serde_json::to_string_pretty(self).unwrap_or_default();
        text.push('\n');
        text
    }
}

#[cfg(test)]
mod tests;
