//! Horizons and expiries of a store whose place this one takes: they were carried out there.

use super::{EXPIRY, HORIZON, NOBODY, expiry_key};
use crate::{
    expire::{Expiry, Horizons},
    store::{
        ExpiryStore, StoreError,
        clickhouse::{
            ClickHouseStore,
            documents::{NewDocument, Next},
        },
    },
};

impl ClickHouseStore {
    /// Takes in before which moments data are gone, and what expiries that are done say of
    /// themselves.
    pub(crate) fn take_in_expiries(
        &self,
        horizons: &Horizons,
        expiries: &[Expiry],
    ) -> Result<(), StoreError> {
        self.change(|state| {
            let mut documents = Vec::new();
            let known = self.all_expiries()?;
            for expiry in expiries {
                if known.get(&expiry.number) != Some(expiry) {
                    let key = expiry_key(expiry.number);
                    documents.push(NewDocument::new(EXPIRY, NOBODY, key, expiry)?);
                }
            }
            let known = self.horizons()?;
            for (project, horizon) in horizons {
                if known.get(project) != Some(horizon) {
                    documents.push(NewDocument::new(HORIZON, *project, "", horizon)?);
                }
            }
            let next = (!documents.is_empty()).then(|| Next::with(state, documents));
            Ok((next, ()))
        })
    }
}
