//! Which problems an operation may answer with, by status, out of the one table of
//! problems.

use std::collections::BTreeMap;

use serde_json::json;
use utoipa::{
    IntoResponses, ToSchema,
    openapi::{ContentBuilder, Ref, RefOr, Response, ResponseBuilder, ResponsesBuilder},
};

use super::super::problem::Kind;

/// What is wrong, as RFC 9457 has it
#[derive(ToSchema)]
#[schema(as = Problem)]
#[expect(dead_code, reason = "only its shape is of use")]
pub(super) struct Told {
    /// `urn:tacit:problem:` and the code
    r#type: String,
    /// The same for all of a kind
    title: String,
    /// The answer's status
    status: u16,
    /// For people
    detail: String,
    /// Stable; programs decide by it
    code: String,
    /// Whether the same request may succeed later
    retryable: bool,
    /// What the request is called in the log; also in the header `x-request-id`
    request_id: Option<String>,
    /// The field, parameter or header that is wrong
    field: Option<String>,
    /// The bound that was exceeded
    limit: Option<i64>,
    /// Line of a policy that is wrong
    line: Option<usize>,
    /// Field of a policy that is wrong
    policy_field: Option<String>,
}

fn responses(kinds: &[&[Kind]]) -> BTreeMap<String, RefOr<Response>> {
    let mut by_status: BTreeMap<u16, Vec<Kind>> = BTreeMap::new();
    for &kind in kinds.iter().copied().flatten() {
        let told = by_status.entry(kind.status()).or_default();
        if !told.contains(&kind) {
            told.push(kind);
        }
    }
    let answers = by_status
        .into_iter()
        .map(|(status, kinds)| (status.to_string(), response(status, &kinds)));
    ResponsesBuilder::new()
        .responses_from_iter(answers)
        .build()
        .responses
}

fn response(status: u16, kinds: &[Kind]) -> Response {
    let codes: Vec<_> = kinds
        .iter()
        .map(|kind| format!("`{}`", kind.code()))
        .collect();
    let mut description = codes.join(", ");
    if kinds.contains(&Kind::Invalid) {
        description
            .push_str(", or the code of a field: `<field>_malformed`, `<field>_unsupported`, …");
    }
    let first = kinds.first().copied().unwrap_or(Kind::Internal);
    let example = json!({
        "type": format!("urn:tacit:problem:{}", first.code()),
        "title": first.title(),
        "status": status,
        "detail": "what exactly is wrong",
        "code": first.code(),
        "retryable": first.is_retryable(),
        "request_id": "5f0c2a9be1d7-1a4",
    });
    let content = ContentBuilder::new()
        .schema(Some(Ref::from_schema_name("Problem")))
        .example(Some(example))
        .build();
    let response = ResponseBuilder::new()
        .description(description)
        .content("application/problem+json", content);
    response.build()
}

macro_rules! may_answer {
    ($($(#[$meta:meta])* $name:ident: $($kinds:ident),+;)+) => {
        $(
            $(#[$meta])*
            pub(crate) struct $name;

            impl IntoResponses for $name {
                fn responses() -> BTreeMap<String, RefOr<Response>> {
                    responses(&[$(&$kinds),+])
                }
            }
        )+
    };
}

const INTERNAL: [Kind; 1] = [Kind::Internal];
const MISSING: [Kind; 2] = [Kind::NotFound, Kind::AddressRate];
const KEY: [Kind; 10] = [
    Kind::SignInOver,
    Kind::ForeignPage,
    Kind::KeyMissing,
    Kind::KeyUnknown,
    Kind::KeyRevoked,
    Kind::KeyNotSecret,
    Kind::ScopeMissing,
    Kind::ProjectDiffers,
    Kind::KeyRate,
    Kind::AddressRate,
];
const SIGN_IN: [Kind; 2] = [Kind::SignInTooOften, Kind::ForeignPage];
const FOREIGN: [Kind; 2] = [Kind::ForeignPage, Kind::AddressRate];
const VALUES: [Kind; 1] = [Kind::Invalid];
const BODY: [Kind; 10] = [
    Kind::Invalid,
    Kind::BodyIncomplete,
    Kind::BodyTimeout,
    Kind::BodyTooLarge,
    Kind::BodyTooDense,
    Kind::BodyTruncated,
    Kind::BodyCorrupt,
    Kind::ContentTypeUnsupported,
    Kind::ContentEncodingUnsupported,
    Kind::Internal,
];
const ROOM: [Kind; 4] = [
    Kind::Overloaded,
    Kind::LogFailing,
    Kind::StoreFailing,
    Kind::ShuttingDown,
];
const PUBLISHABLE: [Kind; 7] = [
    Kind::KeyUnknown,
    Kind::KeyRevoked,
    Kind::KeyNotPublishable,
    Kind::OriginForbidden,
    Kind::KeyRate,
    Kind::SessionRate,
    Kind::AddressRate,
];
const CONFLICT: [Kind; 2] = [Kind::ExperimentDiffers, Kind::ReleaseUnproven];

may_answer! {
    /// What needs nothing but a working server.
    Internal: INTERNAL;
    /// Files.
    Missing: MISSING, INTERNAL;
    /// What needs a key and takes no parameters but `project`.
    Keyed: KEY, VALUES, INTERNAL;
    /// What needs a key and takes parameters.
    Asked: KEY, VALUES, INTERNAL;
    /// What needs a key and is about one thing.
    Found: KEY, VALUES, MISSING, INTERNAL;
    /// What needs a key and takes a body that is kept.
    Bodies: KEY, BODY, ROOM;
    /// What needs a key, takes a body and is about one thing.
    Trials: KEY, BODY, MISSING, ROOM;
    /// What is declared once and may say something else.
    Proven: KEY, BODY, MISSING, ROOM, CONFLICT;
    /// Signing in.
    SignIns: KEY, BODY, SIGN_IN, INTERNAL;
    /// What only the dashboard asks, of a project it names.
    Foreign: FOREIGN, VALUES, INTERNAL;
    /// Batches of pages.
    Batches: PUBLISHABLE, BODY, ROOM;
    /// What is written and takes parameters.
    Kept: KEY, VALUES, MISSING, ROOM, INTERNAL;
}

/// Files, asked for without their bodies: problems have none either.
pub(crate) struct MissingHead;

impl IntoResponses for MissingHead {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        let mut all = responses(&[&MISSING, &INTERNAL]);
        for answer in all.values_mut() {
            if let RefOr::T(answer) = answer {
                answer.content.clear();
            }
        }
        all
    }
}

/// Spans: the protocol's own answers to the same problems.
pub(crate) struct Spans;

impl IntoResponses for Spans {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        let mut all = responses(&[&KEY, &BODY, &ROOM]);
        for answer in all.values_mut() {
            if let RefOr::T(answer) = answer {
                answer.content.clear();
                for kind in ["application/json", "application/x-protobuf"] {
                    let content = ContentBuilder::new()
                        .schema(Some(Ref::from_schema_name("Status")))
                        .build();
                    let has_schema = kind == "application/json";
                    let content = if has_schema {
                        content
                    } else {
                        Default::default()
                    };
                    answer.content.insert(kind.into(), content);
                }
            }
        }
        all
    }
}
