//! What pages on other origins may send and read.

use tacit_tests::{
    api::{Answer, Api},
    data::{Data, ORIGIN},
    now_ms,
    page::Page,
    server::Server,
    signals::shown,
};

const EVIL: &str = "https://evil.example";

struct Setting {
    server: Server,
    body: Vec<u8>,
    secret: String,
    _data: Data,
}

/// A key for one origin, and a batch sent with it.
fn setting() -> Setting {
    let data = Data::new();
    let key = data.key("shop", "publishable", &["--origin", ORIGIN]);
    let server = Server::start(&data);
    let mut page = Page::new(&key);
    let event = page.event(now_ms(), "o-1", shown(("c-1", 0, 0)));
    Setting {
        body: tacit_signals::codec::encode(&page.batch(vec![event])),
        secret: data.secret.clone(),
        server,
        _data: data,
    }
}

fn allowed(answer: &Answer) -> Option<&str> {
    answer.header("access-control-allow-origin")
}

#[test]
fn an_allowed_page_reads_its_answer() {
    let setting = setting();
    let api = setting.server.api().with_key(None);
    let answer = api.post("/c", &[("origin", ORIGIN)], &setting.body);
    assert_eq!(answer.status, 204);
    assert_eq!(allowed(&answer), Some(ORIGIN));
    let exposed = answer.header("access-control-expose-headers").unwrap();
    assert!(
        exposed.to_ascii_lowercase().contains("retry-after"),
        "{exposed}"
    );
    assert_eq!(
        answer.header("vary"),
        Some("origin"),
        "or caches mix up origins"
    );
    assert_eq!(answer.header("access-control-allow-credentials"), None);
}

/// A page that is not allowed reads that, and nothing else: without, the browser
/// would tell its script of a network error, and it would try again for ever.
#[test]
fn a_foreign_page_reads_only_that_it_is_refused() {
    let setting = setting();
    let api = setting.server.api().with_key(None);
    let answer = api.post("/c", &[("origin", EVIL)], &setting.body);
    assert_eq!(answer.status, 403);
    assert_eq!(answer.json()["code"], "origin_forbidden");
    assert_ne!(allowed(&answer), Some("*"));
    assert_ne!(allowed(&answer), Some(ORIGIN));
    assert_eq!(answer.header("access-control-allow-credentials"), None);
}

#[test]
fn no_page_reads_what_needs_a_secret_key() {
    let setting = setting();
    let api = Api::new(&setting.server.url, Some(&setting.secret));
    for path in [
        "/v1/labels",
        "/v1/outputs",
        "/v1/ledger",
        "/v1/datasets/trl-kto",
    ] {
        for origin in [ORIGIN, EVIL] {
            let answer = api
                .try_send("GET", path, &[("origin", origin)], b"")
                .unwrap();
            assert_eq!(answer.status, 200, "{path}");
            assert_eq!(allowed(&answer), None, "{path}");
        }
    }
}

#[test]
fn a_preflight_allows_what_a_batch_needs() {
    let setting = setting();
    let api = setting.server.api().with_key(None);
    for path in ["/c", "/v1/events"] {
        let headers = [
            ("origin", ORIGIN),
            ("access-control-request-method", "POST"),
            ("access-control-request-headers", "content-type"),
        ];
        let answer = api.try_send("OPTIONS", path, &headers, b"").unwrap();
        assert_eq!(answer.status, 204, "{path}");
        assert_eq!(allowed(&answer), Some(ORIGIN));
        assert_eq!(answer.header("access-control-allow-methods"), Some("POST"));
        assert_eq!(
            answer.header("access-control-allow-headers"),
            Some("content-type")
        );
    }
    let answer = api
        .try_send("OPTIONS", "/v1/labels", &[("origin", ORIGIN)], b"")
        .unwrap();
    assert_eq!(allowed(&answer), None);
}

/// Browsers send JSON without a preflight only as `text/plain` or untyped.
#[test]
fn a_batch_is_taken_with_any_type_a_page_can_send() {
    let setting = setting();
    let api = setting.server.api().with_key(None);
    for kind in [
        "text/plain;charset=UTF-8",
        "application/json",
        "application/octet-stream",
    ] {
        let headers = [("origin", ORIGIN), ("content-type", kind)];
        assert_eq!(
            api.post("/c", &headers, &setting.body).status,
            204,
            "{kind}"
        );
    }
    assert_eq!(
        api.post("/c", &[("origin", ORIGIN)], &setting.body).status,
        204,
        "untyped"
    );
}
