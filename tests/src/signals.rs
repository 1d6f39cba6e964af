//! The signals tests send, with only what matters to them.

use tacit_signals::{
    Rating, Share, Signal,
    signal::{ContentRole, CopyVia, Edited, Intent, Shown, Span},
};

use crate::page::id;

/// Where an answer stands: conversation, turn and variant.
pub type Place<'a> = (&'a str, u32, u32);

/// Shown at once, 800 characters.
#[must_use]
pub fn shown((conversation, turn, variant): Place<'_>) -> Signal {
    Signal::Shown(Box::new(Shown {
        chars: 800,
        words: 130,
        conversation: Some(id(conversation)),
        turn: Some(turn),
        variant: Some(variant),
        ..Shown::default()
    }))
}

/// Shown in the place of `replaced`.
#[must_use]
pub fn shown_instead(place: Place<'_>, replaced: &str) -> Signal {
    match shown(place) {
        Signal::Shown(mut shown) => {
            shown.replaces = Some(id(replaced));
            Signal::Shown(shown)
        }
        other => other,
    }
}

/// Read for `active_ms`, to its end.
#[must_use]
pub fn read(active_ms: u32) -> Signal {
    Signal::Dwell {
        active_ms,
        read_share: Share::ONE,
    }
}

/// This share (in thousandths) of 800 characters was selected and copied.
#[must_use]
pub fn copied(thousandths: u32) -> Signal {
    Signal::Copied {
        span: Span {
            chars: 800 * thousandths / 1_000,
            share: share(thousandths),
        },
        via: CopyVia::Selection,
    }
}

/// Another answer was asked for `after_ms` after this one's end.
#[must_use]
pub fn regenerated(after_ms: u32) -> Signal {
    Signal::Regenerated {
        after_ms,
        ordinal: 1,
    }
}

/// The next prompt, unlike the one before, `gap_ms` after this answer had settled.
#[must_use]
pub fn followed_up(gap_ms: u32) -> Signal {
    Signal::FollowedUp {
        gap_ms,
        similarity: Share::ZERO,
        intent: Intent::Other,
    }
}

/// Edited so that this share (in thousandths) is left; the editor was left.
#[must_use]
pub fn edited(survival: u32) -> Signal {
    Signal::Edited(Edited {
        chars_before: 800,
        chars_after: 800,
        inserted: 800 - 800 * survival / 1_000,
        deleted: 800 - 800 * survival / 1_000,
        survival: share(survival),
        is_final: true,
    })
}

/// What the person made of the answer.
#[must_use]
pub fn edit_text(text: &str) -> Signal {
    Signal::Content {
        role: ContentRole::Edit,
        text: text.to_owned(),
    }
}

/// Thumbs up or down.
#[must_use]
pub fn rated(up: bool) -> Signal {
    let value = Rating::from_thousandths("value", if up { 1_000 } else { -1_000 });
    Signal::Rated {
        value: value.expect("within range"),
        scale: Some("thumbs".into()),
        reason: None,
    }
}

fn share(thousandths: u32) -> Share {
    Share::from_thousandths("share", thousandths.into()).expect("within range")
}
