//! People, as datasets count them: who is held out, who was there, and whose rows
//! are whose. Records are sorted by person, so that each is looked at once and
//! alone, however many there are.

use std::path::Path;

use tacit_signals::SubjectKind;

use super::{
    provenance::{Provenance, held_out},
    sort::{Keep, Run, SortError, Sorted, Sorter},
};
use crate::{
    label::{Labelled, LabelledGroup},
    store::rows::StoredSubject,
};

/// A person in sort keys: the first half of a BLAKE3 of kind and id.
pub(super) type PersonKey = [u8; 16];

/// Under this key stand rows of nobody.
pub(super) const NOBODY: PersonKey = [0; 16];

const HELD_OUT: u8 = 0;
const SEEN: u8 = 1;
const ROW: u8 = 2;

/// The key of the person `id` of that kind.
pub(super) fn key(kind: SubjectKind, id: &str) -> PersonKey {
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

/// How much one person saw.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Presence {
    pub(super) key: PersonKey,
    /// Outputs of the dataset's range.
    pub(super) outputs: u64,
    /// Unix ms.
    pub(super) last_seen_at: u64,
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

    /// Calls `each` with everybody who saw anything, ascending by key.
    pub(super) fn present<E: From<SortError>>(
        &self,
        mut each: impl FnMut(Presence) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut person: Option<Presence> = None;
        let mut records = self.0.open()?;
        while let Some((key, payload)) = records.next()? {
            let (Some((&SEEN, Ok(key))), Some((&counted, Ok(at)))) = (
                key.split_last().map(|(tag, key)| (tag, key.try_into())),
                payload.split_last().map(|(last, at)| (last, at.try_into())),
            ) else {
                continue;
            };
            if let Some(before) = person.filter(|person| person.key != key) {
                each(before)?;
                person = None;
            }
            let now = person.get_or_insert_with(|| Presence {
                key,
                ..Presence::default()
            });
            now.outputs += u64::from(counted);
            now.last_seen_at = now.last_seen_at.max(u64::from_le_bytes(at));
        }
        person.map_or(Ok(()), each)
    }
}
