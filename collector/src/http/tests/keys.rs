use super::*;

async fn post(harness: &Harness, path: &str, body: &Value) -> Answer {
    harness.asked(Method::POST, path, &body.to_string()).await
}

fn text<'a>(value: &'a Value, field: &str) -> &'a str {
    value[field].as_str().unwrap()
}

#[actix_web::test]
async fn keys_are_made_once_and_listed_without_their_secret() {
    let harness = Harness::new();
    let page = json!({"kind":"publishable","origins":["https://Shop.example"]});
    let page = post(&harness, "/v1/keys", &page).await;
    assert_eq!(page.status, 201);
    assert_eq!(page.header("cache-control"), Some("no-store"));
    assert_eq!(page.json()["origins"], json!([ORIGIN]));
    let secret = post(&harness, "/v1/keys", &json!({"kind":"secret"}))
        .await
        .json();
    assert_eq!(secret["scopes"], json!(["ingest", "read"]));
    // It is taken at once.
    let key = text(&secret, "key");
    let by = |path: &'static str| harness.asked_by(key, Method::GET, path, "");
    assert_eq!(by("/v1/ledger").await.status, 200);
    assert_eq!(by("/v1/keys").await.status, 403);

    let listed = harness.get("/v1/keys").await;
    assert!(!listed.text().contains(key), "a secret key is told once");
    let listed = listed.json();
    let keys = listed["keys"].as_array().unwrap();
    let of = |id: &Value| keys.iter().find(|key| key["id"] == *id).unwrap();
    let shown = of(&secret["id"]);
    assert_eq!(
        (&shown["state"], &shown["kind"]),
        (&json!("active"), &json!("secret"))
    );
    assert_eq!(
        text(of(&page.json()["id"]), "key"),
        text(&page.json(), "key")
    );
    assert_eq!(of(&json!("key_sk_revoked"))["state"], "revoked");
    // Only its digest is on the disk.
    let database = std::fs::read(harness.path().join("tacit.sqlite")).unwrap();
    let wal = std::fs::read(harness.path().join("tacit.sqlite-wal")).unwrap_or_default();
    for file in [database, wal] {
        assert!(!file.windows(key.len()).any(|bytes| bytes == key.as_bytes()));
    }
}

#[actix_web::test]
async fn a_key_that_is_misspelt_is_not_made() {
    let harness = Harness::new();
    for (body, code) in [
        (
            json!({"kind":"publishable","origin":["https://a.example"]}),
            "body_malformed",
        ),
        (
            json!({"kind":"publishable","origins":["a.example"]}),
            "origins_malformed",
        ),
        (
            json!({"kind":"publishable","scopes":["read"]}),
            "scopes_malformed",
        ),
        (
            json!({"kind":"secret","scopes":["root"]}),
            "scopes_unsupported",
        ),
        (json!({"kind":"secret","scopes":[]}), "scopes_malformed"),
        (json!({"kind":"golden"}), "body_malformed"),
    ] {
        let answer = post(&harness, "/v1/keys", &body).await;
        assert_eq!(answer.problem(), (400, code.into()), "{body}");
    }
    let body = json!({"grace":"1h"});
    let answer = post(&harness, "/v1/keys/key_sk_test/rotate", &body).await;
    assert_eq!(answer.problem(), (400, "body_malformed".into()));
}

#[actix_web::test]
async fn a_rotated_key_goes_on_for_its_grace_and_a_revoked_one_not() {
    let harness = Harness::new();
    let old = post(
        &harness,
        "/v1/keys",
        &json!({"kind":"secret","scopes":["read"]}),
    )
    .await
    .json();
    let works = async |key: &Value| {
        let answer = harness
            .asked_by(text(key, "key"), Method::GET, "/v1/ledger", "")
            .await;
        answer.status
    };
    let path = |key: &Value| format!("/v1/keys/{}", text(key, "id"));
    let rotate = |key: &Value| format!("{}/rotate", path(key));
    let new = post(&harness, &rotate(&old), &json!({"grace_seconds": 3600})).await;
    assert_eq!(new.status, 201);
    let new = new.json();
    assert_eq!(new["scopes"], json!(["read"]));
    assert_eq!(new["replaces"]["id"], old["id"]);
    assert_eq!((works(&old).await, works(&new).await), (200, 200));

    let newest = post(&harness, &rotate(&new), &json!({"grace_seconds": 0}))
        .await
        .json();
    assert_eq!((works(&new).await, works(&newest).await), (401, 200));
    let again = post(&harness, &rotate(&new), &json!({})).await;
    assert_eq!(again.problem(), (404, "not_found".into()), "it has ended");

    let revoke = async |key: &Value| harness.asked(Method::DELETE, &path(key), "").await;
    assert_eq!(
        revoke(&old).await.json(),
        json!({"id": old["id"], "revoked": true})
    );
    assert_eq!(works(&old).await, 401, "the grace is over with it");
    assert_eq!(revoke(&old).await.problem(), (404, "not_found".into()));

    let page = post(
        &harness,
        "/v1/keys/key_pk_bound/rotate",
        &json!({"grace_seconds": 0}),
    )
    .await;
    let page = page.json();
    assert_eq!(page["origins"], json!([ORIGIN]));
    let sent = async |key: &str| harness.batch(&batch(key, &[copied(0, "o-1")])).await;
    assert_eq!(
        sent("pk_bound").await.problem(),
        (401, "key_revoked".into())
    );
    assert_eq!(sent(text(&page, "key")).await.status, 204);
}

#[actix_web::test]
async fn when_a_key_was_used_is_kept_to_the_hour() {
    let harness = Harness::new();
    let before = now_ms();
    assert_eq!(harness.get("/v1/ledger").await.status, 200);
    let harness = harness.restarted();
    let listed = harness.collector.store.keys().unwrap();
    let used = |id: &str| listed.iter().find(|key| key.id == id).unwrap().last_used_at;
    let at = used(&format!("key_{SK}")).unwrap();
    assert_eq!(at % 3_600_000, 0);
    assert!(at + 3_600_000 > before && at <= now_ms());
    assert_eq!(used("key_sk_revoked"), None);
}
