//! Which controls do what.

mod control;

pub use control::Control;
