//! Good rows beside bad ones: how many, and how long.

use serde::{Deserialize, Serialize};

use super::figure::share;
use crate::{
    dataset::provenance::{Basis, Provenance},
    label::{Milli, State},
};

/// Good rows beside bad ones. Of a pair the chosen text is good and the other bad;
/// of a verdict the text is what the verdict says.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Balance {
    /// Good texts.
    pub good: Texts,
    /// Bad texts.
    pub bad: Texts,
    /// Of pairs: the chosen text is the longer one.
    pub good_longer: u64,
    /// Of pairs: the rejected text is the longer one.
    pub bad_longer: u64,
    /// What TRL's KTO takes to even out good and bad; `None` for other formats and
    /// where one of both is missing.
    pub kto: Option<KtoWeights>,
}

/// Texts of one side.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Texts {
    /// How many.
    pub texts: u64,
    /// Characters of all.
    pub chars: u64,
    /// Characters on average.
    pub chars_mean: Milli,
}

/// Weights of the good and the bad in `KTOConfig`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct KtoWeights {
    /// `n_good / n_bad` as it is.
    pub ratio: Milli,
    /// `desirable_weight`.
    pub desirable: Milli,
    /// `undesirable_weight`.
    pub undesirable: Milli,
}

impl KtoWeights {
    /// The weights `λ` with `(λ_good·n_good) / (λ_bad·n_bad)` between 1 and 4/3
    /// (Ethayarajh et al., "KTO", 2024; TRL's `KTOConfig` says the same). Where they
    /// have to change, one goes up from 1, to 7/6, the middle.
    fn of(good: u64, bad: u64) -> Option<Self> {
        if good == 0 || bad == 0 {
            return None;
        }
        let (mut desirable, mut undesirable) = (Milli::new(1_000), Milli::new(1_000));
        if good < bad {
            desirable = share(7 * bad, 6 * good);
        } else if 3 * good > 4 * bad {
            undesirable = share(6 * good, 7 * bad);
        }
        Some(Self {
            ratio: share(good, bad),
            desirable,
            undesirable,
        })
    }
}

impl Texts {
    fn add(&mut self, chars: u64) {
        self.texts += 1;
        self.chars += chars;
    }

    fn finish(&mut self) {
        self.chars_mean = share(self.chars, self.texts);
    }
}

impl Balance {
    pub(super) fn add(&mut self, row: &Provenance) {
        let good = row.completion_chars;
        if let Some(bad) = row.rejected_chars {
            self.good.add(good);
            self.bad.add(bad);
            self.good_longer += u64::from(good > bad);
            self.bad_longer += u64::from(bad > good);
        } else if row.state == State::Negative && row.basis == Basis::Answer {
            self.bad.add(good);
        } else {
            self.good.add(good);
        }
    }

    pub(super) fn finish(mut self, is_kto: bool) -> Self {
        self.good.finish();
        self.bad.finish();
        let weights = KtoWeights::of(self.good.texts, self.bad.texts);
        self.kto = weights.filter(|_| is_kto);
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kto_weights_by_hand() {
        let of = |good, bad| {
            let weights = KtoWeights::of(good, bad).unwrap();
            let thousandths = Milli::thousandths;
            (
                thousandths(weights.desirable),
                thousandths(weights.undesirable),
            )
        };
        assert_eq!(of(100, 100), (1_000, 1_000));
        assert_eq!(of(133, 100), (1_000, 1_000));
        // 6 · 300 / (7 · 100) = 2.571: 300 / 257.1 = 7/6
        assert_eq!(of(300, 100), (1_000, 2_571));
        // 7 · 300 / (6 · 100) = 3.5
        assert_eq!(of(100, 300), (3_500, 1_000));
        assert_eq!(KtoWeights::of(0, 7), None);
        for (good, bad) in (1..60).flat_map(|good| (1..60).map(move |bad| (good, bad))) {
            let (desirable, undesirable) = of(good, bad);
            let left = desirable * i64::try_from(good).unwrap();
            let right = undesirable * i64::try_from(bad).unwrap();
            assert!(left >= right && 3 * left <= 4 * right, "{good} {bad}");
        }
    }
}
