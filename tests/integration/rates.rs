//! Who comes too often is told when to come again, and others are not; nobody's address
//! is kept.

use std::{fs, net::Ipv6Addr, path::Path};

use serde_json::Value;
use tacit_tests::{
    api::{Answer, Api},
    data::{Data, arg},
    now_ms,
    page::Page,
    raw::Connection,
    server::Server,
    signals::copied,
    wait,
};

fn start(data: &Data, limits: &str) -> Server {
    let config = data.config(&format!("[limits]\n{limits}"));
    Server::start_with(data, &["--config", arg(&config)])
}

fn send(api: &Api, page: &mut Page, headers: &[(&str, &str)]) -> Answer {
    let event = page.event(now_ms() - 1_000, "o-1", copied(900));
    let body = tacit_signals::codec::encode(&page.batch(vec![event]));
    api.post("/c", headers, &body)
}

fn assert_limited(answer: &Answer, code: &str, per_second: u64) {
    let problem: Value = answer.json();
    assert_eq!(answer.status, 429, "{problem}");
    assert_eq!(problem["code"], code, "{problem}");
    assert_eq!(problem["limit"], per_second, "{problem}");
    assert_eq!(problem["retryable"], true, "{problem}");
    let seconds: u64 = answer.header("retry-after").unwrap().parse().unwrap();
    assert!(seconds >= 1, "{seconds}");
}

/// An address that nobody had before.
fn stranger(number: u32) -> String {
    format!("2001:db8:{:x}:{:x}::1", number >> 16, number & 0xffff)
}

#[test]
fn of_a_session() {
    let data = Data::new();
    let server = start(&data, "session_per_second = 1\nsession_burst = 2\n");
    let api = server.api().with_key(None);
    let mut page = Page::new(&data.publishable);
    let mut answers = Vec::new();
    // However long each takes, some come within a second of one another.
    wait::until("a batch to be refused", || {
        answers.push(send(&api, &mut page, &[("origin", "https://a.example")]));
        (answers.last()?.status == 429).then_some(())
    });
    assert!(answers.len() > 2, "a burst is allowed");
    let refused = answers.last().unwrap();
    assert_limited(refused, "session_rate_limited", 1);
    let origin = refused.header("access-control-allow-origin");
    assert!(
        origin.is_some(),
        "or the page cannot read when to come again"
    );
    assert_eq!(
        send(&api, &mut Page::new(&data.publishable), &[]).status,
        204
    );
    let ledger = server.api().drained();
    assert_eq!(ledger.batches.shed, 1, "{ledger:?}");
    assert_eq!(ledger.batches.received, answers.len() as u64 + 1);
    // Who waits as long as it was told is taken.
    wait::until("the session to be taken again", || {
        (send(&api, &mut page, &[]).status == 204).then_some(())
    });
}

#[test]
fn of_a_key() {
    let data = Data::new();
    let second = data.key("shop", "publishable", &[]);
    let server = start(&data, "key_per_second = 1\nkey_burst = 5\n");
    let api = server.api().with_key(None);
    let refused = wait::until("a batch to be refused", || {
        let answer = send(&api, &mut Page::new(&data.publishable), &[]);
        (answer.status == 429).then_some(answer)
    });
    assert_limited(&refused, "key_rate_limited", 1);
    assert_eq!(send(&api, &mut Page::new(&second), &[]).status, 204);
    let ledger = server.api().ledger();
    // Once: waiting for it would use the secret key's own rate up.
    let batches = &ledger.batches;
    assert_eq!(batches.shed, 1, "{ledger:?}");
    assert_eq!(batches.received, batches.acknowledged + 1, "{ledger:?}");
    // A secret key has a rate as well.
    let refused = wait::until("a read to be refused", || {
        let answer = server.api().get("/v1/outputs/o-1");
        (answer.status == 429).then_some(answer)
    });
    assert_limited(&refused, "key_rate_limited", 1);
}

#[test]
fn of_an_address_which_only_a_trusted_proxy_may_name() {
    let data = Data::new();
    let server = start(&data, "address_per_second = 1\naddress_burst = 3\n");
    let api = server.api().with_key(None);
    let from = |list: &str| {
        let mut page = Page::new(&data.publishable);
        send(&api, &mut page, &[("x-forwarded-for", list)])
    };
    let refused = wait::until("a batch to be refused", || {
        let answer = from("203.0.113.7");
        (answer.status == 429).then_some(answer)
    });
    assert_limited(&refused, "address_rate_limited", 1);
    assert_eq!(from("203.0.113.8").status, 204, "another address");
    // What stands left of it anybody may have written; all of it is the same address.
    let mut number = 0;
    let refused = wait::until("a liar to be refused", || {
        number += 1;
        let liar = format!("{}, 203.0.113.7", stranger(number));
        let answer = from(&liar);
        (answer.status == 429).then_some(answer)
    });
    assert_limited(&refused, "address_rate_limited", 1);
    // On every route, whether it is there or not, except with a secret key and for probes.
    let wear = [("x-forwarded-for", "203.0.113.7")];
    for path in ["/v1/labels", "/capture/x.js", "/nothing"] {
        wait::until("a request to be refused", || {
            let answer = api.try_send("GET", path, &wear, b"").unwrap();
            (answer.status == 429).then_some(())
        });
    }
    for _ in 0..10 {
        let probe = api.try_send("GET", "/healthz", &wear, b"").unwrap();
        assert_eq!(probe.status, 200);
        let known = server.api().try_send("GET", "/v1/outputs", &wear, b"");
        assert_eq!(known.unwrap().status, 200, "its key has a rate of its own");
    }
    let ledger = server.api().drained();
    assert!(ledger.batches.shed >= 2, "{ledger:?}");
}

#[test]
fn a_stranger_names_itself_in_vain() {
    let data = Data::new();
    let limits = "trusted_proxies = [\"10.0.0.0/8\"]\naddress_per_second = 1\naddress_burst = 3\n";
    let server = start(&data, limits);
    let api = server.api().with_key(None);
    let mut number = 0;
    let refused = wait::until("a liar to be refused", || {
        number += 1;
        let name = stranger(number);
        let mut page = Page::new(&data.publishable);
        let answer = send(&api, &mut page, &[("x-forwarded-for", &name)]);
        (answer.status == 429).then_some(answer)
    });
    assert_limited(&refused, "address_rate_limited", 1);
}

#[test]
fn an_address_holds_so_many_connections_and_no_more() {
    let data = Data::new();
    let server = start(&data, "trusted_proxies = []\nconnections_per_address = 3\n");
    let mut held: Vec<Connection> = (0..3).map(|_| Connection::open(&server)).collect();
    for connection in &mut held {
        connection.request("GET", "/healthz", "", b"");
        assert_eq!(connection.answer().0, 200);
    }
    let mut further = Connection::open(&server);
    assert!(further.ends_without_an_answer("GET /healthz HTTP/1.1\r\nhost: t\r\n\r\n"));
    for connection in &mut held {
        connection.request("GET", "/healthz", "", b"");
        assert_eq!(connection.answer().0, 200, "the others are not touched");
    }
    drop(held.pop());
    wait::until("a connection to be taken again", || {
        let mut next = Connection::open(&server);
        let ended = next.ends_without_an_answer("GET /healthz HTTP/1.1\r\nhost: t\r\n\r\n");
        (!ended).then_some(())
    });
}

/// Every file below `path`.
fn files(path: &Path, all: &mut Vec<Vec<u8>>) {
    for entry in fs::read_dir(path).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, all);
        } else if let Ok(bytes) = fs::read(&path) {
            all.push(bytes);
        }
    }
}

#[test]
fn no_address_is_kept_or_told() {
    let data = Data::new();
    let server = start(&data, "address_per_second = 1\naddress_burst = 5\n");
    let api = server.api().with_key(None);
    let address: Ipv6Addr = "2001:db8:dead:beef:1234:5678:9abc:def0".parse().unwrap();
    let text = address.to_string();
    let wear = [("x-forwarded-for", text.as_str())];
    let mut page = Page::new(&data.publishable);
    wait::until("a batch to be refused", || {
        (send(&api, &mut page, &wear).status == 429).then_some(())
    });
    let _ = api.try_send("GET", "/v1/labels", &wear, b"");
    let _ = api.try_send("POST", "/v1/outputs", &wear, b"{");
    assert!(server.api().drained().events.stored >= 5);
    let mut kept = vec![server.said().into_bytes()];
    files(&data.path(), &mut kept);
    let _ = server.stop();
    files(&data.path(), &mut kept);
    let octets = address.octets();
    // The page's session is in there: what is looked for would be found.
    let is_in = |needle: &[u8]| {
        kept.iter()
            .any(|file| file.windows(needle.len()).any(|window| window == needle))
    };
    assert!(is_in(&page.session.0), "nothing was looked through");
    for trace in [text.as_bytes(), &octets, &octets[..8]] {
        assert!(!is_in(trace), "{trace:?}");
    }
}
