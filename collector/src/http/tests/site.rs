use super::*;

#[actix_web::test]
async fn health_and_readiness() {
    let harness = Harness::new();
    let healthy = harness.send(TestRequest::get().uri("/healthz")).await;
    assert_eq!((healthy.status, &healthy.json()["ok"]), (200, &json!(true)));
    let ready = harness.send(TestRequest::get().uri("/readyz")).await;
    assert_eq!(ready.status, 200);
    assert_eq!(ready.json()["lag_seconds"], 0.0);
    assert_eq!(ready.json()["backlog_bytes"], 0);
    harness.collector.begin_stop();
    let stopping = harness.send(TestRequest::get().uri("/readyz")).await;
    assert_eq!(stopping.status, 503);
    assert_eq!(stopping.json()["reasons"], json!(["shutting_down"]));
}

#[actix_web::test]
async fn unknown_paths_and_methods_are_problems() {
    let harness = Harness::new();
    let nowhere = harness.send(TestRequest::get().uri("/v2/x")).await;
    assert_eq!(nowhere.problem(), (404, "not_found".into()));
    for path in ["/c", "/v1/events", "/v1/signals"] {
        let answer = harness.send(TestRequest::get().uri(path)).await;
        assert_eq!(
            answer.problem(),
            (405, "method_not_allowed".into()),
            "{path}"
        );
    }
    let answer = harness.send(TestRequest::delete().uri("/v1/outputs")).await;
    assert_eq!(answer.problem(), (405, "method_not_allowed".into()));
}

#[actix_web::test]
async fn the_page_loads_nothing_from_elsewhere() {
    let harness = Harness::new();
    let index = harness.send(TestRequest::get().uri("/")).await;
    assert_eq!(
        index.header("content-type"),
        Some("text/html; charset=utf-8")
    );
    let policy = index.header("content-security-policy").unwrap();
    assert!(policy.starts_with("default-src 'none'"), "{policy}");
    assert!(!policy.contains("unsafe"), "{policy}");
    for (path, kind) in [
        ("/page/app.js", "text/javascript; charset=utf-8"),
        ("/page/style/base.css", "text/css; charset=utf-8"),
    ] {
        assert!(index.text().contains(path), "{path}");
        let file = harness.send(TestRequest::get().uri(path)).await;
        assert_eq!(
            (file.status, file.header("content-type")),
            (200, Some(kind))
        );
        assert_eq!(file.header("cache-control"), Some("no-cache"));
        let tag = file.header("etag").unwrap();
        let again = TestRequest::get().uri(path);
        let again = harness
            .send(again.insert_header(("if-none-match", tag)))
            .await;
        assert_eq!((again.status, again.body.len()), (304, 0), "{path}");
    }
    for path in ["nothing.js", "lib", "../Cargo.toml", "%2e%2e/Cargo.toml"] {
        let file = TestRequest::get().uri(&format!("/page/{path}"));
        let problem = harness.send(file).await.problem();
        assert_eq!(problem, (404, "not_found".into()), "{path}");
    }
    for inline in ["style=", "onclick=", "<style", "http://", "https://"] {
        assert!(!index.text().contains(inline), "{inline}");
    }
}

#[actix_web::test]
async fn the_demo_is_elsewhere() {
    let mut harness = Harness::new();
    let none = harness.send(TestRequest::get().uri("/demo/")).await;
    assert_eq!(none.problem(), (404, "not_found".into()));
    harness.config.demo_url = Some("http://127.0.0.1:8788/".into());
    for (path, leads_to) in [
        ("/docs/access", "http://127.0.0.1:8788/docs/access"),
        ("/docs/", "http://127.0.0.1:8788/docs/"),
    ] {
        let answer = harness.send(TestRequest::get().uri(path)).await;
        assert_eq!(
            (answer.status, answer.header("location")),
            (302, Some(leads_to))
        );
    }
    for path in ["/docs/..%2f", "/docs/%0d%0aset-cookie:x", "/docs/a.b"] {
        let answer = harness.send(TestRequest::get().uri(path)).await;
        assert_eq!(answer.status, 404, "{path}");
    }
    let answer = harness.send(TestRequest::get().uri("/demo/")).await;
    assert_eq!(answer.status, 302);
    assert_eq!(answer.header("location"), Some("http://127.0.0.1:8788/"));
}

#[actix_web::test]
async fn capture_files_are_for_any_page() {
    let mut harness = Harness::new();
    let unset = harness
        .send(TestRequest::get().uri("/capture/tacit.js"))
        .await;
    assert_eq!(unset.problem(), (404, "not_found".into()));
    let files = harness.path().join("capture");
    std::fs::create_dir_all(files.join("v/ab12")).unwrap();
    std::fs::write(files.join("tacit.js"), "load()").unwrap();
    std::fs::write(files.join("v/ab12/tacit_bg.wasm"), b"\0asm").unwrap();
    std::fs::write(files.join("v/ab12/tacit_bg.wasm.br"), b"brotli").unwrap();
    std::fs::write(files.join(".hidden"), "no").unwrap();
    harness.config.capture = Some(files);
    let get = |path: &str| TestRequest::get().uri(&format!("/capture/{path}"));

    let loader = harness.send(get("tacit.js")).await;
    assert_eq!((loader.status, loader.text()), (200, "load()"));
    assert_eq!(
        loader.header("content-type"),
        Some("text/javascript; charset=utf-8")
    );
    assert_eq!(loader.header("cache-control"), Some("public, max-age=300"));
    assert_eq!(loader.header("access-control-allow-origin"), Some("*"));

    let module = harness.send(get("v/ab12/tacit_bg.wasm")).await;
    assert_eq!(module.header("content-type"), Some("application/wasm"));
    assert_eq!(
        module.header("cache-control"),
        Some("public, max-age=31536000, immutable")
    );
    assert_eq!(module.header("content-encoding"), None);
    let small = get("v/ab12/tacit_bg.wasm").insert_header(("accept-encoding", "gzip, br"));
    let small = harness.send(small).await;
    assert_eq!(
        (small.header("content-encoding"), &small.body[..]),
        (Some("br"), &b"brotli"[..])
    );
    assert_eq!(small.header("content-type"), Some("application/wasm"));

    for path in [
        "../tacit.sqlite",
        "..%2ftacit.sqlite",
        "%2e%2e/tacit.sqlite",
        "v/../../tacit.sqlite",
        ".hidden",
        "v",
        "",
        "/etc/passwd",
        "v%5c..%5c..%5ctacit.sqlite",
        "none.js",
    ] {
        let answer = harness.send(get(path)).await;
        assert_eq!(answer.problem(), (404, "not_found".into()), "{path}");
    }
}
