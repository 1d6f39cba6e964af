//! Rows of blocks that never counted and never will: their writer is sealed, or it is of a
//! removal whose maker died before it was written down. They are of people too.

use std::collections::BTreeMap;

use super::super::{
    ClickHouseStore, blocks, removal,
    rowbinary::{Rows, TAG_COLUMN},
};
use crate::store::StoreError;

/// Tables of facts, and of what blocks touched.
const TABLES: [&str; 8] = [
    "chunks",
    "links",
    "outputs",
    "heard",
    "registrations",
    "seen",
    "assigned",
    "touched",
];
/// Writers that one statement names.
const WRITERS_MAX: usize = 1_000;

impl ClickHouseStore {
    /// Removes them. Only who holds the lease of removing may, or the rows of a removal
    /// that is about to be written down would go.
    pub(in super::super) fn sweep(&self) -> Result<(), StoreError> {
        let mut last: BTreeMap<u64, (u64, bool)> = BTreeMap::new();
        for written in blocks::writers(&self.client, None)? {
            let block = written.block;
            last.insert(block.writer, (block.number, written.is_sealed()));
        }
        let planned = self.planned_writers()?;
        for table in TABLES {
            let select = format!(
                "SELECT {TAG_COLUMN}, writer, toUInt64(max(number)) FROM {table} GROUP BY writer"
            );
            let found = self
                .client
                .all(&select, |rows: &mut Rows| Ok((rows.u64()?, rows.u64()?)))?;
            let dead = found.into_iter().filter_map(|(writer, number)| {
                let of_removal = writer & blocks::REMOVAL != 0;
                match last.get(&writer) {
                    Some((last, true)) if number > *last => {
                        Some(format!("(writer = {writer} AND number > {last})"))
                    }
                    None if of_removal && !planned.contains(&writer) => {
                        Some(format!("writer = {writer}"))
                    }
                    _ => None,
                }
            });
            let dead: Vec<String> = dead.collect();
            for dead in dead.chunks(WRITERS_MAX) {
                removal::delete(&self.client, table, &dead.join(" OR "))?;
            }
        }
        Ok(())
    }
}
