//! A disk that is full, read-only, broken or damaged, a process without file descriptors, a
//! clock that is set: after each, every acknowledged event is present exactly once, the
//! process has said what happened, and it goes on by itself once it can.

mod clock;
mod damage;
mod descriptors;
mod errors;
mod full;
mod migrate;
mod store;

use tacit_signals::Batch;
use tacit_tests::{
    api::Api,
    load::{Load, Sent},
    now_ms,
    page::Page,
    server::Server,
    signals::read,
    wait,
};

/// The smallest segments there are.
const SMALL_SEGMENTS: &str = "[log]\nsegment_bytes = 65536\n";

/// A batch of some KB, so that a segment is full soon; each event tells its number.
fn large(page: &mut Page, output: &str) -> Batch {
    let events = (0..200).map(|_| {
        let mut event = page.event(now_ms(), output, read(0));
        event.signal = read(event.seq);
        event
    });
    let events = events.collect();
    page.batch(events)
}

/// Why it is not ready; nothing when it is.
fn reasons(api: &Api) -> Vec<String> {
    let said = api.get("/readyz").json();
    let reasons = said["reasons"].as_array().expect("reasons").iter();
    reasons
        .map(|reason| reason.as_str().expect("a word").to_owned())
        .collect()
}

/// Waits until it is not ready for that reason.
fn unready(api: &Api, reason: &str) {
    wait::until("a reason not to be ready", || {
        reasons(api).iter().any(|said| said == reason).then_some(())
    });
}

/// Waits until it is ready again.
fn ready(api: &Api) {
    wait::until("the collector to be ready again", || {
        reasons(api).is_empty().then_some(())
    });
}

/// What pages sent until `count` batches were acknowledged.
fn sent(server: &Server, key: &str, name: &str, count: u64) -> Sent {
    let load = Load::start(&server.api(), key, name, 2);
    load.reaches(count);
    load.finish()
}
