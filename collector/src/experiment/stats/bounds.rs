//! An interval that may be open.

/// Where a value lies; `None` is no bound.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Bounds {
    /// Not below this.
    pub lower: Option<f64>,
    /// Not above this.
    pub upper: Option<f64>,
}

impl Bounds {
    /// Nothing is known.
    pub const UNKNOWN: Self = Self {
        lower: None,
        upper: None,
    };

    /// Between the two.
    #[must_use]
    pub const fn between(lower: f64, upper: f64) -> Self {
        Self {
            lower: Some(lower),
            upper: Some(upper),
        }
    }

    /// Whether `value` may be the true one.
    #[must_use]
    pub fn holds(&self, value: f64) -> bool {
        self.lower.is_none_or(|lower| lower <= value)
            && self.upper.is_none_or(|upper| value <= upper)
    }

    /// All of it is above `value`.
    #[must_use]
    pub fn above(&self, value: f64) -> bool {
        self.lower.is_some_and(|lower| lower > value)
    }

    /// All of it is below `value`.
    #[must_use]
    pub fn below(&self, value: f64) -> bool {
        self.upper.is_some_and(|upper| upper < value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_open_side_holds_everything_on_it() {
        let at_least = Bounds {
            lower: Some(-0.5),
            upper: None,
        };
        assert!(at_least.holds(1e9) && at_least.holds(-0.5) && !at_least.holds(-0.6));
        assert!(at_least.above(-0.6) && !at_least.above(-0.5) && !at_least.below(1e9));
        assert!(Bounds::UNKNOWN.holds(0.0) && !Bounds::UNKNOWN.above(-1e9));
        assert!(Bounds::between(-2.0, -1.0).below(0.0));
    }
}
