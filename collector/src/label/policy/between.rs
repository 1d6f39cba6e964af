//! A range of a number, its ends as the policy's file words them: `below 0.5` is
//! never told as `at most 0.499`.

use std::fmt;

/// One end of a range, in the field's own unit or in thousandths.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct End {
    at: i64,
    /// The number itself is outside.
    open: bool,
}

impl End {
    /// `at_least`, `at_most`.
    pub(crate) const fn closed(at: i64) -> Self {
        Self { at, open: false }
    }

    /// `above`, `below`.
    pub(crate) const fn open(at: i64) -> Self {
        Self { at, open: true }
    }
}

/// From one end to another, of which at least one is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Between {
    low: Option<End>,
    high: Option<End>,
}

impl Between {
    /// Of several ends on a side the tightest holds; `None` where no end is given
    /// or no number lies between them.
    pub(crate) fn of(
        low: impl IntoIterator<Item = End>,
        high: impl IntoIterator<Item = End>,
    ) -> Option<Self> {
        let between = Self {
            low: low.into_iter().max_by_key(|end| (end.at, end.open)),
            high: high.into_iter().min_by_key(|end| (end.at, !end.open)),
        };
        let given = between.low.is_some() || between.high.is_some();
        (given && between.least() <= between.most()).then_some(between)
    }

    /// Whether a number lies between.
    pub(crate) fn contains(&self, value: i64) -> bool {
        (self.least()..=self.most()).contains(&value)
    }

    /// Numbers are whole: an open end is one away.
    fn least(&self) -> i64 {
        self.low
            .map_or(i64::MIN, |end| end.at + i64::from(end.open))
    }

    fn most(&self) -> i64 {
        self.high
            .map_or(i64::MAX, |end| end.at - i64::from(end.open))
    }

    /// In words, each number as `unit` prints it.
    pub(crate) fn write(
        &self,
        f: &mut fmt::Formatter<'_>,
        unit: impl Fn(i64) -> String,
    ) -> fmt::Result {
        let mut end = |end: Option<End>, closed: &str, open: &str| match end {
            Some(end) => {
                let word = if end.open { open } else { closed };
                write!(f, " {word} {}", unit(end.at))
            }
            None => Ok(()),
        };
        end(self.low, "at least", "above")?;
        end(self.high, "at most", "below")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_two_ends_on_a_side_the_tighter_holds() {
        let (closed, open) = (End::closed(5), End::open(5));
        for ends in [[closed, open], [open, closed]] {
            let from = Between::of(ends, []).unwrap();
            assert!(!from.contains(5) && from.contains(6));
            let to = Between::of([], ends).unwrap();
            assert!(!to.contains(5) && to.contains(4));
        }
        let wide = Between::of([closed], [End::closed(9)]).unwrap();
        let inside: Vec<_> = (0..20).filter(|n| wide.contains(*n)).collect();
        assert_eq!(inside, [5, 6, 7, 8, 9]);
    }

    #[test]
    fn nothing_in_between_is_no_range() {
        assert_eq!(Between::of([], []), None);
        assert_eq!(Between::of([End::open(5)], [End::open(6)]), None);
        assert_eq!(Between::of([End::closed(6)], [End::closed(5)]), None);
        assert!(Between::of([End::closed(5)], [End::closed(5)]).is_some());
    }
}
