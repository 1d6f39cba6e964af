//! The collector: receives what people did with AI answers, keeps it durably,
//! labels every output and exports training data.

pub mod clock;
pub mod store;
