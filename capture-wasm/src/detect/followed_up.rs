//! `followed_up`: the next prompt of a conversation, compared with the one before.
//!
//! Only how alike they are and what the next one does leaves the browser; the
//! comparing itself is in `js/followed.js`.

use tacit_signals::{
    Share,
    signal::{Intent, Signal},
};

/// Bytes of a prompt that are kept to compare the next one with.
const KEPT_BYTES: usize = 12_000;

/// Compares a prompt with the next one: four times their likeness in thousandths,
/// and by its number on the wire what the next one does.
pub type Compare = fn(&str, &str) -> u32;

/// What nothing can tell of: another prompt, in nothing alike.
pub const OTHER: u32 = Intent::Other as u32;

/// A prompt, sent `gap_ms` after the answer to the one before was there, as it
/// [`Compare`]s with that.
#[must_use]
pub fn signal(gap_ms: u32, compared: u32) -> Signal {
    let intent = u8::try_from(compared % 4).ok().and_then(Intent::from_code);
    Signal::FollowedUp {
        gap_ms,
        similarity: Share::of((compared / 4).into(), 1_000),
        intent: intent.unwrap_or(Intent::Other),
    }
}

/// The part of a prompt that is kept.
pub(crate) fn kept(prompt: &str) -> &str {
    let end = prompt.floor_char_boundary(KEPT_BYTES);
    prompt.get(..end).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn likeness_and_intent_come_in_one_number() {
        let told = |compared| match signal(70, compared) {
            Signal::FollowedUp {
                gap_ms: 70,
                similarity,
                intent,
            } => (similarity.thousandths(), intent),
            other => panic!("{other:?}"),
        };
        assert_eq!(told(OTHER), (0, Intent::Other));
        assert_eq!(told(4 * 640), (640, Intent::Rephrase));
        assert_eq!(told(4 * 1_000 + 1), (1_000, Intent::Correction));
        assert_eq!(told(u32::MAX), (1_000, Intent::Other));
    }

    #[test]
    fn a_book_is_kept_in_part() {
        assert_eq!(kept(&"é".repeat(KEPT_BYTES)).len(), KEPT_BYTES);
    }
}
