//! A golden of each sink's request, and what answers mean.

use serde_json::{Value, json};

use super::*;
use crate::push::{
    Endpoint, Ids, Part,
    testing::{id, labelled, naming},
};

/// When requests are sent.
const SENT: u64 = 1_764_000_000_000;

const TRACE: &str = "0af7651916cd43dd8448eb211c80319c";
const SPAN: &str = "b7ad6b7169203331";
const RUN: &str = "01939c2e-5b1f-7aaa-8bbb-1234567890ab";

fn settings(kind: Kind) -> Settings {
    let key = match kind {
        // `generate_secret` of the specification's examples.
        Kind::Webhook => "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        _ => "secret-key",
    };
    Settings {
        endpoint: Endpoint::parse("https://sink.example/api").unwrap(),
        key: Some(Secret::new(key)),
        user: (kind == Kind::Langfuse).then(|| "pk-lf-1".into()),
        key_header: None,
    }
}

fn label_of(kind: Kind, kept: bool, part: Part) -> LabelOut {
    let sink = kind.open(settings(kind)).unwrap();
    let ids = Ids::of(
        &id("o-1"),
        &[id(TRACE), id(SPAN), id("chatcmpl-9"), id(RUN)],
    );
    let address = sink.address(&ids).unwrap();
    LabelOut::new(
        &labelled("o-1", kept),
        ids,
        address,
        part,
        &naming(kind.name()),
    )
}

/// The requests of a kind: a verdict, one that changed, a correction.
fn requests(kind: Kind) -> Value {
    let sink = kind.open(settings(kind)).unwrap();
    let shown = |label: LabelOut| {
        let request = sink.request(&[label], SENT);
        let secrets = request.secrets.iter();
        let secrets: Vec<_> = secrets.map(|(name, _)| format!("{name}: [key]")).collect();
        json!({
            "request": format!("{} {}", request.method, request.url),
            "headers": request.headers.iter().map(|(n, v)| format!("{n}: {v}")).collect::<Vec<_>>(),
            "secrets": secrets,
            "body": serde_json::from_str::<Value>(&request.body).unwrap(),
        })
    };
    let mut changed = label_of(kind, false, Part::Verdict);
    changed.before = Some([7; 16]);
    let mut all = vec![shown(label_of(kind, true, Part::Verdict)), shown(changed)];
    if sink.takes_corrections() {
        let text = Part::Correction("A better \"answer\".".into());
        all.push(shown(label_of(kind, true, text)));
    }
    all.into()
}

#[test]
fn goldens() {
    for kind in Kind::ALL {
        insta::with_settings!({snapshot_path => "golden", prepend_module_to_snapshot => false}, {
            insta::assert_snapshot!(
                kind.name(),
                serde_json::to_string_pretty(&requests(kind)).unwrap()
            );
        });
    }
}

#[test]
fn keys_are_in_no_debug_output_and_hidden_in_what_comes_back() {
    for kind in Kind::ALL {
        let sink = kind.open(settings(kind)).unwrap();
        let request = sink.request(&[label_of(kind, true, Part::Verdict)], SENT);
        assert!(!format!("{request:?}").contains("secret-key"), "{kind:?}");
        let whole = request.whole_body();
        assert_eq!(whole.contains("secret-key"), kind == Kind::Posthog);
        if kind != Kind::Webhook && kind != Kind::Langfuse {
            assert_eq!(
                request.hide("no secret-key here"),
                "no [key] here",
                "{kind:?}"
            );
        }
    }
}

/// The vector of the Standard Webhooks reference libraries
/// (`libraries/*/tests`, `msg_p5jXN8AQM9LWM0D4loKWxJek`, 2021-02-25).
#[test]
fn a_webhook_is_signed_as_the_specification_does() {
    let sink = webhook::Webhook::new(settings(Kind::Webhook)).unwrap();
    assert_eq!(
        sink.signature(
            "msg_p5jXN8AQM9LWM0D4loKWxJek",
            1_614_265_330,
            "{\"test\": 2432232314}"
        ),
        "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    );
    for wrong in ["secret", "whsec_", "whsec_!!!", "whsec_c2hvcnQ="] {
        let mut settings = settings(Kind::Webhook);
        settings.key = Some(Secret::new(wrong));
        assert!(
            matches!(Kind::Webhook.open(settings), Err(KeyError::NoWebhookKey)),
            "{wrong}"
        );
    }
}

fn read(kind: Kind, label: &LabelOut, status: u16, body: &str) -> Reading {
    let response = Response {
        status,
        retry_after_ms: None,
        body: body.into(),
    };
    let sink = kind.open(settings(kind)).unwrap();
    sink.read(std::slice::from_ref(label), &response)
}

#[test]
fn answers_are_read_as_each_system_means_them() {
    let delivered = Reading::Whole(Outcome::Delivered);
    let rejected = |why: &str| Outcome::Rejected(why.into());
    let of = |kind| label_of(kind, true, Part::Verdict);

    let otel = of(Kind::Otel);
    assert_eq!(read(Kind::Otel, &otel, 200, "{}"), delivered);
    assert_eq!(
        read(Kind::Otel, &otel, 200, "{\"partialSuccess\":{}}"),
        delivered
    );
    let partial = r#"{"partialSuccess":{"rejectedLogRecords":"1","errorMessage":"no"}}"#;
    let each = Reading::Each(vec![rejected("1 of 1 rejected: no")]);
    assert_eq!(read(Kind::Otel, &otel, 200, partial), each);

    let langfuse = of(Kind::Langfuse);
    let body = r#"{"accepted":1,"rejected":0,"errors":[]}"#;
    assert_eq!(read(Kind::Langfuse, &langfuse, 207, body), delivered);
    let body = r#"{"accepted":0,"rejected":1,"errors":[{"message":"no"}]}"#;
    let whole = Reading::Whole(rejected("207 no"));
    assert_eq!(read(Kind::Langfuse, &langfuse, 207, body), whole);

    // As MLflow 3.17 answers.
    let mut mlflow = of(Kind::Mlflow);
    let twice = r#"{"error_code": "INTERNAL_ERROR", "message": "Failed to create assessment for trace 'tr-1' due to a constraint violation."}"#;
    assert_eq!(read(Kind::Mlflow, &mlflow, 500, twice), delivered);
    let gone = r#"{"message": "Assessment with ID 'a-1' not found for trace 'tr-1'"}"#;
    assert!(matches!(
        read(Kind::Mlflow, &mlflow, 404, gone),
        Reading::Whole(Outcome::Rejected(_))
    ));
    mlflow.before = Some([7; 16]);
    assert_eq!(
        read(Kind::Mlflow, &mlflow, 404, gone),
        Reading::Each(vec![Outcome::OtherWay])
    );

    let mut langsmith = of(Kind::Langsmith);
    let other = Reading::Each(vec![Outcome::OtherWay]);
    assert_eq!(read(Kind::Langsmith, &langsmith, 409, "{}"), other);
    langsmith.other_way = true;
    let sink = Kind::Langsmith.open(settings(Kind::Langsmith)).unwrap();
    assert_eq!(sink.request(&[langsmith.clone()], SENT).method, "PATCH");
    langsmith.other_way = false;
    langsmith.before = Some([7; 16]);
    assert_eq!(read(Kind::Langsmith, &langsmith, 404, "{}"), other);
}

#[test]
fn each_system_is_addressed_by_what_it_knows() {
    let address = |kind: Kind, aliases: &[&str]| {
        let aliases: Vec<_> = aliases.iter().map(|text| id(text)).collect();
        kind.open(settings(kind))
            .unwrap()
            .address(&Ids::of(&id("o-1"), &aliases))
    };
    let span = |trace: Option<&str>| {
        Ok(Address::Span {
            trace: trace.map(String::from),
            span: SPAN.into(),
        })
    };
    let trace = |text: &str| Ok(Address::Trace(text.into()));
    let run = |text: &str| Ok(Address::Run(text.into()));
    assert_eq!(address(Kind::Otel, &[TRACE, SPAN]), span(Some(TRACE)));
    assert_eq!(
        address(Kind::Otel, &[SPAN, "chatcmpl-9"]),
        run("chatcmpl-9")
    );
    assert_eq!(address(Kind::Otel, &[]), Err("no_trace_or_response_id"));
    assert_eq!(address(Kind::Langfuse, &[TRACE]), trace(TRACE));
    assert_eq!(address(Kind::Langfuse, &[SPAN]), Err("no_trace_id"));
    assert_eq!(address(Kind::Langfuse, &["langfuse:mine"]), trace("mine"));
    assert_eq!(address(Kind::Phoenix, &[SPAN]), span(None));
    assert_eq!(address(Kind::Phoenix, &[TRACE]), trace(TRACE));
    let from_otel = trace("tr-0af7651916cd43dd8448eb211c80319c");
    assert_eq!(address(Kind::Mlflow, &[TRACE]), from_otel);
    assert_eq!(
        address(Kind::Mlflow, &[TRACE, "mlflow:tr-9"]),
        trace("tr-9")
    );
    assert_eq!(address(Kind::Langsmith, &[RUN]), run(RUN));
    assert_eq!(
        address(Kind::Tensorzero, &["a1a2a3a4-b1b2-4c1c-8d1d-d1d2d3d4d5d6"]),
        Err("no_inference_id")
    );
    assert_eq!(address(Kind::Posthog, &["chatcmpl-9"]), Err("no_trace_id"));
    assert_eq!(address(Kind::Webhook, &[]), Ok(Address::Output));
}
