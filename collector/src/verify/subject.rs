//! What is asked about.

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::{
    control::ProjectId,
    experiment::declaration::{Declared, Experiment},
    release::Release,
    store::{ExperimentStore, StoreError, UpdateStore},
};

/// Where something came from, as far as proof is concerned.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Origin {
    /// Nothing went live yet: an experiment.
    Experiment,
    /// A release made from what people did.
    Learnt {
        /// The dataset or brief.
        from: String,
    },
    /// A release in which nothing is learnt from people.
    Other,
}

/// A release or an experiment.
#[derive(Debug, Clone, PartialEq)]
pub struct Subject {
    /// The release, where it is one.
    pub release: Option<Release>,
    /// What compared it, and the arm that it is.
    pub compared: Option<(Declared, String)>,
}

/// Why nothing can be asked.
#[derive(Debug, Error)]
pub enum SubjectError {
    /// Neither a release nor an experiment has that name.
    #[error("there is no release or experiment {0}")]
    Unknown(String),
    /// There are several arms beside the control.
    #[error("arm: name one of {0}: {1} has several")]
    ArmNeeded(String, String),
    /// There is no such arm beside the control.
    #[error("arm: {0} is none of {1}")]
    ArmUnknown(String, String),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Origin {
    /// Of a release, or of none.
    #[must_use]
    pub fn of(release: Option<&Release>) -> Self {
        match release.map(|release| &release.from) {
            None => Self::Experiment,
            Some(Some(from)) => Self::Learnt { from: from.clone() },
            Some(None) => Self::Other,
        }
    }

    /// Whether what people did is in it.
    #[must_use]
    pub const fn is_learnt(&self) -> bool {
        matches!(self, Self::Learnt { .. })
    }
}

impl Subject {
    /// A release, as its experiment is declared; `arm` beats its own.
    pub fn of_release<S: ExperimentStore + ?Sized>(
        store: &S,
        project: ProjectId,
        release: Release,
        arm: Option<&str>,
    ) -> Result<Self, SubjectError> {
        let arm = arm.or(release.arm.as_deref());
        let compared = match &release.experiment {
            None => None,
            Some(name) => match store.experiment(project, name)? {
                // Recorded before experiments had to be declared: nothing compared it.
                None => None,
                Some(declared) => {
                    let arm = arm_of(&declared.experiment, arm)?;
                    Some((declared, arm))
                }
            },
        };
        let release = Some(release);
        Ok(Self { release, compared })
    }
}

/// The release of that id or, the last one, of that name; else the experiment. A release
/// comes first since more is asked of it.
pub fn find<S: UpdateStore + ExperimentStore + ?Sized>(
    store: &S,
    project: ProjectId,
    name: &str,
    arm: Option<&str>,
) -> Result<Subject, SubjectError> {
    let mut releases = store.releases(project)?;
    let by_id = releases.iter().rposition(|release| release.release == name);
    let by_name = || releases.iter().rposition(|release| release.name == name);
    if let Some(place) = by_id.or_else(by_name) {
        let release = releases.swap_remove(place);
        return Subject::of_release(store, project, release, arm);
    }
    let declared = store.experiment(project, name)?;
    let declared = declared.ok_or_else(|| SubjectError::Unknown(name.into()))?;
    let arm = arm_of(&declared.experiment, arm)?;
    Ok(Subject {
        release: None,
        compared: Some((declared, arm)),
    })
}

/// The arm that was named, or the only one beside the control.
fn arm_of(experiment: &Experiment, arm: Option<&str>) -> Result<String, SubjectError> {
    let treatments: Vec<&str> = experiment.treatments().map(|arm| &*arm.name).collect();
    let names = || treatments.join(", ");
    match (arm, treatments.as_slice()) {
        (Some(arm), treatments) if treatments.contains(&arm) => Ok(arm.into()),
        (Some(arm), _) => Err(SubjectError::ArmUnknown(arm.into(), names())),
        (None, [only]) => Ok((*only).into()),
        (None, _) => Err(SubjectError::ArmNeeded(names(), experiment.name.clone())),
    }
}
