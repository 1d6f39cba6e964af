//! Not built yet.

use super::ClickHouseStore;
use crate::{
    control::ProjectId,
    rollup::{Cell, Key},
    sights::Place,
    store::{
        AddedUp, Bucket, BucketRead, Concerned, KeptBucket, KeptScreen, RollupStore, StoreError,
        VisitSights, rows::Group,
    },
};
use tacit_signals::Id;

impl RollupStore for ClickHouseStore {
    fn rollups_due(&self, _: &str, _: u64, _: usize) -> Result<Vec<Bucket>, StoreError> {
        Err(StoreError::Unsupported("this".into()))
    }
    fn rollups_waiting(&self, _: Option<ProjectId>, _: &str, _: u64) -> Result<u64, StoreError> {
        Err(StoreError::Unsupported("this".into()))
    }
    fn rollups_kept(&self, _: ProjectId) -> Result<u64, StoreError> {
        Err(StoreError::Unsupported("this".into()))
    }
    fn read_bucket(
        &self,
        _: Bucket,
        _: &mut dyn FnMut(i64, Group),
    ) -> Result<BucketRead, StoreError> {
        Err(StoreError::Unsupported("this".into()))
    }
    fn keep_bucket(&self, _: &AddedUp<'_>) -> Result<(), StoreError> {
        Err(StoreError::Unsupported("this".into()))
    }
    fn rollups(
        &self,
        _: ProjectId,
        _: &str,
        _: u64,
        _: (Option<u32>, Option<u32>),
        _: &mut dyn FnMut(&Key, &Cell),
    ) -> Result<u64, StoreError> {
        Err(StoreError::Unsupported("this".into()))
    }
    fn sights(
        &self,
        _: ProjectId,
        _: &str,
        _: (u64, u64),
        _: &mut VisitSights<'_>,
    ) -> Result<(), StoreError> {
        Err(StoreError::Unsupported("this".into()))
    }
    fn output_at(&self, _: ProjectId, _: Place) -> Result<Option<Id>, StoreError> {
        Err(StoreError::Unsupported("this".into()))
    }
    fn kept_buckets(&self, _: &str) -> Result<Vec<Bucket>, StoreError> {
        Err(StoreError::Unsupported("this".into()))
    }
    fn kept_bucket(
        &self,
        _: Bucket,
        _: &mut dyn FnMut(i64, Group),
    ) -> Result<Option<KeptBucket>, StoreError> {
        Err(StoreError::Unsupported("this".into()))
    }
    fn kept_screen(&self, _: ProjectId) -> Result<Option<KeptScreen>, StoreError> {
        Err(StoreError::Unsupported("this".into()))
    }
    fn keep_screen(
        &self,
        _: ProjectId,
        _: &KeptScreen,
        _: Concerned<'_>,
    ) -> Result<(), StoreError> {
        Err(StoreError::Unsupported("this".into()))
    }
}
