//! Cadence: what is made again and again, and when. The server holds no scheduler:
//! any timer calls `tacit run --due`, as often as it likes.
//!
//! [`schedule`] is what `tacit.toml` says, [`period`] the weeks and months of it,
//! [`due`] which of them is to be made, [`make`] makes it, and [`run`] sees to it
//! that this happens once.

pub mod due;
pub mod make;
pub mod period;
pub mod run;
pub mod schedule;
