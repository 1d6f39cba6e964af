//! Blocks that may count after an erasure looked: waiting for whoever may still write one,
//! and saying that one came all the same.

use std::{
    collections::{BTreeSet, HashSet},
    sync::{Arc, Mutex, PoisonError},
    thread,
    time::{Duration, Instant},
};

use super::super::{
    ClickHouseStore, Pen, blocks,
    documents::{NewDocument, Which},
    graves,
    history::State,
};
use crate::{control::ProjectId, keyed::random, store::StoreError};

/// That a block may hold what an erasure did not see, and that it was looked at since.
const LATE: &str = "erasure_late";
const LOOKED: &str = "erasure_looked";
/// How long other collectors may take to hear of new graves.
const PATIENCE: Duration = Duration::from_secs(10);
const POLL: Duration = Duration::from_millis(20);

/// Writers that were waited for in vain, and the block they were at.
#[derive(Default)]
pub(in super::super) struct Silent(Mutex<HashSet<(u64, u64)>>);

/// That an erasure was looked at once more for these late blocks.
pub(super) fn looked(
    project: ProjectId,
    job: &str,
    late: &[String],
) -> Result<NewDocument, StoreError> {
    NewDocument::new(LOOKED, project, job, &late)
}

impl ClickHouseStore {
    /// Says that a block may hold what erasures since the graves numbered `since` did not
    /// see.
    pub(in super::super) fn is_late(&self, since: u64) -> Result<(), StoreError> {
        let jobs = self.buried()?.since(since);
        if jobs.is_empty() {
            return Ok(());
        }
        let late = hex::encode(random::<16>()?);
        let documents = jobs
            .into_iter()
            .map(|(project, job)| NewDocument::new(LATE, project, job, &late));
        self.note(&documents.collect::<Result<Vec<_>, _>>()?)
    }

    /// The late blocks an erasure was not looked at for.
    pub(super) fn late_of(&self, project: ProjectId, job: &str) -> Result<Vec<String>, StoreError> {
        let keys = [job.to_owned()];
        let which = Which::Keys(project, &keys);
        let late = self.documents::<String>(LATE, which)?;
        if late.is_empty() {
            return Ok(Vec::new());
        }
        let looked = self.documents::<Vec<String>>(LOOKED, which)?;
        let looked: HashSet<String> = looked.into_iter().flat_map(|one| one.body).collect();
        let late = late.into_iter().map(|late| late.body);
        Ok(late.filter(|late| !looked.contains(late)).collect())
    }

    pub(super) fn late_jobs(&self) -> Result<BTreeSet<(ProjectId, String)>, StoreError> {
        let late = self.documents::<String>(LATE, Which::All)?;
        let mut jobs: BTreeSet<_> = late.into_iter().map(|one| (one.project, one.key)).collect();
        let mut open = BTreeSet::new();
        while let Some((project, job)) = jobs.pop_first() {
            if !self.late_of(project, &job)?.is_empty() {
                open.insert((project, job));
            }
        }
        Ok(open)
    }

    /// The graves there are, once no block that knows of fewer can come to count any more.
    pub(super) fn settled(&self) -> Result<Arc<graves::Buried>, StoreError> {
        let buried = self.buried()?;
        // Whatever this process was writing has ended once the pen was free.
        drop(self.pen());
        let begun = Instant::now();
        loop {
            let writers = blocks::others(&self.client, &self.collector)?;
            let mut silent = self.silent.0.lock().unwrap_or_else(PoisonError::into_inner);
            let waited_for: Vec<(u64, u64)> = writers
                .iter()
                .filter(|writer| !writer.is_sealed() && writer.graves < buried.version)
                .map(|writer| (writer.block.writer, writer.block.number))
                .filter(|writer| !silent.contains(writer))
                .collect();
            if waited_for.is_empty() {
                return Ok(buried);
            }
            if begun.elapsed() > PATIENCE {
                tracing::warn!(
                    collectors = waited_for.len(),
                    "other collectors did not hear of an erasure and are taken for dead"
                );
                silent.extend(waited_for);
                return Ok(buried);
            }
            drop(silent);
            thread::sleep(POLL);
        }
    }

    /// Ends what this process knows of fewer graves than `state`: with an empty block,
    /// where nothing else is written just now.
    pub(in super::super) fn pass_on(&self, state: &State) {
        let is_behind = match self.pen.try_lock().as_deref() {
            Ok(Pen::Up(written, ..)) => written.graves < state.graves,
            Ok(Pen::Down(undone)) => undone.is_some(),
            // Whoever writes sees it by himself.
            Err(_) => false,
        };
        if is_behind && let Err(error) = self.block(|_, _, _| Ok(())) {
            tracing::warn!(%error, "what was written is not known to know of new graves");
        }
    }
}
