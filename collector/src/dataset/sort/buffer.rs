//! Records in memory.

use super::error::SortError;

/// Where a record stands in the arena.
#[derive(Debug, Clone, Copy)]
struct Entry {
    /// The key's first bytes, big-endian: most comparisons end here.
    prefix: u64,
    at: usize,
    key: u32,
    payload: u32,
}

/// What an entry costs beside its bytes.
const ENTRY_BYTES: usize = size_of::<Entry>();
/// Records are expected to be at least this long; where they are shorter the index
/// is full before the arena.
const RECORD_BYTES: usize = 64;

/// An arena of records and an index that is sorted in its place. Both are
/// allocated once: growing would hold two of them for a moment.
#[derive(Debug)]
pub(super) struct Buffer {
    limit: usize,
    arena: Vec<u8>,
    index: Vec<Entry>,
}

impl Buffer {
    /// Takes its memory with the first record.
    pub(super) const fn new(limit: usize) -> Self {
        Self {
            limit,
            arena: Vec::new(),
            index: Vec::new(),
        }
    }

    pub(super) const fn is_empty(&self) -> bool {
        self.index.is_empty()
    }

    /// Whether such a record fits. An empty buffer takes any: what is larger than all
    /// of it makes a run of its own.
    pub(super) fn has_room(&self, key: usize, payload: usize) -> bool {
        let used = self.arena.len() + self.index.len() * ENTRY_BYTES;
        self.is_empty()
            || used + key + payload + ENTRY_BYTES <= self.limit
                && self.index.len() < self.index.capacity()
    }

    pub(super) fn push(&mut self, key: &[u8], payload: &[u8]) -> Result<(), SortError> {
        if self.arena.capacity() == 0 {
            self.arena.reserve_exact(self.limit);
            self.index.reserve_exact(self.limit / RECORD_BYTES);
        }
        let len =
            |bytes: &[u8]| u32::try_from(bytes.len()).map_err(|_| SortError::TooLarge(bytes.len()));
        let mut prefix = [0; 8];
        let head = key.len().min(prefix.len());
        prefix[..head].copy_from_slice(&key[..head]);
        self.index.push(Entry {
            prefix: u64::from_be_bytes(prefix),
            at: self.arena.len(),
            key: len(key)?,
            payload: len(payload)?,
        });
        self.arena.extend_from_slice(key);
        self.arena.extend_from_slice(payload);
        Ok(())
    }

    /// Puts the records in order.
    pub(super) fn sort(&mut self) {
        let Self { arena, index, .. } = self;
        index.sort_unstable_by(|a, b| {
            let prefixes = a.prefix.cmp(&b.prefix);
            prefixes.then_with(|| record(arena, a).cmp(&record(arena, b)))
        });
    }

    pub(super) const fn len(&self) -> usize {
        self.index.len()
    }

    /// The record at a place of the order.
    pub(super) fn get(&self, place: usize) -> Option<(&[u8], &[u8])> {
        Some(record(&self.arena, self.index.get(place)?))
    }

    /// Hands out all records in order and is empty then; its memory stays.
    pub(super) fn drain_sorted(
        &mut self,
        mut take: impl FnMut(&[u8], &[u8]) -> Result<(), SortError>,
    ) -> Result<(), SortError> {
        self.sort();
        let Self { arena, index, .. } = self;
        for entry in &*index {
            let (key, payload) = record(arena, entry);
            take(key, payload)?;
        }
        index.clear();
        arena.clear();
        // A record larger than the limit made it grow.
        arena.shrink_to(self.limit);
        Ok(())
    }
}

fn record<'a>(arena: &'a [u8], entry: &Entry) -> (&'a [u8], &'a [u8]) {
    let (key, payload) = (entry.key as usize, entry.payload as usize);
    arena[entry.at..entry.at + key + payload].split_at(key)
}
