//! The HTTP client that other servers are asked with.

use std::time::Duration;

use ureq::{Agent, config::ConfigBuilder, typestate::AgentScope};

/// Keeps connections, gives up on a request after `timeout`, and leaves every status to
/// its caller.
pub(crate) fn agent(timeout: Duration) -> Agent {
    configured().timeout_global(Some(timeout)).build().into()
}

/// The same for answers that are read while they come, however long that takes: gives up
/// once nothing comes for `silence`.
pub(crate) fn streaming_agent(silence: Duration) -> Agent {
    let config = configured()
        .timeout_connect(Some(silence))
        .timeout_per_read(Some(silence))
        .timeout_per_write(Some(silence));
    config.build().into()
}

fn configured() -> ConfigBuilder<AgentScope> {
    Agent::config_builder()
        .http_status_as_error(false)
        // A key must not go where nobody sent it.
        .max_redirects(0)
        .user_agent(concat!("tacit/", env!("CARGO_PKG_VERSION")))
}
