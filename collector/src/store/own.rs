//! What only the store that made it can read.

use std::{any::Any, fmt};

use super::StoreError;

/// What a store found, in its own terms: numbers in one, ids in another. Whoever asked for
/// it hands it back as it is.
#[derive(Default)]
pub(crate) struct Own(Option<Box<dyn Any + Send + Sync>>);

impl Own {
    pub(crate) fn new(found: impl Any + Send + Sync) -> Self {
        Self(Some(Box::new(found)))
    }

    /// As it was made.
    pub(crate) fn get<T: Any>(&self) -> Result<&T, StoreError> {
        let found = self.0.as_ref().and_then(|found| found.downcast_ref());
        found.ok_or(StoreError::Foreign)
    }
}

impl fmt::Debug for Own {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Own")
    }
}

/// Where a store goes on, in its own terms.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place(pub(crate) Box<[u8]>);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_another_store_found_is_refused() {
        let own = Own::new([7_i64]);
        assert_eq!(own.get::<[i64; 1]>().unwrap(), &[7]);
        assert!(matches!(own.get::<String>(), Err(StoreError::Foreign)));
        assert!(matches!(
            Own::default().get::<[i64; 1]>(),
            Err(StoreError::Foreign)
        ));
    }
}
