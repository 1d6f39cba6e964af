//! Many pages that send as fast as they are answered, and remember exactly what
//! was acknowledged.

use std::{
    collections::BTreeSet,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    thread::{self, JoinHandle},
};

use tacit_signals::Batch;

use crate::{api::Api, now_ms, page::Page, signals, wait};

/// Outputs of one page.
const OUTPUTS: u32 = 6;
/// Events of one batch, at most.
const EVENTS_MAX: u32 = 40;

/// Batches after which a page is left for a new one.
const BATCHES_OF_A_SESSION: usize = 200;

/// Pages at work.
#[derive(Debug)]
pub struct Load {
    threads: Vec<JoinHandle<Sent>>,
    acknowledged: Arc<AtomicU64>,
    stop: Arc<AtomicBool>,
}

/// What one or several pages sent.
#[derive(Debug, Default)]
pub struct Sent {
    /// Answered 204.
    pub acknowledged: Vec<Batch>,
    /// Sent, and never answered or answered 503: kept or not.
    pub unanswered: Vec<Batch>,
    /// Statuses other than 204.
    pub statuses: BTreeSet<u16>,
}

impl Load {
    /// Starts `pages` threads against `api`, which send with `key` about outputs
    /// named after `name`.
    #[must_use]
    pub fn start(api: &Api, key: &str, name: &str, pages: u32) -> Self {
        let acknowledged = Arc::new(AtomicU64::new(0));
        let stop = Arc::new(AtomicBool::new(false));
        let threads = (0..pages)
            .map(|number| {
                let (acknowledged, stop) = (Arc::clone(&acknowledged), Arc::clone(&stop));
                let api = api.with_key(None);
                let (page, name) = (Page::new(key), format!("{name}-{number}"));
                thread::spawn(move || send(&api, page, &name, &acknowledged, &stop))
            })
            .collect();
        Self {
            threads,
            acknowledged,
            stop,
        }
    }

    /// Returns once `count` batches were acknowledged.
    pub fn reaches(&self, count: u64) {
        wait::until("batches to be acknowledged", || {
            (self.acknowledged.load(Ordering::Acquire) >= count).then_some(())
        });
    }

    /// Waits until every page was refused or lost; what they sent.
    #[must_use]
    pub fn refused(self) -> Sent {
        wait::until("every page to be refused", || {
            self.threads
                .iter()
                .all(JoinHandle::is_finished)
                .then_some(())
        });
        self.finish()
    }

    /// Ends the threads; what they sent.
    #[must_use]
    pub fn finish(self) -> Sent {
        self.stop.store(true, Ordering::Release);
        let mut all = Sent::default();
        for thread in self.threads {
            all.extend(thread.join().expect("a page does not panic"));
        }
        all
    }
}

/// Sends until it is told to stop or the server is gone.
fn send(
    api: &Api,
    mut page: Page,
    name: &str,
    acknowledged: &AtomicU64,
    stop: &AtomicBool,
) -> Sent {
    let mut sent = Sent::default();
    while !stop.load(Ordering::Acquire) {
        // One session may not send that often for long.
        if sent.acknowledged.len() % BATCHES_OF_A_SESSION == BATCHES_OF_A_SESSION - 1 {
            page = Page::new(&page.key);
        }
        let batch = batch(&mut page, name);
        match api.try_batch(&batch) {
            Ok(answer) if answer.status == 204 => {
                sent.acknowledged.push(batch);
                acknowledged.fetch_add(1, Ordering::AcqRel);
                continue;
            }
            Ok(answer) => {
                sent.statuses.insert(answer.status);
            }
            Err(_) => {}
        }
        sent.unanswered.push(batch);
        break;
    }
    sent
}

/// Some events, each of which can be told by its content: `active_ms` is its `seq`.
#[must_use]
pub fn batch(page: &mut Page, name: &str) -> Batch {
    let mut events = Vec::new();
    for _ in 0..fastrand::u32(1..=EVENTS_MAX) {
        let output = format!("{name}-{}", fastrand::u32(0..OUTPUTS));
        let mut event = page.event(now_ms(), &output, signals::read(0));
        event.signal = signals::read(event.seq);
        events.push(event);
    }
    page.batch(events)
}

impl Sent {
    /// Adds what others sent.
    pub fn extend(&mut self, other: Self) {
        self.acknowledged.extend(other.acknowledged);
        self.unanswered.extend(other.unanswered);
        self.statuses.extend(other.statuses);
    }

    /// Everything that was sent, acknowledged or not.
    pub fn batches(&self) -> impl Iterator<Item = &Batch> {
        self.acknowledged.iter().chain(&self.unanswered)
    }

    /// All outputs that were named.
    #[must_use]
    pub fn outputs(&self) -> BTreeSet<&str> {
        let events = self.batches().flat_map(|batch| &batch.events);
        events.map(|event| event.output.as_str()).collect()
    }
}

/// The ids of the events of `batches`.
pub fn ids<'a>(batches: impl IntoIterator<Item = &'a Batch>) -> BTreeSet<String> {
    let ids = |batch: &'a Batch| {
        let events = batch.events.iter();
        events.map(move |event| format!("{}:{}", batch.session, event.seq))
    };
    batches.into_iter().flat_map(ids).collect()
}
