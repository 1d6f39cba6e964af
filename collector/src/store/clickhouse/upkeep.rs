//! Not built yet.

use super::ClickHouseStore;
use crate::{
    control::ProjectId,
    store::{Recount, Removing, StoreError, UpkeepStore},
};
use std::collections::BTreeMap;

impl UpkeepStore for ClickHouseStore {
    fn all_fates(&self) -> Result<BTreeMap<ProjectId, BTreeMap<String, u64>>, StoreError> {
        Err(StoreError::Unsupported("this".into()))
    }
    fn recount(&self, _: ProjectId) -> Result<Recount, StoreError> {
        Err(StoreError::Unsupported("this".into()))
    }
    fn damage(&self, _: bool) -> Result<Vec<String>, StoreError> {
        Err(StoreError::Unsupported("this".into()))
    }
    fn removing(&self) -> Result<Removing<'_>, StoreError> {
        Err(StoreError::Unsupported("this".into()))
    }
}
