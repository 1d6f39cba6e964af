//! Where people kept one text and not another, with whom does the new answer side?
//!
//! The race of `score` starts unevenly: an edit is made of the old answer and a variant
//! comes of the old model, so both are like the old answer whatever they are worth, and
//! an answer in other words loses. Here neither text is ahead. Of the 4-grams that only
//! the kept text has, the new answer has a share a; of those that only the rejected text
//! has, a share b. What both have in common plays no part, and an answer that knows
//! neither has a = b on average, however long it is. With people: a − b ≥ [`MARGIN`];
//! with what they rejected: a − b ≤ −[`MARGIN`].

use serde::Serialize;
use tacit_signals::text::apart;

use super::score::References;
use crate::label::Milli;

/// Sides closer than this are none: a word of four letters that happens to be in the new
/// answer makes up as much where texts differ by a sentence of ten words.
const MARGIN: Milli = Milli::new(100);

/// Texts must differ by so many 4-grams on each side, about two words: fewer say
/// nothing, and of words that were only put in, or only taken out, one side is missing.
const APART: u32 = 8;

/// With whom the new answer sides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Sides {
    /// a: share of what only the kept text says.
    pub kept: Milli,
    /// b: share of what only the rejected text says.
    pub rejected: Milli,
    /// a − b.
    pub difference: Milli,
    /// In a word.
    pub with: Side,
}

/// With whom.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// With what people kept.
    Kept,
    /// With neither, by more than the margin.
    Neither,
    /// With what they rejected.
    Rejected,
}

/// With whom the new answer sides: of all pairs of a kept and a rejected text, summed.
/// An edit is kept against the answer it was made of. `None` without two such texts.
pub(super) fn sides(references: &References, new: &str) -> Option<Sides> {
    let mut sums = [0_u64; 4];
    for (kept, rejected) in pairs(references) {
        let apart = apart(new, kept, rejected);
        if apart.only_first < APART || apart.only_second < APART {
            continue;
        }
        let of = [
            apart.of_first,
            apart.only_first,
            apart.of_second,
            apart.only_second,
        ];
        for (sum, count) in sums.iter_mut().zip(of) {
            *sum += u64::from(count);
        }
    }
    let [of_kept, only_kept, of_rejected, only_rejected] = sums;
    let kept = share(of_kept, only_kept)?;
    let rejected = share(of_rejected, only_rejected)?;
    let difference = Milli::new(kept.thousandths() - rejected.thousandths());
    let with = if difference.abs() < MARGIN {
        Side::Neither
    } else if difference > Milli::default() {
        Side::Kept
    } else {
        Side::Rejected
    };
    Some(Sides {
        kept,
        rejected,
        difference,
        with,
    })
}

pub(crate) fn pairs(references: &References) -> Vec<(&str, &str)> {
    let old = &references.old;
    let replaced = (!references.kept_old).then_some(old);
    let mut rejected: Vec<&str> = references.rejected.iter().map(String::as_str).collect();
    // Who edits an answer, or keeps another, did not keep it.
    if let Some(old) = replaced
        && !rejected.contains(&old.as_str())
    {
        rejected.push(old);
    }
    let old = references.kept_old.then_some(old);
    let kept = references.kept.iter().chain(old);
    kept.flat_map(|kept| {
        let others = rejected.iter().filter(move |other| *other != kept);
        others.map(move |other| (kept.as_str(), *other))
    })
    .collect()
}

fn share(part: u64, whole: u64) -> Option<Milli> {
    let rounded = (2_000 * part + whole).checked_div(2 * whole)?;
    Some(Milli::new(i64::try_from(rounded).unwrap_or(1_000)))
}

#[cfg(test)]
#[path = "sides_tests.rs"]
mod tests;
