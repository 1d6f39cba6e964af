//! Blocks: what is written together counts together, and once.
//!
//! The one thread of a collector that writes facts is a *writer*: a random number of its
//! own, and blocks counted from 1. All rows of a block carry (writer, number). The last
//! row that is inserted, into `blocks`, says that the block counts; it is one row, so
//! it is there or not, and the position in the log and all counters are in it. Readers
//! read `blocks` first and then leave out every row of a block that did not count by
//! then: so they see whole blocks, and what many queries read is of one moment.
//!
//! A block that failed, whether its last row arrived or not, ends its writer. The next
//! one *seals* it: a row of a higher version says after which block it ended, so an
//! insert that was under way and arrives late changes nothing. In the same process that
//! is the block before the one that failed, as its maker was told that nothing was
//! written. After a crash it is the last one that counted, and its position is where the
//! log is read on. What was left of a block that never counted is never seen.
//!
//! That no two processes write as the same collector is seen to by the lock on the data
//! directory that the collector's name is kept in.

use std::collections::{BTreeMap, HashMap};

use super::{
    client::Client,
    literal::quoted,
    rowbinary::{Out, Rows, TAG_COLUMN},
};
use crate::{control::ProjectId, keyed::random, log::Position, store::StoreError};

/// Above all numbers.
const SEALED: u64 = 1 << 62;
/// Above all that are sealed.
const UNDONE: u64 = SEALED | 1 << 61;
/// In the numbers of writers that are removals, and in no others.
pub(super) const REMOVAL: u64 = 1 << 63;

/// Which block a row belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Block {
    pub(super) writer: u64,
    pub(super) number: u64,
}

impl Block {
    /// The last two columns of every table of facts.
    pub(super) fn read(rows: &mut Rows) -> Result<Self, StoreError> {
        Ok(Self {
            writer: rows.u64()?,
            number: rows.u64()?,
        })
    }

    pub(super) fn put(self, out: &mut Out) {
        out.u64(self.writer).u64(self.number);
    }
}

/// Counters by project and name. What was removed is taken off by a writer of its own.
pub(super) type Fates = BTreeMap<u32, BTreeMap<String, i64>>;

/// How far a writer is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Written {
    pub(super) block: Block,
    epoch: u64,
    version: u64,
    pub(super) position: Position,
    pub(super) fates: Fates,
    /// Which graves the last block knew of.
    pub(super) graves: u64,
}

/// Which blocks count.
#[derive(Debug)]
pub(super) struct Snapshot(HashMap<u64, u64>);

impl Snapshot {
    pub(super) fn take(client: &Client) -> Result<Self, StoreError> {
        let select = format!("SELECT {TAG_COLUMN}, writer, number, version FROM blocks");
        let rows = client.all(&select, |rows| Ok((Block::read(rows)?, rows.u64()?)))?;
        let mut last: HashMap<u64, (u64, u64)> = HashMap::new();
        for (block, version) in rows {
            let known = last.entry(block.writer).or_default();
            *known = (*known).max((version, block.number));
        }
        let numbers = last.into_iter();
        Ok(Self(
            numbers
                .map(|(writer, (_, number))| (writer, number))
                .collect(),
        ))
    }

    /// The last block of each writer.
    pub(super) fn writers(&self) -> impl Iterator<Item = (u64, u64)> {
        self.0.iter().map(|(writer, number)| (*writer, *number))
    }

    /// The one that these writers are.
    pub(super) fn of(writers: &[Written]) -> Self {
        let blocks = writers.iter().map(|written| written.block);
        Self(blocks.map(|block| (block.writer, block.number)).collect())
    }

    /// The condition that a row is of a block that is there.
    pub(super) fn condition(&self) -> String {
        let mut last: Vec<(&u64, &u64)> = self.0.iter().collect();
        last.sort_unstable();
        if last.is_empty() {
            return "0".into();
        }
        let array = |numbers: Vec<&u64>| {
            let typed = numbers.iter().map(|number| format!("toUInt64({number})"));
            typed.collect::<Vec<_>>().join(",")
        };
        let (writers, numbers) = last.into_iter().unzip();
        let (writers, numbers) = (array(writers), array(numbers));
        format!("number <= transform(writer, [{writers}], [{numbers}], toUInt64(0))")
    }

    /// Whether a row of `block` is there.
    pub(super) fn sees(&self, block: Block) -> bool {
        let last = self.0.get(&block.writer);
        last.is_some_and(|last| block.number <= *last)
    }
}

/// All writers of a collector, or of all, as they are now.
pub(super) fn writers(
    client: &Client,
    collector: Option<&str>,
) -> Result<Vec<Written>, StoreError> {
    let of = collector.map_or_else(String::new, |collector| {
        format!(" WHERE collector = {}", quoted(collector))
    });
    of_collectors(client, &of)
}

fn of_collectors(client: &Client, of: &str) -> Result<Vec<Written>, StoreError> {
    let select = format!(
        "SELECT {TAG_COLUMN}, writer, number, epoch, version, segment, offset, fates, graves FROM blocks{of}"
    );
    let rows = client.all(&select, |rows| {
        let block = Block::read(rows)?;
        let (epoch, version) = (rows.u64()?, rows.u64()?);
        let position = Position {
            segment: rows.u64()?,
            offset: rows.u64()?,
        };
        let fates = serde_json::from_str(&rows.text()?);
        Ok(Written {
            block,
            epoch,
            version,
            position,
            fates: fates.map_err(|_| StoreError::Unreadable("counter"))?,
            graves: rows.u64()?,
        })
    })?;
    let mut newest: BTreeMap<u64, Written> = BTreeMap::new();
    for row in rows {
        let known = newest.get(&row.block.writer);
        if known.is_none_or(|known| known.version < row.version) {
            newest.insert(row.block.writer, row);
        }
    }
    Ok(newest.into_values().collect())
}

/// All writers of other collectors, as they are now.
pub(super) fn others(client: &Client, collector: &str) -> Result<Vec<Written>, StoreError> {
    of_collectors(
        client,
        &format!(" WHERE collector != {}", quoted(collector)),
    )
}

/// Where the log of a collector is read on.
pub(super) fn position(client: &Client, collector: &str) -> Result<Position, StoreError> {
    let writers = writers(client, Some(collector))?;
    let last = writers.iter().max_by_key(|written| written.epoch);
    Ok(last.map_or_else(Position::default, |last| last.position))
}

/// All counters, by project.
pub(super) fn fates(writers: &[Written]) -> BTreeMap<ProjectId, BTreeMap<String, u64>> {
    let mut sums: BTreeMap<ProjectId, BTreeMap<String, i64>> = BTreeMap::new();
    for written in writers {
        for (project, counts) in &written.fates {
            let of = sums.entry(ProjectId(*project)).or_default();
            for (name, count) in counts {
                *of.entry(name.clone()).or_default() += count;
            }
        }
    }
    let count = |(name, sum)| (name, u64::try_from(sum).unwrap_or(0));
    let sums = sums.into_iter();
    sums.map(|(project, counts)| (project, counts.into_iter().map(count).collect()))
        .collect()
}

/// A new writer for a collector. Those before it are sealed: as `undone` says, where a
/// block of that writer failed in this process, and else as they are. `known` are those
/// there are, `graves` those that are known.
pub(super) fn begin(
    client: &Client,
    collector: &str,
    mut known: Vec<Written>,
    undone: Option<&Written>,
    graves: u64,
) -> Result<Written, StoreError> {
    if let Some(undone) = undone {
        known.retain(|written| written.block.writer != undone.block.writer);
        known.push(undone.clone());
    }
    let mut seals = Out::default();
    for written in known.iter_mut().filter(|written| written.version < SEALED) {
        written.version = SEALED | written.block.number;
        put(&mut seals, collector, written)?;
    }
    client.insert(COLUMNS, &seals)?;
    let last = known.iter().max_by_key(|written| written.epoch);
    Ok(Written {
        block: Block {
            writer: u64::from_le_bytes(random()?) & !REMOVAL,
            number: 0,
        },
        epoch: last.map_or(0, |last| last.epoch) + 1,
        version: 0,
        position: last.map_or_else(Position::default, |last| last.position),
        fates: Fates::new(),
        graves,
    })
}

/// Makes no block of a collector count any more: its writers end before their first one.
pub(super) fn undo(client: &Client, collector: &str) -> Result<(), StoreError> {
    let mut rows = Out::default();
    for mut written in writers(client, Some(collector))? {
        written.block.number = 0;
        written.version = UNDONE;
        written.fates.clear();
        put(&mut rows, collector, &written)?;
    }
    client.insert(COLUMNS, &rows)
}

impl Written {
    /// The only block of a writer that no collector is: of what comes of a removal, see
    /// plan.rs. It is sealed with it.
    pub(super) fn of_removal(block: Block, fates: Fates) -> Self {
        Self {
            block,
            epoch: 0,
            version: SEALED | block.number,
            position: Position::default(),
            fates,
            graves: 0,
        }
    }

    /// Whether no block of it may come any more.
    pub(super) const fn is_sealed(&self) -> bool {
        self.version >= SEALED
    }

    /// Whether it is of a removal.
    pub(super) const fn is_removal(&self) -> bool {
        self.block.writer & REMOVAL != 0
    }

    /// This writer after its next block.
    pub(super) fn next(&self) -> Self {
        let mut next = self.clone();
        next.block.number += 1;
        next.version = next.block.number;
        next
    }

    /// Says that the last block counts.
    pub(super) fn commit(&self, client: &Client, collector: &str) -> Result<(), StoreError> {
        let mut row = Out::default();
        put(&mut row, collector, self)?;
        client.insert(COLUMNS, &row)
    }
}

const COLUMNS: &str = "blocks (collector, writer, number, epoch, version, segment, offset, fates,
  graves)";

fn put(out: &mut Out, collector: &str, written: &Written) -> Result<(), StoreError> {
    let fates = serde_json::to_string(&written.fates);
    let fates = fates.map_err(|_| StoreError::Unreadable("counter"))?;
    out.text(collector);
    written.block.put(out);
    out.u64(written.epoch).u64(written.version);
    out.u64(written.position.segment)
        .u64(written.position.offset);
    out.text(&fates).u64(written.graves);
    Ok(())
}
