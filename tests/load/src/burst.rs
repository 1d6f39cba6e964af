//! As many requests as are answered, over the same connections: against a handler that
//! does nothing, against the collector, and against another server if there is one, in turn.

use std::{
    fs::{self, DirEntry},
    io,
    path::Path,
    time::Duration,
};

use serde_json::{Value, json};
use tacit_tests::data::Data;

use crate::{
    Options,
    account::{Account, Books},
    address,
    ceiling::Ceiling,
    client::{Rate, Traffic},
    figures::{Figures, float},
    house,
    pace::Pace,
    report::{Bound, Report},
    say,
    visits::{ANSWERS, Visits},
};

/// Events of a request.
const EVENTS: usize = 10;

pub(crate) fn run(options: &Options, report: &mut Report) {
    let (mut ceilings, mut durables, mut details) = (Vec::new(), Vec::new(), Vec::new());
    let mut peers: Vec<Figures> = Vec::new();
    let (mut all_there, mut bytes) = (true, 0);
    for round in 1..=options.rounds {
        say(&format!(
            "burst {round} of {}: the ceiling …",
            options.rounds
        ));
        let data = Data::new();
        let mut visits = Visits::new(vec![data.publishable.clone()], EVENTS, ANSWERS);
        bytes = visits.bytes();
        let ceiling = Ceiling::start();
        let saturate = |address, seconds, visits: &mut Visits| {
            let traffic = Traffic {
                address,
                connections: options.connections,
                lasts: Duration::from_secs(seconds),
                pace: Pace::WhenFree,
                rate: &Rate::new(0.0),
                visits,
            };
            traffic.run()
        };
        let free = saturate(ceiling.address, options.ceiling_seconds, &mut visits);
        drop(ceiling);
        if let Some(peer) = options.peer {
            say(&format!("burst {round} of {}: {peer} …", options.rounds));
            peers.push(saturate(peer, options.burst_seconds, &mut visits));
        }
        say(&format!(
            "burst {round} of {}: the collector …",
            options.rounds
        ));
        let server = house::open(&data);
        let durable = saturate(address(&server), options.burst_seconds, &mut visits);
        let account = Account::of(&data, &server, &[&durable]);
        let disk = json!({
            "database": Books::open(&data).bytes_per_event(),
            "log": float(folder_bytes(&data.path().join("log"))) / float(durable.acknowledged_events()),
        });
        let ratio = durable.requests_per_second() / free.requests_per_second();
        say(&format!(
            "  {:.0} of {:.0} requests/s: {ratio:.3}; in the store {:.0} s later",
            durable.requests_per_second(),
            free.requests_per_second(),
            account.caught_up_in.as_secs_f64(),
        ));
        all_there &= account.balances() && durable.statuses.keys().all(|status| *status == 204);
        let mut told = told(&free, &durable, &account, ratio);
        if let Some(peer) = peers.last() {
            told["peer"] = peer.json();
        }
        told["disk_bytes_per_event"] = disk;
        details.push(told);
        assert!(server.stop().success(), "the collector stops cleanly");
        ceilings.push(free);
        durables.push(durable);
    }
    report.merged(
        "no-op handler, the ceiling",
        &ceilings.iter().collect::<Vec<_>>(),
    );
    report.merged("durable burst", &durables.iter().collect::<Vec<_>>());
    if let Some(peer) = options.peer {
        report.merged(
            &format!("peer at {peer}"),
            &peers.iter().collect::<Vec<_>>(),
        );
    }
    report.bar(
        "burst ÷ ceiling, median",
        median(&details),
        Bound::AtLeast(0.55),
    );
    report.bar(
        "burst: all acknowledged events stored once",
        f64::from(u8::from(all_there)),
        Bound::AtLeast(1.0),
    );
    report.note(format!(
        "Burst: {} rounds, {EVENTS} events and {bytes} bytes a request, {} connections that send as soon as they are answered.",
        options.rounds, options.connections,
    ));
    report.detail("burst", Value::Array(details));
}

fn folder_bytes(folder: &Path) -> u64 {
    let files = fs::read_dir(folder).expect("the log");
    let len = |file: io::Result<DirEntry>| file.and_then(|file| file.metadata());
    files.map(|file| len(file).expect("a file").len()).sum()
}

fn told(free: &Figures, durable: &Figures, account: &Account, ratio: f64) -> Value {
    json!({
        "ceiling": free.json(), "durable": durable.json(),
        "account": account.json(), "ratio": ratio,
    })
}

fn median(details: &[Value]) -> f64 {
    let mut ratios: Vec<f64> = details
        .iter()
        .filter_map(|one| one["ratio"].as_f64())
        .collect();
    ratios.sort_by(f64::total_cmp);
    ratios.get(ratios.len() / 2).copied().unwrap_or_default()
}
