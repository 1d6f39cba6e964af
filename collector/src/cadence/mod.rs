//! Cadence: what is made again and again, and when.

pub mod period;
