//! What servers say about outputs.

use rusqlite::{OptionalExtension, Transaction, params};

use super::{assigned, fold::place_output, group::registered, intern::Interned, marks, time};
use crate::{
    accept::registration::{self, Manner, Registration, fill, fill_empty},
    control::ProjectId,
    store::{Registering, Settled, Status, StoreError, rows::Registered},
};

pub(super) fn register(
    tx: &Transaction<'_>,
    interned: &mut Interned,
    request: &Registering,
) -> Result<Vec<Settled>, StoreError> {
    let mut register = Register {
        tx,
        interned,
        project: request.project,
        received_at: request.received_at,
    };
    request
        .outputs
        .iter()
        .map(|registration| register.one(registration))
        .collect()
}

struct Register<'a> {
    tx: &'a Transaction<'a>,
    interned: &'a mut Interned,
    project: ProjectId,
    received_at: u64,
}

impl Register<'_> {
    fn one(&mut self, said: &Registration) -> Result<Settled, StoreError> {
        if self.is_erased(said)? {
            return Ok(Settled {
                status: Status::Erased,
                subject: None,
            });
        }
        let output = self.output(said)?;
        let known = registered(self.tx, self.project, output, u64::MAX)?;
        let is_new = known.is_none();
        let mut fields = known.unwrap_or_default();
        let status = self.settle(output, is_new, &mut fields, said)?;
        if let (Some(subject), false) =
            (&said.fields.subject, matches!(status, Status::Conflict(_)))
        {
            assigned::note(
                self.tx,
                self.interned,
                self.project,
                subject,
                &said.assigned,
                self.received_at,
            )?;
        }
        Ok(Settled {
            status,
            subject: fields.subject,
        })
    }

    /// Whether it is about somebody who was erased, or an output of theirs.
    fn is_erased(&mut self, said: &Registration) -> Result<bool, StoreError> {
        let (tx, project) = (self.tx, self.project);
        if let Some(subject) = &said.fields.subject
            && self.interned.is_buried(tx, project, subject)?
        {
            return Ok(true);
        }
        for id in said.fields.aliases.iter().chain([&said.id]) {
            if self.interned.is_output_buried(tx, project, id)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// The number of the output that is meant.
    fn output(&mut self, said: &Registration) -> Result<i64, StoreError> {
        let named = self
            .interned
            .output(self.tx, self.project, &said.id, self.received_at)?;
        Ok(match said.manner {
            Manner::Told => named,
            Manner::Observed => self.target(named)?.unwrap_or(named),
        })
    }

    fn settle(
        &mut self,
        output: i64,
        is_new: bool,
        fields: &mut Registered,
        said: &Registration,
    ) -> Result<Status, StoreError> {
        // An id is one output's or an alias of one, never both: else signals
        // under it would change sides.
        if is_new && self.target(output)?.is_some() {
            return Ok(Status::Conflict("id"));
        }
        let Some(aliases) = self.new_aliases(output, said)? else {
            return Ok(Status::Conflict("aliases"));
        };
        let new = match said.manner {
            Manner::Observed => fill_empty(fields, &said.fields),
            Manner::Told => match fill(fields, &said.fields) {
                Ok(new) => new,
                Err(field) => return Ok(Status::Conflict(field)),
            },
        };
        if is_new || new != Registered::default() {
            self.insert(output, &new)?;
        }
        for alias in &aliases {
            self.tx
                .prepare_cached(
                    "INSERT INTO aliases (project, alias, output, received_at)
                     VALUES (?1, ?2, ?3, ?4)",
                )?
                .execute(params![
                    self.project.0,
                    alias,
                    output,
                    time(self.received_at)
                ])?;
        }
        Ok(
            match (is_new, new == Registered::default() && aliases.is_empty()) {
                (true, _) => Status::Created,
                (false, true) => Status::Unchanged,
                (false, false) => Status::Updated,
            },
        )
    }

    /// The numbers of the aliases that are new; `None` when one of them is taken:
    /// the first to name an alias keeps it. What is observed leaves those out.
    fn new_aliases(
        &mut self,
        output: i64,
        said: &Registration,
    ) -> Result<Option<Vec<i64>>, StoreError> {
        let is_observed = said.manner == Manner::Observed;
        let mut new = Vec::new();
        for alias in &said.fields.aliases {
            if *alias == said.id {
                continue;
            }
            let alias = self
                .interned
                .output(self.tx, self.project, alias, self.received_at)?;
            match self.target(alias)? {
                Some(target) if target == output => {}
                None if alias == output => {}
                Some(_) if is_observed => {}
                Some(_) => return Ok(None),
                None if self.is_registered(alias)? => {
                    if !is_observed {
                        return Ok(None);
                    }
                }
                None if new.contains(&alias) => {}
                None => new.push(alias),
            }
        }
        Ok(Some(new))
    }

    fn target(&self, alias: i64) -> Result<Option<i64>, StoreError> {
        let mut select = self
            .tx
            .prepare_cached("SELECT output FROM aliases WHERE project = ?1 AND alias = ?2")?;
        let key = params![self.project.0, alias];
        Ok(select.query_row(key, |row| row.get(0)).optional()?)
    }

    fn is_registered(&self, output: i64) -> Result<bool, StoreError> {
        let mut select = self
            .tx
            .prepare_cached("SELECT 1 FROM registrations WHERE project = ?1 AND output = ?2")?;
        Ok(select.exists(params![self.project.0, output])?)
    }

    fn insert(&mut self, output: i64, new: &Registered) -> Result<(), StoreError> {
        let body = serde_json::to_string(&registration::to_stored(new))
            .map_err(|_| StoreError::Unreadable("registration"))?;
        self.tx
            .prepare_cached(
                "INSERT INTO registrations (project, output, ordinal, received_at, body)
                 VALUES (?1, ?2, (SELECT count(*) FROM registrations
                                  WHERE project = ?1 AND output = ?2), ?3, ?4)",
            )?
            .execute(params![
                self.project.0,
                output,
                time(self.received_at),
                body
            ])?;
        if let Some(conversation) = &new.conversation {
            let conversation = self
                .interned
                .conversation(self.tx, self.project, conversation)?;
            let (project, at) = (self.project, self.received_at);
            if place_output(self.tx, project, conversation, output, at)? {
                marks::moved(self.tx, project, output)?;
            }
        }
        Ok(())
    }
}
