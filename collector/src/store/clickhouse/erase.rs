//! Not built yet.

use super::ClickHouseStore;
use crate::{
    control::ProjectId,
    erase::{Erasure, grave::Grave},
    store::{ErasureStore, Found, StoreError, Tombstone},
};

impl ErasureStore for ClickHouseStore {
    fn ask(&self, _: &Erasure, _: Grave) -> Result<Erasure, StoreError> {
        Err(StoreError::Unsupported("this".into()))
    }
    fn bury(&self, _: &[Tombstone]) -> Result<(), StoreError> {
        Err(StoreError::Unsupported("this".into()))
    }
    fn tombstones(&self) -> Result<Vec<Tombstone>, StoreError> {
        Err(StoreError::Unsupported("this".into()))
    }
    fn doubt(&self) -> Result<(), StoreError> {
        Err(StoreError::Unsupported("this".into()))
    }
    fn erasure(&self, _: ProjectId, _: &str) -> Result<Option<Erasure>, StoreError> {
        Err(StoreError::Unsupported("this".into()))
    }
    fn erasures(&self, _: ProjectId) -> Result<Vec<Erasure>, StoreError> {
        Err(StoreError::Unsupported("this".into()))
    }
    fn open_erasures(&self) -> Result<Vec<Erasure>, StoreError> {
        Err(StoreError::Unsupported("this".into()))
    }
    fn keep_erasure(&self, _: &Erasure) -> Result<(), StoreError> {
        Err(StoreError::Unsupported("this".into()))
    }
    fn look_for(&self, _: ProjectId, _: &str) -> Result<Found, StoreError> {
        Err(StoreError::Unsupported("this".into()))
    }
    fn remove(&self, _: &mut Erasure, _: &Found) -> Result<(), StoreError> {
        Err(StoreError::Unsupported("this".into()))
    }
    fn shred(&self) -> Result<(), StoreError> {
        Err(StoreError::Unsupported("this".into()))
    }
    fn is_shredded(&self) -> Result<bool, StoreError> {
        Err(StoreError::Unsupported("this".into()))
    }
}
