//! Not built yet.

use super::ClickHouseStore;
use crate::{
    expire::{Expiry, Horizons},
    store::{Due, ExpiryStore, Left, Place, Portion, StoreBytes, StoreError},
};
use std::collections::BTreeMap;

impl ExpiryStore for ClickHouseStore {
    fn horizons(&self) -> Result<Horizons, StoreError> {
        Err(StoreError::Unsupported("this".into()))
    }
    fn begin_expiry(&self, _: &Expiry) -> Result<Expiry, StoreError> {
        Err(StoreError::Unsupported("this".into()))
    }
    fn keep_expiry(&self, _: &Expiry) -> Result<(), StoreError> {
        Err(StoreError::Unsupported("this".into()))
    }
    fn open_expiry(&self) -> Result<Option<Expiry>, StoreError> {
        Err(StoreError::Unsupported("this".into()))
    }
    fn expiries(&self, _: usize) -> Result<Vec<Expiry>, StoreError> {
        Err(StoreError::Unsupported("this".into()))
    }
    fn due(&self, _: &Horizons, _: Option<&Place>) -> Result<Due, StoreError> {
        Err(StoreError::Unsupported("this".into()))
    }
    fn would_go(&self, _: &Horizons) -> Result<BTreeMap<&'static str, u64>, StoreError> {
        Err(StoreError::Unsupported("this".into()))
    }
    fn expire(&self, _: &mut Expiry, _: &Due, _: u64) -> Result<(), StoreError> {
        Err(StoreError::Unsupported("this".into()))
    }
    fn expire_arms(&self, _: &mut Expiry, _: Option<&Place>) -> Result<Option<Place>, StoreError> {
        Err(StoreError::Unsupported("this".into()))
    }
    fn left(&self, _: &Horizons, _: u64) -> Result<Left, StoreError> {
        Err(StoreError::Unsupported("this".into()))
    }
    fn remove_left(&self, _: &mut Expiry, _: &Portion) -> Result<(), StoreError> {
        Err(StoreError::Unsupported("this".into()))
    }
    fn found_left(&self) {}
    fn oldest(&self, _: u64) -> Result<Option<u64>, StoreError> {
        Err(StoreError::Unsupported("this".into()))
    }
    fn bytes(&self) -> Result<StoreBytes, StoreError> {
        Err(StoreError::Unsupported("this".into()))
    }
    fn bytes_by_table(&self) -> Result<Vec<(String, u64)>, StoreError> {
        Err(StoreError::Unsupported("this".into()))
    }
    fn stale_since(&self) -> Result<Option<u64>, StoreError> {
        Err(StoreError::Unsupported("this".into()))
    }
    fn set_stale(&self, _: Option<u64>) -> Result<(), StoreError> {
        Err(StoreError::Unsupported("this".into()))
    }
}
