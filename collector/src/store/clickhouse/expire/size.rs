//! How large the database is, and how far back it reaches.

use std::collections::BTreeMap;

use super::super::{
    ClickHouseStore,
    blocks::Snapshot,
    links::Link,
    literal::quoted,
    rowbinary::{Rows, TAG_COLUMN},
};
use crate::{
    control::ProjectId,
    expire::Horizon,
    store::{StoreBytes, StoreError},
};

const CHUNKS: &str = "chunks";

impl ClickHouseStore {
    /// When the oldest was received that may be past its time, from `from` on.
    pub(super) fn oldest_due(
        &self,
        project: ProjectId,
        horizon: Horizon,
        from: u64,
    ) -> Result<Option<u64>, StoreError> {
        let Horizon {
            signals_before,
            texts_before,
        } = horizon;
        let texts = format!("received_at < {texts_before} AND texts > 0");
        let past = format!("received_at < {signals_before}");
        let mut oldest: Option<u64> = None;
        for (table, is_due) in [
            (
                "chunks",
                format!("({past} OR ({texts} AND quarantined = 0))"),
            ),
            ("registrations", format!("({past} OR ({texts}))")),
            ("outputs", past.clone()),
            (
                "links",
                format!("{past} AND kind = {}", Link::AliasOf.number()),
            ),
        ] {
            let select = format!(
                "SELECT {TAG_COLUMN}, min(received_at) FROM {table}
                 WHERE project = {} AND received_at >= {from} AND {is_due} HAVING count() > 0",
                project.0
            );
            let found = self.client.all(&select, Rows::u64)?.into_iter().next();
            oldest = oldest.into_iter().chain(found).min();
        }
        Ok(oldest)
    }

    pub(super) fn oldest_heard(&self, since: u64) -> Result<Option<u64>, StoreError> {
        let snapshot = Snapshot::take(&self.client)?;
        let select = format!(
            "SELECT {TAG_COLUMN}, min(received_at) FROM heard
             WHERE received_at >= {since} AND {} HAVING count() > 0",
            snapshot.condition()
        );
        Ok(self.client.all(&select, Rows::u64)?.into_iter().next())
    }

    /// All parts on the devices of all servers, those that hold something, and these by
    /// table.
    pub(super) fn sizes(&self) -> Result<(StoreBytes, Vec<(String, u64)>), StoreError> {
        let select = format!(
            "SELECT {TAG_COLUMN}, table, sum(toUInt64(bytes_on_disk)),
               sumIf(toUInt64(bytes_on_disk), active = 1)
             FROM system.parts WHERE database = {} GROUP BY table",
            quoted(self.client.database())
        );
        let mut bytes = StoreBytes::default();
        let mut tables: BTreeMap<String, u64> = BTreeMap::new();
        // Every server has a part of the chunks.
        for (server, part) in self.client.parts(CHUNKS) {
            let suffix = part.strip_prefix(CHUNKS).unwrap_or_default();
            let told = server.all(&select, |rows| Ok((rows.text()?, rows.u64()?, rows.u64()?)))?;
            for (table, all, used) in told {
                bytes.file += all;
                bytes.used += used;
                let name = table.strip_suffix(suffix).unwrap_or(&table);
                *tables.entry(name.into()).or_default() += used;
            }
        }
        let mut tables: Vec<(String, u64)> = tables.into_iter().collect();
        tables.sort_by(|a, b| (b.1, &a.0).cmp(&(a.1, &b.0)));
        Ok((bytes, tables))
    }
}
