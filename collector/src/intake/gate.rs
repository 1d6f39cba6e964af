//! Who may come in now: the rates of addresses, keys and sessions, and room for bodies.

use std::{
    fmt,
    hash::{BuildHasher, RandomState},
    net::IpAddr,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use tacit_signals::SessionId;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::{address::Salt, connections::Connections, proxies::Proxies, rate::Rate, table::Table};
use crate::{
    config::LimitsConfig,
    control::ProjectId,
    limits::{
        ADDRESSES_COUNTED_MAX, BODIES_BYTES_MAX, KEYS_COUNTED_MAX, SESSIONS_COUNTED_MAX,
        UNPACKING_AT_ONCE_MAX,
    },
};

/// Bytes that one permit of the room for bodies stands for.
const ROOM_UNIT_BYTES: usize = 1_024;

/// Which rate was exceeded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Limit {
    /// Of an address.
    Address,
    /// Of a key.
    Key,
    /// Of a session.
    Session,
}

impl Limit {
    /// Its name, as in the configuration.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Address => "address",
            Self::Key => "key",
            Self::Session => "session",
        }
    }
}

/// Somebody came too often.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Exceeded {
    /// Whose rate it is.
    pub limit: Limit,
    /// What it is.
    pub per_second: u32,
    /// How long to wait.
    pub wait: Duration,
}

impl fmt::Display for Exceeded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (limit, per_second) = (self.limit.name(), self.per_second);
        write!(
            f,
            "the limit is {per_second} requests a second for one {limit}"
        )
    }
}

/// The gate.
pub struct Gate {
    /// Proxies whose word is taken.
    pub proxies: Proxies,
    /// How long a body may take to arrive.
    pub body_time: Duration,
    /// Who holds how many connections.
    pub connections: Arc<Connections>,
    /// Places on the threads that unpack.
    pub unpacking: Arc<Semaphore>,
    room: Arc<Semaphore>,
    salt: Salt,
    addresses: Limiter,
    keys: Limiter,
    sessions: Limiter,
    /// Spreads keys and sessions so that nobody can choose their place.
    hasher: RandomState,
    began: Instant,
}

impl Gate {
    /// With nobody in.
    pub fn new(config: &LimitsConfig) -> Result<Self, getrandom::Error> {
        let limiter = |limit, per_second, burst, entries| Limiter {
            limit,
            per_second,
            rate: Rate::new(per_second, burst),
            table: Table::new(entries),
            refused: AtomicU64::new(0),
        };
        Ok(Self {
            proxies: Proxies {
                trusted: config.trusted_proxies.clone(),
                header: config.client_header,
            },
            body_time: Duration::from_secs(config.body_seconds),
            connections: Connections::new(config.connections_per_address),
            unpacking: Arc::new(Semaphore::new(UNPACKING_AT_ONCE_MAX)),
            room: Arc::new(Semaphore::new(BODIES_BYTES_MAX / ROOM_UNIT_BYTES)),
            salt: Salt::new(0)?,
            addresses: limiter(
                Limit::Address,
                config.address_per_second,
                config.address_burst,
                ADDRESSES_COUNTED_MAX,
            ),
            keys: limiter(
                Limit::Key,
                config.key_per_second,
                config.key_burst,
                KEYS_COUNTED_MAX,
            ),
            sessions: limiter(
                Limit::Session,
                config.session_per_second,
                config.session_burst,
                SESSIONS_COUNTED_MAX,
            ),
            hasher: RandomState::new(),
            began: Instant::now(),
        })
    }

    /// One more request of whoever is at `client`.
    pub fn address(&self, client: IpAddr) -> Result<(), Exceeded> {
        self.addresses.take(self.began.elapsed(), |now| {
            self.salt.hash(client, millis(now))
        })
    }

    /// One more request with `key`, which is a known one.
    pub fn key(&self, key: &str) -> Result<(), Exceeded> {
        self.keys
            .take(self.began.elapsed(), |_| self.hasher.hash_one(key))
    }

    /// One more batch of `session`.
    pub fn session(&self, project: ProjectId, session: SessionId) -> Result<(), Exceeded> {
        let who = (project.0, session.0);
        self.sessions
            .take(self.began.elapsed(), |_| self.hasher.hash_one(who))
    }

    /// A number for whoever is at `client`, good for the hour.
    pub fn number(&self, client: IpAddr) -> u64 {
        self.salt.hash(client, millis(self.began.elapsed()))
    }

    /// Requests that came too often so far, by the limit they met.
    #[must_use]
    pub fn refused(&self) -> [(Limit, u64); 3] {
        [&self.addresses, &self.keys, &self.sessions]
            .map(|limiter| (limiter.limit, limiter.refused.load(Ordering::Relaxed)))
    }

    /// Room for `bytes` of a body, until it is dropped; none where memory is short.
    #[must_use]
    pub fn room(&self, bytes: usize) -> Option<Room> {
        let units = u32::try_from(bytes.div_ceil(ROOM_UNIT_BYTES)).ok()?;
        let permit = Arc::clone(&self.room).try_acquire_many_owned(units).ok()?;
        Some(Room { permit })
    }
}

fn millis(since: Duration) -> u64 {
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}

/// Memory that a body may take.
#[derive(Debug)]
pub struct Room {
    permit: OwnedSemaphorePermit,
}

impl Room {
    /// How much it is.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.permit.num_permits() * ROOM_UNIT_BYTES
    }

    /// Adds another.
    pub fn extend(&mut self, more: Self) {
        self.permit.merge(more.permit);
    }

    /// Gives back all but `bytes`.
    pub fn shrink(&mut self, bytes: usize) {
        let kept = bytes.div_ceil(ROOM_UNIT_BYTES);
        let spare = self.permit.num_permits().saturating_sub(kept);
        drop(self.permit.split(spare));
    }
}

/// One of the rates, for everybody it is about.
struct Limiter {
    limit: Limit,
    per_second: u32,
    rate: Option<Rate>,
    table: Table,
    refused: AtomicU64,
}

impl Limiter {
    fn take(&self, now: Duration, who: impl FnOnce(Duration) -> u64) -> Result<(), Exceeded> {
        let Some(rate) = self.rate else {
            return Ok(());
        };
        // 584 years of uptime fit.
        let now_ns = u64::try_from(now.as_nanos()).unwrap_or(u64::MAX);
        self.table.take(who(now), rate, now_ns).map_err(|wait_ns| {
            self.refused.fetch_add(1, Ordering::Relaxed);
            Exceeded {
                limit: self.limit,
                per_second: self.per_second,
                wait: Duration::from_nanos(wait_ns),
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gate(change: impl FnOnce(&mut LimitsConfig)) -> Gate {
        let mut config = LimitsConfig::default();
        change(&mut config);
        Gate::new(&config).unwrap()
    }

    #[test]
    fn each_limit_is_of_its_own_and_tells_its_name() {
        let gate = gate(|config| {
            (config.address_per_second, config.address_burst) = (1, 1);
            (config.key_per_second, config.key_burst) = (1, 2);
            (config.session_per_second, config.session_burst) = (0, 0);
        });
        let [one, other] = ["2001:db8::1", "2001:db8:0:1::1"].map(|ip| ip.parse().unwrap());
        assert_eq!(gate.address(one), Ok(()));
        assert_eq!(gate.address(other), Ok(()));
        let exceeded = gate.address(one).unwrap_err();
        assert_eq!(exceeded.limit, Limit::Address);
        assert!(exceeded.wait <= Duration::from_secs(1), "{exceeded:?}");
        assert_eq!(gate.key("pk_a"), Ok(()));
        assert_eq!(gate.key("pk_a"), Ok(()));
        assert_eq!(gate.key("pk_b"), Ok(()));
        assert_eq!(gate.key("pk_a").unwrap_err().limit, Limit::Key);
        for _ in 0..1_000 {
            let session = gate.session(ProjectId(1), SessionId([0; 16]));
            assert_eq!(session, Ok(()), "0 is no limit");
        }
        let refused = [(Limit::Address, 1), (Limit::Key, 1), (Limit::Session, 0)];
        assert_eq!(gate.refused(), refused);
    }

    #[test]
    fn room_is_bounded_and_comes_back() {
        let gate = gate(|_| ());
        let mut most = gate.room(BODIES_BYTES_MAX - 10 * ROOM_UNIT_BYTES).unwrap();
        most.extend(gate.room(9 * ROOM_UNIT_BYTES).unwrap());
        assert!(gate.room(2 * ROOM_UNIT_BYTES).is_none());
        most.shrink(1);
        assert!(gate.room(BODIES_BYTES_MAX - ROOM_UNIT_BYTES).is_some());
        drop(most);
        assert!(gate.room(BODIES_BYTES_MAX).is_some());
    }
}
