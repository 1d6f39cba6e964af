//! The API's description, OpenAPI 3.1, made from the handlers: each says in front of
//! itself what it takes and answers. Served at `/openapi.json`, printed by `tacit
//! openapi`; tests compare it with the routes that are registered, and schemathesis with
//! what a running server does.

mod fields;
mod problems;
mod takes;
mod tells;
#[cfg(test)]
mod tests;

use std::sync::LazyLock;

use actix_web::HttpResponse;
use utoipa::{
    Modify, OpenApi,
    openapi::{
        OpenApi as Description,
        security::{ApiKey, ApiKeyValue, Http, HttpAuthScheme, SecurityScheme},
    },
};

pub(super) use self::{
    fields::{
        brief_format, confidence, erased_kind, kind_of_person, label_format, moment, page_len,
        readout_format, rollup_by, screened, signal, slicing, state, trust, verify_format, weeks,
    },
    problems::{
        Asked, Batches, Bodies, Foreign, Found, Internal, Kept, Keyed, Missing, MissingHead,
        Proven, SignIns, Spans, Trials,
    },
    takes::{
        Announced, Batch, BuildOrder, Declared, Raw, Registrations, ShownKey, Signals, Tried,
        WantedKey, WantedRotation,
    },
    tells::{
        Assigned, BuildMade, Builds, Document as Anything, ErasureList, ErasureTold,
        ExperimentList, ExperimentTold, InstallTold, KeyList, KeyMade, KeyRevoked, LedgerTold,
        LiveTail, OutputList, OutputTold, Overview, Partly, Policies, Previewed, RegisteredAll,
        ReleaseList, ReleaseTold, SignedIn,
    },
};
use super::{
    assign, brief, builds, capture, cors, erasures, experiments, health, ingest, install, keys,
    labels, ledger, live, login, metrics, outputs, page, preview, readout, releases, retention,
    rollups, screen, signals, traces, verify, watch,
};

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Tacit collector",
        description = "Takes what people did with AI answers, labels every output, hands out \
            training data. Errors are `application/problem+json` with a stable `code`; \
            whatever is retryable says so. Every answer carries `x-request-id`.",
        license(name = "Apache-2.0", identifier = "Apache-2.0")
    ),
    servers((url = "/", description = "Where the document came from")),
    tags(
        (name = "ingest", description = "What pages and servers send"),
        (name = "outputs", description = "Outputs and their labels"),
        (name = "datasets", description = "Training data"),
        (name = "experiments", description = "What is tried, released and proven"),
        (name = "people", description = "Erasure"),
        (name = "operations", description = "Health, books, metrics"),
        (name = "files", description = "The dashboard and the capture package"),
    ),
    paths(
        ingest::events_at_c, ingest::events, cors::preflight_at_c, cors::preflight,
        signals::signals, traces::traces,
        outputs::register::register, outputs::list::list, outputs::one::one, labels::labels,
        preview::preview, preview::policies,
        labels::dataset, builds::submit, builds::list, builds::one, builds::file,
        screen::screen, brief::brief, releases::add, releases::list,
        experiments::declare, experiments::list, experiments::one, experiments::end,
        readout::read, assign::one, watch::capture_rate, watch::guardrails,
        verify::everybody, verify::one,
        erasures::ask, erasures::list, erasures::one,
        keys::list, keys::create, keys::rotate, keys::revoke,
        login::begin, login::look, login::end, retention::retention,
        ledger::ledger, ledger::overview, live::tail, install::install, rollups::rollups,
        health::healthz, health::healthz_head, health::readyz, health::readyz_head,
        metrics::own, openapi,
        page::index, page::file, page::demo, page::demo_without_slash, page::docs,
        capture::file, capture::file_head,
    ),
    components(schemas(problems::Told, tells::Status)),
    modifiers(&Secured, &Named)
)]
struct Described;

struct Secured;

impl Modify for Secured {
    fn modify(&self, document: &mut Description) {
        let components = document.components.get_or_insert_default();
        let mut scheme = Http::new(HttpAuthScheme::Bearer);
        scheme.description = Some(
            "A secret key, `sk_…`, with the scope that the operation names: ingest, read or \
             admin. Publishable keys travel in the batch."
                .to_owned(),
        );
        components.add_security_scheme("secret", SecurityScheme::Http(scheme));
        let cookie = ApiKeyValue::with_description(
            "__Host-tacit",
            "What `POST /v1/login` sets: it stands for the key that was shown, for requests of \
             the dashboard. Over plain HTTP it is called `tacit`. A browser may be signed in to \
             several projects: the name then ends in a `-` and 16 hexadecimal digits, and the \
             query parameter `project` says which project an operation is asked of; without it \
             that is the last one signed in to. With a key, `project` has to be the key's own.",
        );
        let cookie = SecurityScheme::ApiKey(ApiKey::Cookie(cookie));
        components.add_security_scheme("cookie", cookie);
    }
}

/// Names of handlers are those of their modules; an operation's is its own.
struct Named;

impl Modify for Named {
    fn modify(&self, document: &mut Description) {
        for (path, item) in &mut document.paths.paths {
            let words: String = path
                .chars()
                .map(|char| {
                    if char.is_ascii_alphanumeric() {
                        char
                    } else {
                        ' '
                    }
                })
                .collect();
            let words = words.split_whitespace().collect::<Vec<_>>().join("_");
            let operations = [
                ("get", &mut item.get),
                ("head", &mut item.head),
                ("post", &mut item.post),
                ("put", &mut item.put),
                ("patch", &mut item.patch),
                ("delete", &mut item.delete),
                ("options", &mut item.options),
            ];
            for (method, operation) in operations {
                let slash = if path.len() > 1 && path.ends_with('/') {
                    "_"
                } else {
                    ""
                };
                if let Some(operation) = operation {
                    operation.operation_id = Some(format!("{method}_{words}{slash}"));
                }
            }
        }
    }
}

/// The description of this version.
#[must_use]
fn document() -> Description {
    Described::openapi()
}

/// The description of this version, as JSON.
pub fn document_json() -> serde_json::Result<String> {
    document().to_pretty_json()
}

/// This document
#[utoipa::path(
    get, path = "/openapi.json", tag = "operations", security(()),
    responses((status = 200, description = "OpenAPI 3.1", body = Anything), Internal)
)]
pub(super) async fn openapi() -> Result<HttpResponse, super::Problem> {
    // Made once: it takes as long as a dozen batches, and anybody may ask.
    static WRITTEN: LazyLock<Option<String>> = LazyLock::new(|| document_json().ok());
    let written = WRITTEN.as_deref().ok_or_else(|| {
        super::Problem::new(super::problem::Kind::Internal, "it could not be written")
    })?;
    Ok(HttpResponse::Ok()
        .content_type("application/json")
        .body(written))
}
