//! What is tried on people: declaring, ending, looking.

use actix_web::{HttpRequest, HttpResponse, web};
use serde_json::{Map, Value, json};

use super::{
    auth::{Admin, Reader},
    body,
    openapi::{Declared, ExperimentList, ExperimentTold, Found, Keyed, Proven},
    problem::{Kind, Problem},
};
use crate::{
    collector::Collector,
    experiment::declaration::{Declaration, DeclareError, FieldError, end as end_it, record},
    limits::EXPERIMENT_BODY_BYTES_MAX,
    store::StoreError,
    wall::now_ms,
};

/// `POST /v1/experiments`: 201 for a new one, 200 for one that was declared before,
/// 409 for another one of its name.
#[utoipa::path(
    post, path = "/v1/experiments", tag = "experiments", security(("secret" = ["admin"])),
    request_body(content((Declared = "application/json"), (String = "text/plain"))),
    responses((status = 200, description = "It was declared before", body = ExperimentTold), (status = 201, description = "It is declared", body = ExperimentTold), Proven),
    summary = "Declare an experiment", description = ""
)]
pub(super) async fn declare(
    admin: Admin,
    request: HttpRequest,
    payload: web::Payload,
    collector: web::Data<Collector>,
) -> Result<HttpResponse, Problem> {
    body::check_content_type(&request, &["application/json", "text/plain"])?;
    let body = body::read(&request, payload, EXPERIMENT_BODY_BYTES_MAX).await?;
    let said: Map<String, Value> = serde_json::from_slice(&body)
        .map_err(|error| Problem::malformed("body", error.to_string()))?;
    let declaration = Declaration::parse(&said)?;
    let project = admin.0.id;
    let now = now_ms();
    let recorded = web::block(move || -> Result<_, Problem> {
        let recorded = record(&*collector.store, project, &declaration, now)?;
        collector.look_again()?;
        Ok(recorded)
    })
    .await??;
    let mut response = if recorded.is_new {
        HttpResponse::Created()
    } else {
        HttpResponse::Ok()
    };
    Ok(response.json(recorded.declared.to_json(now)))
}

/// `GET /v1/experiments`: the first declared first.
#[utoipa::path(
    get, path = "/v1/experiments", tag = "experiments", security(("secret" = ["read"])), responses((status = 200, description = "Experiments, the first declared first", body = ExperimentList), Keyed),
    summary = "Experiments", description = ""
)]
pub(super) async fn list(
    reader: Reader,
    collector: web::Data<Collector>,
) -> Result<HttpResponse, Problem> {
    let project = reader.0.id;
    let experiments = web::block(move || collector.store.experiments(project)).await??;
    let now = now_ms();
    let shown: Vec<Value> = experiments.iter().map(|one| one.to_json(now)).collect();
    Ok(HttpResponse::Ok().json(json!({ "experiments": shown })))
}

/// `GET /v1/experiments/{name}`.
#[utoipa::path(
    get, path = "/v1/experiments/{name}", tag = "experiments", security(("secret" = ["read"])), params(("name" = String, Path, description = "Its name")),
    responses((status = 200, description = "The experiment", body = ExperimentTold), Found),
    summary = "One experiment", description = ""
)]
pub(super) async fn one(
    reader: Reader,
    name: web::Path<String>,
    collector: web::Data<Collector>,
) -> Result<HttpResponse, Problem> {
    let project = reader.0.id;
    let found = web::block(move || collector.store.experiment(project, &name)).await??;
    let found = found.ok_or_else(unknown)?;
    Ok(HttpResponse::Ok().json(found.to_json(now_ms())))
}

/// `POST /v1/experiments/{name}/end`: from now on nobody takes part; again, it stays as
/// it was.
#[utoipa::path(
    post, path = "/v1/experiments/{name}/end", tag = "experiments", security(("secret" = ["admin"])), params(("name" = String, Path, description = "Its name")),
    responses((status = 200, description = "From now on nobody takes part", body = ExperimentTold), Found),
    summary = "End an experiment", description = ""
)]
pub(super) async fn end(
    admin: Admin,
    name: web::Path<String>,
    collector: web::Data<Collector>,
) -> Result<HttpResponse, Problem> {
    let project = admin.0.id;
    let now = now_ms();
    let ended = web::block(move || -> Result<_, StoreError> {
        let ended = end_it(&*collector.store, project, &name, now)?;
        collector.look_again()?;
        Ok(ended)
    })
    .await??;
    let ended = ended.ok_or_else(unknown)?;
    Ok(HttpResponse::Ok().json(ended.to_json(now)))
}

/// The answer about a name nobody declared.
pub(super) fn unknown() -> Problem {
    Problem::new(Kind::NotFound, "no experiment of this name was declared")
}

impl From<FieldError> for Problem {
    fn from(error: FieldError) -> Self {
        Self::malformed(error.field, error.problem)
    }
}

impl From<DeclareError> for Problem {
    fn from(error: DeclareError) -> Self {
        match error {
            DeclareError::Field(error) => error.into(),
            error @ DeclareError::Differs { .. } => {
                Self::new(Kind::ExperimentDiffers, error.to_string())
            }
            DeclareError::Store(error) => {
                tracing::error!(%error, "an experiment was not kept");
                Self::new(Kind::StoreFailing, "the experiment was not kept")
            }
        }
    }
}
