//! Leases, runs, builds and releases.

use rusqlite::{OptionalExtension, Row, Transaction, params};
use serde_json::Value;

use super::{Durability, SqliteStore, time, unsigned};
use crate::{
    control::ProjectId,
    release::Release,
    store::{Attempt, BuildKind, BuildRecord, Held, NewRun, Run, RunEnd, StoreError, UpdateStore},
};

impl UpdateStore for SqliteStore {
    fn acquire(&self, name: &str, holder: &str, now: u64, ttl_ms: u64) -> Result<bool, StoreError> {
        self.write(Durability::Now, |tx, _| {
            let taken = tx.execute(
                "INSERT INTO leases (name, holder, until) VALUES (?1, ?2, ?3)
                 ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, until = excluded.until
                 WHERE leases.holder = excluded.holder OR leases.until <= ?4",
                params![name, holder, time(now.saturating_add(ttl_ms)), time(now)],
            )?;
            Ok(taken > 0)
        })
    }

    fn give_back(&self, name: &str, holder: &str) -> Result<(), StoreError> {
        self.write(Durability::Now, |tx, _| {
            let delete = "DELETE FROM leases WHERE name = ?1 AND holder = ?2";
            tx.execute(delete, params![name, holder])?;
            Ok(())
        })
    }

    fn begin_run(&self, project: ProjectId, run: &NewRun) -> Result<Attempt, StoreError> {
        self.write(Durability::Now, |tx, _| begin(tx, project, run))
    }

    fn end_run(
        &self,
        project: ProjectId,
        end: &RunEnd<'_>,
        lease: Held<'_>,
        now: u64,
    ) -> Result<bool, StoreError> {
        self.write(Durability::Now, |tx, _| {
            if !held(tx, lease, now)? {
                return Ok(false);
            }
            if let Ok(build) = end.made {
                insert_build(tx, project, build)?;
            }
            let insert = "INSERT INTO run_ends
                (project, schedule, period, attempt, ended_at, build, error)
                VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
            let build = end.made.ok().map(|build| build.build.as_str());
            tx.execute(
                insert,
                params![
                    project.0,
                    end.schedule,
                    end.period,
                    end.attempt,
                    time(end.ended_at),
                    build,
                    end.made.err(),
                ],
            )?;
            Ok(true)
        })
    }

    fn runs(&self, project: ProjectId) -> Result<Vec<Run>, StoreError> {
        self.read(|snapshot| runs(snapshot, project))
    }

    fn add_build(&self, project: ProjectId, build: &BuildRecord) -> Result<bool, StoreError> {
        self.write(Durability::Now, |tx, _| insert_build(tx, project, build))
    }

    fn build(&self, project: ProjectId, id: &str) -> Result<Option<BuildRecord>, StoreError> {
        self.read(|snapshot| {
            let select =
                format!("{BUILDS} WHERE project = ?1 AND build = ?2 ORDER BY number DESC LIMIT 1");
            let mut select = snapshot.prepare_cached(&select)?;
            let found = select.query_row(params![project.0, id], |row| Ok(build(row)));
            found.optional()?.transpose()
        })
    }

    fn builds(&self, project: ProjectId) -> Result<Vec<BuildRecord>, StoreError> {
        self.read(|snapshot| {
            let select = format!("{BUILDS} WHERE project = ?1 ORDER BY number");
            let mut select = snapshot.prepare_cached(&select)?;
            let mut rows = select.query([project.0])?;
            let mut builds = Vec::new();
            while let Some(row) = rows.next()? {
                builds.push(build(row)?);
            }
            Ok(builds)
        })
    }

    fn add_release(&self, project: ProjectId, release: &Release) -> Result<bool, StoreError> {
        let body = serde_json::to_string(release).map_err(|_| StoreError::Unreadable("release"))?;
        self.write(Durability::Now, |tx, _| {
            let added = tx.execute(
                "INSERT INTO releases (project, release, body) VALUES (?1, ?2, ?3)
                 ON CONFLICT DO NOTHING",
                params![project.0, release.release, body],
            )?;
            Ok(added > 0)
        })
    }

    fn releases(&self, project: ProjectId) -> Result<Vec<Release>, StoreError> {
        self.read(|snapshot| {
            let mut select = snapshot
                .prepare_cached("SELECT body FROM releases WHERE project = ?1 ORDER BY number")?;
            let mut rows = select.query([project.0])?;
            let mut releases = Vec::new();
            while let Some(row) = rows.next()? {
                let body: String = row.get(0)?;
                releases.push(
                    serde_json::from_str(&body).map_err(|_| StoreError::Unreadable("release"))?,
                );
            }
            Ok(releases)
        })
    }
}

fn begin(tx: &Transaction<'_>, project: ProjectId, run: &NewRun) -> Result<Attempt, StoreError> {
    let fixed: Option<(u32, i64)> = tx
        .query_row(
            "SELECT attempt, as_of FROM runs WHERE project = ?1 AND schedule = ?2 AND period = ?3
             ORDER BY attempt DESC LIMIT 1",
            params![project.0, run.schedule, run.period],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )
        .optional()?;
    let (number, as_of) = match fixed {
        Some((last, as_of)) => (last + 1, unsigned(as_of)),
        None => (1, run.as_of),
    };
    tx.execute(
        "INSERT INTO runs (project, schedule, period, attempt, started_at, as_of, inputs)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        params![
            project.0,
            run.schedule,
            run.period,
            number,
            time(run.started_at),
            time(as_of),
            run.inputs.to_string(),
        ],
    )?;
    Ok(Attempt { number, as_of })
}

pub(super) fn held(tx: &Transaction<'_>, lease: Held<'_>, now: u64) -> Result<bool, StoreError> {
    let select = "SELECT 1 FROM leases WHERE name = ?1 AND holder = ?2 AND until > ?3";
    let found = tx.query_row(select, params![lease.name, lease.holder, time(now)], |_| {
        Ok(())
    });
    Ok(found.optional()?.is_some())
}

fn insert_build(
    tx: &Transaction<'_>,
    project: ProjectId,
    build: &BuildRecord,
) -> Result<bool, StoreError> {
    let added = tx.execute(
        "INSERT INTO builds (project, build, kind, made_at, manifest, inputs, previous, out)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) ON CONFLICT DO NOTHING",
        params![
            project.0,
            build.build,
            build.kind.name(),
            time(build.made_at),
            build.manifest,
            build.inputs.to_string(),
            build.previous,
            build.out,
        ],
    )?;
    Ok(added > 0)
}

const BUILDS: &str = "SELECT build, kind, made_at, manifest, inputs, previous, out FROM builds";

fn build(row: &Row<'_>) -> Result<BuildRecord, StoreError> {
    let kind: String = row.get(1)?;
    Ok(BuildRecord {
        build: row.get(0)?,
        kind: BuildKind::from_name(&kind).ok_or(StoreError::Unreadable("kind of build"))?,
        made_at: unsigned(row.get(2)?),
        manifest: row.get(3)?,
        inputs: json(&row.get::<_, String>(4)?)?,
        previous: row.get(5)?,
        out: row.get(6)?,
    })
}

fn json(text: &str) -> Result<Value, StoreError> {
    serde_json::from_str(text).map_err(|_| StoreError::Unreadable("inputs of a build"))
}

/// All attempts, folded into one run for each period.
fn runs(snapshot: &Transaction<'_>, project: ProjectId) -> Result<Vec<Run>, StoreError> {
    let mut select = snapshot.prepare_cached(
        "SELECT schedule, period, attempt, started_at, as_of, inputs, ended_at, build, error
         FROM runs LEFT JOIN run_ends USING (project, schedule, period, attempt)
         WHERE project = ?1 ORDER BY schedule, period, attempt",
    )?;
    let mut rows = select.query([project.0])?;
    let mut runs: Vec<Run> = Vec::new();
    while let Some(row) = rows.next()? {
        let (schedule, period): (String, String) = (row.get(0)?, row.get(1)?);
        let known = runs.last_mut();
        if known.is_none_or(|run| run.schedule != schedule || run.period != period) {
            runs.push(Run {
                schedule,
                period,
                attempts: 0,
                started_at: unsigned(row.get(3)?),
                as_of: unsigned(row.get(4)?),
                inputs: Value::Null,
                finished_at: None,
                build: None,
                error: None,
            });
        }
        if let Some(run) = runs.last_mut() {
            attempt(run, row)?;
        }
    }
    Ok(runs)
}

/// Folds one attempt into its run: the first that made something finished it.
fn attempt(run: &mut Run, row: &Row<'_>) -> Result<(), StoreError> {
    run.attempts = row.get(2)?;
    run.inputs = json(&row.get::<_, String>(5)?)?;
    let build: Option<String> = row.get(7)?;
    if run.build.is_none() && build.is_some() {
        run.finished_at = row.get::<_, Option<i64>>(6)?.map(unsigned);
        run.build = build;
    }
    let error: Option<String> = row.get(8)?;
    run.error = error.or(run.error.take());
    Ok(())
}
