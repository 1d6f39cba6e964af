//! Releases: what went live, from which dataset or brief, verified by what.
//!
//! A release is a fact told once: `new` checks what was said and names it by its
//! content, so that the same telling twice is one release. Whether the build and the
//! experiment it names exist is the store's to say ([`check`]).

mod known;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use thiserror::Error;

use crate::{
    control::ProjectId,
    experiment::declaration::Experiment,
    label::Milli,
    limits::{NAME_BYTES_MAX, NOTE_BYTES_MAX},
    store::{ExperimentStore, StoreError, UpdateStore},
};

pub use known::Known;

/// What kind of thing went live.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub enum ReleaseKind {
    /// A prompt version.
    Prompt,
    /// Documents that answers are made from.
    Rag,
    /// A model tuned on a dataset.
    FineTune,
    /// Another model.
    Model,
}

/// What whoever released it says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Announcement {
    /// The version's name, as outputs carry it: `support@15`.
    pub name: String,
    /// What kind of thing it is.
    pub kind: ReleaseKind,
    /// The dataset or brief it was made from.
    pub from: Option<String>,
    /// The experiment that compared it with what was before.
    pub experiment: Option<String>,
    /// The arm of the experiment that it is; not needed when there is only one beside
    /// the control.
    pub arm: Option<String>,
    /// When it went live, Unix ms; now when nothing is said.
    pub at: Option<u64>,
    /// For people.
    pub note: Option<String>,
}

/// A version that went live.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Release {
    /// Made of all the rest.
    pub release: String,
    /// The version's name.
    pub name: String,
    /// What kind of thing it is.
    pub kind: ReleaseKind,
    /// The build it was made from.
    pub from: Option<String>,
    /// The experiment that compared it with what was before.
    pub experiment: Option<String>,
    /// The arm of the experiment that it is. Not written where nothing was said, as
    /// before there was such a field: ids are made of what is written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub arm: Option<String>,
    /// When it went live, Unix ms.
    pub at: u64,
    /// For people.
    pub note: Option<String>,
}

/// What shows that a release is better than what was before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Proof {
    /// Learnt from people, and no experiment that holds somebody out compared it: it
    /// may please them and still be worse.
    Unproven,
    /// An experiment is named. What it says is told by `tacit verify`.
    Experiment,
    /// Nothing learnt from people is in it.
    NotNeeded,
}

/// An announcement that is no release.
#[derive(Debug, Error)]
pub enum ReleaseError {
    /// A field is wrong.
    #[error("{field}: {problem}")]
    Field {
        /// The field.
        field: &'static str,
        /// What is wrong with it.
        problem: String,
    },
    /// There is no such build.
    #[error("there is no dataset or brief {0}; `tacit builds` names them")]
    Unknown(String),
    /// No such experiment was declared.
    #[error("no experiment {0} was declared; `tacit experiment list` names them")]
    Undeclared(String),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Hex digits in a release's id.
const ID_DIGITS: usize = 16;

impl ReleaseKind {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Prompt, Self::Rag, Self::FineTune, Self::Model];

    /// Its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Prompt => "prompt",
            Self::Rag => "rag",
            Self::FineTune => "fine-tune",
            Self::Model => "model",
        }
    }
}

impl Announcement {
    /// From the body of `POST /v1/releases`; further fields say nothing.
    pub fn from_json(said: &Map<String, Value>) -> Result<Self, ReleaseError> {
        let kind = text(said, "kind")?.ok_or_else(|| wrong("kind", "is missing"))?;
        let kind = ReleaseKind::ALL
            .into_iter()
            .find(|known| known.name() == kind);
        let kind = kind.ok_or_else(|| {
            let names = ReleaseKind::ALL.map(ReleaseKind::name).join(", ");
            wrong("kind", format!("is none of {names}"))
        })?;
        let at = match said.get("at") {
            None | Some(Value::Null) => None,
            Some(at) => {
                let at = at.as_u64();
                Some(at.ok_or_else(|| wrong("at", "must be a whole number of Unix milliseconds"))?)
            }
        };
        Ok(Self {
            name: text(said, "name")?.ok_or_else(|| wrong("name", "is missing"))?,
            kind,
            from: text(said, "from")?,
            experiment: text(said, "experiment")?,
            arm: text(said, "arm")?,
            at,
            note: text(said, "note")?,
        })
    }
}

fn text(said: &Map<String, Value>, field: &'static str) -> Result<Option<String>, ReleaseError> {
    match said.get(field) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.clone())),
        Some(_) => Err(wrong(field, "must be a text")),
    }
}

impl Release {
    /// Checks an announcement told at `now` (Unix ms).
    pub fn new(said: Announcement, now: u64) -> Result<Self, ReleaseError> {
        name("name", &said.name)?;
        if let Some(experiment) = &said.experiment {
            name("experiment", experiment)?;
        }
        if said.arm.is_some() && said.experiment.is_none() {
            return Err(wrong("arm", "needs the experiment it is an arm of"));
        }
        if said
            .note
            .as_ref()
            .is_some_and(|note| note.len() > NOTE_BYTES_MAX)
        {
            let problem = format!("is longer than {NOTE_BYTES_MAX} bytes");
            return Err(wrong("note", problem));
        }
        if said.from.is_none() && said.kind != ReleaseKind::Model {
            let problem = "is missing: only a model can go live without a dataset or brief";
            return Err(wrong("from", problem));
        }
        let mut release = Self {
            release: String::new(),
            name: said.name,
            kind: said.kind,
            from: said.from,
            experiment: said.experiment,
            arm: said.arm,
            at: said.at.unwrap_or(now),
            note: said.note,
        };
        let content = serde_json::to_vec(&release).unwrap_or_default();
        release.release = format!("rel_{}", &blake3::hash(&content).to_hex()[..ID_DIGITS]);
        Ok(release)
    }

    /// What shows that it is better than what was before, as far as what was declared
    /// tells; `experiment` is what was declared under the name it gives.
    #[must_use]
    pub fn proof(&self, experiment: Option<&Experiment>) -> Proof {
        let nobody_held_out = experiment.is_none_or(|one| one.holdout == Milli::default());
        match (&self.experiment, &self.from) {
            (None, None) => Proof::NotNeeded,
            (None, Some(_)) => Proof::Unproven,
            (Some(_), Some(_)) if nobody_held_out => Proof::Unproven,
            (Some(_), _) => Proof::Experiment,
        }
    }
}

/// Checks an announcement, and that what it names is there.
pub fn check<S: UpdateStore + ExperimentStore + ?Sized>(
    store: &S,
    project: ProjectId,
    said: Announcement,
    now: u64,
) -> Result<Release, ReleaseError> {
    let release = Release::new(said, now)?;
    if let Some(from) = &release.from
        && store.build(project, from)?.is_none()
    {
        return Err(ReleaseError::Unknown(from.clone()));
    }
    if let Some(experiment) = &release.experiment {
        let declared = store.experiment(project, experiment)?;
        let declared = declared.ok_or_else(|| ReleaseError::Undeclared(experiment.clone()))?;
        check_arm(&declared.experiment, release.arm.as_deref())?;
    }
    Ok(release)
}

/// A release is one of the arms that were compared with the control.
fn check_arm(experiment: &Experiment, arm: Option<&str>) -> Result<(), ReleaseError> {
    let mut names = experiment.treatments().map(|arm| &*arm.name);
    let Some(arm) = arm else { return Ok(()) };
    if names.any(|name| name == arm) {
        return Ok(());
    }
    let names: Vec<_> = experiment.treatments().map(|arm| &*arm.name).collect();
    Err(wrong("arm", format!("is none of {}", names.join(", "))))
}

fn name(field: &'static str, text: &str) -> Result<(), ReleaseError> {
    let fits = (1..=NAME_BYTES_MAX).contains(&text.len());
    let plain = text.chars().all(|c| !c.is_control()) && !text.trim().is_empty();
    if fits && plain {
        return Ok(());
    }
    let problem = format!("must have 1 to {NAME_BYTES_MAX} bytes and no control characters");
    Err(wrong(field, problem))
}

fn wrong(field: &'static str, problem: impl Into<String>) -> ReleaseError {
    let problem = problem.into();
    ReleaseError::Field { field, problem }
}

#[cfg(test)]
mod tests;
