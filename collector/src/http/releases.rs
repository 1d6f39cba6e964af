//! What went live.

use actix_web::{HttpRequest, HttpResponse, web};
use serde_json::{Map, Value, json};

use super::{
    auth::{Admin, Reader},
    body,
    health::DataPath,
    openapi::{Announced, Keyed, Proven, ReleaseList, ReleaseTold},
    problem::{Kind, Problem},
    query::{policy, settled},
    verify::asked,
};
use crate::{
    collector::Collector,
    limits::RELEASE_BODY_BYTES_MAX,
    release::{Announcement, Known, ReleaseError, check},
    store::StoreError,
    verify::{Subject, Verdict, verify},
    wall::now_ms,
};

/// `POST /v1/releases`: 201 for a new one, 200 for one that was told before; with
/// `require_proof`, 409 for one that the gate does not ship.
#[utoipa::path(
    post, path = "/v1/releases", tag = "experiments", security(("secret" = ["admin"])),
    request_body(content((Announced = "application/json"), (String = "text/plain"))),
    responses((status = 200, description = "It was told before", body = ReleaseTold), (status = 201, description = "It is noted", body = ReleaseTold), Proven),
    summary = "Tell what went live", description = ""
)]
pub(super) async fn add(
    admin: Admin,
    request: HttpRequest,
    payload: web::Payload,
    collector: web::Data<Collector>,
    data: web::Data<DataPath>,
) -> Result<HttpResponse, Problem> {
    body::check_content_type(&request, &["application/json", "text/plain"])?;
    let body = body::read(&request, payload, RELEASE_BODY_BYTES_MAX).await?;
    let said: Map<String, Value> = serde_json::from_slice(&body)
        .map_err(|error| Problem::malformed("body", error.to_string()))?;
    let needs_proof = said.get("require_proof") == Some(&Value::Bool(true));
    let said = Announcement::from_json(&said)?;
    let policy = policy(&collector, None)?;
    if needs_proof {
        settled(&collector).await;
    }
    let project = admin.0.id;
    let (shown, is_new) = web::block(move || -> Result<_, Problem> {
        let (store, now) = (&*collector.store, now_ms());
        let release = check(store, project, said, now)?;
        if needs_proof {
            let subject = Subject::of_release(store, project, release.clone(), None)?;
            let report = asked(&collector, &data, project, &policy, now, |asked, _| {
                Ok(verify(asked, subject)?)
            })?;
            if report.verdict != Verdict::Ship {
                return Err(Problem::new(Kind::ReleaseUnproven, report.summary));
            }
            if let Some(spoken) = report.spoken() {
                store.add_verdict(project, &spoken)?;
            }
        }
        let is_new = store.add_release(project, &release)?;
        Ok((Known::of(store, project)?.json(&release), is_new))
    })
    .await??;
    let mut response = if is_new {
        HttpResponse::Created()
    } else {
        HttpResponse::Ok()
    };
    Ok(response.json(shown))
}

/// `GET /v1/releases`: the first first.
#[utoipa::path(
    get, path = "/v1/releases", tag = "experiments", security(("secret" = ["read"])), responses((status = 200, description = "Releases, the first first", body = ReleaseList), Keyed),
    summary = "What went live", description = ""
)]
pub(super) async fn list(
    reader: Reader,
    collector: web::Data<Collector>,
) -> Result<HttpResponse, Problem> {
    let project = reader.0.id;
    let shown = web::block(move || -> Result<Vec<Value>, StoreError> {
        let known = Known::of(&*collector.store, project)?;
        let releases = collector.store.releases(project)?;
        Ok(releases.iter().map(|one| known.json(one)).collect())
    })
    .await??;
    Ok(HttpResponse::Ok().json(json!({ "releases": shown })))
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
