//! Whole weeks and months, in UTC.

use std::fmt;

use jiff::{
    Timestamp, ToSpan,
    civil::{Date, ISOWeekDate, Weekday},
    tz::TimeZone,
};
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// How often something is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Every {
    /// ISO 8601 weeks: Monday to Sunday.
    Week,
    /// Months of the calendar.
    Month,
}

/// A stretch of time with a name: `2026-W47` or `2026-11`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Period {
    /// Its name.
    pub name: String,
    /// Its first moment, Unix ms.
    pub from: u64,
    /// The first moment after it, Unix ms.
    pub to: u64,
}

/// A period nobody can name.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{0}")]
pub struct PeriodError(String);

impl Every {
    /// Its name in a schedule.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Week => "week",
            Self::Month => "month",
        }
    }
}

impl fmt::Display for Every {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl Period {
    /// The last period that is over at `now` (Unix ms).
    pub fn last_whole(every: Every, now: u64) -> Result<Self, PeriodError> {
        let today = date(now)?;
        match every {
            Every::Week => week(monday(today.iso_week_date())?.checked_sub(7.days())?),
            Every::Month => month(today.first_of_month().checked_sub(1.month())?),
        }
    }

    /// The period after this one.
    pub fn next(&self, every: Every) -> Result<Self, PeriodError> {
        let day = date(self.to)?;
        match every {
            Every::Week => week(day),
            Every::Month => month(day),
        }
    }

    /// The ISO week of that name: `2026-W47`.
    pub fn week(name: &str) -> Result<Self, PeriodError> {
        let unknown = || PeriodError(format!("{name} is no ISO week such as 2026-W47"));
        let (year, number) = name.split_once("-W").ok_or_else(unknown)?;
        if year.len() != 4 || number.len() != 2 {
            return Err(unknown());
        }
        let year = year.parse().map_err(|_| unknown())?;
        let number = number.parse().map_err(|_| unknown())?;
        let monday = ISOWeekDate::new(year, number, Weekday::Monday).map_err(|_| unknown())?;
        week(monday.date())
    }

    /// From `from` until before `to` (Unix ms), named by both.
    pub fn between(from: u64, to: u64) -> Result<Self, PeriodError> {
        if from >= to {
            return Err(PeriodError(format!("{from} to {to} has no moment in it")));
        }
        let name = format!("{}/{}", instant(from)?, instant(to)?);
        Ok(Self { name, from, to })
    }
}

/// The day of a moment, in UTC.
fn date(at: u64) -> Result<Date, PeriodError> {
    Ok(timestamp(at)?.to_zoned_datetime(TimeZone::UTC).date())
}

/// A moment for people, to the second.
pub fn instant(at: u64) -> Result<String, PeriodError> {
    let seconds = timestamp(at)?.as_second();
    Ok(Timestamp::from_second(seconds)?.to_string())
}

fn timestamp(at: u64) -> Result<Timestamp, PeriodError> {
    let at = i64::try_from(at).map_err(|_| PeriodError(format!("{at} is no moment")))?;
    Ok(Timestamp::from_millisecond(at)?)
}

fn monday(day: ISOWeekDate) -> Result<Date, PeriodError> {
    Ok(ISOWeekDate::new(day.year(), day.week(), Weekday::Monday)?.date())
}

/// The week that begins on `monday`.
fn week(monday: Date) -> Result<Period, PeriodError> {
    let day = monday.iso_week_date();
    Ok(Period {
        name: format!("{:04}-W{:02}", day.year(), day.week()),
        from: start(monday)?,
        to: start(monday.checked_add(7.days())?)?,
    })
}

/// The month that begins on `first`.
fn month(first: Date) -> Result<Period, PeriodError> {
    Ok(Period {
        name: format!("{:04}-{:02}", first.year(), first.month()),
        from: start(first)?,
        to: start(first.checked_add(1.month())?)?,
    })
}

fn start(day: Date) -> Result<u64, PeriodError> {
    let at = day
        .to_zoned_datetime(TimeZone::UTC)?
        .timestamp()
        .as_millisecond();
    u64::try_from(at).map_err(|_| PeriodError(format!("{day} is before 1970")))
}

impl From<jiff::Error> for PeriodError {
    fn from(error: jiff::Error) -> Self {
        Self(error.to_string())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(text: &str) -> u64 {
        let at: Timestamp = text.parse().unwrap();
        u64::try_from(at.as_millisecond()).unwrap()
    }

    fn last(every: Every, now: &str) -> (String, String, String) {
        let period = Period::last_whole(every, at(now)).unwrap();
        let (from, to) = (instant(period.from).unwrap(), instant(period.to).unwrap());
        (period.name, from, to)
    }

    fn named(name: &str, from: &str, to: &str) -> (String, String, String) {
        let midnight = |day: &str| format!("{day}T00:00:00Z");
        (name.into(), midnight(from), midnight(to))
    }

    #[test]
    fn weeks_turn_on_monday_midnight() {
        let week = named("2026-W47", "2026-11-16", "2026-11-23");
        assert_eq!(last(Every::Week, "2026-11-23T00:00:00Z"), week);
        assert_eq!(last(Every::Week, "2026-11-29T23:59:59.999Z"), week);
        let before = last(Every::Week, "2026-11-22T23:59:59.999Z");
        assert_eq!(before.0, "2026-W46");
    }

    #[test]
    fn years_of_weeks_are_not_years_of_the_calendar() {
        // 2026 has 53 ISO weeks; the last reaches into January.
        let last_of_2026 = named("2026-W53", "2026-12-28", "2027-01-04");
        assert_eq!(last(Every::Week, "2027-01-04T00:00:00Z"), last_of_2026);
        assert_eq!(last(Every::Week, "2027-01-03T12:00:00Z").0, "2026-W52");
        // 29 December 2025 is in the first week of 2026.
        let first_of_2026 = named("2026-W01", "2025-12-29", "2026-01-05");
        assert_eq!(last(Every::Week, "2026-01-07T00:00:00Z"), first_of_2026);
        assert_eq!(
            Period::week("2026-W53").unwrap().to,
            at("2027-01-04T00:00:00Z")
        );
        assert_eq!(Period::week("2020-W53").unwrap().name, "2020-W53");
    }

    #[test]
    fn months_have_the_length_they_have() {
        let february = named("2028-02", "2028-02-01", "2028-03-01");
        assert_eq!(last(Every::Month, "2028-03-31T05:00:00Z"), february);
        let december = named("2026-12", "2026-12-01", "2027-01-01");
        assert_eq!(last(Every::Month, "2027-01-01T00:00:00Z"), december);
        assert_eq!(last(Every::Month, "2026-12-31T23:59:59.999Z").0, "2026-11");
    }

    #[test]
    fn names_that_are_no_week_are_refused() {
        for name in [
            "2026-47", "2026-W54", "2025-W53", "2026-W00", "26-W47", "2026-W7", "W47", "",
        ] {
            assert!(Period::week(name).is_err(), "{name}");
        }
        assert!(Period::between(5, 5).is_err());
        let name = Period::between(0, 1_500).unwrap().name;
        assert_eq!(name, "1970-01-01T00:00:00Z/1970-01-01T00:00:01Z");
    }

    proptest! {
        #[test]
        fn periods_follow_each_other_without_a_gap(now in 40_u64 * 86_400_000..4_102_444_800_000) {
            for every in [Every::Week, Every::Month] {
                let period = Period::last_whole(every, now).unwrap();
                prop_assert!(period.to <= now);
                let next = period.next(every).unwrap();
                prop_assert_eq!(next.from, period.to);
                prop_assert!(next.to > now);
                prop_assert_eq!(Period::last_whole(every, next.to).unwrap(), next);
            }
        }
    }
}
