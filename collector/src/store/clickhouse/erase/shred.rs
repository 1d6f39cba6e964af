//! When what was removed is on no disk any more.
//!
//! A server writes parts anew that hold rows which go, and leaves the old ones where they
//! are for a while (`old_parts_lifetime`, eight minutes), as it does with parts that were
//! merged. `system.parts` tells of them until their files are gone. So there is nothing
//! to do, but to wait for those that were replaced by a moment after everything was removed.

use std::{thread, time::Duration};

use super::super::{
    ClickHouseStore,
    documents::{NewDocument, Which},
    literal::quoted,
    rowbinary::{Rows, TAG_COLUMN},
};
use crate::{control::ProjectId, store::StoreError};

/// That moment by the server's clock, Unix seconds.
const SHRED: &str = "shred";
const NOBODY: ProjectId = ProjectId(0);
const POLL: Duration = Duration::from_millis(250);

impl ClickHouseStore {
    pub(super) fn begin_shredding(&self) -> Result<(), StoreError> {
        let select = format!("SELECT {TAG_COLUMN}, toUInt64(toUnixTimestamp(now()))");
        let now = self.client.all(&select, Rows::u64)?;
        let now = now.first().ok_or(StoreError::Unreadable("time"))?;
        self.note(&[NewDocument::new(SHRED, NOBODY, "", now)?])
    }

    pub(super) fn has_shredded(&self) -> Result<bool, StoreError> {
        let moments = self.documents::<u64>(SHRED, Which::All)?;
        let moment = moments.into_iter().map(|moment| moment.body).max();
        let left = self.left_of(moment.unwrap_or(0))?;
        if left > 0 {
            thread::sleep(POLL);
        }
        Ok(left == 0)
    }

    /// Parts that were replaced by then and statements that are not done. A part that is
    /// being unlinked is among them as well, if its state is asked for.
    fn left_of(&self, moment: u64) -> Result<u64, StoreError> {
        let database = quoted(self.client.database());
        let selects = [
            format!(
                "SELECT {TAG_COLUMN}, toUInt64(count()) FROM system.parts
                 WHERE database = {database}
                   AND _state IN ('Outdated', 'Deleting', 'DeleteOnDestroy')
                   AND toUInt64(toUnixTimestamp(remove_time)) <= {moment}"
            ),
            format!(
                "SELECT {TAG_COLUMN}, toUInt64(count()) FROM system.mutations
                 WHERE database = {database} AND is_done = 0
                   AND toUInt64(toUnixTimestamp(create_time)) <= {moment}"
            ),
        ];
        let mut left = 0;
        for (server, _) in self.client.parts("chunks") {
            for select in &selects {
                left += server.all(select, Rows::u64)?.into_iter().sum::<u64>();
            }
        }
        Ok(left)
    }
}
