//! Makes what a schedule says for a period.

use std::path::Path;

use serde_json::json;
use thiserror::Error;

use super::{
    due::Due,
    schedule::{BriefFields, DatasetFields, Makes, Range, Schedule},
};
use crate::{
    brief::{self, Brief, files},
    builds::record_of,
    control::ProjectId,
    dataset::{
        Filter,
        build::{BuildError, BuildRequest, Progress, build},
    },
    label::Policy,
    store::{AnyStore, BuildRecord, Store, StoreError, UpdateStore},
};

/// Why nothing was made.
#[derive(Debug, Error)]
pub enum MakeError {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The dataset was not built.
    #[error(transparent)]
    Build(#[from] BuildError),
    /// The brief was not written.
    #[error(transparent)]
    Brief(#[from] files::FilesError),
}

/// What to make.
pub(super) struct Task<'a> {
    pub(super) schedule: &'a Schedule,
    pub(super) project: ProjectId,
    pub(super) policy: &'a Policy,
    pub(super) due: &'a Due,
    pub(super) as_of: u64,
}

impl Task<'_> {
    /// Makes it in the period's own directory.
    pub(super) fn make(
        &self,
        store: &dyn AnyStore,
        progress: &mut dyn FnMut(&Schedule, Progress),
    ) -> Result<BuildRecord, MakeError> {
        let out = self.schedule.out.join(&self.due.period.name);
        let mut record = match &self.schedule.makes {
            Makes::Brief(fields) => self.brief(store, fields, &out)?,
            Makes::Dataset(fields) => self.dataset(store, fields, &out, progress)?,
        };
        record.previous.clone_from(&self.due.previous);
        Ok(record)
    }

    fn brief(
        &self,
        store: &dyn AnyStore,
        fields: &BriefFields,
        out: &Path,
    ) -> Result<BuildRecord, MakeError> {
        let request = brief::Request {
            period: self.due.period.clone(),
            as_of: self.as_of,
            seed: fields.seed,
            trust: fields.trust,
            examples: fields.examples,
            link_base: fields.link_base.clone(),
            previous: self.brief_before(store)?.map(Box::new),
        };
        let brief = brief::of_store(store, self.policy, self.project, &request)?;
        files::write(&brief, out)?;
        let mut record = files::record(&brief, out);
        record.inputs = json!({
            "period": request.period,
            "policy": self.policy.reference(),
            "as_of": request.as_of,
            "seed": request.seed,
            "trust": request.trust,
            "examples": request.examples,
            "link_base": request.link_base,
            "previous": self.due.previous,
        });
        Ok(record)
    }

    /// The brief of the period before, where it is still what was recorded.
    fn brief_before(&self, store: &dyn UpdateStore) -> Result<Option<Brief>, MakeError> {
        let Some(previous) = &self.due.previous else {
            return Ok(None);
        };
        let Some(record) = store.build(self.project, previous)? else {
            return Ok(None);
        };
        let read = files::read(Path::new(&record.out));
        let same =
            read.filter(|(_, bytes)| blake3::hash(bytes).to_hex().as_str() == record.manifest);
        if same.is_none() {
            tracing::warn!(
                out = record.out,
                "the brief before is not there: nothing is compared"
            );
        }
        Ok(same.map(|(brief, _)| brief))
    }

    fn dataset(
        &self,
        store: &dyn Store,
        fields: &DatasetFields,
        out: &Path,
        progress: &mut dyn FnMut(&Schedule, Progress),
    ) -> Result<BuildRecord, MakeError> {
        let period = &self.due.period;
        let request = BuildRequest {
            filter: Filter {
                since: (fields.range == Range::Period).then_some(period.from),
                until: Some(period.to),
                mature_only: fields.mature_only,
                trust: fields.trust,
                min_confidence: fields.min_confidence,
                redact: fields.redact,
            },
            split: fields.split,
            seed: fields.seed,
            dedupe: fields.dedupe,
            previous: self.due.previous.clone(),
            memory_bytes: fields.memory_bytes,
            ..BuildRequest::new(self.project, fields.format, self.as_of, out)
        };
        let built = build(store, self.policy, &request, &mut |done| {
            progress(self.schedule, done);
        })?;
        Ok(record_of(out, &built.manifest, 0)?)
    }
}
