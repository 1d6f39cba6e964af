//! Looks at the collector once a second while it is under load: its memory and how far
//! the store is behind.

use std::{
    fs,
    sync::{
        Arc,
        mpsc::{self, RecvTimeoutError, Sender},
    },
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use serde_json::{Value, json};
use tacit_tests::{api::Api, server::Server};

use crate::{client::Rate, pace::Seeker};

const EVERY: Duration = Duration::from_secs(1);
/// A wait of a fifth of a second for a connection is as bad as a lag of ten times that:
/// people wait for it.
const LATE_WEIGHT: f64 = 10.0;

/// What was seen at one moment.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sample {
    pub(crate) at: f64,
    pub(crate) rss_mib: f64,
    pub(crate) lag_seconds: f64,
    pub(crate) backlog_mib: f64,
}

impl Sample {
    pub(crate) fn json(&self) -> Value {
        json!({
            "at_seconds": self.at, "rss_mib": self.rss_mib,
            "lag_seconds": self.lag_seconds, "backlog_mib": self.backlog_mib,
        })
    }
}

/// A thread that looks.
pub(crate) struct Watch {
    stop: Sender<()>,
    thread: JoinHandle<Vec<Sample>>,
}

impl Watch {
    /// Starts to look; with a `seeker`, `rate` follows the store's lag.
    pub(crate) fn start(server: &Server, seeking: Option<(Seeker, Arc<Rate>)>) -> Self {
        let (api, pid) = (server.api(), server.pid());
        let (stop, stopped) = mpsc::channel();
        let thread = thread::spawn(move || {
            let (began, mut seeking, mut samples) = (Instant::now(), seeking, Vec::new());
            while stopped.recv_timeout(EVERY) == Err(RecvTimeoutError::Timeout) {
                let Some(sample) = look(&api, pid, began) else {
                    continue;
                };
                samples.push(sample);
                if let Some((seeker, rate)) = &mut seeking {
                    seeker.look(sample.lag_seconds.max(rate.late_seconds() * LATE_WEIGHT));
                    rate.set(seeker.per_second());
                }
            }
            samples
        });
        Self { stop, thread }
    }

    /// What was seen.
    pub(crate) fn finish(self) -> Vec<Sample> {
        // It may have ended by a panic, which joining tells.
        let _ = self.stop.send(());
        self.thread.join().expect("the watch does not panic")
    }
}

/// `None` where the collector was too busy to answer.
pub(crate) fn look(api: &Api, pid: u32, began: Instant) -> Option<Sample> {
    let answer = api.try_send("GET", "/readyz", &[], b"").ok()?;
    let ready: Value = serde_json::from_slice(&answer.body).ok()?;
    Some(Sample {
        at: began.elapsed().as_secs_f64(),
        rss_mib: rss_mib(pid),
        lag_seconds: ready["lag_seconds"].as_f64()?,
        backlog_mib: ready["backlog_bytes"].as_f64()? / 1_048_576.0,
    })
}

/// Memory that is resident and no file's.
fn rss_mib(pid: u32) -> f64 {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("RssAnon:"));
    let kib = line.and_then(|line| line.trim().strip_suffix(" kB")?.parse::<f64>().ok());
    kib.unwrap_or_default() / 1_024.0
}
