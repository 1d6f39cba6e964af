//! From a registered output and a browser's batch to a row of training data.

use serde_json::{Value, json};
use tacit_signals::SessionId;
use tacit_tests::{
    api::Api,
    data::Data,
    now_ms,
    page::Page,
    rows,
    server::Server,
    signals::{Place, copied, edit_text, edited, read, regenerated, shown, shown_instead},
    sorted_rows,
};

const GOOD: Place<'_> = ("c-1", 0, 0);
const BAD: Place<'_> = ("c-1", 1, 0);
const KEPT: Place<'_> = ("c-1", 1, 1);
const EDITED: Place<'_> = ("c-1", 2, 0);
const ALIASED: Place<'_> = ("c-2", 0, 0);
const BARE: Place<'_> = ("c-3", 0, 0);

const FORMATS: [&str; 4] = ["labels", "trl-sft", "trl-dpo", "trl-kto"];

/// Two sessions that did the same, one told in binary and one in JSON.
struct Story {
    server: Server,
    data: Data,
    binary: Page,
    json: Page,
    base: u64,
    as_of: u64,
}

impl Story {
    fn told() -> Self {
        let data = Data::new();
        let server = Server::start(&data);
        let api = server.api();
        register(&api);
        let base = now_ms() - 120_000;
        let page = |byte| {
            let session = SessionId([byte; 16]);
            Page::of_session(&data.publishable, session).of_subject("u-42")
        };
        let (mut binary, mut json) = (page(0x11), page(0x22));
        let batch = acts(&mut binary, base);
        api.batch(&batch);
        let text = binary.event(base + 52_000, "o-edited", edit_text("Edited answer."));
        api.batch(&binary.batch(vec![text]));
        let batch = acts(&mut json, base);
        api.batch_as_json(&batch);
        let text = json.event(base + 52_000, "o-edited", edit_text("Edited answer."));
        api.batch_as_json(&json.batch(vec![text]));
        let ledger = api.drained();
        assert_eq!(ledger.events.stored, 36, "{ledger:?}");
        assert_eq!(ledger.batches.acknowledged, 4, "{ledger:?}");
        Self {
            data,
            server,
            binary,
            json,
            base,
            as_of: now_ms(),
        }
    }
}

fn register(api: &Api) {
    let output = |id: &str, place: Place<'_>, text: Option<&str>, aliases: &[&str]| {
        let (conversation, turn, variant) = place;
        json!({
            "id": id, "aliases": aliases, "conversation": conversation, "turn": turn,
            "variant": variant, "subject": "u-42", "model": "m-1",
            "prompt_version": "support@14", "arms": {"tone": "b"},
            "input": [{"role": "user", "content": format!("Question of {conversation}/{turn}")}],
            "output": text,
        })
    };
    let outputs = json!([
        output("o-good", GOOD, Some("Good answer."), &[]),
        output("o-bad", BAD, Some("Bad answer."), &[]),
        output("o-kept", KEPT, Some("Kept answer."), &[]),
        output("o-edited", EDITED, Some("Answer to edit."), &[]),
        output(
            "o-aliased",
            ALIASED,
            Some("Aliased answer."),
            &["chatcmpl-9"]
        ),
        output("o-bare", BARE, None, &[]),
    ]);
    for registered in api.register(&outputs) {
        assert_eq!(registered["status"], "created", "{registered}");
        assert!(registered["token"].is_string(), "{registered}");
    }
}

/// What the person did, in one batch.
fn acts(page: &mut Page, base: u64) -> tacit_signals::Batch {
    let acts = [
        (0, "o-good", shown(GOOD)),
        (5_000, "o-good", read(4_000)),
        (10_000, "o-good", copied(900)),
        (20_000, "o-bad", shown(BAD)),
        (24_000, "o-bad", read(4_000)),
        (26_000, "o-bad", regenerated(5_000)),
        (30_000, "o-kept", shown_instead(KEPT, "o-bad")),
        (34_000, "o-kept", read(4_000)),
        (35_000, "o-kept", copied(500)),
        (40_000, "o-edited", shown(EDITED)),
        (50_000, "o-edited", edited(800)),
        (60_000, "chatcmpl-9", shown(ALIASED)),
        (64_000, "chatcmpl-9", copied(1_000)),
        (70_000, "o-bare", shown(BARE)),
        (71_000, "o-bare", copied(1_000)),
        (80_000, "o-claimed", shown(("c-4", 0, 0))),
        (81_000, "o-claimed", copied(1_000)),
    ];
    let events = acts.into_iter();
    let events = events.map(|(after, output, signal)| page.event(base + after, output, signal));
    let events = events.collect();
    page.batch(events)
}

#[test]
fn an_output_explains_itself() {
    let story = Story::told();
    let explained = story.server.api().output("o-good");

    let output = &explained["output"];
    assert_eq!(output["id"], "o-good");
    assert_eq!(output["trust"], "known");
    assert_eq!(output["output"], "Good answer.");
    assert_eq!(output["arms"], json!({"tone": "b"}));

    let (a, b) = (&story.binary, &story.json);
    let signals = explained["signals"].as_array().unwrap();
    let ids: Vec<_> = signals
        .iter()
        .map(|signal| signal["id"].as_str().unwrap())
        .collect();
    let of = |seq| [a.event_id(seq), b.event_id(seq)];
    assert_eq!(ids, [of(0), of(1), of(2)].concat(), "by time, then session");
    assert_eq!(signals[4]["kind"], "copied");
    assert_eq!(signals[4]["share"], 0.9);
    assert_eq!(signals[4]["chars"], 720);
    assert_eq!(signals[4]["via"], "selection");
    assert_eq!(signals[4]["at"], story.base + 10_000);
    assert!(signals[4]["received_at"].as_u64().unwrap() <= story.as_of);

    let label = &explained["label"];
    assert_eq!(label["state"], "positive");
    assert_eq!(label["score"], 3.0);
    assert_eq!(label["weight"], 6.0);
    assert_eq!(label["mature"], false);
    // Of equal copies the first counts.
    let reason = json!([{"rule": "copied_most", "polarity": 1, "weight": 3.0,
        "evidence": [a.event_id(2)]}]);
    assert_eq!(label["reasons"], reason);
}

#[test]
fn binary_and_json_say_the_same() {
    let story = Story::told();
    let api = story.server.api();
    let mut pairs = 0;
    for output in [
        "o-good",
        "o-bad",
        "o-kept",
        "o-edited",
        "o-aliased",
        "o-bare",
        "o-claimed",
    ] {
        let explained = api.output(output);
        let of = |page: &Page| -> Vec<Value> {
            let session = page.session.to_string();
            let signals = explained["signals"].as_array().unwrap().iter();
            let own = signals.filter(|signal| signal["id"].as_str().unwrap().starts_with(&session));
            own.cloned().map(without_delivery).collect()
        };
        assert_eq!(of(&story.binary), of(&story.json), "{output}");
        pairs += of(&story.json).len();
    }
    assert_eq!(pairs, 18);
}

/// A signal without what depends on how and when it was delivered.
fn without_delivery(mut signal: Value) -> Value {
    let object = signal.as_object_mut().unwrap();
    object.remove("received_at");
    let id = object["id"].as_str().unwrap();
    let seq = id.split_once(':').unwrap().1.to_owned();
    object.insert("id".into(), seq.into());
    signal
}

#[test]
fn signals_under_an_alias_join_the_registered_output() {
    let story = Story::told();
    let api = story.server.api();
    let explained = api.output("o-aliased");
    assert_eq!(explained["signals"].as_array().unwrap().len(), 4);
    assert_eq!(explained["output"]["joined_by"], "alias");
    assert_eq!(explained["output"]["aliases"], json!(["chatcmpl-9"]));
    assert_eq!(explained["label"]["output"], "o-aliased");
    assert_eq!(explained["label"]["state"], "positive");
    assert_eq!(
        api.output("chatcmpl-9?as_of=9999999999999")["output"]["id"],
        "o-aliased"
    );
    let listed = api.get("/v1/outputs").ok().json();
    let listed = listed["outputs"].as_array().unwrap().iter();
    let ids: Vec<_> = listed
        .map(|output| output["id"].as_str().unwrap())
        .collect();
    assert!(
        !ids.contains(&"chatcmpl-9"),
        "an alias is no output of its own: {ids:?}"
    );
    assert_eq!(ids.len(), 7, "{ids:?}");
}

#[test]
fn labels_are_the_same_in_every_form() {
    let story = Story::told();
    let as_of = story.as_of;
    let lines = story.data.export("labels", as_of);
    let labels = rows(&lines);
    let states: Vec<_> = labels
        .iter()
        .map(|label| {
            let text = |name: &str| label[name].as_str().unwrap_or_default();
            let score = label["score"].as_f64().unwrap();
            (text("output"), text("state"), score, text("trust"))
        })
        .collect();
    assert_eq!(
        states,
        [
            ("o-bad", "negative", -4.0, "known"),
            ("o-edited", "positive", 2.0, "known"),
            ("o-good", "positive", 3.0, "known"),
            ("o-kept", "positive", 3.0, "known"),
            ("o-aliased", "positive", 3.0, "known"),
            ("o-bare", "positive", 3.0, "known"),
            ("o-claimed", "positive", 3.0, "claimed"),
        ],
        "by conversation, then output"
    );
    let good = &labels[2];
    assert_eq!(good["as_of"], as_of);
    assert_eq!(good["shown_at"], story.base);
    assert_eq!(good["subject_kind"], "app");
    assert!(
        good["subject"].as_str().unwrap().starts_with("s_"),
        "{good}"
    );
    assert!(!lines.contains("u-42"), "the raw subject is never kept");
    assert!(
        good["policy"].as_str().unwrap().starts_with("default@1#"),
        "{good}"
    );

    let api = story.server.api();
    let http = api.get(&format!("/v1/labels?as_of={as_of}")).ok();
    assert_eq!(http.text(), lines);
    let csv = api
        .get(&format!("/v1/labels?format=csv&as_of={as_of}"))
        .ok();
    let mut reader = csv::Reader::from_reader(&*csv.body);
    let columns = reader.headers().unwrap().clone();
    let records: Vec<_> = reader.records().map(Result::unwrap).collect();
    assert_eq!(records.len(), labels.len());
    for (record, label) in records.iter().zip(&labels) {
        for (column, cell) in columns.iter().zip(record) {
            assert!(
                says(cell, &label[column]),
                "{column} is {cell} in CSV; {label}"
            );
        }
    }
}

/// Whether a cell of CSV says `value`: nothing as nothing, structures as JSON.
fn says(cell: &str, value: &Value) -> bool {
    match value {
        Value::Null => cell.is_empty(),
        Value::String(text) => cell == text,
        other => serde_json::from_str::<Value>(cell).is_ok_and(|cell| cell == *other),
    }
}

#[test]
fn datasets_hold_the_rows_by_value() {
    let story = Story::told();
    let turn = |place: Place<'_>| json!([{"role": "user", "content": format!("Question of {}/{}", place.0, place.1)}]);
    let said = |text: &str| json!([{"role": "assistant", "content": text}]);
    let sorted = |mut rows: Vec<Value>| {
        rows.sort_by_key(ToString::to_string);
        rows
    };
    let kto = |place, text, label| json!({"prompt": turn(place), "completion": said(text), "label": label});
    assert_eq!(
        sorted_rows(&story.data.export("trl-kto", story.as_of)),
        sorted(vec![
            kto(GOOD, "Good answer.", true),
            kto(BAD, "Bad answer.", false),
            kto(KEPT, "Kept answer.", true),
            kto(EDITED, "Answer to edit.", true),
            kto(ALIASED, "Aliased answer.", true),
        ])
    );
    let dpo = |place, chosen, rejected| json!({"prompt": turn(place), "chosen": said(chosen), "rejected": said(rejected)});
    assert_eq!(
        sorted_rows(&story.data.export("trl-dpo", story.as_of)),
        sorted(vec![
            dpo(BAD, "Kept answer.", "Bad answer."),
            dpo(EDITED, "Edited answer.", "Answer to edit."),
        ])
    );
    let sft = |place, text| json!({"prompt": turn(place), "completion": said(text)});
    assert_eq!(
        sorted_rows(&story.data.export("trl-sft", story.as_of)),
        sorted(vec![
            sft(GOOD, "Good answer."),
            sft(KEPT, "Kept answer."),
            sft(EDITED, "Edited answer."),
            sft(ALIASED, "Aliased answer."),
        ])
    );
}

#[test]
fn command_line_and_http_export_the_same_bytes() {
    let story = Story::told();
    let api = story.server.api();
    let mut before = Vec::new();
    for format in FORMATS {
        let beside = story.data.export(format, story.as_of);
        assert!(!beside.is_empty(), "{format}");
        assert_eq!(beside, api.dataset(format, story.as_of), "{format}");
        before.push(beside);
    }
    assert_eq!(story.server.stop().code(), Some(0));
    for (format, before) in FORMATS.into_iter().zip(before) {
        assert_eq!(story.data.export(format, story.as_of), before, "{format}");
    }
}
