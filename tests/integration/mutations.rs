//! Requests that were good once, with bytes changed at random: never an error of the
//! server's own, never a server that is gone, and a ledger that balances.

use serde_json::json;
use tacit_signals::codec;
use tacit_tests::{
    data::Data,
    note, now_ms,
    page::Page,
    raw::Connection,
    rounds,
    server::Server,
    signals::{copied, rated, shown},
};

/// Requests sent in one round.
const REQUESTS: usize = 60;

/// Good requests, as bytes.
fn good(data: &Data) -> Vec<Vec<u8>> {
    let mut page = Page::new(&data.publishable);
    let at = now_ms() - 5_000;
    let events = vec![
        page.event(at, "o-1", shown(("c-1", 0, 0))),
        page.event(at + 1, "o-1", copied(500)),
        page.event(at + 2, "o-1", rated(true)),
    ];
    let batch = page.batch(events);
    let twin = tacit_signals::json::encode(&batch).to_string().into_bytes();
    let binary = codec::encode(&batch);
    let output = json!({"id": "o-1", "aliases": ["m-1"], "conversation": "c-1", "turn": 0,
        "subject": "u-1", "input": [{"role": "user", "content": "q"}], "output": "text",
        "tags": {"a": "b"}, "documents": [{"id": "d", "score": 0.5}]});
    let signal = json!({"id": "s-1", "at": at, "output": "o-1", "kind": "rated", "value": 1});
    let order = json!({"format": "trl-kto", "split": 0.1});
    let spans = json!({"resourceSpans": [{"scopeSpans": [{"spans": [{
        "traceId": "0af7651916cd43dd8448eb211c80319c", "spanId": "00000000000000a1",
        "startTimeUnixNano": "1", "endTimeUnixNano": "2", "attributes": []}]}]}]});
    let packed = |coding: &str, bytes: Vec<u8>| (format!("content-encoding: {coding}\r\n"), bytes);
    let secret = format!(
        "authorization: Bearer {}\r\ncontent-type: application/json\r\n",
        data.secret
    );
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    std::io::Write::write_all(&mut gzip, &twin).unwrap();
    let mut br = Vec::new();
    std::io::Write::write_all(
        &mut brotli::CompressorWriter::new(&mut br, 4_096, 5, 20),
        &twin,
    )
    .unwrap();
    let bodies = [
        ("POST", "/c", (String::new(), binary.clone())),
        ("POST", "/v1/events", (String::new(), twin.clone())),
        ("POST", "/c", packed("gzip", gzip.finish().unwrap())),
        ("POST", "/c", packed("br", br)),
        (
            "POST",
            "/c",
            packed("zstd", zstd::encode_all(&twin[..], 3).unwrap()),
        ),
        (
            "POST",
            "/v1/outputs",
            (secret.clone(), output.to_string().into_bytes()),
        ),
        (
            "POST",
            "/v1/signals",
            (secret.clone(), signal.to_string().into_bytes()),
        ),
        (
            "POST",
            "/v1/traces",
            (secret.clone(), spans.to_string().into_bytes()),
        ),
        (
            "POST",
            "/v1/datasets/builds",
            (secret.clone(), order.to_string().into_bytes()),
        ),
        (
            "GET",
            "/v1/outputs/o-1?explain=true",
            (secret.clone(), Vec::new()),
        ),
        (
            "GET",
            "/v1/labels?format=csv&state=positive&since=1",
            (secret.clone(), Vec::new()),
        ),
        ("GET", "/v1/ledger", (secret.clone(), Vec::new())),
        (
            "GET",
            "/v1/assign?experiment=e&subject=u",
            (secret.clone(), Vec::new()),
        ),
        (
            "OPTIONS",
            "/c",
            ("origin: https://a.example\r\n".into(), Vec::new()),
        ),
        ("GET", "/capture/tacit.js", (String::new(), Vec::new())),
        ("DELETE", "/v1/subjects/nobody", (secret, Vec::new())),
    ];
    bodies
        .into_iter()
        .map(|(method, path, (headers, body))| {
            let length = body.len();
            let head = format!(
                "{method} {path} HTTP/1.1\r\nhost: t\r\ncontent-length: {length}\r\n{headers}\r\n"
            );
            let mut request = head.into_bytes();
            request.extend(body);
            request
        })
        .collect()
}

/// One to eight changes: a byte, a piece gone, a piece twice, a number that is none.
fn mutate(random: &mut fastrand::Rng, request: &mut Vec<u8>) {
    for _ in 0..random.usize(1..=8) {
        if request.is_empty() {
            return;
        }
        let place = random.usize(..request.len());
        let end = (place + random.usize(1..40)).min(request.len());
        match random.u8(..6) {
            0 => request[place] ^= 1 << random.u8(..8),
            1 => request[place] = random.u8(..),
            2 => drop(request.drain(place..end)),
            3 => {
                let piece = request[place..end].to_vec();
                request.splice(place..place, piece);
            }
            4 => {
                let odd = [
                    &b"\r\n"[..],
                    b"\0",
                    b"-1",
                    b"99999999999999999999",
                    b"{",
                    b"\"",
                    b"%00",
                    b"[[[[",
                    b"\xff",
                ];
                let piece = odd[random.usize(..odd.len())];
                request.splice(place..place, piece.iter().copied());
            }
            _ => request.truncate(end),
        }
    }
}

#[test]
fn never_an_error_of_the_servers_own() {
    let data = Data::new();
    let server = Server::start(&data);
    let good = good(&data);
    for request in &good {
        let said = ask(&server, request);
        assert!(
            !said.starts_with(b"HTTP/1.1 5"),
            "{}",
            String::from_utf8_lossy(&said)
        );
        assert!(
            said.starts_with(b"HTTP/1.1 "),
            "no answer to a good request"
        );
    }
    let mut answered = 0;
    for round in 0..rounds(5) {
        let seed = fastrand::u64(..);
        note(&format!("round {round}, seed {seed}"));
        let mut random = fastrand::Rng::with_seed(seed);
        for _ in 0..REQUESTS {
            let mut request = good[random.usize(..good.len())].clone();
            mutate(&mut random, &mut request);
            let said = ask(&server, &request);
            answered += usize::from(!said.is_empty());
            for line in String::from_utf8_lossy(&said).lines() {
                let is_own = line.starts_with("HTTP/1.1 5") && !line.starts_with("HTTP/1.1 503");
                let request = String::from_utf8_lossy(&request);
                assert!(!is_own, "{line} to {request:?}");
            }
        }
        assert_eq!(server.api().get("/healthz").status, 200);
        server.api().drained().assert_balanced();
    }
    assert!(answered > REQUESTS, "{answered} were answered");
    let said = server.said();
    assert!(!said.contains("panicked"), "{said}");
    assert!(server.stop().success());
}

/// All that is said to these bytes, nothing more being sent.
fn ask(server: &Server, request: &[u8]) -> Vec<u8> {
    let mut connection = Connection::open(server);
    connection.try_send(request);
    connection.finish();
    connection.until_the_end()
}
