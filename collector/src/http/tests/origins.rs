//! What is answered to pages, on every route.

use actix_web::http::header::HeaderValue;

use super::*;
use crate::http::all;

/// Paths that pages elsewhere may read: where they send signals, and the module itself.
const READABLE: [&str; 3] = ["/c", "/v1/events", "/capture/{path:.*}"];

#[actix_web::test]
async fn no_page_elsewhere_reads_anything_but_what_is_meant_for_it() {
    let harness = Harness::new();
    for route in all() {
        let (pattern, methods) = route.told();
        let path = pattern.replace(":.+}", "}").replace(":.*}", "}");
        let path = path.replace(['{', '}'], "");
        let is_readable = READABLE.contains(&pattern);
        let asked = methods.iter().cloned().chain([Method::OPTIONS]);
        for method in asked {
            let request = TestRequest::with_uri(&path)
                .method(method.clone())
                .insert_header(("authorization", format!("Bearer {SK}")))
                .insert_header(("origin", "https://evil.example"))
                .insert_header(("access-control-request-method", "DELETE"))
                .insert_header(("access-control-request-headers", "authorization"));
            let answer = harness.send(request).await;
            let place = format!("{method} {pattern}");
            let told = |name: &str| answer.header(name).map(str::to_owned);
            assert_eq!(told("access-control-allow-credentials"), None, "{place}");
            if !is_readable {
                for name in ["origin", "methods", "headers"] {
                    let name = format!("access-control-allow-{name}");
                    assert_eq!(told(&name), None, "{place}");
                }
            }
            // Where a page may send, it may send what a batch needs: no key in a header.
            let headers = told("access-control-allow-headers");
            assert!(
                headers.is_none_or(|names| names == "content-type"),
                "{place}"
            );
            let methods = told("access-control-allow-methods");
            assert!(methods.is_none_or(|names| names == "POST"), "{place}");
        }
    }
}

#[actix_web::test]
async fn a_bound_key_is_taken_from_its_origin_and_nothing_like_it() {
    let harness = Harness::new();
    let store = &*harness.collector.store;
    key(store, KeyKind::Publishable, "pk_null", &["null"]);
    harness.collector.look_again().unwrap();
    let send = async |key: &str, origins: &[&[u8]]| {
        let body = batch(key, &[copied(0, "o-1")]).to_string();
        let mut request = TestRequest::post().uri("/c").set_payload(body);
        for origin in origins {
            let value = HeaderValue::from_bytes(origin).unwrap();
            request = request.append_header(("origin", value));
        }
        harness.send(request).await
    };
    let ours = ORIGIN.as_bytes();
    assert_eq!(send("pk_bound", &[ours]).await.status, 204);
    assert_eq!(send("pk_null", &[b"null"]).await.status, 204);
    let foreign: [&[u8]; 16] = [
        b"null",
        b"",
        b"*",
        b"https://shop.example.evil.example",
        b"https://evil-shop.example",
        b"https://www.shop.example",
        b"https://shop.example:8443",
        b"https://shop.example:443",
        b"http://shop.example",
        b"https://shop.example/",
        b"https://SHOP.example",
        b"https://shop.example@evil.example",
        b"https://evil.example?https://shop.example",
        b"https://evil.example, https://shop.example",
        b" https://shop.exampl",
        b"https://shop.example\xff",
    ];
    for origin in foreign {
        let answer = send("pk_bound", &[origin]).await;
        let name = String::from_utf8_lossy(origin);
        assert_eq!(answer.problem(), (403, "origin_forbidden".into()), "{name}");
    }
    let twice = send("pk_bound", &[ours, b"https://evil.example"]).await;
    assert_eq!(twice.problem(), (403, "origin_forbidden".into()));
    assert_eq!(send("pk_null", &[ours]).await.status, 403);
}
