//! `POST /v1/signals`: what a server knows.

use actix_web::{HttpRequest, HttpResponse, web};
use serde_json::json;
use tacit_signals::limits::EVENTS_PER_BATCH_MAX;

use super::{
    auth::Ingest,
    body, ingest, lines, live,
    openapi::{Bodies, Partly, Signals},
    problem::Problem,
};
use crate::{
    accept::{ServerVerdict, accept_server},
    collector::Collector,
    control::Project,
    limits::SIGNALS_BODY_BYTES_MAX,
    outcome::Received,
    wall::now_ms,
};

/// Content types of JSON in one piece or in lines.
pub(super) const CONTENT_TYPES: [&str; 4] = [
    "application/json",
    "application/x-ndjson",
    "application/ndjson",
    "text/plain",
];

/// Takes signals; answers once they are durable.
#[utoipa::path(
    post, path = "/v1/signals", tag = "ingest", security(("secret" = ["ingest"])),
    request_body(description = "One object, an array, or one object a line", content((Signals = "application/json"), (String = "application/x-ndjson"), (String = "application/ndjson"), (String = "text/plain"))),
    responses((status = 204, description = "All of it is kept"), (status = 200, description = "Some events were refused, the others are kept", body = Partly), Bodies),
    summary = "What a server knows about outputs", description = ""
)]
pub(super) async fn signals(
    app: Ingest,
    request: HttpRequest,
    payload: web::Payload,
    collector: web::Data<Collector>,
) -> Result<HttpResponse, Problem> {
    let mut received = collector.outcomes.received();
    received.belongs_to(collector.outcomes.of(Some(app.0.id)));
    let verdict = match decide(&request, payload, &collector, &app.0).await {
        Ok(verdict) => verdict,
        Err(problem) => {
            live::refused(&request, &collector, &problem);
            return refuse(received, problem);
        }
    };
    let ServerVerdict { accepted, rejected } = verdict;
    let written = ingest::append(&collector, &accepted, received)?;
    ingest::acknowledged(&collector, written).await?;
    live::rejected_of_server(&collector, &accepted, &rejected);
    if rejected.is_empty() {
        return Ok(HttpResponse::NoContent().finish());
    }
    Ok(HttpResponse::Ok().json(json!({
        "accepted": accepted.events(),
        "duplicate": 0,
        "rejected": rejected,
    })))
}

async fn decide(
    request: &HttpRequest,
    payload: web::Payload,
    collector: &Collector,
    project: &Project,
) -> Result<ServerVerdict, Problem> {
    let bytes = body::read(request, payload, SIGNALS_BODY_BYTES_MAX).await?;
    body::check_content_type(request, &CONTENT_TYPES)?;
    let objects = lines::objects(&bytes, "signals", EVENTS_PER_BATCH_MAX)?;
    let now = now_ms();
    if collector.is_behind(now) {
        return Err(Problem::behind(collector.behind(now).retry_after_s()));
    }
    Ok(accept_server(objects, project, now))
}

fn refuse(received: Received, problem: Problem) -> Result<HttpResponse, Problem> {
    ingest::settle(received, &problem);
    Err(problem)
}
