//! Who writes facts: one at a time in this process, block by block ([`blocks`]).

use std::sync::{MutexGuard, PoisonError};

use super::{
    ClickHouseStore,
    blocks::{self, Snapshot, Written},
    documents::Next,
    graves::Buried,
    history,
    pages::{Memory, Pages},
};
use crate::store::StoreError;

/// Who writes facts.
pub(super) enum Pen {
    /// Nobody yet; or a block after this one failed.
    Down(Option<Written>),
    Up(Written, Memory),
}

/// A block that counts, and whether graves came while it was written.
struct Done<T> {
    result: T,
    late_since: Option<u64>,
}

impl ClickHouseStore {
    pub(super) fn pen(&self) -> MutexGuard<'_, Pen> {
        self.pen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Writes a block, which then counts, or is as if it had never been.
    pub(super) fn block<T>(
        &self,
        act: impl FnOnce(&Snapshot, &mut Pages<'_>, &mut Written) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let done = self.one_block(act)?;
        if let Some(since) = done.late_since {
            // An empty one, for whoever waits until this collector knows of the graves.
            let passed_on = self.is_late(since).and_then(|()| {
                let empty = self.one_block(|_, _, _| Ok(()))?;
                empty.late_since.map_or(Ok(()), |since| self.is_late(since))
            });
            if let Err(error) = passed_on {
                tracing::warn!(%error, "graves came while a block was written: the next one says so");
            }
        }
        Ok(done.result)
    }

    /// The next block is that of a new writer.
    pub(super) fn put_down(&self) {
        *self.pen() = Pen::Down(None);
    }

    fn one_block<T>(
        &self,
        act: impl FnOnce(&Snapshot, &mut Pages<'_>, &mut Written) -> Result<T, StoreError>,
    ) -> Result<Done<T>, StoreError> {
        let mut pen = self.pen();
        let (before, mut memory) = match std::mem::replace(&mut *pen, Pen::Down(None)) {
            Pen::Up(written, memory) => (written, memory),
            Pen::Down(undone) => match self.new_writer(undone.as_ref()) {
                Ok(written) => (written, Memory::default()),
                Err(error) => {
                    *pen = Pen::Down(undone);
                    return Err(error);
                }
            },
        };
        // After its writer is known to be there: whoever erases waits for it, or this sees
        // the grave.
        let buried = match self.buried() {
            Ok(buried) => buried,
            Err(error) => {
                *pen = Pen::Up(before, memory);
                return Err(error);
            }
        };
        let mut next = before.next();
        if next.graves != buried.version {
            // It may rest on rows that go.
            memory = Memory::default();
            next.graves = buried.version;
        }
        let written = self.write(&mut next, &mut memory, &buried, act);
        *pen = match written {
            Ok(_) => Pen::Up(next, memory),
            Err(_) => Pen::Down(Some(before)),
        };
        let result = written?;
        // Only now: whatever came before this is read, is known to be late.
        let late_since = match history::now(&self.client) {
            Ok((_, state)) if state.graves == buried.version => None,
            _ => Some(buried.version),
        };
        Ok(Done { result, late_since })
    }

    /// A new writer. One that crashed may not have seen that its last block was late.
    fn new_writer(&self, undone: Option<&Written>) -> Result<Written, StoreError> {
        let known = blocks::writers(&self.client, Some(&self.collector))?;
        let open = known.iter().filter(|written| !written.is_sealed());
        if let Some(since) = open.map(|written| written.graves).min() {
            self.is_late(since)?;
        }
        let graves = self.buried()?.version;
        let begun = blocks::begin(&self.client, &self.collector, known, undone, graves)?;
        begun.commit(&self.client, &self.collector)?;
        Ok(begun)
    }

    fn write<T>(
        &self,
        next: &mut Written,
        memory: &mut Memory,
        buried: &Buried,
        act: impl FnOnce(&Snapshot, &mut Pages<'_>, &mut Written) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let (_, state) = history::now(&self.client)?;
        memory.as_of(state.removals);
        let snapshot = Snapshot::take(&self.client)?;
        let mut pages = Pages::new(next.block, buried, memory, &self.stamps);
        let done = act(&snapshot, &mut pages, next)?;
        pages.insert(&self.client)?;
        next.commit(&self.client, &self.collector)?;
        Ok(done)
    }

    /// What writers take for written down may be gone: blocks that are begun from now on
    /// look again, of all collectors, and this one's that was begun before has ended.
    pub(super) fn let_look_again(&self) -> Result<(), StoreError> {
        self.change(|state| Ok((Some(Next::of_removal(state)), ())))?;
        drop(self.pen());
        Ok(())
    }
}
