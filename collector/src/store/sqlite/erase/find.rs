//! What is stored of the people of an erasure.
//!
//! Theirs are: what they sent; what a session sent without a name in which they and
//! nobody else were named; outputs that were registered for them; outputs that were
//! registered for nobody and on which nobody else acted; and what else is in a
//! conversation of theirs that is nobody else's. Of all other outputs only what they
//! themselves did goes.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use rusqlite::{OptionalExtension, Transaction, params};
use tacit_signals::SubjectKind;

use super::{
    super::{RowKey, intern::kind_from},
    graves::{self, exists},
    look::{Look, Sent, seen},
};
use crate::{
    control::ProjectId,
    erase::grave::{self, Grave},
    keyed::Keyed,
    otlp::trace,
    store::{Found, StoreError, What},
};

pub(super) fn find(
    snapshot: &Transaction<'_>,
    project: ProjectId,
    job: &str,
) -> Result<Found, StoreError> {
    let Some(pepper) = graves::pepper(snapshot, project)? else {
        return Ok(Found::default());
    };
    let mut finder = Finder {
        look: Look { snapshot, project },
        pepper,
        people: graves::of_job(snapshot, job, What::Subject)?,
        gone: graves::of_job(snapshot, job, What::Output)?,
        texts: HashMap::new(),
        found: Theirs::default(),
        graves: BTreeSet::new(),
    };
    finder.find()?;
    let Finder { found, graves, .. } = finder;
    let holds = !found.is_empty();
    Ok(Found::new(graves, holds, found))
}

/// What is stored of the people of an erasure, by its numbers.
#[derive(Debug, Default)]
pub(super) struct Theirs {
    /// The people.
    pub(super) subjects: BTreeSet<i64>,
    /// Outputs that are theirs, with their aliases.
    pub(super) outputs: BTreeSet<i64>,
    /// All rows of signals that go.
    pub(super) rows: BTreeSet<RowKey>,
    /// Sessions of which nothing else is left, and what was seen of them.
    pub(super) sessions: BTreeMap<i64, (i64, i64)>,
    /// Spans of theirs.
    pub(super) traces: Vec<String>,
}

impl Theirs {
    fn is_empty(&self) -> bool {
        self.subjects.is_empty()
            && self.outputs.is_empty()
            && self.rows.is_empty()
            && self.traces.is_empty()
    }
}

/// Whom an output was registered for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum For {
    Them,
    Another,
    Nobody,
}

struct Finder<'a> {
    look: Look<'a>,
    pepper: Keyed,
    people: HashSet<Grave>,
    gone: HashSet<Grave>,
    /// Stored texts of subjects, and whether they are of them.
    texts: HashMap<String, bool>,
    found: Theirs,
    /// What is to be buried before anything is removed.
    graves: BTreeSet<(What, Grave)>,
}

impl Finder<'_> {
    fn find(&mut self) -> Result<(), StoreError> {
        self.subjects()?;
        let mut own = self.registered()?;
        own.extend(self.buried_outputs()?);
        self.found.rows = self.sent_by_them()?;
        self.unnamed_in_their_sessions()?;
        for output in self.acted_on()? {
            if self.is_theirs(output)? {
                own.insert(output);
            }
        }
        self.conversations(&mut own)?;
        self.traces(&mut own)?;
        for output in own {
            self.found.outputs.insert(output);
            self.found.outputs.extend(self.look.aliases(output)?);
        }
        for &output in &self.found.outputs.clone() {
            let rows = self.look.rows_of(output)?;
            self.found.rows.extend(rows.into_iter().map(|(row, _)| row));
            self.bury_output(output)?;
        }
        self.sessions()
    }

    /// Numbers of the people who are stored.
    fn subjects(&mut self) -> Result<(), StoreError> {
        let mut select = self
            .look
            .snapshot
            .prepare_cached("SELECT subject, kind, id FROM subjects WHERE project = ?1")?;
        let mut rows = select.query([self.look.project.0])?;
        while let Some(row) = rows.next()? {
            let (kind, id) = (kind_from(row.get(1)?)?, row.get(2)?);
            if self
                .people
                .contains(&grave::of_hidden(&self.pepper, kind, &id))
            {
                self.found.subjects.insert(row.get(0)?);
            }
        }
        Ok(())
    }

    /// Outputs that were registered for them.
    fn registered(&mut self) -> Result<BTreeSet<i64>, StoreError> {
        let mut select = self.look.snapshot.prepare_cached(
            "SELECT output, json_extract(body, '$.subject') FROM registrations WHERE project = ?1",
        )?;
        let mut rows = select.query([self.look.project.0])?;
        let mut outputs = BTreeSet::new();
        while let Some(row) = rows.next()? {
            let subject: Option<String> = row.get(1)?;
            if let Some(subject) = subject
                && self.is_them(&subject)
            {
                outputs.insert(row.get(0)?);
            }
        }
        Ok(outputs)
    }

    fn is_them(&mut self, subject: &str) -> bool {
        if let Some(&known) = self.texts.get(subject) {
            return known;
        }
        let mut id = [0; 16];
        let digits = subject.strip_prefix("s_").unwrap_or_default();
        let is_them = hex::decode_to_slice(digits, &mut id).is_ok() && {
            let grave = grave::of_hidden(&self.pepper, SubjectKind::App, &id);
            self.people.contains(&grave)
        };
        self.texts.insert(subject.into(), is_them);
        is_them
    }

    /// Outputs that were known to be theirs before: a restored store has them again.
    fn buried_outputs(&self) -> Result<BTreeSet<i64>, StoreError> {
        let mut outputs = BTreeSet::new();
        if self.gone.is_empty() {
            return Ok(outputs);
        }
        let mut select = self
            .look
            .snapshot
            .prepare_cached("SELECT output, id FROM outputs WHERE project = ?1")?;
        let mut rows = select.query([self.look.project.0])?;
        while let Some(row) = rows.next()? {
            let id: String = row.get(1)?;
            if self.gone.contains(&grave::of_output(&self.pepper, &id)) {
                outputs.insert(row.get(0)?);
            }
        }
        Ok(outputs)
    }

    fn sent_by_them(&self) -> Result<BTreeSet<RowKey>, StoreError> {
        if self.found.subjects.is_empty() {
            return Ok(BTreeSet::new());
        }
        let theirs = self.look.sent("subject", &self.found.subjects)?;
        Ok(theirs.into_iter().map(|(row, _)| row).collect())
    }

    /// Sessions in which they and nobody else were named are theirs: what these sent
    /// before or after that is, too, and what they may still send.
    fn unnamed_in_their_sessions(&mut self) -> Result<(), StoreError> {
        let sessions: BTreeSet<i64> = self.found.rows.iter().map(|row| row.1).collect();
        if sessions.is_empty() {
            return Ok(());
        }
        let mut by_session: BTreeMap<i64, Vec<Sent>> = BTreeMap::new();
        for sent in self.look.sent("session", &sessions)? {
            by_session.entry(sent.0.1).or_default().push(sent);
        }
        for (session, sent) in by_session {
            let mut is_theirs = true;
            for &(_, subject) in &sent {
                is_theirs &= !self.is_another(subject)?;
            }
            if !is_theirs {
                continue;
            }
            self.bury_session(session)?;
            for (row, subject) in sent {
                self.found.rows.insert(row);
                self.found.subjects.insert(subject);
            }
        }
        Ok(())
    }

    /// Whether the subject is somebody who has a name, and not them.
    fn is_another(&self, subject: i64) -> Result<bool, StoreError> {
        if self.found.subjects.contains(&subject) {
            return Ok(false);
        }
        let mut select = self
            .look
            .snapshot
            .prepare_cached("SELECT kind > 0 FROM subjects WHERE subject = ?1")?;
        Ok(select
            .query_row([subject], |row| row.get(0))
            .optional()?
            .unwrap_or(false))
    }

    fn bury_session(&mut self, session: i64) -> Result<(), StoreError> {
        let mut select = self
            .look
            .snapshot
            .prepare_cached("SELECT id FROM sessions WHERE session = ?1")?;
        let id: [u8; 16] = select.query_row([session], |row| row.get(0))?;
        let code = self.pepper.sign(&[&id]);
        let mut hidden = [0; 16];
        hidden.copy_from_slice(&code[..16]);
        let grave = grave::of_hidden(&self.pepper, SubjectKind::Session, &hidden);
        self.bury(What::Subject, grave)
    }

    fn bury_output(&mut self, output: i64) -> Result<(), StoreError> {
        let mut select = self
            .look
            .snapshot
            .prepare_cached("SELECT id FROM outputs WHERE output = ?1")?;
        let id: String = select.query_row([output], |row| row.get(0))?;
        self.bury(What::Output, grave::of_output(&self.pepper, &id))
    }

    fn bury(&mut self, what: What, grave: Grave) -> Result<(), StoreError> {
        if !exists(self.look.snapshot, self.look.project, what, &grave)? {
            self.graves.insert((what, grave));
        }
        Ok(())
    }

    /// Outputs they acted on, aliases resolved.
    fn acted_on(&self) -> Result<BTreeSet<i64>, StoreError> {
        let outputs: BTreeSet<i64> = self.found.rows.iter().map(|row| row.0).collect();
        outputs
            .into_iter()
            .map(|output| self.look.resolved(output))
            .collect()
    }

    /// Whether the output is theirs by what is known of itself.
    fn is_theirs(&mut self, output: i64) -> Result<bool, StoreError> {
        match self.registered_for(output)? {
            For::Them => return Ok(true),
            For::Another => return Ok(false),
            For::Nobody => {}
        }
        let mut ids = self.look.aliases(output)?;
        ids.push(output);
        for id in ids {
            let rows = self.look.rows_of(id)?;
            if rows.iter().any(|(row, _)| !self.found.rows.contains(row)) {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn registered_for(&mut self, output: i64) -> Result<For, StoreError> {
        let mut select = self.look.snapshot.prepare_cached(
            "SELECT json_extract(body, '$.subject') FROM registrations
             WHERE project = ?1 AND output = ?2
               AND json_extract(body, '$.subject') IS NOT NULL",
        )?;
        let key = params![self.look.project.0, output];
        let subject: Option<String> = select.query_row(key, |row| row.get(0)).optional()?;
        drop(select);
        Ok(match subject {
            None => For::Nobody,
            Some(subject) if self.is_them(&subject) => For::Them,
            Some(_) => For::Another,
        })
    }

    /// Adds the outputs of nobody that are in conversations of theirs.
    fn conversations(&mut self, own: &mut BTreeSet<i64>) -> Result<(), StoreError> {
        let mut conversations = BTreeSet::new();
        for &output in own.iter() {
            conversations.extend(self.look.placed(output)?);
        }
        for conversation in conversations {
            let more = self.only_theirs(conversation, own)?;
            own.extend(more.into_iter().flatten());
        }
        Ok(())
    }

    /// The other outputs of a conversation, `None` when somebody else was in it.
    fn only_theirs(
        &mut self,
        conversation: i64,
        own: &BTreeSet<i64>,
    ) -> Result<Option<Vec<i64>>, StoreError> {
        let placed = self.look.numbers(
            "SELECT output FROM placements WHERE project = ?1 AND conversation = ?2",
            conversation,
        )?;
        let mut more = Vec::new();
        for output in placed {
            let output = self.look.resolved(output)?;
            if own.contains(&output) {
                continue;
            }
            if self.registered_for(output)? == For::Another {
                return Ok(None);
            }
            // An answer that is given to everybody is in many conversations.
            if self.look.placed(output)?.len() > 1 {
                continue;
            }
            let mut ids = self.look.aliases(output)?;
            ids.push(output);
            for id in ids {
                for (_, subject) in self.look.rows_of(id)? {
                    if self.is_another(subject)? {
                        return Ok(None);
                    }
                }
            }
            more.push(output);
        }
        Ok(Some(more))
    }

    /// Spans that tell of them or of outputs of theirs. What these say may not be
    /// registered yet.
    fn traces(&mut self, own: &mut BTreeSet<i64>) -> Result<(), StoreError> {
        let mut select = self
            .look
            .snapshot
            .prepare_cached("SELECT trace FROM traces WHERE project = ?1")?;
        let traces = select.query_map([self.look.project.0], |row| row.get(0))?;
        let traces: Vec<String> = traces.collect::<Result<_, _>>()?;
        for name in traces {
            let outputs = trace::outputs(&name, self.look.spans(&name)?);
            let ids = |output: &crate::accept::registration::Registration| {
                let aliases = output.fields.aliases.iter();
                aliases
                    .chain([&output.id])
                    .map(ToString::to_string)
                    .collect::<Vec<_>>()
            };
            let mut is_theirs = false;
            for output in &outputs {
                let subject = output.fields.subject.as_ref();
                let is_them = subject.is_some_and(|subject| self.is_them(&subject.id));
                for id in ids(output) {
                    let grave = grave::of_output(&self.pepper, &id);
                    let number = self.look.number(&id)?;
                    is_theirs |= is_them
                        || self.gone.contains(&grave)
                        || number.is_some_and(|number| own.contains(&number));
                }
            }
            if !is_theirs {
                continue;
            }
            for id in outputs.iter().flat_map(ids) {
                self.bury(What::Output, grave::of_output(&self.pepper, &id))?;
                if let Some(number) = self.look.number(&id)? {
                    let output = self.look.resolved(number)?;
                    if self.registered_for(output)? != For::Another {
                        own.insert(output);
                    }
                }
            }
            self.found.traces.push(name);
        }
        Ok(())
    }

    /// The sessions of which nothing is left without these rows.
    fn sessions(&mut self) -> Result<(), StoreError> {
        let sessions: BTreeSet<i64> = self.found.rows.iter().map(|row| row.1).collect();
        if sessions.is_empty() {
            return Ok(());
        }
        let mut left = sessions.clone();
        for (row, _) in self.look.sent("session", &sessions)? {
            if !self.found.rows.contains(&row) {
                left.remove(&row.1);
            }
        }
        for session in left {
            let seen = seen(self.look.snapshot, self.look.project, session)?;
            self.found.sessions.insert(session, seen);
        }
        Ok(())
    }
}
