//! Sums that a running collector keeps: as soon as signals are there, after a kill, after an
//! erasure.

use serde_json::{Value, json};
use tacit_signals::{
    Share, Signal,
    signal::{CopyVia, Shown, Span},
};
use tacit_tests::{
    api::Api, data::Data, metrics::Scrape, now_ms, page::Page, server::Server, wait,
};

fn shown(model: &str) -> Signal {
    Signal::Shown(Box::new(Shown {
        chars: 90,
        words: 18,
        model: Some(model.into()),
        ..Shown::default()
    }))
}

fn copied() -> Signal {
    Signal::Copied {
        span: Span {
            chars: 80,
            share: Share::of(8, 9),
        },
        via: CopyVia::Button,
    }
}

/// A person is shown an answer and copies it.
fn visit(api: &Api, data: &Data, person: &str, model: &str) {
    let mut page = Page::new(&data.publishable).of_subject(person);
    let (at, output) = (now_ms(), format!("o-{person}"));
    let events = vec![
        page.event(at, &output, shown(model)),
        page.event(at + 1, &output, copied()),
    ];
    api.batch(&page.batch(events));
}

/// Once nothing waits.
fn rows(api: &Api, query: &str) -> Value {
    wait::until("sums to be up to date", || {
        let answer = api.get(&format!("/v1/rollups{query}")).ok().json();
        (answer["complete"] == true).then(|| answer["rows"].clone())
    })
}

fn counts(rows: &Value) -> Vec<(Value, Value, Value)> {
    let rows = rows.as_array().unwrap().iter();
    rows.map(|row| {
        (
            row["slice"].clone(),
            row["outputs"].clone(),
            row["signals"]["copied"]["count"].clone(),
        )
    })
    .collect()
}

#[test]
fn figures_follow_what_people_do() {
    let data = Data::new();
    let server = Server::start(&data);
    let api = server.api();
    assert_eq!(rows(&api, ""), json!([]));
    for (person, model) in [("u-1", "m-1"), ("u-2", "m-2"), ("u-3", "m-1")] {
        visit(&api, &data, person, model);
    }
    let of = |model: &str, count: u64| (json!(model), json!(count), json!(count));
    let by_model = rows(&api, "?by=model");
    assert_eq!(counts(&by_model), [of("m-1", 2), of("m-2", 1)]);
    assert_eq!(by_model[0]["funnel"]["used"], 2);
    let anew = api.get(&format!("/v1/rollups?by=model&as_of={}", now_ms()));
    assert_eq!(anew.ok().json()["rows"], by_model);
    let scrape = Scrape::of(&api);
    assert_eq!(scrape.sum("tacit_rollup_buckets_waiting", &[]), 0);
    let failed = scrape.sum("tacit_rollup_buckets_total", &[("result", "failed")]);
    assert_eq!(failed, 0);

    // Killed before anything was added up, or after: nothing is forgotten.
    visit(&api, &data, "u-4", "m-2");
    server.kill();
    let server = Server::start(&data);
    let api = server.api();
    assert_eq!(
        counts(&rows(&api, "?by=model")),
        [of("m-1", 2), of("m-2", 2)]
    );

    let asked = api
        .try_send("DELETE", "/v1/subjects/u-1", &[], b"")
        .unwrap();
    assert_eq!(asked.status, 202);
    let left = wait::until("the person's sums to go", || {
        let left = counts(&rows(&api, "?by=model"));
        (left != [of("m-1", 2), of("m-2", 2)]).then_some(left)
    });
    assert_eq!(left, [of("m-2", 2), of("m-1", 1)]);
    drop(server);
    let doctor = data.cli(&["doctor", "--check"]).ok();
    let line = "1 parts are what their facts give, 0 are not, 0 were passed over";
    assert!(doctor.text().contains(line), "{}", doctor.text());
}

#[test]
fn wrong_questions_are_refused_and_another_policy_is_answered_from_facts() {
    let data = Data::new();
    let server = Server::start(&data);
    let api = server.api();
    for (query, code, field) in [
        ("by=mood", "by_unsupported", "by"),
        ("since=9&until=9", "until_malformed", "until"),
        ("trust=blind", "trust_unsupported", "trust"),
        ("policy=mine", "policy_unsupported", "policy"),
        ("since=yesterday", "query_malformed", "query"),
    ] {
        let answer = api.get(&format!("/v1/rollups?{query}"));
        answer.assert_problem(400, code, Some(field));
    }
    let answer = api.get("/v1/rollups?policy=default").ok().json();
    assert_eq!(answer["version"], 1);
}
