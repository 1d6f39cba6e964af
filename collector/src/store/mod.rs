//! Where facts live once they left the log.
//!
//! A store keeps facts and hands them back in order; it computes nothing that
//! reaches a file. Stored facts are never changed: what is learnt later is
//! another fact, and every read names the moment it is a read of.

mod bound;
#[cfg(test)]
mod contract;
mod erasures;
mod error;
mod experiments;
mod expiries;
mod join;
mod push;
mod ranges;
mod rollups;
pub mod rows;
mod sign_ins;
mod sqlite;
mod traces;
mod updates;

use std::{collections::BTreeMap, fmt, ops::ControlFlow, str::FromStr};

use serde::{Deserialize, Serialize};
use tacit_signals::{Id, SessionId};

use crate::{
    accept::{Accepted, registration::Registration},
    control::{ContentPolicy, Control, ProjectId, scope::Scopes},
    expire::Horizon,
    export::Scratch,
    log::{Position, frame::Salt},
    outcome::Refused,
};
pub(crate) use erasures::RowKey;
pub use erasures::{ErasureStore, Found, Tombstone, What};
pub use error::StoreError;
pub use experiments::ExperimentStore;
pub(crate) use expiries::DueOutput;
pub use expiries::{Due, ExpiryStore, Left, StoreBytes};
pub use push::{PushNote, PushStore, Pushed};
pub use rollups::{AddedUp, Bucket, BucketKind, BucketRead, Concerned, KeptScreen, RollupStore};
use rows::{Conduct, Group, GroupName, StoredSubject};
pub use sign_ins::SignInStore;
pub use sqlite::SqliteStore;
pub use traces::{DueTrace, TraceKey, TraceStore};
pub use updates::{Attempt, BuildKind, BuildRecord, Held, NewRun, Run, RunEnd, UpdateStore};

/// Facts. Of the writing side one thread makes use, the consumer.
pub trait Store: Send + Sync {
    /// Folds what the log holds up to `to` in one transaction and moves the
    /// position in the same one. Events whose (project, session, seq) is known
    /// are counted as duplicates. Durable only after [`Store::sync`].
    fn fold(&self, portion: &Folding<'_>, to: Position) -> Result<(), StoreError>;

    /// Registers outputs, in order, in one transaction; durable on return.
    fn register(&self, requests: &[Registering]) -> Result<Vec<Vec<Settled>>, StoreError>;

    /// Keeps the counts of refusals.
    fn keep_refusals(&self, refusals: &[(Option<ProjectId>, Refused)]) -> Result<(), StoreError>;

    /// Returns once everything written before is on the device.
    fn sync(&self) -> Result<(), StoreError>;

    /// Tells this store's facts from those of any other.
    fn identity(&self) -> Result<String, StoreError>;

    /// How far the log is folded in.
    fn position(&self) -> Result<Position, StoreError>;

    /// Calls `visit` with every group of `project` as known at `as_of` (Unix ms),
    /// by (conversation, or else output) id, from one snapshot. Memory holds one
    /// group at a time.
    fn groups(
        &self,
        project: ProjectId,
        as_of: u64,
        visit: &mut dyn FnMut(Group) -> ControlFlow<()>,
    ) -> Result<(), StoreError> {
        self.groups_after(project, as_of, None, &mut |_, group| visit(group))
    }

    /// As [`Store::groups`], with the groups that come after the one named `after`,
    /// and with each group's name.
    fn groups_after(
        &self,
        project: ProjectId,
        as_of: u64,
        after: Option<&GroupName>,
        visit: &mut dyn FnMut(&GroupName, Group) -> ControlFlow<()>,
    ) -> Result<(), StoreError>;

    /// The group of the output that `id` names, by its own id, an alias or a
    /// joined one, and the output's own id.
    fn group_of(
        &self,
        project: ProjectId,
        id: &Id,
        as_of: u64,
    ) -> Result<Option<(Group, Id)>, StoreError>;

    /// Calls `visit` with all that people did with outputs of `project` as known at
    /// `as_of` (Unix ms), in any order and without a text, from one snapshot. Memory
    /// holds one slice.
    fn conduct(
        &self,
        project: ProjectId,
        as_of: u64,
        visit: &mut dyn FnMut(&Conduct<'_>) -> Result<(), StoreError>,
    ) -> Result<(), StoreError>;

    /// A place of its own for what a reading cannot hold in memory.
    fn scratch(&self) -> Scratch;

    /// Calls `visit` with everybody whose arm in `experiment` is known at `as_of` (Unix
    /// ms), and the arm: by kind and id, bytewise, from one snapshot. People are assigned
    /// from the declaration on, when they are heard of; held-out people are among them,
    /// and those who are not in the traffic, as
    /// [`OUT_OF_TRAFFIC`](crate::accept::OUT_OF_TRAFFIC). Memory holds one person.
    fn assignments(
        &self,
        project: ProjectId,
        experiment: &str,
        as_of: u64,
        visit: &mut dyn FnMut(&StoredSubject, &str),
    ) -> Result<(), StoreError>;

    /// What was taken out of `project` again: facts as known at one moment change only
    /// with this.
    fn forgotten(&self, project: ProjectId) -> Result<Forgotten, StoreError>;

    /// Outputs, the one first heard of latest first.
    fn page(&self, project: ProjectId, page: &Page) -> Result<Vec<Listed>, StoreError>;

    /// Where acknowledged events of `project` ended, by name, and all its counters.
    fn fates(&self, project: ProjectId) -> Result<BTreeMap<String, u64>, StoreError>;

    /// Refusals as last kept.
    fn refusals(&self) -> Result<Vec<(Option<ProjectId>, Refused)>, StoreError>;

    /// Which of the events `seqs` of a session were received: quick, and asked by the
    /// consumer's thread.
    fn known(
        &self,
        project: ProjectId,
        session: SessionId,
        seqs: &[u32],
    ) -> Result<Vec<u32>, StoreError>;

    /// What became of one event.
    fn trace(
        &self,
        project: ProjectId,
        session: SessionId,
        seq: u32,
    ) -> Result<Option<Traced>, StoreError>;
}

/// Projects and keys.
pub trait ControlStore: Send + Sync {
    /// Starts the checksums of this data directory's log.
    fn salt(&self) -> Result<Salt, StoreError>;
    /// Grows with every change of projects, keys and experiments.
    fn control_version(&self) -> Result<u64, StoreError>;
    /// All projects and keys.
    fn control(&self) -> Result<Control, StoreError>;
    /// Makes a key, and its project if that is new; durable on return.
    fn create_key(&self, key: &NewKey) -> Result<CreatedKey, StoreError>;
    /// All keys, without secrets.
    fn keys(&self) -> Result<Vec<KeyInfo>, StoreError>;
    /// Puts `new` in the place of the key named `old`, which goes on until `ends_at`;
    /// whether that one was in use at `now`. Durable on return.
    fn replace_key(
        &self,
        old: &str,
        new: &NewKey,
        ends_at: u64,
        now: u64,
    ) -> Result<bool, StoreError>;
    /// Keeps when keys were used.
    fn note_uses(&self, uses: &[KeyUse]) -> Result<(), StoreError>;
    /// Withdraws the key named `id`; whether there was one in use. Durable on return.
    fn revoke_key(&self, id: &str, now: u64) -> Result<bool, StoreError>;
}

/// Records of the log, read.
#[derive(Debug, Default)]
pub struct Folding<'a> {
    /// Requests, in the order of the log.
    pub requests: &'a [Accepted],
    /// Records whose content no version known here reads: whose they are and for
    /// how many events they answer. Counted as quarantined.
    pub unreadable: &'a [(ProjectId, u64)],
}

/// One request to register outputs.
#[derive(Debug)]
pub struct Registering {
    /// The tenant.
    pub project: ProjectId,
    /// When it arrived, Unix ms.
    pub received_at: u64,
    /// What it says.
    pub outputs: Vec<Registration>,
}

/// What became of one registration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settled {
    /// What it changed.
    pub status: Status,
    /// The person the output is registered for by now.
    pub subject: Option<StoredSubject>,
}

/// What a registration changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// The output was not registered before.
    Created,
    /// Fields were filled.
    Updated,
    /// All of it was known.
    Unchanged,
    /// Nothing: the named field says something else already.
    Conflict(&'static str),
    /// Nothing: it is about somebody who was erased.
    Erased,
}

/// What was taken out of a project again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Forgotten {
    /// Graves of people and outputs: grows with each erasure.
    pub graves: u64,
    /// What was received before is gone.
    pub horizon: Horizon,
}

/// Which outputs to list.
#[derive(Debug, Clone, Default)]
pub struct Page {
    /// First heard of at or after, Unix ms.
    pub since: Option<u64>,
    /// First heard of before, Unix ms.
    pub until: Option<u64>,
    /// Goes on after this one.
    pub before: Option<Reached>,
    /// Only those that were said to be in this conversation.
    pub conversation: Option<Id>,
    /// Only those whose ids begin like this, if they are few
    /// ([`LISTED_BY_ID_MAX`](crate::limits::LISTED_BY_ID_MAX)); else all.
    pub id_start: Option<String>,
    /// At most so many.
    pub len: usize,
}

/// How far a list of outputs went: they stand by (first heard of, number), latest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reached {
    /// When the last one was first heard of, Unix ms.
    pub received_at: u64,
    /// Its number.
    pub number: u64,
}

impl fmt::Display for Reached {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.received_at, self.number)
    }
}

impl FromStr for Reached {
    type Err = ();

    /// What it was printed as.
    fn from_str(text: &str) -> Result<Self, ()> {
        let (received_at, number) = text.split_once('-').ok_or(())?;
        Ok(Self {
            received_at: received_at.parse().map_err(|_| ())?,
            number: number.parse().map_err(|_| ())?,
        })
    }
}

/// A listed output.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// Its place, for [`Page::before`].
    pub reached: Reached,
    /// The output.
    pub id: Id,
}

/// What became of one event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Traced {
    /// The output it is about, under the id it came with; `None` when it was
    /// received but is kept no more.
    pub output: Option<Id>,
    /// Of a kind this version does not know.
    pub quarantined: bool,
    /// When it was received, Unix ms.
    pub received_at: Option<u64>,
}

/// A key to be made. Its text is made by the caller.
#[derive(Debug)]
#[expect(missing_docs, reason = "the options of `tacit keys create`")]
pub struct NewKey {
    pub project: String,
    pub kind: KeyKind,
    pub text: String,
    pub id: String,
    pub origins: Vec<String>,
    /// Of secret keys.
    pub scopes: Scopes,
    /// Of the project; leaves that of an existing one alone when `None`.
    pub content: Option<ContentPolicy>,
    pub created_at: u64,
}

/// What a key is for.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum, serde::Serialize, serde::Deserialize,
)]
#[serde(rename_all = "lowercase")]
pub enum KeyKind {
    /// Pages: can only add signals.
    Publishable,
    /// Servers and operators: registers and reads.
    Secret,
}

impl KeyKind {
    /// Its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Publishable => "publishable",
            Self::Secret => "secret",
        }
    }

    /// By its name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Publishable, Self::Secret]
            .into_iter()
            .find(|kind| kind.name() == name)
    }

    /// Whether its keys are kept as they are, and not by their digest only.
    #[must_use]
    pub const fn is_shown_again(self) -> bool {
        matches!(self, Self::Publishable)
    }

    /// How its keys start.
    #[must_use]
    pub const fn prefix(self) -> &'static str {
        match self {
            Self::Publishable => "pk_",
            Self::Secret => "sk_",
        }
    }
}

/// A key that was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CreatedKey {
    /// Its project's number.
    pub project: ProjectId,
    /// Whether the project is new as well.
    pub project_is_new: bool,
}

/// A key was used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyUse {
    /// Which.
    pub id: String,
    /// Unix ms, to the hour.
    pub at: u64,
}

/// A key in a list.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[expect(missing_docs, reason = "the columns of `tacit keys list`")]
pub struct KeyInfo {
    pub project: String,
    pub kind: KeyKind,
    pub id: String,
    /// Publishable keys only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// Of secret keys.
    pub scopes: Scopes,
    pub origins: Vec<String>,
    pub created_at: u64,
    /// Rotated out: taken until then.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<u64>,
    /// To the hour.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_used_at: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub revoked_at: Option<u64>,
}
