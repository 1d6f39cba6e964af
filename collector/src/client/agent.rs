//! The HTTP client that other servers are asked with.

use std::time::Duration;

use ureq::Agent;

/// Keeps connections, gives up on a request after `timeout`, and leaves every status to
/// its caller.
pub(crate) fn agent(timeout: Duration) -> Agent {
    let config = Agent::config_builder()
        .http_status_as_error(false)
        // A key must not go where nobody sent it.
        .max_redirects(0)
        .timeout_global(Some(timeout))
        .user_agent(concat!("tacit/", env!("CARGO_PKG_VERSION")))
        .build();
    config.into()
}
