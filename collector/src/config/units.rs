//! Sizes and times with their unit: `"64MiB"`, `"24h"`. What unit a plain number has, the
//! option's name says.

/// What a number counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unit {
    Bytes,
    Seconds,
    Ms,
}

const SIZES: [(&str, u64); 5] = [
    ("TiB", 1 << 40),
    ("GiB", 1 << 30),
    ("MiB", 1 << 20),
    ("KiB", 1 << 10),
    ("B", 1),
];

/// In milliseconds.
const TIMES: [(&str, u64); 5] = [
    ("d", 86_400_000),
    ("h", 3_600_000),
    ("min", 60_000),
    ("ms", 1),
    ("s", 1_000),
];

impl Unit {
    /// The unit in the name of an option.
    pub(super) fn of(name: &str) -> Option<Self> {
        [
            ("_bytes", Self::Bytes),
            ("_seconds", Self::Seconds),
            ("_ms", Self::Ms),
        ]
        .into_iter()
        .find_map(|(end, unit)| name.ends_with(end).then_some(unit))
    }

    /// For people.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Bytes => "bytes",
            Self::Seconds => "seconds",
            Self::Ms => "milliseconds",
        }
    }

    /// How it can be written.
    pub(super) const fn example(self) -> &'static str {
        match self {
            Self::Bytes => "a number of bytes or a size such as \"64MiB\"",
            Self::Seconds => "a number of seconds or a time such as \"24h\"",
            Self::Ms => "a number of milliseconds or a time such as \"10s\"",
        }
    }

    const fn units(self) -> &'static [(&'static str, u64)] {
        match self {
            Self::Bytes => &SIZES,
            Self::Seconds | Self::Ms => &TIMES,
        }
    }

    /// What one of it is in bytes or ms.
    const fn scale(self) -> u64 {
        match self {
            Self::Bytes | Self::Ms => 1,
            Self::Seconds => 1_000,
        }
    }

    /// Reads `64MiB` or `24h`; `None` where it is neither, too large, or no whole number
    /// of the unit.
    pub(super) fn parse(self, text: &str) -> Option<u64> {
        let digits = text.find(|char: char| !char.is_ascii_digit())?;
        let (number, unit) = text.split_at(digits);
        let unit = unit.trim_start();
        let &(_, factor) = self.units().iter().find(|(name, _)| *name == unit)?;
        let smallest = number.parse::<u64>().ok()?.checked_mul(factor)?;
        (smallest % self.scale() == 0).then_some(smallest / self.scale())
    }

    /// `number` of it as people write it.
    pub(super) fn show(self, number: u64) -> String {
        let smallest = number.saturating_mul(self.scale());
        let units = self.units().iter();
        // Seconds and minutes before milliseconds: the largest that divides it.
        let fits = units
            .filter(|(_, factor)| smallest >= *factor && smallest.is_multiple_of(*factor))
            .max_by_key(|(_, factor)| *factor);
        match fits {
            Some((name, factor)) => format!("{} {name}", smallest / factor),
            None => format!("{number} {}", self.name()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_and_times_are_read_with_their_unit() {
        for (unit, text, number) in [
            (Unit::Bytes, "64MiB", Some(64 << 20)),
            (Unit::Bytes, "2 GiB", Some(2 << 30)),
            (Unit::Bytes, "0B", Some(0)),
            (Unit::Bytes, "24h", None),
            (Unit::Bytes, "64MB", None),
            (Unit::Seconds, "24h", Some(86_400)),
            (Unit::Seconds, "90min", Some(5_400)),
            (Unit::Seconds, "1500ms", None),
            (Unit::Seconds, "-1s", None),
            (Unit::Seconds, "1.5h", None),
            (Unit::Ms, "10s", Some(10_000)),
            (Unit::Ms, "99999999999999999999d", None),
            (Unit::Ms, "999999999999999999d", None),
            (Unit::Ms, "10", None),
            (Unit::Ms, "", None),
        ] {
            assert_eq!(unit.parse(text), number, "{text}");
        }
    }

    #[test]
    fn numbers_are_shown_in_the_largest_unit_that_divides_them() {
        assert_eq!(Unit::Bytes.show(64 << 20), "64 MiB");
        assert_eq!(Unit::Bytes.show(1_000), "1000 B");
        assert_eq!(Unit::Seconds.show(86_400), "1 d");
        assert_eq!(Unit::Seconds.show(90), "90 s");
        assert_eq!(Unit::Ms.show(1_500), "1500 ms");
        assert_eq!(Unit::Seconds.show(0), "0 seconds");
    }
}
