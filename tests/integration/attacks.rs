//! What a hostile internet sends. After each the server answers others, and the ledger
//! balances; nothing of it is anybody's who did not send it.

use serde_json::{Value, json};
use tacit_tests::{
    api::Api,
    data::Data,
    now_ms,
    page::Page,
    raw::Connection,
    server::Server,
    signals::{copied, shown},
};

/// A server with one output of one person, and what is known of both.
struct Shop {
    data: Data,
    server: Server,
    page: Page,
    /// Publishable and secret key of another project.
    thief: (String, String),
}

impl Shop {
    fn new() -> Self {
        let data = Data::new();
        let thief = (
            data.key("thief", "publishable", &[]),
            data.key("thief", "secret", &[]),
        );
        let server = Server::start(&data);
        let mut page = Page::new(&data.publishable);
        let events = vec![
            page.event(now_ms() - 2_000, "o-1", shown(("c-1", 0, 0))),
            page.event(now_ms() - 1_000, "o-1", copied(900)),
        ];
        server.api().batch(&page.batch(events));
        let shop = Self {
            data,
            server,
            page,
            thief,
        };
        shop.assert_unharmed();
        shop
    }

    fn api(&self) -> Api {
        self.server.api()
    }

    /// It answers, knows what it knew, and its books balance.
    fn assert_unharmed(&self) {
        let ledger = self.api().drained();
        assert_eq!(ledger.events.stored, 2, "{ledger:?}");
        let output = self.api().output("o-1");
        assert_eq!(output["label"]["state"], "positive", "{output}");
        assert_eq!(output["signals"].as_array().map(Vec::len), Some(2));
    }

    /// Sends bytes on a connection of their own; all that is answered.
    fn raw(&self, bytes: &[u8]) -> String {
        let mut connection = Connection::open(&self.server);
        connection.try_send(bytes);
        connection.finish();
        String::from_utf8_lossy(&connection.until_the_end()).into_owned()
    }
}

#[test]
fn another_projects_data_is_not_had_or_changed_with_a_key_of_ones_own() {
    let shop = Shop::new();
    let (pk, sk) = &shop.thief;
    let thief = shop.api().with_key(Some(sk));
    thief
        .get("/v1/outputs/o-1")
        .assert_problem(404, "not_found", None);
    // The shop's session, numbers and output, under the thief's key.
    let mut forged = Page::of_session(pk, shop.page.session);
    let events = vec![forged.event(now_ms(), "o-1", copied(1))];
    thief.batch(&forged.batch(events));
    assert_eq!(
        thief.output("o-1")["signals"].as_array().map(Vec::len),
        Some(1)
    );
    shop.assert_unharmed();
    // Ids are no secret: guessing them finds nothing of others.
    for id in ["c-1", &shop.page.event_id(0), "o-2"] {
        let answer = thief.get(&format!("/v1/outputs/{id}"));
        answer.assert_problem(404, "not_found", None);
    }
    let labels = thief.dataset("labels", now_ms());
    assert_eq!(labels.lines().count(), 1, "its own alone: {labels}");
    // A publishable key reads nothing, as a bearer or otherwise.
    let reader = shop.api().with_key(Some(&shop.data.publishable));
    reader
        .get("/v1/outputs/o-1")
        .assert_problem(403, "key_not_secret", None);
    // A secret key in a page is refused, and said to be replaced.
    let mut page = Page::new(sk);
    let events = vec![page.event(now_ms(), "o-1", copied(1))];
    let answer = thief.try_batch(&page.batch(events)).unwrap();
    answer.assert_problem(403, "key_not_publishable", Some("key"));
    shop.assert_unharmed();
}

#[test]
fn what_is_sent_again_changes_nothing() {
    let shop = Shop::new();
    let mut twin = Page::of_session(&shop.data.publishable, shop.page.session);
    let events: Vec<_> = (0..2)
        .map(|_| twin.event(now_ms(), "o-1", copied(10)))
        .collect();
    let batch = twin.batch(events);
    for _ in 0..50 {
        shop.api().batch(&batch);
    }
    let ledger = shop.api().drained();
    assert_eq!(ledger.events.duplicate, 100, "{ledger:?}");
    shop.assert_unharmed();
}

/// What is code where text becomes a query, a path, a header or a page.
const CODE: [&str; 14] = [
    "'; DROP TABLE outputs; --",
    "o-1' OR '1'='1",
    "\" UNION SELECT text FROM keys --",
    "1; ATTACH DATABASE '/tmp/x' AS x",
    "%27%20OR%201%3D1",
    "o-1\r\nset-cookie: a=b",
    "../../etc/passwd",
    "..%2f..%2fetc%2fpasswd",
    "....//....//etc/passwd",
    "/etc/passwd",
    "\0",
    "o-1\0.json",
    "<script>alert(1)</script>",
    "${jndi:ldap://x}",
];

/// Everything but letters and digits as `%XX`.
fn escaped(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02x}")).collect()
}

#[test]
fn no_id_and_no_parameter_is_code() {
    let shop = Shop::new();
    let api = shop.api();
    let ids = [
        "/v1/outputs/",
        "/v1/datasets/",
        "/v1/datasets/builds/",
        "/v1/experiments/",
        "/v1/verify/",
        "/v1/erasures/",
        "/capture/",
        "/docs/",
        "/page/",
    ];
    let parameters = [
        "/v1/outputs?cursor=",
        "/v1/outputs?since=",
        "/v1/outputs?limit=",
        "/v1/labels?policy=",
        "/v1/labels?state=",
        "/v1/labels?format=",
        "/v1/labels?as_of=",
        "/v1/labels?since=",
        "/v1/datasets/trl-kto?policy=",
        "/v1/datasets/trl-kto?trust=",
        "/v1/assign?subject=u&experiment=",
        "/v1/assign?experiment=e&subject=",
        "/v1/guardrails?metric=",
        "/v1/capture-rate?since=",
        "/v1/outputs/o-1?policy=",
        "/v1/outputs/o-1?as_of=",
    ];
    for code in CODE {
        for place in ids.iter().chain(&parameters) {
            let path = format!("{place}{}", escaped(code));
            let answer = api.get(&path);
            assert!(
                answer.status < 500,
                "{path}: {} {}",
                answer.status,
                answer.text()
            );
            assert!(!answer.text().contains("root:"), "{path}");
            assert_eq!(answer.header("set-cookie"), None, "{path}");
        }
    }
    // As ids of what is sent: taken as the text they are, or refused by name.
    for code in CODE {
        let output = json!({"id": code, "output": "text", "conversation": code, "model": code});
        let answer = api.post("/v1/outputs", &[], output.to_string().as_bytes());
        assert!(
            [200, 400].contains(&answer.status),
            "{code:?}: {}",
            answer.text()
        );
        let batch = json!({"v": 1, "key": shop.data.publishable, "session": code,
            "sent_at": now_ms(), "subject": code, "events": []});
        let answer = api.post("/c", &[], batch.to_string().as_bytes());
        assert_eq!(answer.status, 400, "{code:?}: {}", answer.text());
        let batch = json!({"v": 1, "key": code, "session": "9f3c0000000000000000000000000000",
            "sent_at": now_ms(), "events": []});
        let answer = api.post("/c", &[], batch.to_string().as_bytes());
        assert!(
            [400, 401].contains(&answer.status),
            "{code:?}: {}",
            answer.text()
        );
    }
    shop.assert_unharmed();
}

#[test]
fn no_path_leads_out_of_what_is_served() {
    let data = Data::new();
    let capture = data.beside("capture");
    std::fs::create_dir_all(capture.join("v")).unwrap();
    std::fs::write(capture.join("tacit.js"), "inside").unwrap();
    std::fs::write(data.beside("outside.txt"), "outside").unwrap();
    let arguments = ["--capture", capture.to_str().unwrap()];
    let server = Server::start_with(&data, &arguments);
    let outside = data.beside("outside.txt");
    let outside = outside.to_str().unwrap();
    let ways = [
        "/capture/../outside.txt".to_owned(),
        "/capture/..%2foutside.txt".to_owned(),
        "/capture/%2e%2e/outside.txt".to_owned(),
        "/capture/%2e%2e%2foutside.txt".to_owned(),
        "/capture/..%252foutside.txt".to_owned(),
        "/capture/..%5coutside.txt".to_owned(),
        "/capture/v/..%2f..%2foutside.txt".to_owned(),
        "/capture/./../outside.txt".to_owned(),
        "/capture/..;/outside.txt".to_owned(),
        "/capture/%c0%ae%c0%ae/outside.txt".to_owned(),
        "/capture//../outside.txt".to_owned(),
        format!("/capture/{outside}"),
        format!("/capture/{}", escaped(outside)),
        "/capture/tacit.js%00.txt".to_owned(),
        "/capture/tacit.js/../../outside.txt".to_owned(),
        "/docs/..%2f..%2foutside.txt".to_owned(),
        "/v1/datasets/builds/..%2f..%2fdata/tacit.sqlite".to_owned(),
        "/v1/datasets/builds/x/..%2f..%2ftacit.sqlite".to_owned(),
        "/v1/datasets/builds/x/../../../tacit.sqlite".to_owned(),
        "/v1/datasets/builds/%2e%2e/tacit.sqlite".to_owned(),
        format!("/v1/datasets/builds/x/{}", escaped("/etc/passwd")),
    ];
    let bearer = format!("authorization: Bearer {}\r\n", data.secret);
    for way in &ways {
        // Byte by byte: a client would tidy the path up.
        let mut connection = Connection::open(&server);
        connection.request("GET", way, &bearer, b"");
        let (status, body) = connection.answer();
        let body = String::from_utf8_lossy(&body);
        assert!([400, 404].contains(&status), "{way}: {status} {body}");
        for found in ["outside\n", "root:", "SQLite format"] {
            assert!(!body.contains(found) && body != "outside", "{way}: {body}");
        }
    }
    let inside = server.api().get("/capture/tacit.js").ok();
    assert_eq!(inside.text(), "inside");
}

#[test]
fn a_request_cannot_hide_another_one() {
    let shop = Shop::new();
    let smuggled = "GET /healthz HTTP/1.1\r\nhost: t\r\n\r\n";
    let heads = [
        "content-length: 5\r\ncontent-length: 6",
        "content-length: 5\r\ntransfer-encoding: chunked",
        "transfer-encoding: chunked\r\ncontent-length: 5",
        "content-length: 5, 6",
        "content-length: +5",
        "content-length: -1",
        "content-length: 0x5",
        "content-length: 99999999999999999999999",
        "transfer-encoding: xchunked",
        "transfer-encoding: chunked, identity",
        "transfer-encoding: identity, chunked, chunked",
        "transfer-encoding:\u{b}chunked",
        "transfer-encoding : chunked",
        "x: a\n b\r\n",
        "x\r\n",
        "x: \0",
        ": empty",
    ];
    for head in heads {
        let request = format!("POST /c HTTP/1.1\r\nhost: t\r\n{head}\r\n\r\n0\r\n\r\n{smuggled}");
        let said = shop.raw(request.as_bytes());
        assert!(
            !said.contains("\"ok\":true"),
            "{head:?} let it through: {said}"
        );
        assert!(!said.contains("HTTP/1.1 5"), "{head:?}: {said}");
    }
    for chunk in [
        "zz\r\n",
        "-1\r\n",
        "fffffffffffffffff\r\n",
        "5;\r\nab",
        "5\nhello",
        "5\r\nhelloX",
    ] {
        let request = format!(
            "POST /c HTTP/1.1\r\nhost: t\r\ntransfer-encoding: chunked\r\n\r\n{chunk}\r\n\r\n{smuggled}"
        );
        let said = shop.raw(request.as_bytes());
        assert!(
            !said.contains("\"ok\":true"),
            "{chunk:?} let it through: {said}"
        );
        assert!(!said.contains("HTTP/1.1 5"), "{chunk:?}: {said}");
    }
    // A line break in what is echoed ends no header: the origin comes back as it was, or not at all.
    let said = shop.raw(b"POST /c HTTP/1.1\r\nhost: t\r\norigin: https://a\rset-cookie: x=y\r\ncontent-length: 0\r\n\r\n");
    assert!(!said.to_lowercase().contains("\nset-cookie"), "{said}");
    shop.assert_unharmed();
}

#[test]
fn what_is_too_large_is_refused_wherever_it_is() {
    let shop = Shop::new();
    let many = "x: y\r\n".repeat(97);
    let large = format!("x: {}\r\n", "y".repeat(140 * 1024));
    let long = "a".repeat(140 * 1024);
    for (request, statuses) in [
        (
            format!("GET /healthz HTTP/1.1\r\nhost: t\r\n{many}\r\n"),
            ["431", "400"],
        ),
        (
            format!("GET /healthz HTTP/1.1\r\nhost: t\r\n{large}\r\n"),
            ["431", "400"],
        ),
        (
            format!("GET /{long} HTTP/1.1\r\nhost: t\r\n\r\n"),
            ["431", "414"],
        ),
        (
            format!("{long} / HTTP/1.1\r\nhost: t\r\n\r\n"),
            ["431", "400"],
        ),
    ] {
        let said = shop.raw(request.as_bytes());
        let status = said.get(9..12).unwrap_or_default();
        assert!(said.is_empty() || statuses.contains(&status), "{said}");
    }
    let at_the_limit = "x: y\r\n".repeat(90);
    let said =
        shop.raw(format!("GET /healthz HTTP/1.1\r\nhost: t\r\n{at_the_limit}\r\n").as_bytes());
    assert!(said.starts_with("HTTP/1.1 200"), "{said}");
    // As many requests as one likes on one connection: they are answered in turn.
    let mut connection = Connection::open(&shop.server);
    let one = "GET /healthz HTTP/1.1\r\nhost: t\r\n\r\n";
    connection.send(one.repeat(200).as_bytes());
    for _ in 0..200 {
        assert_eq!(connection.answer().0, 200);
    }
    shop.assert_unharmed();
}

#[test]
fn what_is_strange_is_refused_by_name_or_taken_as_it_is() {
    let shop = Shop::new();
    let api = shop.api();
    let event = |field: &str, value: Value| {
        let mut event = json!({"seq": 5, "at": now_ms(), "kind": "copied", "output": "o-2",
            "chars": 11, "share": 1, "via": "button"});
        event[field] = value;
        json!({"v": 1, "key": shop.data.publishable, "session": "00000000000000000000000000000001",
            "sent_at": now_ms(), "events": [event]})
    };
    let numbers = [
        "1e400",
        "-1e400",
        "1e308",
        "-1",
        "18446744073709551616",
        "0.1e-400",
        "NaN",
        "1E5000",
    ];
    for field in ["seq", "at", "chars", "share"] {
        for number in numbers {
            let body = event(field, "HERE".into())
                .to_string()
                .replace("\"HERE\"", number);
            let answer = api.post("/c", &[], body.as_bytes());
            assert!(
                [200, 204, 400].contains(&answer.status),
                "{body}: {}",
                answer.text()
            );
        }
    }
    let deep =
        |open: &str, close: &str| format!("{}{}", open.repeat(100_000), close.repeat(100_000));
    for body in [
        deep("[", "]"),
        deep("{\"a\":", "}"),
        "[".repeat(200_000),
        "{\"events\":".repeat(9_000),
    ] {
        for path in [
            "/c",
            "/v1/events",
            "/v1/signals",
            "/v1/outputs",
            "/v1/datasets/builds",
            "/v1/experiments",
            "/v1/releases",
        ] {
            let answer = api.post(path, &[], body.as_bytes());
            assert!(
                [400, 413].contains(&answer.status),
                "{path}: {} {}",
                answer.status,
                answer.text()
            );
        }
    }
    for bytes in [
        &b"\xff\xfe\xfd"[..],
        b"{\"v\":1,\"key\":\"\xc3\x28\"}",
        b"TACT\xff\xff\xff\xff\xff\xff\xff\xff",
        b"\xef\xbb\xbf{}",
        b"{\"a\":\"\\ud800\"}",
    ] {
        for path in ["/c", "/v1/signals", "/v1/outputs", "/v1/datasets/builds"] {
            assert_eq!(api.post(path, &[], bytes).status, 400, "{path} {bytes:?}");
        }
    }
    // A thousand names for what has no place here, in hash order or not.
    let mut flood = event("seq", 6.into());
    for number in 0..5_000 {
        flood["events"][0][format!("field_{number}")] = number.into();
    }
    let answer = api.post("/c", &[], flood.to_string().as_bytes());
    assert!(
        [200, 204, 400].contains(&answer.status),
        "{}",
        answer.text()
    );
    let ledger = api.drained();
    assert!(ledger.batches.received > 0);
    assert_eq!(
        api.output("o-1")["signals"].as_array().map(Vec::len),
        Some(2)
    );
}
