//! What others notice of slow clients, and of a great many keys.

use std::time::Duration;

use hdrhistogram::Histogram;
use serde_json::{Value, json};
use tacit_tests::{data::Data, server::Server};

use crate::{
    Options,
    account::Account,
    address,
    client::{Rate, Traffic},
    crowd::Crowd,
    figures::{Figures, float, ms},
    house,
    keys::multiply,
    pace::{Pace, Schedule},
    report::{Bound, Report},
    say,
    visits::{ANSWERS, Visits},
};

const EVENTS: usize = 10;
/// Requests a second of the others: far from what the machine takes, so that a wait has a
/// cause.
const PER_SECOND: f64 = 4_000.0;
const ROUNDS: u64 = 3;
/// Connections that are silent, or send a byte a second.
const CROWD: usize = 3_000;
const KEYS: usize = 100_000;

/// Stretches without and with what may disturb.
#[derive(Default)]
struct Compared {
    without: Vec<Figures>,
    with: Vec<Figures>,
}

pub(crate) fn run(options: &Options, report: &mut Report) {
    crowd(options, report);
    keys(options, report);
}

fn crowd(options: &Options, report: &mut Report) {
    say("bystanders: beside slow clients, and without …");
    let data = Data::new();
    let server = house::open(&data);
    let mut visits = Visits::new(vec![data.publishable.clone()], EVENTS, ANSWERS);
    let mut compared = Compared::default();
    let mut reopened = 0;
    for round in 0..ROUNDS {
        compared
            .without
            .push(others(options, &server, &mut visits, round));
        let crowd = Crowd::start(address(&server), CROWD);
        compared
            .with
            .push(others(options, &server, &mut visits, round));
        reopened += crowd.finish();
    }
    let account = Account::of(&data, &server, &compared.all());
    compared.tell(
        report,
        "slow clients",
        [
            "slow clients: others' p99 ÷ without",
            "slow clients: others' requests/s ÷ without",
            "slow clients: all acknowledged events stored once",
        ],
        &account,
    );
    report.note(format!(
        "Slow clients: {CROWD} connections that are silent or send a byte a second; {reopened} were closed for it and came again. Others send {PER_SECOND} requests/s, {ROUNDS} times {} s with and without.",
        options.bystander_seconds,
    ));
    assert!(server.stop().success(), "the collector stops cleanly");
}

fn keys(options: &Options, report: &mut Report) {
    say("bystanders: with many keys, and with one …");
    let (few, many) = (Data::new(), Data::new());
    let keys = multiply(&many, KEYS);
    let (alone, crowded) = (house::open(&few), house::open(&many));
    let mut one = Visits::new(vec![few.publishable.clone()], EVENTS, ANSWERS);
    let mut all = Visits::new(keys, EVENTS, ANSWERS);
    let mut compared = Compared::default();
    for round in 0..ROUNDS {
        compared
            .without
            .push(others(options, &alone, &mut one, round));
        compared
            .with
            .push(others(options, &crowded, &mut all, round));
    }
    let account = Account::of(&many, &crowded, &compared.with.iter().collect::<Vec<_>>());
    compared.tell(
        report,
        "100 k keys",
        [
            "100 k keys: p99 ÷ with one key",
            "100 k keys: requests/s ÷ with one key",
            "100 k keys: all acknowledged events stored once",
        ],
        &account,
    );
    for server in [alone, crowded] {
        assert!(server.stop().success(), "the collector stops cleanly");
    }
}

fn others(options: &Options, server: &Server, visits: &mut Visits, seed: u64) -> Figures {
    let traffic = Traffic {
        address: address(server),
        connections: options.connections,
        lasts: Duration::from_secs(options.bystander_seconds),
        pace: Pace::Scheduled(Schedule::new(seed)),
        rate: &Rate::new(PER_SECOND),
        visits,
    };
    traffic.run()
}

impl Compared {
    fn all(&self) -> Vec<&Figures> {
        self.without.iter().chain(&self.with).collect()
    }

    fn tell(&self, report: &mut Report, name: &str, bars: [&'static str; 3], account: &Account) {
        let p99 = |all: &[Figures]| {
            let mut sum = Histogram::<u64>::new_with_bounds(1, 600_000_000, 3).expect("bounds");
            for figures in all {
                sum.add(&figures.accepted).expect("the same bounds");
            }
            ms(&sum, 0.99)
        };
        let accepted = |all: &[Figures]| float(all.iter().map(|one| one.accepted.len()).sum());
        report.merged(
            &format!("beside {name}"),
            &self.with.iter().collect::<Vec<_>>(),
        );
        report.merged(
            &format!("without {name}"),
            &self.without.iter().collect::<Vec<_>>(),
        );
        let [tail, throughput, stored] = bars;
        report.bar(
            tail,
            p99(&self.with) / p99(&self.without),
            Bound::AtMost(1.5),
        );
        report.bar(
            throughput,
            accepted(&self.with) / accepted(&self.without),
            Bound::AtLeast(0.98),
        );
        report.bar(
            stored,
            f64::from(u8::from(account.balances())),
            Bound::AtLeast(1.0),
        );
        let told = |all: &[Figures]| Value::Array(all.iter().map(Figures::json).collect());
        report.detail(
            name,
            json!({
                "with": told(&self.with), "without": told(&self.without), "account": account.json(),
            }),
        );
    }
}
