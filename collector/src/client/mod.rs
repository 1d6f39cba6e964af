//! What asking any other server needs: keys that nothing prints, how long a server asks
//! to be left alone, and how long to wait where it does not say.

mod backoff;
mod retry_after;
mod secret;

pub use self::secret::Secret;
pub(crate) use self::{
    backoff::Backoff,
    retry_after::{Headers, wait_ms},
};
