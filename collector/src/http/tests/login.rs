use std::net::SocketAddr;

use super::*;
use crate::{
    control::scope::Scope,
    limits::{SIGN_IN_AGE_MS_MAX, SIGN_IN_FAILURES_MAX, SIGN_INS_PER_BROWSER_MAX},
};

const NEAR: &str = "127.0.0.1:4000";
const FAR: &str = "203.0.113.7:4000";

fn from(peer: &str) -> TestRequest {
    let peer: SocketAddr = peer.parse().unwrap();
    TestRequest::post().peer_addr(peer).uri("/v1/login")
}

async fn login(harness: &Harness, key: &str) -> Answer {
    let body = json!({"key": key}).to_string();
    harness.send(from(NEAR).set_payload(body)).await
}

/// The cookie as the browser sends it back.
fn cookie(answer: &Answer) -> String {
    let set = answer.header("set-cookie").unwrap();
    set.split(';').next().unwrap().to_owned()
}

async fn ask(harness: &Harness, method: Method, path: &str, cookie: &str, site: &str) -> Answer {
    let request = TestRequest::with_uri(path)
        .method(method)
        .insert_header(("cookie", cookie))
        .insert_header(("sec-fetch-site", site));
    harness.send(request).await
}

async fn get(harness: &Harness, path: &str, cookie: &str) -> Answer {
    ask(harness, Method::GET, path, cookie, "same-origin").await
}

#[actix_web::test]
async fn a_key_is_exchanged_for_a_cookie_that_ends() {
    let harness = Harness::new();
    let answer = login(&harness, SK).await;
    assert_eq!(answer.status, 200);
    let told = answer.json();
    assert_eq!(
        (&told["project"], &told["signed_in"]),
        (&json!("shop"), &json!(true))
    );
    assert!(told["expires_at"].as_u64().unwrap() <= now_ms() + SIGN_IN_AGE_MS_MAX);
    let set = answer.header("set-cookie").unwrap();
    for word in ["HttpOnly", "SameSite=Strict", "Path=/", "Max-Age="] {
        assert!(set.contains(word), "{set}");
    }
    let (cookie, text) = (cookie(&answer), answer.text());
    let (name, value) = cookie.split_once('=').unwrap();
    assert!(name.starts_with("tacit-"), "{name}");
    assert_eq!(value.len(), 64, "256 bits");
    assert!(!text.contains(value) && !text.contains("\"sk_"), "{text}");
    assert_eq!(get(&harness, "/v1/overview", &cookie).await.status, 200);
    assert_eq!(
        get(&harness, "/v1/login", &cookie).await.json()["key"],
        "key_sk_test"
    );
    // A bad key is not mended by a good cookie.
    let both = TestRequest::get()
        .uri("/v1/overview")
        .insert_header(("cookie", cookie.as_str()))
        .insert_header(("authorization", "Bearer sk_nobody"));
    assert_eq!(
        harness.send(both).await.problem(),
        (401, "key_unknown".into())
    );

    // A restart signs nobody out; the database has the digest only.
    let harness = harness.restarted();
    assert_eq!(get(&harness, "/v1/overview", &cookie).await.status, 200);
    let database = std::fs::read(harness.path().join("tacit.sqlite")).unwrap();
    assert!(!database.windows(64).any(|bytes| bytes == value.as_bytes()));

    let out = ask(
        &harness,
        Method::DELETE,
        "/v1/login",
        &cookie,
        "same-origin",
    )
    .await;
    assert_eq!(out.status, 204);
    assert!(out.header("set-cookie").unwrap().contains("Max-Age=0"));
    let over = (401, "sign_in_over".into());
    assert_eq!(get(&harness, "/v1/overview", &cookie).await.problem(), over);
    assert_eq!(
        get(&harness.restarted(), "/v1/overview", &cookie)
            .await
            .problem(),
        over
    );
}

#[actix_web::test]
async fn it_ends_with_its_key() {
    let harness = Harness::new();
    for (text, end) in [("sk_one", "DELETE"), ("sk_two", "POST")] {
        harness.secret("shop", text, Scopes::of(&[Scope::Read]));
        let cookie = cookie(&login(&harness, text).await);
        assert_eq!(get(&harness, "/v1/overview", &cookie).await.status, 200);
        let (path, body) = match end {
            "DELETE" => (format!("/v1/keys/key_{text}"), ""),
            _ => (
                format!("/v1/keys/key_{text}/rotate"),
                r#"{"grace_seconds":0}"#,
            ),
        };
        let ended = harness.asked(end.parse().unwrap(), &path, body).await;
        assert!(
            [200, 201].contains(&ended.status),
            "{ended:?}",
            ended = ended.status
        );
        let answer = get(&harness, "/v1/overview", &cookie).await;
        assert_eq!(answer.problem(), (401, "key_revoked".into()));
        assert_eq!(
            get(&harness, "/v1/login", &cookie).await.json()["signed_in"],
            false
        );
    }
}

#[actix_web::test]
async fn what_somebody_may_do_is_what_their_key_may() {
    let harness = Harness::new();
    harness.secret("shop", "sk_app", Scopes::of(&[Scope::Ingest]));
    let answer = login(&harness, "sk_app").await;
    assert_eq!(answer.problem(), (403, "scope_missing".into()));
    harness.secret("shop", "sk_reader", Scopes::of(&[Scope::Read]));
    let cookie = cookie(&login(&harness, "sk_reader").await);
    let path = "/v1/subjects/u-42";
    let answer = ask(&harness, Method::DELETE, path, &cookie, "same-origin").await;
    assert_eq!(answer.problem(), (403, "scope_missing".into()));
}

#[actix_web::test]
async fn another_page_does_nothing_with_the_cookie() {
    let harness = Harness::new();
    let cookie = cookie(&login(&harness, SK).await);
    let path = "/v1/subjects/u-42";
    for site in ["cross-site", "same-site", "none", "odd"] {
        let answer = ask(&harness, Method::DELETE, path, &cookie, site).await;
        assert_eq!(answer.problem(), (403, "foreign_page".into()), "{site}");
    }
    let read = ask(&harness, Method::GET, "/v1/overview", &cookie, "same-site").await;
    assert_eq!(read.problem(), (403, "foreign_page".into()));
    let out = ask(&harness, Method::DELETE, "/v1/login", &cookie, "cross-site").await;
    assert_eq!(out.problem(), (403, "foreign_page".into()));
    // Where no Sec-Fetch-Site is sent, over plain http elsewhere, the origin counts.
    let by_origin = async |origin: Option<&str>| {
        let mut request = TestRequest::delete()
            .uri(path)
            .insert_header(("cookie", cookie.as_str()))
            .insert_header(("host", "tacit.example:8787"));
        if let Some(origin) = origin {
            request = request.insert_header(("origin", origin));
        }
        harness.send(request).await.status
    };
    assert_eq!(by_origin(None).await, 403);
    assert_eq!(by_origin(Some("http://tacit.example:9999")).await, 403);
    assert_eq!(by_origin(Some("http://tacit.example:8787")).await, 202);
    // Nor is anybody signed in with a key of somebody else's.
    let body = json!({"key": SK}).to_string();
    let planted = from(NEAR)
        .insert_header(("sec-fetch-site", "cross-site"))
        .insert_header(("content-type", "text/plain"))
        .set_payload(body);
    assert_eq!(
        harness.send(planted).await.problem(),
        (403, "foreign_page".into())
    );
}

#[actix_web::test]
async fn behind_a_trusted_proxy_the_cookie_is_for_https_only() {
    let harness = Harness::new();
    let body = json!({"key": SK}).to_string();
    let over_https = async |peer: &str| {
        let request = from(peer)
            .insert_header(("x-forwarded-proto", "https"))
            .set_payload(body.clone());
        harness.send(request).await
    };
    let near = over_https(NEAR).await;
    let set = near.header("set-cookie").unwrap();
    assert!(
        set.starts_with("__Host-tacit-") && set.contains("; Secure"),
        "{set}"
    );
    let far = over_https(FAR).await;
    let set = far.header("set-cookie").unwrap();
    assert!(
        set.starts_with("tacit-") && !set.contains("Secure"),
        "{set}"
    );
}

#[actix_web::test]
async fn attempts_are_bounded_by_address() {
    let harness = Harness::new();
    let attempt = async |peer: &str, key: &str| {
        let body = json!({"key": key}).to_string();
        harness.send(from(peer).set_payload(body)).await
    };
    for _ in 0..SIGN_IN_FAILURES_MAX {
        assert_eq!(
            attempt(FAR, "sk_guess").await.problem(),
            (401, "key_unknown".into())
        );
    }
    let refused = attempt(FAR, SK).await;
    assert_eq!(refused.problem(), (429, "sign_in_too_often".into()));
    let wait: u64 = refused.header("retry-after").unwrap().parse().unwrap();
    assert!((1..=300).contains(&wait), "{wait}");
    assert_eq!(attempt("198.51.100.9:1", SK).await.status, 200);
    for body in ["", "{}", "[]", r#"{"key":7}"#] {
        let answer = harness.send(from(NEAR).set_payload(body)).await;
        assert_eq!(answer.problem(), (400, "body_malformed".into()), "{body}");
    }
}

/// A browser: it keeps cookies by name, and sends all of them.
#[derive(Default)]
struct Browser(BTreeMap<String, String>);

impl Browser {
    async fn send(&mut self, harness: &Harness, method: &str, path: &str, body: String) -> Answer {
        let cookies: Vec<_> = self
            .0
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        let request = TestRequest::with_uri(path)
            .method(method.parse().unwrap())
            .peer_addr(NEAR.parse().unwrap())
            .insert_header(("cookie", cookies.join("; ")))
            .insert_header(("content-type", "application/json"))
            .insert_header(("sec-fetch-site", "same-origin"))
            .set_payload(body);
        let answer = harness.send(request).await;
        for set in answer.headers.get_all("set-cookie") {
            let set = set.to_str().unwrap();
            let (name, value) = set.split(';').next().unwrap().split_once('=').unwrap();
            if set.contains("Max-Age=0") {
                self.0.remove(name);
            } else {
                self.0.insert(name.into(), value.into());
            }
        }
        answer
    }

    async fn get(&mut self, harness: &Harness, path: &str) -> Answer {
        self.send(harness, "GET", path, String::new()).await
    }

    async fn login(&mut self, harness: &Harness, key: &str) -> Value {
        let body = json!({"key": key}).to_string();
        let answer = self.send(harness, "POST", "/v1/login", body).await;
        assert_eq!(answer.status, 200);
        answer.json()
    }

    async fn out(&mut self, harness: &Harness, path: &str) {
        let answer = self.send(harness, "DELETE", path, String::new()).await;
        assert_eq!(answer.status, 204);
    }

    /// Whose figures a path tells.
    async fn whose(&mut self, harness: &Harness, query: &str) -> Result<String, (u16, String)> {
        let answer = self.get(harness, &format!("/v1/install{query}")).await;
        match answer.status {
            200 => Ok(answer.json()["project"].as_str().unwrap().to_owned()),
            _ => Err(answer.problem()),
        }
    }
}

/// Two projects, and a browser that is signed in to both, to the bank last.
async fn both() -> (Harness, Browser) {
    let harness = Harness::new();
    harness.secret("bank", "sk_bank", Scopes::of(&[Scope::Read]));
    let mut browser = Browser::default();
    browser.login(&harness, SK).await;
    // A sign-in is later than another by the clock.
    let begun = now_ms();
    while now_ms() == begun {
        std::hint::spin_loop();
    }
    browser.login(&harness, "sk_bank").await;
    (harness, browser)
}

fn over() -> Result<String, (u16, String)> {
    Err((401, "sign_in_over".into()))
}

fn names(told: &Value) -> Vec<&str> {
    let projects = told["projects"].as_array().unwrap().iter();
    projects
        .map(|one| one["project"].as_str().unwrap())
        .collect()
}

#[actix_web::test]
async fn a_browser_is_signed_in_to_several_projects_and_says_which_it_means() {
    let (harness, mut browser) = both().await;
    let told = browser.get(&harness, "/v1/login").await.json();
    assert_eq!(
        (names(&told), &told["project"]),
        (vec!["bank", "shop"], &json!("bank"))
    );
    assert_eq!(told["projects"][0]["scopes"], json!(["read"]));
    let told = browser.get(&harness, "/v1/login?project=shop").await.json();
    assert_eq!(
        (&told["project"], &told["key"]),
        (&json!("shop"), &json!("key_sk_test"))
    );
    assert_eq!(
        browser.whose(&harness, "?project=shop").await,
        Ok("shop".into())
    );
    assert_eq!(
        browser.whose(&harness, "?project=bank").await,
        Ok("bank".into())
    );
    // Without it, the last.
    assert_eq!(browser.whose(&harness, "").await, Ok("bank".into()));
    // What one key may do, the other's may not.
    let erase = async |browser: &mut Browser, project: &str| {
        let path = format!("/v1/subjects/u-42?project={project}");
        let answer = browser.send(&harness, "DELETE", &path, String::new()).await;
        (answer.status, answer.json()["code"].clone())
    };
    assert_eq!(
        erase(&mut browser, "bank").await,
        (403, json!("scope_missing"))
    );
    assert_eq!(erase(&mut browser, "shop").await.0, 202);
    // Signing in again to one leaves nothing of it behind, and the other as it was.
    let old = browser.0.clone();
    browser.login(&harness, SK).await;
    assert_eq!(browser.0.len(), 2);
    let mut before = Browser(old);
    assert_eq!(before.whose(&harness, "?project=shop").await, over());
    assert_eq!(
        before.whose(&harness, "?project=bank").await,
        Ok("bank".into())
    );
}

#[actix_web::test]
async fn a_cookie_opens_no_project_but_its_own() {
    let (harness, browser) = both().await;
    let of = |project: &str| crate::http::cookie::name(project, false);
    let mut bank = Browser::default();
    bank.0.insert(of("bank"), browser.0[&of("bank")].clone());
    for project in ["shop", "nowhere", "", "bank%00"] {
        assert_eq!(
            bank.whose(&harness, &format!("?project={project}")).await,
            over(),
            "{project}"
        );
    }
    let told = bank.get(&harness, "/v1/login?project=shop").await.json();
    assert_eq!(
        (&told["signed_in"], names(&told)),
        (&json!(false), vec!["bank"])
    );
    // Whatever the cookie is called.
    let mut renamed = Browser::default();
    renamed.0.insert(of("shop"), browser.0[&of("bank")].clone());
    assert_eq!(renamed.whose(&harness, "?project=shop").await, over());
    assert_eq!(renamed.whose(&harness, "").await, Ok("bank".into()));
    // Two names in one request are none.
    let twice = bank
        .get(&harness, "/v1/install?project=bank&project=shop")
        .await;
    assert_eq!(twice.problem(), (400, "query_malformed".into()));
    // Nor does a key.
    let key = async |path: &str| harness.asked_by("sk_bank", Method::GET, path, "").await;
    assert_eq!(key("/v1/install?project=bank").await.status, 200);
    let other = key("/v1/install?project=shop").await;
    assert_eq!(other.problem(), (403, "project_differs".into()));
}

#[actix_web::test]
async fn signing_out_of_one_leaves_the_other() {
    let (harness, mut browser) = both().await;
    let old = Browser(browser.0.clone());
    browser.out(&harness, "/v1/login?project=bank").await;
    assert_eq!(browser.0.len(), 1);
    assert_eq!(
        browser.whose(&harness, "?project=shop").await,
        Ok("shop".into())
    );
    let mut old = old;
    assert_eq!(old.whose(&harness, "?project=bank").await, over());
    assert_eq!(
        old.whose(&harness, "?project=shop").await,
        Ok("shop".into())
    );
    // Of a project one is not signed in to, nobody is.
    browser.out(&harness, "/v1/login?project=nowhere").await;
    assert_eq!(browser.whose(&harness, "").await, Ok("shop".into()));
    browser.login(&harness, "sk_bank").await;
    browser.out(&harness, "/v1/login").await;
    assert_eq!(browser.0, BTreeMap::new());
    assert_eq!(old.whose(&harness, "?project=shop").await, over());
    // A key's end ends its sign-in alone.
    browser.login(&harness, SK).await;
    browser.login(&harness, "sk_bank").await;
    assert!(
        harness
            .collector
            .store
            .revoke_key("key_sk_bank", now_ms())
            .unwrap()
    );
    harness.collector.look_again().unwrap();
    let revoked = Err((401, "key_revoked".into()));
    assert_eq!(browser.whose(&harness, "?project=bank").await, revoked);
    assert_eq!(browser.whose(&harness, "").await, Ok("shop".into()));
    let told = browser.get(&harness, "/v1/login").await.json();
    assert_eq!(names(&told), ["shop"]);
}

#[actix_web::test]
async fn a_browser_is_signed_in_to_so_many_and_no_more() {
    let harness = Harness::new();
    let mut browser = Browser::default();
    for number in 0..=SIGN_INS_PER_BROWSER_MAX {
        let (project, key) = (format!("p-{number}"), format!("sk_{number}"));
        harness.secret(&project, &key, Scopes::of(&[Scope::Read]));
        let told = browser.login(&harness, &key).await;
        assert_eq!(told["project"], project);
        assert!(names(&told).len() <= SIGN_INS_PER_BROWSER_MAX);
    }
    assert_eq!(browser.0.len(), SIGN_INS_PER_BROWSER_MAX);
    let last = format!("p-{SIGN_INS_PER_BROWSER_MAX}");
    assert_eq!(
        browser.whose(&harness, &format!("?project={last}")).await,
        Ok(last)
    );
}
