//! The fields that conditions can look at, by their names in CONTRACTS: of the
//! rule's own signal, or of the output's reading and size, which any rule may ask.

use tacit_signals::{
    Signal,
    signal::{CopyVia, Intent, Kind},
};

/// A field that is a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Number {
    Share,
    Survival,
    Similarity,
    Value,
    AfterMs,
    GapMs,
    Chars,
    /// Of the output: deepest part that came into view.
    ReadShare,
    /// Of the output: active reading time as a share of the expected one.
    ReadRatio,
    /// Of the output: active reading time.
    ActiveMs,
    /// Of the output, when it was first shown.
    Words,
    /// Of the output, when it was first shown.
    CodeShare,
}

/// A field that is a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Text {
    Via,
    Intent,
    Name,
}

impl Number {
    /// All of them.
    pub(crate) const ALL: [Self; 12] = [
        Self::Share,
        Self::Survival,
        Self::Similarity,
        Self::Value,
        Self::AfterMs,
        Self::GapMs,
        Self::Chars,
        Self::ReadShare,
        Self::ReadRatio,
        Self::ActiveMs,
        Self::Words,
        Self::CodeShare,
    ];

    /// Its name in a policy.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Share => "share",
            Self::Survival => "survival",
            Self::Similarity => "similarity",
            Self::Value => "value",
            Self::AfterMs => "after_ms",
            Self::GapMs => "gap_ms",
            Self::Chars => "chars",
            Self::ReadShare => "read_share",
            Self::ReadRatio => "read_ratio",
            Self::ActiveMs => "active_ms",
            Self::Words => "words",
            Self::CodeShare => "code_share",
        }
    }

    /// Whether it is a field of the output, not of the rule's signal.
    pub(crate) const fn of_output(self) -> bool {
        matches!(
            self,
            Self::ReadShare | Self::ReadRatio | Self::ActiveMs | Self::Words | Self::CodeShare
        )
    }

    /// Whether it is counted in thousandths.
    pub(crate) const fn in_thousandths(self) -> bool {
        !matches!(
            self,
            Self::AfterMs | Self::GapMs | Self::Chars | Self::ActiveMs | Self::Words
        )
    }

    /// Smallest and largest value it can have in `kind`, in units.
    pub(crate) const fn range(self, kind: Option<Kind>) -> (f64, f64) {
        match (self, kind) {
            (Self::Value, Some(Kind::Converted)) => (-1e6, 1e6),
            (Self::Value, _) => (-1.0, 1.0),
            (Self::AfterMs | Self::GapMs | Self::Chars | Self::ActiveMs | Self::Words, _) => {
                (0.0, 1e10)
            }
            (Self::ReadRatio, _) => (0.0, 1_000.0),
            _ => (0.0, 1.0),
        }
    }

    /// Whether a rule on signals of `kind` may ask for it; `None` stands for
    /// absence, which knows only what is true of the output.
    pub(crate) const fn applies(self, kind: Option<Kind>) -> bool {
        use Kind::{
            Converted, Copied, Edited, FollowedUp, Pasted, Rated, Regenerated, Selected, Stopped,
            Survived,
        };
        match self {
            Self::Share => matches!(kind, Some(Copied | Selected | Pasted | Survived)),
            Self::ReadShare | Self::ReadRatio | Self::ActiveMs | Self::Words | Self::CodeShare => {
                true
            }
            Self::Survival => matches!(kind, Some(Edited)),
            Self::Similarity | Self::GapMs => matches!(kind, Some(FollowedUp)),
            Self::Value => matches!(kind, Some(Rated | Converted)),
            Self::AfterMs => matches!(kind, Some(Regenerated | Stopped)),
            Self::Chars => matches!(kind, Some(Copied | Selected | Pasted | Stopped)),
        }
    }

    /// Its value in `signal`, in thousandths or whole units; fields of the output
    /// are in none.
    pub(crate) fn read(self, signal: &Signal) -> Option<i64> {
        Some(match (self, signal) {
            (Self::Share, Signal::Copied { span, .. } | Signal::Selected(span))
            | (Self::Share, Signal::Pasted(span)) => span.share.thousandths().into(),
            (Self::Share, Signal::Survived { share, .. }) => share.thousandths().into(),
            (Self::Survival, Signal::Edited(edited)) => edited.survival.thousandths().into(),
            (Self::Similarity, Signal::FollowedUp { similarity, .. }) => {
                similarity.thousandths().into()
            }
            (Self::GapMs, Signal::FollowedUp { gap_ms, .. }) => (*gap_ms).into(),
            (Self::Value, Signal::Rated { value, .. }) => value.thousandths().into(),
            (Self::Value, Signal::Converted { value, .. }) => (*value)?.thousandths(),
            (
                Self::AfterMs,
                Signal::Regenerated { after_ms, .. } | Signal::Stopped { after_ms, .. },
            ) => (*after_ms).into(),
            (Self::Chars, Signal::Copied { span, .. } | Signal::Selected(span))
            | (Self::Chars, Signal::Pasted(span)) => span.chars.into(),
            (Self::Chars, Signal::Stopped { chars, .. }) => (*chars).into(),
            _ => return None,
        })
    }
}

impl Text {
    /// Its name in a policy.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Via => "via",
            Self::Intent => "intent",
            Self::Name => "name",
        }
    }

    /// Whether signals of `kind` have it.
    pub(crate) const fn applies(self, kind: Option<Kind>) -> bool {
        use Kind::{Accepted, Converted, Copied, Dismissed, Downloaded, FollowedUp, Shared};
        match self {
            Self::Via => {
                matches!(
                    kind,
                    Some(Copied | Accepted | Dismissed | Shared | Downloaded)
                )
            }
            Self::Intent => matches!(kind, Some(FollowedUp)),
            Self::Name => matches!(kind, Some(Converted)),
        }
    }

    /// Whether `value` is one that `kind` can have.
    pub(crate) fn allows(self, kind: Option<Kind>, value: &str) -> bool {
        match (self, kind) {
            (Self::Via, Some(Kind::Copied)) => CopyVia::from_name(value).is_some(),
            (Self::Intent, _) => Intent::from_name(value).is_some(),
            _ => !value.is_empty(),
        }
    }

    /// Its value in `signal`.
    pub(crate) fn read(self, signal: &Signal) -> Option<&str> {
        match (self, signal) {
            (Self::Via, Signal::Copied { via, .. }) => Some(via.name()),
            (
                Self::Via,
                Signal::Accepted(act)
                | Signal::Dismissed(act)
                | Signal::Shared(act)
                | Signal::Downloaded(act),
            ) => Some(&act.via),
            (Self::Intent, Signal::FollowedUp { intent, .. }) => Some(intent.name()),
            (Self::Name, Signal::Converted { name, .. }) => Some(name),
            _ => None,
        }
    }
}
