//! The consumer's side of the log.

use std::{
    collections::BTreeMap,
    io,
    ops::Range,
    sync::{Arc, PoisonError, atomic::Ordering},
    time::{Duration, Instant},
};

use super::{
    Shared,
    disk::Disk,
    frame::{Found, SEGMENT_HEADER_LEN, Salt, look, resync},
    segment::{self, Position},
};

/// Records read at once.
pub struct Portion {
    bytes: Vec<u8>,
    payloads: Vec<Range<usize>>,
    /// Where reading goes on once these are in the store.
    pub end: Position,
}

impl Portion {
    /// The payloads, in the order they were appended.
    pub fn records(&self) -> impl Iterator<Item = &[u8]> {
        self.payloads
            .iter()
            .filter_map(|range| self.bytes.get(range.clone()))
    }

    /// Bytes of the log that were read.
    #[must_use]
    pub fn len(&self) -> u64 {
        self.bytes.len() as u64
    }

    /// Whether that is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }
}

/// Reads on from where the store is.
pub struct Reader {
    pub(super) disk: Arc<dyn Disk>,
    pub(super) salt: Salt,
    pub(super) shared: Arc<Shared>,
    pub(super) position: Position,
    /// Segments the store is past, and since when.
    pub(super) consumed: BTreeMap<u64, Instant>,
}

impl Reader {
    /// What comes next, of about `bytes_max` bytes; `None` when the store has it all.
    pub fn next(&mut self, bytes_max: usize) -> io::Result<Option<Portion>> {
        loop {
            let Some((number, segment, closed)) = self.shared.at_or_after(self.position.segment)
            else {
                return Ok(None);
            };
            if number != self.position.segment {
                self.position = Position {
                    segment: number,
                    offset: 0,
                };
            }
            let header = SEGMENT_HEADER_LEN as u64;
            let start = self.position.offset.max(header.min(segment.len));
            if start >= segment.len {
                if !closed {
                    return Ok(None);
                }
                self.position = Position {
                    segment: number + 1,
                    offset: 0,
                };
                continue;
            }
            let mut end = segment.len.min(start + bytes_max as u64);
            loop {
                let bytes = segment::read(&*segment.file, start, end)?;
                let whole = end == segment.len;
                let portion = self.split(number, start, bytes, whole);
                if !portion.payloads.is_empty() || whole {
                    return Ok(Some(portion));
                }
                // Damage or a large record at the very start: look at all there is.
                end = segment.len;
            }
        }
    }

    /// Cuts `bytes`, which start at `start`, into records. Unless they are the
    /// `whole` rest of the segment, what cannot be read yet is left for later.
    fn split(&self, segment: u64, start: u64, bytes: Vec<u8>, whole: bool) -> Portion {
        let mut payloads = Vec::new();
        let mut offset = 0;
        while offset < bytes.len() {
            if let Found::Record(payload) = look(self.salt, &bytes, offset) {
                offset = payload.end;
                payloads.push(payload);
                continue;
            }
            if !whole {
                break;
            }
            let next = resync(self.salt, &bytes, offset).unwrap_or(bytes.len());
            self.shared.damaged((next - offset) as u64);
            tracing::error!(
                segment,
                offset = start + offset as u64,
                bytes = next - offset,
                "a part of the log is unreadable and was skipped"
            );
            offset = next;
        }
        Portion {
            bytes,
            payloads,
            end: Position {
                segment,
                offset: start + offset as u64,
            },
        }
    }

    /// Bytes the store does not have, and bytes appended since the start.
    #[must_use]
    pub fn behind(&self) -> (u64, u64) {
        let backlog = self.shared.backlog_bytes.load(Ordering::Acquire);
        (backlog, self.shared.appended())
    }

    /// Where reading goes on.
    #[must_use]
    pub fn position(&self) -> Position {
        self.position
    }

    /// The store is past `position`.
    pub fn advance(&mut self, position: Position) {
        self.position = position;
        self.shared.consumed(position);
        let now = Instant::now();
        for number in self.shared.before(position.segment) {
            self.consumed.entry(number).or_insert(now);
        }
    }

    /// Segments the store has been past for at least `age`.
    #[must_use]
    pub fn expired(&self, age: Duration) -> Vec<u64> {
        let old = self
            .consumed
            .iter()
            .filter(|(_, since)| since.elapsed() >= age);
        old.map(|(&number, _)| number).collect()
    }

    /// Removes segments. The store must have been synced past them.
    pub fn remove(&mut self, numbers: &[u64]) -> io::Result<()> {
        let shared = Arc::clone(&self.shared);
        let _files = shared.files.lock().unwrap_or_else(PoisonError::into_inner);
        for &number in numbers {
            self.disk.remove(&segment::name(number))?;
            self.shared.forget(number);
            self.consumed.remove(&number);
        }
        self.disk.sync()
    }
}
