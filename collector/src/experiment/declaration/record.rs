//! Declaring and ending: facts, told once.

use thiserror::Error;

use super::{Declaration, Declared, FieldError};
use crate::{
    control::ProjectId,
    store::{ExperimentStore, StoreError},
};

/// A declaration that was not taken.
#[derive(Debug, Error)]
pub enum DeclareError {
    /// It cannot be so.
    #[error(transparent)]
    Field(#[from] FieldError),
    /// There is another one of that name.
    #[error(
        "an experiment {name} was declared with other {}: what runs is never changed, \
         so choose another name", fields.join(", ")
    )]
    Differs {
        /// The name of both.
        name: String,
        /// In what they differ.
        fields: Vec<&'static str>,
    },
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What became of a declaration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recorded {
    /// What is in the store.
    pub declared: Declared,
    /// It was not there before.
    pub is_new: bool,
}

/// Writes a declaration down at `now` (Unix ms). The same one again is nothing new;
/// another one under its name is refused.
pub fn record(
    store: &dyn ExperimentStore,
    project: ProjectId,
    declaration: &Declaration,
    now: u64,
) -> Result<Recorded, DeclareError> {
    let fresh = Declared {
        experiment: declaration.starting(now)?,
        declared_at: now,
        ended_at: None,
        said: declaration.said().clone(),
    };
    let Some(known) = store.declare(project, &fresh)? else {
        return Ok(Recorded {
            declared: fresh,
            is_new: true,
        });
    };
    let same_words = known.said == fresh.said;
    let again = declaration.starting(known.experiment.starts_at)?;
    let fields = again.differences(&known.experiment);
    if !same_words && !fields.is_empty() {
        let name = again.name;
        return Err(DeclareError::Differs { name, fields });
    }
    Ok(Recorded {
        declared: known,
        is_new: false,
    })
}

/// Ends an experiment at `now` (Unix ms), unless that was done before; `None` where
/// there is none of that name.
pub fn end(
    store: &dyn ExperimentStore,
    project: ProjectId,
    name: &str,
    now: u64,
) -> Result<Option<Declared>, StoreError> {
    if store.experiment(project, name)?.is_none() {
        return Ok(None);
    }
    store.end_experiment(project, name, now)?;
    store.experiment(project, name)
}
