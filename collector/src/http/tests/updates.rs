use super::*;
use crate::{
    cadence::period::{Every, Period},
    store::{BuildKind, BuildRecord},
};

async fn release(harness: &Harness, body: &Value) -> Answer {
    harness
        .asked(Method::POST, "/v1/releases", &body.to_string())
        .await
}

#[actix_web::test]
async fn a_release_names_what_it_was_made_from() {
    let harness = Harness::new();
    let project = harness.collector.control.get();
    let project = *project.projects.keys().next().unwrap();
    let build = BuildRecord::new(BuildKind::Brief, "br_1", b"{}", 1, "/out");
    harness.collector.store.add_build(project, &build).unwrap();
    let said = json!({"name":"support@15","kind":"prompt","from":"br_1","at":5,"further":true});
    let first = release(&harness, &said).await;
    assert_eq!(first.status, 201);
    let told = first.json();
    assert_eq!(
        (&told["proof"], &told["at"]),
        (&json!("unproven"), &json!(5))
    );
    let again = release(&harness, &said).await;
    assert_eq!((again.status, again.json()), (200, told.clone()));
    let bought = json!({"name":"m-2","kind":"model","experiment":null});
    assert_eq!(
        release(&harness, &bought).await.json()["proof"],
        "not_needed"
    );
    let all = harness.get("/v1/releases").await.json();
    let names: Vec<_> = all["releases"]
        .as_array()
        .unwrap()
        .iter()
        .map(|r| &r["name"])
        .collect();
    assert_eq!(names, ["support@15", "m-2"]);
    assert_eq!(all["releases"][0], told);
}

#[actix_web::test]
async fn a_wrong_release_is_told_which_field() {
    let harness = Harness::new();
    let wrong = [
        (json!({"kind":"prompt","from":"x"}), "name_malformed"),
        (json!({"name":"a","from":"x"}), "kind_malformed"),
        (json!({"name":"a","kind":"magic"}), "kind_malformed"),
        (json!({"name":"a","kind":"prompt"}), "from_malformed"),
        (
            json!({"name":"a","kind":"prompt","from":"br_none"}),
            "from_unsupported",
        ),
        (
            json!({"name":"a","kind":"model","at":"today"}),
            "at_malformed",
        ),
        (
            json!({"name":"a","kind":"model","note":7}),
            "note_malformed",
        ),
        (
            json!({"name":"a","kind":"model","experiment":""}),
            "experiment_malformed",
        ),
        (json!(["a"]), "body_malformed"),
    ];
    for (body, code) in wrong {
        let answer = release(&harness, &body).await;
        let field = code.split_once('_').unwrap().0;
        assert_eq!(answer.problem(), (400, code.to_owned()), "{body}");
        assert_eq!(answer.json()["field"], field, "{body}");
    }
    assert_eq!(
        harness.get("/v1/releases").await.json(),
        json!({"releases":[]})
    );
}

#[actix_web::test]
async fn a_brief_in_both_forms() {
    let harness = Harness::new();
    let output = json!({"id":"o-1","input":[{"role":"user","content":"hi"}],"output":"ho"});
    harness.register(&output).await;
    let rated = json!({"seq":1,"at":now_ms(),"kind":"rated","output":"o-1","value":-1});
    harness.batch(&batch(PK, &[shown(0, "o-1"), rated])).await;
    let (from, to) = (now_ms() - 60_000, now_ms() + 60_000);
    let range = format!("from={from}&to={to}&as_of={to}");
    let brief = harness.get(&format!("/v1/brief?{range}")).await;
    assert_eq!(brief.header("content-type"), Some("application/json"));
    let brief = brief.json();
    assert_eq!(
        (&brief["outputs"]["failing"], &brief["outputs"]["total"]),
        (&json!(1), &json!(1))
    );
    assert_eq!(brief["acts"], json!({"rated_down":1}));
    let text = harness
        .get(&format!("/v1/brief?{range}&format=markdown"))
        .await;
    assert_eq!(
        text.header("content-type"),
        Some("text/markdown; charset=utf-8")
    );
    assert!(
        text.text()
            .contains("**1 of 1 failed: 100.0 % (20.7–100.0).**"),
        "{}",
        text.text()
    );
    let last = Period::last_whole(Every::Week, now_ms()).unwrap().name;
    assert_eq!(
        harness.get("/v1/brief").await.json()["period"]["name"],
        *last
    );
    let named = harness.get("/v1/brief?week=2026-W01").await.json();
    assert_eq!(named["period"]["from"], 1_766_966_400_000_u64);
    for (query, code) in [
        ("week=2026-W54", "week_malformed"),
        ("week=2026-W01&from=1&to=2", "week_malformed"),
        ("from=5", "to_malformed"),
        ("to=5", "from_malformed"),
        ("from=5&to=5", "from_malformed"),
        ("examples=51", "examples_too_many"),
        ("format=pdf", "format_unsupported"),
        ("trust=blind", "trust_unsupported"),
    ] {
        let answer = harness.get(&format!("/v1/brief?{query}")).await;
        assert_eq!(answer.problem(), (400, code.into()), "{query}");
    }
}
