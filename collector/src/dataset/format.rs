//! The datasets there are.

use crate::label::Trust;

/// What a dataset is for. Lines are as in the loaders of TRL 1.16.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Format {
    /// Every label, as in CONTRACTS.
    Labels,
    /// Supervised fine-tuning: prompt and completion.
    TrlSft,
    /// Direct preference optimisation: prompt, chosen, rejected.
    TrlDpo,
    /// Kahneman-Tversky optimisation: prompt, completion, good or bad.
    TrlKto,
}

impl Format {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Labels, Self::TrlSft, Self::TrlDpo, Self::TrlKto];

    /// By its name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.name() == name)
    }

    /// Its name in URLs and on the command line.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Labels => "labels",
            Self::TrlSft => "trl-sft",
            Self::TrlDpo => "trl-dpo",
            Self::TrlKto => "trl-kto",
        }
    }

    /// How a file of it ends, without the dot.
    #[must_use]
    pub const fn extension(self) -> &'static str {
        "jsonl"
    }

    /// The least trust unless told otherwise: whatever trains a model rests on
    /// outputs the server registered; a list of labels may show everything.
    #[must_use]
    pub const fn default_trust(self) -> Trust {
        match self {
            Self::Labels => Trust::Claimed,
            Self::TrlSft | Self::TrlDpo | Self::TrlKto => Trust::Known,
        }
    }
}
