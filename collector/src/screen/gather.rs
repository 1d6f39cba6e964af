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
/// The same of outputs, of some 40 bytes each.
const OUTPUTS_BYTES: usize = 4 * 1024 * 1024;

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
    shown: u64,
    unshown: u64,
}

impl Showing {
    /// What is known of registered outputs, several records of one after the other.
    fn of(outputs: &Sorted) -> Result<Self, SortError> {
        let mut showing = Self::default();
        let mut records = outputs.open()?;
        let (mut output, mut here) = (Vec::new(), About::default());
        while let Some((key, payload)) = records.next()? {
            if key != output.as_slice() {
                showing.count(std::mem::take(&mut here));
                output = key.to_vec();
            }
            here = here.and(About::from_bytes(payload).unwrap_or_default());
        }
        showing.count(here);
        Ok(showing)
    }

    const fn count(&mut self, output: About) {
        if output.acted {
            *(if output.shown {
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

/// Takes registered outputs in any order; what comes of one in a row is one record.
struct Outputs {
    sorter: Sorter,
    output: u64,
    here: About,
}

impl Outputs {
    fn new(directory: &Path) -> Self {
        Self {
            sorter: Sorter::new(directory, "showing", OUTPUTS_BYTES, Keep::ForNow),
            output: 0,
            here: About::default(),
        }
    }

    fn take(&mut self, output: u64, about: About) -> Result<(), SortError> {
        if output != self.output {
            self.settle()?;
            self.output = output;
        }
        self.here = self.here.and(about);
        Ok(())
    }

    fn settle(&mut self) -> Result<(), SortError> {
        let here = std::mem::take(&mut self.here);
        if !here.known {
            return Ok(());
        }
        self.sorter
            .push(&self.output.to_be_bytes(), &here.to_bytes())
    }

    fn finish(mut self) -> Result<Showing, SortError> {
        self.settle()?;
        Showing::of(&self.sorter.finish()?)
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
    outputs: Outputs,
    key: Vec<u8>,
}

impl Gather {
    pub(super) fn new(directory: &Path) -> Self {
        Self {
            sorter: Sorter::new(directory, "conduct", MEMORY_BYTES, Keep::ForNow),
            sets: Sets::default(),
            outputs: Outputs::new(directory),
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
        self.outputs.take(conduct.output, about)?;
        self.key.truncate(start);
        self.key.push(ABOUT);
        self.key.extend(conduct.output.to_be_bytes());
        self.sorter.push(&self.key, &about.to_bytes())
    }

    pub(super) fn finish(self) -> Result<Gathered, SortError> {
        Ok(Gathered {
            records: self.sorter.finish()?,
            sets: self.sets,
            showing: self.outputs.finish()?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_output_counts_once_in_whatever_order_it_comes() {
        let about = |shown, acted| About {
            shown,
            acted,
            known: true,
            ..About::default()
        };
        let stranger = About {
            known: false,
            ..about(false, true)
        };
        // One that was shown in one place and acted on in another, one that was never shown,
        // one that nobody acted on, and one that no server knows.
        let mut told = vec![
            (7, about(true, false)),
            (7, about(false, true)),
            (8, about(false, true)),
            (8, about(false, true)),
            (9, about(true, false)),
            (10, stranger),
        ];
        for turn in 0..told.len() {
            told.rotate_left(turn);
            let directory = tempfile::tempdir().unwrap();
            let mut outputs = Outputs::new(directory.path());
            for (output, about) in &told {
                outputs.take(*output, *about).unwrap();
            }
            let Showing { shown, unshown } = outputs.finish().unwrap();
            assert_eq!((shown, unshown), (1, 1));
        }
    }
}
