//! Which file of a dataset a row is in.

use serde::{Deserialize, Serialize};

/// One of the files of a dataset.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Split {
    /// What a model learns from.
    Train,
    /// What it is measured on.
    Test,
}

impl Split {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::Train, Self::Test];

    /// Its name in files.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Train => "train",
            Self::Test => "test",
        }
    }
}
