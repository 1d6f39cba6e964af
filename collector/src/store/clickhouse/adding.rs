//! Who adds up: one process at a time, which has the lease for it as long as it lives. It
//! alone takes in what blocks touched and gives numbers, so it knows what waits without
//! asking. Others read what is kept; whoever opens the store for a question or two does
//! not become that process, as only who asks what is to be added up does.
//!
//! Clocks decide when a lease is over, but nothing that has to be right hangs on them: a
//! number that is given too late never counts ([`super::numbers`]), and sums that are kept
//! too late are of an earlier reading, since readings ascend with whoever has the lease.

use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use super::{
    ClickHouseStore,
    client::Client,
    history::{self, Decided, Lease},
    intake::{Intake, Taken},
    shelves::Shelves,
    standing::Standing,
};
use crate::{control::ProjectId, keyed::random, store::StoreError, wall::now_ms};

const LEASE: &str = "rollups";
/// How long it is good; made longer once half of that is over.
const LEASE_MS: u64 = 60_000;
/// As long as something waits anyway, what is new is looked for so often.
const LOOK: Duration = Duration::from_secs(1);
/// Readings of one who has the lease.
const READING_BITS: u32 = 40;

/// Whether this process adds up, and what it knows then.
pub(super) struct Adding {
    client: Client,
    holder: String,
    adder: Mutex<Option<Adder>>,
    pub(super) shelves: Shelves,
}

impl Adding {
    pub(super) fn new(client: Client) -> Result<Self, StoreError> {
        Ok(Self {
            client,
            holder: hex::encode(random::<16>()?),
            adder: Mutex::new(None),
            shelves: Shelves::default(),
        })
    }

    fn adder(&self) -> MutexGuard<'_, Option<Adder>> {
        self.adder.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Lets somebody else add up.
    fn stop(&self) {
        // Nobody begins anew before it is given back.
        let mut slot = self.adder();
        if slot.take().is_none() {
            return;
        }
        let given = history::change(
            &self.client,
            |state| {
                let known = state.leases.get(LEASE);
                if known.is_none_or(|known| known.holder != self.holder) {
                    return Ok(Decided::Nothing(()));
                }
                let mut next = state.clone();
                next.leases.remove(LEASE);
                Ok(Decided::Next(next, ()))
            },
            |_, _| Ok(false),
        );
        if let Err(error) = given {
            tracing::debug!(%error, "the lease for sums is left to run out");
        }
    }
}

impl Drop for Adding {
    fn drop(&mut self) {
        self.stop();
    }
}

/// Who adds up.
pub(super) struct Adder {
    epoch: u64,
    until: u64,
    readings: u64,
    intake: Intake,
    pub(super) standing: Standing,
    /// When it looked for what is new, unless it is to look at once.
    looked: Option<Instant>,
    /// What it knows may be wrong: something failed in the middle.
    is_broken: bool,
}

impl Adder {
    fn begin(client: &Client, holder: &str) -> Result<Option<Self>, StoreError> {
        let Some((epoch, until)) = lease(client, holder, None)? else {
            return Ok(None);
        };
        // What others marked until now is read after what they say they took in.
        let intake = Intake::load(client)?;
        Ok(Some(Self {
            epoch,
            until,
            readings: 0,
            intake,
            standing: Standing::load(client, None)?,
            looked: None,
            is_broken: false,
        }))
    }

    /// Takes in what is new, if it is time to; false where the lease is lost.
    fn look(&mut self, client: &Client, at_once: bool) -> Result<bool, StoreError> {
        let is_recent = self.looked.is_some_and(|looked| looked.elapsed() < LOOK);
        if is_recent && !at_once && self.standing.is_marked() {
            return Ok(true);
        }
        self.is_broken = true;
        loop {
            match self.intake.take(client, self.epoch, &mut self.standing)? {
                Taken::All => break,
                Taken::Some => {}
                Taken::Lost => return Ok(false),
            }
        }
        self.is_broken = false;
        self.looked = Some(Instant::now());
        Ok(true)
    }

    /// The number of another reading.
    pub(super) const fn reading(&mut self) -> u64 {
        self.readings += 1;
        self.epoch << READING_BITS | self.readings
    }

    /// Whether a reading is one of its own.
    pub(super) const fn made(&self, reading: u64) -> bool {
        reading >> READING_BITS == self.epoch
    }

    /// Looks for what is new the next time.
    pub(super) const fn forget(&mut self) {
        self.looked = None;
    }
}

impl ClickHouseStore {
    /// Calls `act` with what is known, if this process adds up, or `wants` to and nobody
    /// else does.
    pub(super) fn adding<T>(
        &self,
        wants: bool,
        act: impl FnOnce(&mut Adder) -> Result<Option<T>, StoreError>,
    ) -> Result<Option<T>, StoreError> {
        let Adding { holder, .. } = &self.adding;
        let mut slot = self.adding.adder();
        if let Some(adder) = slot.as_mut()
            && adder.until < now_ms() + LEASE_MS / 2
        {
            match lease(&self.client, holder, Some(adder.epoch))? {
                Some((_, until)) => adder.until = until,
                None => *slot = None,
            }
        }
        if slot.is_none() && wants {
            *slot = Adder::begin(&self.client, holder)?;
        }
        let Some(adder) = slot.as_mut() else {
            return Ok(None);
        };
        let done = act(adder);
        if adder.is_broken {
            *slot = None;
        }
        done
    }

    /// The same, after what is new was taken in; `at_once`, or as often as it is worth it.
    pub(super) fn fresh<T>(
        &self,
        wants: bool,
        at_once: bool,
        act: impl FnOnce(&mut Adder) -> T,
    ) -> Result<Option<T>, StoreError> {
        self.adding(wants, |adder| {
            let is_there = adder.look(&self.client, at_once)?;
            Ok(is_there.then(|| act(adder)))
        })
    }

    /// What is kept and what waits, of a project or of all: as this process knows it, or as
    /// it is read for this once.
    pub(super) fn standing<T>(
        &self,
        project: Option<ProjectId>,
        act: impl FnOnce(&mut Standing) -> T,
    ) -> Result<T, StoreError> {
        let mut act = Some(act);
        let known = self.fresh(false, false, |adder| {
            act.take().map(|act| act(&mut adder.standing))
        })?;
        match (known.flatten(), act) {
            (Some(done), _) => Ok(done),
            (None, Some(act)) => Ok(act(&mut Standing::load(&self.client, project)?)),
            (None, None) => Err(StoreError::Unreadable("roll-up")),
        }
    }
}

#[cfg(test)]
impl ClickHouseStore {
    /// Inserts everything twice from now on.
    pub(crate) fn insert_twice(&self) {
        let twice = &self.client.inserts_twice;
        twice.store(true, std::sync::atomic::Ordering::Relaxed);
    }

    /// Removes what is taken in once something is again.
    pub(crate) fn prune_next(&self) {
        let told = self.adding(false, |adder| {
            adder.intake.prune_next();
            Ok(Some(()))
        });
        assert_eq!(told.unwrap(), Some(()));
    }

    /// Lets somebody else add up.
    pub(crate) fn stop_adding(&self) {
        self.adding.stop();
    }

    /// What is new from now on is in buckets of its own.
    pub(crate) fn apart(&self, project: ProjectId) {
        let apart = self.fresh(true, true, |adder| {
            adder.intake.apart(&self.client, project).unwrap();
        });
        assert_eq!(apart.unwrap(), Some(()), "somebody else adds up");
    }
}

/// Takes the lease, or makes it last longer for who has it since `epoch`; since when it is
/// held, and until when; `None` where somebody else has it.
fn lease(
    client: &Client,
    holder: &str,
    epoch: Option<u64>,
) -> Result<Option<(u64, u64)>, StoreError> {
    history::change(
        client,
        |state| {
            let now = now_ms();
            let known = state.leases.get(LEASE);
            let is_own = known.is_some_and(|known| known.holder == holder);
            let is_free = match epoch {
                // Whoever had it since has it still.
                Some(epoch) => is_own && epoch == state.batches.epoch,
                None => is_own || known.is_none_or(|known| known.until <= now),
            };
            if !is_free {
                return Ok(Decided::Nothing(None));
            }
            let mut next = state.clone();
            let until = now + LEASE_MS;
            let lease = Lease {
                holder: holder.to_owned(),
                until,
            };
            next.leases.insert(LEASE.into(), lease);
            if epoch.is_none() {
                next.batches.epoch += 1;
                if known.is_some() {
                    next.batches.abandon();
                }
            }
            let epoch = next.batches.epoch;
            Ok(Decided::Next(next, Some((epoch, until))))
        },
        |_, _| Ok(false),
    )
}
