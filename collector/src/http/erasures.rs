//! Erasing a person, and how far that is.

use actix_web::{HttpResponse, http::header::LOCATION, web};
use serde::Deserialize;
use serde_json::json;
use tacit_signals::SubjectKind;

use super::{
    auth::{Admin, Reader},
    problem::{Kind, Problem},
};
use crate::{
    collector::Collector,
    erase::{EraseError, subject_of},
    store::ErasureStore,
    wall::now_ms,
};

#[derive(Deserialize)]
pub(super) struct AskQuery {
    kind: Option<String>,
}

/// `DELETE /v1/subjects/{id}`: 202 once it is durable that nothing more of the person is
/// taken. The same answer whether anything is known of them.
pub(super) async fn ask(
    admin: Admin,
    id: web::Path<String>,
    query: web::Query<AskQuery>,
    collector: web::Data<Collector>,
) -> Result<HttpResponse, Problem> {
    let name = query.kind.as_deref().unwrap_or(SubjectKind::App.name());
    let kind = SubjectKind::from_name(name)
        .ok_or_else(|| Problem::unsupported("kind", "app, visitor or session"))?;
    let subject = subject_of(&admin.0, &id, kind)
        .ok_or_else(|| Problem::malformed("subject", "no id of that kind"))?;
    let erasure = web::block(move || {
        let erasures = &collector.erasures;
        erasures.ask(&admin.0, &subject, now_ms())
    })
    .await??;
    Ok(HttpResponse::Accepted()
        .insert_header((LOCATION, format!("/v1/erasures/{}", erasure.job)))
        .json(erasure))
}

/// `GET /v1/erasures`: all of the project, in the order they were asked for.
pub(super) async fn list(
    reader: Reader,
    collector: web::Data<Collector>,
) -> Result<HttpResponse, Problem> {
    let erasures = web::block(move || collector.store.erasures(reader.0.id)).await??;
    Ok(HttpResponse::Ok().json(json!({"erasures": erasures})))
}

/// `GET /v1/erasures/{job}`.
pub(super) async fn one(
    reader: Reader,
    job: web::Path<String>,
    collector: web::Data<Collector>,
) -> Result<HttpResponse, Problem> {
    let found = web::block(move || collector.store.erasure(reader.0.id, &job)).await??;
    let none = || Problem::new(Kind::NotFound, "no such erasure");
    Ok(HttpResponse::Ok().json(found.ok_or_else(none)?))
}

impl From<EraseError> for Problem {
    fn from(error: EraseError) -> Self {
        tracing::error!(%error, "an erasure was not taken");
        Self::new(Kind::StoreFailing, "the erasure could not be kept")
    }
}
