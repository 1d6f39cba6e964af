//! Whether batches would be kept now, and if not, why: the answer of `/readyz` and of the
//! metric `tacit_not_ready`. Decided from facts alone.

use std::path::Path;

use serde::Serialize;

use crate::{collector::Collector, limits::STORE_SILENT_MS_MAX};

/// Free bytes below which the disk counts as full: a few groups of the log and a
/// transaction of the store.
pub const FREE_BYTES_MIN: u64 = 64 * 1024 * 1024;

/// Why batches are not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = NotReady)]
pub enum Reason {
    /// The process is ending.
    ShuttingDown,
    /// The disk has no room.
    DiskFull,
    /// The log's latest write was refused.
    LogFailing,
    /// The store refuses what the log holds.
    StoreFailing,
    /// The store's writer gives no sign.
    StoreStalled,
    /// The store is further behind than may be.
    Behind,
}

impl Reason {
    /// All there are.
    pub const ALL: [Self; 6] = [
        Self::ShuttingDown,
        Self::DiskFull,
        Self::LogFailing,
        Self::StoreFailing,
        Self::StoreStalled,
        Self::Behind,
    ];

    /// As it is written.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::ShuttingDown => "shutting_down",
            Self::DiskFull => "disk_full",
            Self::LogFailing => "log_failing",
            Self::StoreFailing => "store_failing",
            Self::StoreStalled => "store_stalled",
            Self::Behind => "behind",
        }
    }
}

/// What readiness follows from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Facts {
    /// It was told to end.
    pub stopping: bool,
    /// Free bytes where the data is; unknown where the system does not say.
    pub free_bytes: Option<u64>,
    /// The log's latest write was refused.
    pub log_failing: bool,
    /// The latest fold was refused.
    pub store_failing: bool,
    /// Batches are kept all the same: the log holds them until the store is there again.
    pub goes_on: bool,
    /// Milliseconds since the store's writer looked around.
    pub silent_ms: u64,
    /// Batches are refused because the store is behind.
    pub behind: bool,
    /// Milliseconds the oldest batch in the log waits for the store.
    pub lag_ms: u64,
    /// Bytes of the log the store does not have.
    pub backlog_bytes: u64,
    /// Unreadable bytes that were found in the log.
    pub damaged_bytes: u64,
}

fn free_bytes(path: &Path) -> Option<u64> {
    let stat = rustix::fs::statvfs(path).ok()?;
    Some(stat.f_bavail.saturating_mul(stat.f_frsize))
}

impl Facts {
    /// Of `collector`, whose data is at `data`, at `now` (Unix ms).
    #[must_use]
    pub fn of(collector: &Collector, data: &Path, now: u64) -> Self {
        // The log may be on a file system of its own.
        let free = [data, &data.join("log")].map(free_bytes);
        Self {
            stopping: collector.is_stopping(),
            free_bytes: free.into_iter().flatten().min(),
            log_failing: collector.log.is_failing(),
            store_failing: collector.progress.is_stalled(),
            goes_on: collector.goes_on_without_store(),
            silent_ms: collector.progress.silent_ms(now),
            behind: collector.is_behind(now),
            lag_ms: collector.progress.lag_ms(now),
            backlog_bytes: collector.log.backlog_bytes(),
            damaged_bytes: collector.log.damaged_bytes(),
        }
    }

    /// Why batches are not taken, each with a sentence; ready when there is none.
    #[must_use]
    pub fn reasons(&self) -> Vec<(Reason, String)> {
        let full = self.free_bytes.filter(|&free| free < FREE_BYTES_MIN);
        let is_silent = self.silent_ms > STORE_SILENT_MS_MAX && !self.goes_on;
        let silent = is_silent.then_some(self.silent_ms);
        let told = [
            self.stopping.then(|| {
                let said = "it was told to end; what is under way is finished".to_owned();
                (Reason::ShuttingDown, said)
            }),
            full.map(|free| {
                let said = format!("{free} bytes are free, {FREE_BYTES_MIN} are needed");
                (Reason::DiskFull, said)
            }),
            self.log_failing.then(|| {
                let said = "the log's latest write was refused by the disk".to_owned();
                (Reason::LogFailing, said)
            }),
            (self.store_failing && !self.goes_on).then(|| {
                let said = "the store refuses what the log holds; it is tried again".to_owned();
                (Reason::StoreFailing, said)
            }),
            silent.map(|silent| {
                let said = format!("the store's writer gave no sign for {} s", silent / 1_000);
                (Reason::StoreStalled, said)
            }),
            self.behind.then(|| {
                let (bytes, seconds) = (self.backlog_bytes, self.lag_ms / 1_000);
                let said = format!("the store is {bytes} bytes and {seconds} s behind the log");
                (Reason::Behind, said)
            }),
        ];
        told.into_iter().flatten().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(facts: Facts) -> Vec<&'static str> {
        let reasons = facts.reasons();
        reasons.iter().map(|(reason, _)| reason.name()).collect()
    }

    #[test]
    fn each_fact_has_its_reason() {
        let well = Facts {
            free_bytes: Some(FREE_BYTES_MIN),
            silent_ms: STORE_SILENT_MS_MAX,
            ..Facts::default()
        };
        assert_eq!(names(well), Vec::<&str>::new());
        // What the system does not say is no reason.
        assert_eq!(names(Facts::default()), Vec::<&str>::new());
        // A store that is away is none while the log has room for it.
        let away = Facts {
            store_failing: true,
            silent_ms: STORE_SILENT_MS_MAX + 1,
            goes_on: true,
            ..well
        };
        assert_eq!(names(away), Vec::<&str>::new());
        let full = Facts {
            behind: true,
            ..away
        };
        assert_eq!(names(full), ["behind"]);
        let cases = [
            Facts {
                stopping: true,
                ..well
            },
            Facts {
                free_bytes: Some(FREE_BYTES_MIN - 1),
                ..well
            },
            Facts {
                log_failing: true,
                ..well
            },
            Facts {
                store_failing: true,
                ..well
            },
            Facts {
                silent_ms: STORE_SILENT_MS_MAX + 1,
                ..well
            },
            Facts {
                behind: true,
                ..well
            },
        ];
        for (facts, reason) in cases.into_iter().zip(Reason::ALL) {
            assert_eq!(names(facts), [reason.name()]);
        }
    }
}
