//! Removes what was found of somebody, and moves their events to `erased` in the books.

use std::collections::BTreeSet;

use rusqlite::{Transaction, params};
use tacit_signals::{Id, Signal, codec::EventReader};

use super::{
    super::{RowKey, fold::place_output, marks, time, unsigned},
    find::Theirs,
    look::seen,
};
use crate::{
    accept::ERASED,
    control::ProjectId,
    erase::{Erasure, SentTo, Step},
    store::{StoreError, rows::GroupName},
};

pub(super) fn remove(
    tx: &Transaction<'_>,
    erasure: &mut Erasure,
    found: &Theirs,
) -> Result<(), StoreError> {
    let mut remover = Remover::new(tx, erasure.project);
    for row in &found.rows {
        remover.row(row)?;
    }
    let acted_on: BTreeSet<i64> = found.rows.iter().map(|row| row.0).collect();
    for &output in acted_on.difference(&found.outputs) {
        remover.place_again(output)?;
    }
    erasure.sent_to = remover.sent(found, std::mem::take(&mut erasure.sent_to))?;
    for &output in &found.outputs {
        remover.output(output)?;
    }
    for subject in &found.subjects {
        remover.subject(*subject)?;
    }
    for (&session, was) in &found.sessions {
        remover.session(session, *was)?;
    }
    for trace in &found.traces {
        remover.trace(trace)?;
    }
    remover.empty_conversations()?;
    remover.cursors()?;
    remover.books(ERASED)?;
    marks::removed(tx, erasure.project)?;
    for (name, count) in [
        ("events", remover.stored + remover.quarantined),
        ("outputs", found.outputs.len() as u64),
        ("sessions", found.sessions.len() as u64),
        ("traces", found.traces.len() as u64),
    ] {
        erasure.found(Step::Store, name, count);
    }
    Ok(())
}

/// Removes what is of one project, and remembers what follows from it.
pub(in super::super) struct Remover<'a> {
    tx: &'a Transaction<'a>,
    project: ProjectId,
    /// Conversations that lost an output.
    conversations: BTreeSet<i64>,
    /// What outputs and conversations were called that are gone.
    names: BTreeSet<String>,
    /// Events that went, of kinds this version knows, and of others.
    pub(in super::super) stored: u64,
    pub(in super::super) quarantined: u64,
}

impl<'a> Remover<'a> {
    pub(in super::super) fn new(tx: &'a Transaction<'a>, project: ProjectId) -> Self {
        Self {
            tx,
            project,
            conversations: BTreeSet::new(),
            names: BTreeSet::new(),
            stored: 0,
            quarantined: 0,
        }
    }

    pub(in super::super) fn row(
        &mut self,
        (output, session, first_seq): &RowKey,
    ) -> Result<(), StoreError> {
        let key = params![self.project.0, output, session, first_seq];
        let mut select = self.tx.prepare_cached(
            "SELECT quarantined, base_at, events FROM chunks
             WHERE project = ?1 AND output = ?2 AND session = ?3 AND first_seq = ?4",
        )?;
        let (quarantined, events) = select.query_row(key, |row| {
            let base_at = unsigned(row.get(1)?);
            let bytes = row.get_ref(2)?.as_blob()?;
            Ok((row.get(0)?, count(bytes, base_at)))
        })?;
        if quarantined {
            self.quarantined += events;
        } else {
            self.stored += events;
        }
        self.tx
            .prepare_cached(
                "DELETE FROM chunks
                 WHERE project = ?1 AND output = ?2 AND session = ?3 AND first_seq = ?4",
            )?
            .execute(key)?;
        Ok(())
    }

    /// Places an output that stays as if they had never said where it is.
    pub(in super::super) fn place_again(&mut self, output: i64) -> Result<(), StoreError> {
        self.unplace(output)?;
        let mut said: Vec<(String, u64)> = Vec::new();
        let mut select = self.tx.prepare_cached(
            "SELECT json_extract(body, '$.conversation'), received_at FROM registrations
             WHERE project = ?1 AND output = ?2
               AND json_extract(body, '$.conversation') IS NOT NULL",
        )?;
        let key = params![self.project.0, output];
        let rows = select.query_map(key, |row| Ok((row.get(0)?, unsigned(row.get(1)?))))?;
        for row in rows {
            said.push(row?);
        }
        let mut select = self.tx.prepare_cached(
            "SELECT base_at, events, received_at FROM chunks WHERE project = ?1 AND output = ?2",
        )?;
        let mut rows = select.query(key)?;
        while let Some(row) = rows.next()? {
            let bytes = row.get_ref(1)?.as_blob().map_err(rusqlite::Error::from)?;
            let received_at = unsigned(row.get(2)?);
            let shown = shown_in(bytes, unsigned(row.get(0)?));
            said.extend(shown.map(|conversation| (conversation, received_at)));
        }
        for (conversation, received_at) in said {
            let number = self
                .tx
                .prepare_cached(
                    "SELECT conversation FROM conversations WHERE project = ?1 AND id = ?2",
                )?
                .query_row(params![self.project.0, conversation], |row| row.get(0))?;
            if place_output(self.tx, self.project, number, output, received_at)? {
                marks::moved(self.tx, self.project, output)?;
            }
        }
        Ok(())
    }

    fn unplace(&mut self, output: i64) -> Result<(), StoreError> {
        let key = params![self.project.0, output];
        let mut select = self.tx.prepare_cached(
            "SELECT conversation FROM placements INDEXED BY placements_by_output
             WHERE project = ?1 AND output = ?2",
        )?;
        let placed = select.query_map(key, |row| row.get::<_, i64>(0))?;
        let placed: Vec<i64> = placed.collect::<Result<_, _>>()?;
        for conversation in placed {
            self.conversations.insert(conversation);
            self.tx
                .prepare_cached(
                    "DELETE FROM placements
                     WHERE project = ?1 AND conversation = ?2 AND output = ?3",
                )?
                .execute(params![self.project.0, conversation, output])?;
        }
        Ok(())
    }

    /// Where labels about these outputs were sent, added to what was known before.
    fn sent(&self, found: &Theirs, mut before: Vec<SentTo>) -> Result<Vec<SentTo>, StoreError> {
        let mut select = self
            .tx
            .prepare_cached("SELECT target, name FROM push_targets WHERE project = ?1")?;
        let targets = select.query_map([self.project.0], |row| Ok((row.get(0)?, row.get(1)?)))?;
        let targets: Vec<(i64, String)> = targets.collect::<Result<_, _>>()?;
        let mut delete = self.tx.prepare_cached(
            "DELETE FROM pushed WHERE project = ?1 AND target = ?2 AND output = ?3",
        )?;
        for (number, target) in targets {
            let mut outputs = 0;
            for output in &found.outputs {
                let deleted = delete.execute(params![self.project.0, number, output])?;
                outputs += u64::from(deleted > 0);
            }
            match before.iter_mut().find(|sent| sent.target == target) {
                Some(known) => known.outputs += outputs,
                None if outputs > 0 => before.push(SentTo { target, outputs }),
                None => {}
            }
        }
        Ok(before)
    }

    /// Nobody asks again what was sent about it.
    pub(in super::super) fn forget_pushed(&self, output: i64) -> Result<(), StoreError> {
        // By target, or all that was ever sent would be looked through.
        self.tx
            .prepare_cached(
                "DELETE FROM pushed
                 WHERE project = ?1 AND output = ?2
                   AND target IN (SELECT target FROM push_targets WHERE project = ?1)",
            )?
            .execute(params![self.project.0, output])?;
        Ok(())
    }

    pub(in super::super) fn output(&mut self, output: i64) -> Result<(), StoreError> {
        self.unplace(output)?;
        let mut select = self
            .tx
            .prepare_cached("SELECT id FROM outputs WHERE output = ?1")?;
        self.names
            .insert(select.query_row([output], |row| row.get(0))?);
        for delete in [
            "DELETE FROM registrations WHERE project = ?1 AND output = ?2",
            "DELETE FROM aliases WHERE project = ?1 AND alias = ?2",
            "DELETE FROM aliases WHERE project = ?1 AND output = ?2",
            "DELETE FROM outputs WHERE project = ?1 AND output = ?2",
        ] {
            self.tx
                .prepare_cached(delete)?
                .execute(params![self.project.0, output])?;
        }
        Ok(())
    }

    fn subject(&self, subject: i64) -> Result<(), StoreError> {
        for delete in [
            "DELETE FROM assignments WHERE project = ?1 AND subject = ?2",
            "DELETE FROM subjects WHERE project = ?1 AND subject = ?2",
        ] {
            self.tx
                .prepare_cached(delete)?
                .execute(params![self.project.0, subject])?;
        }
        Ok(())
    }

    /// Unless something else came of it since it was looked at.
    fn session(&self, session: i64, was: (i64, i64)) -> Result<(), StoreError> {
        if seen(self.tx, self.project, session)? != was {
            return Ok(());
        }
        for delete in [
            "DELETE FROM seen WHERE project = ?1 AND session = ?2",
            "DELETE FROM sessions WHERE project = ?1 AND session = ?2",
        ] {
            self.tx
                .prepare_cached(delete)?
                .execute(params![self.project.0, session])?;
        }
        Ok(())
    }

    fn trace(&self, trace: &str) -> Result<(), StoreError> {
        for delete in [
            "DELETE FROM spans WHERE project = ?1 AND trace = ?2",
            "DELETE FROM traces WHERE project = ?1 AND trace = ?2",
        ] {
            self.tx
                .prepare_cached(delete)?
                .execute(params![self.project.0, trace])?;
        }
        Ok(())
    }

    pub(in super::super) fn empty_conversations(&mut self) -> Result<(), StoreError> {
        for conversation in &self.conversations {
            let deleted: Vec<String> = self
                .tx
                .prepare_cached(
                    "DELETE FROM conversations WHERE project = ?1 AND conversation = ?2
                       AND NOT EXISTS (SELECT 1 FROM placements
                                       WHERE project = ?1 AND conversation = ?2)
                     RETURNING id",
                )?
                .query_map(params![self.project.0, conversation], |row| row.get(0))?
                .collect::<Result<_, _>>()?;
            self.names.extend(deleted);
        }
        Ok(())
    }

    /// A push that stopped after what is gone begins anew.
    pub(in super::super) fn cursors(&self) -> Result<(), StoreError> {
        let mut select = self.tx.prepare_cached(
            "SELECT target, after FROM push_targets WHERE project = ?1 AND after IS NOT NULL",
        )?;
        let cursors = select.query_map([self.project.0], |row| Ok((row.get(0)?, row.get(1)?)))?;
        let cursors: Vec<(i64, String)> = cursors.collect::<Result<_, _>>()?;
        for (target, after) in cursors {
            let name: Option<GroupName> = serde_json::from_str(&after).ok();
            if name.is_some_and(|name| self.names.contains(&name.id)) {
                self.tx
                    .prepare_cached("UPDATE push_targets SET after = NULL WHERE target = ?1")?
                    .execute([target])?;
            }
        }
        Ok(())
    }

    /// Moves the events that went to the counter `fate`.
    pub(in super::super) fn books(&self, fate: &str) -> Result<(), StoreError> {
        let mut add = self.tx.prepare_cached(
            "INSERT INTO fates (project, name, count) VALUES (?1, ?2, ?3)
             ON CONFLICT DO UPDATE SET count = count + excluded.count",
        )?;
        for (name, count) in [
            ("stored", -time(self.stored)),
            ("quarantined", -time(self.quarantined)),
            (fate, time(self.stored + self.quarantined)),
        ] {
            if count != 0 {
                add.execute(params![self.project.0, name, count])?;
            }
        }
        Ok(())
    }
}

/// Of any output: events do not depend on its id.
fn events(bytes: &[u8], base_at: u64) -> Option<EventReader<'_>> {
    let any = Id::parse("output", "o").ok()?;
    Some(EventReader::of_output(bytes, base_at, any))
}

fn count(bytes: &[u8], base_at: u64) -> u64 {
    events(bytes, base_at).map_or(0, |events| events.count() as u64)
}

/// The conversations that `shown` placed an output in.
fn shown_in(bytes: &[u8], base_at: u64) -> impl Iterator<Item = String> {
    let events = events(bytes, base_at).into_iter().flatten();
    let known = events.filter_map(|event| event.ok().and_then(Result::ok));
    known.filter_map(|event| match event.signal {
        Signal::Shown(shown) => shown.conversation.map(|id| id.to_string()),
        _ => None,
    })
}
