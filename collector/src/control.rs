//! Who may do what: projects and keys, as read from the store a moment ago.

pub mod key;
pub mod scope;
pub mod used;

use std::{
    collections::{BTreeMap, HashMap},
    sync::{Arc, PoisonError, RwLock},
};

use tacit_signals::{
    Id, SessionId, SubjectKind,
    assignment::{Plan, PlanError},
    limits::EVENT_AGE_MS_MAX,
};

use self::{scope::Scopes, used::Used};
use crate::{
    accept::trim::Gone,
    erase::grave::{self, Grave},
    experiment::declaration::Declared,
    keyed::Keyed,
    store::rows::StoredSubject,
};

/// A tenant's number in every store.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct ProjectId(pub u32);

/// Whose text may be kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum ContentPolicy {
    /// None.
    Off,
    /// What people made of an output.
    Edits,
    /// Prompts and answers as well: whatever the site sends.
    Full,
}

impl ContentPolicy {
    /// Its name, as on the command line.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::Edits => "edits",
            Self::Full => "full",
        }
    }

    /// By its name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Off, Self::Edits, Self::Full]
            .into_iter()
            .find(|policy| policy.name() == name)
    }
}

/// A tenant.
#[derive(Debug)]
pub struct Project {
    /// Its number.
    pub id: ProjectId,
    /// Its name, as given on the command line.
    pub name: String,
    /// Whose text may be kept.
    pub content: ContentPolicy,
    /// Hides subjects.
    pub pepper: Keyed,
    /// Signs tokens.
    pub secret: Keyed,
    /// What was declared, in that order; what has ended as well.
    pub experiments: Vec<Running>,
    /// The graves of people and outputs that were erased, ascending.
    pub erased: Vec<Grave>,
}

/// An experiment as far as assignment is concerned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Running {
    /// Who is in which arm.
    pub plan: Plan,
    /// When people begin to take part, Unix ms.
    pub starts_at: u64,
    /// The first moment nobody takes part any more, Unix ms; open without.
    pub ends_at: Option<u64>,
}

impl TryFrom<&Declared> for Running {
    type Error = PlanError;

    fn try_from(declared: &Declared) -> Result<Self, PlanError> {
        Ok(Self {
            plan: declared.experiment.plan()?,
            starts_at: declared.runs_from(),
            ends_at: declared.runs_until(),
        })
    }
}

impl Running {
    /// Whether people take part at `at` (Unix ms).
    #[must_use]
    pub fn runs_at(&self, at: u64) -> bool {
        self.starts_at <= at && self.ends_at.is_none_or(|end| at < end)
    }

    /// Whether people who are heard of at `at` (Unix ms) are assigned: from the
    /// declaration on, as an output may be registered before the start and shown after
    /// it; and as long after the end as signals of before may arrive.
    #[must_use]
    pub fn assigns_at(&self, at: u64) -> bool {
        let end = self.ends_at;
        end.is_none_or(|end| at < end.saturating_add(EVENT_AGE_MS_MAX))
    }
}

impl Project {
    /// The experiment of that name.
    #[must_use]
    pub fn experiment(&self, name: &str) -> Option<&Running> {
        let mut experiments = self.experiments.iter();
        experiments.find(|experiment| experiment.plan.name() == name)
    }

    /// The stored form of a person the site or the page named.
    #[must_use]
    pub fn subject(&self, raw: &str, kind: SubjectKind) -> StoredSubject {
        self.hidden(raw.as_bytes(), kind)
    }

    /// The stored form of nobody in particular: the session stands for the person.
    #[must_use]
    pub fn session_subject(&self, session: SessionId) -> StoredSubject {
        self.hidden(&session.0, SubjectKind::Session)
    }

    fn hidden(&self, raw: &[u8], kind: SubjectKind) -> StoredSubject {
        let code = self.pepper.sign(&[raw]);
        let mut id = String::with_capacity(34);
        id.push_str("s_");
        for byte in &code[..16] {
            for digit in [byte >> 4, byte & 15] {
                id.push(char::from_digit(digit.into(), 16).unwrap_or('0'));
            }
        }
        StoredSubject { id, kind }
    }
}

/// Nothing of these is taken at the edge.
impl Gone for Project {
    fn subject(&self, _: ProjectId, subject: &StoredSubject) -> bool {
        let grave = || grave::of_subject(&self.pepper, subject);
        !self.erased.is_empty() && self.erased.binary_search(&grave()).is_ok()
    }

    fn output(&self, _: ProjectId, id: &Id) -> bool {
        let grave = || grave::of_output(&self.pepper, id.as_str());
        !self.erased.is_empty() && self.erased.binary_search(&grave()).is_ok()
    }
}

/// What a publishable key allows: adding signals.
#[derive(Debug)]
pub struct Publishable {
    /// Its name in lists.
    pub id: String,
    /// The tenant.
    pub project: Arc<Project>,
    /// Where pages may send from; empty allows any.
    pub origins: Vec<String>,
    /// How long it is taken.
    pub life: Life,
    /// When it was used.
    pub used: Used,
}

/// A secret key.
#[derive(Debug)]
pub struct Secret {
    /// Its name in lists.
    pub id: String,
    /// The tenant.
    pub project: Arc<Project>,
    /// What it allows.
    pub scopes: Scopes,
    /// How long it is taken.
    pub life: Life,
    /// When it was used.
    pub used: Used,
}

/// How long a key is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Life {
    /// Withdrawn.
    pub revoked: bool,
    /// Rotated out: the first moment it is not taken any more, Unix ms.
    pub ends_at: Option<u64>,
}

impl Life {
    /// Whether the key is taken no more at `now` (Unix ms).
    #[must_use]
    pub fn is_over(self, now: u64) -> bool {
        self.revoked || self.ends_at.is_some_and(|end| end <= now)
    }
}

/// All projects and keys at one moment.
#[derive(Debug, Default)]
pub struct Control {
    /// Grows with every change.
    pub version: u64,
    /// Tenants by number.
    pub projects: BTreeMap<ProjectId, Arc<Project>>,
    /// Publishable keys by their text, which is no secret.
    pub publishable: HashMap<String, Arc<Publishable>>,
    /// Secret keys by their SHA-256. What is looked up is never the key, so how long it
    /// takes tells at most about the digest of the guess: which bucket it falls into (by
    /// a hash seeded at random) and how much of that digest is right. A digest does not
    /// lead back to the 160 random bits of a key, even to somebody who knew all of it.
    pub secret: HashMap<[u8; 32], Arc<Secret>>,
}

/// The newest [`Control`] for everybody.
#[derive(Debug, Default)]
pub struct ControlCell(RwLock<Arc<Control>>);

impl ControlCell {
    /// A cell that holds `control`.
    #[must_use]
    pub fn new(control: Control) -> Self {
        Self(RwLock::new(Arc::new(control)))
    }

    /// The newest.
    #[must_use]
    pub fn get(&self) -> Arc<Control> {
        Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Puts a newer one in.
    pub fn set(&self, control: Control) {
        let mut newest = self.0.write().unwrap_or_else(PoisonError::into_inner);
        control.follow(&newest);
        *newest = Arc::new(control);
    }
}
