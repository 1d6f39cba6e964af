//! Prompts as vectors of words, and how alike two are.

use std::collections::HashMap;

use super::{rate::float, terms::telling};

/// Words of the sample, by number, with their weights.
///
/// A word that stands in d of n prompts weighs ln(1 + n / d) (the inverse document
/// frequency of Spärck Jones 1972, kept above zero), once for a prompt however often
/// it stands there: prompts are short.
#[derive(Debug, Default)]
pub(super) struct Vocabulary {
    numbers: HashMap<String, u32>,
    words: Vec<String>,
    counts: Vec<u64>,
    prompts: u64,
}

/// A prompt: numbers of words, ascending, with weights; of length 1.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Vector(Vec<(u32, f64)>);

impl Vocabulary {
    /// Learns from the words of one prompt.
    pub(super) fn learn(&mut self, words: &[String]) {
        self.prompts += 1;
        for word in telling(words) {
            let next = u32::try_from(self.words.len()).unwrap_or(u32::MAX);
            let number = *self.numbers.entry(word.into()).or_insert(next);
            if number == next {
                self.words.push(word.into());
                self.counts.push(0);
            }
            if let Some(count) = self.counts.get_mut(number as usize) {
                *count += 1;
            }
        }
    }

    pub(super) fn word(&self, number: u32) -> &str {
        self.words.get(number as usize).map_or("", String::as_str)
    }

    /// The vector of a prompt; words nobody learnt make it longer, so less alike.
    pub(super) fn vector(&self, words: &[String]) -> Vector {
        let mut unknown = 0.0;
        let mut weights: Vec<(u32, f64)> = Vec::new();
        for word in telling(words) {
            match self.numbers.get(word) {
                Some(&number) => weights.push((number, self.weight(number))),
                None => unknown += libm::pow(libm::log1p(float(self.prompts)), 2.0),
            }
        }
        weights.sort_unstable_by_key(|(number, _)| *number);
        let squares: f64 = weights.iter().map(|(_, weight)| weight * weight).sum();
        let length = libm::sqrt(squares + unknown);
        for (_, weight) in &mut weights {
            *weight /= length;
        }
        Vector(weights)
    }

    fn weight(&self, number: u32) -> f64 {
        let count = self.counts.get(number as usize).copied().unwrap_or(1);
        libm::log1p(float(self.prompts) / float(count.max(1)))
    }
}

impl Vector {
    /// The words and their weights.
    pub(super) fn weights(&self) -> &[(u32, f64)] {
        &self.0
    }

    /// The cosine of the angle between both: 0 for no word in common, 1 for the same.
    pub(super) fn cosine(&self, other: &Self) -> f64 {
        let (mut left, mut right) = (self.0.iter().peekable(), other.0.iter().peekable());
        let mut sum = 0.0;
        while let (Some((a, x)), Some((b, y))) = (left.peek(), right.peek()) {
            match a.cmp(b) {
                std::cmp::Ordering::Less => drop(left.next()),
                std::cmp::Ordering::Greater => drop(right.next()),
                std::cmp::Ordering::Equal => {
                    sum += x * y;
                    left.next();
                    right.next();
                }
            }
        }
        sum
    }
}

#[cfg(test)]
mod tests {
    use super::{super::terms::words, *};

    #[test]
    fn rare_words_tell_more_than_common_ones() {
        let prompts = [
            "how do i reset my password",
            "how do i cancel my order",
            "how do i track my parcel",
            "password reset fails",
        ];
        let mut vocabulary = Vocabulary::default();
        for prompt in prompts {
            vocabulary.learn(&words(prompt));
        }
        let of = |text: &str| vocabulary.vector(&words(text));
        let reset = of(prompts[0]);
        assert!((reset.cosine(&reset) - 1.0).abs() < 1e-12);
        assert!(reset.cosine(&of(prompts[3])) > reset.cosine(&of(prompts[1])));
        assert!(reset.cosine(&of("zebra")).abs() < 1e-12);
        let diluted = of("reset my password zebra giraffe lion");
        assert!(reset.cosine(&diluted) < reset.cosine(&of("reset my password")));
    }
}
