//! What forgets, by the command line and over HTTP: on a ClickHouse server as in a file.

use serde_json::{Value, json};
use tacit_tests::{
    clickhouse::ClickHouse,
    data::{Data, arg},
    now_ms,
    page::Page,
    rows,
    server::Server,
    signals::{copied, edit_text, shown},
};

use super::{data, server};

const DAY_MS: u64 = 86_400_000;
const PERSON: &str = "u-forget-me";

/// Fills a store with what people did until two days ago.
fn fill(data: &Data, end: u64) -> Value {
    let end = end.to_string();
    let args = [
        "simulate",
        "--signals",
        "3000",
        "--days",
        "20",
        "--seed",
        "7",
        "--project",
        "shop",
        "--end",
        &end,
        "--json",
    ];
    data.cli(&args).ok().json()
}

/// Labels, but for what hangs on the secrets of a store.
fn labels(data: &Data, as_of: u64) -> Vec<Value> {
    let mut labels = rows(&data.export("labels", as_of));
    for label in &mut labels {
        let label = label.as_object_mut().unwrap();
        label.remove("subject");
        label.remove("policy");
    }
    labels
}

fn without_bytes(counts: &Value) -> Value {
    let mut counts = counts.clone();
    counts.as_object_mut().unwrap().remove("bytes");
    counts
}

fn events(data: &Data) -> Value {
    let ledger = data.cli(&["ledger", "--json"]).ok().json();
    ledger["events"].clone()
}

#[test]
fn what_is_past_its_time_goes_as_it_does_from_a_file() {
    let Some(house) = server() else { return };
    let (file, far) = (Data::new(), data(&house));
    let both = [&file, &far];
    let as_of = now_ms();
    let end = as_of - 2 * DAY_MS;
    let said = both.map(|data| fill(data, end));
    assert_eq!(said[0]["signals"], said[1]["signals"]);
    let before = labels(&file, as_of);
    assert_eq!(labels(&far, as_of), before);

    let older = ["--older-than", "12d", "--texts-older-than", "7d", "--json"];
    let dry = [&["expire", "--dry-run"], &older[..]].concat();
    let would = both.map(|data| data.cli(&dry).ok().json()["would_remove"].clone());
    assert_eq!(without_bytes(&would[1]), without_bytes(&would[0]));
    for name in ["bytes", "events", "outputs", "registered_texts"] {
        assert!(would[1][name].as_u64() > Some(9), "{name}: {}", would[1]);
    }
    let config = far.config("[retention]\nsignals = \"12d\"\ntexts = \"7d\"");
    let doctor = ["doctor", "--config", arg(&config), "--json"];
    let late = far.cli(&doctor);
    assert_eq!(late.code, 1, "{late:?}");
    assert_eq!(late.json()["retention"]["would_remove"], would[1]);

    // Alone on the file, beside a server on the other.
    let server = Server::start(&far);
    let api = server.api();
    let all = [&["expire"], &older[..]].concat();
    let done = both.map(|data| data.cli(&all).ok().json());
    let [expected, found] = done.each_ref().map(|done| without_bytes(&done["removed"]));
    assert_eq!(found, expected);
    assert_eq!(found["events"], would[1]["events"]);
    assert!(found["people"].as_u64() > Some(9), "{found}");
    assert_eq!(
        (&done[1]["state"], &done[1]["why"]),
        (&json!("done"), &json!("asked"))
    );

    let kept = api.get("/v1/retention").ok().json();
    let reached = &done[1]["horizons"][0];
    for name in ["signals_before", "texts_before"] {
        assert!(kept["gone"][name].is_u64(), "{kept}");
        assert_eq!(kept["gone"][name], reached[name], "{kept}");
        assert_eq!(kept["runs"][0][name], reached[name], "{kept}");
    }
    assert_eq!(kept["runs"].as_array().map(Vec::len), Some(1), "{kept}");
    assert_eq!(
        (
            &kept["runs"][0]["state"],
            &kept["runs"][0]["why"],
            &kept["next"]
        ),
        (&json!("done"), &json!("asked"), &Value::Null)
    );
    assert!(server.stop().success());

    let expected = events(&file);
    assert_eq!(events(&far), expected);
    assert_eq!(expected["expired"], found["events"]);
    let left = labels(&file, as_of);
    assert_eq!(labels(&far, as_of), left);
    assert!(!left.is_empty() && left.len() < before.len());
    let sound = far.cli(&doctor).ok().json();
    assert_eq!(sound["ok"], true, "{sound}");
    assert_eq!(sound["retention"]["would_remove"]["events"], 0, "{sound}");
    let again = far.cli(&all).ok().json();
    assert_eq!(again["removed"], json!({}), "{again}");
}

/// Somebody, and somebody else on an answer of all.
fn visits(server: &Server, data: &Data) {
    let api = server.api();
    let said = api.register(&json!([
        {"id": "o-mine", "aliases": ["chat-mine"], "subject": PERSON, "conversation": "c-mine",
         "input": [{"role": "user", "content": "Mine asked"}], "output": "Mine answered"},
        {"id": "o-faq", "output": "Answer for all"},
    ]));
    assert!(said.iter().all(|output| output["status"] == "created"));
    let now = now_ms();
    for (person, output) in [(PERSON, "o-mine"), ("u-other", "o-other")] {
        let mut page = Page::new(&data.publishable).of_subject(person);
        let acts = [
            page.event(now - 9_000, output, shown(("c-mine", 0, 0))),
            page.event(now - 1_000, "o-faq", copied(900)),
        ];
        api.batch(&page.batch(acts.into()));
        let text = page.event(now, output, edit_text("Text of theirs"));
        api.batch(&page.batch(vec![text]));
    }
    let _ = api.drained();
}

/// How many rows of a table hold a text.
fn holding(house: &ClickHouse, data: &Data, (table, column): (&str, &str), text: &str) -> String {
    let store = data.store.as_deref().unwrap();
    let database = store.rsplit('/').next().unwrap();
    let select =
        format!("SELECT count() FROM {database}.{table} WHERE position({column}, '{text}') > 0");
    house.ask(&select).trim().to_owned()
}

#[test]
fn a_person_is_erased_by_the_command_line() {
    let Some(house) = server() else { return };
    let data = data(&house);
    let server = Server::start(&data);
    visits(&server, &data);
    let places = [
        (("registrations", "body"), "Mine asked"),
        (("registrations", "output"), "o-mine"),
        (("chunks", "output"), "o-mine"),
        (("links", "source"), "chat-mine"),
    ];
    let found = || places.map(|(place, text)| holding(&house, &data, place, text));
    assert!(found().iter().all(|count| count != "0"), "{:?}", found());
    assert!(server.stop().success());

    let erase = ["erase", PERSON, "--json"];
    let done = data.cli(&erase).ok().json();
    assert_eq!(done["state"], "done", "{done}");
    let store = done["steps"].as_array().unwrap().iter();
    let store = store.clone().find(|step| step["step"] == "store").unwrap();
    assert_eq!(store["found"]["events"], 3, "{done}");
    assert_eq!(found(), ["0"; 4]);
    assert_eq!(data.cli(&erase).ok().json()["job"], done["job"], "the same");
    let told = events(&data);
    assert_eq!(
        (&told["erased"], &told["stored"]),
        (&json!(3), &json!(3)),
        "{told}"
    );
    let sound = data.cli(&["doctor", "--check", "--json"]).ok().json();
    assert_eq!(sound["ok"], true, "{sound}");

    // Beside a server, and nothing more is taken of them.
    let server = Server::start(&data);
    let api = server.api();
    assert_eq!(api.get("/v1/outputs/o-mine").status, 404);
    assert_eq!(api.get("/v1/outputs/chat-mine").status, 404);
    assert_eq!(api.output("o-faq")["output"]["output"], "Answer for all");
    let other = data.cli(&["erase", "u-other", "--json"]).ok().json();
    assert_eq!(other["state"], "done", "{other}");
    let again = api.register(&json!({"id": "o-mine", "output": "Mine answered"}));
    assert_eq!(again[0]["status"], "erased");
    let ledger = api.drained();
    assert_eq!((ledger.events.erased, ledger.events.stored), (6, 0));
    let listed = api.get("/v1/erasures").ok().json();
    assert_eq!(
        listed["erasures"].as_array().map(Vec::len),
        Some(2),
        "{listed}"
    );
    assert!(server.stop().success());
}
