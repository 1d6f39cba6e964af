//! Does what the outbox decides: `fetch` while the page is visible, whose status
//! is the answer; beacons when it is left.

use js_sys::{Array, Function};
use wasm_bindgen::{JsCast, prelude::*};

use super::{app::App, clock, object::whole};
use crate::{
    detect::Ms,
    outbox::{Answer, Step},
};

#[wasm_bindgen(module = "/js/send.js")]
extern "C" {
    fn post(endpoint: &str, bytes: &[u8], on_answer: &Function);
    fn beacon(endpoint: &str, bytes: &[u8]) -> bool;
    fn keep(ticket: u32, endpoint: &str, bytes: &[u8]);
    fn release(ticket: u32);
}

impl App {
    /// Asks the outbox what to do, and does it. While the page is hidden nothing
    /// waits for a timer.
    pub(super) fn send_soon(&'static self) {
        if !self.is_visible() {
            return self.beacon();
        }
        match self.outbox(|outbox| outbox.step(clock::now())) {
            Some(Step::Send {
                ticket,
                events,
                bytes,
            }) => self.post(ticket, events, &bytes),
            Some(Step::Wait(ms)) => {
                let timer = clock::later(ms, Box::new(|| self.send_soon()));
                self.sending.replace(Some(timer));
            }
            Some(Step::Idle) | None => {}
        }
        if self.outbox(|outbox| outbox.is_empty()) == Some(true) {
            self.host.flushed();
        }
        let dropped = self
            .outbox(|outbox| outbox.take_dropped())
            .unwrap_or_default();
        if dropped > 0 {
            self.host.error("queue_full", &decimal(dropped));
        }
    }

    /// Hands everything that waits to beacons.
    pub(super) fn beacon(&'static self) {
        let batches = self
            .outbox(|outbox| outbox.depart(clock::now()))
            .unwrap_or_default();
        for (events, bytes) in batches {
            let is_beacon = beacon(&self.endpoint, &bytes);
            let via = if is_beacon { "beacon" } else { "fetch" };
            self.host.sent(bytes.len(), events, via, None);
        }
    }

    /// Leaves a copy of what nobody has answered for with JavaScript, which sends
    /// it if the module fails.
    pub(super) fn keep(&self) {
        let copies = self.outbox(|outbox| outbox.copies(clock::now()));
        let Some((first, copies)) = copies else {
            return;
        };
        release(first);
        for (ticket, bytes) in copies {
            keep(ticket, &self.endpoint, &bytes);
        }
    }

    /// Sends everything now; the host hears when that was answered or failed.
    pub(super) fn flush(&'static self) {
        self.outbox(|outbox| outbox.flush());
        self.send_soon();
    }

    fn post(&'static self, ticket: u32, events: usize, bytes: &[u8]) {
        let size = bytes.len();
        let answered = move |answer: JsValue| {
            let answer: &Array = answer.unchecked_ref();
            let (status, retry_after) = (whole(&answer.get(0)), whole(&answer.get(1)));
            self.answered(ticket, events, size, status, retry_after);
        };
        let answered = self.listeners.function(Box::new(answered));
        post(&self.endpoint, bytes, &answered);
    }

    fn answered(
        &'static self,
        ticket: u32,
        events: usize,
        bytes: usize,
        status: Option<u32>,
        retry_after: Option<u32>,
    ) {
        self.host.sent(bytes, events, "fetch", status);
        let answer = match status {
            Some(200..=299) => Answer::Stored,
            Some(408 | 429 | 500..) | None => Answer::Later {
                // An hour at most.
                after_ms: retry_after
                    .filter(|seconds| *seconds > 0)
                    .map(|seconds| Ms::from(seconds.min(3_600)) * 1_000),
            },
            Some(_) => Answer::Refused,
        };
        match (answer, status) {
            (Answer::Refused, Some(status)) => {
                let status = usize::try_from(status).unwrap_or_default();
                self.host.error("batch_refused", &decimal(status));
            }
            // Some events of the batch were not good; the body names them.
            (Answer::Stored, Some(200)) => self
                .host
                .error("events_rejected", "see the response of the request"),
            _ => {}
        }
        self.outbox(|outbox| outbox.answered(clock::now(), ticket, answer, clock::random_u32()));
        self.keep();
        if matches!(answer, Answer::Later { .. }) {
            self.host.flushed();
        }
        if !self.is_stopped() {
            self.send_soon();
        }
    }
}

/// `n` in digits: the formatting machinery would cost more than all else here.
fn decimal(mut n: usize) -> String {
    let mut digits = String::new();
    loop {
        let digit = u8::try_from(n % 10).unwrap_or_default();
        digits.insert(0, char::from(b'0' + digit));
        n /= 10;
        if n == 0 {
            return digits;
        }
    }
}
