//! People, as datasets count them: who is held out, who was there, and whose rows
//! are whose. Records are sorted by person, so that each is looked at once and
//! alone, however many there are.

use std::path::Path;

use tacit_signals::SubjectKind;

use super::{
    provenance::{Provenance, held_out},
    sort::{Keep, Merge, Run, SortError, Sorted, Sorter},
};
use crate::{
    label::{Labelled, LabelledGroup},
    store::rows::StoredSubject,
};

/// A person in sort keys: the first half of a BLAKE3 of kind and id.
pub(crate) type PersonKey = [u8; 16];

/// Under this key stand rows of nobody.
pub(super) const NOBODY: PersonKey = [0; 16];

const HELD_OUT: u8 = 0;
const SEEN: u8 = 1;
const ROW: u8 = 2;

/// The key of the person `id` of that kind.
pub(crate) fn key(kind: SubjectKind, id: &str) -> PersonKey {
    let mut hasher = blake3::Hasher::new();
    hasher.update(kind.name().as_bytes());
    hasher.update(&[0]);
    hasher.update(id.as_bytes());
    let mut key = NOBODY;
    hasher.finalize_xof().fill(&mut key);
    key
}

/// The key of the person a row is of.
pub(super) fn key_of(row: &Provenance) -> PersonKey {
    match (row.subject_kind, &row.subject) {
        (Some(kind), Some(id)) => key(kind, id),
        _ => NOBODY,
    }
}

/// Collects what is known of people.
#[derive(Debug)]
pub(super) struct People(Sorter);

impl People {
    pub(super) fn new(directory: &Path, memory: usize, keep: Keep) -> Self {
        Self(Sorter::new(directory, "people", memory, keep))
    }

    pub(super) fn resumed(self, runs: Vec<Run>) -> Self {
        Self(self.0.resumed(runs))
    }

    pub(super) const fn sorter(&mut self) -> &mut Sorter {
        &mut self.0
    }

    /// Marks everybody of a group who is held out.
    pub(super) fn mark(&mut self, group: &LabelledGroup) -> Result<(), SortError> {
        for label in group.outputs.iter().filter(|label| held_out(label)) {
            self.push(label.subject.as_ref(), HELD_OUT, b"")?;
        }
        Ok(())
    }

    /// Somebody saw an output; `counted` when it is one of the dataset's range.
    pub(super) fn seen(&mut self, label: &Labelled, counted: bool) -> Result<(), SortError> {
        let at = label.shown_at.unwrap_or_default().to_le_bytes();
        let payload = [&at[..], &[u8::from(counted)]].concat();
        self.push(label.subject.as_ref(), SEEN, &payload)
    }

    /// A row stands at `place` that has something of this person in it.
    pub(super) fn row(
        &mut self,
        subject: Option<&StoredSubject>,
        place: &[u8],
    ) -> Result<(), SortError> {
        self.push(subject, ROW, place)
    }

    fn push(
        &mut self,
        subject: Option<&StoredSubject>,
        tag: u8,
        payload: &[u8],
    ) -> Result<(), SortError> {
        let Some(subject) = subject else {
            return Ok(());
        };
        let mut tagged = [0; 17];
        tagged[..16].copy_from_slice(&key(subject.kind, &subject.id));
        tagged[16] = tag;
        self.0.push(&tagged, payload)
    }

    pub(super) fn finish(self) -> Result<Known, SortError> {
        Ok(Known(self.0.finish()?))
    }
}

/// The people whose outputs a row is made of: both sides of a pair count.
pub(super) fn of_row<'a>(
    row: &'a Provenance,
    group: &'a LabelledGroup,
) -> impl Iterator<Item = &'a StoredSubject> {
    let outputs = group.outputs.iter().filter(|label| {
        let id = label.output.as_str();
        id == row.output || row.rejected.as_deref() == Some(id)
    });
    outputs.filter_map(|label| label.subject.as_ref())
}

/// What is known of people, sorted.
#[derive(Debug)]
pub(super) struct Known(Sorted);

/// Sorted places, asked for in ascending order.
#[derive(Debug)]
pub(super) struct Places(Merge, Option<Vec<u8>>);

impl Places {
    pub(super) fn of(sorted: &Sorted) -> Result<Self, SortError> {
        Ok(Self(sorted.open()?, None))
    }

    /// Whether `place` is among them.
    pub(super) fn has(&mut self, place: &[u8]) -> Result<bool, SortError> {
        while self.1.as_deref().is_none_or(|next| next < place) {
            let Some((next, _)) = self.0.next()? else {
                return Ok(false);
            };
            self.1 = Some(next.to_vec());
        }
        Ok(self.1.as_deref() == Some(place))
    }
}

/// How much one person saw, and how much of it became rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Presence {
    /// Outputs of the dataset's range.
    pub(super) outputs: u64,
    /// Rows written.
    pub(super) rows: u64,
    /// When they saw the last one, of any range; Unix ms.
    pub(super) last_seen_at: u64,
}

/// Whose rows were written: one record each, sorted by person.
#[derive(Debug)]
pub(super) struct Written(Sorter);

impl Written {
    pub(super) fn new(directory: &Path, memory: usize) -> Self {
        Self(Sorter::new(directory, "written", memory, Keep::ForNow))
    }

    pub(super) fn row(&mut self, row: &Provenance) -> Result<(), SortError> {
        let at = row.shown_at.unwrap_or_default();
        self.0.push(&key_of(row), &at.to_le_bytes())
    }
}

impl Known {
    /// The places of all rows that a held-out person has a part in, ascending.
    pub(super) fn held_out_rows(
        &self,
        directory: &Path,
        memory: usize,
    ) -> Result<Sorted, SortError> {
        let mut places = Sorter::new(directory, "held-out", memory, Keep::ForNow);
        let mut held = None;
        let mut records = self.0.open()?;
        while let Some((key, payload)) = records.next()? {
            let Some((&tag, person)) = key.split_last() else {
                continue;
            };
            match tag {
                HELD_OUT => held = PersonKey::try_from(person).ok(),
                ROW if held.is_some_and(|held| held == person) => places.push(payload, b"")?,
                _ => {}
            }
        }
        places.finish()
    }

    /// Calls `each` with everybody who saw anything or of whom a row was written.
    pub(super) fn each(
        &self,
        written: Written,
        mut each: impl FnMut(Presence),
    ) -> Result<(), SortError> {
        let written = written.0.finish()?;
        let (mut seen, mut rows) = (self.0.open()?, written.open()?);
        let (mut next_seen, mut next_row) = (next_seen(&mut seen)?, next_row(&mut rows)?);
        loop {
            let keys = [next_seen.map(|(key, ..)| key), next_row.map(|(key, _)| key)];
            let Some(person) = keys.into_iter().flatten().min() else {
                return Ok(());
            };
            let mut presence = Presence::default();
            while let Some((key, at, counted)) = next_seen
                && key == person
            {
                presence.outputs += u64::from(counted);
                presence.last_seen_at = presence.last_seen_at.max(at);
                next_seen = self::next_seen(&mut seen)?;
            }
            while let Some((key, at)) = next_row
                && key == person
            {
                presence.rows += 1;
                presence.last_seen_at = presence.last_seen_at.max(at);
                next_row = self::next_row(&mut rows)?;
            }
            if person != NOBODY {
                each(presence);
            }
        }
    }
}

/// The next record of somebody who saw something, when, and whether it counts.
fn next_seen(records: &mut Merge) -> Result<Option<(PersonKey, u64, bool)>, SortError> {
    while let Some((key, payload)) = records.next()? {
        if let Some((&SEEN, person)) = key.split_last()
            && let Ok(person) = person.try_into()
            && let Some((&counted, at)) = payload.split_last()
            && let Ok(at) = at.try_into()
        {
            return Ok(Some((person, u64::from_le_bytes(at), counted == 1)));
        }
    }
    Ok(None)
}

fn next_row(records: &mut Merge) -> Result<Option<(PersonKey, u64)>, SortError> {
    let record = records.next()?;
    Ok(record.and_then(|(key, at)| {
        let at = u64::from_le_bytes(at.try_into().ok()?);
        Some((key.try_into().ok()?, at))
    }))
}
