//! Builds: datasets of any size, under a bound of memory, that come out the same
//! every time.
//!
//! A build's path: `gather` reads the store once and leaves three sorted sets of
//! records, rows by their place among them; `decide` makes of the other two the
//! sorted list of rows that are dropped (people held out, near-duplicates, caps);
//! `write` reads rows and list side by side, splits what is left into files and
//! hashes them; `publish` renames the whole directory into its place. Up to there
//! everything is in `DIR.partial`, with a `state` that a rerun goes on from after
//! any end, kill and power loss included.
//!
//! Whatever a file holds follows from the facts as of `as_of`, the policy and the
//! [`BuildRequest`]; memory, machine and interruptions leave no trace.

mod decide;
mod error;
mod gather;
mod manifest;
mod provenance;
mod publish;
mod split;
mod state;
#[cfg(test)]
mod tests;
mod write;

use std::path::{Path, PathBuf};

pub(crate) use self::write::facts_of;
pub use self::{
    error::BuildError,
    manifest::{Counts, FileFacts, Inputs, Manifest},
    split::{SplitBy, Splitting},
};
use self::{gather::Gatherer, publish::Partial, state::State};
use super::{Filter, Format, Shape};
use crate::{
    control::ProjectId,
    expire,
    label::Policy,
    screen::Screened,
    store::{Forgotten, Store},
};

/// Memory of a build where nobody said how much.
pub const MEMORY_BYTES: u64 = 256 * 1024 * 1024;
/// Least memory of a build.
pub const MEMORY_BYTES_MIN: u64 = 1024 * 1024;

/// What to build, and where to.
#[derive(Debug, Clone, PartialEq)]
pub struct BuildRequest {
    /// The tenant.
    pub project: ProjectId,
    /// The rows' shape.
    pub format: Format,
    /// Which outputs.
    pub filter: Filter,
    /// As known at this moment, Unix ms.
    pub as_of: u64,
    /// The share of rows that are kept apart as a test set, if any.
    pub split: Option<Splitting>,
    /// Decides order and split.
    pub seed: u64,
    /// Whether near-duplicates are dropped.
    pub dedupe: bool,
    /// The build before this one, by its id.
    pub previous: Option<String>,
    /// Bytes that records may take in memory; at least [`MEMORY_BYTES_MIN`].
    pub memory_bytes: u64,
    /// The directory to make.
    pub out: PathBuf,
    /// Whether another build in `out` may be replaced.
    pub replace: bool,
}

impl BuildRequest {
    /// Everything the format takes by default, into `out`.
    #[must_use]
    pub fn new(project: ProjectId, format: Format, as_of: u64, out: &Path) -> Self {
        Self {
            project,
            format,
            filter: Filter::of(format),
            as_of,
            split: None,
            seed: crate::export::SEED,
            dedupe: true,
            previous: None,
            memory_bytes: MEMORY_BYTES,
            out: out.into(),
            replace: false,
        }
    }
}

/// How far a build is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub struct Progress {
    /// What it is doing.
    pub phase: Phase,
    /// Outputs read, or rows looked at.
    pub done: u64,
    /// Of how many, where that is known.
    pub total: Option<u64>,
    /// Outputs that an earlier, interrupted run had read already.
    pub resumed: u64,
}

/// What a build is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// Reads and labels outputs.
    Reading,
    /// Decides which rows stay.
    Deciding,
    /// Writes rows.
    Writing,
}

/// A finished build.
#[derive(Debug, Clone, PartialEq)]
pub struct Built {
    /// What is in the directory.
    pub manifest: Manifest,
    /// What became of the directory.
    pub published: Published,
    /// Outputs that an earlier, interrupted run had read already.
    pub resumed: u64,
}

/// What became of a build's directory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Published {
    /// It is new.
    Created,
    /// It took the place of another build.
    Replaced,
    /// It was there already, byte for byte.
    Unchanged,
}

/// Builds a dataset. On any error `request.out` is what it was; the same request
/// goes on where this one ended.
pub fn build(
    store: &dyn Store,
    policy: &Policy,
    request: &BuildRequest,
    progress: &mut dyn FnMut(Progress),
) -> Result<Built, BuildError> {
    if matches!(request.format.shape(), Shape::Labels(_)) {
        return Err(BuildError::Labels);
    }
    let inputs = Inputs::of(policy, request);
    publish::refuse_foreign(request, &inputs)?;
    let partial = Partial::open(&request.out)?;
    let origin = state::Origin {
        store: store.identity()?,
        project: request.project.0,
        inputs: inputs.clone(),
        forgotten: forgotten(store, request)?,
    };
    let before = origin.forgotten;
    let state = State::resume(&partial, origin)?;
    let resumed = state.outputs;
    let gatherer = Gatherer::new(policy, request, &partial, state);
    let facts = Screened::of(store, policy, request.project, request.as_of)?;
    let gathered = gatherer.run(&facts, progress)?;
    let decided = decide::decide(policy, request, &partial, &gathered, progress)?;
    let (counts, files) = write::write(
        policy, request, &inputs, &partial, gathered, &decided, progress,
    )?;
    // What was taken out meanwhile may be in it: the same request begins anew.
    if forgotten(store, request)? != before {
        partial.keep_only(&[])?;
        return Err(BuildError::Forgotten(request.out.clone()));
    }
    let unseen = expire::unseen(before.horizon, request.filter.since);
    let manifest = Manifest::new(inputs, counts.told(unseen, request.as_of), files, unseen);
    let published = publish::publish(partial, request, &manifest)?;
    // In the last instant: it is there, and whoever asked for it is told.
    if forgotten(store, request)? != before {
        return Err(BuildError::ForgottenSince(request.out.clone()));
    }
    Ok(Built {
        manifest,
        published,
        resumed,
    })
}

/// What was taken out of the facts of a request again, as far as it concerns it.
fn forgotten(store: &dyn Store, request: &BuildRequest) -> Result<Forgotten, BuildError> {
    let known = store.forgotten(request.project)?;
    Ok(Forgotten {
        horizon: expire::unseen(known.horizon, request.filter.since).unwrap_or_default(),
        ..known
    })
}

/// The moment an interrupted build of this request was made as of: what a rerun
/// that was told no moment has to take to go on. `None` where nothing waits.
#[must_use]
pub fn pending_as_of(store: &dyn Store, policy: &Policy, request: &BuildRequest) -> Option<u64> {
    let origin = state::pending(&request.out)?;
    let pending = BuildRequest {
        as_of: origin.inputs.as_of,
        ..request.clone()
    };
    let same = origin.inputs == Inputs::of(policy, &pending)
        && origin.project == request.project.0
        && store
            .identity()
            .is_ok_and(|identity| identity == origin.store);
    same.then_some(origin.inputs.as_of)
}

/// Bytes that records of this build may take.
fn memory(request: &BuildRequest) -> usize {
    let bytes = request.memory_bytes.max(MEMORY_BYTES_MIN);
    usize::try_from(bytes).unwrap_or(usize::MAX)
}
