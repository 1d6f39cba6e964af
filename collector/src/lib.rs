//! The collector: receives what people did with AI answers, keeps it durably,
//! labels every output and exports training data.

pub mod accept;
pub mod bell;
pub mod clock;
pub mod control;
pub mod keyed;
pub mod limits;
pub mod log;
pub mod outcome;
pub mod store;
#[cfg(test)]
mod testing;
