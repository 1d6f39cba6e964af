//! Sessions and people of whom nothing is left.
//!
//! No index tells them: one snapshot is read through, as an export does, and a bit is set
//! for each number that is in it. Who is heard of meanwhile is known by the numbers that
//! the store's one writer looked up since ([`Interned::watch`]).
//!
//! [`Interned::watch`]: super::super::intern::Interned::watch

use rusqlite::{Transaction, params};

use super::super::time;
use crate::{
    control::ProjectId,
    expire::Horizons,
    store::{Left, StoreError},
};

/// Some sessions and people of whom nothing is left.
#[derive(Debug)]
pub(super) struct Few {
    pub(super) sessions: Vec<(ProjectId, i64)>,
    pub(super) subjects: Vec<(ProjectId, i64)>,
}

/// Sessions, and people, that one look finds at most: 32 MB.
const LEFT_MAX: usize = 1_000_000;
/// Sessions, and people, that are removed in one transaction.
const STEP: usize = 500;

pub(super) fn find(
    snapshot: &Transaction<'_>,
    horizons: &Horizons,
    now: u64,
) -> Result<Left, StoreError> {
    let (mut sessions, mut subjects) = (Numbers::default(), Numbers::default());
    let mut select = snapshot.prepare("SELECT session, subject FROM chunks")?;
    let mut rows = select.query([])?;
    while let Some(row) = rows.next()? {
        sessions.insert(row.get(0)?);
        subjects.insert(row.get(1)?);
    }
    let mut left = Few {
        sessions: Vec::new(),
        subjects: Vec::new(),
    };
    let mut select = snapshot.prepare(
        "SELECT project, session FROM sessions
         WHERE NOT EXISTS (SELECT 1 FROM spent
                           WHERE spent.project = sessions.project
                             AND spent.session = sessions.session AND until > ?1)",
    )?;
    let mut rows = select.query([time(now)])?;
    while let Some(row) = rows.next()? {
        let (project, session) = (ProjectId(row.get(0)?), row.get(1)?);
        if horizons.contains_key(&project) && !sessions.has(session) {
            left.sessions.push((project, session));
            if left.sessions.len() >= LEFT_MAX {
                break;
            }
        }
    }
    let mut select = snapshot.prepare(
        "SELECT project, subject FROM subjects
         WHERE NOT EXISTS (SELECT 1 FROM assignments
                           WHERE assignments.project = subjects.project
                             AND assignments.subject = subjects.subject)",
    )?;
    let mut rows = select.query([])?;
    while let Some(row) = rows.next()? {
        let (project, subject) = (ProjectId(row.get(0)?), row.get(1)?);
        if horizons.contains_key(&project) && !subjects.has(subject) {
            left.subjects.push((project, subject));
            if left.subjects.len() >= LEFT_MAX {
                break;
            }
        }
    }
    let counts = (left.sessions.len(), left.subjects.len());
    Ok(Left::new(counts, divided(left)))
}

/// So many of each at a time.
fn divided(mut all: Few) -> impl Iterator<Item = Few> {
    let last = |all: &mut Vec<_>| all.split_off(all.len().saturating_sub(STEP));
    std::iter::from_fn(move || {
        let few = Few {
            sessions: last(&mut all.sessions),
            subjects: last(&mut all.subjects),
        };
        (!few.sessions.is_empty() || !few.subjects.is_empty()).then_some(few)
    })
}

pub(super) fn remove_session(
    tx: &Transaction<'_>,
    project: ProjectId,
    session: i64,
) -> Result<(), StoreError> {
    for delete in [
        "DELETE FROM seen WHERE project = ?1 AND session = ?2",
        "DELETE FROM spent WHERE project = ?1 AND session = ?2",
        "DELETE FROM sessions WHERE project = ?1 AND session = ?2",
    ] {
        tx.prepare_cached(delete)?
            .execute(params![project.0, session])?;
    }
    Ok(())
}

/// Whether the person went: an arm may have become known since.
pub(super) fn remove_subject(
    tx: &Transaction<'_>,
    project: ProjectId,
    subject: i64,
) -> Result<bool, StoreError> {
    let removed = tx
        .prepare_cached(
            "DELETE FROM subjects WHERE project = ?1 AND subject = ?2
               AND NOT EXISTS (SELECT 1 FROM assignments WHERE project = ?1 AND subject = ?2)",
        )?
        .execute(params![project.0, subject])?;
    Ok(removed > 0)
}

/// A set of numbers that are dense from 1 on: a bit each.
#[derive(Default)]
struct Numbers(Vec<u64>);

impl Numbers {
    fn place(number: i64) -> Option<(usize, u64)> {
        let number = usize::try_from(number).ok()?;
        Some((number / 64, 1 << (number % 64)))
    }

    fn insert(&mut self, number: i64) {
        if let Some((word, bit)) = Self::place(number) {
            if self.0.len() <= word {
                self.0.resize(word + 1, 0);
            }
            if let Some(word) = self.0.get_mut(word) {
                *word |= bit;
            }
        }
    }

    fn has(&self, number: i64) -> bool {
        Self::place(number)
            .and_then(|(word, bit)| Some(self.0.get(word)? & bit != 0))
            .unwrap_or(false)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_a_set() {
        let mut numbers = Numbers::default();
        for number in [1, 63, 64, 1_000_000] {
            assert!(!numbers.has(number));
            numbers.insert(number);
            assert!(numbers.has(number) && !numbers.has(number + 1));
        }
        assert!(!numbers.has(-1));
    }

    #[test]
    fn all_are_in_one_portion_each() {
        let some = |len: i64| (0..len).map(|number| (ProjectId(1), number)).collect();
        let few = Few {
            sessions: some(1_001),
            subjects: some(500),
        };
        let (mut sessions, mut subjects) = (Vec::new(), Vec::new());
        for few in divided(few) {
            assert!(few.sessions.len() <= STEP && few.subjects.len() <= STEP);
            sessions.extend(few.sessions.iter().map(|(_, number)| *number));
            subjects.extend(few.subjects.iter().map(|(_, number)| *number));
        }
        sessions.sort_unstable();
        subjects.sort_unstable();
        assert_eq!(sessions, (0..1_001).collect::<Vec<_>>());
        assert_eq!(subjects, (0..500).collect::<Vec<_>>());
    }
}
