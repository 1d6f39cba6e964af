//! Which rows are dropped, as lists sorted by place: people held out, then rows too
//! like an earlier one, then what one person has too much of. Rows are counted from
//! 0 in the order of places; a row's number stands for it from here on.

mod likeness;

use std::path::Path;

use super::{
    BuildError, BuildRequest, Phase, Progress,
    gather::{Gathered, Mark, from_bytes, is_somebody},
    publish::Partial,
};
use crate::{
    dataset::{
        ledger::Skip,
        people::{PersonKey, Places},
        sort::{Keep, Merge, SortError, Sorted, Sorter},
    },
    label::Policy,
};
use likeness::Likeness;

/// What was decided about rows.
pub(super) struct Decided {
    /// Dropped before caps were counted.
    unfit: Sorted,
    /// Dropped by the cap on a person.
    capped: Sorted,
    /// Rows of people known only by their session that may be written at most.
    pub(super) session_rows_max: u64,
}

impl Decided {
    /// The dropped rows, from the first on.
    pub(super) fn open(&self) -> Result<Dropped, BuildError> {
        Ok(Dropped {
            lists: [List::of(&self.unfit)?, List::of(&self.capped)?],
        })
    }
}

/// Decides about all rows.
pub(super) fn decide(
    policy: &Policy,
    request: &BuildRequest,
    partial: &Partial,
    gathered: &Gathered,
    progress: &mut dyn FnMut(Progress),
) -> Result<Decided, BuildError> {
    let memory = super::memory(request) / 4;
    let work = partial.work();
    let mut tell = |done| {
        progress(Progress {
            phase: Phase::Deciding,
            done,
            total: Some(3),
            resumed: 0,
        });
    };
    tell(0);
    let held_out = gathered.people.held_out_rows(work, memory)?;
    let mut unfit = sorter(work, "unfit", memory);
    let likeness = compare(gathered, &held_out, &mut unfit, work, memory)?;
    tell(1);
    likeness.drop_alike(|row| unfit.push(&key(row, Skip::Duplicate), b""))?;
    let unfit = unfit.finish()?;
    tell(2);
    let (capped, others) = cap(policy, gathered, &unfit, work, memory)?;
    tell(3);
    Ok(Decided {
        unfit,
        capped,
        session_rows_max: session_rows_max(policy, others),
    })
}

fn sorter(work: &Path, name: &'static str, memory: usize) -> Sorter {
    Sorter::new(work, name, memory, Keep::ForNow)
}

/// A dropped row in a list.
fn key(row: u64, why: Skip) -> [u8; 9] {
    let mut key = [0; 9];
    key[..8].copy_from_slice(&row.to_be_bytes());
    key[8] = u8::from(why == Skip::Holdout);
    key
}

/// Drops the rows of people held out, and lets the rest be compared.
fn compare(
    gathered: &Gathered,
    held_out: &Sorted,
    unfit: &mut Sorter,
    work: &Path,
    memory: usize,
) -> Result<Likeness, BuildError> {
    let mut likeness = Likeness::new(work, memory)?;
    let mut held_out = Places::of(held_out)?;
    each_mark(gathered, |row, place, mark| {
        if held_out.has(place)? {
            unfit.push(&key(row, Skip::Holdout), b"")?;
            return likeness.add(row, &[]);
        }
        likeness.add(row, &mark.parts)
    })?;
    Ok(likeness)
}

fn each_mark(
    gathered: &Gathered,
    mut take: impl FnMut(u64, &[u8], Mark) -> Result<(), BuildError>,
) -> Result<(), BuildError> {
    let mut marks = gathered.marks.open()?;
    let mut row = 0;
    while let Some((place, mark)) = marks.next()? {
        take(row, place, from_bytes(mark, "a mark")?)?;
        row += 1;
    }
    Ok(())
}

/// Drops what a person has beyond the policy's cap, the first rows stay. Also how
/// many rows then are left of people who are known by more than a session.
fn cap(
    policy: &Policy,
    gathered: &Gathered,
    unfit: &Sorted,
    work: &Path,
    memory: usize,
) -> Result<(Sorted, u64), BuildError> {
    let mut by_person = sorter(work, "by-person", memory);
    let mut dropped = List::of(unfit)?;
    let mut others = 0;
    each_mark(gathered, |row, _, mark| {
        if dropped.find(row)?.is_some() {
            return Ok(());
        }
        if is_somebody(&mark.person) {
            let record = [&mark.person[..], &row.to_be_bytes()].concat();
            by_person.push(&record, &[u8::from(mark.session)])?;
        } else if !mark.session {
            others += 1;
        }
        Ok(())
    })?;
    let by_person = by_person.finish()?;
    let mut capped = sorter(work, "capped", memory);
    let mut rows = by_person.open()?;
    let (mut person, mut count) = (None, 0_u64);
    while let Some((record, session)) = rows.next()? {
        let (of, row) = record.split_at(size_of::<PersonKey>());
        if person.is_none_or(|known: PersonKey| known != of) {
            person = PersonKey::try_from(of).ok();
            count = 0;
        }
        count += 1;
        if count > policy.caps.rows_per_person {
            capped.push(&[row, &[0]].concat(), b"")?;
        } else if session == [0] {
            others += 1;
        }
    }
    Ok((capped.finish()?, others))
}

/// The most session rows `s` beside `others`: s ≤ share · (s + others).
fn session_rows_max(policy: &Policy, others: u64) -> u64 {
    let share = u64::try_from(policy.caps.session_share.thousandths()).unwrap_or(0);
    match 1_000_u64.checked_sub(share) {
        None | Some(0) => u64::MAX,
        Some(rest) => u64::try_from(u128::from(others) * u128::from(share) / u128::from(rest))
            .unwrap_or(u64::MAX),
    }
}

/// A list of dropped rows, asked in ascending order.
struct List {
    records: Merge,
    next: Option<(u64, bool)>,
}

impl List {
    fn of(sorted: &Sorted) -> Result<Self, SortError> {
        let mut list = Self {
            records: sorted.open()?,
            next: None,
        };
        list.advance()?;
        Ok(list)
    }

    fn advance(&mut self) -> Result<(), SortError> {
        let record = self.records.next()?;
        self.next = record.and_then(|(key, _)| {
            let (&flag, row) = key.split_last()?;
            Some((u64::from_be_bytes(row.try_into().ok()?), flag == 1))
        });
        Ok(())
    }

    /// Whether `row` is in the list, and then whether it is of somebody held out.
    fn find(&mut self, row: u64) -> Result<Option<bool>, SortError> {
        while let Some((next, held_out)) = self.next
            && next <= row
        {
            if next == row {
                return Ok(Some(held_out));
            }
            self.advance()?;
        }
        Ok(None)
    }
}

/// All dropped rows, asked in ascending order.
pub(super) struct Dropped {
    lists: [List; 2],
}

impl Dropped {
    /// Why `row` is dropped, if it is.
    pub(super) fn why(&mut self, row: u64) -> Result<Option<Skip>, BuildError> {
        let [unfit, capped] = &mut self.lists;
        if let Some(held_out) = unfit.find(row)? {
            return Ok(Some(if held_out {
                Skip::Holdout
            } else {
                Skip::Duplicate
            }));
        }
        Ok(capped.find(row)?.map(|_| Skip::PersonCap))
    }
}
