//! What is past its time: looked for output by output, so that no index is needed that
//! every batch would pay for. Of those that were heard of since, what is older is read for
//! in the order it lies in.
//!
//! What one session did with one output goes as a whole, as soon as any of it is past its
//! time: a label never rests on half a visit. An output goes itself, with all its ids and
//! registrations, once nothing younger is known of it.

use std::collections::{BTreeMap, BTreeSet, HashSet, btree_map::Entry};

use rusqlite::{Transaction, params};
use tacit_signals::{Id, codec::EventReader, signal::Kind};

use super::{
    super::{RowKey, erase::Look, time, unsigned},
    outputs,
};
use crate::{
    control::ProjectId,
    expire::{Horizon, Horizons},
    store::StoreError,
};

/// How much one look finds.
pub(super) struct Limits {
    /// Rows, about.
    rows: usize,
    /// Sessions of one output.
    sessions: usize,
    /// Registrations and rows that lose texts, about.
    texts: usize,
}

/// What one transaction removes: some milliseconds, in which the store takes nothing else.
pub(super) const STEP: Limits = Limits {
    rows: 500,
    sessions: 200,
    texts: 100,
};

/// For looking only.
pub(super) const ALL: Limits = Limits {
    rows: usize::MAX,
    sessions: usize::MAX,
    texts: usize::MAX,
};

/// What one look found that is past its time.
#[derive(Debug, Default)]
pub(super) struct PastTime {
    /// Rows of signals, and when they were received.
    pub(super) rows: BTreeMap<(ProjectId, RowKey), u64>,
    /// Rows that hold texts among signals that stay.
    pub(super) texts: BTreeSet<(ProjectId, RowKey)>,
    /// Registrations that hold texts: output and ordinal.
    pub(super) registered: BTreeSet<(ProjectId, i64, i64)>,
    /// Outputs with all their ids, by the registered one.
    pub(super) outputs: BTreeMap<i64, DueOutput>,
    /// Where the next look begins; `None` at the end.
    pub(super) next: Option<i64>,
    /// What that is, by name.
    pub(super) counts: BTreeMap<&'static str, u64>,
}

/// An output that loses something.
#[derive(Debug)]
pub(super) struct DueOutput {
    pub(super) project: ProjectId,
    /// All its numbers: its own and its aliases'.
    pub(super) ids: Vec<i64>,
    /// Nothing younger is known of it: it goes itself.
    pub(super) is_over: bool,
}

impl PastTime {
    pub(super) fn is_empty(&self) -> bool {
        self.rows.is_empty()
            && self.texts.is_empty()
            && self.registered.is_empty()
            && self.outputs.is_empty()
    }

    fn count(&mut self, name: &'static str, count: u64) {
        *self.counts.entry(name).or_default() += count;
    }
}

pub(super) fn look(
    snapshot: &Transaction<'_>,
    horizons: &Horizons,
    after: i64,
    limits: &Limits,
) -> Result<PastTime, StoreError> {
    let mut looking = Looking {
        snapshot,
        limits,
        due: PastTime::default(),
        seen: HashSet::new(),
    };
    let outputs = outputs::heard_of(snapshot, after)?;
    let numbers = (after, outputs.last().map_or(after, |last| last.0));
    let mut older: BTreeMap<ProjectId, HashSet<i64>> = BTreeMap::new();
    for &(output, project, received_at) in &outputs {
        looking.due.next = Some(output);
        let Some(horizon) = horizons.get(&project) else {
            continue;
        };
        if received_at >= horizon.latest() {
            let older = match older.entry(project) {
                Entry::Occupied(known) => known.into_mut(),
                Entry::Vacant(new) => {
                    new.insert(outputs::of_older(snapshot, project, horizon, numbers)?)
                }
            };
            if !older.contains(&output) {
                continue;
            }
        }
        if !looking.output(project, output, horizon)? {
            // There is more of it.
            looking.due.next = Some(output - 1);
            return Ok(looking.due);
        }
        if looking.is_full() {
            return Ok(looking.due);
        }
    }
    if outputs.len() < outputs::AT_ONCE {
        looking.due.next = None;
    }
    Ok(looking.due)
}

struct Looking<'a> {
    snapshot: &'a Transaction<'a>,
    limits: &'a Limits,
    due: PastTime,
    /// Registered ids that were looked at: an alias leads there as well.
    seen: HashSet<i64>,
}

impl Looking<'_> {
    fn is_full(&self) -> bool {
        self.due.rows.len() >= self.limits.rows
            || self.due.texts.len() + self.due.registered.len() >= self.limits.texts
    }

    /// Looks at the output that `number` is an id of; whether that is all there is of it.
    fn output(
        &mut self,
        project: ProjectId,
        number: i64,
        horizon: &Horizon,
    ) -> Result<bool, StoreError> {
        let look = Look {
            snapshot: self.snapshot,
            project,
        };
        let output = look.resolved(number)?;
        if !self.seen.insert(output) {
            return Ok(true);
        }
        let mut ids = look.aliases(output)?;
        ids.push(output);
        let one = One {
            snapshot: self.snapshot,
            limits: self.limits,
            project,
            horizon,
        };
        let mut is_all = true;
        let mut is_left = false;
        let mut found = Rows::default();
        for &id in &ids {
            let (sessions, is_whole) = one.sessions(id)?;
            for &session in &sessions {
                one.rows(id, session, &mut found)?;
            }
            let (emptied, has_all_texts) = one.texts(id, &sessions, &mut found)?;
            is_all &= is_whole && has_all_texts;
            is_left |= !is_whole || one.others(id, &sessions, emptied)?;
        }
        let registered = one.registered(output, &ids)?;
        let is_over = !is_left && !registered.is_younger;
        if found.is_empty() && registered.texts.is_empty() && !is_over {
            return Ok(is_all);
        }
        self.due.count("events", found.events);
        self.due.count("texts", found.content);
        let texts = registered.texts.len() as u64;
        self.due.count("registered_texts", texts);
        self.due.count("outputs", u64::from(is_over));
        self.due.count("bytes", found.bytes + registered.bytes);
        let keyed = |(row, at)| ((project, row), at);
        self.due.rows.extend(found.rows.into_iter().map(keyed));
        let texts = found.texts.into_iter().map(|row| (project, row));
        self.due.texts.extend(texts);
        let registered = registered.texts.into_iter();
        let registered = registered.map(|(output, ordinal)| (project, output, ordinal));
        self.due.registered.extend(registered);
        let due = DueOutput {
            project,
            ids,
            is_over,
        };
        self.due.outputs.insert(output, due);
        Ok(is_all)
    }
}

#[derive(Default)]
struct Rows {
    rows: BTreeMap<RowKey, u64>,
    texts: BTreeSet<RowKey>,
    events: u64,
    content: u64,
    bytes: u64,
}

impl Rows {
    fn is_empty(&self) -> bool {
        self.rows.is_empty() && self.texts.is_empty()
    }
}

#[derive(Default)]
struct RegisteredTexts {
    texts: Vec<(i64, i64)>,
    bytes: u64,
    /// Something is not past its time.
    is_younger: bool,
}

/// What is known under one id of an output.
struct One<'a> {
    snapshot: &'a Transaction<'a>,
    limits: &'a Limits,
    project: ProjectId,
    horizon: &'a Horizon,
}

impl One<'_> {
    /// Sessions of which something is past its time, and whether these are all.
    fn sessions(&self, id: i64) -> Result<(BTreeSet<i64>, bool), StoreError> {
        let mut select = self.snapshot.prepare_cached(
            "SELECT DISTINCT session FROM chunks
             WHERE project = ?1 AND output = ?2 AND received_at < ?3 LIMIT ?4",
        )?;
        let before = time(self.horizon.signals_before);
        let limit = time(self.limits.sessions as u64);
        let rows =
            select.query_map(params![self.project.0, id, before, limit], |row| row.get(0))?;
        let sessions: BTreeSet<i64> = rows.collect::<Result<_, _>>()?;
        let is_all = sessions.len() < self.limits.sessions;
        Ok((sessions, is_all))
    }

    fn rows(&self, id: i64, session: i64, found: &mut Rows) -> Result<(), StoreError> {
        let mut select = self.snapshot.prepare_cached(
            "SELECT first_seq, received_at, base_at, events FROM chunks
             WHERE project = ?1 AND output = ?2 AND session = ?3",
        )?;
        let mut rows = select.query(params![self.project.0, id, session])?;
        while let Some(row) = rows.next()? {
            let bytes = row.get_ref(3)?.as_blob().map_err(rusqlite::Error::from)?;
            let (events, content) = count(bytes, unsigned(row.get(2)?));
            found.events += events;
            found.content += content;
            found.bytes += bytes.len() as u64;
            let key = (id, session, row.get(0)?);
            found.rows.insert(key, unsigned(row.get(1)?));
        }
        Ok(())
    }

    /// Whether there are rows of other sessions, but for those that lose all they have.
    fn others(&self, id: i64, sessions: &BTreeSet<i64>, emptied: u64) -> Result<bool, StoreError> {
        let mut select = self.snapshot.prepare_cached(
            "SELECT 1 FROM chunks WHERE project = ?1 AND output = ?2
               AND session NOT IN (SELECT value FROM json_each(?3)) LIMIT 1 OFFSET ?4",
        )?;
        Ok(select.exists(params![self.project.0, id, list(sessions), time(emptied)])?)
    }

    /// Finds rows of other sessions with texts that are past their time; how many have
    /// nothing else, and whether these are all.
    fn texts(
        &self,
        id: i64,
        sessions: &BTreeSet<i64>,
        found: &mut Rows,
    ) -> Result<(u64, bool), StoreError> {
        let mut emptied = 0;
        if self.horizon.texts_before <= self.horizon.signals_before {
            return Ok((emptied, true));
        }
        let mut select = self.snapshot.prepare_cached(
            "SELECT session, first_seq, base_at, events FROM chunks
             WHERE project = ?1 AND output = ?2 AND received_at < ?3 AND NOT quarantined",
        )?;
        let before = time(self.horizon.texts_before);
        let mut rows = select.query(params![self.project.0, id, before])?;
        while let Some(row) = rows.next()? {
            let session = row.get(0)?;
            if sessions.contains(&session) {
                continue;
            }
            let bytes = row.get_ref(3)?.as_blob().map_err(rusqlite::Error::from)?;
            let (events, content) = count(bytes, unsigned(row.get(2)?));
            if content == 0 {
                continue;
            }
            emptied += u64::from(content == events);
            found.events += content;
            found.content += content;
            found.bytes += bytes.len() as u64;
            found.texts.insert((id, session, row.get(1)?));
            if found.texts.len() >= self.limits.texts {
                return Ok((emptied, false));
            }
        }
        Ok((emptied, true))
    }

    /// What servers said of an output: which texts are past their time, and whether
    /// anything is not.
    fn registered(&self, output: i64, ids: &[i64]) -> Result<RegisteredTexts, StoreError> {
        let mut told = RegisteredTexts::default();
        let mut select = self.snapshot.prepare_cached(
            "SELECT ordinal, received_at, length(body), coalesce(json_type(body, '$.input'),
               json_type(body, '$.output'), json_type(body, '$.documents')) IS NOT NULL
             FROM registrations WHERE project = ?1 AND output = ?2",
        )?;
        let mut rows = select.query(params![self.project.0, output])?;
        while let Some(row) = rows.next()? {
            let at = unsigned(row.get(1)?);
            told.is_younger |= at >= self.horizon.signals_before;
            let has_texts: bool = row.get(3)?;
            if has_texts && at < self.horizon.texts_before {
                told.texts.push((output, row.get(0)?));
                told.bytes += unsigned(row.get(2)?);
            }
        }
        let ids: BTreeSet<i64> = ids.iter().copied().collect();
        let mut select = self.snapshot.prepare_cached(
            "SELECT 1 FROM outputs WHERE output IN (SELECT value FROM json_each(?1))
               AND received_at >= ?2 LIMIT 1",
        )?;
        let before = time(self.horizon.signals_before);
        told.is_younger |= select.exists(params![list(&ids), before])?;
        Ok(told)
    }
}

fn list(numbers: &BTreeSet<i64>) -> String {
    let numbers: Vec<String> = numbers.iter().map(ToString::to_string).collect();
    format!("[{}]", numbers.join(","))
}

/// Events, and texts among them.
fn count(bytes: &[u8], base_at: u64) -> (u64, u64) {
    let Ok(any) = Id::parse("output", "o") else {
        return (0, 0);
    };
    let mut counted = (0, 0);
    for event in EventReader::of_output(bytes, base_at, any) {
        counted.0 += 1;
        let is_text = event
            .is_ok_and(|event| event.is_ok_and(|event| event.signal.kind() == Some(Kind::Content)));
        counted.1 += u64::from(is_text);
    }
    counted
}
