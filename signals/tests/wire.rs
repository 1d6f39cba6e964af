//! The codec from outside: the vectors that other clients are written with, batches
//! of other versions, and what the fuzzer found worth keeping.
#![expect(clippy::unwrap_used, reason = "a test's helpers fail by panicking")]

#[path = "wire/corpus.rs"]
mod corpus;
#[path = "wire/evolution.rs"]
mod evolution;
#[path = "shared/frame.rs"]
mod frame;
#[path = "shared/properties.rs"]
mod properties;
#[path = "wire/vectors.rs"]
mod vectors;
