//! Sums of neighbouring buckets, merged and held in memory: a query reads the few buckets
//! that changed, in the place of every bucket a project has. What is held is known by the
//! readings it was made of, so it does not matter who replaced one of them.

use std::{
    collections::{BTreeMap, HashMap, hash_map::DefaultHasher},
    hash::{Hash, Hasher},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use crate::{
    control::ProjectId,
    limits::ROLLUP_CELLS_HELD_MAX,
    rollup::Cells,
    store::{Bucket, BucketKind},
};

/// Buckets of a shelf, as a power of two.
const SHELF_BITS: u32 = 6;

/// Neighbouring buckets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Shelf {
    pub(super) project: ProjectId,
    pub(super) kind: BucketKind,
    number: i64,
}

impl Shelf {
    pub(super) const fn of(bucket: Bucket) -> Self {
        Self {
            project: bucket.project,
            kind: bucket.kind,
            number: bucket.number >> SHELF_BITS,
        }
    }

    /// Its first bucket, and the first after it.
    pub(super) const fn buckets(self) -> (i64, i64) {
        let first = self.number << SHELF_BITS;
        (first, first + (1 << SHELF_BITS))
    }
}

/// What a shelf is made of: another one wherever a bucket was added up again.
pub(super) type Made = u64;

/// Shelves of some buckets, by the readings that count.
pub(super) fn made(current: impl Iterator<Item = (Bucket, u64)>) -> BTreeMap<Shelf, Made> {
    let mut hashers: BTreeMap<Shelf, DefaultHasher> = BTreeMap::new();
    for (bucket, reading) in current {
        let hasher = hashers.entry(Shelf::of(bucket)).or_default();
        (bucket.number, reading).hash(hasher);
    }
    let hashers = hashers.into_iter();
    hashers
        .map(|(shelf, hasher)| (shelf, hasher.finish()))
        .collect()
}

/// All that are held.
#[derive(Default)]
pub(super) struct Shelves(Mutex<Held>);

#[derive(Default)]
struct Held {
    merged: HashMap<Shelf, (Made, Arc<Cells>)>,
    /// Cells in `merged`.
    cells: usize,
}

impl Shelves {
    /// A shelf that is made of just that.
    pub(super) fn get(&self, shelf: Shelf, made: Made) -> Option<Arc<Cells>> {
        let held = self.held();
        let (of, cells) = held.merged.get(&shelf)?;
        (*of == made).then(|| Arc::clone(cells))
    }

    pub(super) fn hold(&self, shelf: Shelf, made: Made, cells: Arc<Cells>) {
        let mut held = self.held();
        if let Some((_, old)) = held.merged.remove(&shelf) {
            held.cells -= old.len();
        }
        if held.cells + cells.len() > ROLLUP_CELLS_HELD_MAX {
            // Rare: the next questions read them again.
            held.merged.clear();
            held.cells = 0;
        }
        if cells.len() <= ROLLUP_CELLS_HELD_MAX {
            held.cells += cells.len();
            held.merged.insert(shelf, (made, cells));
        }
    }

    fn held(&self) -> MutexGuard<'_, Held> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bucket(number: i64) -> Bucket {
        Bucket {
            project: ProjectId(1),
            kind: BucketKind::Outputs,
            number,
        }
    }

    #[test]
    fn a_shelf_is_another_one_wherever_a_bucket_was_read_again() {
        let of = |readings: [(i64, u64); 3]| {
            let current = readings.map(|(number, reading)| (bucket(number), reading));
            made(current.into_iter())
        };
        let before = of([(0, 1), (63, 1), (64, 1)]);
        assert_eq!(before.len(), 2);
        let after = of([(0, 1), (63, 2), (64, 1)]);
        let [near, far] = [0, 64].map(|number| Shelf::of(bucket(number)));
        assert_ne!(before[&near], after[&near]);
        assert_eq!(before[&far], after[&far]);
        assert_ne!(of([(0, 1), (62, 1), (64, 1)])[&near], before[&near]);
        assert_eq!(far.buckets(), (64, 128));
        let shelves = Shelves::default();
        shelves.hold(near, before[&near], Arc::default());
        assert!(shelves.get(near, before[&near]).is_some());
        assert!(shelves.get(near, after[&near]).is_none());
        assert!(shelves.get(far, before[&near]).is_none());
    }
}
