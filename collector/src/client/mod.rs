//! What asking any other server needs: keys that nothing prints, how long a server asks
//! to be left alone, and how long to wait where it does not say.

mod address;
mod agent;
mod backoff;
mod retry_after;
mod secret;

pub use self::secret::Secret;
pub(crate) use self::{
    address::{AddressError, address},
    agent::{agent, streaming_agent},
    backoff::Backoff,
    retry_after::wait_ms,
};
