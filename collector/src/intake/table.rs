//! Remembers how often very many came, in memory that does not grow: a set-associative
//! table. Where it is full the one that used least of its rate is forgotten, which loses
//! the least: a heavy sender stays known however many others come.

use std::sync::{Mutex, PoisonError};

use super::rate::Rate;

/// Places that one number may be in.
const WAYS: usize = 8;
/// Words of a set: numbers, then until when each has paid.
const SET_WORDS: usize = 2 * WAYS;
/// Sets behind one lock: 256 KiB, so much that the system maps it untouched.
const SETS_PER_LOCK: usize = 2_048;

/// Who came, by a number that is as good as random.
pub struct Table {
    /// All zero at first, which the operating system gives without using memory for it.
    shards: Box<[Mutex<Vec<u64>>]>,
}

impl Table {
    /// For some `entries` at once, of 16 bytes each.
    #[must_use]
    pub fn new(entries: usize) -> Self {
        let sets = entries.div_ceil(WAYS).next_power_of_two();
        let shards = sets.div_ceil(SETS_PER_LOCK);
        let shard = || Mutex::new(vec![0; SETS_PER_LOCK * SET_WORDS]);
        Self {
            shards: std::iter::repeat_with(shard).take(shards).collect(),
        }
    }

    /// Bytes it may take.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.shards.len() * SETS_PER_LOCK * SET_WORDS * size_of::<u64>()
    }

    /// Whether `who` may come once more at `now` (ns), or how long to wait (ns).
    pub fn take(&self, who: u64, rate: Rate, now: u64) -> Result<(), u64> {
        // Zero marks a place that nobody has.
        let who = who.max(1);
        let [a, b, c, d, ..] = who.to_le_bytes();
        let shard = usize::from(u16::from_le_bytes([a, b]));
        let set = usize::from(u16::from_le_bytes([c, d])) % SETS_PER_LOCK;
        let Some(shard) = self.shards.get(shard % self.shards.len()) else {
            return Ok(());
        };
        let mut words = shard.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(words) = words.get_mut(set * SET_WORDS..(set + 1) * SET_WORDS) else {
            return Ok(());
        };
        let (known, paid) = words.split_at_mut(WAYS);
        let place = match known.iter().position(|known| *known == who) {
            Some(place) => place,
            None => {
                let place = least(paid);
                known[place] = who;
                paid[place] = 0;
                place
            }
        };
        paid[place] = rate.take(paid[place], now)?;
        Ok(())
    }
}

/// The place of the one that has paid for the shortest time.
fn least(paid: &[u64]) -> usize {
    let by_time = paid.iter().enumerate().min_by_key(|(_, paid)| **paid);
    by_time.map_or(0, |(place, _)| place)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: u64 = 1_000_000_000;

    /// Spreads small numbers as a hash does.
    fn spread(number: u64) -> u64 {
        let [a, b, c, d, e, f, g, h, ..] = *blake3::hash(&number.to_le_bytes()).as_bytes();
        u64::from_le_bytes([a, b, c, d, e, f, g, h])
    }

    #[test]
    fn each_has_a_rate_of_its_own() {
        let table = Table::new(1_000);
        let rate = Rate::new(1, 2).unwrap();
        for who in 0..100 {
            assert_eq!(table.take(spread(who), rate, NOW), Ok(()), "{who}");
        }
        for who in 0..100 {
            assert_eq!(table.take(spread(who), rate, NOW), Ok(()), "{who}");
            assert_eq!(table.take(spread(who), rate, NOW), Err(NOW), "{who}");
        }
    }

    #[test]
    fn millions_take_no_more_memory_and_do_not_hide_a_heavy_one() {
        let table = Table::new(10_000);
        assert!(table.bytes() <= 2 * 16 * 10_000 * 2, "{}", table.bytes());
        let rate = Rate::new(1, 100).unwrap();
        let heavy = spread(u64::MAX);
        for _ in 0..100 {
            assert_eq!(table.take(heavy, rate, NOW), Ok(()));
        }
        for other in 0..2_000_000 {
            assert_eq!(table.take(spread(other), rate, NOW), Ok(()), "{other}");
        }
        assert!(table.take(heavy, rate, NOW).is_err(), "it was forgotten");
    }

    #[test]
    fn all_places_are_used() {
        let table = Table::new(100_000);
        let rate = Rate::new(1, 1).unwrap();
        let refused = |count: u64| {
            (0..count)
                .filter(|who| table.take(spread(*who), rate, NOW).is_err())
                .count()
        };
        assert_eq!(refused(50_000), 0);
        assert!(
            refused(50_000) > 48_000,
            "many were forgotten at half its size"
        );
    }
}
