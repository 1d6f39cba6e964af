//! One output with what stands around it.

use std::collections::BTreeMap;

use super::{
    explore::{explained, merge, world},
    *,
};

#[actix_web::test]
async fn one_output_is_told_with_what_stands_around_it() {
    let harness = Harness::new();
    let output = |variant: u32| {
        json!({"id":format!("o-{variant}"),"conversation":"c-1","turn":1,"variant":variant,
        "input":[{"role":"user","content":"hi"}],"output":format!("answer {variant}")})
    };
    harness.register(&json!([output(0), output(1)])).await;
    let shown = |seq: u32, variant: u32, at: u64| {
        json!({"seq":seq,"at":at,"kind":"shown","output":format!("o-{variant}"),
        "conversation":"c-1","turn":1,"variant":variant,"chars":11,"words":2,"code_share":0,"stream_ms":10})
    };
    let now = now_ms() - 60_000;
    let event = |seq: u32, at: u64, id: &str, kind: &str, more: Value| {
        let mut event = json!({"seq":seq,"at":at,"kind":kind,"output":id});
        merge(&mut event, &more);
        event
    };
    let edited = json!({"chars_before":8,"chars_after":10,"inserted":4,"deleted":2,"survival":0.6,"final":true});
    let events = [
        shown(0, 0, now),
        event(
            1,
            now + 4_000,
            "o-0",
            "regenerated",
            json!({"after_ms":4_000,"ordinal":1}),
        ),
        shown(2, 1, now + 6_000),
        event(
            3,
            now + 9_000,
            "o-1",
            "switched",
            json!({"from":"o-1","to":"o-0"}),
        ),
        event(4, now + 12_000, "o-0", "edited", edited),
    ];
    harness.batch(&batch(PK, &events)).await;
    let frame = json!({"v":1,"key":PK,"session":SESSION,"sent_at":now_ms(),
        "events":[{"content":{"output":"o-0","seq":5,"role":"edit","text":"My answer <i>0</i>"}}]});
    let answer = harness.batch(&frame).await;
    assert!([200, 204].contains(&answer.status), "{}", answer.text());
    harness.ledger().await;
    let one = explained(&harness, "o-0").await;
    let siblings = one["siblings"].as_array().unwrap();
    let told: Vec<_> = siblings
        .iter()
        .map(|s| (s["id"].as_str().unwrap(), s["ended"].as_bool().unwrap()))
        .collect();
    assert_eq!(
        told,
        [("o-0", true), ("o-1", false)],
        "they went back to the first"
    );
    assert_eq!(
        one["texts"],
        json!({"asked":"hi","answer":"answer 0","edited":"My answer <i>0</i>"})
    );
    let runs = one["diff"]["runs"].as_array().unwrap();
    let side = |gone: &str| -> String {
        runs.iter()
            .filter(|run| run["op"] != gone)
            .map(|run| run["text"].as_str().unwrap())
            .collect()
    };
    assert_eq!(
        (side("insert").as_str(), side("delete").as_str()),
        ("answer 0", "My answer <i>0</i>")
    );
    let offsets: Vec<_> = one["signals"]
        .as_array()
        .unwrap()
        .iter()
        .map(|s| s["offset_ms"].as_i64().unwrap())
        .collect();
    assert_eq!(offsets[..2], [0, 4_000]);
    assert!(offsets.is_sorted());
    let bare = harness.get("/v1/outputs/o-0").await.json();
    for more in ["texts", "siblings", "diff", "fates", "explanation"] {
        assert!(bare[more].is_null() && !one[more].is_null(), "{more}");
    }
    // An answer that is the only one of its turn has none beside it.
    harness
        .register(&json!({"id":"alone","conversation":"c-1","turn":2}))
        .await;
    assert_eq!(explained(&harness, "alone").await["siblings"], json!([]));
}

/// What is said of one output adds up to what a dataset of all of them says.
#[actix_web::test]
async fn fates_add_up_to_datasets() {
    let harness = Harness::new();
    let known = world(&harness, 3, 40).await;
    let mut sums: BTreeMap<String, BTreeMap<String, u64>> = BTreeMap::new();
    for id in &known {
        for fate in explained(&harness, id).await["fates"].as_array().unwrap() {
            let sum = sums
                .entry(fate["format"].as_str().unwrap().into())
                .or_default();
            *sum.entry("rows".into()).or_default() += fate["rows"].as_u64().unwrap();
            for skipped in fate["skipped"].as_array().into_iter().flatten() {
                assert!(skipped["remedy"].as_str().unwrap().len() > 10);
                *sum.entry(skipped["reason"].as_str().unwrap().into())
                    .or_default() += 1;
            }
        }
    }
    for format in ["trl-sft", "trl-kto", "rag"] {
        let answer = harness.get(&format!("/v1/datasets/{format}")).await;
        let summary: Value = serde_json::from_str(answer.header("tacit-export").unwrap()).unwrap();
        let mut expected: BTreeMap<String, u64> =
            serde_json::from_value(summary["skipped"].clone()).unwrap();
        expected.insert("rows".into(), summary["rows"].as_u64().unwrap());
        // Sessions stand for people here: who comes last is over their cap.
        let capped = expected.remove("session_cap").unwrap_or_default();
        *expected.get_mut("rows").unwrap() += capped;
        assert_eq!(sums[format], expected, "{format}");
    }
    let answer = harness.get("/v1/datasets/trl-dpo").await;
    let summary: Value = serde_json::from_str(answer.header("tacit-export").unwrap()).unwrap();
    for alone in ["no_pair", "pending", "not_registered"] {
        let expected = summary["skipped"][alone].as_u64().unwrap_or_default();
        let told = sums["trl-dpo"].get(alone).copied().unwrap_or_default();
        assert!(told >= expected, "{alone}: {told} < {expected}");
    }
}
