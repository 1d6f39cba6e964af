//! The browser's clocks and its randomness.

use js_sys::Function;
use tacit_signals::limits::AT_MS_MAX;
use wasm_bindgen::prelude::*;

use crate::{detect::Ms, session::Now};

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = Date, js_name = now)]
    fn wall() -> f64;
    #[wasm_bindgen(js_namespace = performance, js_name = now)]
    fn mono() -> f64;
    #[wasm_bindgen(js_namespace = crypto, js_name = getRandomValues)]
    fn fill(bytes: &mut [u8]);
    #[wasm_bindgen(js_name = setTimeout)]
    fn set_timeout(act: &Function, ms: u32) -> u32;
    #[wasm_bindgen(js_name = clearTimeout)]
    fn clear_timeout(timer: u32);
}

/// Both clocks, in whole ms.
pub(super) fn now() -> Now {
    Now {
        wall: whole(wall()),
        mono: whole(mono()),
    }
}

/// A page may have clocks of its own making: no sum of times may overflow.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "a cast saturates, and the limit is far below 2^53"
)]
pub(super) fn whole(ms: f64) -> Ms {
    ms.min(AT_MS_MAX as f64) as Ms
}

/// Unpredictable bytes.
pub(super) fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    fill(&mut bytes);
    bytes
}

/// Any number, for jitter.
pub(super) fn random_u32() -> u32 {
    u32::from_le_bytes(random())
}

/// A timer, which ends when this is dropped.
#[derive(Debug)]
pub(super) struct Timer(u32);

impl Drop for Timer {
    fn drop(&mut self) {
        clear_timeout(self.0);
    }
}

/// Calls `act` in `wait_ms`, unless the timer is dropped before.
pub(super) fn later(wait_ms: u64, act: &Function) -> Timer {
    Timer(set_timeout(act, u32::try_from(wait_ms).unwrap_or(u32::MAX)))
}
