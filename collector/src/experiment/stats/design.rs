//! What is asked of a comparison, fixed before anybody looks.

use super::{bounds::Bounds, sequence::rho};

/// People of both arms together at whom a sequence is tightest, where nothing
/// better is known; GrowthBook's default.
pub const TIGHTEST_AT: u64 = 5_000;

/// Which bounds are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// Both: is there a difference?
    Both,
    /// A lower one: is the treatment not worse, where more is better?
    Lower,
    /// An upper one: is the treatment not worse, where less is better?
    Upper,
}

impl Side {
    /// The bounds of this side, `half` away from `delta`.
    #[must_use]
    pub fn around(self, delta: f64, half: f64) -> Bounds {
        Bounds {
            lower: (self != Self::Upper).then_some(delta - half),
            upper: (self != Self::Lower).then_some(delta + half),
        }
    }
}

/// The question.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Design {
    /// Chance of a wrong bound at any time, 0 to 1 exclusive.
    pub alpha: f64,
    /// People of both arms together at whom the interval is tightest compared with a
    /// fixed-horizon one; chosen before the first look, at least 1.
    pub tightest_at: u64,
    /// Which bounds.
    pub side: Side,
    /// The difference that is to be refuted, treatment − control, in the metric's unit.
    pub null: f64,
}

impl Design {
    /// Is there a difference, and how large?
    #[must_use]
    pub const fn difference(alpha: f64, tightest_at: u64) -> Self {
        Self {
            alpha,
            tightest_at,
            side: Side::Both,
            null: 0.0,
        }
    }

    /// Non-inferiority where more is better: refutes that the treatment is lower by
    /// `margin` or more.
    #[must_use]
    pub const fn not_lower(alpha: f64, tightest_at: u64, margin: f64) -> Self {
        Self {
            alpha,
            tightest_at,
            side: Side::Lower,
            null: -margin,
        }
    }

    /// Non-inferiority where less is better: refutes that the treatment is higher by
    /// `margin` or more.
    #[must_use]
    pub const fn not_higher(alpha: f64, tightest_at: u64, margin: f64) -> Self {
        Self {
            alpha,
            tightest_at,
            side: Side::Upper,
            null: margin,
        }
    }

    /// ρ of its sequence; one-sided ones take it at twice the α.
    #[must_use]
    pub fn rho(&self) -> f64 {
        match self.side {
            Side::Both => rho(self.alpha, self.tightest_at),
            Side::Lower | Side::Upper => rho(2.0 * self.alpha, self.tightest_at),
        }
    }
}
