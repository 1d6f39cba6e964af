//! Any bytes as the JSON twin of a batch.
#![no_main]
#![allow(dead_code, reason = "of the shared properties each target needs one")]

#[path = "../../tests/shared/bounds.rs"]
mod bounds;
#[path = "../../tests/shared/frame.rs"]
mod frame;
#[path = "../meter.rs"]
mod meter;
#[path = "../../tests/shared/properties.rs"]
mod properties;

use tacit_signals::json;

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    meter::within(bounds::json_allowance(data.len()), || json::decode(data));
    properties::json(data);
});
