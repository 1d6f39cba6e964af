//! Where facts live once they left the log.
//!
//! A store keeps facts and hands them back in order; it computes nothing that
//! reaches a file. Stored facts are never changed: what is learnt later is
//! another fact, and every read names the moment it is a read of.

mod any;
mod bound;
mod clickhouse;
#[cfg(test)]
mod contract;
mod erasures;
mod error;
mod experiments;
mod expiries;
mod home;
mod join;
mod keys;
pub(crate) mod moving;
mod open;
mod own;
mod push;
mod ranges;
mod rollups;
pub mod rows;
mod sign_ins;
mod sqlite;
mod traces;
mod updates;
mod upkeep;
mod url;

use std::{collections::BTreeMap, fmt, ops::ControlFlow, str::FromStr};

use serde::{Deserialize, Serialize};
use tacit_signals::{Id, SessionId};

pub(crate) use self::url::hides_store;
pub use self::url::{ClickHouseUrl, Host, StoreUrl, StoreUrlError};
use crate::{
    accept::{Accepted, registration::Registration},
    control::ProjectId,
    expire::Horizon,
    export::Scratch,
    log::Position,
    outcome::Refused,
};
pub use any::AnyStore;
pub use clickhouse::ClickHouseStore;
#[cfg(test)]
pub(crate) use clickhouse::testing as clickhouse_server;
pub use erasures::{ErasureStore, Found, Tombstone, What};
pub use error::StoreError;
pub use experiments::ExperimentStore;
pub use expiries::{Due, ExpiryStore, Left, Portion, StoreBytes};
pub use home::move_to;
pub use keys::{ControlStore, CreatedKey, KeyInfo, KeyKind, KeyUse, NewKey};
pub use open::{begin, is_there, open};
pub use own::Place;
pub use push::{PushNote, PushStore, Pushed};
pub use rollups::{
    AddedUp, Bucket, BucketKind, BucketRead, Concerned, KeptBucket, KeptScreen, Mark, Reading,
    RollupStore, VisitSights,
};
use rows::{Conduct, Group, GroupName, StoredSubject};
pub use sign_ins::SignInStore;
pub use sqlite::{SqliteStore, Watch};
pub use traces::{DueTrace, TraceKey, TraceStore};
pub use updates::{Attempt, BuildKind, BuildRecord, Held, NewRun, Run, RunEnd, UpdateStore};
pub use upkeep::{Recount, Removing, UpkeepStore};

/// Facts. Of the writing side one thread makes use, the consumer.
pub trait Store: Send + Sync {
    /// Folds what the log holds up to `to` in one transaction and moves the
    /// position in the same one. Events whose (project, session, seq) is known
    /// are counted as duplicates. Durable only after [`Store::sync`].
    fn fold(&self, portion: &Folding<'_>, to: Position) -> Result<(), StoreError>;

    /// Registers outputs, in order, in one transaction; durable on return.
    fn register(&self, requests: &[Registering]) -> Result<Vec<Vec<Settled>>, StoreError>;

    /// How long its writer may hold back what comes, so that more of it is written together.
    fn rests(&self) -> Rests {
        Rests {
            folds_ms: (0, 250),
            registrations_ms: (0, 0),
        }
    }

    /// Keeps the counts of refusals.
    fn keep_refusals(&self, refusals: &[(Option<ProjectId>, Refused)]) -> Result<(), StoreError>;

    /// Returns once everything written before is on the device.
    fn sync(&self) -> Result<(), StoreError>;

    /// Tells this store's facts from those of any other.
    fn identity(&self) -> Result<String, StoreError>;

    /// Keeps the answers to what `ask` asks, which is all that a collector has to know to
    /// begin: where the store is not on this machine, it may be away then.
    fn remember(&self, _ask: &mut dyn FnMut() -> Result<(), StoreError>) -> Result<(), StoreError> {
        Ok(())
    }

    /// The collector has begun: what was remembered is told no more.
    fn begun(&self) {}

    /// Of [`Store::fates`] what this collector wrote, where others write as well.
    fn own_fates(&self, _project: ProjectId) -> Result<Option<BTreeMap<String, u64>>, StoreError> {
        Ok(None)
    }

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
    /// `as_of` (Unix ms), without a text and from one snapshot: in any order, but that
    /// what came under one id of an output comes together. Memory holds one slice.
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

/// The shortest and the longest rests of a store's writer, in ms; between them it rests
/// twice as long as it wrote. What somebody reads is so much older, and who registers waits
/// so much longer, where more comes at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rests {
    /// Between two folds.
    pub folds_ms: (u64, u64),
    /// Between two times that outputs are registered.
    pub registrations_ms: (u64, u64),
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
/// The number is any that tells those apart that were first heard of in the same
/// millisecond, and that stays.
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
