//! Splits the events of one session by output.

use tacit_signals::{Event, Signal};

use super::{
    accepted::{Chunk, ChunkWriter},
    token::{self, Proof},
};
use crate::{control::Project, store::rows::StoredSubject};

/// Chunks in the making.
pub(super) struct Slices<'a> {
    project: &'a Project,
    subject: &'a StoredSubject,
    now: u64,
    chunks: Vec<Slot<'a>>,
    /// Tokens that came too late; their signals are kept unsigned.
    pub(super) tokens_expired: u32,
    /// Tokens that prove nothing; their signals are kept unsigned.
    pub(super) tokens_invalid: u32,
}

struct Slot<'a> {
    writer: ChunkWriter,
    /// The token looked at last: on the wire it is the same for all events of an output.
    token: Option<&'a str>,
}

impl<'a> Slices<'a> {
    pub(super) fn new(project: &'a Project, subject: &'a StoredSubject, now: u64) -> Self {
        Self {
            project,
            subject,
            now,
            chunks: Vec::new(),
            tokens_expired: 0,
            tokens_invalid: 0,
        }
    }

    pub(super) fn push(&mut self, event: &'a Event) {
        let place = self.place(event);
        let Some(slot) = self.chunks.get_mut(place) else {
            return;
        };
        if let Some(token) = event.token.as_deref()
            && slot.token != Some(token)
        {
            slot.token = Some(token);
            let output = event.output.as_str();
            match token::verify(self.project, token, output, self.subject, self.now) {
                Proof::Valid => slot.writer.sign(),
                Proof::Expired => self.tokens_expired += 1,
                Proof::Invalid => self.tokens_invalid += 1,
            }
        }
        slot.writer.push(event);
    }

    /// A batch rarely has more than a few outputs, and mostly stays with one.
    fn place(&mut self, event: &Event) -> usize {
        let quarantined = matches!(event.signal, Signal::Unknown(_));
        let known = self
            .chunks
            .iter()
            .rposition(|slot| slot.writer.is_for(&event.output, quarantined));
        known.unwrap_or_else(|| {
            self.chunks.push(Slot {
                writer: ChunkWriter::new(event.output.clone(), quarantined),
                token: None,
            });
            self.chunks.len() - 1
        })
    }

    pub(super) fn finish(self) -> Vec<Chunk> {
        let writers = self.chunks.into_iter().map(|slot| slot.writer);
        writers.map(ChunkWriter::finish).collect()
    }
}
