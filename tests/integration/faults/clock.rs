//! The machine's clock is set forward and back while the collector runs.

use std::{fs, path::PathBuf};

use serde_json::json;
use tacit_tests::{
    data::{Data, arg},
    now_ms,
    page::Page,
    server::Server,
    signals::{copied, shown},
    wait,
};

use super::ready;

const DAY_MS: u64 = 86_400_000;

/// libfaketime, which the system's linker puts before the C library.
fn library() -> PathBuf {
    let places = fs::read_dir("/usr/lib")
        .unwrap()
        .map(|entry| entry.unwrap().path());
    places
        .map(|path| path.join("faketime/libfaketimeMT.so.1"))
        .find(|path| path.is_file())
        .expect("this test sets a process's clock and needs libfaketime: apt-get install faketime")
}

#[test]
fn a_clock_that_is_set_harms_nothing() {
    let data = Data::new();
    let clock = data.beside("clock");
    let set = |to: &str| fs::write(&clock, to).unwrap();
    set("+0");
    let preload = format!("LD_PRELOAD={}", library().display());
    let file = format!("FAKETIME_TIMESTAMP_FILE={}", arg(&clock));
    let wrapper = [
        "env",
        &preload,
        &file,
        "FAKETIME_NO_CACHE=1",
        "FAKETIME_DONT_FAKE_MONOTONIC=1",
    ];
    let server = Server::start_under(&data, &wrapper);
    let api = server.api();
    let registered = api.register(&json!({"id": "o-signed", "output": "text"}));
    let token = registered[0]["token"].as_str().unwrap().to_owned();
    let mut page = Page::new(&data.publishable);
    let mut sent = 0;
    for (days, to) in [(0, "+0"), (2, "+2d"), (-2, "-2d"), (3, "+3d"), (0, "+0")] {
        set(to);
        sent += 1;
        let output = format!("o-{sent}");
        let at = now_ms() - 60_000;
        let mut events = vec![
            page.event(at, &output, shown(("c-1", sent, 0))),
            page.event(at + 1_000, &output, copied(900)),
            page.event(at + 30_000, "o-signed", copied(900)),
        ];
        events[2].token = Some(token.clone().into());
        api.batch(&page.batch(events));
        // The backlog is measured by the same clock: it is none for long.
        ready(&api);
        let ledger = api.drained();
        assert_eq!(ledger.events.stored, u64::from(sent) * 3, "{ledger:?}");
        let told = api.output(&output);
        let now = now_ms()
            .checked_add_signed(days * DAY_MS.cast_signed())
            .unwrap();
        for signal in told["signals"].as_array().unwrap() {
            let (at, received) = (
                signal["corrected_at"].as_u64().unwrap(),
                signal["received_at"].as_u64().unwrap(),
            );
            assert!(received.abs_diff(now) < 30_000, "{to}: {signal}");
            // The page's own minute, by whatever the collector's clock says.
            assert!(
                (55_000..95_000).contains(&(received - at)),
                "{to}: {signal}"
            );
        }
        let signed = api.output("o-signed");
        let mut told = signed["signals"].as_array().unwrap().iter();
        assert!(
            told.all(|signal| signal["signed"] == true),
            "{to}: {signed}"
        );
        // A moment before it was registered knows nothing of that.
        let trust = if days < 0 { "claimed" } else { "signed" };
        assert_eq!(signed["label"]["trust"], trust, "{to}: {signed}");
    }
    // It is looked at now and then: what is taken back at once may go unnoticed.
    set("+1d");
    wait::until("the clock to be mentioned", || {
        server
            .said()
            .contains("clock of this machine was set")
            .then_some(())
    });
    server.kill();
    let server = Server::start(&data);
    let api = server.api();
    assert_eq!(api.drained().events.stored, u64::from(sent) * 3);
    // Everything is in the labels of a moment after all of it.
    let as_of = now_ms() + 4 * DAY_MS;
    let labels = api.get(&format!("/v1/labels?format=ndjson&as_of={as_of}"));
    let outputs = tacit_tests::rows(labels.ok().text());
    assert_eq!(outputs.len() as u64, u64::from(sent) + 1);
}
