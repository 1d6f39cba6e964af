//! For how long an answer is good. Pure: times are arguments.

use std::time::Duration;

/// What takes no longer is worked out whenever somebody asks.
const QUICK: Duration = Duration::from_millis(200);
/// Else it is good for so many times as long as it took: a twentieth of the time of a core
/// goes to each that somebody looks at.
const GOOD_FOR_TIMES: u32 = 20;
/// Where nobody asks it is worked out so rarely,
const WARM_FOR: Duration = Duration::from_secs(900);
/// and after so many times as long as it took, at the earliest.
const WARM_FOR_TIMES: u32 = 100;
/// Between two that nobody asked for everybody else has the core for so many times as long.
const REST_TIMES: u32 = 9;

/// What an answer is worth.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Worth {
    /// It is of just now.
    Good,
    /// It will do, while the next is worked out.
    WillDo,
    /// Working it out takes no longer than telling it.
    Nothing,
}

/// Of one that was found so long ago, in so long.
pub(super) fn worth(age: Duration, took: Duration) -> Worth {
    if took <= QUICK {
        Worth::Nothing
    } else if age < took * GOOD_FOR_TIMES {
        Worth::Good
    } else {
        Worth::WillDo
    }
}

/// Whether it need not be worked out anew for somebody who may ask.
pub(super) fn is_warm(age: Duration, took: Duration) -> bool {
    took <= QUICK || age < WARM_FOR.max(took * WARM_FOR_TIMES)
}

/// How long to rest after one that took so long: not long while there are others of which
/// nothing is known.
pub(super) fn rest(took: Duration, is_first: bool) -> Duration {
    took * if is_first { 1 } else { REST_TIMES }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_good_for_as_long_as_it_was_dear() {
        let ms = Duration::from_millis;
        for (age, took, expected) in [
            (0, 200, Worth::Nothing),
            (0, 201, Worth::Good),
            (4_019, 201, Worth::Good),
            (4_020, 201, Worth::WillDo),
            (1_199_999, 60_000, Worth::Good),
            (1_200_000, 60_000, Worth::WillDo),
            (u64::MAX, 60_000, Worth::WillDo),
        ] {
            assert_eq!(worth(ms(age), ms(took)), expected, "{age} {took}");
        }
    }

    #[test]
    fn what_nobody_asks_for_is_worked_out_rarely() {
        let ms = Duration::from_millis;
        assert!(is_warm(ms(u64::MAX), ms(200)));
        assert!(is_warm(ms(899_999), ms(201)) && !is_warm(ms(900_000), ms(201)));
        assert!(is_warm(ms(5_999_999), ms(60_000)) && !is_warm(ms(6_000_000), ms(60_000)));
        assert_eq!(rest(ms(7), true), ms(7));
        assert_eq!(rest(ms(7), false), ms(63));
    }
}
