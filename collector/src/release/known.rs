//! Releases as they are shown: with what is known of them.

use serde_json::{Value, json};

use super::{Proof, Release};
use crate::{
    control::ProjectId,
    experiment::declaration::Declared,
    store::{ExperimentStore, StoreError},
    verify::Spoken,
};

/// What is known of the releases of a project beside themselves.
#[derive(Debug, Default)]
pub struct Known {
    experiments: Vec<Declared>,
    verdicts: Vec<Spoken>,
}

impl Known {
    /// All of it.
    pub fn of<S: ExperimentStore + ?Sized>(
        store: &S,
        project: ProjectId,
    ) -> Result<Self, StoreError> {
        Ok(Self {
            experiments: store.experiments(project)?,
            verdicts: store.verdicts(project)?,
        })
    }

    /// What shows that a release is better than what was before.
    #[must_use]
    pub fn proof(&self, release: &Release) -> Proof {
        let mut declared = self.experiments.iter().map(|one| &one.experiment);
        let named = declared.find(|one| Some(&one.name) == release.experiment.as_ref());
        release.proof(named)
    }

    /// What the gate last said of a release.
    #[must_use]
    pub fn verified(&self, release: &Release) -> Option<&Spoken> {
        let mut verdicts = self.verdicts.iter();
        verdicts.find(|spoken| spoken.release == release.release)
    }

    /// A release as it is shown: with its proof and what the gate last said.
    #[must_use]
    pub fn json(&self, release: &Release) -> Value {
        let mut shown = serde_json::to_value(release).unwrap_or_default();
        shown["proof"] = json!(self.proof(release));
        shown["verified"] = json!(self.verified(release));
        shown
    }
}
