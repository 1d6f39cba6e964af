//! Shares, how sure they are, and which of many stand out.
//!
//! All by the textbook and in doubles with `libm`, so that every machine gets the
//! same thousandths.

use serde::{Deserialize, Serialize};

use crate::label::Milli;

/// Two-sided 95 % of the normal distribution.
pub(super) const Z: f64 = 1.959_963_984_540_054;

/// Share of false ones among what stands out: in a list to look into, one in ten may
/// be chance. (prior)
pub(super) const FALSE_DISCOVERIES: f64 = 0.1;

/// So many of so many.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Counted {
    /// Outputs that failed.
    pub failing: u64,
    /// Outputs that were counted.
    pub total: u64,
}

impl Counted {
    /// Counts one more.
    pub(super) fn add(&mut self, failing: bool) {
        self.failing += u64::from(failing);
        self.total += 1;
    }

    /// The share that failed; 0 of none.
    #[must_use]
    pub fn rate(self) -> Milli {
        if self.total == 0 {
            return Milli::default();
        }
        let doubled = 2_000 * u128::from(self.failing) + u128::from(self.total);
        let rounded = doubled / (2 * u128::from(self.total));
        Milli::new(i64::try_from(rounded).unwrap_or(1_000))
    }

    /// Wilson's score interval (1927), 95 %: of n, with p = failing / n,
    /// (p + z²/2n ± z·√(p(1−p)/n + z²/4n²)) / (1 + z²/n).
    #[must_use]
    pub fn interval(self) -> [Milli; 2] {
        let (low, high) = self.wilson();
        [milli(low), milli(high)]
    }

    fn wilson(self) -> (f64, f64) {
        if self.total == 0 {
            return (0.0, 1.0);
        }
        wilson(self.share(), float(self.total))
    }

    fn share(self) -> f64 {
        if self.total == 0 {
            return 0.0;
        }
        float(self.failing) / float(self.total)
    }

    /// Those of `all` that are not in this.
    pub(super) fn rest_of(self, all: Self) -> Self {
        Self {
            failing: all.failing.saturating_sub(self.failing),
            total: all.total.saturating_sub(self.total),
        }
    }

    /// How many more failed than would have at `base`'s rate, in whole outputs.
    pub(super) fn excess(self, base: Self) -> i64 {
        let expected = base.share() * float(self.total);
        #[expect(clippy::cast_possible_truncation, reason = "at most the count itself")]
        let excess = libm::round(float(self.failing) - expected) as i64;
        excess
    }
}

/// Wilson's interval of a share p of n; n need not be whole where cases weigh unequally.
pub(crate) fn wilson(p: f64, n: f64) -> (f64, f64) {
    let spread = Z * libm::sqrt(p * (1.0 - p) / n + Z * Z / (4.0 * n * n));
    let middle = p + Z * Z / (2.0 * n);
    let scale = 1.0 + Z * Z / n;
    let clamp = |bound: f64| (bound / scale).clamp(0.0, 1.0);
    (clamp(middle - spread), clamp(middle + spread))
}

/// The difference of two shares and its 95 % interval: Newcombe's hybrid score
/// (1998, method 10), made of both Wilson intervals.
pub(super) fn difference(one: Counted, other: Counted) -> (Milli, [Milli; 2]) {
    let (p1, p2) = (one.share(), other.share());
    let ((low1, high1), (low2, high2)) = (one.wilson(), other.wilson());
    let root = |a: f64, b: f64| libm::sqrt(a * a + b * b);
    let low = p1 - p2 - root(p1 - low1, high2 - p2);
    let high = p1 - p2 + root(high1 - p1, p2 - low2);
    (milli(p1 - p2), [milli(low), milli(high)])
}

/// How likely `one` has at least so many failing when it fails like `rest`:
/// Fisher's exact test, one-sided.
pub(super) fn fisher(one: Counted, rest: Counted) -> f64 {
    let failing = one.failing + rest.failing;
    let total = one.total + rest.total;
    let most = one.total.min(failing);
    let whole = choose(total, one.total);
    let ways = |k: u64| {
        let others = choose(failing, k) + choose(total - failing, one.total - k);
        libm::exp(others - whole)
    };
    let least = one.failing.max((one.total + failing).saturating_sub(total));
    let sum: f64 = (least..=most).map(ways).sum();
    sum.min(1.0)
}

/// The logarithm of n over k.
fn choose(n: u64, k: u64) -> f64 {
    let factorial = |n: u64| libm::lgamma(float(n) + 1.0);
    factorial(n) - factorial(k) - factorial(n - k)
}

/// The least false discovery rate at which each of `p` would be called a discovery:
/// Benjamini and Hochberg (1995). `p` ascends.
pub(super) fn benjamini_hochberg(p: &[f64]) -> Vec<f64> {
    let tests = float(p.len() as u64);
    let mut least = 1.0_f64;
    let mut adjusted: Vec<f64> = p
        .iter()
        .enumerate()
        .rev()
        .map(|(place, p)| {
            least = least.min(p * tests / float(place as u64 + 1));
            least
        })
        .collect();
    adjusted.reverse();
    adjusted
}

/// In thousandths, rounded half away from zero.
pub(crate) fn milli(value: f64) -> Milli {
    #[expect(clippy::cast_possible_truncation, reason = "clamped")]
    let thousandths = libm::round(value.clamp(-1e9, 1e9) * 1_000.0) as i64;
    Milli::new(thousandths)
}

#[expect(clippy::cast_precision_loss, reason = "counts are far below 2^53")]
pub(crate) fn float(count: u64) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const fn of(failing: u64, total: u64) -> Counted {
        Counted { failing, total }
    }

    fn thousandths(bounds: [Milli; 2]) -> [i64; 2] {
        bounds.map(Milli::thousandths)
    }

    #[test]
    fn wilson_as_published() {
        // Newcombe 1998, table I: 81/263, 15/148, 0/20, 1/29, by the score method.
        assert_eq!(thousandths(of(81, 263).interval()), [255, 366]);
        assert_eq!(thousandths(of(15, 148).interval()), [62, 160]);
        assert_eq!(thousandths(of(0, 20).interval()), [0, 161]);
        assert_eq!(thousandths(of(1, 29).interval()), [6, 172]);
        assert_eq!(thousandths(of(0, 0).interval()), [0, 1_000]);
    }

    #[test]
    fn differences_as_published() {
        // Newcombe 1998, table II: 56/70 against 48/80 and 9/10 against 3/10, method 10.
        let (value, bounds) = difference(of(56, 70), of(48, 80));
        assert_eq!((value.thousandths(), thousandths(bounds)), (200, [52, 334]));
        let (value, bounds) = difference(of(9, 10), of(3, 10));
        assert_eq!(
            (value.thousandths(), thousandths(bounds)),
            (600, [171, 809])
        );
    }

    #[test]
    fn fisher_tastes_tea() {
        // Three of four cups right: 17/70.
        let p = fisher(of(3, 4), of(1, 4));
        assert!((p - 17.0 / 70.0).abs() < 1e-12, "{p}");
        assert!((fisher(of(0, 4), of(4, 4)) - 1.0).abs() < 1e-12);
    }

    #[test]
    fn discoveries_as_published() {
        // Benjamini and Hochberg 1995, 15 comparisons: at 0.05 the first four.
        let p = [
            0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262,
            0.5719, 0.6528, 0.7590, 1.0,
        ];
        let discovered = benjamini_hochberg(&p)
            .iter()
            .filter(|q| **q <= 0.05)
            .count();
        assert_eq!(discovered, 4);
        assert_eq!(benjamini_hochberg(&[]), Vec::<f64>::new());
    }

    proptest! {
        #[test]
        fn a_rate_lies_in_its_interval(failing in 0_u64..500, more in 0_u64..500) {
            let counted = of(failing, failing + more);
            let [low, high] = counted.interval();
            prop_assert!(low <= counted.rate() && counted.rate() <= high);
        }
    }
}
