//! Addresses as numbers that say nothing: hashed with a salt that is made up in memory,
//! kept nowhere else, and replaced every hour. Whoever has the memory of a running
//! collector, and nobody else, could try addresses against it.

use std::{
    net::IpAddr,
    sync::{PoisonError, RwLock},
};

use crate::{
    keyed::random,
    limits::{ADDRESS_SALT_MS, IPV6_PREFIX_BITS},
};

/// The salt of the hour.
pub struct Salt {
    current: RwLock<Current>,
}

#[derive(Clone, Copy)]
struct Current {
    /// Which one it is: periods since the clock's beginning.
    period: u64,
    bytes: [u8; 32],
}

impl Salt {
    /// A salt for `now` (ms of a clock that never goes back).
    pub fn new(now: u64) -> Result<Self, getrandom::Error> {
        let current = Current {
            period: now / ADDRESS_SALT_MS,
            bytes: random()?,
        };
        Ok(Self {
            current: RwLock::new(current),
        })
    }

    /// The number of whoever is at `address`, at `now`.
    pub fn hash(&self, address: IpAddr, now: u64) -> u64 {
        let salt = self.at(now / ADDRESS_SALT_MS);
        let (bytes, len) = network(address);
        let hash = blake3::keyed_hash(&salt, bytes.get(..len).unwrap_or(&bytes));
        let [a, b, c, d, e, f, g, h, ..] = *hash.as_bytes();
        u64::from_le_bytes([a, b, c, d, e, f, g, h])
    }

    fn at(&self, period: u64) -> [u8; 32] {
        let current = *self.current.read().unwrap_or_else(PoisonError::into_inner);
        if current.period == period {
            return current.bytes;
        }
        let mut current = self.current.write().unwrap_or_else(PoisonError::into_inner);
        if current.period != period {
            current.period = period;
            // Without fresh randomness the old salt stays: still secret, only older.
            current.bytes = random().unwrap_or(current.bytes);
        }
        current.bytes
    }
}

/// What counts as one sender: an IPv4 address, or the network an IPv6 host may choose
/// addresses from as it likes. The first `usize` bytes; the two never have one length.
fn network(address: IpAddr) -> ([u8; 8], usize) {
    let mut bytes = [0; 8];
    match address.to_canonical() {
        IpAddr::V4(address) => {
            bytes[..4].copy_from_slice(&address.octets());
            (bytes, 4)
        }
        IpAddr::V6(address) => {
            let [prefix @ .., _, _, _, _, _, _, _, _] = address.octets();
            debug_assert_eq!(prefix.len() * 8, IPV6_PREFIX_BITS);
            (prefix, prefix.len())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn a_network_of_ipv6_is_one_and_an_address_of_ipv4_too() {
        let same = |a: &str, b: &str| network(ip(a)) == network(ip(b));
        assert!(same("2001:db8:1:2::1", "2001:db8:1:2:ffff::9"));
        assert!(!same("2001:db8:1:2::1", "2001:db8:1:3::1"));
        assert!(same("192.0.2.1", "::ffff:192.0.2.1"));
        assert!(!same("192.0.2.1", "192.0.2.2"));
        assert!(!same("192.0.2.1", "c000:201::"), "different lengths");
    }

    #[test]
    fn the_number_changes_with_the_hour_and_with_the_process() {
        let (one, other) = (Salt::new(0).unwrap(), Salt::new(0).unwrap());
        let address = ip("192.0.2.1");
        let first = one.hash(address, 0);
        assert_eq!(one.hash(address, ADDRESS_SALT_MS - 1), first);
        assert_ne!(one.hash(address, ADDRESS_SALT_MS), first);
        assert_ne!(one.hash(address, 0), first, "no salt comes back");
        assert_ne!(other.hash(address, 0), first);
    }
}
