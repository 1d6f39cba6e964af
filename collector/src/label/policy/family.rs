//! Acts that mean the same, and how loudly they speak.

/// Acts that mean the same; only the strongest of each sign counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Family {
    /// Took it somewhere.
    Use,
    /// Asked for something else.
    Redo,
    /// Changed it.
    Edit,
    /// It worked.
    Outcome,
    /// Said so.
    Rating,
    /// Went away.
    Leave,
}

impl Family {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::Use,
        Self::Redo,
        Self::Edit,
        Self::Outcome,
        Self::Rating,
        Self::Leave,
    ];

    /// Its name in a policy.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Use => "use",
            Self::Redo => "redo",
            Self::Edit => "edit",
            Self::Outcome => "outcome",
            Self::Rating => "rating",
            Self::Leave => "leave",
        }
    }

    /// What people said is explicit, what they did implicit.
    pub(crate) const fn class(self) -> Class {
        match self {
            Self::Rating => Class::Explicit,
            _ => Class::Implicit,
        }
    }
}

/// Whether people said it or did it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Class {
    /// Did it.
    Implicit,
    /// Said it.
    Explicit,
}

impl Class {
    /// Its name in a policy.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Implicit => "implicit",
            Self::Explicit => "explicit",
        }
    }
}
