//! One output's facts, and the outputs of a group put together.
//!
//! Queries name their index and the order of their joins (`CROSS JOIN`): without
//! statistics SQLite takes any index that starts with the project, and reads all
//! of it.

use std::collections::{BTreeMap, BTreeSet};

use rusqlite::{OptionalExtension, Row, Transaction, params};
use tacit_signals::{Id, Share, codec::EventReader};

use super::{names::Names, time, unsigned};
use crate::{
    accept::registration::{self, Body, fill},
    control::ProjectId,
    store::{
        StoreError,
        bound::Bounded,
        join,
        rows::{Group, JoinedBy, OutputRows, Registered, Slice},
    },
};

/// What was known of a project at a moment.
pub(super) struct View<'a> {
    pub(super) snapshot: &'a Transaction<'a>,
    pub(super) project: ProjectId,
    pub(super) as_of: u64,
    names: Names<'a>,
}

/// A group, and which id became which in it.
pub(super) struct Assembled {
    pub(super) group: Group,
    pub(super) joined: BTreeMap<Id, Id>,
}

impl<'a> View<'a> {
    pub(super) fn of(snapshot: &'a Transaction<'a>, project: ProjectId, as_of: u64) -> Self {
        Self {
            snapshot,
            project,
            as_of,
            names: Names::of(snapshot),
        }
    }

    /// The number of output `id`.
    pub(super) fn number(&self, id: &Id) -> Result<Option<i64>, StoreError> {
        let mut select = self
            .snapshot
            .prepare_cached("SELECT output FROM outputs WHERE project = ?1 AND id = ?2")?;
        let key = params![self.project.0, id.as_str()];
        Ok(select.query_row(key, |row| row.get(0)).optional()?)
    }

    /// The output that `output` is an alias of, if it is one.
    pub(super) fn target(&self, output: i64) -> Result<Option<i64>, StoreError> {
        let mut select = self.snapshot.prepare_cached(
            "SELECT output FROM aliases WHERE project = ?1 AND alias = ?2 AND received_at <= ?3",
        )?;
        let key = params![self.project.0, output, time(self.as_of)];
        Ok(select.query_row(key, |row| row.get(0)).optional()?)
    }

    /// The other ids of `output`, in the order they became known.
    pub(super) fn aliases(&self, output: i64) -> Result<Vec<(i64, Id)>, StoreError> {
        let mut select = self.snapshot.prepare_cached(
            "SELECT alias, outputs.id
             FROM aliases INDEXED BY aliases_by_output
               CROSS JOIN outputs ON outputs.output = alias
             WHERE aliases.project = ?1 AND aliases.output = ?2 AND aliases.received_at <= ?3
             ORDER BY aliases.received_at, outputs.id",
        )?;
        let key = params![self.project.0, output, time(self.as_of)];
        let rows = select.query_map(key, |row| Ok((row.get(0)?, row.get::<_, String>(1)?)))?;
        rows.map(|row| {
            let (number, id) = row?;
            Ok((number, parse(&id)?))
        })
        .collect()
    }

    /// Outputs placed in `conversation`, aliases resolved.
    fn placed(&self, conversation: i64) -> Result<BTreeSet<i64>, StoreError> {
        let mut select = self.snapshot.prepare_cached(
            "SELECT coalesce(aliases.output, placements.output)
             FROM placements LEFT JOIN aliases
               ON aliases.project = ?1 AND alias = placements.output
                 AND aliases.received_at <= ?3
             WHERE placements.project = ?1 AND conversation = ?2
               AND placements.received_at <= ?3",
        )?;
        let key = params![self.project.0, conversation, time(self.as_of)];
        let rows = select.query_map(key, |row| row.get(0))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// The conversations `output` was said to be in, bytewise the smallest first:
    /// a rule that no order of arrival can bend.
    fn claimed(&self, output: i64) -> Result<Option<(String, i64)>, StoreError> {
        let mut select = self.snapshot.prepare_cached(
            "SELECT conversations.id, conversation
             FROM placements INDEXED BY placements_by_output
               CROSS JOIN conversations USING (conversation)
             WHERE placements.project = ?1 AND output = ?2 AND received_at <= ?3
             ORDER BY conversations.id LIMIT 1",
        )?;
        let key = params![self.project.0, output, time(self.as_of)];
        let row = select.query_row(key, |row| Ok((row.get(0)?, row.get(1)?)));
        Ok(row.optional()?)
    }

    /// The conversation of `output`: as registered, else as claimed.
    pub(super) fn conversation(&self, output: i64) -> Result<Option<(String, i64)>, StoreError> {
        let registered = registered(self.snapshot, self.project, output, self.as_of)?;
        let Some(conversation) = registered.and_then(|fields| fields.conversation) else {
            return self.said(output);
        };
        let mut select = self.snapshot.prepare_cached(
            "SELECT conversation FROM conversations WHERE project = ?1 AND id = ?2",
        )?;
        let key = params![self.project.0, conversation.as_str()];
        let number = select.query_row(key, |row| row.get(0))?;
        Ok(Some((conversation.to_string(), number)))
    }

    /// The conversation that `output` was said to be in under any of its ids.
    fn said(&self, output: i64) -> Result<Option<(String, i64)>, StoreError> {
        let mut smallest = self.claimed(output)?;
        for (alias, _) in self.aliases(output)? {
            smallest = [smallest, self.claimed(alias)?].into_iter().flatten().min();
        }
        Ok(smallest)
    }

    /// The group of the conversation called `id`.
    pub(super) fn of_conversation(
        &self,
        id: &str,
        conversation: i64,
    ) -> Result<Assembled, StoreError> {
        let mut rows = Vec::new();
        let mut joined = BTreeMap::new();
        for output in self.placed(conversation)? {
            let registered = registered(self.snapshot, self.project, output, self.as_of)?;
            let said = registered.as_ref();
            let is_here = match said.and_then(|fields| fields.conversation.as_ref()) {
                Some(said) => said.as_str() == id,
                None => self
                    .said(output)?
                    .is_some_and(|(_, number)| number == conversation),
            };
            if is_here {
                self.load(output, registered, &mut rows, &mut joined)?;
            }
        }
        Ok(assemble(rows, joined))
    }

    /// The group of an output that is in no conversation.
    pub(super) fn of_output(&self, output: i64) -> Result<Assembled, StoreError> {
        let registered = registered(self.snapshot, self.project, output, self.as_of)?;
        let mut rows = Vec::new();
        let mut joined = BTreeMap::new();
        self.load(output, registered, &mut rows, &mut joined)?;
        Ok(assemble(rows, joined))
    }

    /// Adds what is known of `output`, unless that is nothing.
    fn load(
        &self,
        output: i64,
        mut registered: Option<Registered>,
        rows: &mut Vec<OutputRows>,
        joined: &mut BTreeMap<Id, Id>,
    ) -> Result<(), StoreError> {
        let id = self.id(output)?;
        let mut slices = Bounded::default();
        self.slices(output, &id, &mut slices)?;
        let mut joined_by = None;
        for (number, alias) in self.aliases(output)? {
            if self.slices(number, &alias, &mut slices)? > 0 {
                joined_by = Some(JoinedBy::Alias);
            }
            if let Some(fields) = &mut registered {
                fields.aliases.push(alias.clone());
            }
            joined.insert(alias, id.clone());
        }
        let (slices, beyond) = slices.finish();
        if registered.is_some() || !slices.is_empty() {
            rows.push(OutputRows {
                id,
                registered,
                joined_by,
                slices,
                beyond,
                screened: Vec::new(),
            });
        }
        Ok(())
    }

    fn id(&self, output: i64) -> Result<Id, StoreError> {
        let mut select = self
            .snapshot
            .prepare_cached("SELECT id FROM outputs WHERE output = ?1")?;
        let id: String = select.query_row([output], |row| row.get(0))?;
        parse(&id)
    }

    /// Reads the slices of `output`; how many there are.
    fn slices(&self, output: i64, id: &Id, to: &mut Bounded) -> Result<u64, StoreError> {
        let mut select = self.snapshot.prepare_cached(
            "SELECT session, subject, origin, received_at, sent_at, sample, automated, signed,
               base_at, events
             FROM chunks
             WHERE project = ?1 AND output = ?2 AND received_at <= ?3 AND NOT quarantined",
        )?;
        let mut rows = select.query(params![self.project.0, output, time(self.as_of)])?;
        let mut count = 0;
        while let Some(row) = rows.next()? {
            to.push(self.slice(row, id)?);
            count += 1;
        }
        Ok(count)
    }

    fn slice(&self, row: &Row<'_>, id: &Id) -> Result<Slice, StoreError> {
        let bytes = row.get_ref(9)?.as_blob().map_err(rusqlite::Error::from)?;
        let reader = EventReader::of_output(bytes, unsigned(row.get(8)?), id.clone());
        let events = reader
            .map(|event| event.ok().and_then(Result::ok))
            .collect::<Option<Vec<_>>>()
            .ok_or(StoreError::Unreadable("event"))?;
        Ok(Slice {
            session: self.names.session(row.get(0)?)?,
            subject: self.names.subject(row.get(1)?)?,
            origin: self.names.origin(row.get(2)?)?,
            received_at: unsigned(row.get(3)?),
            sent_at: unsigned(row.get(4)?),
            sample: Share::from_thousandths("sample", unsigned(row.get(5)?))
                .map_err(|_| StoreError::Unreadable("sample"))?,
            automated: row.get(6)?,
            signed: row.get(7)?,
            events,
        })
    }
}

fn assemble(mut outputs: Vec<OutputRows>, mut joined: BTreeMap<Id, Id>) -> Assembled {
    joined.extend(join::by_turn(&mut outputs));
    join::settle(&mut outputs, &joined);
    Assembled {
        group: Group { outputs },
        joined,
    }
}

/// What servers said about `output` up to `as_of`; aliases are not in it.
pub(super) fn registered(
    snapshot: &Transaction<'_>,
    project: ProjectId,
    output: i64,
    as_of: u64,
) -> Result<Option<Registered>, StoreError> {
    let mut select = snapshot.prepare_cached(
        "SELECT body FROM registrations
         WHERE project = ?1 AND output = ?2 AND received_at <= ?3 ORDER BY ordinal",
    )?;
    let mut rows = select.query(params![project.0, output, time(as_of)])?;
    let mut registered: Option<Registered> = None;
    while let Some(row) = rows.next()? {
        let unreadable = StoreError::Unreadable("registration");
        let body = row.get_ref(0)?.as_str().map_err(rusqlite::Error::from)?;
        let Ok(body) = serde_json::from_str::<Body>(body) else {
            return Err(unreadable);
        };
        let Ok(fields) = registration::from_stored(body) else {
            return Err(unreadable);
        };
        let Some(registered) = &mut registered else {
            registered = Some(fields);
            continue;
        };
        // Rows hold what was new when they came, so they never disagree.
        if fill(registered, &fields).is_err() {
            return Err(unreadable);
        }
    }
    Ok(registered)
}

pub(super) fn parse(id: &str) -> Result<Id, StoreError> {
    Id::parse("id", id).map_err(|_| StoreError::Unreadable("id"))
}
