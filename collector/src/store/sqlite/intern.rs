//! Texts and ids as integers.

use std::collections::{HashMap, HashSet};

use rusqlite::{ToSql, Transaction};
use tacit_signals::{Id, SessionId, SubjectKind};

use super::{erase::Buried, recent::Recent, time};
use crate::{
    accept::record::subject_bytes,
    control::ProjectId,
    store::{
        StoreError,
        ranges::Ranges,
        rows::{Origin, StoredSubject},
    },
};

/// Entries of each memory that are known to be the latest: as many again may be kept.
const HALF: usize = 65_536;

/// Numbers that were looked up lately: a session's batches come one after another.
#[derive(Default)]
pub(super) struct Interned {
    outputs: HashMap<ProjectId, Recent<Id, i64>>,
    conversations: HashMap<ProjectId, Recent<Id, i64>>,
    sessions: Recent<(ProjectId, SessionId), i64>,
    /// By number of the session: all numbers of its events that were received.
    seen: Recent<i64, Ranges>,
    subjects: Recent<(ProjectId, SubjectKind, [u8; 16]), i64>,
    origins: HashMap<ProjectId, Vec<(Origin, i64)>>,
    /// By experiment and number of the subject: since when it is known to be in an arm.
    assigned: HashMap<String, Recent<i64, u64>>,
    /// Whoever has a number here is not erased.
    buried: Buried,
    /// Who was heard of since somebody asked to know.
    heard_of: Option<HeardOf>,
}

/// Numbers that were looked up or given.
#[derive(Default)]
struct HeardOf {
    sessions: HashSet<i64>,
    subjects: HashSet<i64>,
}

pub(super) const ORIGINS_MAX: usize = 64;

impl Interned {
    pub(super) fn forget(&mut self) {
        *self = Self {
            heard_of: self.heard_of.take(),
            ..Self::default()
        };
    }

    /// From now on it is known which sessions and people are heard of: nothing is known
    /// here, so each is looked up at least once.
    pub(super) fn watch(&mut self) {
        self.forget();
        self.heard_of = Some(HeardOf::default());
    }

    pub(super) fn unwatch(&mut self) {
        self.heard_of = None;
    }

    /// True as well when nobody asked to know.
    pub(super) fn was_heard_of_session(&self, session: i64) -> bool {
        let known = self.heard_of.as_ref();
        known.is_none_or(|known| known.sessions.contains(&session))
    }

    /// The same of a person.
    pub(super) fn was_heard_of_subject(&self, subject: i64) -> bool {
        let known = self.heard_of.as_ref();
        known.is_none_or(|known| known.subjects.contains(&subject))
    }

    /// Whether nothing of `subject` is kept.
    pub(super) fn is_buried(
        &mut self,
        tx: &Transaction<'_>,
        project: ProjectId,
        subject: &StoredSubject,
    ) -> Result<bool, StoreError> {
        let key = (project, subject.kind, subject_bytes(subject));
        Ok(!self.subjects.contains(&key) && self.buried.subject(tx, project, subject)?)
    }

    /// Whether nothing about the output `id` is kept.
    pub(super) fn is_output_buried(
        &mut self,
        tx: &Transaction<'_>,
        project: ProjectId,
        id: &Id,
    ) -> Result<bool, StoreError> {
        let known = self.outputs.get(&project);
        let is_known = known.is_some_and(|known| known.contains(id));
        Ok(!is_known && self.buried.output(tx, project, id)?)
    }

    /// The number of output `id`, first heard of at `received_at` unless earlier.
    pub(super) fn output(
        &mut self,
        tx: &Transaction<'_>,
        project: ProjectId,
        id: &Id,
        received_at: u64,
    ) -> Result<i64, StoreError> {
        remember(&mut self.outputs, project, id, || {
            number(
                tx,
                "SELECT output FROM outputs WHERE project = ?1 AND id = ?2",
                "INSERT INTO outputs (project, id, received_at) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING",
                &[&project.0, &id.as_str()],
                &[&project.0, &id.as_str(), &time(received_at)],
            )
        })
    }

    pub(super) fn conversation(
        &mut self,
        tx: &Transaction<'_>,
        project: ProjectId,
        id: &Id,
    ) -> Result<i64, StoreError> {
        remember(&mut self.conversations, project, id, || {
            let key: &[&dyn ToSql] = &[&project.0, &id.as_str()];
            number(
                tx,
                "SELECT conversation FROM conversations WHERE project = ?1 AND id = ?2",
                "INSERT INTO conversations (project, id) VALUES (?1, ?2) ON CONFLICT DO NOTHING",
                key,
                key,
            )
        })
    }

    pub(super) fn session(
        &mut self,
        tx: &Transaction<'_>,
        project: ProjectId,
        id: SessionId,
    ) -> Result<i64, StoreError> {
        if let Some(&number) = self.sessions.get(&(project, id), HALF) {
            return Ok(number);
        }
        let key: &[&dyn ToSql] = &[&project.0, &id.0];
        let number = number(
            tx,
            "SELECT session FROM sessions WHERE project = ?1 AND id = ?2",
            "INSERT INTO sessions (project, id) VALUES (?1, ?2) ON CONFLICT DO NOTHING",
            key,
            key,
        )?;
        if let Some(known) = &mut self.heard_of {
            known.sessions.insert(number);
        }
        self.sessions.insert((project, id), number, HALF);
        Ok(number)
    }

    /// Which events of `session` were received, if that is known whole.
    pub(super) fn seen(&mut self, session: i64) -> Option<&Ranges> {
        self.seen.get(&session, HALF)
    }

    /// Remembers that of `session` exactly `seen` was received.
    pub(super) fn has_seen(&mut self, session: i64, seen: Ranges) {
        self.seen.insert(session, seen, HALF);
    }

    pub(super) fn forget_seen(&mut self, session: i64) {
        self.seen.remove(&session);
    }

    pub(super) fn subject(
        &mut self,
        tx: &Transaction<'_>,
        project: ProjectId,
        subject: &StoredSubject,
    ) -> Result<i64, StoreError> {
        let bytes = subject_bytes(subject);
        let key = (project, subject.kind, bytes);
        if let Some(&number) = self.subjects.get(&key, HALF) {
            return Ok(number);
        }
        let parameters: &[&dyn ToSql] = &[&project.0, &kind_number(subject.kind), &bytes];
        let number = number(
            tx,
            "SELECT subject FROM subjects WHERE project = ?1 AND kind = ?2 AND id = ?3",
            "INSERT INTO subjects (project, kind, id) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING",
            parameters,
            parameters,
        )?;
        if let Some(known) = &mut self.heard_of {
            known.subjects.insert(number);
        }
        self.subjects.insert(key, number, HALF);
        Ok(number)
    }

    /// Whether it is known that `subject` is assigned, since `received_at` or before.
    pub(super) fn is_assigned(&mut self, experiment: &str, subject: i64, received_at: u64) -> bool {
        let known = self.assigned.get_mut(experiment);
        let since = known.and_then(|known| known.get(&subject, HALF));
        since.is_some_and(|&since| since <= received_at)
    }

    /// Numbers of subjects are unique over all projects.
    pub(super) fn assigned(&mut self, experiment: &str, subject: i64, received_at: u64) {
        let known = self.assigned.entry(experiment.into()).or_default();
        known.insert(subject, received_at, HALF);
    }

    pub(super) fn origin(
        &mut self,
        tx: &Transaction<'_>,
        project: ProjectId,
        origin: &Origin,
    ) -> Result<i64, StoreError> {
        let known = self.origins.entry(project).or_default();
        if let Some((_, number)) = known.iter().find(|(known, _)| known == origin) {
            return Ok(*number);
        }
        let Origin {
            lang,
            device,
            surface,
            sdk,
        } = origin;
        let key: &[&dyn ToSql] = &[&project.0, lang, device, surface, sdk];
        let number = number(
            tx,
            "SELECT origin FROM origins
             WHERE project = ?1 AND lang = ?2 AND device = ?3 AND surface = ?4 AND sdk = ?5",
            "INSERT INTO origins (project, lang, device, surface, sdk) VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT DO NOTHING",
            key,
            key,
        )?;
        if known.len() >= ORIGINS_MAX {
            known.clear();
        }
        known.push((origin.clone(), number));
        Ok(number)
    }
}

fn remember(
    memory: &mut HashMap<ProjectId, Recent<Id, i64>>,
    project: ProjectId,
    id: &Id,
    find: impl FnOnce() -> Result<i64, StoreError>,
) -> Result<i64, StoreError> {
    let ids = memory.entry(project).or_default();
    if let Some(&number) = ids.get(id, HALF) {
        return Ok(number);
    }
    let number = find()?;
    ids.insert(id.clone(), number, HALF);
    Ok(number)
}

/// The number of what `insert` makes, unless it is there: then `select` finds it. What is
/// not remembered is new, as a rule, and to look for it before would take as long again.
fn number(
    tx: &Transaction<'_>,
    select: &str,
    insert: &str,
    key: &[&dyn ToSql],
    row: &[&dyn ToSql],
) -> Result<i64, StoreError> {
    if tx.prepare_cached(insert)?.execute(row)? > 0 {
        return Ok(tx.last_insert_rowid());
    }
    Ok(tx
        .prepare_cached(select)?
        .query_row(key, |row| row.get(0))?)
}

/// How a kind of subject is kept.
pub(super) const fn kind_number(kind: SubjectKind) -> i64 {
    match kind {
        SubjectKind::Session => 0,
        SubjectKind::Visitor => 1,
        SubjectKind::App => 2,
    }
}

/// The other way round.
pub(super) fn kind_from(number: i64) -> Result<SubjectKind, StoreError> {
    match number {
        0 => Ok(SubjectKind::Session),
        1 => Ok(SubjectKind::Visitor),
        2 => Ok(SubjectKind::App),
        _ => Err(StoreError::Unreadable("kind of subject")),
    }
}
