//! The collector under load: the one that is shipped, with limits that count everybody and
//! meet nobody.

use tacit_tests::{
    data::{Data, arg},
    server::Server,
};

/// All of the load comes from one address and most of it with one key: rates that many
/// people share are raised, and counted all the same. A session's own stay as they are.
const LIMITS: &str = "
[limits]
trusted_proxies = []
address_per_second = 10000000
address_burst = 100000000
key_per_second = 10000000
key_burst = 100000000
connections_per_address = 0
";

/// Starts a collector on `data`.
pub(crate) fn open(data: &Data) -> Server {
    open_with(data, "")
}

/// As [`open`], with `more` in its configuration.
pub(crate) fn open_with(data: &Data, more: &str) -> Server {
    let config = data.config(&format!("{LIMITS}{more}"));
    Server::start_with(data, &["--config", arg(&config)])
}
