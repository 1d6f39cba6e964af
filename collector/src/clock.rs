//! When something happened, told from three clocks that may disagree.

use tacit_signals::limits::{EVENT_AGE_MS_MAX, SKEW_MS_MIN};

/// The moment an event happened, by the collector's clock.
///
/// The difference between `received_at` and `sent_at` is transit time when it is
/// small and a wrong clock when it is large: only beyond [`SKEW_MS_MIN`] it is
/// taken off. Clamped to the 14 days before `received_at`.
#[must_use]
pub fn corrected(at: u64, sent_at: u64, received_at: u64) -> u64 {
    unclamped(at, sent_at, received_at)
        .clamp(received_at.saturating_sub(EVENT_AGE_MS_MAX), received_at)
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

#[cfg(test)]
mod tests {
    use super::*;

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
