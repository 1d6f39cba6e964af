//! Who is signed in, across restarts.

use super::StoreError;
use crate::sign_in::{Digest, SignIn};

/// Keeps who is signed in at the dashboard.
pub trait SignInStore: Send + Sync {
    /// Everybody.
    fn sign_ins(&self) -> Result<Vec<SignIn>, StoreError>;
    /// Adds one and removes those that `ended`; durable on return.
    fn begin_sign_in(&self, one: &SignIn, ended: &[Digest]) -> Result<(), StoreError>;
    /// Removes one; durable on return.
    fn end_sign_in(&self, digest: &Digest) -> Result<(), StoreError>;
    /// Keeps when some were used.
    fn note_sign_ins(&self, uses: &[(Digest, u64)]) -> Result<(), StoreError>;
}
