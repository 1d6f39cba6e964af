//! Registering outputs.

use std::time::Duration;

use actix_web::{HttpRequest, HttpResponse, rt, web};
use serde_json::{Value, json};
use tacit_signals::Id;

use crate::{
    accept::{registration, registration::Registration, token},
    collector::Collector,
    control::Project,
    http::{
        auth::Ingest,
        body, lines,
        openapi::{Bodies, RegisteredAll, Registrations},
        problem::{Kind, Problem},
        signals::CONTENT_TYPES,
    },
    limits::{
        OUTPUTS_BODY_BYTES_MAX, OUTPUTS_PER_REQUEST_MAX, REGISTERING_MS_MAX, TOKEN_AGE_MS_MAX,
    },
    store::{Registering, Settled, Status},
    wall::now_ms,
};

/// Registers outputs; answers once they are durable.
#[utoipa::path(
    post, path = "/v1/outputs", tag = "outputs", security(("secret" = ["ingest"])),
    request_body(description = "One object, an array, or one object a line", content((Registrations = "application/json"), (String = "application/x-ndjson"), (String = "application/ndjson"), (String = "text/plain"))),
    responses((status = 200, description = "What became of each; durable", body = RegisteredAll), Bodies),
    summary = "Register outputs", description = ""
)]
pub(in crate::http) async fn register(
    app: Ingest,
    request: HttpRequest,
    payload: web::Payload,
    collector: web::Data<Collector>,
) -> Result<HttpResponse, Problem> {
    let bytes = body::read(&request, payload, OUTPUTS_BODY_BYTES_MAX).await?;
    body::check_content_type(&request, &CONTENT_TYPES)?;
    let objects = lines::objects(&bytes, "outputs", OUTPUTS_PER_REQUEST_MAX)?;
    let project = app.0;
    let alone = objects.len() == 1;
    let mut items = Vec::with_capacity(objects.len());
    let mut outputs = Vec::with_capacity(objects.len());
    let received_at = now_ms();
    for object in objects {
        let id = object.get("id").cloned().unwrap_or_default();
        match registration::parse(object, &project, received_at) {
            Ok(registration) => {
                items.push(Item::Asked(registration.id.clone()));
                outputs.push(registration);
            }
            Err(error) if alone => return Err(error.into()),
            Err(error) => items.push(Item::Refused(json!({
                "id": id, "status": "rejected", "code": error.code(), "field": error.field,
            }))),
        }
    }
    let settled = ask(&collector, &project, received_at, outputs).await?;
    let mut settled = settled.into_iter();
    let answers: Vec<Value> = items
        .into_iter()
        .filter_map(|item| match item {
            Item::Refused(answer) => Some(answer),
            Item::Asked(id) => Some(answer(&project, &id, &settled.next()?)),
        })
        .collect();
    Ok(HttpResponse::Ok().json(json!({ "outputs": answers })))
}

enum Item {
    Refused(Value),
    Asked(Id),
}

async fn ask(
    collector: &Collector,
    project: &Project,
    received_at: u64,
    outputs: Vec<Registration>,
) -> Result<Vec<Settled>, Problem> {
    if outputs.is_empty() {
        return Ok(Vec::new());
    }
    let request = Registering {
        project: project.id,
        received_at,
        outputs,
    };
    let waiting = collector.registrations.push(request)?;
    let most = Duration::from_millis(REGISTERING_MS_MAX);
    let settled = rt::time::timeout(most, waiting).await.map_err(|_| {
        // They may still be registered: whoever comes again is told how they are.
        Problem::new(Kind::StoreFailing, "the store does not answer")
    })?;
    Ok(settled.map_err(|_| Problem::new(Kind::ShuttingDown, "the store was closed"))??)
}

fn answer(project: &Project, id: &Id, settled: &Settled) -> Value {
    let status = match settled.status {
        Status::Created => "created",
        Status::Updated => "updated",
        Status::Unchanged => "unchanged",
        Status::Erased => return json!({"id": id.as_str(), "status": "erased"}),
        Status::Conflict(field) => {
            return json!({"id": id.as_str(), "status": "conflict", "field": field});
        }
    };
    let expires_at = now_ms() + TOKEN_AGE_MS_MAX;
    let token = token::issue(project, id.as_str(), settled.subject.as_ref(), expires_at);
    json!({"id": id.as_str(), "status": status, "token": token})
}
