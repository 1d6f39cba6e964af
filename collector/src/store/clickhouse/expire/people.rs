//! Who is left: sessions of which nothing is, arms of experiments, and how many people go
//! with them.
//!
//! Nobody stands anywhere but with what they did, and with their arms. So a person goes
//! with the last of both, and is counted there.

use std::collections::{BTreeMap, BTreeSet};

use tacit_signals::SessionId;

use super::{
    super::{
        ClickHouseStore,
        blocks::Snapshot,
        literal::{list, quoted},
        plan::Plan as Books,
        rowbinary::{Rows, TAG_COLUMN},
    },
    found::{Found, Person},
    plan::{Plan, one_of},
};
use crate::{
    control::ProjectId,
    expire::{Horizon, Horizons},
    store::{Left, StoreError, expiries::REMEMBERED_MS},
};

/// People, and sessions, that are asked for in one query.
const AT_ONCE: usize = 20_000;
/// Sessions that are removed at once.
const SESSIONS: usize = 100_000;

/// Some sessions of which nothing is left.
#[derive(Debug)]
pub(super) struct Few {
    pub(super) project: ProjectId,
    /// The condition that a block was looked at.
    seen: String,
    /// Sessions and their hashes.
    sessions: Vec<(SessionId, u64)>,
}

impl ClickHouseStore {
    /// How many of `people` are nowhere: what `goes` aside.
    fn nowhere(
        &self,
        snapshot: &Snapshot,
        project: ProjectId,
        people: &BTreeSet<Person>,
        goes: Option<&Found>,
        arms_from: u64,
    ) -> Result<u64, StoreError> {
        let looked_at = format!("project = {} AND {}", project.0, snapshot.condition());
        let from = goes.map_or(0, |found| found.facts.before.signals_before);
        let mut left = people.clone();
        for some in people.iter().collect::<Vec<_>>().chunks(AT_ONCE) {
            let ids = list(some.iter().map(|(_, id)| id));
            let select = format!(
                "SELECT DISTINCT {TAG_COLUMN}, kind, subject, output, session, received_at,
                   first_seq
                 FROM chunks WHERE {looked_at} AND received_at >= {from} AND subject IN {ids}"
            );
            let mut rows = self.client.stream(&select)?;
            while rows.next()? {
                let person = (rows.u8()?, rows.fixed()?);
                let chunk = (
                    rows.id()?,
                    SessionId(rows.fixed()?),
                    rows.u64()?,
                    rows.u32()?,
                );
                if !goes.is_some_and(|found| found.has(&chunk)) {
                    left.remove(&person);
                }
            }
            let select = format!(
                "SELECT {TAG_COLUMN}, kind, subject FROM assigned
                 WHERE {looked_at} AND subject IN {ids} GROUP BY experiment, kind, subject
                 HAVING min(received_at) >= {arms_from}"
            );
            for person in self
                .client
                .all(&select, |rows| Ok((rows.u8()?, rows.fixed()?)))?
            {
                left.remove(&person);
            }
        }
        Ok(left.len() as u64)
    }

    /// How many people go with what was found.
    pub(super) fn people_of(&self, snapshot: &Snapshot, found: &Found) -> Result<u64, StoreError> {
        self.nowhere(snapshot, found.project, &found.people, Some(found), 0)
    }

    /// Arms that became known before, how many, and how many people go with them.
    pub(super) fn arms(
        &self,
        project: ProjectId,
        before: u64,
    ) -> Result<Option<(Plan, u64, u64)>, StoreError> {
        let snapshot = Snapshot::take(&self.client)?;
        let looked_at = format!("project = {} AND {}", project.0, snapshot.condition());
        let select = format!(
            "SELECT {TAG_COLUMN}, experiment, kind, subject, max(received_at) FROM assigned
             WHERE {looked_at} GROUP BY experiment, kind, subject
             HAVING min(received_at) < {before}"
        );
        let arms = self.client.all(&select, |rows| {
            Ok((rows.text()?, (rows.u8()?, rows.fixed()?), rows.u64()?))
        })?;
        if arms.is_empty() {
            return Ok(None);
        }
        // What was told again goes with what was told first.
        let again = arms.iter().filter(|(_, _, last)| *last >= before);
        let again: Vec<String> = again
            .map(|(experiment, (kind, id), _)| {
                format!("({},{kind},{})", quoted(experiment), quoted(id))
            })
            .collect();
        let mut stamps = Vec::new();
        for again in again.chunks(AT_ONCE) {
            let select = format!(
                "SELECT {TAG_COLUMN}, told FROM assigned WHERE {looked_at}
                   AND (experiment, kind, subject) IN ({})",
                again.join(",")
            );
            stamps.extend(self.client.all(&select, Rows::u64)?);
        }
        let people = arms.iter().map(|(_, person, _)| *person).collect();
        let people = self.nowhere(&snapshot, project, &people, None, before)?;
        let condition = format!(
            "{looked_at} AND (received_at < {before} OR {})",
            one_of("told", &stamps)
        );
        let plan = Plan {
            project: project.0,
            books: Books::new("")?,
            rows: vec![("assigned".into(), condition)],
            facts: None,
        };
        Ok(Some((plan, arms.len() as u64, people)))
    }

    /// Sessions of which nothing is left, and whose events do not come again.
    pub(super) fn sessions_left(&self, horizons: &Horizons, now: u64) -> Result<Left, StoreError> {
        let snapshot = Snapshot::take(&self.client)?;
        let seen = snapshot.condition();
        let mut portions = Vec::new();
        for (&project, horizon) in horizons {
            let before = Horizon::latest(*horizon);
            let select = format!(
                "SELECT {TAG_COLUMN}, session, cityHash64(session) FROM seen
                 WHERE project = {} AND {seen} GROUP BY session
                 HAVING min(received_at) < {before} AND max(received_at) <= {}",
                project.0,
                now.saturating_sub(REMEMBERED_MS)
            );
            let over = self
                .client
                .all(&select, |rows| Ok((SessionId(rows.fixed()?), rows.u64()?)))?;
            let mut found: BTreeMap<SessionId, u64> = over.into_iter().collect();
            if found.is_empty() {
                continue;
            }
            // Of blocks that do not count yet, too: theirs is the session as well.
            let select = format!(
                "SELECT DISTINCT {TAG_COLUMN}, session FROM chunks WHERE project = {}",
                project.0
            );
            let mut rows = self.client.stream(&select)?;
            while rows.next()? {
                found.remove(&SessionId(rows.fixed()?));
            }
            let found: Vec<(SessionId, u64)> = found.into_iter().collect();
            portions.extend(found.chunks(SESSIONS).map(|sessions| Few {
                project,
                seen: seen.clone(),
                sessions: sessions.to_vec(),
            }));
        }
        let sessions = portions.iter().map(|few| few.sessions.len()).sum();
        Ok(Left::new((sessions, 0), portions))
    }

    /// What goes of them by now, and how many: those that were heard of since stay.
    pub(super) fn still_left(&self, few: &Few) -> Result<(Plan, u64), StoreError> {
        let of = format!("project = {}", few.project.0);
        let mut left: BTreeMap<SessionId, u64> = few.sessions.iter().copied().collect();
        for some in few.sessions.chunks(AT_ONCE) {
            let select = format!(
                "SELECT {TAG_COLUMN}, session, min(toUInt8({seen})) FROM seen
                 WHERE {of} AND session IN {} GROUP BY session",
                list(some.iter().map(|(session, _)| session.0)),
                seen = few.seen,
            );
            let there = self
                .client
                .all(&select, |rows| Ok((SessionId(rows.fixed()?), rows.bool()?)))?;
            let there: BTreeMap<SessionId, bool> = there.into_iter().collect();
            for (session, _) in some {
                // Another collector may have removed it meanwhile.
                if there.get(session) != Some(&true) {
                    left.remove(session);
                }
            }
        }
        let condition = format!(
            "{of} AND {} AND {}",
            few.seen,
            one_of("cityHash64(session)", left.values())
        );
        let plan = Plan {
            project: few.project.0,
            books: Books::new("")?,
            rows: vec![("seen".into(), condition)],
            facts: None,
        };
        Ok((plan, left.len() as u64))
    }
}
