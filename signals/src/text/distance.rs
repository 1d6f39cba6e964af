//! Edit distance in characters: exact where an edit is small or the texts are,
//! else a bounded estimate that says so.

use super::{anchors::anchors, common_ends, scalars};

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

/// Word operations of the table, at most: 1 or 2 ms of Wasm. Two texts that
/// differ over 4,000 characters each.
const WORK_MAX: usize = 4_000 * 4_000 / 64;

/// Insertions and deletions up to which a script is looked for by itself,
/// however long the text: half their square are steps.
const NEAR_MAX: usize = 400;

/// Comparisons that may be spent on that.
const STEPS_MAX: usize = 500_000;

/// Characters of both texts that may be compared at all.
const LENGTH_MAX: usize = 200_000;

/// The smallest number of insertions and deletions that turn `before` into `after`.
///
/// Common ends are cut off first, so an edit at one place of a long text is
/// cheap. Of the rest, a longest common subsequence by the bit-parallel method
/// of Hyyrö (2004) takes |before| · |after| / 64 steps whatever the texts. Where
/// that is too much, a script of at most [`NEAR_MAX`] steps is looked for (Myers
/// 1986), whose cost grows with the edits and not with the text. Both are exact.
///
/// What is left are hundreds of edits all over a long text. They are
/// counted between passages that both texts have once, and piece by piece where
/// there are none; marked inexact. The counts are never less than the smallest
/// script's; with words edited all over, the test finds them at most 1 % of both
/// texts higher. Texts that have nothing to do with each other share letters by
/// chance only, of which a third of both texts' length may be missed.
/// Beyond [`LENGTH_MAX`] everything that differs counts as replaced.
#[must_use]
pub fn distance(before: &[char], after: &[char]) -> Distance {
    let (old, new) = differing(before, after);
    let (kept, exact) = if work(old, new) <= WORK_MAX {
        (common(old, new), true)
    } else if let Some(steps) = near(old, new) {
        ((old.len() + new.len() - steps) / 2, true)
    } else if old.len() + new.len() <= LENGTH_MAX {
        (common_between(old, new), false)
    } else {
        (0, false)
    };
    let rest = |len: usize| u32::try_from(len - kept).unwrap_or(u32::MAX);
    Distance {
        inserted: rest(new.len()),
        deleted: rest(old.len()),
        exact,
    }
}

/// How many characters of two texts stand in both, in the same order; `None` where
/// telling that exactly would take too long: beyond 4,000 characters that differ.
#[must_use]
pub fn in_common(a: &str, b: &str) -> Option<u32> {
    let (a, b) = (scalars(a), scalars(b));
    let (old, new) = differing(&a, &b);
    let kept = (work(old, new) <= WORK_MAX).then(|| common(old, new))?;
    u32::try_from(a.len() - old.len() + kept).ok()
}

/// Both texts without the ends they have in common.
fn differing<'a>(old: &'a [char], new: &'a [char]) -> (&'a [char], &'a [char]) {
    let (start, end) = common_ends(old, new);
    (&old[start..old.len() - end], &new[start..new.len() - end])
}

fn work(a: &[char], b: &[char]) -> usize {
    a.len().saturating_mul(b.len()) / 64
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

/// Length of the smallest script, unless it is longer than [`NEAR_MAX`]: for every
/// number of steps, how far into `a` each diagonal is reached (Myers 1986).
fn near(a: &[char], b: &[char]) -> Option<usize> {
    let mut steps_left = STEPS_MAX;
    // Diagonals from −NEAR_MAX to NEAR_MAX, and one beyond either.
    let mut reached = vec![0_usize; 2 * NEAR_MAX + 3];
    for steps in 0..=NEAR_MAX {
        let mut diagonal = NEAR_MAX + 1 - steps;
        while diagonal <= NEAR_MAX + 1 + steps {
            let (by_insert, by_delete) = (reached[diagonal + 1], reached[diagonal - 1] + 1);
            let down = diagonal + steps == NEAR_MAX + 1
                || (diagonal != NEAR_MAX + 1 + steps && by_delete <= by_insert);
            let mut x = match steps {
                0 => 0,
                _ if down => by_insert,
                _ => by_delete,
            };
            let mut y = (x + NEAR_MAX + 1).saturating_sub(diagonal);
            let from = x;
            while x < a.len() && y < b.len() && a[x] == b[y] {
                x += 1;
                y += 1;
            }
            if x >= a.len() && y >= b.len() {
                return Some(steps);
            }
            reached[diagonal] = x;
            steps_left = steps_left.checked_sub(x - from + 1)?;
            diagonal += 2;
        }
    }
    None
}

/// A common subsequence found in bounded time: that of the passages which both
/// texts have once, and of what lies between them.
fn common_between(a: &[char], b: &[char]) -> usize {
    let mut kept = 0;
    let (mut from, mut total) = ((0, 0), a.len() + b.len());
    let mut work_left = WORK_MAX;
    let mut places = anchors(a, b);
    places.push((a.len(), b.len()));
    for to in places {
        let (old, new) = (&a[from.0..to.0], &b[from.1..to.1]);
        let (start, end) = common_ends(old, new);
        kept += start + end;
        let (old, new) = (&old[start..old.len() - end], &new[start..new.len() - end]);
        // Of the work that may be done, as much as it has of the texts.
        let part = (to.0 - from.0) + (to.1 - from.1);
        let share = (work_left / total.max(1)).saturating_mul(part).max(1);
        let pieces = work(old, new).div_ceil(share).max(1);
        kept += common_in_pieces(old, new, pieces);
        work_left = work_left.saturating_sub(work(old, new) / pieces);
        total -= part;
        from = to;
    }
    kept
}

/// Each piece of `a` is compared with the stretch of `b` at the same relative place.
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
mod tests;
