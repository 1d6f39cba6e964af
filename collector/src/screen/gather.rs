//! From what people did to records under their keys.

use std::path::Path;

use tacit_signals::signal::Kind;

use super::{
    person,
    share::{SetKey, Sets},
};
use crate::{
    dataset::sort::{Keep, SortError, Sorted, Sorter},
    store::rows::Conduct,
};

/// Memory of the sorter: a record takes some 50 bytes, so a run holds about 300,000.
const MEMORY_BYTES: usize = 16 * 1024 * 1024;

/// Something that happened: when, in which session; what.
pub(super) const STEP: u8 = 0;
/// An output somebody's signals are about: which; what is known of it.
pub(super) const ABOUT: u8 = 1;

/// What a person's signals say about an output.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct About {
    /// They were shown it.
    pub(super) shown: bool,
    /// They did something with it.
    pub(super) acted: bool,
    /// A server registered it.
    pub(super) known: bool,
    /// Signals of every kind.
    pub(super) signals: u32,
    /// The sets it is in; zero where in none.
    pub(super) sets: [SetKey; 3],
}

impl About {
    pub(super) fn to_bytes(self) -> [u8; 29] {
        let mut bytes = [0; 29];
        let flags = [self.shown, self.acted, self.known];
        bytes[0] = flags.iter().fold(0, |all, flag| all << 1 | u8::from(*flag));
        bytes[1..5].copy_from_slice(&self.signals.to_be_bytes());
        bytes[5..].copy_from_slice(self.sets.as_flattened());
        bytes
    }

    pub(super) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (&flags, rest) = bytes.split_first()?;
        let (signals, sets) = rest.split_first_chunk::<4>()?;
        let (sets, _) = sets.as_chunks::<8>();
        Some(Self {
            shown: flags & 4 != 0,
            acted: flags & 2 != 0,
            known: flags & 1 != 0,
            signals: u32::from_be_bytes(*signals),
            sets: sets.try_into().ok()?,
        })
    }

    /// Both said of one output.
    pub(super) fn and(self, other: Self) -> Self {
        Self {
            shown: self.shown || other.shown,
            acted: self.acted || other.acted,
            known: self.known || other.known,
            signals: self.signals.saturating_add(other.signals),
            // Whoever saw no act was not asked for the sets.
            sets: if self.sets == [[0; 8]; 3] {
                other.sets
            } else {
                self.sets
            },
        }
    }
}

/// Whether somebody decided something: what hands do, one at a time. Editing and selecting
/// go on while they go on, and what a page tells by itself is nobody's act.
pub(super) const fn is_act(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::Copied
            | Kind::Pasted
            | Kind::Accepted
            | Kind::Dismissed
            | Kind::Regenerated
            | Kind::Switched
            | Kind::Stopped
            | Kind::Rated
            | Kind::FollowedUp
            | Kind::Shared
            | Kind::Downloaded
    )
}

/// Whether it is a step of a session: a time somebody's pace has a part in.
const fn is_step(kind: Kind) -> bool {
    is_act(kind) || matches!(kind, Kind::Shown | Kind::Selected | Kind::Edited)
}

/// How many registered outputs that somebody acted on were shown to anybody.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Showing {
    output: u64,
    here: About,
    shown: u64,
    unshown: u64,
}

impl Showing {
    fn take(&mut self, output: u64, about: About) {
        if output != self.output {
            self.settle();
            self.output = output;
        }
        self.here = self.here.and(about);
    }

    fn settle(&mut self) {
        let here = std::mem::take(&mut self.here);
        if here.known && here.acted {
            *(if here.shown {
                &mut self.shown
            } else {
                &mut self.unshown
            }) += 1;
        }
    }

    /// Whether this site shows what it has people act on: one that only tells acts through
    /// the API does not, and says nothing about guessing. Registered outputs decide, which
    /// nobody makes up who has not the secret key.
    pub(super) const fn is_told(self) -> bool {
        self.shown > 0 && self.shown >= self.unshown
    }
}

/// Everything, sorted by person.
pub(super) struct Gathered {
    pub(super) records: Sorted,
    pub(super) sets: Sets,
    pub(super) showing: Showing,
}

/// Takes what people did, in any order.
pub(super) struct Gather {
    sorter: Sorter,
    sets: Sets,
    showing: Showing,
    key: Vec<u8>,
}

impl Gather {
    pub(super) fn new(directory: &Path) -> Self {
        Self {
            sorter: Sorter::new(directory, "conduct", MEMORY_BYTES, Keep::ForNow),
            sets: Sets::default(),
            showing: Showing::default(),
            key: Vec::new(),
        }
    }

    pub(super) fn take(&mut self, conduct: &Conduct<'_>) -> Result<(), SortError> {
        self.key.clear();
        person::write(conduct.subject, conduct.signed, &mut self.key);
        let start = self.key.len();
        let mut about = About {
            known: conduct.named.is_some(),
            signals: u32::try_from(conduct.events.len()).unwrap_or(u32::MAX),
            ..About::default()
        };
        for &(at, kind) in conduct.events {
            let Some(kind) = kind else { continue };
            about.shown |= kind == Kind::Shown;
            about.acted |= is_act(kind) || kind == Kind::Edited;
            if is_step(kind) {
                self.key.truncate(start);
                self.key.push(STEP);
                self.key.extend(at.to_be_bytes());
                self.key.extend(conduct.session.to_be_bytes());
                self.sorter.push(&self.key, &[kind.code()])?;
            }
        }
        if let Some(named) = conduct.named.filter(|_| about.acted) {
            about.sets = self.sets.of(named);
        }
        self.showing.take(conduct.output, about);
        self.key.truncate(start);
        self.key.push(ABOUT);
        self.key.extend(conduct.output.to_be_bytes());
        self.sorter.push(&self.key, &about.to_bytes())
    }

    pub(super) fn finish(mut self) -> Result<Gathered, SortError> {
        self.showing.settle();
        Ok(Gathered {
            records: self.sorter.finish()?,
            sets: self.sets,
            showing: self.showing,
        })
    }
}
