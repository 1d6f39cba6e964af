//! From a registered output and a browser's batch to a label with its reasons.

use serde_json::{Value, json};
use tacit_tests::page::Page;

use crate::story::Story;

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
