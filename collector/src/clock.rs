//! When something happened, told from three clocks that may disagree.

use tacit_signals::limits::{EVENT_AGE_MS_MAX, SKEW_MS_MIN};

/// The moment an event happened, by the collector's clock.
///
/// The difference between `received_at` and `sent_at` is transit time when it is
/// small and a wrong clock when it is large: only beyond [`SKEW_MS_MIN`] it is
/// taken off. Clamped to the 14 days before `received_at`.
#[must_use]
pub fn corrected(at: u64, sent_at: u64, received_at: u64) -> u64 {
    corrected_within(at, sent_at, received_at, EVENT_AGE_MS_MAX)
}

/// The same where an event may be `age_ms_max` old: that of an import.
#[must_use]
pub fn corrected_within(at: u64, sent_at: u64, received_at: u64, age_ms_max: u64) -> u64 {
    unclamped(at, sent_at, received_at).clamp(received_at.saturating_sub(age_ms_max), received_at)
}

/// Whether the event is beyond the horizon of deduplication.
#[must_use]
pub fn too_old(at: u64, sent_at: u64, received_at: u64) -> bool {
    unclamped(at, sent_at, received_at).saturating_add(EVENT_AGE_MS_MAX) < received_at
}

fn unclamped(at: u64, sent_at: u64, received_at: u64) -> u64 {
    if received_at.abs_diff(sent_at) <= SKEW_MS_MIN {
        return at;
    }
    at.saturating_add(received_at).saturating_sub(sent_at)
}

/// An hour in milliseconds.
pub const HOUR_MS: u64 = 3_600_000;

/// `36h` or `8d` in milliseconds.
#[must_use]
pub fn span(text: &str) -> Option<u64> {
    let unit = |end: char| text.strip_suffix(end).and_then(|n| n.parse::<u64>().ok());
    let hours = unit('d').and_then(|days| days.checked_mul(24));
    hours.or_else(|| unit('h'))?.checked_mul(HOUR_MS)
}

/// What [`moment`] reads, for people.
pub const NO_MOMENT: &str = "Unix milliseconds, or a date or time such as 2026-11-01 (UTC)";

/// A moment as Unix ms: such a number, or an ISO date or time, in UTC where it names
/// no offset.
#[must_use]
pub fn moment(text: &str) -> Option<u64> {
    if let Ok(at) = text.parse() {
        return Some(at);
    }
    let timestamp = text.parse::<jiff::Timestamp>().or_else(|_| {
        let civil = text.parse::<jiff::civil::DateTime>()?;
        jiff::tz::TimeZone::UTC.to_timestamp(civil)
    });
    u64::try_from(timestamp.ok()?.as_millisecond()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_numbers_dates_or_times() {
        assert_eq!(moment("1763890000000"), Some(1_763_890_000_000));
        assert_eq!(moment("2025-11-23"), Some(1_763_856_000_000));
        assert_eq!(moment("2025-11-23T09:26:40"), Some(1_763_890_000_000));
        assert_eq!(moment("2025-11-23T10:26:40+01:00"), Some(1_763_890_000_000));
        assert_eq!(moment("2025-11-23T09:26:40.005Z"), Some(1_763_890_000_005));
        for wrong in ["yesterday", "2025-13-01", "-1", "1912-06-23", ""] {
            assert_eq!(moment(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn spans_are_hours_or_days() {
        assert_eq!(span("0h"), Some(0));
        assert_eq!(span("36h"), Some(129_600_000));
        assert_eq!(span("8d"), Some(691_200_000));
        for wrong in ["8", "d", "-1d", "1.5h", "2w", "99999999999999999d"] {
            assert_eq!(span(wrong), None, "{wrong}");
        }
    }

    const NOW: u64 = 1_763_890_000_000;

    #[test]
    fn transit_time_is_not_skew() {
        assert_eq!(corrected(NOW - 9_000, NOW - 4_999, NOW), NOW - 9_000);
    }

    #[test]
    fn a_wrong_clock_is_taken_off() {
        let hour = 3_600_000;
        assert_eq!(corrected(NOW - hour - 2_000, NOW - hour, NOW), NOW - 2_000);
        assert_eq!(corrected(NOW + hour - 2_000, NOW + hour, NOW), NOW - 2_000);
    }

    #[test]
    fn never_after_receipt_nor_beyond_the_horizon() {
        assert_eq!(corrected(NOW + 3_000, NOW, NOW), NOW);
        assert_eq!(corrected(0, NOW, NOW), NOW - EVENT_AGE_MS_MAX);
        assert!(too_old(0, NOW, NOW));
        assert!(!too_old(NOW - EVENT_AGE_MS_MAX, NOW, NOW));
    }
}
