//! What is made of facts again and again: who does it now, what was made and what
//! went live. Facts as well: nothing here is changed once written, leases apart.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::StoreError;
use crate::{control::ProjectId, release::Release};

/// Leases, runs, builds and releases. All that writes is durable on return.
pub trait UpdateStore: Send + Sync {
    /// Takes the lease `name` for `holder` until `now + ttl_ms`, or makes it last that
    /// long when `holder` has it already; false while somebody else has it. Atomic
    /// over all processes on this store.
    fn acquire(&self, name: &str, holder: &str, now: u64, ttl_ms: u64) -> Result<bool, StoreError>;

    /// Gives the lease back, if `holder` still has it.
    fn give_back(&self, name: &str, holder: &str) -> Result<(), StoreError>;

    /// Begins an attempt of a run. The first one of a period fixes its `as_of`, which
    /// is returned with the attempt's number: later ones make the same bytes.
    fn begin_run(&self, project: ProjectId, run: &NewRun) -> Result<Attempt, StoreError>;

    /// Writes down how an attempt ended, and what it made, in one transaction; false,
    /// and nothing is written, when `lease` is no longer held at `now`.
    fn end_run(
        &self,
        project: ProjectId,
        end: &RunEnd<'_>,
        lease: Held<'_>,
        now: u64,
    ) -> Result<bool, StoreError>;

    /// All runs, by schedule and period.
    fn runs(&self, project: ProjectId) -> Result<Vec<Run>, StoreError>;

    /// Records a build; false when exactly its bytes were recorded before.
    fn add_build(&self, project: ProjectId, build: &BuildRecord) -> Result<bool, StoreError>;

    /// The last build recorded under that id.
    fn build(&self, project: ProjectId, id: &str) -> Result<Option<BuildRecord>, StoreError>;

    /// All builds, in the order they were recorded in.
    fn builds(&self, project: ProjectId) -> Result<Vec<BuildRecord>, StoreError>;

    /// Records a release; false when exactly this was recorded before.
    fn add_release(&self, project: ProjectId, release: &Release) -> Result<bool, StoreError>;

    /// All releases, in the order they were recorded in.
    fn releases(&self, project: ProjectId) -> Result<Vec<Release>, StoreError>;
}

/// A lease somebody believes to have.
#[derive(Debug, Clone, Copy)]
#[expect(missing_docs, reason = "the arguments of UpdateStore::acquire")]
pub struct Held<'a> {
    pub name: &'a str,
    pub holder: &'a str,
}

/// What is about to be made for a period of a schedule.
#[derive(Debug, Clone, PartialEq)]
pub struct NewRun {
    /// The schedule's name.
    pub schedule: String,
    /// The period's name.
    pub period: String,
    /// Now, Unix ms.
    pub started_at: u64,
    /// The moment to know things as of, unless an earlier attempt fixed one.
    pub as_of: u64,
    /// What it is made of, as JSON.
    pub inputs: Value,
}

/// An attempt that began.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Attempt {
    /// Its number, from 1.
    pub number: u32,
    /// The moment to know things as of, Unix ms.
    pub as_of: u64,
}

/// How an attempt ended.
#[derive(Debug, Clone)]
pub struct RunEnd<'a> {
    /// The schedule's name.
    pub schedule: &'a str,
    /// The period's name.
    pub period: &'a str,
    /// The attempt's number.
    pub attempt: u32,
    /// Now, Unix ms.
    pub ended_at: u64,
    /// What was made, or why nothing was.
    pub made: Result<&'a BuildRecord, &'a str>,
}

/// All attempts of one schedule for one period.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Run {
    /// The schedule's name.
    pub schedule: String,
    /// The period's name.
    pub period: String,
    /// How often it was tried.
    pub attempts: u32,
    /// When the first attempt began, Unix ms.
    pub started_at: u64,
    /// The moment all attempts know things as of, Unix ms.
    pub as_of: u64,
    /// What the last attempt was made of.
    pub inputs: Value,
    /// When it was finished, Unix ms; `None` until then.
    pub finished_at: Option<u64>,
    /// What was made.
    pub build: Option<String>,
    /// Why the last attempt that ended without a build did.
    pub error: Option<String>,
}

/// A dataset or brief that was made.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BuildRecord {
    /// Its id, made of what it was made of.
    pub build: String,
    /// What it is.
    pub kind: BuildKind,
    /// When it was recorded, Unix ms.
    pub made_at: u64,
    /// BLAKE3 of `manifest.json` of a dataset, `brief.json` of a brief; hex.
    pub manifest: String,
    /// What it was made of, as JSON.
    pub inputs: Value,
    /// The build before it in its schedule.
    pub previous: Option<String>,
    /// Where it was written.
    pub out: String,
}

impl BuildRecord {
    /// The record of the build `id` whose naming file has these bytes.
    #[must_use]
    pub fn new(kind: BuildKind, id: &str, naming: &[u8], made_at: u64, out: &str) -> Self {
        Self {
            build: id.into(),
            kind,
            made_at,
            manifest: blake3::hash(naming).to_hex().to_string(),
            inputs: Value::Null,
            previous: None,
            out: out.into(),
        }
    }
}

/// What a build is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BuildKind {
    /// Rows for a trainer.
    Dataset,
    /// What to change in prompts and documents.
    Brief,
}

impl BuildKind {
    /// Its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Dataset => "dataset",
            Self::Brief => "brief",
        }
    }

    /// By its name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Dataset, Self::Brief]
            .into_iter()
            .find(|kind| kind.name() == name)
    }
}
