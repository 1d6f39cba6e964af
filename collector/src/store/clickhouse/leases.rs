//! Who removes rows: one at a time, of all collectors.

use std::{
    sync::{
        Mutex, MutexGuard, PoisonError,
        mpsc::{self, RecvTimeoutError},
    },
    thread::{self, JoinHandle},
    time::Duration,
};

use super::{
    ClickHouseStore,
    client::Client,
    history::{self, Decided, Lease},
    plan::REMOVING,
};
use crate::{
    keyed::random,
    store::{StoreError, UpdateStore},
    wall::now_ms,
};

/// How long a holder that died keeps the lease.
const TTL_MS: u64 = 30_000;
/// How often one that lives makes it last.
const EVERY: Duration = Duration::from_secs(10);
const POLL: Duration = Duration::from_millis(200);

/// Those of this process.
#[derive(Default)]
pub(super) struct Removers {
    one: Mutex<()>,
    /// The holder, while there is one.
    holder: Mutex<Option<String>>,
}

/// Holds the lease.
struct Holding<'a> {
    store: &'a ClickHouseStore,
    holder: String,
    /// Ends the thread that makes the lease last.
    end: Option<(mpsc::Sender<()>, JoinHandle<()>)>,
    /// Behind the others: what is dropped last.
    _one: MutexGuard<'a, ()>,
}

impl ClickHouseStore {
    /// Waits until nobody else removes, or whoever did has died.
    pub(super) fn hold_removing(&self) -> Result<impl Sized + '_, StoreError> {
        let one = self.removing.one.lock();
        let one = one.unwrap_or_else(PoisonError::into_inner);
        let holder = hex::encode(random::<16>()?);
        while !self.acquire(REMOVING, &holder, now_ms(), TTL_MS)? {
            thread::sleep(POLL);
        }
        self.set_holder(Some(holder.clone()));
        let (end, ended) = mpsc::channel();
        let (client, own) = (self.client.clone(), holder.clone());
        let renewing = thread::Builder::new()
            .name("removing".into())
            .spawn(move || {
                while ended.recv_timeout(EVERY) == Err(RecvTimeoutError::Timeout) {
                    if let Err(error) = renew(&client, &own) {
                        tracing::warn!(%error, "the lease of whoever removes was not renewed");
                    }
                }
            })?;
        Ok(Holding {
            store: self,
            holder,
            end: Some((end, renewing)),
            _one: one,
        })
    }

    /// Who removes in this process.
    pub(super) fn holder(&self) -> Option<String> {
        let holder = self.removing.holder.lock();
        holder.unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn set_holder(&self, holder: Option<String>) {
        let known = self.removing.holder.lock();
        *known.unwrap_or_else(PoisonError::into_inner) = holder;
    }
}

impl Drop for Holding<'_> {
    fn drop(&mut self) {
        if let Some((end, renewing)) = self.end.take() {
            drop(end);
            let _ = renewing.join();
        }
        self.store.set_holder(None);
        // Else it ends by itself.
        if let Err(error) = self.store.give_back(REMOVING, &self.holder) {
            tracing::warn!(%error, "the lease of whoever removes was not given back");
        }
    }
}

/// Makes the lease last, if it is still this holder's.
fn renew(client: &Client, holder: &str) -> Result<(), StoreError> {
    history::change(
        client,
        |state| {
            let known = state.leases.get(REMOVING);
            if known.is_none_or(|known| known.holder != holder) {
                return Ok(Decided::Nothing(()));
            }
            let mut next = state.clone();
            let lease = Lease {
                holder: holder.into(),
                until: now_ms().saturating_add(TTL_MS),
            };
            next.leases.insert(REMOVING.into(), lease);
            Ok(Decided::Next(next, ()))
        },
        |_, _| Ok(false),
    )
}
