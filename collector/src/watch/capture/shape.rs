//! The shape of a trend. Shares are rounded to six decimals; times are Unix ms; what is
//! not known is null.

use serde::Serialize;

use crate::label::Trust;

/// Version of the shape of a [`Trend`].
pub const VERSION: u32 = 1;

/// The capture rate, week by week.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Trend {
    /// [`VERSION`].
    pub version: u32,
    /// As known at this moment, Unix ms.
    pub as_of: u64,
    /// The policy, `name@version#hash`.
    pub policy: String,
    /// The least trust.
    pub trust: Trust,
    /// From the earliest on.
    pub weeks: Vec<Week>,
    /// The last two weeks in a row whose labels are all mature; null where there are
    /// none.
    pub change: Option<Change>,
    /// Outputs that do not count, by reason.
    pub left_out: LeftOut,
}

/// Outputs that do not count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct LeftOut {
    /// A program drove the browser.
    pub automated: u64,
    /// Their signals rest on less than asked for.
    pub trust: u64,
    /// Registered without `created_at`, and never shown.
    pub undated: u64,
    /// All that is known of them came from people the screen found.
    pub screened: u64,
}

/// One ISO week, of outputs first shown in it; those never shown by `created_at`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Week {
    /// Its name: `2026-W47`.
    pub week: String,
    /// Its first moment, Unix ms.
    pub from: u64,
    /// The first moment after it, Unix ms.
    pub to: u64,
    /// Outputs that a server registered.
    pub registered: u64,
    /// Outputs a person saw.
    pub seen: u64,
    /// Of them left out of the rate, since their label may still change.
    pub immature: u64,
    /// Registered outputs that were seen, each standing for 1 / sample ÷ registered.
    pub reach: Option<f64>,
    /// People behind the rate.
    pub people: u64,
    /// Of them known by their session only: whoever reloads a page is a new one.
    pub session_people: u64,
    /// The rate of the mature seen outputs; null of fewer than two people.
    pub capture_rate: Option<f64>,
    /// Lower end of its confidence sequence, by people; null of fewer than 100, or of
    /// fewer than 10 who did it or who did not.
    pub low: Option<f64>,
    /// Upper end.
    pub high: Option<f64>,
    /// Where the rate stands.
    pub tier: Option<Tier>,
}

/// Where a capture rate stands. Priors of the product: no source measures them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Tier {
    /// Below 5 %.
    None,
    /// From 5 % on.
    Average,
    /// From 15 % on.
    Strong,
    /// Above 30 %.
    BestInClass,
}

/// How a week compares with the one before.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Change {
    /// The week before.
    pub before: String,
    /// The week.
    pub after: String,
    /// The difference of the rates.
    pub delta: f64,
    /// Lower end of its confidence sequence; null of too few people in either.
    pub low: Option<f64>,
    /// Upper end.
    pub high: Option<f64>,
    /// The interval leaves 0 out.
    pub beyond_noise: bool,
}

impl Tier {
    /// Of a rate.
    #[must_use]
    pub fn of(rate: f64) -> Self {
        match rate {
            rate if rate < 0.05 => Self::None,
            rate if rate < 0.15 => Self::Average,
            rate if rate <= 0.30 => Self::Strong,
            _ => Self::BestInClass,
        }
    }

    /// For people.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Average => "average",
            Self::Strong => "strong",
            Self::BestInClass => "best in class",
        }
    }
}
