//! The normal and the chi-square distribution, as far as they are needed.

use core::f64::consts::{FRAC_2_PI, SQRT_2};

/// Chance that a standard normal draw is at most `z`.
#[must_use]
pub fn below(z: f64) -> f64 {
    0.5 * libm::erfc(-z / SQRT_2)
}

/// The `z` that a standard normal draw is above with this chance, by halving: 0 to 1
/// exclusive, else infinite.
#[must_use]
pub fn upper_quantile(chance: f64) -> f64 {
    if chance <= 0.0 {
        return f64::INFINITY;
    }
    if chance >= 1.0 {
        return f64::NEG_INFINITY;
    }
    let (mut low, mut high) = (-40.0, 40.0);
    // 80 / 2⁶⁰ is less than the spacing of f64 there.
    for _ in 0..60 {
        let middle = 0.5 * (low + high);
        if below(-middle) > chance {
            low = middle;
        } else {
            high = middle;
        }
    }
    0.5 * (low + high)
}

/// Chance that a chi-square draw with `df` degrees of freedom is above `x`, by the
/// finite series for whole degrees (Abramowitz & Stegun 26.4.4 and 26.4.5).
#[must_use]
pub fn chi_square_above(x: f64, df: u32) -> f64 {
    if x <= 0.0 || df == 0 {
        return 1.0;
    }
    let half = 0.5 * x;
    let (mut sum, mut term, mut step) = if df.is_multiple_of(2) {
        (0.0, libm::exp(-half), 1.0)
    } else {
        let root = libm::sqrt(x);
        let term = libm::sqrt(FRAC_2_PI) * libm::exp(-half) * root;
        (libm::erfc(root / SQRT_2), term, 1.5)
    };
    for _ in 0..df / 2 {
        sum += term;
        term *= half / step;
        step += 1.0;
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_those_of_the_tables() {
        for (chance, z) in [
            (0.5, 0.0),
            (0.025, 1.959_963_984_540_054),
            (0.05, 1.644_853_626_951_472_2),
            (0.8, -0.841_621_233_572_914_3),
            (1e-9, 5.997_807_015_007_686_5),
        ] {
            let found = upper_quantile(chance);
            assert!((found - z).abs() < 1e-12, "{chance}: {found}");
            assert!((below(-found) - chance).abs() < 1e-14);
        }
        assert_eq!(upper_quantile(0.0), f64::INFINITY);
        assert_eq!(upper_quantile(1.0), f64::NEG_INFINITY);
    }

    #[test]
    fn chi_square_tails_are_scipys() {
        for (x, df, tail) in [
            (3.841_458_820_694_124, 1, 0.05),
            (5.991_464_547_107_979, 2, 0.05),
            (7.814_727_903_251_179, 3, 0.05),
            (9.487_729_036_781_154, 4, 0.05),
            (16.749_602_343_639_04, 5, 0.005),
        ] {
            let found = chi_square_above(x, df);
            assert!((found - tail).abs() < 1e-12, "{x} {df}: {found}");
        }
        assert_eq!(chi_square_above(0.0, 3), 1.0);
    }
}
