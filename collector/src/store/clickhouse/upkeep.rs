//! The books as a whole, whether they agree with what is there, and whether the server
//! finds its files sound.

use std::collections::{BTreeMap, BTreeSet};

use tacit_signals::codec::EventReader;

use super::{
    ClickHouseStore,
    blocks::{self, Block, Snapshot, Written},
    expire::{found::is_text, plan::Facts},
    links::Link,
    plan::Gone,
    rowbinary::{Rows, TAG_COLUMN},
};
use crate::{
    control::ProjectId,
    store::{Recount, Removing, StoreError, UpkeepStore},
};

/// All tables but those that say who changed what, and roll-ups, which are made again.
const TABLES: [&str; 11] = [
    "blocks",
    "chunks",
    "links",
    "outputs",
    "heard",
    "registrations",
    "seen",
    "assigned",
    "documents",
    "commits",
    "spans",
];
/// What a server says that cannot check a table like these: the oldest ones.
const NOT_IMPLEMENTED: u32 = 48;
/// How often events are counted again because some were removed meanwhile.
const ATTEMPTS: u32 = 5;

impl UpkeepStore for ClickHouseStore {
    fn all_fates(&self) -> Result<BTreeMap<ProjectId, BTreeMap<String, u64>>, StoreError> {
        Ok(blocks::fates(&blocks::writers(&self.client, None)?))
    }

    fn recount(&self, project: ProjectId) -> Result<Recount, StoreError> {
        let mut writers = blocks::writers(&self.client, None)?;
        for _ in 0..ATTEMPTS {
            let snapshot = Snapshot::of(&writers);
            // Events of these are booked as gone, and may be there.
            let plans = self.open_plans(project)?.into_iter();
            let booked = plans.filter(|(plan, _)| snapshot.sees(plan.block()));
            let going = Going {
                erased: booked.map(|(_, gone)| gone).collect(),
                expired: self.booked_as_expired(project, &snapshot)?,
            };
            let counted = self.counted_events(project, &snapshot, &going)?;
            let now = blocks::writers(&self.client, None)?;
            if removals(&now) == removals(&writers) {
                let fates = blocks::fates(&writers).remove(&project).unwrap_or_default();
                let booked = ["stored", "quarantined"].map(|name| fates.get(name).copied());
                return Ok(Recount {
                    project,
                    booked: booked.into_iter().flatten().sum(),
                    counted,
                });
            }
            writers = now;
        }
        Err(StoreError::Unreachable(
            "events are removed all the time".into(),
        ))
    }

    fn damage(&self, thoroughly: bool) -> Result<Vec<String>, StoreError> {
        let mut wrong = Vec::new();
        for table in TABLES {
            for (server, part) in self.client.parts(table) {
                match server.check(&part) {
                    Ok(true)
                    | Err(StoreError::ClickHouse {
                        code: NOT_IMPLEMENTED,
                        ..
                    }) => {}
                    Ok(false) => wrong.push(format!("{part} has parts that are damaged")),
                    Err(error) => return Err(error),
                }
            }
        }
        if thoroughly {
            let writers = blocks::writers(&self.client, None)?;
            let snapshot = Snapshot::of(&writers);
            self.unreadable(&snapshot, &mut wrong)?;
            self.without_twin(&snapshot, &mut wrong)?;
        }
        Ok(wrong)
    }

    fn removing(&self) -> Result<Removing<'_>, StoreError> {
        Ok(Removing::by(self.hold_removing()?))
    }
}

/// What is booked as gone, and may be there.
struct Going {
    erased: Vec<Gone>,
    expired: Vec<Facts>,
}

impl Going {
    /// The conditions of chunks that go, and of those that lose their texts.
    fn expired(&self, project: ProjectId) -> [String; 2] {
        let all = self
            .expired
            .iter()
            .map(|facts| facts.chunks_that_go(project));
        let all: Vec<[String; 2]> = all.collect();
        [0, 1].map(|place| {
            let any = all
                .iter()
                .map(|conditions| format!(" OR ({})", conditions[place]));
            format!("0{}", any.collect::<String>())
        })
    }
}

/// The writers of what was removed.
fn removals(writers: &[Written]) -> BTreeSet<u64> {
    let removals = writers.iter().filter(|written| written.is_removal());
    removals.map(|written| written.block.writer).collect()
}

impl ClickHouseStore {
    /// Events of all rows that count and that are not going.
    fn counted_events(
        &self,
        project: ProjectId,
        snapshot: &Snapshot,
        going: &Going,
    ) -> Result<u64, StoreError> {
        let [expired, stripped] = going.expired(project);
        let select = format!(
            "SELECT {TAG_COLUMN}, writer, number, row, output, base_at, events,
               toUInt8({expired}), toUInt8({stripped})
             FROM chunks WHERE project = {} ORDER BY writer, number, row",
            project.0
        );
        self.client.whole(&select, |rows| {
            let (mut count, mut last) = (0, None);
            while rows.next()? {
                let block = Block::read(rows)?;
                let at = (block, rows.u32()?);
                let (output, base_at) = (rows.id()?, rows.u64()?);
                let events = rows.bytes()?;
                let (is_expired, is_stripped) = (rows.bool()?, rows.bool()?);
                // The same row may be there twice until its parts are merged.
                if !snapshot.sees(block) || last.replace(at) == Some(at) || is_expired {
                    continue;
                }
                let value = format!("({},{},{})", block.writer, block.number, at.1);
                if going.erased.iter().any(|gone| gone.has("chunks", &value)) {
                    continue;
                }
                let events = EventReader::of_output(&events, base_at, output);
                let stays = |event: &Result<_, _>| match event {
                    Ok(Ok(event)) => !is_stripped || !is_text(event),
                    Ok(Err(_)) => true,
                    Err(_) => false,
                };
                count += events.filter(stays).count() as u64;
            }
            Ok(count)
        })
    }

    /// Chunks and registrations that cannot be read.
    fn unreadable(&self, snapshot: &Snapshot, wrong: &mut Vec<String>) -> Result<(), StoreError> {
        let select = format!(
            "SELECT {TAG_COLUMN}, writer, number, row, output, quarantined, base_at, events FROM chunks"
        );
        let chunks = self.client.whole(&select, |rows| {
            let mut unreadable = 0_u64;
            while rows.next()? {
                let block = Block::read(rows)?;
                let (_, output) = (rows.u32()?, rows.id()?);
                let (quarantined, base_at) = (rows.bool()?, rows.u64()?);
                let bytes = rows.bytes()?;
                let mut events = EventReader::of_output(&bytes, base_at, output);
                // Of kinds that are not known only the frame can be read.
                let is_sound =
                    events.all(|event| event.is_ok_and(|event| quarantined || event.is_ok()));
                unreadable += u64::from(snapshot.sees(block) && !is_sound);
            }
            Ok(unreadable)
        })?;
        let select = format!("SELECT {TAG_COLUMN}, writer, number, body FROM registrations");
        let registrations = self.client.whole(&select, |rows| {
            let mut unreadable = 0_u64;
            while rows.next()? {
                let block = Block::read(rows)?;
                let body = rows.bytes()?;
                let body = serde_json::from_slice::<crate::accept::registration::Body>(&body);
                unreadable += u64::from(snapshot.sees(block) && body.is_err());
            }
            Ok(unreadable)
        })?;
        for (count, what) in [(chunks, "chunks"), (registrations, "registrations")] {
            if count > 0 {
                wrong.push(format!("{count} {what} cannot be read"));
            }
        }
        Ok(())
    }

    /// What is kept twice, and is there once.
    fn without_twin(&self, snapshot: &Snapshot, wrong: &mut Vec<String>) -> Result<(), StoreError> {
        let one = |kind: Link, other: Link| {
            format!(
                "SELECT {TAG_COLUMN}, writer, number FROM links
                 WHERE kind = {} AND (project, source, target, received_at, writer, number) NOT IN
                   (SELECT project, target, source, received_at, writer, number
                    FROM links WHERE kind = {})",
                kind.number(),
                other.number()
            )
        };
        let heard = |table: &str, other: &str| {
            format!(
                "SELECT {TAG_COLUMN}, writer, number FROM {table}
                 WHERE (project, id, told, writer, number) NOT IN
                   (SELECT project, id, told, writer, number FROM {other})"
            )
        };
        let outputs = format!(
            "SELECT {TAG_COLUMN}, writer, number FROM chunks
             WHERE (project, output) NOT IN (SELECT project, id FROM outputs)"
        );
        for (select, what) in [
            (
                one(Link::Placed, Link::In),
                "conversations of outputs are known from one side",
            ),
            (
                one(Link::In, Link::Placed),
                "outputs of conversations are known from one side",
            ),
            (
                one(Link::AliasOf, Link::Aliases),
                "aliases are known from one side",
            ),
            (
                one(Link::Aliases, Link::AliasOf),
                "outputs of aliases are known from one side",
            ),
            (heard("outputs", "heard"), "outputs are not listed by time"),
            (
                heard("heard", "outputs"),
                "outputs are listed by time alone",
            ),
            (outputs, "chunks are of an output that was never heard of"),
        ] {
            let found = self
                .client
                .all(&select, |rows: &mut Rows| Block::read(rows))?;
            let seen = found.into_iter().filter(|block| snapshot.sees(*block));
            let count = seen.count();
            if count > 0 {
                wrong.push(format!("{count} {what}"));
            }
        }
        Ok(())
    }
}
