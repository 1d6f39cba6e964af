//! What of a project is past a moment.
//!
//! As in the other store: what one session did with one output goes as a whole, as soon
//! as any of it is past its time, and an output with all its ids once nothing younger is
//! known of it. Looked for is by time: everything that was received before, and then
//! whatever else is known of the outputs that it is about.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use tacit_signals::{Id, SessionId};

use super::{
    super::{blocks::Snapshot, client::Client, links::Link, rowbinary::TAG_COLUMN},
    found::{Found, Once, Read},
};
use crate::{control::ProjectId, expire::Horizon, store::StoreError};

/// Outputs of which all is looked up at once.
const AT_ONCE: usize = 2_000;

pub(in super::super) struct Looking<'a> {
    pub(in super::super) client: &'a Client,
    pub(in super::super) snapshot: &'a Snapshot,
    pub(in super::super) project: ProjectId,
    pub(in super::super) before: Horizon,
}

/// Of rows that were received before.
#[derive(Default)]
struct Past {
    outputs: Vec<(Id, u64)>,
    registrations: Vec<(Id, u64)>,
    links: Vec<(u8, Id, Id, u64)>,
}

impl Looking<'_> {
    /// Everything, with `told` above all stamps there are.
    pub(in super::super) fn look(&self, told: u64) -> Result<Found, StoreError> {
        let (mut found, mut losing) = self.chunks()?;
        found.facts.before = self.before;
        found.facts.seen = self.snapshot.condition();
        found.facts.told = told;
        let past = self.past(&mut found, &mut losing)?;
        let mut candidates = losing.clone();
        candidates.extend(past.outputs.iter().map(|(id, _)| id.clone()));
        candidates.extend(past.registrations.iter().map(|(id, _)| id.clone()));
        for (kind, source, target, _) in &past.links {
            let is_target = *kind == Link::Placed.number() || *kind == Link::AliasOf.number();
            candidates.insert(if is_target { target } else { source }.clone());
        }
        let candidates: Vec<Id> = candidates.into_iter().collect();
        let mut stay = BTreeSet::new();
        let mut done = HashSet::new();
        for ids in candidates.chunks(AT_ONCE) {
            let window = self.window(ids, &mut done)?;
            self.judge(&mut found, window, &losing, &mut stay)?;
        }
        let stamps = &mut found.facts.stay;
        for (id, told) in past.outputs.iter().chain(&past.registrations) {
            if stay.contains(id) {
                stamps.insert(*told);
            }
        }
        for (kind, source, target, told) in &past.links {
            let of = |link: Link| *kind == link.number();
            let id = if of(Link::Placed) || of(Link::AliasOf) {
                target
            } else {
                source
            };
            let places = of(Link::Placed) || of(Link::In);
            if stay.contains(id) && !(places && found.unplaced.contains(id)) {
                stamps.insert(*told);
            }
        }
        Ok(found)
    }

    pub(super) fn looked_at(&self) -> String {
        format!(
            "project = {} AND {}",
            self.project.0,
            self.snapshot.condition()
        )
    }

    /// Chunks that were received before; and ids that lose something.
    fn chunks(&self) -> Result<(Found, BTreeSet<Id>), StoreError> {
        let Horizon {
            signals_before,
            texts_before,
        } = self.before;
        let select = format!(
            "SELECT {TAG_COLUMN}, output, session, received_at, first_seq, quarantined, kind,
               subject, base_at, events, writer, number, row
             FROM chunks WHERE {} AND (received_at < {signals_before}
               OR (received_at < {texts_before} AND texts > 0 AND quarantined = 0))
             ORDER BY output, session, received_at, writer, number, row",
            self.looked_at()
        );
        self.client.whole(&select, |rows| {
            let mut found = Found {
                project: self.project,
                ..Found::default()
            };
            let mut losing = BTreeSet::new();
            let mut once = Once::default();
            while rows.next()? {
                let (output, session) = (rows.id()?, SessionId(rows.fixed()?));
                let (received_at, first_seq, quarantined) =
                    (rows.u64()?, rows.u32()?, rows.bool()?);
                let person = (rows.u8()?, rows.fixed()?);
                let (base_at, bytes) = (rows.u64()?, rows.bytes()?);
                let row = (rows.u64()?, rows.u64()?, rows.u32()?);
                let Some(read) = once.read(row, &output, base_at, &bytes) else {
                    continue;
                };
                losing.insert(output.clone());
                if received_at < signals_before {
                    found.due.entry(output).or_default().insert(session);
                    found.people.insert(person);
                    found.goes(&read, bytes.len(), quarantined);
                } else if !found.is_due(&output, session) {
                    if read.is_texts {
                        let chunk = (output, session, received_at, first_seq);
                        found.emptied.insert(chunk);
                        found.people.insert(person);
                    }
                    let texts = Read {
                        events: read.texts,
                        ..read
                    };
                    found.goes(&texts, bytes.len(), false);
                }
            }
            Ok((found, losing))
        })
    }

    fn past(&self, found: &mut Found, losing: &mut BTreeSet<Id>) -> Result<Past, StoreError> {
        let Horizon {
            signals_before,
            texts_before,
        } = self.before;
        let looked_at = self.looked_at();
        let before = format!("{looked_at} AND received_at < {signals_before}");
        let mut past = Past {
            outputs: self.client.all(
                &format!("SELECT {TAG_COLUMN}, id, told FROM outputs WHERE {before}"),
                |rows| Ok((rows.id()?, rows.u64()?)),
            )?,
            links: self.client.all(
                &format!(
                    "SELECT {TAG_COLUMN}, kind, source, target, told FROM links WHERE {before}"
                ),
                |rows| Ok((rows.u8()?, rows.id()?, rows.id()?, rows.u64()?)),
            )?,
            ..Past::default()
        };
        let select = format!(
            "SELECT {TAG_COLUMN}, output, told, received_at, texts, toUInt64(length(body))
             FROM registrations WHERE {looked_at} AND (received_at < {signals_before}
               OR (texts = 1 AND received_at < {texts_before}))"
        );
        let rows = self.client.all(&select, |rows| {
            let (of, received_at) = ((rows.id()?, rows.u64()?), rows.u64()?);
            Ok((of, (received_at, rows.bool()?, rows.u64()?)))
        })?;
        // Each once, whether it is merged with its twin yet or not.
        let rows: BTreeMap<_, _> = rows.into_iter().collect();
        for ((output, told), (received_at, has_texts, bytes)) in rows {
            if has_texts {
                found.count("registered_texts", 1);
                found.count("bytes", bytes);
                losing.insert(output.clone());
            }
            if received_at < signals_before {
                past.registrations.push((output, told));
            }
        }
        Ok(past)
    }
}
