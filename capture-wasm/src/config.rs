//! What a capture does with what it sees. The options of `start()` are checked
//! by `js/options.js`, where the page's values are.

use tacit_signals::Share;

/// What the module runs with.
#[derive(Debug, Clone, Copy)]
pub struct Config {
    /// Which text may leave the browser.
    pub content: Content,
    /// Whether `shown` carries a sketch of the answer.
    pub sketch: bool,
    /// Share of conversations that are captured.
    pub sample: Share,
    /// How long a signal may wait for others, ms.
    pub flush_after_ms: u64,
}

/// Which text may leave the browser.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Content {
    /// None.
    Off,
    /// Outputs as a person edited them.
    Edits,
    /// Answers as well.
    Full,
}

impl Content {
    /// By its place among what the option may be.
    #[must_use]
    pub const fn at(place: u8) -> Self {
        match place {
            0 => Self::Off,
            1 => Self::Edits,
            _ => Self::Full,
        }
    }
}
