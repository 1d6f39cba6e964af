//! Experiments that were declared, and what the gate said of releases.

use super::StoreError;
use crate::{control::ProjectId, experiment::declaration::Declared, verify::Spoken};

/// Declarations and ends of experiments: facts, never changed. All that writes is
/// durable on return, and known to running collectors as keys are.
pub trait ExperimentStore: Send + Sync {
    /// Writes a declaration down; where one of its name is there, that one is
    /// returned, and nothing is written.
    fn declare(
        &self,
        project: ProjectId,
        declared: &Declared,
    ) -> Result<Option<Declared>, StoreError>;

    /// Ends an experiment; false when it was ended before.
    fn end_experiment(
        &self,
        project: ProjectId,
        name: &str,
        ended_at: u64,
    ) -> Result<bool, StoreError>;

    /// The experiment of that name.
    fn experiment(&self, project: ProjectId, name: &str) -> Result<Option<Declared>, StoreError>;

    /// All experiments, in the order they were declared in.
    fn experiments(&self, project: ProjectId) -> Result<Vec<Declared>, StoreError>;

    /// Writes down what the gate said of a release.
    fn add_verdict(&self, project: ProjectId, spoken: &Spoken) -> Result<(), StoreError>;

    /// What the gate last said of each release, by the release's id.
    fn verdicts(&self, project: ProjectId) -> Result<Vec<Spoken>, StoreError>;
}
