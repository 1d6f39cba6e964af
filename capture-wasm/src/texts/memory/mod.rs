//! What is remembered of accepted text, to see later whether it is still there.
//!
//! Never the text: a keyed [`Print`] of it, with the output it came from and when
//! it is to be looked at again. Where the site allows storage it outlives the
//! page ([`record`]), else it goes with it.

mod print;
mod record;

use tacit_signals::{Id, Share};

use super::{Known, Told, survived::Schedule};

pub use print::{Container, Print};

/// Texts that are remembered; the oldest is forgotten first.
const KEPT_MAX: usize = 32;

/// Hashes of all of them: 128 KiB as a browser stores them.
const SAMPLES_MAX: usize = 64 * 1_024;

/// A text is known by what is left of it when this share is. Where it was seen
/// before, whatever is left counts.
const KNOWN_MIN: u16 = 300;

/// Ms until a text is looked for the first time: it may be on its way yet.
const FIRST_MS: u64 = 2_000;

/// Texts that are looked for at once; others wait for the next look.
const LOOKS_MAX: usize = 4;

/// A look that finds nothing is repeated later and later, from this many ms on.
const AGAIN_MS: u64 = 2_000;
const DOUBLINGS_MAX: u32 = 8;

/// One accepted text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Kept {
    pub(crate) output: Id,
    /// The registration's token, which the output may not be there to tell again.
    pub(crate) token: Option<Box<str>>,
    schedule: Schedule,
    /// Where it was seen, as a number; 0 before it was.
    place: u32,
    print: Print,
}

/// All accepted texts.
#[derive(Debug, Default)]
pub struct Memory {
    key: u32,
    kept: Vec<Kept>,
    /// The one that was looked for last.
    next: usize,
    changed: bool,
    not_before: u64,
    doublings: u32,
}

/// A place that text may be in, and what is there now.
pub type Place = (u32, Container);

impl Memory {
    /// Hashes are keyed by `secret`, which only this browser knows, or only this
    /// page. Empty, as what was kept under another key is looked for in vain.
    pub fn open(&mut self, secret: &[u8]) {
        *self = Self::default();
        self.key = hash(0, secret);
    }

    /// What text is in a place, which has a name of its own on this site.
    #[must_use]
    pub fn place(&self, name: &str, text: &str) -> Place {
        (
            hash(self.key, name.as_bytes()).max(1),
            Container::of(self.key, text),
        )
    }

    /// Text of `output` is in use from now on. `anew` when the person took it
    /// again; else only if it is not remembered, as with an edit of it.
    pub(crate) fn keep(&mut self, now: u64, known: Known, anew: bool) {
        let Known { id, token, text } = known;
        if !anew && self.kept.iter().any(|kept| kept.output == id) {
            return;
        }
        if let Some(print) = Print::of(self.key, &text) {
            self.forget(&mut |kept| kept.output == id);
            self.kept.push(Kept {
                output: id,
                token,
                schedule: Schedule {
                    since: now,
                    told: 0,
                },
                place: 0,
                print,
            });
            self.stir();
            self.trim();
        }
    }

    /// `text` was sent as a prompt: what was only put into it is not in use.
    pub fn sent(&mut self, text: &str) {
        let mut prompt = Container::of(self.key, text);
        self.forget(&mut |kept| kept.print.share(&mut prompt).thousandths() >= KNOWN_MIN);
    }

    fn forget(&mut self, which: &mut dyn FnMut(&Kept) -> bool) {
        let before = self.kept.len();
        self.kept.retain(|kept| !which(kept));
        self.changed |= self.kept.len() < before;
    }

    /// In how many ms text is to be looked for; `None` when there is none.
    #[must_use]
    pub fn due_in(&self, now: u64) -> Option<u64> {
        let mut due = None;
        for kept in &self.kept {
            let at = kept.due_at();
            due = if due.is_none() {
                at
            } else {
                due.min(at.or(due))
            };
        }
        Some(due?.max(self.not_before).saturating_sub(now))
    }

    /// Something came into view or changed: it is worth while to look again.
    pub fn stir(&mut self) {
        (self.not_before, self.doublings) = (0, 0);
    }

    /// Looks for what is due in `places`, and tells what was found.
    pub(crate) fn look(&mut self, now: u64, places: &mut [Place], told: &mut Vec<Told>) {
        self.forget(&mut |kept| kept.schedule.is_over(now));
        self.not_before = now;
        let (mut looks, mut missed) = (0, false);
        for _ in 0..self.kept.len() {
            if looks == LOOKS_MAX {
                break;
            }
            self.next = (self.next + 1) % self.kept.len();
            let Some(kept) = self.kept.get_mut(self.next) else {
                break;
            };
            if kept.due_at().is_none_or(|at| at > now) {
                continue;
            }
            looks += 1;
            let Some((share, place)) = kept.find(places) else {
                missed = true;
                continue;
            };
            kept.place = place;
            self.changed = true;
            if let Some(signal) = kept.schedule.looked(now, share) {
                told.push(Told {
                    output: kept.output.clone(),
                    token: kept.token.clone(),
                    signal,
                });
            }
        }
        if missed {
            self.not_before = now.saturating_add(AGAIN_MS << self.doublings);
            self.doublings = (self.doublings + 1).min(DOUBLINGS_MAX);
        }
    }

    /// Forgets everything.
    pub fn clear(&mut self) {
        self.kept.clear();
        self.changed = false;
    }

    /// Forgets the oldest; whether there was one.
    pub fn drop_oldest(&mut self) -> bool {
        let mut oldest = u64::MAX;
        for kept in &self.kept {
            oldest = oldest.min(kept.schedule.since);
        }
        self.forget(&mut |kept| kept.schedule.since == oldest);
        oldest < u64::MAX
    }

    /// Whether it changed since the last time this was asked.
    pub fn take_changed(&mut self) -> bool {
        std::mem::take(&mut self.changed)
    }

    /// All of it, for the browser's storage.
    #[must_use]
    pub fn write(&self) -> String {
        record::write(&self.kept)
    }

    /// Takes over what this or another page of the site wrote: of the same output
    /// what was accepted later, and of that what was looked at further.
    pub fn merge(&mut self, stored: &str) {
        for theirs in record::read(stored) {
            let newer = |kept: &Kept| (kept.schedule.since, kept.schedule.told);
            let is_same = |kept: &&mut Kept| kept.output == theirs.output;
            match self.kept.iter_mut().find(is_same) {
                Some(ours) if newer(ours) >= newer(&theirs) => {}
                Some(ours) => *ours = theirs,
                None => self.kept.push(theirs),
            }
        }
        self.trim();
    }

    fn trim(&mut self) {
        self.changed = true;
        loop {
            let samples: usize = self.kept.iter().map(|kept| kept.print.samples.len()).sum();
            if self.kept.len() <= KEPT_MAX && samples <= SAMPLES_MAX {
                return;
            }
            self.drop_oldest();
        }
    }
}

impl Kept {
    fn due_at(&self) -> Option<u64> {
        if self.place == 0 && self.schedule.told == 0 {
            return Some(self.schedule.since + FIRST_MS);
        }
        self.schedule.due_at()
    }

    /// The place that has most of the text, if it is this text's place.
    fn find(&self, places: &mut [Place]) -> Option<(Share, u32)> {
        let mut best = None;
        for (place, container) in places {
            let share = self.print.share(container);
            let is_known = *place == self.place || share.thousandths() >= KNOWN_MIN;
            if is_known && best.is_none_or(|(most, _)| share > most) {
                best = Some((share, *place));
            }
        }
        best
    }
}

/// FNV-1a.
fn hash(key: u32, bytes: &[u8]) -> u32 {
    bytes.iter().fold(key ^ 0x811c_9dc5, |hash, byte| {
        (hash ^ u32::from(*byte)).wrapping_mul(0x0100_0193)
    })
}

#[cfg(test)]
mod tests;
