//! Every route that takes a body has the same rules for it: a limit, as sent and unpacked,
//! three ways to pack it, and a connection that goes on whatever was refused.

use std::io::Write;

use flate2::{Compression, write::GzEncoder};

use super::{
    sockets::{answer, start, talk},
    *,
};
use crate::{http::all, limits::*};
use tacit_signals::limits::BATCH_BYTES_MAX;

/// What each takes, in bytes.
const BODIES: [(&str, usize); 11] = [
    ("/c", BATCH_BYTES_MAX),
    ("/v1/events", BATCH_BYTES_MAX),
    ("/v1/signals", SIGNALS_BODY_BYTES_MAX),
    ("/v1/outputs", OUTPUTS_BODY_BYTES_MAX),
    ("/v1/traces", TRACES_BODY_BYTES_MAX),
    ("/v1/datasets/builds", BUILD_BODY_BYTES_MAX),
    ("/v1/labels/preview", PREVIEW_BODY_BYTES_MAX),
    ("/v1/releases", RELEASE_BODY_BYTES_MAX),
    ("/v1/experiments", EXPERIMENT_BODY_BYTES_MAX),
    ("/v1/keys", ACCESS_BODY_BYTES_MAX),
    ("/v1/login", ACCESS_BODY_BYTES_MAX),
];
/// What is asked for without a body, or with one read as that of `/v1/keys`.
const NONE: [&str; 2] = ["/v1/experiments/{name}/end", "/v1/keys/{id}/rotate"];

#[test]
fn no_route_is_forgotten() {
    let routes = all();
    let takes = |method: &Method| ["POST", "PUT", "PATCH"].contains(&method.as_str());
    let mut posts: Vec<&str> = routes
        .iter()
        .map(super::super::route::Route::told)
        .filter(|(path, methods)| methods.iter().any(takes) && !NONE.contains(path))
        .map(|(path, _)| path)
        .collect();
    posts.sort_unstable();
    let mut known = BODIES.map(|(path, _)| path);
    known.sort_unstable();
    assert_eq!(posts, known);
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn br(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut encoder = brotli::CompressorWriter::new(&mut out, 4_096, 1, 20);
    encoder.write_all(bytes).unwrap();
    drop(encoder);
    out
}

fn zstd(bytes: &[u8]) -> Vec<u8> {
    ::zstd::encode_all(bytes, 1).unwrap()
}

type Pack = fn(&[u8]) -> Vec<u8>;
const CODINGS: [(&str, Pack); 3] = [("gzip", gzip), ("br", br), ("zstd", zstd)];

/// One more request on the connection: its status, and its body as JSON.
fn ask(stream: &mut std::net::TcpStream, path: &str, encoding: &str, body: &[u8]) -> (u16, Value) {
    let length = body.len();
    let head = format!(
        "POST {path} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {SK}\r\n\
         content-type: application/json\r\ncontent-length: {length}\r\n{encoding}\r\n"
    );
    stream.write_all(head.as_bytes()).unwrap();
    stream.write_all(body).unwrap();
    let said = answer(stream);
    let (_, text) = said.split_once("\r\n\r\n").unwrap();
    let mut json: Value = serde_json::from_str(text).unwrap_or(Value::Null);
    if let Some(problem) = json.as_object_mut() {
        // Each request has its own.
        problem.remove("request_id");
    }
    (said[9..12].parse().unwrap(), json)
}

fn packed_as(coding: &str) -> String {
    format!("content-encoding: {coding}\r\n")
}

#[actix_web::test]
async fn a_limit_holds_as_sent_and_unpacked_and_the_connection_goes_on() {
    let running = start();
    talk(running.port, |stream| {
        for (path, limit) in BODIES {
            let over = vec![b' '; limit + 1];
            let is_otlp = path == "/v1/traces";
            // Packing many MiB with br takes a build for tests seconds.
            let codings = CODINGS
                .into_iter()
                .filter(|(coding, _)| limit <= 1024 * 1024 || *coding == "zstd");
            let packed = codings.map(|(coding, pack)| (coding, packed_as(coding), pack(&over)));
            for (name, encoding, body) in packed.chain([("plain", String::new(), over.clone())]) {
                let (status, problem) = ask(stream, path, &encoding, &body);
                assert_eq!(status, 413, "{path} {name}: {problem}");
                if !is_otlp {
                    let code = problem["code"].as_str().unwrap();
                    let codes = ["body_too_large", "body_too_dense"];
                    assert!(codes.contains(&code), "{path} {name}: {problem}");
                    assert_eq!(problem["field"], "body", "{path} {name}");
                }
            }
        }
    })
    .await;
    running.handle.stop(false).await;
}

#[actix_web::test]
async fn what_is_packed_is_read_as_if_it_were_not() {
    let running = start();
    talk(running.port, |stream| {
        for (path, _) in BODIES {
            for body in [&b"{}"[..], b"{\"v\":1}", b"[[[", b""] {
                let plain = ask(stream, path, "", body);
                for (coding, pack) in CODINGS {
                    let packed = ask(stream, path, &packed_as(coding), &pack(body));
                    assert_eq!(packed, plain, "{path} {coding}");
                }
            }
        }
    })
    .await;
    running.handle.stop(false).await;
}

#[actix_web::test]
async fn what_is_no_packing_is_refused_by_name() {
    let running = start();
    talk(running.port, |stream| {
        for (path, _) in BODIES {
            let is_otlp = path == "/v1/traces";
            let mut refused = |encoding: &str, body: &[u8], status: u16, code: &str| {
                let (found, problem) = ask(stream, path, encoding, body);
                assert_eq!(found, status, "{path} {encoding}: {problem}");
                if is_otlp {
                    let message = problem["message"].as_str().unwrap();
                    assert!(message.starts_with(code), "{path} {encoding}: {problem}");
                } else {
                    assert_eq!(problem["code"], code, "{path} {encoding}: {problem}");
                }
                problem
            };
            for (coding, pack) in CODINGS {
                let encoding = packed_as(coding);
                let mut cut = pack(b"{\"v\":1,\"key\":\"pk_test\"}");
                cut.pop();
                refused(&encoding, &cut, 400, "body_truncated");
                refused(
                    &encoding,
                    b"{\"v\":1,\"key\":\"pk_test\"}",
                    400,
                    "body_corrupt",
                );
            }
            let unknown = "content_encoding_unsupported";
            for encoding in ["deflate", "gzip, gzip", "br, gzip", "aes128gcm"] {
                let problem = refused(&packed_as(encoding), &gzip(b"{}"), 415, unknown);
                if !is_otlp {
                    let detail = problem["detail"].as_str().unwrap();
                    assert!(detail.contains("gzip, br, zstd"), "{detail}");
                }
            }
            let twice = "content-encoding: gzip\r\ncontent-encoding: gzip\r\n";
            refused(twice, &gzip(&gzip(b"{}")), 415, unknown);
        }
    })
    .await;
    let ledger = running.harness.ledger().await;
    let rejected = &ledger["batches"]["rejected"];
    // Three routes are of batches, with three codings and five encodings that are none.
    assert_eq!(rejected["body_truncated"], 9, "{rejected}");
    assert_eq!(rejected["body_corrupt"], 9, "{rejected}");
    assert_eq!(rejected["content_encoding_unsupported"], 15, "{rejected}");
    running.handle.stop(false).await;
}
