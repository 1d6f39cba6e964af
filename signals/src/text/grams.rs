//! Likeness by character 4-grams, as GitHub Copilot measures edit survival
//! (`editSurvivalTracker.ts` in microsoft/vscode-copilot-chat):
//! total = grams of both, sim = (total − Σ|count difference|) / total.

use super::clean;
use crate::number::Share;

const GRAM: usize = 4;

/// The 4-grams of a text in order, each as a 64-bit value. Four scalar values
/// take 84 bits, so two grams may collide (FNV-1a; about 1 in 10¹¹ for 20 kB texts).
fn grams(text: &str) -> Vec<u64> {
    grams_of(&clean::scalars(text))
}

fn grams_of(chars: &[char]) -> Vec<u64> {
    let mut grams = Vec::with_capacity(chars.len());
    for window in chars.windows(GRAM) {
        let mut hash = 0xcbf2_9ce4_8422_2325;
        for &c in window {
            hash = (hash ^ u64::from(u32::from(c))).wrapping_mul(0x0000_0100_0000_01b3);
        }
        grams.push(hash);
    }
    grams
}

/// Sorted distinct grams with how often each occurs.
fn counted(mut grams: Vec<u64>) -> Vec<(u64, i32)> {
    grams.sort_unstable();
    let mut counted: Vec<(u64, i32)> = Vec::new();
    for gram in grams {
        match counted.last_mut() {
            Some((last, count)) if *last == gram => *count += 1,
            _ => counted.push((gram, 1)),
        }
    }
    counted
}

/// How many of `grams` are in `bag`, each at most as often as it occurs there;
/// for every window of `width` grams the best count.
fn best_overlap(bag: &[(u64, i32)], grams: &[u64], width: usize) -> u64 {
    let mut bag = bag.to_vec();
    let mut places = Vec::with_capacity(grams.len());
    for gram in grams {
        places.push(bag.binary_search_by_key(gram, |entry| entry.0).ok());
    }
    let (mut overlap, mut best) = (0_u64, 0);
    for (end, entering) in places.iter().enumerate() {
        if let Some(slot) = *entering {
            overlap += u64::from(bag[slot].1 > 0);
            bag[slot].1 -= 1;
        }
        if end >= width
            && let Some(slot) = places[end - width]
        {
            bag[slot].1 += 1;
            overlap -= u64::from(bag[slot].1 > 0);
        }
        best = best.max(overlap);
    }
    best
}

/// Likeness of two texts, 0 to 1. Texts of fewer than four characters are
/// either the same or not.
#[must_use]
pub fn similarity(a: &str, b: &str) -> Share {
    likeness(&clean::scalars(a), &clean::scalars(b))
}

/// The same of their scalar values.
#[must_use]
pub fn likeness(a: &[char], b: &[char]) -> Share {
    if a.len() < GRAM || b.len() < GRAM {
        return if a == b { Share::ONE } else { Share::ZERO };
    }
    let total = (a.len() + b.len() - 2 * (GRAM - 1)) as u64;
    // Grams that both have at their ends overlap whatever lies between: only
    // that is hashed and sorted, so a small edit of a long text costs little.
    let (start, end) = clean::common_ends(a, b);
    let (start, end) = (start.saturating_sub(GRAM - 1), end.saturating_sub(GRAM - 1));
    let between = |chars: &[char]| grams_of(&chars[start..chars.len() - end]);
    let (grams_a, grams_b) = (between(a), between(b));
    let overlap = best_overlap(&counted(grams_a), &grams_b, grams_b.len());
    Share::of(2 * (overlap + (start + end) as u64), total)
}

/// How much of `seed` is still in `now`: the likeness of `seed` and the region
/// of `now` that matches it best, where regions are all of `now` and every
/// stretch as long as `seed`. So text that stands around it does not count against it.
#[must_use]
pub fn survival(seed: &str, now: &str) -> Share {
    let (grams_seed, grams_now) = (grams(seed), grams(now));
    if grams_seed.is_empty() || grams_now.is_empty() {
        return if seed == now { Share::ONE } else { Share::ZERO };
    }
    let (width, whole) = (grams_seed.len(), grams_now.len());
    let bag = counted(grams_seed);
    let entire = Share::of(
        2 * best_overlap(&bag, &grams_now, whole),
        (width + whole) as u64,
    );
    if whole <= width {
        return entire;
    }
    let region = Share::of(best_overlap(&bag, &grams_now, width), width as u64);
    entire.max(region)
}

/// Which share of `part`'s 4-grams occur in `whole`: 1 when `part` was taken from it.
#[must_use]
pub fn coverage(part: &str, whole: &str) -> Share {
    let grams_part = grams(part);
    if grams_part.is_empty() {
        let found = !part.is_empty() && clean::find(whole, part).is_some();
        return if found { Share::ONE } else { Share::ZERO };
    }
    let bag = counted(grams(whole));
    let width = grams_part.len();
    Share::of(best_overlap(&bag, &grams_part, width), width as u64)
}

/// What a text takes from two others, of that in which they differ: their distinct
/// 4-grams which the other has nowhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Apart {
    /// 4-grams that only the first has.
    pub only_first: u32,
    /// Of them in the text.
    pub of_first: u32,
    /// 4-grams that only the second has.
    pub only_second: u32,
    /// Of them in the text.
    pub of_second: u32,
}

/// The distinct 4-grams of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Distinct(Vec<u64>);

impl Distinct {
    /// Of a text.
    #[must_use]
    pub fn of(text: &str) -> Self {
        let mut grams = grams(text);
        grams.sort_unstable();
        grams.dedup();
        Self(grams)
    }
}

/// Whether `text` says what sets `first` apart from `second`, or the contrary. What
/// both have in common plays no part.
#[must_use]
pub fn apart(text: &Distinct, first: &Distinct, second: &Distinct) -> Apart {
    let (only_first, of_first) = only(&first.0, &second.0, &text.0);
    let (only_second, of_second) = only(&second.0, &first.0, &text.0);
    Apart {
        only_first,
        of_first,
        only_second,
        of_second,
    }
}

/// How many of `one` are not in `other`, and how many of those are in `text`.
fn only(one: &[u64], other: &[u64], text: &[u64]) -> (u32, u32) {
    let (mut all, mut found) = (0, 0);
    for gram in one {
        if other.binary_search(gram).is_err() {
            all += 1;
            found += u32::from(text.binary_search(gram).is_ok());
        }
    }
    (all, found)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// As it is without cutting the common ends.
        #[test]
        fn similarity_counts_every_gram(a in "[ab]{4,40}", b in "[ab]{4,40}") {
            let (grams_a, grams_b) = (grams(&a), grams(&b));
            let total = (grams_a.len() + grams_b.len()) as u64;
            let overlap = best_overlap(&counted(grams_a), &grams_b, grams_b.len());
            prop_assert_eq!(similarity(&a, &b), Share::of(2 * overlap, total));
        }
    }

    /// Vectors read off the source named above.
    #[test]
    fn similarity_equals_the_published_vectors() {
        let of = |a, b| similarity(a, b).thousandths();
        assert_eq!(of("hello world", "hello world"), 1000);
        assert_eq!(of("hello world", "hello there"), 375);
        assert_eq!(of("abc", "abd"), 0);
        assert_eq!(
            of("The sky is blue today.", "The sky is very blue today."),
            791
        );
    }

    #[test]
    fn survival_ignores_what_stands_around() {
        let seed = "The sky is blue today.";
        let around = "Dear diary, nothing much happened. The sky is blue today. I went home again.";
        assert_eq!(survival(seed, around), Share::ONE);
        assert!(similarity(seed, around).thousandths() < 500);
        assert_eq!(survival(seed, "Nothing of it."), Share::ZERO);
        assert_eq!(survival(seed, ""), Share::ZERO);
    }

    #[test]
    fn survival_of_a_cut_or_reworded_text_is_partial() {
        let seed = "The sky is blue today.";
        assert_eq!(survival(seed, "The sky is blue").thousandths(), 774);
        assert_eq!(
            survival(seed, "The sky is very blue today.").thousandths(),
            791
        );
    }

    #[test]
    fn coverage_is_one_for_a_part() {
        assert_eq!(
            coverage("sky is blue", "The sky is blue today."),
            Share::ONE
        );
        assert_eq!(coverage("sky", "The sky"), Share::ONE);
        assert_eq!(
            coverage("grass is green", "The sky is blue today.").thousandths(),
            91
        );
    }

    #[test]
    fn a_text_is_told_by_what_only_one_of_two_says() {
        // Only the first: "is b" to "lue."; only the second: "is r" to "red.".
        let between = |text, [first, second]: [&str; 2]| {
            apart(
                &Distinct::of(text),
                &Distinct::of(first),
                &Distinct::of(second),
            )
        };
        let apart = |text| between(text, ["It is blue.", "It is red."]);
        let of = |only_first, of_first, only_second, of_second| Apart {
            only_first,
            of_first,
            only_second,
            of_second,
        };
        assert_eq!(apart("It is blue."), of(5, 5, 4, 0));
        assert_eq!(apart("Blue? No, it is red!"), of(5, 0, 4, 3));
        assert_eq!(apart("It is"), of(5, 0, 4, 0));
        assert_eq!(between("a", ["same", "same"]), of(0, 0, 0, 0));
    }
}
