//! The facts a signal can state about an output.
//!
//! Field meanings and the law by which repeats fold are in CONTRACTS; here is
//! their shape. Lengths are Unicode scalar values after [`crate::text::clean`].

use crate::{
    id::Id,
    number::{Amount, Rating, Share},
};

/// One fact about one output.
#[derive(Debug, Clone, PartialEq)]
pub enum Signal {
    /// The output's text settled on the page.
    Shown(Box<Shown>),
    /// Active reading time so far in this session; cumulative.
    Dwell {
        /// Visible, focused and not idle, in ms.
        active_ms: u32,
        /// Deepest part of the output that came into view.
        read_share: Share,
    },
    /// Text of the output was selected.
    Selected(Span),
    /// Text of the output was copied.
    Copied {
        /// How much.
        span: Span,
        /// By which way.
        via: CopyVia,
    },
    /// Text of the output was pasted somewhere on the page.
    Pasted(Span),
    /// Accepted, inserted or applied.
    Accepted(Act),
    /// Rejected.
    Dismissed(Act),
    /// An editor that was seeded with the output changed it.
    Edited(Edited),
    /// The person asked for another answer in place of this one.
    Regenerated {
        /// From the end of this output's stream to the request.
        after_ms: u32,
        /// Which regeneration of this turn it was, from 1.
        ordinal: u32,
    },
    /// The person went from one variant of a turn to another.
    Switched {
        /// The variant left.
        from: Id,
        /// The variant now visible.
        to: Id,
    },
    /// The person stopped the stream.
    Stopped {
        /// From the stream's start.
        after_ms: u32,
        /// Characters there by then.
        chars: u32,
    },
    /// An explicit rating.
    Rated {
        /// −1 worst, 1 best, 0 withdrawn.
        value: Rating,
        /// What the control looked like: `thumbs`, `stars`.
        scale: Option<String>,
        /// A reason the person picked.
        reason: Option<String>,
    },
    /// The next prompt of the conversation, compared with the one before.
    FollowedUp {
        /// From this output's settling to the next prompt.
        gap_ms: u32,
        /// Likeness of the two prompts.
        similarity: Share,
        /// What the next prompt did.
        intent: Intent,
    },
    /// Accepted or inserted text was looked at again later.
    Survived {
        /// Since it was accepted, in seconds.
        age_s: u32,
        /// How much of it was still there.
        share: Share,
    },
    /// Shared.
    Shared(Act),
    /// Downloaded.
    Downloaded(Act),
    /// Downstream success, told by the app.
    Converted {
        /// Which success.
        name: String,
        /// Its worth, in the site's own unit.
        value: Option<Amount>,
    },
    /// Text, where the site opted in; travels in batches of its own.
    Content {
        /// What the text is.
        role: ContentRole,
        /// The text, redacted in the browser.
        text: String,
    },
    /// A fact whose fields come as they go over the wire: what a page states is
    /// checked and encoded where the page's values are. No reader makes one.
    Encoded(Encoded),
    /// A kind this version does not know: kept and counted, never interpreted.
    Unknown(Unknown),
}

/// Fields of [`Signal::Shown`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Shown {
    /// Characters.
    pub chars: u32,
    /// Words.
    pub words: u32,
    /// Share of characters that stand in code blocks.
    pub code_share: Share,
    /// From the first to the last growth of the text; 0 when it was there at once.
    pub stream_ms: u32,
    /// The conversation it belongs to.
    pub conversation: Option<Id>,
    /// Number of the turn in its conversation.
    pub turn: Option<u32>,
    /// Number of the variant in its turn, from 0.
    pub variant: Option<u32>,
    /// The sibling it took the place of.
    pub replaces: Option<Id>,
    /// The model, where the page says so.
    pub model: Option<String>,
    /// The prompt version, where the page says so.
    pub prompt_version: Option<String>,
    /// [`crate::text::sketch`] of the answer; empty unless the site joins by it.
    pub sketch: Vec<u32>,
}

/// A part of an output's text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Span {
    /// Characters.
    pub chars: u32,
    /// Share of the output.
    pub share: Share,
}

/// An act whose only detail is the way it was done.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Act {
    /// The control or gesture: `button`, `insert`, `tab`, `api`.
    pub via: String,
}

/// Fields of [`Signal::Edited`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Edited {
    /// Characters of the output's text when the editor was seeded.
    pub chars_before: u32,
    /// Characters now.
    pub chars_after: u32,
    /// Characters inserted, by the smallest edit script.
    pub inserted: u32,
    /// Characters deleted, by the smallest edit script.
    pub deleted: u32,
    /// [`crate::text::similarity`] of the seed and what became of it.
    pub survival: Share,
    /// The editor was left or saved.
    pub is_final: bool,
}

/// Fields of a known kind as they stand on the wire.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Encoded {
    /// The kind.
    pub kind: Kind,
    /// Its fields.
    pub fields: Vec<u8>,
}

/// A signal of a later version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unknown {
    /// Its name, or `kind_<number>` where only a number came.
    pub name: String,
    /// Its fields as they came.
    pub body: Vec<u8>,
}

/// A set of named values, each with its number on the wire.
macro_rules! names {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $code:literal $text:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name { $($(#[$vdoc])* $variant = $code),+ }

        impl $name {
            /// All of them.
            pub const ALL: [Self; [$($code),+].len()] = [$(Self::$variant),+];

            /// Its name in JSON.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $text),+ }
            }
            /// By its name in JSON.
            #[must_use]
            pub fn from_name(name: &str) -> Option<Self> {
                // A loop over one table: comparisons one by one are a tenth of read_signal.
                let known = [$(Self::$variant),+];
                known.into_iter().find(|known| known.name() == name)
            }
            /// Its number on the wire.
            #[must_use]
            pub const fn code(self) -> u8 {
                self as u8
            }
            /// By its number on the wire.
            #[must_use]
            pub const fn from_code(code: u8) -> Option<Self> {
                match code { $($code => Some(Self::$variant),)+ _ => None }
            }
        }
    };
}

names! {
    /// The way a copy was made.
    CopyVia {
        /// Selected and copied by key or menu.
        Selection = 0 "selection",
        /// By the answer's copy button.
        Button = 1 "button",
        /// A code block, whichever way.
        Code = 2 "code",
        /// Told by the app.
        Api = 3 "api",
    }
}

names! {
    /// What a follow-up prompt did.
    Intent {
        /// Asked the same again in other words.
        Rephrase = 0 "rephrase",
        /// Corrected the answer.
        Correction = 1 "correction",
        /// Thanked.
        Thanks = 2 "thanks",
        /// Went on.
        Other = 3 "other",
    }
}

names! {
    /// What the text of a content frame is.
    ContentRole {
        /// The output as the person edited it.
        Edit = 0 "edit",
        /// The prompt.
        Prompt = 1 "prompt",
        /// The answer.
        Answer = 2 "answer",
    }
}

names! {
    /// The kinds of signal.
    Kind {
        /// See [`Signal::Shown`].
        Shown = 1 "shown",
        /// See [`Signal::Dwell`].
        Dwell = 2 "dwell",
        /// See [`Signal::Selected`].
        Selected = 3 "selected",
        /// See [`Signal::Copied`].
        Copied = 4 "copied",
        /// See [`Signal::Pasted`].
        Pasted = 5 "pasted",
        /// See [`Signal::Accepted`].
        Accepted = 6 "accepted",
        /// See [`Signal::Dismissed`].
        Dismissed = 7 "dismissed",
        /// See [`Signal::Edited`].
        Edited = 8 "edited",
        /// See [`Signal::Regenerated`].
        Regenerated = 9 "regenerated",
        /// See [`Signal::Switched`].
        Switched = 10 "switched",
        /// See [`Signal::Stopped`].
        Stopped = 11 "stopped",
        /// See [`Signal::Rated`].
        Rated = 12 "rated",
        /// See [`Signal::FollowedUp`].
        FollowedUp = 13 "followed_up",
        /// See [`Signal::Survived`].
        Survived = 14 "survived",
        /// See [`Signal::Shared`].
        Shared = 15 "shared",
        /// See [`Signal::Downloaded`].
        Downloaded = 16 "downloaded",
        /// See [`Signal::Converted`].
        Converted = 17 "converted",
        /// See [`Signal::Content`].
        Content = 18 "content",
    }
}

impl Signal {
    /// The kind, or `None` for one this version does not know.
    #[must_use]
    pub const fn kind(&self) -> Option<Kind> {
        Some(match self {
            Self::Shown(_) => Kind::Shown,
            Self::Dwell { .. } => Kind::Dwell,
            Self::Selected(_) => Kind::Selected,
            Self::Copied { .. } => Kind::Copied,
            Self::Pasted(_) => Kind::Pasted,
            Self::Accepted(_) => Kind::Accepted,
            Self::Dismissed(_) => Kind::Dismissed,
            Self::Edited(_) => Kind::Edited,
            Self::Regenerated { .. } => Kind::Regenerated,
            Self::Switched { .. } => Kind::Switched,
            Self::Stopped { .. } => Kind::Stopped,
            Self::Rated { .. } => Kind::Rated,
            Self::FollowedUp { .. } => Kind::FollowedUp,
            Self::Survived { .. } => Kind::Survived,
            Self::Shared(_) => Kind::Shared,
            Self::Downloaded(_) => Kind::Downloaded,
            Self::Converted { .. } => Kind::Converted,
            Self::Content { .. } => Kind::Content,
            Self::Encoded(encoded) => encoded.kind,
            Self::Unknown(_) => return None,
        })
    }

    /// The kind's name in JSON.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::Unknown(unknown) => &unknown.name,
            known => known.kind().map_or("", Kind::name),
        }
    }
}
