//! What sets the prompts of one side apart from those of another: not the terms that
//! are frequent, but those that are more frequent than chance has it.
//!
//! The weighted log-odds ratio with an informative Dirichlet prior of Monroe,
//! Colaresi and Quinn (2008, "Fightin' Words", equations 16, 20 and 22). With y the
//! prompts of a side that hold the term, n all of that side, α the prior's share of
//! both:
//!
//! δ = ln((y₁ + α) / (n₁ + α₀ − y₁ − α)) − ln((y₂ + α) / (n₂ + α₀ − y₂ − α)),
//! σ² ≈ 1 / (y₁ + α) + 1 / (y₂ + α), z = δ / σ.
//!
//! α = α₀ · (the term's share of all prompts). A term counts once for a prompt.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    hash::{DefaultHasher, Hash, Hasher},
};

use serde::{Deserialize, Serialize};

use super::{
    rate::{Z, float, milli},
    terms::{is_part, is_whole, phrases, telling},
};
use crate::label::Milli;

/// Prompts the prior is worth (α₀): enough to hold back terms of two or three
/// prompts, little beside a real difference. (prior)
const PRIOR_PROMPTS: f64 = 10.0;

/// Prompts a term stands in at least.
const PROMPTS_MIN: u64 = 2;

/// Terms that are told of.
const TERMS_MAX: usize = 8;

/// A term that sets one side apart.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Term {
    /// A phrase of one to three words.
    pub term: String,
    /// Prompts of the side it sets apart that hold it.
    pub here: u64,
    /// Prompts of the other side that hold it.
    pub there: u64,
    /// Standard deviations it is away from no difference.
    pub z: Milli,
}

/// The terms of `here` against `there`, the most telling first.
pub(super) fn terms<'a>(
    here: impl Iterator<Item = &'a [String]> + Clone,
    there: impl Iterator<Item = &'a [String]>,
) -> Vec<Term> {
    let again = again(here.clone());
    let mut counts: BTreeMap<String, [u64; 2]> = BTreeMap::new();
    let mut sides = [0_u64; 2];
    let mut count = |side: usize, words: &[String]| {
        sides[side] += 1;
        let known = phrases(words)
            .into_iter()
            .filter(|phrase| again.contains(&hash(phrase)));
        for phrase in known {
            counts.entry(phrase).or_default()[side] += 1;
        }
    };
    here.for_each(|words| count(0, words));
    there.for_each(|words| count(1, words));
    let terms = counts.into_iter().filter_map(|(term, counted)| {
        let z = z(counted, sides);
        let telling = counted[0] >= PROMPTS_MIN && z >= Z && is_whole(&term);
        telling.then(|| Term {
            term,
            here: counted[0],
            there: counted[1],
            z: milli(z),
        })
    });
    let mut terms: Vec<Term> = terms.collect();
    // Of terms that tell as much the longest says most.
    terms.sort_by(|a, b| {
        let longer = || b.term.len().cmp(&a.term.len());
        let telling = b.z.cmp(&a.z).then_with(longer);
        telling.then_with(|| a.term.cmp(&b.term))
    });
    without_parts(terms)
}

/// Hashes of phrases that stand in enough prompts to be terms. Most phrases stand in
/// one: as texts they would take more memory than all prompts. (Equal hashes of two
/// phrases let one more be counted, and its count decides.)
fn again<'a>(prompts: impl Iterator<Item = &'a [String]>) -> HashSet<u64> {
    let mut counts: HashMap<u64, u64> = HashMap::new();
    for words in prompts {
        for phrase in phrases(words) {
            *counts.entry(hash(&phrase)).or_default() += 1;
        }
    }
    counts.retain(|_, count| *count >= PROMPTS_MIN);
    counts.into_keys().collect()
}

fn hash(phrase: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    phrase.hash(&mut hasher);
    hasher.finish()
}

fn z([y1, y2]: [u64; 2], [n1, n2]: [u64; 2]) -> f64 {
    let prior = PRIOR_PROMPTS * float(y1 + y2) / float((n1 + n2).max(1));
    let odds = |y: u64, n: u64| {
        let others = float(n) + PRIOR_PROMPTS - float(y) - prior;
        // Every prompt holds it, and so does the prior's: as near as odds come to that.
        libm::log((float(y) + prior) / others.max(0.5))
    };
    let variance = 1.0 / (float(y1) + prior) + 1.0 / (float(y2) + prior);
    (odds(y1, n1) - odds(y2, n2)) / libm::sqrt(variance)
}

/// Of terms that say the same only the most telling one: those that stand in as many
/// prompts of both sides, or share most of their words and prompts.
fn without_parts(terms: Vec<Term>) -> Vec<Term> {
    let mut kept: Vec<Term> = Vec::new();
    for term in terms {
        if kept.len() < TERMS_MAX && !kept.iter().any(|known| is_same(&term, known)) {
            kept.push(term);
        }
    }
    kept
}

fn is_same(term: &Term, known: &Term) -> bool {
    if (term.here, term.there) == (known.here, known.there) {
        return true;
    }
    let words: Vec<String> = term.term.split(' ').map(String::from).collect();
    let theirs: Vec<String> = known.term.split(' ').map(String::from).collect();
    let (words, theirs) = (telling(&words), telling(&theirs));
    let shared = words.intersection(&theirs).count();
    let most = 2 * shared >= words.len().min(theirs.len()) && shared > 0;
    let parts = most || is_part(&term.term, &known.term) || is_part(&known.term, &term.term);
    parts && 4 * term.here.min(known.here) >= term.here.max(known.here)
}

#[cfg(test)]
mod tests {
    use super::{super::terms::words, *};

    fn prompts(texts: &[&str], times: usize) -> Vec<Vec<String>> {
        let repeated = std::iter::repeat_n(texts, times).flatten();
        repeated.map(|text| words(text)).collect()
    }

    #[test]
    fn frequent_terms_are_not_telling_ones() {
        let failing = prompts(
            &[
                "please translate the contract",
                "please translate the letter",
            ],
            10,
        );
        let fine = prompts(
            &["please summarise the contract", "please shorten the letter"],
            20,
        );
        let side = |prompts: &'static Vec<Vec<String>>| prompts.iter().map(Vec::as_slice);
        let (failing, fine) = (Box::leak(Box::new(failing)), Box::leak(Box::new(fine)));
        let found = terms(side(failing), side(fine));
        assert!(found[0].term.contains("translate"), "{found:?}");
        assert_eq!((found[0].here, found[0].there), (20, 0));
        let words: Vec<_> = found.iter().map(|term| term.term.as_str()).collect();
        for common in ["please", "the", "contract", "letter"] {
            assert!(!words.contains(&common), "{words:?}");
        }
        assert_eq!(terms(side(failing), side(failing)), []);
    }

    #[test]
    fn the_published_formula_by_hand() {
        // y₁ = 20 of 20, y₂ = 0 of 40; α = 10 · 20/60.
        let alpha = 10.0_f64 / 3.0;
        let odds = |y: f64, n: f64| ((y + alpha) / (n + 10.0 - y - alpha)).ln();
        let delta = odds(20.0, 20.0) - odds(0.0, 40.0);
        let sigma = (1.0 / (20.0 + alpha) + 1.0 / alpha).sqrt();
        assert!((z([20, 0], [20, 40]) - delta / sigma).abs() < 1e-9);
    }

    #[test]
    fn a_term_of_one_prompt_is_chance() {
        let failing = prompts(&["zebra", "contract", "letter"], 1);
        let fine = prompts(&["contract", "letter"], 9);
        let found = terms(
            failing.iter().map(Vec::as_slice),
            fine.iter().map(Vec::as_slice),
        );
        assert_eq!(found, []);
    }
}
