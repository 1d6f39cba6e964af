//! What one store hands to another that takes its place: facts as they are, each with when
//! it was received, in portions, and everything that is small.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use tacit_signals::{Id, SessionId};

use super::{
    AnyStore, Forgotten, Pushed, StoreError,
    ranges::Ranges,
    rows::{GroupName, StoredSubject},
};
use crate::{
    accept::{Accepted, Assigned},
    control::ProjectId,
};

/// Facts about some outputs, people and sessions. To take them in twice is to take them in
/// once.
#[derive(Debug, Default)]
pub(crate) struct Facts {
    /// Outputs in the order they were first heard of, and when.
    pub(super) outputs: Vec<(ProjectId, Id, u64)>,
    /// What was said of each, in the order it was said; JSON.
    pub(super) registrations: Vec<(ProjectId, Id, u64, String)>,
    /// Other ids of outputs: the alias, and whose it is.
    pub(super) aliases: Vec<(ProjectId, Id, Id, u64)>,
    /// Conversations, and an output that was said to be in each.
    pub(super) placements: Vec<(ProjectId, Id, Id, u64)>,
    /// Signals, as requests that would bring exactly these.
    pub(super) requests: Vec<Accepted>,
    /// Who is in which arm.
    pub(super) arms: Vec<(ProjectId, StoredSubject, Assigned, u64)>,
    /// Numbers of the events that were received, whether they are still there or not.
    pub(super) seen: Vec<SeenOf>,
}

/// Numbers of a session's events.
#[derive(Debug)]
pub(crate) struct SeenOf {
    pub(super) project: ProjectId,
    pub(super) session: SessionId,
    pub(super) numbers: Ranges,
    /// When the last of those was received that are not there any more, Unix ms; 0 where
    /// that was too long ago to matter.
    pub(super) gone_at: u64,
}

/// A project as it is kept, with its secrets.
#[derive(Clone)]
pub(crate) struct MovedProject {
    pub(super) id: u32,
    pub(super) name: String,
    pub(super) content: String,
    pub(super) pepper: [u8; 32],
    pub(super) secret: [u8; 32],
    pub(super) created_at: u64,
}

/// A key as it is kept.
#[derive(Clone)]
pub(crate) struct MovedKey {
    pub(super) project: u32,
    pub(super) id: String,
    pub(super) kind: String,
    pub(super) text: Option<String>,
    pub(super) digest: [u8; 32],
    pub(super) origins: Vec<String>,
    pub(super) scopes: Vec<String>,
    pub(super) created_at: u64,
    pub(super) ends_at: Option<u64>,
    pub(super) revoked_at: Option<u64>,
    pub(super) last_used_at: Option<u64>,
}

/// An attempt of a run, and how it ended.
#[derive(Debug, Clone)]
pub(crate) struct MovedAttempt {
    pub(super) schedule: String,
    pub(super) period: String,
    pub(super) attempt: u32,
    pub(super) started_at: u64,
    pub(super) as_of: u64,
    pub(super) inputs: Value,
    pub(super) end: Option<MovedEnd>,
}

/// When an attempt ended, and with what.
#[derive(Debug, Clone)]
pub(crate) struct MovedEnd {
    pub(super) ended_at: u64,
    pub(super) build: Option<String>,
    pub(super) error: Option<String>,
}

/// What was last sent of an output.
#[derive(Debug, Clone)]
pub(crate) struct MovedPush {
    pub(crate) project: ProjectId,
    pub(crate) target: String,
    pub(crate) output: Id,
    pub(crate) part: u8,
    pub(crate) pushed: Pushed,
}

/// Where a push goes on.
#[derive(Debug, Clone)]
pub(crate) struct MovedCursor {
    pub(crate) project: ProjectId,
    pub(crate) target: String,
    pub(crate) after: Option<GroupName>,
}

/// Spans of a trace, and how far it is.
#[derive(Debug)]
pub(crate) struct MovedTrace {
    pub(super) project: ProjectId,
    pub(super) trace: String,
    /// When the last span came, Unix ms.
    pub(super) last_at: u64,
    /// Since when something waits, and when it is due, Unix ms; `None` once all of it is
    /// registered.
    pub(super) waiting: Option<(u64, u64)>,
    /// Spans, request by request; JSON.
    pub(super) portions: Vec<String>,
}

/// How far the copy of another store is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Moving {
    /// The other store.
    pub(crate) from: String,
    /// Rounds over its facts that were begun, from 1.
    pub(crate) round: u64,
    /// What was received before was copied by rounds before this one, Unix ms.
    pub(crate) since: u64,
    /// When the newest fact was received before this round began, Unix ms.
    pub(crate) newest: u64,
    /// What was taken out of the other store before the copy began, by project.
    pub(crate) forgotten: BTreeMap<u32, Forgotten>,
    /// The copy turned out to differ.
    pub(crate) is_wrong: bool,
}

impl Moving {
    /// The number that ends a round.
    pub(crate) const END: u64 = u64::MAX >> 1;
}

/// Where a copy stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Stand {
    /// Nothing is there.
    Empty,
    /// The round was begun, and is done up to this number.
    Under(Moving, u64),
    /// The database is somebody else's.
    Taken,
}

/// Numbers of events as ranges, both ends in them, ascending and apart.
pub(crate) type Numbers = [(u32, u32)];

/// What is asked of a store that is compared with another one, beside everything that is asked
/// of every store.
pub(crate) trait Movable: AnyStore {
    /// Calls `visit` with each session of a project and the numbers of its events that were
    /// received: by session, bytewise.
    fn each_seen(
        &self,
        project: ProjectId,
        visit: &mut dyn FnMut(SessionId, &Numbers),
    ) -> Result<(), StoreError>;
}
