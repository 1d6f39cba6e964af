//! What was measured of one stretch of traffic.

use std::{collections::BTreeMap, time::Duration};

use hdrhistogram::Histogram;
use serde_json::{Value, json};

use crate::visits::Sent;

/// Acknowledged batches that are looked for by their ids afterwards.
const SAMPLE: usize = 200;

/// What became of requests, with the time from when each was meant to be sent to the end
/// of its answer, in microseconds.
pub(crate) struct Figures {
    pub(crate) lasted: Duration,
    pub(crate) sent: u64,
    pub(crate) accepted: Histogram<u64>,
    pub(crate) shed: Histogram<u64>,
    pub(crate) statuses: BTreeMap<u16, u64>,
    /// Refused for want of room, and not told when to come again.
    pub(crate) no_retry_after: u64,
    /// Connections that ended without an answer.
    pub(crate) broken: u64,
    /// Requests that were due at the end and not sent.
    pub(crate) unsent: u64,
    pub(crate) events_each: u64,
    pub(crate) sample: Vec<Sent>,
    candidates: usize,
}

impl Figures {
    pub(crate) fn new(events_each: usize) -> Self {
        // From a microsecond to ten minutes, three digits.
        let histogram = || Histogram::new_with_bounds(1, 600_000_000, 3).expect("bounds");
        Self {
            lasted: Duration::ZERO,
            sent: 0,
            accepted: histogram(),
            shed: histogram(),
            statuses: BTreeMap::new(),
            no_retry_after: 0,
            broken: 0,
            unsent: 0,
            events_each: events_each as u64,
            sample: Vec::new(),
            candidates: 0,
        }
    }

    /// An answer of `status`, `micros` after it was meant to be asked for.
    pub(crate) fn answered(&mut self, status: u16, micros: u64, has_retry_after: bool) {
        *self.statuses.entry(status).or_default() += 1;
        match status {
            204 => self.accepted.saturating_record(micros),
            429 | 503 => {
                self.shed.saturating_record(micros);
                self.no_retry_after += u64::from(!has_retry_after);
            }
            _ => {}
        }
    }

    /// Remembers an acknowledged batch, each of those it is told of with the same chance.
    pub(crate) fn remember(&mut self, sent: Sent, rng: &mut fastrand::Rng) {
        self.candidates += 1;
        if self.sample.len() < SAMPLE {
            return self.sample.push(sent);
        }
        let place = rng.usize(..self.candidates);
        if let Some(known) = self.sample.get_mut(place) {
            *known = sent;
        }
    }

    pub(crate) fn acknowledged_events(&self) -> u64 {
        self.accepted.len() * self.events_each
    }

    /// Accepted requests a second.
    pub(crate) fn requests_per_second(&self) -> f64 {
        float(self.accepted.len()) / self.lasted.as_secs_f64()
    }

    pub(crate) fn events_per_second(&self) -> f64 {
        float(self.acknowledged_events()) / self.lasted.as_secs_f64()
    }

    pub(crate) fn p99_ms(&self) -> f64 {
        ms(&self.accepted, 0.99)
    }

    pub(crate) fn json(&self) -> Value {
        let statuses: BTreeMap<String, u64> = self
            .statuses
            .iter()
            .map(|(status, count)| (status.to_string(), *count))
            .collect();
        json!({
            "seconds": self.lasted.as_secs_f64(),
            "sent": self.sent,
            "statuses": statuses,
            "broken": self.broken,
            "unsent": self.unsent,
            "requests_per_second": self.requests_per_second(),
            "events_per_second": self.events_per_second(),
            "p50_ms": ms(&self.accepted, 0.5),
            "p99_ms": ms(&self.accepted, 0.99),
            "p999_ms": ms(&self.accepted, 0.999),
            "shed_p99_ms": ms(&self.shed, 0.99),
            "shed_without_retry_after": self.no_retry_after,
        })
    }
}

/// A quantile in ms; 0 of nothing.
pub(crate) fn ms(histogram: &Histogram<u64>, quantile: f64) -> f64 {
    float(histogram.value_at_quantile(quantile)) / 1_000.0
}

#[expect(clippy::cast_precision_loss, reason = "counts of a run of minutes")]
pub(crate) fn float(count: u64) -> f64 {
    count as f64
}
