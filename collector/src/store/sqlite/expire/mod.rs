//! Expiries in SQLite.

mod left;
mod look;
mod outputs;
mod remove;

use std::collections::BTreeMap;

use rusqlite::{OptionalExtension, Row, Transaction, params};

use super::{Durability, SqliteStore, time, unsigned};
use crate::{
    control::ProjectId,
    expire::{Expiry, Horizon, Horizons},
    store::{Due, ExpiryStore, Left, Place, Portion, StoreBytes, StoreError},
};

const UNREADABLE: StoreError = StoreError::Unreadable("expiry");
const SELECT: &str = "SELECT number, report FROM expiries";
/// Finished expiries that are remembered: a season of days.
const KEPT: i64 = 100;
/// Numbers of people whose arms are looked at in one transaction.
const ARMS_STEP: i64 = 2_000;
/// Since when the file may hold what was removed.
const STALE: &str = "stale_since";

impl ExpiryStore for SqliteStore {
    fn horizons(&self) -> Result<Horizons, StoreError> {
        self.read(horizons)
    }

    fn horizon_of(&self, project: ProjectId) -> Result<Horizon, StoreError> {
        self.read(|snapshot| {
            let mut select = snapshot
                .prepare_cached("SELECT signals, texts FROM horizons WHERE project = ?1")?;
            let found = select
                .query_row([project.0], |row| horizon(row, 0))
                .optional()?;
            Ok(found.unwrap_or_default())
        })
    }

    fn begin_expiry(&self, expiry: &Expiry) -> Result<Expiry, StoreError> {
        self.write(Durability::Now, |tx, _| {
            let mut expiry = expiry.clone();
            let next = "SELECT coalesce(max(number), 0) + 1 FROM expiries";
            expiry.number = tx.query_row(next, [], |row| row.get(0))?;
            keep(tx, &expiry)?;
            let prune = "DELETE FROM expiries WHERE finished_at IS NOT NULL AND number <= ?1";
            tx.execute(prune, [expiry.number - KEPT])?;
            Ok(expiry)
        })
    }

    fn keep_expiry(&self, expiry: &Expiry) -> Result<(), StoreError> {
        self.write(Durability::Now, |tx, _| keep(tx, expiry))
    }

    fn open_expiry(&self) -> Result<Option<Expiry>, StoreError> {
        self.read(|snapshot| {
            let select = format!("{SELECT} WHERE finished_at IS NULL ORDER BY number LIMIT 1");
            let found = snapshot.query_row(&select, [], |row| Ok(read(row)));
            found.optional()?.transpose()
        })
    }

    fn expiries(&self, len: usize) -> Result<Vec<Expiry>, StoreError> {
        self.read(|snapshot| {
            let mut select =
                snapshot.prepare_cached(&format!("{SELECT} ORDER BY number DESC LIMIT ?1"))?;
            let mut rows = select.query([time(len as u64)])?;
            let mut expiries = Vec::new();
            while let Some(row) = rows.next()? {
                expiries.push(read(row)?);
            }
            Ok(expiries)
        })
    }

    fn due(&self, horizons: &Horizons, after: Option<&Place>) -> Result<Due, StoreError> {
        let after = number(after, i64::MIN)?;
        let found = self.read(|snapshot| look::look(snapshot, horizons, after, &look::STEP))?;
        let (counts, holds) = (found.counts.clone(), !found.is_empty());
        Ok(Due::new(counts, found.next.map(place), holds, found))
    }

    fn would_go(&self, horizons: &Horizons) -> Result<BTreeMap<&'static str, u64>, StoreError> {
        let mut counts = BTreeMap::new();
        let mut after = Some(i64::MIN);
        while let Some(from) = after {
            let due = self.read(|snapshot| look::look(snapshot, horizons, from, &look::ALL))?;
            for (name, count) in &due.counts {
                *counts.entry(*name).or_default() += count;
            }
            after = due.next;
        }
        Ok(counts)
    }

    fn expire(&self, expiry: &mut Expiry, due: &Due, now: u64) -> Result<(), StoreError> {
        self.write(Durability::Now, |tx, interned| {
            interned.forget();
            let mut told = expiry.clone();
            remove::remove(tx, &mut told, due.own()?, now)?;
            keep(tx, &told)?;
            *expiry = told;
            Ok(())
        })
    }

    fn expire_arms(
        &self,
        expiry: &mut Expiry,
        after: Option<&Place>,
    ) -> Result<Option<Place>, StoreError> {
        let after = number(after, 0)?;
        self.write(Durability::Now, |tx, interned| {
            let select = "SELECT max(subject) FROM subjects";
            let last: Option<i64> = tx.query_row(select, [], |row| row.get(0))?;
            let to = after + ARMS_STEP;
            let mut told = expiry.clone();
            for (project, horizon) in expiry.horizons() {
                let removed = tx
                    .prepare_cached(
                        "DELETE FROM assignments
                         WHERE project = ?1 AND subject > ?2 AND subject <= ?3
                           AND received_at < ?4",
                    )?
                    .execute(params![project.0, after, to, time(horizon.signals_before)])?;
                told.count("arms", removed as u64);
            }
            if told != *expiry {
                interned.forget();
                keep(tx, &told)?;
                *expiry = told;
            }
            Ok(last.filter(|last| to < *last).map(|_| place(to)))
        })
    }

    fn left(&self, horizons: &Horizons, now: u64) -> Result<Left, StoreError> {
        self.read(|snapshot| {
            // Whoever writes waits until the moment of the snapshot is fixed.
            let mut writer = self.writer();
            writer.interned.watch();
            snapshot.query_row("SELECT one FROM position", [], |_| Ok(()))?;
            drop(writer);
            left::find(snapshot, horizons, now)
        })
    }

    fn remove_left(&self, expiry: &mut Expiry, left: &Portion) -> Result<(), StoreError> {
        let left: &left::Few = left.own()?;
        self.write(Durability::Now, |tx, interned| {
            let mut told = expiry.clone();
            for &(project, session) in &left.sessions {
                if !interned.was_heard_of_session(session) {
                    left::remove_session(tx, project, session)?;
                    told.count("sessions", 1);
                }
            }
            for &(project, subject) in &left.subjects {
                if !interned.was_heard_of_subject(subject)
                    && left::remove_subject(tx, project, subject)?
                {
                    told.count("people", 1);
                }
            }
            keep(tx, &told)?;
            *expiry = told;
            Ok(())
        })
    }

    fn found_left(&self) {
        self.writer().interned.unwatch();
    }

    fn oldest(&self, since: u64) -> Result<Option<u64>, StoreError> {
        self.read(|snapshot| {
            let select = "SELECT min(received_at) FROM outputs WHERE received_at >= ?1";
            let first: Option<i64> = snapshot.query_row(select, [time(since)], |row| row.get(0))?;
            Ok(first.map(unsigned))
        })
    }

    fn bytes(&self) -> Result<StoreBytes, StoreError> {
        self.read(|snapshot| {
            let of = |name: &str| -> Result<u64, StoreError> {
                let value = snapshot.pragma_query_value(None, name, |row| row.get(0))?;
                Ok(unsigned(value))
            };
            let (pages, free, size) = (of("page_count")?, of("freelist_count")?, of("page_size")?);
            Ok(StoreBytes {
                file: pages * size,
                used: pages.saturating_sub(free) * size,
            })
        })
    }

    fn bytes_by_table(&self) -> Result<Vec<(String, u64)>, StoreError> {
        self.read(|snapshot| {
            let mut select = snapshot.prepare(
                "SELECT coalesce(tbl_name, dbstat.name) AS part, sum(pgsize)
                 FROM dbstat LEFT JOIN sqlite_schema ON sqlite_schema.name = dbstat.name
                 WHERE aggregate = TRUE GROUP BY part ORDER BY sum(pgsize) DESC, part",
            )?;
            let rows = select.query_map([], |row| Ok((row.get(0)?, unsigned(row.get(1)?))))?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
    }

    fn stale_since(&self) -> Result<Option<u64>, StoreError> {
        self.read(|snapshot| {
            let select = "SELECT value FROM meta WHERE name = ?1";
            let found = snapshot.query_row(select, [STALE], |row| row.get::<_, [u8; 8]>(0));
            Ok(found.optional()?.map(u64::from_le_bytes))
        })
    }

    fn set_stale(&self, since: Option<u64>) -> Result<(), StoreError> {
        self.write(Durability::Now, |tx, _| {
            match since {
                Some(at) => tx.execute(
                    "INSERT INTO meta (name, value) VALUES (?1, ?2) ON CONFLICT DO NOTHING",
                    params![STALE, at.to_le_bytes()],
                )?,
                None => tx.execute("DELETE FROM meta WHERE name = ?1", [STALE])?,
            };
            Ok(())
        })
    }
}

/// Where to go on, as others hand it back.
fn place(number: i64) -> Place {
    Place(number.to_le_bytes().into())
}

fn number(place: Option<&Place>, start: i64) -> Result<i64, StoreError> {
    let Some(Place(bytes)) = place else {
        return Ok(start);
    };
    let bytes = bytes.as_ref().try_into().map_err(|_| StoreError::Foreign)?;
    Ok(i64::from_le_bytes(bytes))
}

fn horizon(row: &Row<'_>, column: usize) -> rusqlite::Result<Horizon> {
    Ok(Horizon {
        signals_before: unsigned(row.get(column)?),
        texts_before: unsigned(row.get(column + 1)?),
    })
}

fn horizons(snapshot: &Transaction<'_>) -> Result<Horizons, StoreError> {
    let mut select = snapshot.prepare_cached("SELECT project, signals, texts FROM horizons")?;
    let rows = select.query_map([], |row| Ok((ProjectId(row.get(0)?), horizon(row, 1)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn read(row: &Row<'_>) -> Result<Expiry, StoreError> {
    let report: String = row.get(1)?;
    let mut expiry: Expiry = serde_json::from_str(&report).map_err(|_| UNREADABLE)?;
    expiry.number = row.get(0)?;
    Ok(expiry)
}

/// Horizons never move back.
fn keep(tx: &Transaction<'_>, expiry: &Expiry) -> Result<(), StoreError> {
    let report = serde_json::to_string(expiry).map_err(|_| UNREADABLE)?;
    tx.prepare_cached(
        "INSERT INTO expiries (number, asked_at, finished_at, report) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT DO UPDATE SET finished_at = excluded.finished_at, report = excluded.report",
    )?
    .execute(params![
        expiry.number,
        time(expiry.asked_at),
        expiry.finished_at.map(time),
        report
    ])?;
    let mut put = tx.prepare_cached(
        "INSERT INTO horizons (project, signals, texts) VALUES (?1, ?2, ?3)
         ON CONFLICT DO UPDATE SET signals = max(signals, excluded.signals),
                                   texts = max(texts, excluded.texts)",
    )?;
    for (project, horizon) in expiry.horizons() {
        let Horizon {
            signals_before,
            texts_before,
        } = horizon;
        put.execute(params![project.0, time(signals_before), time(texts_before)])?;
    }
    Ok(())
}
