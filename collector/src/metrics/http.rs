//! Requests by route, method and status, and how long they took.

use std::{
    sync::atomic::{AtomicI64, Ordering},
    time::Duration,
};

use prometheus_client::{
    encoding::EncodeLabelSet,
    metrics::{counter::Counter, family::Family, histogram::Histogram},
    registry::{Registry, Unit},
};

/// Bounds of a request, in seconds: an acknowledgement is a sync, an export may take
/// minutes.
const SECONDS: [f64; 12] = [
    0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0, 30.0,
];

/// Route of what matched none.
pub const NO_ROUTE: &str = "none";

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Ended {
    route: &'static str,
    method: &'static str,
    status: u16,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Asked {
    route: &'static str,
    method: &'static str,
}

/// Requests of this process.
#[derive(Debug)]
pub struct HttpMeter {
    open: AtomicI64,
    ended: Family<Ended, Counter>,
    seconds: Family<Asked, Histogram>,
}

impl Default for HttpMeter {
    fn default() -> Self {
        Self {
            open: AtomicI64::new(0),
            ended: Family::default(),
            seconds: Family::new_with_constructor(|| Histogram::new(SECONDS)),
        }
    }
}

impl HttpMeter {
    /// A request begins.
    pub fn begun(&self) {
        self.open.fetch_add(1, Ordering::Relaxed);
    }

    /// A request ended, its answer sent or given up.
    pub fn ended(&self, route: &'static str, method: &str, status: u16, took: Duration) {
        let method = known(method);
        self.open.fetch_sub(1, Ordering::Relaxed);
        let ended = Ended {
            route,
            method,
            status,
        };
        self.ended.get_or_create(&ended).inc();
        let asked = Asked { route, method };
        self.seconds
            .get_or_create(&asked)
            .observe(took.as_secs_f64());
    }

    /// Requests that are being answered.
    #[must_use]
    pub fn open(&self) -> u64 {
        u64::try_from(self.open.load(Ordering::Relaxed)).unwrap_or_default()
    }

    pub(super) fn register(&self, registry: &mut Registry) {
        registry.register(
            "tacit_http_requests",
            "Requests that ended, by route, method and status; 499 where the client left",
            self.ended.clone(),
        );
        registry.register_with_unit(
            "tacit_http_request_duration",
            "Time from a request's head to the last byte of its answer",
            Unit::Seconds,
            self.seconds.clone(),
        );
    }
}

/// Anybody may make up methods; their number is bounded here.
fn known(method: &str) -> &'static str {
    const METHODS: [&str; 7] = ["GET", "POST", "OPTIONS", "HEAD", "DELETE", "PUT", "PATCH"];
    METHODS
        .into_iter()
        .find(|known| *known == method)
        .unwrap_or("other")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn methods_that_are_made_up_are_one() {
        assert_eq!(known("POST"), "POST");
        assert_eq!((known("post"), known("\"}")), ("other", "other"));
    }
}
