//! A sample that does not depend on the order things came in, and is bounded.

use std::collections::BTreeMap;

/// Where something stands in the draw: BLAKE3 of the seed and its name.
pub(crate) type Place = [u8; 32];

/// The place of `name`, as rows of datasets are placed: BLAKE3 of the seed (eight
/// bytes, little-endian) and the name.
pub(crate) fn place(seed: u64, name: &str) -> Place {
    let mut hasher = blake3::Hasher::new();
    hasher.update(&seed.to_le_bytes());
    hasher.update(name.as_bytes());
    *hasher.finalize().as_bytes()
}

/// The things with the smallest places, at most so many.
#[derive(Debug)]
pub(crate) struct Smallest<T> {
    kept: BTreeMap<Place, T>,
    max: usize,
    /// How many there were.
    pub(crate) offered: u64,
}

impl<T> Smallest<T> {
    pub(crate) const fn new(max: usize) -> Self {
        Self {
            kept: BTreeMap::new(),
            max,
            offered: 0,
        }
    }

    /// Keeps what `make` gives if the place is among the smallest.
    pub(crate) fn offer(&mut self, place: Place, make: impl FnOnce() -> T) {
        self.offered += 1;
        let last = self.kept.last_key_value().map(|(last, _)| *last);
        if self.kept.len() >= self.max && last.is_none_or(|last| last < place) {
            return;
        }
        self.kept.insert(place, make());
        if self.kept.len() > self.max {
            self.kept.pop_last();
        }
    }

    /// What is kept under `place`, made if its place is among the smallest. What
    /// left once never comes back, so what is kept has been counted in full.
    pub(crate) fn entry(&mut self, place: Place) -> Option<&mut T>
    where
        T: Default,
    {
        if !self.kept.contains_key(&place) {
            self.offer(place, T::default);
        }
        self.kept.get_mut(&place)
    }

    /// Whether something was left out.
    pub(crate) fn cut(&self) -> bool {
        self.offered > self.kept.len() as u64
    }

    /// Whether there is no room for more.
    pub(crate) fn is_full(&self) -> bool {
        self.kept.len() >= self.max
    }

    /// What was kept, by place.
    pub(crate) fn into_values(self) -> impl Iterator<Item = T> {
        self.kept.into_values()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn the_order_does_not_matter(names in prop::collection::btree_set(0_u32..10_000, 0..200)
            .prop_map(|set| set.into_iter().collect::<Vec<_>>()).prop_shuffle()) {
            let draw = |names: &[u32]| -> Vec<u32> {
                let mut sample = Smallest::new(20);
                for name in names {
                    sample.offer(place(7, &name.to_string()), || *name);
                }
                assert_eq!(sample.cut(), names.len() > 20);
                sample.into_values().collect()
            };
            let mut sorted = names.clone();
            sorted.sort_by_key(|name| place(7, &name.to_string()));
            sorted.truncate(20);
            prop_assert_eq!(draw(&names), sorted);
        }

        #[test]
        fn what_is_kept_was_counted_in_full(names in prop::collection::vec(0_u32..40, 0..400)) {
            let mut sample: Smallest<(u32, u32)> = Smallest::new(10);
            for name in &names {
                if let Some(entry) = sample.entry(place(1, &name.to_string())) {
                    *entry = (*name, entry.1 + 1);
                }
            }
            for (name, count) in sample.into_values() {
                prop_assert_eq!(names.iter().filter(|n| **n == name).count(), count as usize);
            }
        }
    }
}
