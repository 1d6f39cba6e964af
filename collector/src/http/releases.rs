//! What went live.

use actix_web::{HttpRequest, HttpResponse, web};
use serde_json::{Map, Value, json};

use super::{
    auth::Secret,
    body,
    problem::{Kind, Problem},
};
use crate::{
    collector::Collector,
    limits::RELEASE_BODY_BYTES_MAX,
    release::{Announcement, Release, ReleaseError, record},
    store::UpdateStore,
    wall::now_ms,
};

/// `POST /v1/releases`: 201 for a new one, 200 for one that was told before.
pub(super) async fn add(
    secret: Secret,
    request: HttpRequest,
    payload: web::Payload,
    collector: web::Data<Collector>,
) -> Result<HttpResponse, Problem> {
    body::check_content_type(&request, &["application/json", "text/plain"])?;
    let body = body::read(&request, payload, RELEASE_BODY_BYTES_MAX).await?;
    let said: Map<String, Value> = serde_json::from_slice(&body)
        .map_err(|error| Problem::malformed("body", error.to_string()))?;
    let said = Announcement::from_json(&said)?;
    let project = secret.0.id;
    let (release, is_new) = web::block(move || -> Result<_, Problem> {
        Ok(record(&*collector.store, project, said, now_ms())?)
    })
    .await??;
    let mut response = if is_new {
        HttpResponse::Created()
    } else {
        HttpResponse::Ok()
    };
    Ok(response.json(release.to_json()))
}

/// `GET /v1/releases`: the first first.
pub(super) async fn list(
    secret: Secret,
    collector: web::Data<Collector>,
) -> Result<HttpResponse, Problem> {
    let project = secret.0.id;
    let releases = web::block(move || collector.store.releases(project)).await??;
    let releases: Vec<Value> = releases.iter().map(Release::to_json).collect();
    Ok(HttpResponse::Ok().json(json!({ "releases": releases })))
}

impl From<ReleaseError> for Problem {
    fn from(error: ReleaseError) -> Self {
        match error {
            ReleaseError::Field { field, problem } => Self::malformed(field, problem),
            error @ ReleaseError::Unknown(_) => Self::unsupported("from", error.to_string()),
            error @ ReleaseError::Undeclared(_) => {
                Self::unsupported("experiment", error.to_string())
            }
            ReleaseError::Store(error) => {
                tracing::error!(%error, "a release was not kept");
                Self::new(Kind::StoreFailing, "the release was not kept")
            }
        }
    }
}
