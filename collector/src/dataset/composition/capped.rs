//! Counts by name in bounded memory, the same whatever the order of arrival.
//!
//! Names come from browsers, so there may be any number of them. Kept are those
//! with the smallest hashes; the others are counted together. A name among the
//! `cap` smallest of all is among the `cap` smallest of those so far, at every
//! moment: it is never dropped, and its count is exact. A dropped one never comes
//! back, for `cap` smaller ones are there. Heavy-hitter sketches keep the larger
//! names instead, but what they keep depends on the order.

use std::{collections::BTreeMap, ops::AddAssign};

use serde::{Deserialize, Serialize};

/// Counts by name.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(bound(deserialize = "K: Ord + Deserialize<'de>, V: Deserialize<'de>"))]
pub(super) struct Capped<K, V> {
    cap: usize,
    kept: BTreeMap<(u64, K), V>,
    /// Of all names that are not kept.
    other: V,
}

impl<K: Ord + Serialize, V: Default + AddAssign> Capped<K, V> {
    pub(super) fn new(cap: usize) -> Self {
        Self {
            cap,
            kept: BTreeMap::new(),
            other: V::default(),
        }
    }

    pub(super) fn add(&mut self, name: K, value: V) {
        let key = (digest(&name), name);
        *self.kept.entry(key).or_default() += value;
        if self.kept.len() > self.cap
            && let Some((_, dropped)) = self.kept.pop_last()
        {
            self.other += dropped;
        }
    }

    /// In an order that says nothing.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&K, &V)> {
        self.kept.iter().map(|((_, name), value)| (name, value))
    }

    pub(super) const fn other(&self) -> &V {
        &self.other
    }
}

fn digest(name: &impl Serialize) -> u64 {
    let bytes = postcard::to_allocvec(name).unwrap_or_default();
    let hash = blake3::hash(&bytes);
    let first = hash.as_bytes().iter().take(8);
    first.fold(0, |sum, byte| (sum << 8) | u64::from(*byte))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn counted(names: &[u16]) -> Capped<u16, u64> {
        let mut capped = Capped::new(5);
        for name in names {
            capped.add(*name, 1);
        }
        capped
    }

    #[test]
    fn few_names_are_all_kept() {
        let capped = counted(&[7, 7, 3]);
        let kept: BTreeMap<_, _> = capped.iter().collect();
        assert_eq!(kept, BTreeMap::from([(&3, &1), (&7, &2)]));
        assert_eq!(*capped.other(), 0);
    }

    proptest! {
        #[test]
        fn order_does_not_matter_and_nothing_is_lost(
            (names, shuffled) in prop::collection::vec(0_u16..40, 0..200)
                .prop_flat_map(|names| (Just(names.clone()), Just(names).prop_shuffle())),
        ) {
            let capped = counted(&names);
            prop_assert_eq!(&capped, &counted(&shuffled));
            let total: u64 = capped.iter().map(|(_, n)| n).sum();
            prop_assert_eq!(total + capped.other(), names.len() as u64);
            for (kept, n) in capped.iter() {
                let exact = names.iter().filter(|name| *name == kept).count();
                prop_assert_eq!(*n, exact as u64);
            }
        }
    }
}
