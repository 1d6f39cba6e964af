//! What an interrupted build has done already: a file that is replaced as a whole
//! after every finished run of records.

use std::{collections::BTreeMap, fs, path::Path};

use serde::{Deserialize, Serialize};

use super::{
    BuildError,
    gather::{bytes, from_bytes},
    manifest::Inputs,
    publish::{Partial, partial_of},
};
use crate::{
    dataset::{composition::Population, ledger::Skip, sort::Run},
    store::{Forgotten, rows::GroupName},
};

const FILE: &str = "state";

/// What a build is made from. Nothing of another origin is gone on with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Origin {
    /// Whose facts.
    pub(super) store: String,
    /// Of which tenant.
    pub(super) project: u32,
    /// Everything that decides what the files hold.
    pub(super) inputs: Inputs,
    /// What was taken out of the facts again, as far as it concerns them.
    pub(super) forgotten: Forgotten,
}

/// How far the reading of the store is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct State {
    pub(super) origin: Origin,
    /// The last group that is read.
    pub(super) cursor: Option<GroupName>,
    /// All groups are read.
    pub(super) complete: bool,
    /// Outputs read.
    pub(super) outputs: u64,
    /// Rows found.
    pub(super) rows: u64,
    /// What else was considered, by reason.
    pub(super) skipped: BTreeMap<String, u64>,
    /// What rows are drawn from.
    pub(super) population: Population,
    /// Finished runs.
    pub(super) runs: Runs,
}

/// Finished runs of the sorts that reading feeds.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(super) struct Runs {
    pub(super) rows: Vec<Run>,
    pub(super) marks: Vec<Run>,
    pub(super) people: Vec<Run>,
}

impl State {
    /// What was left in the work directory, if it is of this origin; else the
    /// directory is emptied and everything starts from nothing.
    pub(super) fn resume(partial: &Partial, origin: Origin) -> Result<Self, BuildError> {
        if let Some(state) = read(partial.work())
            && state.origin == origin
            // Whoever was ended while it removed its work may have left the state alone.
            && state.files().iter().all(|file| partial.work().join(file).exists())
        {
            partial.keep_only(&state.files())?;
            return Ok(state);
        }
        partial.keep_only(&[])?;
        Ok(Self {
            origin,
            cursor: None,
            complete: false,
            outputs: 0,
            rows: 0,
            skipped: BTreeMap::new(),
            population: Population::default(),
            runs: Runs::default(),
        })
    }

    fn files(&self) -> Vec<&str> {
        let Runs {
            rows,
            marks,
            people,
        } = &self.runs;
        let runs = rows.iter().chain(marks).chain(people);
        let files = runs.map(|run| &*run.file);
        files.chain([FILE]).collect()
    }

    /// Counts one that is in no row.
    pub(super) fn skip(&mut self, skip: Skip) {
        *self.skipped.entry(skip.name().into()).or_default() += 1;
    }

    /// Makes this what a rerun goes on from; the runs it names are on the device.
    pub(super) fn keep(&self, partial: &Partial) -> Result<(), BuildError> {
        partial.replace_work_file(FILE, &bytes(self)?)
    }
}

fn read(work: &Path) -> Option<State> {
    let bytes = fs::read(work.join(FILE)).ok()?;
    // Of another version, or never finished: as good as none.
    from_bytes(&bytes, FILE).ok()
}

/// What waits beside `out` for a rerun.
pub(super) fn pending(out: &Path) -> Option<Origin> {
    let state = read(&super::publish::work_of(&partial_of(out)))?;
    Some(state.origin)
}
