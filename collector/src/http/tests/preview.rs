//! Policies are told, and tried before they hold.

use super::{
    explore::{explained, preview, world},
    *,
};
use crate::{
    dataset::{Filter, Format},
    export::relabel,
    label::Policy,
    limits::{LOOKED_AT_MAX, PREVIEW_RULES_MAX},
};

#[actix_web::test]
async fn a_preview_says_what_label_diff_says() {
    let harness = Harness::new();
    let known = world(&harness, 5, 40).await;
    let stricter = Policy::default_toml().replace("decide = 2.0", "decide = 3.5");
    let trial = json!({"policy":stricter,"output":known[0]});
    let tried = preview(&harness, &trial).await;
    assert_eq!(tried.status, 200, "{}", tried.text());
    let tried = tried.json();
    let (old, new) = (
        Policy::default_policy().unwrap(),
        Policy::parse(&stricter).unwrap(),
    );
    let project = crate::control::ProjectId(1);
    let as_of = tried["as_of"].as_u64().unwrap();
    let store = &*harness.collector.store;
    let filter = Filter::of(Format::TrlDpo);
    let changes = relabel(store, (&old, &new), (project, as_of), filter, 10).unwrap();
    assert!(changes.flipped > 0 && changes.outputs == 40);
    assert_eq!(
        tried["sample"]["changes"],
        serde_json::to_value(&changes).unwrap()
    );
    assert_eq!(tried["sample"]["is_all"], true);
    assert_eq!(
        (&tried["same_screen"], &tried["against"]),
        (&json!(true), &json!(old.reference()))
    );
    assert_eq!(tried["policy"], new.reference());
    for (side, policy) in [("before", &old), ("after", &new)] {
        let told = &tried["output"][side];
        assert_eq!(told["label"]["policy"], policy.reference());
        assert_eq!(told["explanation"]["policy"], policy.reference());
    }
    let label = explained(&harness, &known[0]).await["label"].clone();
    assert_eq!(tried["output"]["before"]["label"]["state"], label["state"]);
    // Nothing has changed by it.
    assert_eq!(
        explained(&harness, &known[0]).await["label"]["policy"],
        old.reference()
    );
    // Only what was first heard of in a range.
    let none = preview(&harness, &json!({"policy":stricter,"until":1}))
        .await
        .json();
    assert_eq!(
        (&none["sample"]["changes"]["outputs"], &none["output"]),
        (&json!(0), &Value::Null)
    );
}

#[actix_web::test]
async fn a_policy_that_is_wrong_is_told_by_line_and_field() {
    let harness = Harness::new();
    let wrong = Policy::default_toml().replace("decide = 2.0", "decide = -2.0");
    let line = 1 + wrong
        .lines()
        .position(|line| line.starts_with("decide"))
        .unwrap();
    let answer = preview(&harness, &json!({"policy":wrong})).await;
    assert_eq!(answer.problem(), (400, "policy_malformed".into()));
    let told = answer.json();
    assert_eq!(
        told["detail"],
        Policy::parse(&wrong).unwrap_err().to_string()
    );
    assert_eq!(
        (&told["line"], &told["policy_field"], &told["field"]),
        (&json!(line), &json!("decide"), &json!("policy"))
    );
    let rule = |n: usize| {
        format!(
            "\n[[rule]]\nname = \"r{n}\"\nfamily = \"use\"\nsignal = \"shared\"\nscore = 1.0\nweight = 1.0\nreason = \"x\"\n"
        )
    };
    let many: String = (0..=PREVIEW_RULES_MAX).map(rule).collect();
    let many = format!("{}{many}", Policy::default_toml());
    Policy::parse(&many).unwrap();
    for (trial, status, code) in [
        (json!({"policy":many}), 400, "policy_too_many"),
        (json!({}), 400, "body_malformed"),
        (
            json!({"policy":Policy::default_toml(),"ouput":"o-1"}),
            400,
            "body_malformed",
        ),
        (
            json!({"policy":Policy::default_toml(),"against":"mine"}),
            400,
            "policy_unsupported",
        ),
        (
            json!({"policy":Policy::default_toml(),"output":"nobody"}),
            404,
            "not_found",
        ),
        (
            json!({"policy":Policy::default_toml(),"outputs":LOOKED_AT_MAX + 1}),
            400,
            "outputs_too_many",
        ),
        (json!({"policy":"x".repeat(200_000)}), 413, "body_too_large"),
    ] {
        let answer = preview(&harness, &trial).await;
        assert_eq!(answer.problem(), (status, code.into()));
    }
}

#[actix_web::test]
async fn policies_are_told_with_their_files() {
    let harness = Harness::new();
    let told = harness.get("/v1/policies").await.json();
    let [policy] = &told["policies"].as_array().unwrap()[..] else {
        panic!("one: {told}");
    };
    let default = Policy::default_policy().unwrap();
    assert_eq!(policy["policy"], default.reference());
    assert_eq!(policy["toml"], Policy::default_toml());
    let rules = policy["rules"].as_array().unwrap();
    assert_eq!(rules.len(), default.summary().rules);
    for rule in rules {
        let name = rule["rule"].as_str().unwrap();
        assert_eq!(rule["reason"].as_str(), default.reason(name));
    }
}
