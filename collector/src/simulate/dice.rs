//! Chance that can be repeated: every stream is named and seeded, and what is
//! computed from it uses `libm`, so that any machine draws the same.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rand_distr::StandardNormal;

/// A named stream of chance.
pub(crate) struct Dice(ChaCha8Rng);

impl Dice {
    /// The stream `name` number `number` of `seed`; different names and numbers
    /// have nothing to do with each other.
    pub(crate) fn new(seed: u64, name: &str, number: u64) -> Self {
        let mut hasher = blake3::Hasher::new();
        hasher.update(&seed.to_le_bytes());
        hasher.update(&number.to_le_bytes());
        hasher.update(name.as_bytes());
        Self(ChaCha8Rng::from_seed(*hasher.finalize().as_bytes()))
    }

    /// 0 to 1, without 1.
    pub(crate) fn unit(&mut self) -> f64 {
        self.0.random()
    }

    /// Whether something of this probability happens.
    pub(crate) fn happens(&mut self, probability: f64) -> bool {
        self.unit() < probability
    }

    /// A draw from the standard normal distribution.
    pub(crate) fn normal(&mut self) -> f64 {
        self.0.sample(StandardNormal)
    }

    /// A log-normal draw: its median, and the spread of its logarithm.
    pub(crate) fn around(&mut self, median: f64, spread: f64) -> f64 {
        median * libm::exp(spread * self.normal())
    }

    /// A share around `median`, strictly between 0 and 1: normal in log-odds.
    pub(crate) fn share(&mut self, median: f64, spread: f64) -> f64 {
        odds_to_share(share_to_odds(median) + spread * self.normal())
    }

    /// A whole number below `end`; 0 when there is none.
    pub(crate) fn below(&mut self, end: usize) -> usize {
        if end == 0 {
            0
        } else {
            self.0.random_range(0..end)
        }
    }

    /// One of them; the first of a list of one, nothing of an empty one.
    pub(crate) fn one<'a, T>(&mut self, of: &'a [T]) -> Option<&'a T> {
        of.get(self.below(of.len()))
    }

    /// The place of one of them, as likely as its weight says.
    pub(crate) fn weighted(&mut self, weights: impl Iterator<Item = f64> + Clone) -> usize {
        let total: f64 = weights.clone().sum();
        let mut left = self.unit() * total;
        let mut last = 0;
        for (place, weight) in weights.enumerate() {
            if weight > 0.0 {
                last = place;
            }
            left -= weight;
            if left < 0.0 {
                return last;
            }
        }
        last
    }

    /// Bytes.
    pub(crate) fn bytes<const N: usize>(&mut self) -> [u8; N] {
        let mut bytes = [0; N];
        self.0.fill(&mut bytes);
        bytes
    }
}

/// ln(p / (1 − p)), kept finite.
pub(crate) fn share_to_odds(share: f64) -> f64 {
    let share = share.clamp(1e-9, 1.0 - 1e-9);
    libm::log(share / (1.0 - share))
}

/// The other way round.
pub(crate) fn odds_to_share(odds: f64) -> f64 {
    1.0 / (1.0 + libm::exp(-odds))
}

/// A probability moved by `odds`; what is impossible or certain stays so.
pub(crate) fn moved(probability: f64, odds: f64) -> f64 {
    if probability <= 0.0 || probability >= 1.0 {
        return probability;
    }
    odds_to_share(share_to_odds(probability) + odds)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stream_is_repeated_and_is_its_own() {
        let draw = |seed, name, number| Dice::new(seed, name, number).unit();
        assert_eq!(draw(1, "person", 2), draw(1, "person", 2));
        let others = [
            draw(2, "person", 2),
            draw(1, "talk", 2),
            draw(1, "person", 3),
        ];
        assert!(others.iter().all(|other| *other != draw(1, "person", 2)));
    }

    #[test]
    fn the_first_draws_are_those_of_every_machine() {
        let mut dice = Dice::new(7, "vector", 0);
        let drawn = (dice.bytes::<4>(), dice.below(1_000));
        assert_eq!(drawn, ([68, 9, 103, 229], 654));
    }

    #[test]
    fn draws_have_the_shares_and_medians_asked_for() {
        let mut dice = Dice::new(1, "t", 0);
        let n = 20_000;
        let heads = (0..n).filter(|_| dice.happens(0.3)).count();
        assert!((5_700..6_300).contains(&heads), "{heads}");
        let below = (0..n).filter(|_| dice.around(50.0, 0.8) < 50.0).count();
        assert!((9_700..10_300).contains(&below), "{below}");
        let low = (0..n).filter(|_| dice.share(0.8, 1.0) < 0.8).count();
        assert!((9_700..10_300).contains(&low), "{low}");
        let second = (0..n)
            .filter(|_| dice.weighted([1.0, 3.0, 0.0].into_iter()) == 1)
            .count();
        assert!((14_700..15_300).contains(&second), "{second}");
    }

    #[test]
    fn odds_move_probabilities_but_not_certainties() {
        assert!((moved(0.5, share_to_odds(0.8)) - 0.8).abs() < 1e-12);
        assert_eq!(moved(0.0, 5.0), 0.0);
        assert_eq!(moved(1.0, -5.0), 1.0);
    }
}
