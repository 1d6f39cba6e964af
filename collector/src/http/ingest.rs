//! `POST /c` and `POST /v1/events`: a batch of a browser.

use std::{sync::Arc, time::Duration};

use actix_web::{HttpMessage, HttpRequest, HttpResponse, ResponseError, rt, web};
use serde_json::json;
use tacit_signals::{Decoded, Rejection, WireError, codec, json as twin, limits::BATCH_BYTES_MAX};

use super::{
    body, cors, gate, live,
    observed::Whose,
    openapi::{Batch, Batches, Partly, Raw},
    problem::{Kind, Problem},
};
use crate::{
    accept::{self, Verdict, record},
    collector::Collector,
    config::Ack,
    control::Project,
    dropped::Dropper,
    limits::STORE_ACK_MS_MAX,
    log::{Unwritten, Written, frame::Frame},
    outcome::Received,
    wall::now_ms,
};

/// Content types that pages can send, with and without causing a preflight.
const CONTENT_TYPES: [&str; 3] = ["application/octet-stream", "application/json", "text/plain"];

/// First bytes of a binary batch.
const MAGIC: &[u8] = b"TACT";

/// A batch of a page
///
/// Answered once it is durable. The same as `/v1/events`.
#[utoipa::path(
    post, path = "/c", tag = "ingest", security(()),
    request_body(description = "The binary batch or its JSON twin", content((Batch = "application/json"), (Batch = "text/plain"), (Raw = "application/octet-stream"))),
    responses((status = 204, description = "All of it is kept"), (status = 200, description = "Some events were refused, the others are kept", body = Partly), Batches)
)]
pub(super) async fn events_at_c(
    request: HttpRequest,
    payload: web::Payload,
    collector: web::Data<Collector>,
) -> HttpResponse {
    events(request, payload, collector).await
}

/// A batch of a page
///
/// Answered once it is durable.
#[utoipa::path(
    post, path = "/v1/events", tag = "ingest", security(()),
    request_body(description = "The binary batch or its JSON twin", content((Batch = "application/json"), (Batch = "text/plain"), (Raw = "application/octet-stream"))),
    responses((status = 204, description = "All of it is kept"), (status = 200, description = "Some events were refused, the others are kept", body = Partly), Batches)
)]
pub(super) async fn events(
    request: HttpRequest,
    payload: web::Payload,
    collector: web::Data<Collector>,
) -> HttpResponse {
    let mut response = match take(&request, payload, &collector).await {
        Ok(response) => response,
        Err(problem) => problem.error_response(),
    };
    cors::expose(&request, &mut response);
    response
}

async fn take(
    request: &HttpRequest,
    payload: web::Payload,
    collector: &Collector,
) -> Result<HttpResponse, Problem> {
    let mut received = collector.outcomes.received();
    let (verdict, told) = match decide(request, payload, collector, &mut received).await {
        Ok(decided) => decided,
        Err(problem) => {
            settle(received, &problem);
            live::refused(request, collector, &problem);
            return Err(problem);
        }
    };
    let Verdict { accepted, rejected } = verdict;
    let count = accepted.events() - u64::from(accepted.duplicate);
    if let Err(problem) = keep(collector, &accepted, received).await {
        collector.dropped.fall(told.who, told.rise);
        live::refused(request, collector, &problem);
        return Err(problem);
    }
    live::rejected(request, collector, &accepted, &rejected);
    Ok(answer(count, accepted.duplicate, &rejected))
}

/// Resolves once the batch is kept.
async fn keep(
    collector: &Collector,
    accepted: &accept::Accepted,
    received: Received,
) -> Result<(), Problem> {
    let written = append(collector, accepted, received)?;
    acknowledged(collector, written).await
}

/// Resolves once the batch may be acknowledged: in the log, or in the store as well.
pub(super) async fn acknowledged(collector: &Collector, written: Written) -> Result<(), Problem> {
    let closed = |_| Problem::new(Kind::ShuttingDown, "the log was closed");
    written.await.map_err(closed)??;
    if collector.ack == Ack::Log {
        return Ok(());
    }
    // It is among what was appended by now.
    let (appended, _) = collector.log.progress();
    let is_there = || collector.log.progress().1 >= appended;
    let most = Duration::from_millis(STORE_ACK_MS_MAX);
    let waited = rt::time::timeout(most, collector.progress.reaches(is_there)).await;
    waited.map_err(|_| {
        let detail = "the batch is kept, and the store does not have it yet";
        Problem::new(Kind::StoreFailing, detail)
    })
}

/// By how much the count of what a session dropped rose.
struct Told {
    who: Dropper,
    rise: u32,
}

/// Everything that can refuse a batch before it is written.
async fn decide(
    request: &HttpRequest,
    payload: web::Payload,
    collector: &Collector,
    received: &mut Received,
) -> Result<(Verdict, Told), Problem> {
    gate::address(request, collector)?;
    let bytes = body::read(request, payload, BATCH_BYTES_MAX).await?;
    body::check_content_type(request, &CONTENT_TYPES)?;
    let control = collector.control.get();
    let now = now_ms();
    if collector.is_behind(now) {
        // Before any work is spent on it: what cannot be kept must not cost much. Whose
        // it is, is taken from the key it names.
        let named = codec::named_key(&bytes).and_then(|key| control.publishable.get(key));
        if let Some(named) = named {
            belongs(request, collector, received, &named.project);
        }
        return Err(Problem::behind(collector.behind(now).retry_after_s()));
    }
    let mut decoded = decode(&bytes)?;
    let origin = cors::origin(request);
    let sender = accept::sender(&control, &decoded.batch.key, origin, now).inspect_err(|_| {
        // A key that is known tells whose it would have been.
        if let Some(known) = control.publishable.get(&decoded.batch.key) {
            belongs(request, collector, received, &known.project);
        }
    })?;
    sender.used.mark(now);
    belongs(request, collector, received, &sender.project);
    collector.gate.key(&decoded.batch.key)?;
    collector
        .gate
        .session(sender.project.id, decoded.batch.session)?;
    // A session says its total in every batch; what counts is by how much it rose.
    let who = (sender.project.id, decoded.batch.session);
    let rise = collector.dropped.rise(who, decoded.dropped);
    decoded.dropped = rise;
    let verdict = accept::accept(decoded, &sender.project, now);
    Ok((verdict, Told { who, rise }))
}

/// Whose the batch is, for the books and for the log of requests.
fn belongs(
    request: &HttpRequest,
    collector: &Collector,
    received: &mut Received,
    project: &Arc<Project>,
) {
    received.belongs_to(collector.outcomes.of(Some(project.id)));
    request.extensions_mut().insert(Whose(Arc::clone(project)));
}

fn decode(bytes: &[u8]) -> Result<Decoded, WireError> {
    if bytes.starts_with(MAGIC) {
        return codec::decode(bytes);
    }
    match bytes.iter().find(|byte| !byte.is_ascii_whitespace()) {
        Some(b'{') => twin::decode(bytes),
        _ => Err(WireError::NotABatch),
    }
}

/// Hands what was accepted to the log, which from here on owns its outcome.
pub(super) fn append(
    collector: &Collector,
    accepted: &accept::Accepted,
    received: Received,
) -> Result<Written, Problem> {
    let frame = Frame::new(collector.log.salt(), |out| record::put(out, accepted));
    let Some(frame) = frame else {
        let problem = Problem::too_large(BATCH_BYTES_MAX);
        received.rejected(problem.code());
        return Err(problem);
    };
    let appended = collector.log.append(frame, accepted.events(), received);
    appended.map_err(|error| match error {
        Unwritten::Full if collector.log.is_full() => {
            Problem::behind(collector.behind(now_ms()).retry_after_s())
        }
        error => error.into(),
    })
}

/// Gives a refused batch its outcome.
pub(super) fn settle(received: Received, problem: &Problem) {
    if problem.is_shed() {
        received.shed();
    } else {
        received.rejected(problem.code());
    }
}

fn answer(accepted: u64, duplicate: u32, rejected: &[Rejection]) -> HttpResponse {
    if rejected.is_empty() {
        return HttpResponse::NoContent().finish();
    }
    let rejected: Vec<_> = rejected
        .iter()
        .map(|rejection| {
            json!({"seq": rejection.seq, "code": rejection.code, "field": rejection.field})
        })
        .collect();
    HttpResponse::Ok().json(json!({
        "accepted": accepted,
        "duplicate": duplicate,
        "rejected": rejected,
    }))
}
