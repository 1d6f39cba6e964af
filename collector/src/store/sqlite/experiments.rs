//! Experiments that were declared.

use rusqlite::{OptionalExtension, Row, Transaction, params};

use super::{Durability, SqliteStore, control::changed, time, unsigned};
use crate::{
    control::ProjectId,
    experiment::declaration::Declared,
    store::{ExperimentStore, StoreError},
    verify::{Spoken, Verdict},
};

impl ExperimentStore for SqliteStore {
    fn declare(
        &self,
        project: ProjectId,
        declared: &Declared,
    ) -> Result<Option<Declared>, StoreError> {
        let unreadable = |_| StoreError::Unreadable("experiment");
        let body = serde_json::to_string(&declared.experiment).map_err(unreadable)?;
        self.write(Durability::Now, |tx, _| {
            if let Some(known) = one(tx, project, &declared.experiment.name)? {
                return Ok(Some(known));
            }
            tx.execute(
                "INSERT INTO experiments (project, experiment, declared_at, body, said)
                 VALUES (?1, ?2, ?3, ?4, ?5)",
                params![
                    project.0,
                    declared.experiment.name,
                    time(declared.declared_at),
                    body,
                    declared.said.to_string(),
                ],
            )?;
            changed(tx)?;
            Ok(None)
        })
    }

    fn end_experiment(
        &self,
        project: ProjectId,
        name: &str,
        ended_at: u64,
    ) -> Result<bool, StoreError> {
        self.write(Durability::Now, |tx, _| {
            let ended = tx.execute(
                "INSERT INTO experiment_ends (project, experiment, ended_at)
                 VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING",
                params![project.0, name, time(ended_at)],
            )?;
            changed(tx)?;
            Ok(ended > 0)
        })
    }

    fn experiment(&self, project: ProjectId, name: &str) -> Result<Option<Declared>, StoreError> {
        self.read(|snapshot| one(snapshot, project, name))
    }

    fn experiments(&self, project: ProjectId) -> Result<Vec<Declared>, StoreError> {
        self.read(|snapshot| all(snapshot, project))
    }

    fn add_verdict(&self, project: ProjectId, spoken: &Spoken) -> Result<(), StoreError> {
        self.write(Durability::Now, |tx, _| {
            tx.execute(
                "INSERT INTO verdicts (project, release, verdict, as_of, policy)
                 VALUES (?1, ?2, ?3, ?4, ?5)",
                params![
                    project.0,
                    spoken.release,
                    spoken.verdict.name(),
                    time(spoken.as_of),
                    spoken.policy,
                ],
            )?;
            Ok(())
        })
    }

    fn verdicts(&self, project: ProjectId) -> Result<Vec<Spoken>, StoreError> {
        self.read(|snapshot| {
            let mut select = snapshot.prepare_cached(
                "SELECT release, verdict, as_of, policy FROM verdicts WHERE number IN
                 (SELECT max(number) FROM verdicts WHERE project = ?1 GROUP BY release)
                 ORDER BY release",
            )?;
            let mut rows = select.query([project.0])?;
            let mut spoken = Vec::new();
            while let Some(row) = rows.next()? {
                let verdict: String = row.get(1)?;
                spoken.push(Spoken {
                    release: row.get(0)?,
                    verdict: Verdict::from_name(&verdict)
                        .ok_or(StoreError::Unreadable("verdict"))?,
                    as_of: unsigned(row.get(2)?),
                    policy: row.get(3)?,
                });
            }
            Ok(spoken)
        })
    }
}

const SELECT: &str = "SELECT body, said, declared_at, ended_at
    FROM experiments LEFT JOIN experiment_ends USING (project, experiment)";

fn one(
    snapshot: &Transaction<'_>,
    project: ProjectId,
    name: &str,
) -> Result<Option<Declared>, StoreError> {
    let select = format!("{SELECT} WHERE project = ?1 AND experiment = ?2");
    let mut select = snapshot.prepare_cached(&select)?;
    let found = select.query_row(params![project.0, name], |row| Ok(read(row)));
    found.optional()?.transpose()
}

/// All experiments of a project, in the order they were declared in.
pub(super) fn all(
    snapshot: &Transaction<'_>,
    project: ProjectId,
) -> Result<Vec<Declared>, StoreError> {
    let select = format!("{SELECT} WHERE project = ?1 ORDER BY number");
    let mut select = snapshot.prepare_cached(&select)?;
    let mut rows = select.query([project.0])?;
    let mut experiments = Vec::new();
    while let Some(row) = rows.next()? {
        experiments.push(read(row)?);
    }
    Ok(experiments)
}

fn read(row: &Row<'_>) -> Result<Declared, StoreError> {
    let unreadable = |_| StoreError::Unreadable("experiment");
    let ended_at: Option<i64> = row.get(3)?;
    Ok(Declared {
        experiment: serde_json::from_str(&row.get::<_, String>(0)?).map_err(unreadable)?,
        said: serde_json::from_str(&row.get::<_, String>(1)?).map_err(unreadable)?,
        declared_at: unsigned(row.get(2)?),
        ended_at: ended_at.map(unsigned),
    })
}
