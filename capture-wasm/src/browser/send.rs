//! Does what the outbox decides: `fetch` while the page is visible, whose status
//! is the answer; beacons when it is left.

use js_sys::{Function, Promise, Uint8Array};
use wasm_bindgen::{JsCast, prelude::*};
use web_sys::{AbortSignal, RequestCredentials, RequestInit, Response};

use super::{app::App, clock, host};
use crate::outbox::{Answer, Step};

/// A request that hangs this long is given up and tried again.
const TIMEOUT_MS: u32 = 30_000;

#[wasm_bindgen]
extern "C" {
    /// A promise whose two ways on are guarded functions.
    type Answering;
    #[wasm_bindgen(method)]
    fn then(this: &Answering, on_ok: &Function, on_failed: &Function);
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
            self.answer_flushes();
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
            let body = Uint8Array::from(&*bytes);
            let navigator = self.window.navigator();
            let taken = navigator.send_beacon_with_opt_js_u8_array(&self.endpoint, Some(&body));
            if taken.unwrap_or(false) {
                self.host.sent(bytes.len(), events, "beacon", None);
            } else {
                // The quota is used up; a plain request has none, if it gets away in time.
                let _ = self.request(&body);
                self.host.sent(bytes.len(), events, "fetch", None);
            }
        }
    }

    /// Sends everything now, and calls `done` when that was answered or failed.
    pub(super) fn flush(&'static self, done: Function) {
        self.outbox(|outbox| outbox.flush());
        self.flushes.borrow_mut().push(done);
        self.send_soon();
    }

    pub(super) fn answer_flushes(&self) {
        for resolve in self.flushes.take() {
            host::call(&resolve);
        }
    }

    fn post(&'static self, ticket: u32, events: usize, bytes: &[u8]) {
        let size = bytes.len();
        // Hears of a response, or of why there is none.
        let answered = move |answer: JsValue| {
            self.answered(ticket, events, size, answer.dyn_ref::<Response>());
        };
        let answered = self.listeners.borrow().function(Box::new(answered));
        self.request(&Uint8Array::from(bytes))
            .unchecked_ref::<Answering>()
            .then(&answered, &answered);
    }

    /// An untyped body asks for no preflight; no cookie goes with it.
    fn request(&self, bytes: &Uint8Array) -> Promise {
        let init = RequestInit::new();
        init.set_method("POST");
        init.set_body(bytes);
        init.set_credentials(RequestCredentials::Omit);
        init.set_signal(Some(&AbortSignal::timeout_with_u32(TIMEOUT_MS)));
        self.window.fetch_with_str_and_init(&self.endpoint, &init)
    }

    fn answered(
        &'static self,
        ticket: u32,
        events: usize,
        bytes: usize,
        response: Option<&Response>,
    ) {
        let status = response.map(Response::status);
        self.host.sent(bytes, events, "fetch", status);
        let answer = match (status, response) {
            (Some(200..=299), _) => Answer::Stored,
            (Some(408 | 429 | 500..), Some(response)) => Answer::Later {
                after_ms: retry_after(response),
            },
            (Some(_), _) => Answer::Refused,
            (None, _) => Answer::Later { after_ms: None },
        };
        match (answer, status) {
            (Answer::Refused, Some(status)) => {
                self.host.error("batch_refused", &decimal(status.into()));
            }
            // Some events of the batch were not good; the body names them.
            (Answer::Stored, Some(200)) => self
                .host
                .error("events_rejected", "see the response of the request"),
            _ => {}
        }
        self.outbox(|outbox| outbox.answered(clock::now(), ticket, answer, clock::random_u32()));
        if matches!(answer, Answer::Later { .. }) {
            self.answer_flushes();
        }
        self.send_soon();
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

/// `Retry-After` in seconds, as ms; an hour at most.
fn retry_after(response: &Response) -> Option<u64> {
    let value = response.headers().get("retry-after").ok()??;
    let mut seconds = 0;
    for digit in value.bytes() {
        if !digit.is_ascii_digit() || seconds > 3_600 {
            break;
        }
        seconds = seconds * 10 + u64::from(digit - b'0');
    }
    (seconds > 0).then_some(seconds.min(3_600) * 1_000)
}
