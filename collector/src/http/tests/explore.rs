//! Finding outputs: what is answered is what a naive reader of every single output finds.

use std::collections::{BTreeMap, BTreeSet};

use super::*;
use crate::{
    label::Policy,
    limits::{LISTED_BY_ID_MAX, LOOKED_AT_MAX},
};

/// Numbers that look like chance and are the same each time.
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        (self.0 >> 33) % end
    }

    fn of<'a>(&mut self, all: &[&'a str]) -> &'a str {
        all[usize::try_from(self.below(all.len() as u64)).unwrap()]
    }

    fn share(&mut self) -> f64 {
        f64::from(u32::try_from(self.below(11)).unwrap()) / 10.0
    }
}

const WORDS: [&str; 6] = ["Sea", "storm", "été", "<b>bold</b>", "river", "SEA-side"];

fn sent(session: u64, events: &[Value]) -> Value {
    let mut batch = batch(PK, events);
    batch["session"] = format!("{session:032x}").into();
    batch
}

/// One answer's registration and what people did with it.
fn history(dice: &mut Dice, n: u64) -> (Option<Value>, Vec<Value>) {
    let (id, conversation, turn) = (format!("{}-{n}", dice.of(&["a", "b"])), n / 3, n % 2);
    let place = json!({"conversation":format!("c-{conversation}"),"turn":turn,"variant":n});
    let text = |dice: &mut Dice| format!("{} {}", dice.of(&WORDS), dice.of(&WORDS));
    let mut output = json!({"id":id,"model":dice.of(&["m-1", "m-2"]),"prompt_version":dice.of(&["p@1", "p@2"]),
        "input":[{"role":"user","content":text(dice)}],"output":text(dice)});
    merge(&mut output, &place);
    let mut events = Vec::new();
    let mut add = |kind: &str, fields: Value| {
        let seq = events.len();
        let mut event =
            json!({"seq":seq,"at":now_ms() - 90_000 + 1_000 * seq as u64,"kind":kind,"output":id});
        merge(&mut event, &fields);
        events.push(event);
    };
    let mut shown = json!({"chars":11,"words":2,"code_share":0,"stream_ms":10});
    merge(&mut shown, &place);
    add("shown", shown);
    for _ in 0..dice.below(4) {
        match dice.below(5) {
            0 => add(
                "copied",
                json!({"chars":5,"share":dice.share(),"via":"button"}),
            ),
            1 => add("regenerated", json!({"after_ms":4_000,"ordinal":1})),
            2 => add(
                "rated",
                json!({"value":(i64::try_from(dice.below(2)).unwrap() * 2 - 1)}),
            ),
            3 => add(
                "dwell",
                json!({"active_ms":9_000,"read_share":dice.share()}),
            ),
            _ => add(
                "edited",
                json!({"chars_before":11,"chars_after":9,"inserted":2,"deleted":4,"survival":dice.share(),"final":true}),
            ),
        }
    }
    let is_registered = dice.below(4) > 0;
    (is_registered.then_some(output), events)
}

pub(super) fn merge(into: &mut Value, more: &Value) {
    let more = more.as_object().unwrap().clone();
    into.as_object_mut().unwrap().extend(more);
}

/// Answers with all kinds of histories; their ids.
pub(super) async fn world(harness: &Harness, seed: u64, count: u64) -> Vec<String> {
    let mut dice = Dice(seed);
    let mut ids = Vec::new();
    for n in 0..count {
        let (output, events) = history(&mut dice, n);
        ids.push(events[0]["output"].as_str().unwrap().to_owned());
        if let Some(output) = output {
            assert_eq!(harness.register(&output).await.status, 200);
        }
        assert_eq!(harness.batch(&sent(n, &events)).await.status, 204);
    }
    harness.ledger().await;
    ids
}

/// Every page of a list, three outputs each.
async fn all(harness: &Harness, query: &str) -> Vec<Value> {
    let mut found = Vec::new();
    let mut cursor = String::new();
    loop {
        let page = harness
            .get(&format!("/v1/outputs?limit=3{cursor}{query}"))
            .await;
        assert_eq!(page.status, 200, "{query}: {}", page.text());
        let page = page.json();
        found.extend(page["outputs"].as_array().unwrap().clone());
        match page["next"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return found,
        }
    }
}

fn ids(outputs: &[Value]) -> Vec<&str> {
    let ids = outputs.iter();
    ids.map(|output| output["id"].as_str().unwrap()).collect()
}

fn texts(told: &Value) -> String {
    let output = &told["output"];
    let asked = output["input"][0]["content"].as_str().unwrap_or_default();
    let answer = output["output"].as_str().unwrap_or_default();
    format!("{asked}\n{answer}").to_lowercase()
}

#[actix_web::test]
async fn every_filter_finds_what_a_naive_reader_finds() {
    let harness = Harness::new();
    let known = world(&harness, 7, 40).await;
    let mut told = BTreeMap::new();
    for id in &known {
        let one = harness.get(&format!("/v1/outputs/{id}")).await.json();
        told.insert(id.clone(), one);
    }
    let everything = all(&harness, "").await;
    let found: BTreeSet<&str> = ids(&everything).into_iter().collect();
    assert_eq!(found.len(), everything.len(), "none twice");
    assert_eq!(found, known.iter().map(String::as_str).collect());
    let mut hits = BTreeMap::new();
    let mut check = async |query: &str, is: &dyn Fn(&Value) -> bool| {
        let found = all(&harness, query).await;
        let expected: Vec<&str> = ids(&everything)
            .into_iter()
            .filter(|id| is(&told[*id]))
            .collect();
        assert_eq!(ids(&found), expected, "{query}");
        *hits
            .entry(query.split('=').next().unwrap().to_owned())
            .or_insert(0) += expected.len();
    };
    let has_reason = |one: &Value, rule: &str| {
        let mut reasons = one["label"]["reasons"].as_array().unwrap().iter();
        reasons.any(|reason| reason["rule"] == rule)
    };
    for state in ["positive", "negative", "neutral", "conflict", "pending"] {
        let is = |one: &Value| one["label"]["state"] == state;
        check(&format!("&state={state}"), &is).await;
    }
    for rule in [
        "copied_most",
        "copied_part",
        "regenerated_fast",
        "rated_up",
        "converted",
    ] {
        check(&format!("&reason={rule}"), &|one| has_reason(one, rule)).await;
    }
    for kind in ["shown", "copied", "edited", "rated", "converted"] {
        let is = |one: &Value| {
            let mut signals = one["signals"].as_array().unwrap().iter();
            signals.any(|signal| signal["kind"] == kind)
        };
        check(&format!("&kind={kind}"), &is).await;
    }
    for model in ["m-1", "m-2", "m-3"] {
        check(&format!("&model={model}"), &|one| {
            one["output"]["model"] == model
        })
        .await;
    }
    check("&prompt_version=p%402", &|one| {
        one["output"]["prompt_version"] == "p@2"
    })
    .await;
    for conversation in ["c-0", "c-5", "c-none"] {
        let is = |one: &Value| one["output"]["conversation"] == conversation;
        check(&format!("&conversation={conversation}"), &is).await;
    }
    for start in ["a-", "b-1", "c"] {
        let is = |one: &Value| one["output"]["id"].as_str().unwrap().starts_with(start);
        check(&format!("&id={start}"), &is).await;
    }
    for (query, words) in [
        ("sea", vec!["sea"]),
        ("SEA+storm", vec!["sea", "storm"]),
        ("%C3%89T%C3%89", vec!["été"]),
        ("%3Cb%3E", vec!["<b>"]),
        ("nowhere", vec!["nowhere"]),
    ] {
        let is = |one: &Value| words.iter().all(|word| texts(one).contains(word));
        check(&format!("&q={query}"), &is).await;
    }
    check("&state=positive&kind=copied&model=m-1&q=sea", &|one| {
        one["label"]["state"] == "positive"
            && one["output"]["model"] == "m-1"
            && texts(one).contains("sea")
            && one["signals"].to_string().contains("copied")
    })
    .await;
    // What a form leaves empty.
    check("&state=&reason=&kind=&model=&conversation=&id=&q=", &|_| {
        true
    })
    .await;
    assert!(
        hits.values().all(|hits| *hits > 0),
        "each found something: {hits:?}"
    );
}

#[actix_web::test]
async fn a_row_tells_what_there_is() {
    let harness = Harness::new();
    let long = format!("  two\n words {}", "x".repeat(400));
    harness
        .register(
            &json!({"id":"o-1","model":"m-1","input":[{"role":"system","content":"be kind"},
            {"role":"user","content":"Why is\nthe sky blue?"}],"output":long}),
        )
        .await;
    harness
        .batch(&batch(
            PK,
            &[
                shown(0, "o-1"),
                copied(1, "o-1"),
                copied(2, "o-1"),
                shown(3, "o-2"),
            ],
        ))
        .await;
    harness.ledger().await;
    let page = harness.get("/v1/outputs").await.json();
    let row = &page["outputs"][1];
    assert_eq!(row["id"], "o-1");
    assert_eq!(row["prompt_start"], "Why is the sky blue?");
    let start = row["answer_start"].as_str().unwrap();
    assert!(
        start.starts_with("two words xxx") && start.ends_with('…'),
        "{start}"
    );
    assert!(start.chars().count() < 200);
    assert_eq!(row["kinds"], json!({"shown":1,"copied":2}));
    assert_eq!(row["signals"], 3);
    assert_eq!(row["shown_at"], row["label"]["shown_at"]);
    let other = &page["outputs"][0];
    assert_eq!(
        (&other["prompt_start"], &other["answer_start"]),
        (&Value::Null, &Value::Null)
    );
    assert_eq!(
        (&page["looked_at"], &page["next"]),
        (&json!(2), &Value::Null)
    );
    assert_eq!(page["until_looked"], row["received_at"]);
}

#[actix_web::test]
async fn what_is_asked_wrongly_is_named() {
    let harness = Harness::new();
    let words = "x+".repeat(17);
    for (query, code) in [
        ("state=happy", "state_unsupported"),
        ("kind=liked", "kind_unsupported"),
        ("reason=nothing", "reason_unsupported"),
        ("policy=mine", "policy_unsupported"),
        ("id=%C3%A9", "id_malformed"),
        ("conversation=%C3%A9", "conversation_malformed"),
        ("cursor=7", "cursor_malformed"),
        (&format!("q={words}"), "q_too_many"),
    ] {
        let answer = harness.get(&format!("/v1/outputs?{query}")).await;
        assert_eq!(answer.problem(), (400, code.into()), "{query}");
    }
}

#[actix_web::test]
async fn paging_misses_nothing_and_tells_nothing_twice_while_outputs_come() {
    let harness = Harness::new();
    let known = world(&harness, 11, 12).await;
    for query in ["", "&kind=shown", "&model=m-1"] {
        let before: Vec<String> = ids(&all(&harness, query).await)
            .into_iter()
            .map(String::from)
            .collect();
        assert!(query.contains("model") || before.len() >= known.len());
        let (mut found, mut cursor) = (Vec::new(), String::new());
        for n in 0_u64.. {
            let page = harness
                .get(&format!("/v1/outputs?limit=2{cursor}{query}"))
                .await
                .json();
            found.extend(
                ids(page["outputs"].as_array().unwrap())
                    .into_iter()
                    .map(String::from),
            );
            // One more comes, and an old one is heard of again.
            let new = format!("new{query}-{n}").replace(['&', '='], "");
            let events = [shown(0, &new), copied(1, &known[0])];
            harness.batch(&sent(1_000 + n, &events)).await;
            harness.register(&json!({"id":new,"model":"m-1"})).await;
            match page["next"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => break,
            }
        }
        assert_eq!(found, before, "{query}");
    }
}

#[actix_web::test]
async fn one_request_looks_at_so_much_and_says_where_it_ended() {
    let harness = Harness::new();
    let count = LOOKED_AT_MAX + 100;
    harness
        .register(&json!({"id":"first","output":"needle"}))
        .await;
    let outputs: Vec<Value> = (0..count)
        .map(|n| json!({"id":format!("o-{n}"),"output":"hay"}))
        .collect();
    for some in outputs.chunks(1_000) {
        assert_eq!(harness.register(&json!(some)).await.status, 200);
    }
    let page = harness.get("/v1/outputs?q=needle").await.json();
    assert_eq!(page["outputs"], json!([]));
    assert_eq!(page["looked_at"], LOOKED_AT_MAX);
    let next = page["next"].as_str().unwrap();
    let rest = harness
        .get(&format!("/v1/outputs?q=needle&cursor={next}"))
        .await
        .json();
    assert_eq!(ids(rest["outputs"].as_array().unwrap()), ["first"]);
    assert_eq!(
        (&rest["looked_at"], &rest["next"]),
        (&json!(101), &Value::Null)
    );
    assert!(rest["until_looked"].as_u64() <= page["until_looked"].as_u64());
    // An id is found however many came since, and so are ids that many begin like.
    let page = harness.get("/v1/outputs?id=fir").await.json();
    assert_eq!(ids(page["outputs"].as_array().unwrap()), ["first"]);
    assert_eq!(page["looked_at"], 1);
    assert!(count > LISTED_BY_ID_MAX);
    let page = harness.get("/v1/outputs?id=o-&limit=1").await.json();
    assert_eq!(
        ids(page["outputs"].as_array().unwrap()),
        [format!("o-{}", count - 1)]
    );
    // A sample ends as well.
    let trial = json!({"policy":Policy::default_toml(),"outputs":10});
    let tried = preview(&harness, &trial).await.json();
    assert_eq!(tried["sample"]["changes"]["outputs"], 10);
    assert_eq!(tried["sample"]["is_all"], false);
}

pub(super) async fn explained(harness: &Harness, id: &str) -> Value {
    harness
        .get(&format!("/v1/outputs/{id}?explain=true"))
        .await
        .json()
}

pub(super) async fn preview(harness: &Harness, trial: &Value) -> Answer {
    harness
        .asked(Method::POST, "/v1/labels/preview", &trial.to_string())
        .await
}
