//! One scrape: what is known of itself, gathered, and written down.

use std::{collections::BTreeMap, fmt, path::Path};

use prometheus_client::{encoding::text, registry::Registry};

use super::{
    books::{self, Book},
    count,
    family::{Families, Family, Kind},
    process,
};
use crate::{
    collector::Collector,
    control::{Control, ProjectId},
    label::State,
    limits::METRICS_PROJECTS_MAX,
    ready::{Facts, Reason},
    rollup,
    store::StoreError,
};

/// What a scrape is written in.
pub const CONTENT_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// The project of those that are not named.
const OTHER: &str = "_other";

/// Everything, as OpenMetrics text; of projects, only `named` is called by its name, or,
/// without one, as many as may be. Reads the store's counters, never its facts.
pub fn scrape(
    collector: &Collector,
    data: &Path,
    named: Option<ProjectId>,
    now: u64,
) -> Result<String, StoreError> {
    let control = collector.control.get();
    let names = names(&control, named);
    // The store first and what arrived last: whatever happens meanwhile, no sum of parts
    // is more than its whole.
    let counters = collector.store.all_fates()?;
    let books = books(collector, &names, counters);
    let received = collector.outcomes.received_batches();
    let facts = Facts::of(collector, data, now);
    let mut families = books::flows(&books, received);
    families.extend(books::ledger(&books));
    families.extend(parts(collector, &facts));
    families.extend(labels(collector, &names));
    families.push(not_ready(&facts));
    families.extend(work(collector)?);
    families.extend(kept(collector)?);
    families.extend(rollups(collector, now)?);
    families.extend(count::families());
    families.extend(process::families());
    let mut build = Family::new("tacit_build_info", "What runs; always 1", Kind::Gauge);
    build.add(&[("version", env!("CARGO_PKG_VERSION"))], 1);
    families.push(build);
    written(collector, families).map_err(|_| StoreError::Unreadable("metrics"))
}

fn written(collector: &Collector, families: Vec<Family>) -> Result<String, fmt::Error> {
    let mut registry = Registry::default();
    collector.metrics.http.register(&mut registry);
    collector.log.meter().register(&mut registry);
    collector.progress.meter.register(&mut registry);
    registry.register_collector(Box::new(Families(families)));
    let mut written = String::new();
    text::encode(&mut written, &registry)?;
    Ok(written)
}

/// Projects that are called by their names.
fn names(control: &Control, named: Option<ProjectId>) -> BTreeMap<ProjectId, String> {
    let projects = control.projects.values();
    projects
        .filter(|project| named.is_none_or(|named| named == project.id))
        .take(METRICS_PROJECTS_MAX)
        .map(|project| (project.id, project.name.clone()))
        .collect()
}

fn books(
    collector: &Collector,
    names: &BTreeMap<ProjectId, String>,
    mut counters: BTreeMap<ProjectId, BTreeMap<String, u64>>,
) -> Vec<Book> {
    let book = |project: Option<ProjectId>, name: &str, counters| {
        let tally = collector.outcomes.of(project);
        let ever = tally.ever();
        Book {
            name: name.to_owned(),
            since_start: tally.since_start(&ever),
            ever,
            counters,
        }
    };
    let mut books = vec![book(None, "", BTreeMap::new())];
    let mut other: Option<Book> = None;
    for &project in collector.control.get().projects.keys() {
        let counters = counters.remove(&project).unwrap_or_default();
        match names.get(&project) {
            Some(name) => books.push(book(Some(project), name, counters)),
            None => {
                let book = book(Some(project), OTHER, counters);
                match &mut other {
                    Some(other) => other.add(&book),
                    None => other = Some(book),
                }
            }
        }
    }
    books.extend(other);
    books
}

fn parts(collector: &Collector, facts: &Facts) -> Vec<Family> {
    let gauge = |name, help| Family::new(name, help, Kind::Gauge);
    let log = &collector.log;
    #[expect(clippy::cast_precision_loss, reason = "a lag is far below 2^53 ms")]
    let seconds = facts.lag_ms as f64 / 1_000.0;
    let mut lag = gauge(
        "tacit_fold_lag",
        "How long the oldest batch in the log waits for the store",
    )
    .seconds();
    lag.add_real(&[], seconds);
    let mut families = vec![
        gauge(
            "tacit_http_requests_open",
            "Requests that are being answered",
        )
        .of(collector.metrics.http.open()),
        gauge(
            "tacit_log_queue_batches",
            "Batches that wait for the log's writer",
        )
        .of(log.meter().queued() as u64),
        gauge("tacit_log_queue", "Bytes that wait for the log's writer")
            .bytes()
            .of(log.queue_bytes()),
        gauge(
            "tacit_log_backlog",
            "Bytes of the log the store does not have",
        )
        .bytes()
        .of(facts.backlog_bytes),
        gauge(
            "tacit_log_backlog_limit",
            "Bytes of backlog from which batches are refused",
        )
        .bytes()
        .of(log.backlog_bytes_max()),
        gauge(
            "tacit_log_damaged",
            "Unreadable bytes found in the log since the start",
        )
        .bytes()
        .of(facts.damaged_bytes),
        lag,
    ];
    if let Some(free) = facts.free_bytes {
        let family = gauge("tacit_data_free", "Free bytes where the data is").bytes();
        families.push(family.of(free));
    }
    families
}

fn not_ready(facts: &Facts) -> Family {
    let found = facts.reasons();
    let help = "1 for each reason for which batches are not taken, else 0";
    let mut family = Family::new("tacit_not_ready", help, Kind::Gauge);
    for reason in Reason::ALL {
        let holds = found.iter().any(|(found, _)| *found == reason);
        family.add(&[("reason", reason.name())], u64::from(holds));
    }
    family
}

fn labels(collector: &Collector, names: &BTreeMap<ProjectId, String>) -> [Family; 2] {
    let mut labels = Family::new(
        "tacit_labels",
        "Labels by state, as last counted",
        Kind::Gauge,
    );
    let help = "When the labels of a project were last counted, Unix time";
    let mut counted = Family::new("tacit_labels_counted_timestamp", help, Kind::Gauge).seconds();
    for (&project, name) in names {
        let Some(count) = collector.metrics.labels.of(project) else {
            continue;
        };
        for state in State::ALL.map(State::name) {
            let number = count.states.get(state).copied().unwrap_or_default();
            labels.add(&[("project", name), ("state", state)], number);
        }
        #[expect(clippy::cast_precision_loss, reason = "a moment in ms is below 2^53")]
        counted.add_real(&[("project", name)], count.at as f64 / 1_000.0);
    }
    [labels, counted]
}

fn work(collector: &Collector) -> Result<[Family; 2], StoreError> {
    let open = collector.store.open_erasures()?.len() as u64;
    let gauge = |name, help| Family::new(name, help, Kind::Gauge);
    Ok([
        gauge("tacit_builds_waiting", "Dataset builds that are not done")
            .of(collector.builds.unfinished() as u64),
        gauge("tacit_erasures_open", "Erasures that are not finished").of(open),
    ])
}

/// What is kept of sums, and how far behind it is.
fn rollups(collector: &Collector, now: u64) -> Result<[Family; 4], StoreError> {
    let policy = collector.policies.named(None);
    let version = policy.map(rollup::version).unwrap_or_default();
    let store = &collector.store;
    let waiting = store.rollups_waiting(None, &version, rollup::step(now))?;
    let meter = &collector.rollups;
    let help = "How long the first part of the roll-ups that waits has waited";
    let mut lag = Family::new("tacit_rollup_lag", help, Kind::Gauge).seconds();
    lag.add_real(&[], seconds(meter.lag_ms(None, collector.steady_ms())));
    let help = "Parts of the roll-ups that were added up";
    let mut buckets = Family::new("tacit_rollup_buckets", help, Kind::Counter);
    buckets.add(&[("result", "done")], meter.buckets());
    buckets.add(&[("result", "failed")], meter.failures());
    let help = "Time that adding up roll-ups took";
    let mut busy = Family::new("tacit_rollup_busy", help, Kind::Counter).seconds();
    busy.add_real(&[], seconds(meter.busy_ms()));
    let help = "Parts of the roll-ups that are not up to date";
    Ok([
        Family::new("tacit_rollup_buckets_waiting", help, Kind::Gauge).of(waiting),
        lag,
        buckets,
        busy,
    ])
}

#[expect(clippy::cast_precision_loss, reason = "far below 2^53 ms")]
fn seconds(ms: u64) -> f64 {
    ms as f64 / 1_000.0
}

/// How large the store is, and may be.
fn kept(collector: &Collector) -> Result<Vec<Family>, StoreError> {
    let bytes = collector.store.bytes()?;
    let gauge = |name, help| Family::new(name, help, Kind::Gauge);
    let open = u64::from(collector.store.open_expiry()?.is_some());
    let mut families = vec![
        gauge(
            "tacit_store_used",
            "Bytes of the database that hold something",
        )
        .bytes()
        .of(bytes.used),
        gauge("tacit_store_file", "Bytes of the database's file")
            .bytes()
            .of(bytes.file),
        gauge("tacit_expiries_open", "Expiries that are not finished").of(open),
    ];
    if let Some(max) = collector.expiries.max_bytes() {
        let help = "Bytes of the database from which the oldest days go";
        families.push(gauge("tacit_store_limit", help).bytes().of(max));
    }
    Ok(families)
}
