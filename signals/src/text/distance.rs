//! Exact edit distance in characters, and a bounded estimate for far edits.

use super::{common_ends, scalars};

/// How one text became another by inserting and deleting characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Distance {
    /// Characters inserted.
    pub inserted: u32,
    /// Characters deleted.
    pub deleted: u32,
    /// The smallest script was found; otherwise the counts are an upper bound.
    pub exact: bool,
}

/// Word operations one call may cost, about 1 ms of Wasm: two texts that differ
/// over 4,000 characters each.
const WORK_MAX: usize = 4_000 * 4_000 / 64;

/// The smallest number of insertions and deletions that turn `before` into `after`.
///
/// Common ends are cut off first, so a small edit in a long text is cheap. The
/// rest is a longest common subsequence by the bit-parallel method of Hyyrö
/// (2004): |before| · |after| / 64 steps whatever the texts. Where even that is
/// too much, the texts are compared piece by piece and the result is marked inexact.
#[must_use]
pub fn distance(before: &str, after: &str) -> Distance {
    let (before, after) = (scalars(before), scalars(after));
    let (start, end) = common_ends(&before, &after);
    let old = &before[start..before.len() - end];
    let new = &after[start..after.len() - end];
    let pieces = (old.len() * new.len() / 64).div_ceil(WORK_MAX).max(1);
    let kept = common_in_pieces(old, new, pieces);
    let rest = |len: usize| u32::try_from(len - kept).unwrap_or(u32::MAX);
    Distance {
        inserted: rest(new.len()),
        deleted: rest(old.len()),
        exact: pieces == 1,
    }
}

/// Length of the longest common subsequence.
fn common(a: &[char], b: &[char]) -> usize {
    if a.is_empty() || b.is_empty() {
        return 0;
    }
    let words = a.len().div_ceil(64);
    // As u64, like the grams: one copy of the sort is enough for the module.
    let number = |c: char| u64::from(u32::from(c));
    let mut alphabet = Vec::with_capacity(a.len());
    for &c in a {
        alphabet.push(number(c));
    }
    alphabet.sort_unstable();
    alphabet.dedup();
    // One row of bits per distinct character: where in `a` it stands.
    let mut rows = vec![0_u64; alphabet.len() * words];
    for (place, &c) in a.iter().enumerate() {
        if let Ok(row) = alphabet.binary_search(&number(c)) {
            rows[row * words + place / 64] |= 1 << (place % 64);
        }
    }
    let mut state = vec![u64::MAX; words];
    for &c in b {
        let Ok(row) = alphabet.binary_search(&number(c)) else {
            continue;
        };
        let matches = &rows[row * words..(row + 1) * words];
        let mut carry = false;
        for (state, matches) in state.iter_mut().zip(matches) {
            let hits = *state & matches;
            let (sum, over_a) = state.overflowing_add(hits);
            let (sum, over_b) = sum.overflowing_add(carry.into());
            carry = over_a | over_b;
            *state = sum | (*state - hits);
        }
    }
    // Every zero is one matched character; bits beyond the end of `a` stay ones.
    state.iter().map(|word| word.count_zeros() as usize).sum()
}

/// A common subsequence found in pieces of bounded cost: each piece of `a` is
/// compared with the stretch of `b` at the same relative place.
fn common_in_pieces(a: &[char], b: &[char], pieces: usize) -> usize {
    let cut = |text: &[char], piece: usize| text.len() * piece / pieces;
    let mut kept = 0;
    for piece in 0..pieces {
        kept += common(
            &a[cut(a, piece)..cut(a, piece + 1)],
            &b[cut(b, piece)..cut(b, piece + 1)],
        );
    }
    kept
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn of(a: &str, b: &str) -> (u32, u32) {
        let distance = distance(a, b);
        assert!(distance.exact);
        (distance.inserted, distance.deleted)
    }

    #[test]
    fn small_scripts() {
        assert_eq!(of("", ""), (0, 0));
        assert_eq!(of("abc", "abc"), (0, 0));
        assert_eq!(of("", "abc"), (3, 0));
        assert_eq!(of("The sky is blue.", "The sky is very blue."), (5, 0));
        assert_eq!(of("kitten", "sitting"), (3, 2));
        assert_eq!(of("naïve 👍", "naive 👍"), (1, 1));
    }

    #[test]
    fn a_small_edit_in_a_long_text_is_exact() {
        let before = "lorem ipsum ".repeat(2_000);
        let after = format!("{}dolor {}", &before[..9_000], &before[9_003..]);
        let distance = distance(&before, &after);
        assert!(distance.exact);
        assert_eq!(distance.inserted - distance.deleted, 3);
    }

    #[test]
    fn far_edits_of_long_texts_are_bounded_and_say_so() {
        let before: String = (0..20_000_u32)
            .map(|n| char::from(b'a' + (n * n % 26) as u8))
            .collect();
        let after: String = before.chars().rev().collect();
        let distance = distance(&before, &after);
        assert!(!distance.exact);
        assert_eq!(distance.inserted, distance.deleted);
    }

    /// Textbook dynamic programming.
    fn slow_common(a: &[char], b: &[char]) -> usize {
        let mut row = vec![0; b.len() + 1];
        for x in a {
            let mut diagonal = 0;
            for (j, y) in b.iter().enumerate() {
                let above = row[j + 1];
                row[j + 1] = if x == y {
                    diagonal + 1
                } else {
                    above.max(row[j])
                };
                diagonal = above;
            }
        }
        row[b.len()]
    }

    proptest! {
        #[test]
        fn equals_dynamic_programming(a in "[abc ]{0,200}", b in "[abc ]{0,200}") {
            let (x, y): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
            let kept = slow_common(&x, &y);
            let found = distance(&a, &b);
            prop_assert_eq!(found.inserted as usize, y.len() - kept);
            prop_assert_eq!(found.deleted as usize, x.len() - kept);
        }
    }
}
