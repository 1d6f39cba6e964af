//! Which controls do what.

mod names;

pub use names::{Control, classify};
