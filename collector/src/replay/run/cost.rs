//! What questions cost, in whole numbers.

use std::{
    fmt,
    iter::Sum,
    ops::{Add, AddAssign, Sub},
};

use serde::{Deserialize, Serialize};

/// Tokens of a question and its answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Tokens {
    /// Of the prompt.
    pub prompt: u64,
    /// Of the answer.
    pub completion: u64,
}

impl Tokens {
    /// Both.
    #[must_use]
    pub const fn total(self) -> u64 {
        self.prompt.saturating_add(self.completion)
    }
}

impl Add for Tokens {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self {
            prompt: self.prompt.saturating_add(other.prompt),
            completion: self.completion.saturating_add(other.completion),
        }
    }
}

impl Sum for Tokens {
    fn sum<I: Iterator<Item = Self>>(all: I) -> Self {
        all.fold(Self::default(), Add::add)
    }
}

/// An amount in the currency of the prices, in units of 10⁻¹².
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Cost(u64);

const UNITS: u64 = 1_000_000_000_000;
/// Decimals that a price has at most, and of what is printed.
const MICRO: u64 = 1_000_000;

impl Cost {
    /// From a decimal number such as `12.50`, of at most six decimals.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Some(Self(micros(text)?.checked_mul(UNITS / MICRO)?))
    }
}

impl Add for Cost {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl Sub for Cost {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }
}

impl AddAssign for Cost {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

impl Sum for Cost {
    fn sum<I: Iterator<Item = Self>>(all: I) -> Self {
        all.fold(Self::default(), Add::add)
    }
}

/// Rounded up to the fourth decimal: nobody pays more than it says.
impl fmt::Display for Cost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parts = self.0.div_ceil(UNITS / 10_000);
        write!(f, "{}.{:04}", parts / 10_000, parts % 10_000)
    }
}

impl Serialize for Cost {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        // Correctly rounded from the printed decimals.
        to.serialize_f64(self.to_string().parse().unwrap_or(f64::NAN))
    }
}

/// Prices per million tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Prices {
    /// Of prompts, in millionths.
    prompt: u64,
    /// Of answers, in millionths.
    completion: u64,
}

impl Prices {
    /// From decimal numbers such as `2.50`, of at most six decimals.
    #[must_use]
    pub fn parse(prompt: &str, completion: &str) -> Option<Self> {
        Some(Self {
            prompt: micros(prompt)?,
            completion: micros(completion)?,
        })
    }

    /// What so many tokens cost: a millionth of a price's millionth is a unit.
    #[must_use]
    pub const fn of(self, tokens: Tokens) -> Cost {
        let prompt = tokens.prompt.saturating_mul(self.prompt);
        Cost(prompt.saturating_add(tokens.completion.saturating_mul(self.completion)))
    }
}

/// A decimal number in millionths.
fn micros(text: &str) -> Option<u64> {
    let (whole, decimals) = text.split_once('.').unwrap_or((text, "0"));
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(whole) || !digits(decimals) || decimals.len() > 6 {
        return None;
    }
    let padded: u64 = format!("{decimals:0<6}").parse().ok()?;
    whole
        .parse::<u64>()
        .ok()?
        .checked_mul(MICRO)?
        .checked_add(padded)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prices_are_per_million_tokens() {
        let prices = Prices::parse("2.50", "10").unwrap();
        let cost = prices.of(Tokens {
            prompt: 1_000_000,
            completion: 100_000,
        });
        assert_eq!(cost.to_string(), "3.5000");
        assert_eq!(Some(cost), Cost::parse("3.5"));
        let little = prices.of(Tokens {
            prompt: 1,
            completion: 0,
        });
        assert_eq!(little.to_string(), "0.0001", "rounded up");
        assert_eq!(serde_json::to_string(&cost).unwrap(), "3.5");
        assert_eq!(
            Prices::default().of(Tokens {
                prompt: 9,
                completion: 9
            }),
            Cost::default()
        );
    }

    #[test]
    fn amounts_are_decimal_numbers() {
        assert_eq!(micros("0.000001"), Some(1));
        assert_eq!(micros("12"), Some(12_000_000));
        for wrong in [
            "",
            ".",
            "1.",
            ".5",
            "-1",
            "1e3",
            "1.0000001",
            "99999999999999999999",
            "1,5",
        ] {
            assert_eq!(micros(wrong), None, "{wrong}");
        }
    }
}
