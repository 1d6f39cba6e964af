//! The live tail, and what handlers add to it.

use actix_web::{HttpMessage, HttpRequest, HttpResponse, ResponseError, web};
use serde::Deserialize;
use serde_json::json;
use tacit_signals::Rejection;
use utoipa::IntoParams;

use super::{
    auth::Reader,
    cors,
    observed::Whose,
    openapi::{Asked, LiveTail},
    problem::Problem,
};
use crate::{
    accept::{Accepted, ServerRejection},
    collector::Collector,
    live::{
        Tail,
        entry::{Entry, Refusal, Rejected, whose},
    },
    wall::now_ms,
};

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Query {
    /// `next` of the answer before; all that is kept without
    after: Option<u64>,
}

/// The latest signals, as they arrive
///
/// Kept in memory from the first question on, as long as questions come at least once a
/// minute: events with what became of them, refused events and requests. No text, no
/// name of a person, no key.
#[utoipa::path(
    get, path = "/v1/live", tag = "operations", security(("secret" = ["read"])), params(Query),
    responses((status = 200, description = "What came after", body = LiveTail), Asked)
)]
pub(super) async fn tail(
    reader: Reader,
    query: web::Query<Query>,
    collector: web::Data<Collector>,
) -> HttpResponse {
    let now = now_ms();
    let tail = collector.live.watch(&reader.0, query.after, now);
    let Tail {
        entries,
        next,
        since,
        missed,
    } = tail;
    HttpResponse::Ok().json(json!({
        "entries": entries,
        "next": next,
        "since": since,
        "missed": missed,
        "now": now,
    }))
}

/// A request of which nothing is kept, for whoever watches its project. Its body, the
/// detail of the problem and the key are not told.
pub(super) fn refused(request: &HttpRequest, collector: &Collector, problem: &Problem) {
    if !collector.live.is_watched() {
        return;
    }
    let extensions = request.extensions();
    let project = extensions.get::<Whose>().map(|whose| whose.0.id);
    let origin = cors::origin(request).filter(|_| project.is_some());
    let refusal = Refusal {
        code: problem.code().into(),
        field: problem.field(),
        status: problem.status_code().as_u16(),
        origin: origin.map(Refusal::origin),
        own: project.is_some(),
        times: 1,
        received_at: now_ms(),
    };
    collector.live.refused(project, &refusal);
}

/// Events of a batch that were refused while the others were kept.
pub(super) fn rejected(
    request: &HttpRequest,
    collector: &Collector,
    accepted: &Accepted,
    rejected: &[Rejection],
) {
    if rejected.is_empty() || !collector.live.watches(accepted.project) {
        return;
    }
    let extensions = request.extensions();
    // Without a part the person is erased.
    let (Some(Whose(project)), Some(part)) = (extensions.get(), accepted.parts.first()) else {
        return;
    };
    let entries = rejected.iter().map(|rejection| {
        let told = Rejected {
            session: Some(part.session.to_string()),
            seq: rejection.seq,
            index: None,
            code: rejection.code.clone(),
            field: rejection.field,
            received_at: accepted.received_at,
        };
        Entry::rejected(told, whose(project, part.session, &part.subject))
    });
    collector.live.add(accepted.project, entries);
}

/// The same of the signals of a server. Who they were about is not known of one that
/// could not be read.
pub(super) fn rejected_of_server(
    collector: &Collector,
    accepted: &Accepted,
    rejected: &[ServerRejection],
) {
    if rejected.is_empty() || !collector.live.watches(accepted.project) {
        return;
    }
    let entries = rejected.iter().map(|rejection| {
        let told = Rejected {
            session: None,
            seq: None,
            index: Some(rejection.index),
            code: rejection.code.clone(),
            field: rejection.field,
            received_at: accepted.received_at,
        };
        Entry::rejected(told, Vec::new())
    });
    collector.live.add(accepted.project, entries);
}
