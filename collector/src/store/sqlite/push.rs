//! What was sent to other systems.

use rusqlite::{OptionalExtension, Transaction, params};
use tacit_signals::Id;

use super::{Durability, SqliteStore, time, updates::held};
use crate::{
    control::ProjectId,
    store::{Held, PushNote, PushStore, Pushed, StoreError, rows::GroupName},
};

impl PushStore for SqliteStore {
    fn push_cursor(
        &self,
        project: ProjectId,
        target: &str,
    ) -> Result<Option<GroupName>, StoreError> {
        self.read(|snapshot| {
            let select = "SELECT after FROM push_targets WHERE project = ?1 AND name = ?2";
            let mut select = snapshot.prepare_cached(select)?;
            let row = select.query_row(params![project.0, target], |row| row.get(0));
            let after: Option<String> = row.optional()?.flatten();
            let unreadable = |_| StoreError::Unreadable("cursor");
            let after = after.map(|after| serde_json::from_str(&after).map_err(unreadable));
            after.transpose()
        })
    }

    fn move_push_cursor(
        &self,
        project: ProjectId,
        target: &str,
        after: Option<&GroupName>,
        lease: Held<'_>,
        now: u64,
    ) -> Result<bool, StoreError> {
        let unreadable = |_| StoreError::Unreadable("cursor");
        let after = after.map(serde_json::to_string).transpose();
        let after = after.map_err(unreadable)?;
        self.write(Durability::Now, |tx, _| {
            if !held(tx, lease, now)? {
                return Ok(false);
            }
            tx.execute(
                "INSERT INTO push_targets (project, name, after) VALUES (?1, ?2, ?3)
                 ON CONFLICT (project, name) DO UPDATE SET after = excluded.after",
                params![project.0, target, after],
            )?;
            Ok(true)
        })
    }

    fn pushed(
        &self,
        project: ProjectId,
        target: &str,
        parts: &[(&Id, u8)],
    ) -> Result<Vec<Option<Pushed>>, StoreError> {
        self.read(|snapshot| {
            let Some(target) = number(snapshot, project, target)? else {
                return Ok(vec![None; parts.len()]);
            };
            let mut select = snapshot.prepare_cached(
                "SELECT digest, delivered
                 FROM outputs CROSS JOIN pushed
                   ON pushed.project = ?1 AND target = ?2 AND pushed.output = outputs.output
                     AND part = ?4
                 WHERE outputs.project = ?1 AND id = ?3",
            )?;
            let mut known = Vec::with_capacity(parts.len());
            for (output, part) in parts {
                let key = params![project.0, target, output.as_str(), part];
                let row = select.query_row(key, |row| {
                    Ok(Pushed {
                        digest: row.get(0)?,
                        delivered: row.get(1)?,
                    })
                });
                known.push(row.optional()?);
            }
            Ok(known)
        })
    }

    fn note_pushed(
        &self,
        project: ProjectId,
        target: &str,
        notes: &[PushNote<'_>],
        lease: Held<'_>,
        now: u64,
    ) -> Result<bool, StoreError> {
        self.write(Durability::Now, |tx, _| {
            if !held(tx, lease, now)? {
                return Ok(false);
            }
            tx.execute(
                "INSERT INTO push_targets (project, name) VALUES (?1, ?2) ON CONFLICT DO NOTHING",
                params![project.0, target],
            )?;
            let Some(target) = number(tx, project, target)? else {
                return Err(StoreError::Unreadable("target"));
            };
            let mut insert = tx.prepare_cached(
                "INSERT INTO pushed
                   (project, target, output, part, digest, delivered, sent_at)
                 SELECT ?1, ?2, output, ?4, ?5, ?6, ?7 FROM outputs
                 WHERE project = ?1 AND id = ?3
                 ON CONFLICT (project, target, output, part) DO UPDATE SET
                   digest = excluded.digest, delivered = excluded.delivered,
                   sent_at = excluded.sent_at",
            )?;
            for PushNote {
                output,
                part,
                pushed,
            } in notes
            {
                insert.execute(params![
                    project.0,
                    target,
                    output.as_str(),
                    part,
                    pushed.digest,
                    pushed.delivered,
                    time(now),
                ])?;
            }
            Ok(true)
        })
    }
}

fn number(
    snapshot: &Transaction<'_>,
    project: ProjectId,
    target: &str,
) -> Result<Option<i64>, StoreError> {
    let select = "SELECT target FROM push_targets WHERE project = ?1 AND name = ?2";
    let mut select = snapshot.prepare_cached(select)?;
    let row = select.query_row(params![project.0, target], |row| row.get(0));
    Ok(row.optional()?)
}
