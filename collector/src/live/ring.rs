//! The latest of one project, bounded in number and bytes.

use std::collections::VecDeque;

use serde_json::{Value, json};

use super::entry::{Entry, Refusal, Told};
use crate::{
    control::Project,
    limits::{LIVE_BYTES_MAX, LIVE_ENTRIES_MAX, LIVE_REFUSALS_MAX},
};

/// What an entry takes besides what it says.
const OVERHEAD_BYTES: usize = 512;

/// The latest entries, ascending by number.
#[derive(Debug)]
pub struct Ring {
    entries: VecDeque<Numbered>,
    bytes: usize,
    since: u64,
    last: u64,
    /// The last number that made room.
    lost: u64,
}

#[derive(Debug)]
struct Numbered {
    number: u64,
    bytes: usize,
    entry: Entry,
}

/// What somebody sees who asks.
#[derive(Debug, Clone, PartialEq)]
pub struct Tail {
    /// Entries by number, ascending, as they are shown.
    pub entries: Vec<Value>,
    /// Number of the last there is, to ask after the next time.
    pub next: u64,
    /// Somebody watches since then, Unix ms.
    pub since: u64,
    /// Entries after the asked one are gone already: more came than is kept.
    pub missed: bool,
}

impl Ring {
    /// An empty one, made at `now` (Unix ms).
    #[must_use]
    pub fn new(now: u64) -> Self {
        // Above the numbers of any ring before it: who asks after one of those sees all.
        let last = now.saturating_mul(1_000);
        Self {
            entries: VecDeque::new(),
            bytes: 0,
            since: now,
            last,
            lost: last,
        }
    }

    /// Adds the latest.
    pub fn push(&mut self, entry: Entry) {
        self.last += 1;
        let told = serde_json::to_string(&entry.told).map_or(0, |text| text.len());
        let bytes = OVERHEAD_BYTES + told;
        self.bytes += bytes;
        self.entries.push_back(Numbered {
            number: self.last,
            bytes,
            entry,
        });
        while self.entries.len() > LIVE_ENTRIES_MAX || self.bytes > LIVE_BYTES_MAX {
            let Some(first) = self.entries.pop_front() else {
                return;
            };
            self.bytes -= first.bytes;
            self.lost = first.number;
        }
    }

    /// Adds a refusal. One that came before is counted on, and only so many different ones
    /// are kept: whoever sends nonsense does not push out what others sent.
    pub fn refuse(&mut self, mut refusal: Refusal) {
        let before = self.position(|known| known.is_like(&refusal));
        if let Some(known) = before.and_then(|place| self.take(place)) {
            refusal.times = refusal.times.saturating_add(known.times);
        } else if self.refusals().count() >= LIVE_REFUSALS_MAX
            && let Some(first) = self.position(|_| true)
        {
            self.take(first);
        }
        self.push(Entry {
            told: Told::Refused(refusal),
            whose: Vec::new(),
        });
    }

    /// Drops what is about anybody who is erased in `project`.
    pub fn forget(&mut self, project: &Project) {
        if project.erased.is_empty() {
            return;
        }
        self.entries
            .retain(|numbered| !numbered.entry.is_gone(project.id, project));
        self.bytes = self.entries.iter().map(|numbered| numbered.bytes).sum();
    }

    /// What came after the entry numbered `after`.
    #[must_use]
    pub fn after(&self, after: Option<u64>) -> Tail {
        // A number of later than now is of another process, whose clock was ahead.
        let after = after.filter(|after| *after <= self.last).unwrap_or(0);
        let shown = |numbered: &Numbered| {
            let mut shown = json!(numbered.entry.told);
            shown["n"] = numbered.number.into();
            shown
        };
        let entries = self.entries.iter();
        Tail {
            entries: entries
                .filter(|numbered| numbered.number > after)
                .map(shown)
                .collect(),
            next: self.last,
            since: self.since,
            missed: after > 0 && after < self.lost,
        }
    }

    fn refusals(&self) -> impl Iterator<Item = (usize, &Refusal)> {
        let entries = self.entries.iter().enumerate();
        entries.filter_map(|(place, numbered)| match &numbered.entry.told {
            Told::Refused(refusal) => Some((place, refusal)),
            _ => None,
        })
    }

    fn position(&self, is_it: impl Fn(&Refusal) -> bool) -> Option<usize> {
        let mut refusals = self.refusals();
        refusals
            .find(|(_, known)| is_it(known))
            .map(|(place, _)| place)
    }

    fn take(&mut self, place: usize) -> Option<Refusal> {
        let taken = self.entries.remove(place)?;
        self.bytes -= taken.bytes;
        match taken.entry.told {
            Told::Refused(refusal) => Some(refusal),
            _ => None,
        }
    }
}
