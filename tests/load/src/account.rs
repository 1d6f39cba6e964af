//! Every acknowledged event is in the store exactly once: by the store's books, by the
//! numbers it has seen of each session, and for a sample by looking each event up.

use std::time::{Duration, Instant};

use rusqlite::{Connection, OpenFlags};
use serde_json::{Value, json};
use tacit_tests::{data::Data, server::Server, wait};

use crate::{
    figures::{Figures, float},
    watch::look,
};

/// Longest time the store may take to catch up with a burst.
const CATCH_UP: Duration = Duration::from_secs(900);

/// Answers that are looked up, with all that was done with each.
const LOOKED_UP_MAX: usize = 1_000;

/// What was found of what was acknowledged.
pub(crate) struct Account {
    acknowledged: u64,
    stored: u64,
    duplicate: u64,
    seen: u64,
    looked_up: usize,
    missing: usize,
    broken: u64,
    /// From the last request until the store had everything.
    pub(crate) caught_up_in: Duration,
}

impl Account {
    /// Waits until the store has everything, then counts.
    pub(crate) fn of(data: &Data, server: &Server, traffic: &[&Figures]) -> Self {
        let began = Instant::now();
        let api = server.api();
        wait::within(CATCH_UP, "the store to catch up", || {
            let sample = look(&api, server.pid(), began)?;
            (sample.backlog_mib == 0.0 && sample.lag_seconds == 0.0).then_some(())
        });
        let caught_up_in = began.elapsed();
        // The screen looks at everything before the first output is told.
        let api = api.patient(CATCH_UP);
        let books = Books::open(data);
        let (mut looked_up, mut missing) = (0, 0);
        for figures in traffic {
            let answers = figures.sample.first().map_or(1, |sent| sent.answers.len());
            for sent in figures.sample.iter().take(LOOKED_UP_MAX / answers.max(1)) {
                let there = api.census(sent.answers.iter().map(tacit_signals::Id::as_str));
                for number in 0..u32::try_from(figures.events_each).expect("a small number") {
                    let id = format!("{}:{}", sent.session, sent.first_seq + number);
                    looked_up += 1;
                    missing += usize::from(!there.contains_key(&id));
                }
            }
        }
        Self {
            acknowledged: traffic
                .iter()
                .map(|figures| figures.acknowledged_events())
                .sum(),
            stored: books.counter("stored"),
            duplicate: books.counter("duplicate"),
            seen: books.seen(),
            looked_up,
            missing,
            broken: traffic.iter().map(|figures| figures.broken).sum(),
            caught_up_in,
        }
    }

    /// Whether the sums agree. A request whose connection broke may have been kept.
    pub(crate) fn balances(&self) -> bool {
        let is_all = if self.broken == 0 {
            self.stored == self.acknowledged
        } else {
            self.stored >= self.acknowledged
        };
        is_all && self.seen == self.stored && self.duplicate == 0 && self.missing == 0
    }

    pub(crate) fn json(&self) -> Value {
        json!({
            "acknowledged_events": self.acknowledged,
            "stored_events": self.stored,
            "distinct_ids_seen": self.seen,
            "duplicates": self.duplicate,
            "looked_up": self.looked_up,
            "missing": self.missing,
            "caught_up_in_seconds": self.caught_up_in.as_secs_f64(),
        })
    }
}

/// The store's own counts, read beside the running collector.
pub(crate) struct Books(Connection);

impl Books {
    pub(crate) fn open(data: &Data) -> Self {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(data.database(), flags);
        Self(connection.expect("the database"))
    }

    /// One of the counters behind `tacit ledger`.
    pub(crate) fn counter(&self, name: &str) -> u64 {
        self.one(
            "SELECT coalesce(sum(count), 0) FROM fates WHERE name = ?1",
            &[&name],
        )
    }

    /// Events by their ids, each counted once.
    fn seen(&self) -> u64 {
        self.one("SELECT coalesce(sum(last - first + 1), 0) FROM seen", &[])
    }

    /// Bytes of the database for each stored event.
    pub(crate) fn bytes_per_event(&self) -> f64 {
        let pages = self.one(
            "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size",
            &[],
        );
        float(pages) / float(self.counter("stored").max(1))
    }

    fn one(&self, sql: &str, key: &[&dyn rusqlite::ToSql]) -> u64 {
        let found: i64 = self
            .0
            .query_row(sql, key, |row| row.get(0))
            .expect("a count");
        u64::try_from(found).expect("a count")
    }
}
