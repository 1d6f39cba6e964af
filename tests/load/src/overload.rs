//! Ten times what the store keeps up with, on a schedule that waits for nobody.

use std::{sync::Arc, time::Duration};

use serde_json::json;
use tacit_tests::data::Data;

use crate::{
    Options,
    account::Account,
    address,
    client::{Rate, Traffic},
    figures::float,
    house, memory,
    pace::{Pace, Schedule, Seeker},
    report::{Bound, Report},
    say,
    visits::Visits,
    watch::{Sample, Watch},
};

/// Ten times as many small requests as the store takes are more than a client on the
/// same two cores can send. Large ones about many answers are as much work for the store
/// and fewer to send.
const EVENTS: usize = 500;
const ANSWERS: usize = 250;
const TIMES: f64 = 10.0;
/// So small that it is full within seconds, and for nearly all of the run.
const BACKLOG_BYTES: u64 = 16 * 1024 * 1024;
/// Seconds to find what the store keeps up with.
const SEEK_SECONDS: u64 = 20;
/// Requests a second to begin with.
const FIRST: f64 = 100.0;
const CONNECTIONS: usize = 512;

pub(crate) fn run(options: &Options, report: &mut Report) {
    say("overload: what the store keeps up with …");
    let data = Data::new();
    let server = house::open_with(&data, &format!("[log]\nbacklog_bytes = {BACKLOG_BYTES}\n"));
    let mut visits = Visits::new(vec![data.publishable.clone()], EVENTS, ANSWERS);
    let bytes = visits.bytes();
    let rate = Arc::new(Rate::new(FIRST));
    let mut send = |seconds, rate: &Rate| {
        let traffic = Traffic {
            address: address(&server),
            connections: CONNECTIONS,
            lasts: Duration::from_secs(seconds),
            pace: Pace::Scheduled(Schedule::new(5)),
            rate,
            visits: &mut visits,
        };
        traffic.run()
    };
    let watch = Watch::start(&server, Some((Seeker::new(FIRST), Arc::clone(&rate))));
    let before = send(SEEK_SECONDS, &rate);
    watch.finish();
    let capacity = rate.get();
    say(&format!(
        "overload: {capacity:.0} requests/s are kept up with; now {TIMES} times that …"
    ));
    let watch = Watch::start(&server, None);
    let figures = send(options.overload_seconds, &Rate::new(capacity * TIMES));
    let samples = watch.finish();
    let account = Account::of(&data, &server, &[&before, &figures]);
    let offered = float(figures.sent + figures.unsent);
    let times = offered / figures.lasted.as_secs_f64() / capacity;
    let shed = float(figures.shed.len());
    say(&format!(
        "  {:.0} requests/s offered, {:.0} accepted, {:.0} shed; p99 of the accepted {:.1} ms",
        offered / figures.lasted.as_secs_f64(),
        figures.requests_per_second(),
        shed / figures.lasted.as_secs_f64(),
        figures.p99_ms(),
    ));
    let foreign: u64 = figures
        .statuses
        .iter()
        .filter(|(status, _)| ![204, 429, 503].contains(*status))
        .map(|(_, count)| count)
        .sum();
    report.row("overload ×10, accepted", &figures);
    report.bar(
        "overload: times what is kept up with",
        times,
        Bound::AtLeast(TIMES * 0.98),
    );
    report.bar(
        "overload: share not sent for want of a connection",
        float(figures.unsent) / offered,
        Bound::AtMost(0.01),
    );
    report.bar(
        "overload: p99 ms of accepted requests",
        figures.p99_ms(),
        Bound::AtMost(250.0),
    );
    report.bar(
        "overload: shed without Retry-After, answered otherwise or not at all",
        float(figures.no_retry_after + foreign + figures.broken),
        Bound::AtMost(0.0),
    );
    report.bar(
        "overload: memory in the second half ÷ in the first",
        memory::growth(&samples),
        Bound::AtMost(1.1),
    );
    report.bar(
        "overload: all acknowledged events stored once",
        f64::from(u8::from(account.balances())),
        Bound::AtLeast(1.0),
    );
    report.note(format!(
        "Overload: {EVENTS} events about {} answers and {bytes} bytes a request, {CONNECTIONS} connections, a backlog of {} MiB; {:.0} requests/s offered, {:.0} shed. {}.",
        ANSWERS / crate::visits::BATCHES,
        BACKLOG_BYTES / 1_048_576,
        offered / figures.lasted.as_secs_f64(),
        shed / figures.lasted.as_secs_f64(),
        memory::told(&samples, 5),
    ));
    report.detail("overload", json!({
        "capacity_requests_per_second": capacity, "offered": offered, "figures": figures.json(),
        "account": account.json(), "samples": samples.iter().map(Sample::json).collect::<Vec<_>>(),
    }));
    assert!(server.stop().success(), "the collector stops cleanly");
}
