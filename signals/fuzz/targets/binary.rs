//! Any bytes as a binary batch.
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

use tacit_signals::codec;

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let bytes = frame::mended(data);
    meter::within(bounds::binary_allowance(bytes.len()), || {
        codec::decode(&bytes)
    });
    properties::binary(data);
});
