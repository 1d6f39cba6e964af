//! Which events of a session were received, by their numbers.

use rusqlite::{Transaction, params};

use super::intern::Interned;
use crate::{
    control::ProjectId,
    store::{StoreError, ranges::Ranges},
};

/// Ranges of one session that are remembered: nearly all have one.
const REMEMBERED: usize = 8;
const ONE_MORE: u32 = 9;

/// Whose numbers: the project and the session's own number.
pub(super) type Of = (ProjectId, i64);

/// What was received of a session.
pub(super) enum Seen {
    /// All of it.
    All(Ranges),
    /// Ranges that hold or touch some numbers, of a session with a great many.
    Some(Ranges),
}

impl Seen {
    /// What was received of a session: at least the ranges that hold or touch numbers from
    /// `first` to `last`.
    pub(super) fn of(
        tx: &Transaction<'_>,
        interned: &mut Interned,
        of: Of,
        first: u32,
        last: u32,
    ) -> Result<Self, StoreError> {
        if let Some(known) = interned.seen(of.1) {
            return Ok(Self::All(known.clone()));
        }
        let mut select = tx.prepare_cached(
            "SELECT first, last FROM seen WHERE project = ?1 AND session = ?2
             ORDER BY first LIMIT ?3",
        )?;
        let rows = select.query_map(params![of.0.0, of.1, ONE_MORE], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })?;
        let ranges = rows.collect::<Result<Vec<_>, _>>()?;
        if ranges.len() > REMEMBERED {
            return Ok(Self::Some(touched(tx, of, first, last)?));
        }
        Ok(Self::All(Ranges::from_sorted(ranges)))
    }

    pub(super) const fn ranges(&self) -> &Ranges {
        match self {
            Self::All(ranges) | Self::Some(ranges) => ranges,
        }
    }

    /// Keeps that it is `after` now.
    pub(super) fn becomes(
        self,
        tx: &Transaction<'_>,
        interned: &mut Interned,
        of: Of,
        after: Ranges,
    ) -> Result<(), StoreError> {
        save(tx, of, self.ranges(), &after)?;
        match self {
            Self::All(_) if after.as_slice().len() <= REMEMBERED => {
                interned.has_seen(of.1, after);
            }
            Self::All(_) | Self::Some(_) => interned.forget_seen(of.1),
        }
        Ok(())
    }
}

/// The ranges that hold or touch numbers from `first` to `last`.
fn touched(
    tx: &Transaction<'_>,
    (project, session): Of,
    first: u32,
    last: u32,
) -> Result<Ranges, StoreError> {
    let mut select = tx.prepare_cached(
        "SELECT first, last FROM seen
         WHERE project = ?1 AND session = ?2 AND first <= ?4 AND first >= coalesce((
           SELECT max(first) FROM seen WHERE project = ?1 AND session = ?2 AND first <= ?3
         ), 0) ORDER BY first",
    )?;
    let key = params![project.0, session, first, i64::from(last) + 1];
    let rows = select.query_map(key, |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(Ranges::from_sorted(rows.collect::<Result<_, _>>()?))
}

fn save(
    tx: &Transaction<'_>,
    (project, session): Of,
    before: &Ranges,
    after: &Ranges,
) -> Result<(), StoreError> {
    let (before, after) = (before.as_slice(), after.as_slice());
    for (first, _) in before {
        if !after.iter().any(|(kept, _)| kept == first) {
            tx.prepare_cached(
                "DELETE FROM seen WHERE project = ?1 AND session = ?2 AND first = ?3",
            )?
            .execute(params![project.0, session, first])?;
        }
    }
    for range @ (first, last) in after {
        if !before.contains(range) {
            tx.prepare_cached(
                "INSERT INTO seen (project, session, first, last) VALUES (?1, ?2, ?3, ?4)
                 ON CONFLICT DO UPDATE SET last = excluded.last",
            )?
            .execute(params![project.0, session, first, last])?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use rusqlite::Connection;

    use super::{super::migrate::migrate, *};

    const OF: Of = (ProjectId(1), 7);

    /// Receives `numbers` with what `interned` remembers; which of them were new.
    fn receive(tx: &Transaction<'_>, interned: &mut Interned, numbers: &[u32]) -> Vec<bool> {
        let (first, last) = (*numbers.first().unwrap(), *numbers.last().unwrap());
        let before = Seen::of(tx, interned, OF, first, last).unwrap();
        let mut after = before.ranges().clone();
        let new = numbers.iter().map(|&n| after.insert(n)).collect();
        before.becomes(tx, interned, OF, after).unwrap();
        new
    }

    fn kept(tx: &Transaction<'_>) -> Vec<(u32, u32)> {
        let mut select = tx
            .prepare("SELECT first, last FROM seen ORDER BY first")
            .unwrap();
        let rows = select.query_map([], |row| Ok((row.get(0)?, row.get(1)?)));
        rows.unwrap().map(Result::unwrap).collect()
    }

    #[test]
    fn memory_and_table_say_the_same_whatever_comes() {
        let mut connection = Connection::open_in_memory().unwrap();
        migrate(&mut connection).unwrap();
        let mut rng = fastrand::Rng::with_seed(11);
        for gaps in [2, 40] {
            let tx = connection.transaction().unwrap();
            let mut interned = Interned::default();
            let mut known = std::collections::BTreeSet::new();
            let mut most = 0;
            for _ in 0..400 {
                let first = rng.u32(..200) / gaps * gaps;
                let numbers: Vec<u32> = (first..first + rng.u32(1..4)).collect();
                if rng.u32(..20) == 0 {
                    interned.forget();
                }
                let new = receive(&tx, &mut interned, &numbers);
                let expected: Vec<bool> = numbers.iter().map(|&n| known.insert(n)).collect();
                assert_eq!(new, expected, "{numbers:?}");
                let kept = kept(&tx);
                let flat: Vec<u32> = kept.iter().flat_map(|&(a, b)| a..=b).collect();
                assert_eq!(flat, known.iter().copied().collect::<Vec<_>>());
                most = most.max(kept.len());
            }
            assert_eq!(most > REMEMBERED, gaps == 2, "{most} ranges");
            tx.rollback().unwrap();
        }
    }
}
