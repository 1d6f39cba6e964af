//! The rate at which the store keeps up, over minutes.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use serde_json::json;
use tacit_tests::data::Data;

use crate::{
    Options,
    account::{Account, Books},
    address,
    client::{Rate, Traffic},
    figures::float,
    house, memory,
    pace::{Pace, Schedule, Seeker},
    report::{Bound, Report},
    say,
    visits::{ANSWERS, Visits},
    watch::{Sample, Watch, look},
};

const EVENTS: usize = 10;
/// Requests a second to begin with.
const FIRST: f64 = 4_000.0;

pub(crate) fn run(options: &Options, report: &mut Report) {
    say("drained: as much as the store keeps up with …");
    let data = Data::new();
    let server = house::open(&data);
    let mut visits = Visits::new(vec![data.publishable.clone()], EVENTS, ANSWERS);
    let rate = Arc::new(Rate::new(FIRST));
    let watch = Watch::start(&server, Some((Seeker::new(FIRST), Arc::clone(&rate))));
    let traffic = Traffic {
        address: address(&server),
        connections: options.connections,
        lasts: Duration::from_secs(options.drain_seconds),
        pace: Pace::Scheduled(Schedule::new(3)),
        rate: &rate,
        visits: &mut visits,
    };
    let figures = traffic.run();
    let stored = Books::open(&data).counter("stored");
    let end = look(&server.api(), server.pid(), Instant::now());
    let samples = watch.finish();
    let lag = end.map_or(f64::INFINITY, |end| end.lag_seconds);
    let stored_per_second = float(stored) / figures.lasted.as_secs_f64();
    say(&format!(
        "  {stored_per_second:.0} events/s in the store, lag {lag:.1} s"
    ));
    let account = Account::of(&data, &server, &[&figures]);
    let bytes_per_event = Books::open(&data).bytes_per_event();
    report.row("drained, by what is acknowledged", &figures);
    report.bar(
        "drained: events/s in the store",
        stored_per_second,
        Bound::AtLeast(100_000.0),
    );
    report.bar(
        "drained: seconds of lag at the end",
        lag,
        Bound::AtMost(5.0),
    );
    report.bar(
        "drained: memory in the last third ÷ in the one before",
        memory::growth(samples.get(samples.len() / 3..).unwrap_or_default()),
        Bound::AtMost(1.1),
    );
    report.bar(
        "drained: all acknowledged events stored once",
        f64::from(u8::from(account.balances())),
        Bound::AtLeast(1.0),
    );
    report.note(format!(
        "Drained: {} s, {EVENTS} events a request on a schedule whose rate follows the store's lag; {bytes_per_event:.0} bytes of database an event. {}.",
        options.drain_seconds,
        memory::told(&samples, 20),
    ));
    report.detail(
        "drained",
        json!({
            "figures": figures.json(), "stored_per_second": stored_per_second, "lag_seconds": lag,
            "account": account.json(), "bytes_per_event": bytes_per_event,
            "samples": samples.iter().map(Sample::json).collect::<Vec<_>>(),
        }),
    );
    assert!(server.stop().success(), "the collector stops cleanly");
}
