//! Builds that go to object storage.

use std::path::Path;

use super::super::Usage;
use crate::{
    builds,
    control::ProjectId,
    dataset::build::{BuildRequest, Inputs, Manifest, Published},
    label::Policy,
    objects::{self, Bucket, ObjectsError, Place, Staging},
    store::{StoreError, UpdateStore},
};

/// A build on its way to a bucket.
pub(super) struct Upload {
    bucket: Bucket,
    staging: Staging,
    replace: bool,
}

impl Upload {
    /// Where `out` is no directory.
    pub(super) fn open(
        out: &Path,
        data: &Path,
        project: ProjectId,
        replace: bool,
    ) -> anyhow::Result<Option<Self>> {
        let place = Place::parse(out).map_err(|error| Usage(error.to_string()))?;
        let Some(place) = place else {
            return Ok(None);
        };
        Ok(Some(Self {
            staging: Staging::open(data, &place, project)?,
            bucket: Bucket::open(place)?,
            replace,
        }))
    }

    /// The same request, made where it is sent from. What an earlier run left there is
    /// this one's to replace.
    pub(super) fn staged(&self, request: BuildRequest) -> BuildRequest {
        BuildRequest {
            out: self.staging.directory().into(),
            replace: true,
            ..request
        }
    }

    /// The moment of a build that waits to be sent.
    pub(super) fn waiting_as_of(&self, policy: &Policy, request: &BuildRequest) -> Option<u64> {
        self.staging.waiting_as_of(policy, request)
    }

    /// Refuses before anything is built.
    pub(super) fn refuse_foreign(&self, inputs: &Inputs) -> Result<(), ObjectsError> {
        objects::refuse_foreign(&self.bucket, inputs, self.replace)
    }

    /// Sends it.
    pub(super) fn publish(&self, manifest: &Manifest) -> Result<Published, ObjectsError> {
        let sent = objects::publish(&self.bucket, &self.staging, manifest, self.replace);
        if matches!(sent, Err(ObjectsError::Exists { .. })) {
            self.staging.clear()?;
        }
        sent
    }

    /// Notes where it is.
    pub(super) fn record(
        &self,
        store: &dyn UpdateStore,
        project: ProjectId,
        manifest: &Manifest,
    ) -> Result<(), StoreError> {
        builds::record_sent(store, project, &self.bucket.place().to_string(), manifest)
    }
}
