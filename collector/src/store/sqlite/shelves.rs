//! Sums of neighbouring buckets, merged and held in memory: a query reads the few buckets
//! that changed, in the place of every bucket a project has.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use crate::{control::ProjectId, limits::ROLLUP_CELLS_HELD_MAX, rollup::Cells};

/// Buckets of a shelf, as a power of two.
const SHELF_BITS: u32 = 6;

/// Buckets that are merged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Shelf {
    pub(super) project: ProjectId,
    pub(super) kind: i64,
    number: i64,
}

impl Shelf {
    /// That of a bucket.
    pub(super) const fn of(project: ProjectId, kind: i64, bucket: i64) -> Self {
        Self {
            project,
            kind,
            number: bucket >> SHELF_BITS,
        }
    }

    /// Its first bucket, and the first after it.
    pub(super) const fn buckets(self) -> (i64, i64) {
        let first = self.number << SHELF_BITS;
        (first, first + (1 << SHELF_BITS))
    }
}

/// All that are held.
#[derive(Default)]
pub(super) struct Shelves(Mutex<Held>);

#[derive(Default)]
struct Held {
    /// Counts changes.
    clock: u64,
    /// When a shelf last changed, and when all of them did.
    changed: HashMap<Shelf, u64>,
    all_changed: u64,
    /// What is about to be committed, or was just now; all where none is named.
    changing: Vec<Option<Shelf>>,
    merged: HashMap<Shelf, Merged>,
    /// Cells in `merged`.
    cells: usize,
}

struct Merged {
    /// Read from a snapshot that was begun after this.
    since: u64,
    version: String,
    cells: Arc<Cells>,
}

/// Nothing is held of what changes while this is there: it has to be there before the
/// change is committed, and until after.
pub(super) struct Changing<'s> {
    shelves: &'s Shelves,
    which: Option<Shelf>,
}

impl Shelves {
    /// A shelf is about to change, or all of them.
    pub(super) fn changing(&self, which: Option<Shelf>) -> Changing<'_> {
        self.held().changing.push(which);
        Changing {
            shelves: self,
            which,
        }
    }

    /// To be asked before a snapshot is begun, for [`Shelves::hold`].
    pub(super) fn clock(&self) -> u64 {
        self.held().clock
    }

    /// A shelf as a snapshot sees it that was begun before.
    pub(super) fn get(&self, shelf: Shelf, version: &str) -> Option<Arc<Cells>> {
        let held = self.held();
        let merged = held.merged.get(&shelf)?;
        let is_current = merged.version == version
            && merged.since >= held.changed_at(shelf)
            && !held.is_changing(shelf);
        is_current.then(|| Arc::clone(&merged.cells))
    }

    /// Holds what was read from a snapshot begun after `since`.
    pub(super) fn hold(&self, shelf: Shelf, since: u64, version: &str, cells: Arc<Cells>) {
        let mut held = self.held();
        if let Some(old) = held.merged.remove(&shelf) {
            held.cells -= old.cells.len();
        }
        if held.cells + cells.len() > ROLLUP_CELLS_HELD_MAX {
            // Rare: the next questions read them again.
            held.merged.clear();
            held.cells = 0;
        }
        if cells.len() <= ROLLUP_CELLS_HELD_MAX {
            held.cells += cells.len();
            let version = version.to_owned();
            let merged = Merged {
                since,
                version,
                cells,
            };
            held.merged.insert(shelf, merged);
        }
    }

    fn held(&self) -> MutexGuard<'_, Held> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Held {
    fn changed_at(&self, shelf: Shelf) -> u64 {
        let own = self.changed.get(&shelf).copied().unwrap_or_default();
        own.max(self.all_changed)
    }

    fn is_changing(&self, shelf: Shelf) -> bool {
        let concerns = |which: &Option<Shelf>| which.is_none_or(|which| which == shelf);
        self.changing.iter().any(concerns)
    }
}

impl Drop for Changing<'_> {
    fn drop(&mut self) {
        let mut held = self.shelves.held();
        held.clock += 1;
        let now = held.clock;
        match self.which {
            Some(shelf) => drop(held.changed.insert(shelf, now)),
            None => held.all_changed = now,
        }
        let place = held.changing.iter().position(|one| *one == self.which);
        if let Some(place) = place {
            held.changing.swap_remove(place);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        label::Trust,
        rollup::{Cell, Key},
    };

    const VERSION: &str = "1";

    fn shelf(number: i64) -> Shelf {
        Shelf::of(ProjectId(1), 0, number << SHELF_BITS)
    }

    fn cells(len: u32) -> Arc<Cells> {
        let key = |day| Key {
            day: Some(day),
            model: None,
            prompt_version: None,
            trust: Trust::Known,
        };
        let all = (0..len).map(|day| (key(day), Cell::default()));
        Arc::new(all.collect())
    }

    fn hold(shelves: &Shelves, number: i64, len: u32) {
        shelves.hold(shelf(number), shelves.clock(), VERSION, cells(len));
    }

    fn holds(shelves: &Shelves, number: i64) -> bool {
        shelves.get(shelf(number), VERSION).is_some()
    }

    #[test]
    fn what_changed_is_not_held_and_all_else_is() {
        let shelves = Shelves::default();
        hold(&shelves, 1, 1);
        hold(&shelves, 2, 1);
        assert!(shelves.get(shelf(1), "another").is_none());
        drop(shelves.changing(Some(shelf(1))));
        assert!(!holds(&shelves, 1) && holds(&shelves, 2));
        hold(&shelves, 1, 1);
        assert!(holds(&shelves, 1));
        drop(shelves.changing(None));
        assert!(!holds(&shelves, 1) && !holds(&shelves, 2));
    }

    #[test]
    fn what_was_read_before_a_change_is_never_taken_for_what_is_there_after_it() {
        let shelves = Shelves::default();
        // Before anything, while it is not committed, and while it just was.
        let before = shelves.clock();
        let changing = shelves.changing(Some(shelf(1)));
        let meanwhile = shelves.clock();
        shelves.hold(shelf(1), meanwhile, VERSION, cells(1));
        assert!(!holds(&shelves, 1), "what is being changed is read");
        drop(changing);
        assert!(
            !holds(&shelves, 1),
            "it may have been read before the commit"
        );
        shelves.hold(shelf(1), before, VERSION, cells(1));
        assert!(!holds(&shelves, 1));
        hold(&shelves, 1, 1);
        assert!(holds(&shelves, 1));
    }

    #[test]
    fn no_more_is_held_than_may_be() {
        let shelves = Shelves::default();
        let half = u32::try_from(ROLLUP_CELLS_HELD_MAX / 2).unwrap();
        for number in 0..3 {
            hold(&shelves, number, half);
        }
        assert!(!holds(&shelves, 0) && !holds(&shelves, 1) && holds(&shelves, 2));
        hold(&shelves, 3, 2 * half + 2);
        assert!(!holds(&shelves, 3));
        hold(&shelves, 3, half);
        hold(&shelves, 3, half);
        assert!(holds(&shelves, 3));
        assert_eq!(shelves.held().cells, half as usize);
    }

    #[test]
    fn a_shelf_has_whole_buckets() {
        let (first, end) = shelf(3).buckets();
        assert_eq!((first, end), (192, 256));
        for bucket in [first, end - 1] {
            assert_eq!(Shelf::of(ProjectId(1), 0, bucket), shelf(3));
        }
        assert_ne!(Shelf::of(ProjectId(1), 0, end), shelf(3));
    }
}
