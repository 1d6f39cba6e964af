//! What people did, slice by slice, for the screen: chunks as they lie in their table,
//! one reading from the first page to the last. Texts are not touched.

use std::collections::HashSet;

use rusqlite::{OptionalExtension, Transaction, params};
use tacit_signals::{Id, codec::EventReader, limits::EVENT_AGE_MS_MAX, signal::Kind};

use super::{intern::kind_from, time, unsigned};
use crate::{
    accept::record::subject_from,
    clock,
    control::ProjectId,
    store::{
        StoreError,
        rows::{Conduct, Named, StoredSubject, is_evaluation, is_import},
    },
};

pub(super) fn visit(
    snapshot: &Transaction<'_>,
    project: ProjectId,
    as_of: u64,
    visit: &mut dyn FnMut(&Conduct<'_>) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    let skipped = servers(snapshot, project)?;
    let mut select = snapshot.prepare_cached(
        "SELECT output, session, chunks.subject, subjects.kind, subjects.id, origin, signed,
           received_at, sent_at, base_at, events
         FROM chunks CROSS JOIN subjects USING (subject)
         WHERE chunks.project = ?1 AND received_at <= ?2 AND NOT quarantined AND NOT automated",
    )?;
    let mut rows = select.query(params![project.0, time(as_of)])?;
    // Readers name an output with every event; nobody asks which.
    let nobody = Id::parse("id", "o").map_err(|_| StoreError::Unreadable("id"))?;
    let mut output: Option<(i64, Output)> = None;
    let mut subject: Option<(i64, StoredSubject)> = None;
    let mut events: Vec<(u64, Option<Kind>)> = Vec::new();
    while let Some(row) = rows.next()? {
        if skipped.contains(&row.get::<_, i64>(5)?) {
            continue;
        }
        let number: i64 = row.get(0)?;
        if output.as_ref().is_none_or(|(known, _)| *known != number) {
            output = Some((number, Output::of(snapshot, project, number, as_of)?));
        }
        let person: i64 = row.get(2)?;
        if subject.as_ref().is_none_or(|(known, _)| *known != person) {
            let id: [u8; 16] = row.get(4)?;
            subject = Some((person, subject_from(&id, kind_from(row.get(3)?)?)));
        }
        let (Some((_, output)), Some((_, subject))) = (&output, &subject) else {
            continue;
        };
        let (received_at, sent_at) = (unsigned(row.get(7)?), unsigned(row.get(8)?));
        let bytes = row.get_ref(10)?.as_blob().map_err(rusqlite::Error::from)?;
        events.clear();
        for event in EventReader::of_output(bytes, unsigned(row.get(9)?), nobody.clone()) {
            let event = event.ok().and_then(Result::ok);
            let event = event.ok_or(StoreError::Unreadable("event"))?;
            let at = clock::corrected_within(event.at, sent_at, received_at, EVENT_AGE_MS_MAX);
            events.push((at, event.signal.kind()));
        }
        visit(&Conduct {
            output: output.number,
            named: output.named.as_ref(),
            subject,
            session: unsigned(row.get(1)?),
            signed: row.get(6)?,
            events: &events,
        })?;
    }
    Ok(())
}

/// An output as a server knows it.
struct Output {
    number: u64,
    named: Option<Named>,
}

impl Output {
    fn of(
        snapshot: &Transaction<'_>,
        project: ProjectId,
        number: i64,
        as_of: u64,
    ) -> Result<Self, StoreError> {
        let mut alias = snapshot.prepare_cached(
            "SELECT output FROM aliases WHERE project = ?1 AND alias = ?2 AND received_at <= ?3",
        )?;
        let key = params![project.0, number, time(as_of)];
        let number = alias
            .query_row(key, |row| row.get(0))
            .optional()?
            .unwrap_or(number);
        let mut select = snapshot.prepare_cached(
            "SELECT model, prompt_version FROM registrations INDEXED BY registrations_by_name
             WHERE project = ?1 AND output = ?2 AND received_at <= ?3",
        )?;
        let mut rows = select.query(params![project.0, number, time(as_of)])?;
        let mut named: Option<Named> = None;
        while let Some(row) = rows.next()? {
            // Each field was filled once.
            let named = named.get_or_insert_default();
            named.model = named.model.take().or(row.get(0)?);
            named.prompt_version = named.prompt_version.take().or(row.get(1)?);
        }
        Ok(Self {
            number: unsigned(number),
            named,
        })
    }
}

/// Origins that only servers have: what evaluations say and what was imported.
fn servers(snapshot: &Transaction<'_>, project: ProjectId) -> Result<HashSet<i64>, StoreError> {
    let mut select =
        snapshot.prepare_cached("SELECT origin, sdk FROM origins WHERE project = ?1")?;
    let mut rows = select.query([project.0])?;
    let mut servers = HashSet::new();
    while let Some(row) = rows.next()? {
        let sdk: String = row.get(1)?;
        if is_evaluation(&sdk) || is_import(&sdk) {
            servers.insert(row.get(0)?);
        }
    }
    Ok(servers)
}
