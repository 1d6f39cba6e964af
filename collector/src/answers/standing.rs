//! Whether what is kept of roll-ups answers, and how it stands.

use serde::Serialize;

use super::Basis;
use crate::{
    rollup::{step, version},
    store::StoreError,
};

/// Of a project of no more buckets all facts are read: that is quick, and nothing is old.
const FEW: u64 = 2;

/// How roll-ups stand that an answer was made of, as in [`crate::rollup::Answer`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub(super) struct Standing {
    /// Nothing waited to be added up.
    complete: bool,
    /// Parts of the project that waited.
    waiting: u64,
    /// How long the first of them had waited, ms; 0 where none did.
    lag_ms: u64,
    /// As of when it is known whom the screen leaves out, Unix ms.
    screened_at: Option<u64>,
}

impl Standing {
    /// At `now`; `None` where facts are to be read.
    pub(super) fn of(basis: &Basis, now: u64) -> Result<Option<Self>, StoreError> {
        let Some(lag_ms) = basis.lag_ms else {
            return Ok(None);
        };
        let (store, project) = (&*basis.store, basis.project);
        let version = version(&basis.policy);
        if store.rollups_kept(project)? <= FEW {
            return Ok(None);
        }
        let waiting = store.rollups_waiting(Some(project), &version, step(now))?;
        let screen = store.kept_screen(project)?;
        Ok(Some(Self {
            complete: waiting == 0,
            waiting,
            lag_ms: if waiting == 0 { 0 } else { lag_ms },
            screened_at: screen.map(|screen| screen.looked_at),
        }))
    }
}
