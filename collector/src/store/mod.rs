//! Where facts live once they left the log.

pub mod rows;
