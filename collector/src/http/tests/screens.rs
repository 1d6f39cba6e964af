//! Nobody who reads waits for the screen, and what is read before it looked says so. What
//! teaches or decides looks itself.

use std::time::{Duration, Instant};

use super::{explore::preview, *};
use crate::{control::ProjectId, label::Policy, store::StoreError};

/// More acts within a second than people make within a minute.
const COPIES: u32 = 120;

/// One answer, copied by a program.
async fn flooded() -> Harness {
    let harness = Harness::new();
    let output = json!({"id":"o-1","input":[{"role":"user","content":"hi"}],"output":"hello"});
    harness.register(&output).await;
    let start = now_ms() - 60_000;
    let copies = (0..COPIES).map(|seq| {
        let mut copied = copied(seq, "o-1");
        copied["at"] = (start + u64::from(seq)).into();
        copied
    });
    let sent = harness.batch(&batch(PK, &copies.collect::<Vec<_>>())).await;
    assert_eq!(sent.status, 204);
    harness.ledger().await;
    harness
}

/// What is read of it: as of when the screen is, the label's state, and how many signals it
/// does not see.
fn says(answer: &Value, label: &Value) -> (Option<u64>, String, Option<u64>) {
    let screened_at = answer.get("screened_at").expect("it is always said");
    let state = label["state"].as_str().unwrap();
    (
        screened_at.as_u64(),
        state.to_owned(),
        label["screened"].as_u64(),
    )
}

async fn read(harness: &Harness) -> [(Option<u64>, String, Option<u64>); 2] {
    let one = harness.get("/v1/outputs/o-1").await.json();
    let list = harness.get("/v1/outputs").await.json();
    [
        says(&one, &one["label"]),
        says(&list, &list["outputs"][0]["label"]),
    ]
}

#[actix_web::test]
async fn who_reads_does_not_wait_for_the_screen_and_is_told() {
    let harness = flooded().await;
    let unseen = (None, "positive".to_owned(), None);
    assert_eq!(read(&harness).await, [unseen.clone(), unseen.clone()]);
    let trial = json!({"policy":Policy::default_toml(),"output":"o-1"});
    let tried = preview(&harness, &trial).await.json();
    assert_eq!(
        says(&tried, &tried["output"]["before"]["label"]),
        unseen.clone()
    );

    // What teaches or decides has looked, and so has whoever asks for a moment.
    let labels = harness.get("/v1/labels").await;
    let summary: Value = serde_json::from_str(labels.header("tacit-export").unwrap()).unwrap();
    assert_eq!(labels.text(), "");
    assert_eq!(summary["skipped"], json!({"screened": 1}));
    assert_eq!(harness.get("/v1/datasets/trl-kto").await.text(), "");
    assert_eq!(harness.ledger().await["fates"]["screened"], COPIES);
    let states = harness.get("/v1/overview").await.json()["states"].clone();
    assert_eq!(states, json!({"pending": 1}));
    let as_of = now_ms();
    let path = format!("/v1/outputs/o-1?as_of={as_of}");
    let one = harness.get(&path).await.json();
    let exact = (Some(as_of), "pending".to_owned(), Some(COPIES.into()));
    assert_eq!(says(&one, &one["label"]), exact);
    assert_eq!(read(&harness).await, [unseen.clone(), unseen]);

    // And then somebody looks.
    let collector = &harness.collector;
    assert!(collector.screens.look_next(&*collector.store, 7).unwrap());
    let seen = (Some(7), "pending".to_owned(), Some(COPIES.into()));
    assert_eq!(read(&harness).await, [seen.clone(), seen]);
    let one = harness.get("/v1/outputs/o-1").await.json();
    assert_eq!(one["signals"][0]["screened"], "acts_per_minute");
}

#[actix_web::test]
async fn the_first_look_is_made_before_anybody_reads() {
    let harness = flooded().await;
    let collector = harness.collector.clone().into_inner();
    let terms = collector.policies.named(None).unwrap().screen;
    collector.keep_screens().unwrap();
    let due = Instant::now() + Duration::from_secs(20);
    while collector.screens.looked_at(ProjectId(1), terms).is_none() {
        assert!(Instant::now() < due, "nobody looks");
        std::thread::sleep(Duration::from_millis(5));
    }
    for (screened_at, state, screened) in read(&harness).await {
        assert!(screened_at.is_some());
        assert_eq!((state.as_str(), screened), ("pending", Some(COPIES.into())));
    }
    collector.close().unwrap();
}

#[actix_web::test]
async fn a_look_ends_with_the_process() {
    let harness = flooded().await;
    let collector = &harness.collector;
    let _ = harness.get("/v1/outputs/o-1").await;
    collector.begin_stop();
    let looked = collector.screens.look_next(&*collector.store, 7);
    assert!(matches!(looked, Err(StoreError::Ending)), "{looked:?}");
}
