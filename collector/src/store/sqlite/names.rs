//! What the numbers in a chunk stand for, remembered while many are read.
//!
//! Chunks that are read one after the other are mostly of one conversation, and so of one
//! person and one session; and a whole project has a handful of origins. Looking all three
//! up for every chunk took a third of the time that reading it took.

use std::{cell::RefCell, collections::HashMap};

use rusqlite::Transaction;
use tacit_signals::SessionId;

use super::intern::{ORIGINS_MAX, kind_from};
use crate::{
    accept::record::subject_from,
    store::{
        StoreError,
        rows::{Origin, StoredSubject},
    },
};

/// The names of one snapshot that were asked for last.
pub(super) struct Names<'a> {
    snapshot: &'a Transaction<'a>,
    session: RefCell<Option<(i64, SessionId)>>,
    subject: RefCell<Option<(i64, StoredSubject)>>,
    origins: RefCell<HashMap<i64, Origin>>,
}

impl<'a> Names<'a> {
    pub(super) fn of(snapshot: &'a Transaction<'a>) -> Self {
        Self {
            snapshot,
            session: RefCell::default(),
            subject: RefCell::default(),
            origins: RefCell::default(),
        }
    }

    pub(super) fn session(&self, number: i64) -> Result<SessionId, StoreError> {
        last(&self.session, number, || {
            let mut select = self
                .snapshot
                .prepare_cached("SELECT id FROM sessions WHERE session = ?1")?;
            Ok(SessionId(select.query_row([number], |row| row.get(0))?))
        })
    }

    pub(super) fn subject(&self, number: i64) -> Result<StoredSubject, StoreError> {
        last(&self.subject, number, || {
            let mut select = self
                .snapshot
                .prepare_cached("SELECT kind, id FROM subjects WHERE subject = ?1")?;
            let row = select.query_row([number], |row| Ok((row.get(0)?, row.get(1)?)));
            let (kind, id): (_, [u8; 16]) = row?;
            Ok(subject_from(&id, kind_from(kind)?))
        })
    }

    pub(super) fn origin(&self, number: i64) -> Result<Origin, StoreError> {
        let mut known = self.origins.borrow_mut();
        if let Some(origin) = known.get(&number) {
            return Ok(origin.clone());
        }
        let mut select = self
            .snapshot
            .prepare_cached("SELECT lang, device, surface, sdk FROM origins WHERE origin = ?1")?;
        let origin = select.query_row([number], |row| {
            Ok(Origin {
                lang: row.get(0)?,
                device: row.get(1)?,
                surface: row.get(2)?,
                sdk: row.get(3)?,
            })
        })?;
        // Whoever has a publishable key can make up any number of them.
        if known.len() >= ORIGINS_MAX {
            known.clear();
        }
        known.insert(number, origin.clone());
        Ok(origin)
    }
}

/// What `number` stood for the last time, or what `find` finds it to stand for.
fn last<T: Clone>(
    known: &RefCell<Option<(i64, T)>>,
    number: i64,
    find: impl FnOnce() -> Result<T, StoreError>,
) -> Result<T, StoreError> {
    if let Some((before, name)) = &*known.borrow()
        && *before == number
    {
        return Ok(name.clone());
    }
    let name = find()?;
    *known.borrow_mut() = Some((number, name.clone()));
    Ok(name)
}
