//! The line of a request: which of them have one, and what stands in it.

use std::{
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU32, AtomicU64, Ordering},
    },
    time::Duration,
};

use super::allowance::{Allowance, Verdict};
use crate::{
    limits::REQUEST_LINES_PER_SECOND_MAX,
    metrics::{self, Count},
    wall::now_ms,
};

/// Target of the lines, for filters.
pub const TARGET: &str = "tacit::request";

/// Routes that take batches: tens of thousands of requests a second.
const INGEST: [&str; 3] = ["/c", "/v1/events", "/v1/signals"];
/// Routes that machines ask every few seconds.
const PROBES: [&str; 3] = ["/healthz", "/readyz", "/metrics"];

/// One in so many acknowledged batches has a line; 0 means none.
static INGEST_ONE_IN: AtomicU32 = AtomicU32::new(0);
static INGESTED: AtomicU64 = AtomicU64::new(0);
static ALLOWANCE: Mutex<Option<Allowance>> = Mutex::new(None);

/// Whether `route` takes batches.
#[must_use]
pub fn is_ingest(route: &str) -> bool {
    INGEST.contains(&route)
}

/// From now on one in `one_in` acknowledged batches has a line.
pub(super) fn sample(one_in: u32) {
    INGEST_ONE_IN.store(one_in, Ordering::Relaxed);
}

/// A request that ended.
#[derive(Debug)]
pub struct Line<'a> {
    /// What it is called.
    pub request_id: &'a str,
    /// The trace it is part of.
    pub trace_id: Option<&'a str>,
    /// Its method.
    pub method: &'a str,
    /// Its route's pattern.
    pub route: &'static str,
    /// The answer's status.
    pub status: u16,
    /// From its head to the last byte of the answer.
    pub took: Duration,
    /// Bytes of its body, as announced.
    pub bytes_in: Option<u64>,
    /// Bytes of the answer's body.
    pub bytes_out: u64,
    /// Whose key it came with.
    pub project: Option<&'a str>,
    /// Code of the problem that is the answer.
    pub code: Option<&'a str>,
}

/// How much a line is worth.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Worth {
    Warn,
    Info,
    Debug,
    Nothing,
}

/// `ingested` is the number of this acknowledged batch.
const fn worth(is_ingest: bool, is_probe: bool, status: u16, one_in: u32, ingested: u64) -> Worth {
    let is_well = status < 400;
    match status {
        // A client that left is nobody's fault here.
        500.. => Worth::Warn,
        _ if is_ingest && is_well => {
            if one_in > 0 && ingested.is_multiple_of(one_in as u64) {
                Worth::Info
            } else {
                Worth::Nothing
            }
        }
        _ if is_probe && is_well => Worth::Debug,
        _ => Worth::Info,
    }
}

/// Writes the line of a request, if it has one.
pub fn tell(line: &Line<'_>) {
    let is_ingest = is_ingest(line.route);
    let one_in = INGEST_ONE_IN.load(Ordering::Relaxed);
    let mut ingested = 0;
    if is_ingest && one_in > 0 && line.status < 400 {
        ingested = INGESTED.fetch_add(1, Ordering::Relaxed);
    }
    let is_probe = PROBES.contains(&line.route);
    let worth = worth(is_ingest, is_probe, line.status, one_in, ingested);
    if worth == Worth::Nothing {
        return;
    }
    let mut allowance = ALLOWANCE.lock().unwrap_or_else(PoisonError::into_inner);
    let allowance = allowance.get_or_insert_default();
    match allowance.ask(now_ms(), REQUEST_LINES_PER_SECOND_MAX) {
        Verdict::LeaveOut => metrics::count(Count::RequestLineDropped),
        Verdict::Write(left_out) => {
            if left_out > 0 {
                tracing::warn!(target: TARGET, lines = left_out, "lines about requests were left out");
            }
            write(line, worth);
        }
    }
}

fn write(line: &Line<'_>, worth: Worth) {
    macro_rules! line {
        ($level:ident) => {
            tracing::$level!(
                target: TARGET,
                request_id = line.request_id,
                trace_id = line.trace_id,
                method = line.method,
                route = line.route,
                status = line.status,
                duration_ms = line.took.as_secs_f64() * 1_000.0,
                bytes_in = line.bytes_in,
                bytes_out = line.bytes_out,
                project = line.project,
                code = line.code,
                "request"
            )
        };
    }
    match worth {
        Worth::Warn => line!(warn),
        Worth::Info => line!(info),
        Worth::Debug => line!(debug),
        Worth::Nothing => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn acknowledged_batches_have_a_line_only_where_asked_for() {
        assert_eq!(worth(true, false, 204, 0, 0), Worth::Nothing);
        let sampled: Vec<_> = (0..4).map(|n| worth(true, false, 204, 3, n)).collect();
        use Worth::{Info, Nothing};
        assert_eq!(sampled, [Info, Nothing, Nothing, Info]);
    }

    #[test]
    fn refusals_and_faults_always_have_one() {
        assert_eq!(worth(true, false, 403, 0, 1), Worth::Info);
        assert_eq!(worth(true, false, 503, 0, 1), Worth::Warn);
        assert_eq!(worth(false, true, 503, 0, 1), Worth::Warn);
        assert_eq!(worth(false, false, 200, 0, 1), Worth::Info);
        assert_eq!(worth(false, true, 200, 0, 1), Worth::Debug);
    }
}
