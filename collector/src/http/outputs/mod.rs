//! Outputs: registering them, finding them, explaining one.

mod describe;
pub(super) mod list;
pub(super) mod one;
pub(super) mod register;
