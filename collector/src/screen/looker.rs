//! The thread that looks for those who read one output or a list of them: nobody waits for
//! it, and it steps back for everything else.

use std::{
    io,
    sync::Arc,
    thread::{Builder, JoinHandle, sleep},
    time::{Duration, Instant},
};

use crate::{
    background::{LOOK, step_back, yield_to_ingest},
    collector::Collector,
    wall::now_ms,
};

/// Before the next look after one that failed: readers ask for it again and again.
const REST: Duration = Duration::from_secs(10);

/// Starts it, with a first look at every project; it ends when the collector stops.
pub(crate) fn start(collector: Arc<Collector>) -> io::Result<JoinHandle<()>> {
    Builder::new().name("screens".into()).spawn(move || {
        step_back();
        if let Some(policy) = collector.policies.named(None) {
            for project in collector.control.get().projects.keys() {
                collector.screens.want(*project, policy.screen);
            }
        }
        run(&collector);
    })
}

fn run(collector: &Collector) {
    while !collector.is_stopping() {
        yield_to_ingest(collector);
        match collector.screens.look_next(&*collector.store, now_ms()) {
            Ok(true) => {}
            Ok(false) => sleep(LOOK),
            Err(_) if collector.is_stopping() => return,
            Err(error) => {
                tracing::error!(%error, "a screen could not be made");
                rest(collector);
            }
        }
    }
}

/// Waits, unless the collector stops.
fn rest(collector: &Collector) {
    let until = Instant::now() + REST;
    while Instant::now() < until && !collector.is_stopping() {
        sleep(LOOK);
    }
}
