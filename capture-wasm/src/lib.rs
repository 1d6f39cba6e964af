//! Notices what people do with an AI answer, and sends it as compact signals.
//!
//! One signal's path: a listener in [`browser`] sees a DOM event and tells it to
//! [`core::Core`] as plain data; a detector in [`detect`] makes a signal of it;
//! [`session`] numbers and dates it; [`outbox`] collects it into a batch and says
//! when to send; the shell sends, and tells the outbox what was answered.
//!
//! Only [`browser`] knows a browser. Without the feature of that name the crate
//! is the pure core.

// A panic is a trap, which ends the capture: nothing here may count on a place.
#![warn(clippy::indexing_slicing)]
#![cfg_attr(not(test), warn(clippy::string_slice))]

#[cfg(target_family = "wasm")]
#[global_allocator]
static ALLOCATOR: talc::wasm::WasmDynamicTalc = talc::wasm::new_wasm_dynamic_allocator();

pub mod adapter;
#[cfg(feature = "browser")]
mod browser;
pub mod by_id;
pub mod config;
pub mod core;
pub mod detect;
pub mod outbox;
pub mod session;
pub mod texts;

#[cfg(feature = "browser")]
pub use browser::{
    capture_consent, capture_event, capture_flush, capture_known, capture_lost, capture_open,
    capture_output, capture_seeds, capture_signal, capture_stop,
};
