//! Erasing a person, and how far that is.

use actix_web::{HttpResponse, http::header::LOCATION, web};
use serde::Deserialize;
use serde_json::json;
use tacit_signals::SubjectKind;
use utoipa::IntoParams;

use super::{
    auth::{Admin, Reader},
    openapi::{self, ErasureList, ErasureTold, Found, Kept, Keyed},
    problem::{Kind, Problem},
};
use crate::{
    collector::Collector,
    erase::{EraseError, subject_of},
    wall::now_ms,
};

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct AskQuery {
    /// Kind of the id
    #[param(schema_with = openapi::erased_kind, required = false)]
    kind: Option<String>,
}

/// `DELETE /v1/subjects/{id}`: 202 once it is durable that nothing more of the person is
/// taken. The same answer whether anything is known of them.
#[utoipa::path(
    delete, path = "/v1/subjects/{id}", tag = "people", security(("secret" = ["admin"])), params(("id" = String, Path, description = "The person, as the site names them"), AskQuery),
    responses((status = 202, description = "Nothing more of the person is taken; the rest follows", headers(("location" = String)), body = ErasureTold), Kept),
    summary = "Forget a person", description = ""
)]
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
#[utoipa::path(
    get, path = "/v1/erasures", tag = "people", security(("secret" = ["read"])), responses((status = 200, description = "Erasures, in the order they were asked for", body = ErasureList), Keyed),
    summary = "Erasures", description = ""
)]
pub(super) async fn list(
    reader: Reader,
    collector: web::Data<Collector>,
) -> Result<HttpResponse, Problem> {
    let erasures = web::block(move || collector.store.erasures(reader.0.id)).await??;
    Ok(HttpResponse::Ok().json(json!({"erasures": erasures})))
}

/// `GET /v1/erasures/{job}`.
#[utoipa::path(
    get, path = "/v1/erasures/{job}", tag = "people", security(("secret" = ["read"])), params(("job" = String, Path, description = "The job")),
    responses((status = 200, description = "How far it is", body = ErasureTold), Found),
    summary = "One erasure", description = ""
)]
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
