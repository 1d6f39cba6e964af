//! Buckets of lengths.

use serde::Serialize;

/// A bucket of characters. Bounds grow by about three, for what a length means
/// for a person grows with its logarithm.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub(super) enum Length {
    Below100,
    Below300,
    Below1000,
    Below3000,
    Below10000,
    Above,
}

impl Length {
    pub(super) const ALL: [Self; 6] = [
        Self::Below100,
        Self::Below300,
        Self::Below1000,
        Self::Below3000,
        Self::Below10000,
        Self::Above,
    ];

    pub(super) const fn of(chars: u64) -> Self {
        match chars {
            0..100 => Self::Below100,
            100..300 => Self::Below300,
            300..1_000 => Self::Below1000,
            1_000..3_000 => Self::Below3000,
            3_000..10_000 => Self::Below10000,
            10_000.. => Self::Above,
        }
    }

    /// Its name in files, in characters.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Below100 => "0-99",
            Self::Below300 => "100-299",
            Self::Below1000 => "300-999",
            Self::Below3000 => "1000-2999",
            Self::Below10000 => "3000-9999",
            Self::Above => "10000+",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_say_the_bounds() {
        for length in Length::ALL {
            let name = length.name();
            let (from, to) = name.split_once(['-', '+']).unwrap();
            let from: u64 = from.parse().unwrap();
            assert_eq!(Length::of(from), length);
            assert_eq!(Length::of(to.parse().unwrap_or(u64::MAX)), length);
            assert!(from == 0 || Length::of(from - 1) < length);
        }
    }
}
