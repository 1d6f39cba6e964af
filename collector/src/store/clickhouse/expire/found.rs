//! What one look found that is past its time, counted.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use tacit_signals::{Event, Id, SessionId, Signal, codec::EventReader, signal::Kind};

use super::plan::Facts;
use crate::control::ProjectId;

/// What one look found.
#[derive(Debug, Clone, Default)]
pub(in super::super) struct Found {
    pub(in super::super) project: ProjectId,
    pub(in super::super) facts: Facts,
    /// What goes, by name.
    pub(in super::super) counts: BTreeMap<&'static str, u64>,
    /// Events that go, of kinds this version knows, and of others.
    pub(in super::super) stored: u64,
    pub(in super::super) quarantined: u64,
    /// Outputs that go, under all their ids.
    pub(in super::super) gone: BTreeSet<Id>,
    /// Ids that are told anew where they are.
    pub(in super::super) unplaced: BTreeSet<Id>,
    /// Whose chunks go.
    pub(in super::super) people: BTreeSet<Person>,
    /// Ids of outputs and sessions on them that go whole.
    pub(super) due: BTreeMap<Id, HashSet<SessionId>>,
    /// Chunks of which nothing is left without their texts.
    pub(super) emptied: HashSet<Named>,
}

/// Output, session, time and first number of a chunk.
pub(in super::super) type Named = (Id, SessionId, u64, u32);

/// Kind and id.
pub(in super::super) type Person = (u8, [u8; 16]);

impl Found {
    pub(in super::super) fn is_empty(&self) -> bool {
        self.counts.values().all(|count| *count == 0)
    }

    pub(super) fn count(&mut self, name: &'static str, count: u64) {
        *self.counts.entry(name).or_default() += count;
    }

    /// Whether a chunk goes.
    pub(in super::super) fn has(&self, chunk: &Named) -> bool {
        self.is_due(&chunk.0, chunk.1) || self.emptied.contains(chunk)
    }

    /// Whether what a session did with an output goes.
    pub(super) fn is_due(&self, output: &Id, session: SessionId) -> bool {
        let sessions = self.due.get(output);
        sessions.is_some_and(|sessions| sessions.contains(&session))
    }

    pub(super) fn goes(&mut self, read: &Read, bytes: usize, quarantined: bool) {
        self.count("events", read.events);
        self.count("texts", read.texts);
        self.count("bytes", bytes as u64);
        if quarantined {
            self.quarantined += read.events;
        } else {
            self.stored += read.events;
        }
    }
}

/// What a chunk holds.
#[derive(Default)]
pub(super) struct Read {
    pub(super) events: u64,
    pub(super) texts: u64,
    /// Nothing else.
    pub(super) is_texts: bool,
    pub(super) shown: Vec<Id>,
}

/// Reads every row once: it may not be merged with its twin yet. Of rows in the order of
/// their blocks. What two collectors received was counted by both.
#[derive(Default)]
pub(super) struct Once(Option<(u64, u64, u32)>);

impl Once {
    /// What a row holds that was not read before.
    pub(super) fn read(
        &mut self,
        row: (u64, u64, u32),
        output: &Id,
        base_at: u64,
        bytes: &[u8],
    ) -> Option<Read> {
        if self.0.replace(row) == Some(row) {
            return None;
        }
        let mut read = Read {
            is_texts: true,
            ..Read::default()
        };
        for event in EventReader::of_output(bytes, base_at, output.clone()) {
            read.events += 1;
            let Some(event) = event.ok().and_then(Result::ok) else {
                read.is_texts = false;
                continue;
            };
            let is_text = is_text(&event);
            read.is_texts &= is_text;
            read.texts += u64::from(is_text);
            if let Signal::Shown(shown) = event.signal {
                read.shown.extend(shown.conversation);
            }
        }
        Some(read)
    }
}

/// Whether an event is a text.
pub(in super::super) fn is_text(event: &Event) -> bool {
    event.signal.kind() == Some(Kind::Content)
}
