//! Does what the outbox decides: `fetch` while the page is visible, whose status
//! is the answer; beacons when it is left.

use js_sys::{Array, Function};
use wasm_bindgen::prelude::*;

use super::{
    app::App,
    clock,
    listen::{More, What},
    object::whole,
};
use crate::{
    detect::Ms,
    outbox::{Answer, Parcel, Step},
};

#[wasm_bindgen(module = "/js/send.js")]
extern "C" {
    fn post(endpoint: &str, bytes: &[u8], on_answer: &Function);
    fn beacon(ticket: u32, endpoint: &str, bytes: &[u8]) -> bool;
    fn keep(ticket: u32, endpoint: &str, events: usize, bytes: &[u8]);
    fn kept(is_urgent: bool, is_leaving: bool);
}

impl App {
    /// Asks the outbox what to do, and does it. While the page is hidden nothing
    /// waits for a timer.
    pub(super) fn send_soon(&'static self) {
        if !self.is_visible() {
            return self.beacon();
        }
        self.keep();
        let now = clock::now();
        match self.outbox(|outbox| outbox.step(now)) {
            Some(Step::Send(parcel)) => self.post(&parcel),
            Some(Step::Wait(ms)) => {
                let timer = self.later(ms, What::Send);
                self.sending.replace(Some(timer));
            }
            Some(Step::Idle) | None => {}
        }
        if self.outbox(|outbox| outbox.is_empty() || outbox.is_held_up(now)) == Some(true) {
            self.host.flushed();
        }
        let dropped = self
            .outbox(|outbox| outbox.take_dropped())
            .unwrap_or_default();
        if dropped > 0 {
            self.host.error("queue_full", &decimal(dropped));
        }
    }

    /// Hands over everything that waits: nothing of it may be there later. What
    /// the browser takes for the time after the page is small, and the page's
    /// other scripts share it: refused, it is tried in halves, and then by plain
    /// requests, which may get away in time.
    pub(super) fn beacon(&'static self) {
        self.keep();
        for is_whole in [true, false] {
            let parcels = self.outbox(|outbox| outbox.depart(clock::now()));
            for parcel in parcels.unwrap_or_default() {
                let ticket = parcel.ticket;
                if parcel.may_outlive && beacon(ticket, &self.endpoint, &parcel.bytes) {
                    let (size, events) = (parcel.bytes.len(), parcel.events);
                    self.host.sent(size, events, "beacon", None);
                } else if is_whole && self.outbox(|outbox| outbox.halve(ticket)) == Some(true) {
                    // The halves leave with the next departure, below.
                } else if self.outbox(|outbox| outbox.post(ticket)) == Some(true) {
                    self.post(&parcel);
                }
            }
            self.keep();
        }
        kept(false, true);
    }

    /// Leaves a copy of what nobody has answered for with JavaScript: for the
    /// case that the module fails, or the whole page.
    #[inline(never)]
    pub(super) fn keep(&self) {
        let copies = self.outbox(|outbox| (outbox.copies(clock::now()), outbox.take_urgent()));
        let Some((copies, is_urgent)) = copies else {
            return;
        };
        for copy in &copies {
            keep(copy.ticket, &self.endpoint, copy.events, &copy.bytes);
        }
        if !copies.is_empty() {
            kept(is_urgent, false);
        }
    }

    /// Sends everything now; the host hears when that was answered or failed.
    pub(super) fn flush(&'static self) {
        self.outbox(|outbox| outbox.flush());
        self.send_soon();
    }

    fn post(&'static self, parcel: &Parcel) {
        let (ticket, events, size) = (parcel.ticket, parcel.events, parcel.bytes.len());
        let what = What::Answered as u8;
        let answered = self.host.hearing(what, ticket, events, size);
        post(&self.endpoint, &parcel.bytes, &answered);
    }

    /// What `js/send.js` tells of an answer.
    pub(super) fn heard_answer(&'static self, answer: &Array, (ticket, events, size): More) {
        let (status, retry_after) = (whole(&answer.get(0)), whole(&answer.get(1)));
        self.answered(ticket, events, size, status, retry_after);
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
            Some(413) => Answer::TooLarge,
            Some(_) => Answer::Refused,
        };
        let random = clock::random_u32();
        let given_up = self.outbox(|outbox| outbox.answered(clock::now(), ticket, answer, random))
            == Some(true);
        let status = status.map_or(0, |status| usize::try_from(status).unwrap_or_default());
        if given_up {
            self.host.error("batch_refused", &decimal(status));
        } else if status == 200 {
            // Some events of the batch were not good; the body names them.
            self.host
                .error("events_rejected", "see the response of the request");
        }
        if matches!(answer, Answer::Later { .. }) {
            self.host.flushed();
        }
        if self.is_stopped() {
            self.keep();
        } else {
            self.send_soon();
        }
    }

    /// So many events that were kept on the device had to go.
    pub(super) fn lost(&'static self, events: usize) {
        self.outbox(|outbox| outbox.add_dropped(events));
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
