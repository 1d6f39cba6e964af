//! Any bytes as a store's chunk of events.
#![no_main]
#![allow(dead_code, reason = "of the shared properties each target needs one")]

#[path = "../../tests/shared/frame.rs"]
mod frame;
#[path = "../../tests/shared/properties.rs"]
mod properties;

libfuzzer_sys::fuzz_target!(|data: &[u8]| properties::chunk(data));
