//! What was looked up lately, in bounded memory.

use std::{borrow::Borrow, collections::HashMap, hash::Hash};

/// Keyed and quick: strangers choose what is looked up here, a million times a second.
type Hasher = foldhash::quality::RandomState;

/// Remembers the latest entries. Two halves: once the newer one is full it becomes the older
/// one, which is forgotten, and what is asked for moves to the newer one. So the busy ones
/// stay, where a memory that begins anew would have to look all of them up again.
pub(super) struct Recent<K, V> {
    newer: HashMap<K, V, Hasher>,
    older: HashMap<K, V, Hasher>,
}

impl<K, V> Default for Recent<K, V> {
    fn default() -> Self {
        Self {
            newer: HashMap::default(),
            older: HashMap::default(),
        }
    }
}

impl<K: Hash + Eq, V> Recent<K, V> {
    /// Whether `key` is known.
    pub(super) fn contains<Q: Hash + Eq + ?Sized>(&self, key: &Q) -> bool
    where
        K: Borrow<Q>,
    {
        self.newer.contains_key(key) || self.older.contains_key(key)
    }

    /// What is known of `key`; it counts as used.
    pub(super) fn get<Q: Hash + Eq + ?Sized>(&mut self, key: &Q, half: usize) -> Option<&V>
    where
        K: Borrow<Q>,
    {
        if !self.newer.contains_key(key) {
            let (key, value) = self.older.remove_entry(key)?;
            self.insert(key, value, half);
        }
        self.newer.get(key)
    }

    /// Remembers `value`, and `half` others beside it at least.
    pub(super) fn insert(&mut self, key: K, value: V, half: usize) {
        if self.newer.len() >= half && !self.newer.contains_key(&key) {
            self.older = std::mem::take(&mut self.newer);
        }
        self.newer.insert(key, value);
    }

    /// Forgets `key`.
    pub(super) fn remove<Q: Hash + Eq + ?Sized>(&mut self, key: &Q)
    where
        K: Borrow<Q>,
    {
        self.newer.remove(key);
        self.older.remove(key);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HALF: usize = 10;

    #[test]
    fn what_is_used_stays_and_the_rest_is_bounded() {
        let mut recent = Recent::default();
        recent.insert(u32::MAX, 7, HALF);
        for number in 0..100 {
            recent.insert(number, 1, HALF);
            assert_eq!(recent.get(&u32::MAX, HALF), Some(&7), "{number}");
            assert_eq!(recent.get(&number, HALF), Some(&1), "the last one is there");
            assert!(recent.newer.len() <= HALF && recent.older.len() <= HALF);
        }
        assert!(!recent.contains(&0) && recent.contains(&95));
        assert_eq!(recent.get(&0, HALF), None);
    }

    #[test]
    fn what_is_said_last_holds() {
        let mut recent = Recent::default();
        recent.insert("a", 1, HALF);
        for filler in ["b", "c", "d", "e", "f", "g", "h", "i", "j", "k"] {
            recent.insert(filler, 0, HALF);
        }
        assert!(recent.older.contains_key("a"));
        recent.insert("a", 2, HALF);
        assert_eq!(recent.get("a", HALF), Some(&2));
        recent.remove("a");
        assert_eq!(recent.get("a", HALF), None);
    }
}
