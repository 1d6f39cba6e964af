//! Sorted runs as one.

use std::{
    cmp::Reverse,
    collections::{BinaryHeap, binary_heap::PeekMut},
    sync::Arc,
};

use super::{buffer::Buffer, error::SortError, run::RunReader};

/// Where a run is.
#[derive(Debug)]
pub(super) enum Source {
    File(RunReader),
    /// With the place of the next record.
    Memory(Arc<Buffer>, usize),
}

impl Source {
    /// As [`RunReader::read`].
    fn read(&mut self, key: &mut Vec<u8>, payload: &mut Vec<u8>) -> Result<bool, SortError> {
        match self {
            Self::File(reader) => reader.read(key, payload),
            Self::Memory(buffer, place) => {
                let Some(record) = buffer.get(*place) else {
                    return Ok(false);
                };
                *place += 1;
                for (part, bytes) in [(key, record.0), (payload, record.1)] {
                    part.clear();
                    part.extend_from_slice(bytes);
                }
                Ok(true)
            }
        }
    }
}

/// The next record of a run. Ordered as records are, then by run.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Head {
    key: Vec<u8>,
    payload: Vec<u8>,
    run: usize,
}

/// A record's key and payload.
pub type Record<'a> = (&'a [u8], &'a [u8]);

/// Reads sorted runs in one order.
#[derive(Debug)]
pub struct Merge {
    runs: Vec<Source>,
    heads: BinaryHeap<Reverse<Head>>,
    key: Vec<u8>,
    payload: Vec<u8>,
}

impl Merge {
    pub(super) fn of(mut runs: Vec<Source>) -> Result<Self, SortError> {
        let mut heads = BinaryHeap::with_capacity(runs.len());
        for (run, reader) in runs.iter_mut().enumerate() {
            let (mut key, mut payload) = (Vec::new(), Vec::new());
            if reader.read(&mut key, &mut payload)? {
                heads.push(Reverse(Head { key, payload, run }));
            }
        }
        Ok(Self {
            runs,
            heads,
            key: Vec::new(),
            payload: Vec::new(),
        })
    }

    /// The next record.
    #[expect(
        clippy::should_implement_trait,
        reason = "lends what the next call overwrites, which no iterator may"
    )]
    pub fn next(&mut self) -> Result<Option<Record<'_>>, SortError> {
        let Some(mut least) = self.heads.peek_mut() else {
            return Ok(None);
        };
        let Reverse(head) = &mut *least;
        std::mem::swap(&mut self.key, &mut head.key);
        std::mem::swap(&mut self.payload, &mut head.payload);
        if !self.runs[head.run].read(&mut head.key, &mut head.payload)? {
            PeekMut::pop(least);
        }
        Ok(Some((&self.key, &self.payload)))
    }
}
