//! How much may come in, how often, and how long it may take.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::intake::proxies::{ClientHeader, Network};

/// Who may come how often, and how long it may take. A rate of 0 is no limit.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct LimitsConfig {
    /// Reverse proxies, as networks (`10.0.0.0/8`) or addresses: they say who asks. On the
    /// same machine by default, from where nobody else can come.
    #[schemars(with = "Vec<String>")]
    pub trusted_proxies: Vec<Network>,
    /// The header in which they say it, `x-forwarded-for` or `forwarded`; the other is
    /// whatever a stranger wrote.
    pub client_header: ClientHeader,
    /// Requests a second of one address (IPv6: of one /64) without a secret key. A reader
    /// causes one every few seconds, so thousands may sit behind one address.
    #[schemars(range(max = 10_000_000))]
    pub address_per_second: u32,
    /// Requests of one address at once, before its rate counts.
    #[schemars(range(max = 100_000_000))]
    pub address_burst: u32,
    /// Requests a second with one key, publishable or secret: half a million people who
    /// read at the same time cause as many. Lower it where projects share a machine.
    #[schemars(range(max = 10_000_000))]
    pub key_per_second: u32,
    /// Requests with one key at once, before its rate counts.
    #[schemars(range(max = 100_000_000))]
    pub key_burst: u32,
    /// Batches a second of one session, which is one tab of one person.
    #[schemars(range(max = 10_000_000))]
    pub session_per_second: u32,
    /// Batches of one session at once, before its rate counts: what an hour offline left.
    #[schemars(range(max = 100_000_000))]
    pub session_burst: u32,
    /// Connections at once; further ones wait until one ends. No more than the process may
    /// open files.
    #[schemars(range(min = 1, max = 1_000_000))]
    pub connections: usize,
    /// Connections at once of one address (IPv6: of one /64); further ones are closed. A
    /// browser holds at most six. Trusted proxies may have as many as they like.
    #[schemars(range(max = 1_000_000))]
    pub connections_per_address: usize,
    /// Seconds a request's head may take to arrive, each one on a connection.
    #[schemars(range(min = 1, max = 3_600))]
    pub head_seconds: u64,
    /// Seconds a body may take to arrive.
    #[schemars(range(min = 1, max = 3_600))]
    pub body_seconds: u64,
    /// Seconds a connection is kept without a request.
    #[schemars(range(min = 1, max = 3_600))]
    pub idle_seconds: u64,
    /// Seconds an answer may wait for its reader to take any of it.
    #[schemars(range(min = 1, max = 3_600))]
    pub write_seconds: u64,
}

impl Default for LimitsConfig {
    fn default() -> Self {
        Self {
            trusted_proxies: LOOPBACK.iter().filter_map(|net| net.parse().ok()).collect(),
            client_header: ClientHeader::XForwardedFor,
            address_per_second: 500,
            address_burst: 10_000,
            key_per_second: 50_000,
            key_burst: 100_000,
            session_per_second: 10,
            session_burst: 600,
            connections: 10_000,
            connections_per_address: 1_000,
            head_seconds: 10,
            body_seconds: 30,
            idle_seconds: 75,
            write_seconds: 60,
        }
    }
}

/// This machine.
const LOOPBACK: [&str; 2] = ["127.0.0.0/8", "::1"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_proxy_that_is_no_network_is_named() {
        let config: LimitsConfig =
            toml::from_str("trusted_proxies = [\"10.0.0.0/8\"]\nclient_header = \"forwarded\"")
                .unwrap();
        assert_eq!(config.trusted_proxies.len(), 1);
        let default = LimitsConfig::default();
        assert_eq!(default.trusted_proxies.len(), LOOPBACK.len());
        let error = toml::from_str::<LimitsConfig>("trusted_proxies = [\"10.1.2.3/8\"]");
        let error = error.unwrap_err().to_string();
        assert!(error.contains("10.0.0.0/8"), "{error}");
    }
}
