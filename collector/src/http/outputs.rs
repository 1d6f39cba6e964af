//! Outputs: registering them, explaining one, listing them.

use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use tacit_signals::Id;
use utoipa::IntoParams;

use super::{
    auth::{Ingest, Reader},
    body, lines,
    openapi::{self, Asked, Bodies, Found, OutputList, OutputTold, RegisteredAll, Registrations},
    problem::{Kind, Problem},
    query::{self, as_of, policy, settled},
    signals::CONTENT_TYPES,
};
use crate::{
    accept::{registration, registration::Registration, token},
    collector::Collector,
    control::Project,
    label::{Labelled, Policy, event_json, explain, label_group},
    limits::{OUTPUTS_BODY_BYTES_MAX, OUTPUTS_PER_REQUEST_MAX, PAGE_LEN_MAX, TOKEN_AGE_MS_MAX},
    screen::{Finding, Screen, Screened},
    store::{
        Listed, Page, Registering, Settled, Status, Store, StoreError,
        rows::{Group, OutputRows},
    },
    wall::now_ms,
};

/// Registers outputs; answers once they are durable.
#[utoipa::path(
    post, path = "/v1/outputs", tag = "outputs", security(("secret" = ["ingest"])),
    request_body(description = "One object, an array, or one object a line", content((Registrations = "application/json"), (String = "application/x-ndjson"), (String = "application/ndjson"), (String = "text/plain"))),
    responses((status = 200, description = "What became of each; durable", body = RegisteredAll), Bodies),
    summary = "Register outputs", description = ""
)]
pub(super) async fn register(
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
    let settled = collector.registrations.push(request)?.await;
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

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct OneQuery {
    /// Policy, `name`, `name@version` or a full reference
    policy: Option<String>,
    /// Moment to read as of, Unix ms; now where nothing is said
    #[param(schema_with = openapi::moment, required = false)]
    #[serde(default, deserialize_with = "query::unix_ms")]
    as_of: Option<u64>,
    /// Tell why the label is what it is
    #[serde(default)]
    explain: bool,
}

/// One output with its signals and its label; with `explain`, why it is that.
#[utoipa::path(
    get, path = "/v1/outputs/{id}", tag = "outputs", security(("secret" = ["read"])),
    params(("id" = String, Path, description = "Its id or an alias"), OneQuery),
    responses((status = 200, description = "The output", body = OutputTold), Found),
    summary = "One output with its signals and its label", description = ""
)]
pub(super) async fn one(
    reader: Reader,
    id: web::Path<String>,
    query: web::Query<OneQuery>,
    collector: web::Data<Collector>,
) -> Result<HttpResponse, Problem> {
    let id = Id::parse("output", &id)?;
    let policy = policy(&collector, query.policy.as_deref())?;
    settled(&collector).await;
    let as_of = as_of(query.as_of);
    let project = reader.0.id;
    let found = web::block(move || {
        let store = &*collector.store;
        // A moment that was asked for is read exactly; now has the screen of just before.
        let facts = if query.as_of.is_some() {
            Screened::of(store, &policy, project, as_of)?
        } else {
            let screen = collector.screens.recent(store, &policy, project, as_of)?;
            Screened::by(store, project, as_of, screen)
        };
        let found = facts.group_of(&id)?;
        let told = found.and_then(|(group, id)| {
            told(&group, &id, facts.screen(), &policy, as_of, query.explain)
        });
        Ok::<_, StoreError>(told)
    })
    .await??;
    let missing = || Problem::new(Kind::NotFound, "no such output is known");
    Ok(HttpResponse::Ok().json(found.ok_or_else(missing)?))
}

fn told(
    group: &Group,
    id: &Id,
    screen: &Screen,
    policy: &Policy,
    as_of: u64,
    with_explanation: bool,
) -> Option<Value> {
    let rows = group.outputs.iter().find(|output| output.id == *id)?;
    let (label, mut explanation) = explain(group, id, policy, as_of)?;
    explanation.screened_by(group, id, screen);
    let mut signals: Vec<(u64, Value)> = Vec::new();
    for slice in &rows.slices {
        for event in &slice.events {
            let at = slice.corrected(event.at);
            signals.push((at, event_json(slice, event)));
        }
    }
    for slice in &rows.screened {
        let rule = screen.finding_of(slice).map(Finding::rule);
        for event in &slice.events {
            let mut signal = event_json(slice, event);
            signal["screened"] = json!(rule);
            signals.push((slice.corrected(event.at), signal));
        }
    }
    // Slices are by session and number already, and the sort is stable.
    signals.sort_by_key(|(at, _)| *at);
    let signals: Vec<Value> = signals.into_iter().map(|(_, signal)| signal).collect();
    let mut answer = json!({
        "output": describe(rows, &label),
        "signals": signals,
        "label": label.to_json(),
    });
    if !explanation.screened_people.is_empty() {
        answer["screened"] = serde_json::to_value(&explanation.screened_people).ok()?;
    }
    if with_explanation {
        answer["explanation"] = serde_json::to_value(explanation).ok()?;
    }
    Some(answer)
}

fn labelled<'a>(
    group: &'a Group,
    id: &Id,
    policy: &Policy,
    as_of: u64,
) -> Option<(&'a OutputRows, Labelled)> {
    let place = group.outputs.iter().position(|output| output.id == *id)?;
    let label = label_group(group, policy, as_of)
        .outputs
        .into_iter()
        .nth(place)?;
    Some((group.outputs.get(place)?, label))
}

/// What is known of an output; fields nobody filled are left out.
fn describe(rows: &OutputRows, label: &Labelled) -> Value {
    let server = rows.registered.clone().unwrap_or_default();
    let aliases: Vec<&str> = server.aliases.iter().map(Id::as_str).collect();
    let subject = label.subject.as_ref();
    let mut object = json!({
        "id": rows.id.as_str(),
        "registered": rows.registered.is_some(),
        "aliases": aliases,
        "created_at": server.created_at,
        "conversation": label.conversation.as_ref().map(Id::as_str),
        "turn": label.turn,
        "variant": label.variant,
        "subject": subject.map(|subject| subject.id.as_str()),
        "subject_kind": subject.map(|subject| subject.kind.name()),
        "model": label.model,
        "prompt_version": label.prompt_version,
        "surface": server.surface,
        "arms": server.arms,
        "input": server.input,
        "output": server.output,
        "documents": server.documents,
        "tags": server.tags,
        "trust": label.trust,
        "joined_by": rows.joined_by,
    });
    if let Some(object) = object.as_object_mut() {
        object.retain(|_, value| !value.is_null());
    }
    object
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct ListQuery {
    /// First heard of at or after, Unix ms
    #[param(schema_with = openapi::moment, required = false)]
    #[serde(default, deserialize_with = "query::unix_ms")]
    since: Option<u64>,
    /// First heard of before, Unix ms
    #[param(schema_with = openapi::moment, required = false)]
    #[serde(default, deserialize_with = "query::unix_ms")]
    until: Option<u64>,
    /// `next` of the page before
    cursor: Option<String>,
    /// Outputs on a page
    #[param(schema_with = openapi::page_len, required = false)]
    limit: Option<usize>,
}

/// Outputs, latest first, each with its label.
#[utoipa::path(
    get, path = "/v1/outputs", tag = "outputs", security(("secret" = ["read"])), params(ListQuery),
    responses((status = 200, description = "A page", body = OutputList), Asked),
    summary = "Outputs, latest first, each with its label", description = ""
)]
pub(super) async fn list(
    reader: Reader,
    query: web::Query<ListQuery>,
    collector: web::Data<Collector>,
) -> Result<HttpResponse, Problem> {
    let before = match query.cursor.as_deref() {
        None => None,
        Some(cursor) => Some(
            cursor
                .parse()
                .map_err(|_| Problem::malformed("cursor", "not one that was given out"))?,
        ),
    };
    let len = query.limit.unwrap_or(50);
    if len == 0 || len > PAGE_LEN_MAX {
        return Err(Problem::too_many("limit", PAGE_LEN_MAX));
    }
    let page = Page {
        since: query.since,
        until: query.until,
        before,
        len,
    };
    let policy = policy(&collector, None)?;
    settled(&collector).await;
    let project = reader.0.id;
    let as_of = now_ms();
    let answer = web::block(move || {
        let store = &*collector.store;
        let listed = store.page(project, &page)?;
        let screen = collector.screens.recent(store, &policy, project, as_of)?;
        let facts = Screened::by(store, project, as_of, screen);
        let next = (listed.len() == page.len).then(|| listed.last()).flatten();
        let next = next.map(|last| last.number.to_string());
        let mut outputs = Vec::new();
        for output in &listed {
            outputs.extend(summary(&facts, &policy, output, as_of)?);
        }
        Ok::<_, StoreError>(json!({ "outputs": outputs, "next": next }))
    })
    .await??;
    Ok(HttpResponse::Ok().json(answer))
}

fn summary(
    facts: &Screened<'_>,
    policy: &Policy,
    output: &Listed,
    as_of: u64,
) -> Result<Option<Value>, StoreError> {
    let Some((group, id)) = facts.group_of(&output.id)? else {
        return Ok(None);
    };
    // Joined to another, which is listed itself.
    if id != output.id {
        return Ok(None);
    }
    let Some((rows, label)) = labelled(&group, &id, policy, as_of) else {
        return Ok(None);
    };
    let Value::Object(mut object) = describe(rows, &label) else {
        return Ok(None);
    };
    // A list is to find things by; texts are with the output itself.
    for text in ["input", "output", "documents"] {
        object.remove(text);
    }
    let signals: usize = rows.slices.iter().map(|slice| slice.events.len()).sum();
    let signals = signals as u64 + rows.beyond;
    object.extend(Map::from_iter([
        ("received_at".to_owned(), output.received_at.into()),
        ("signals".to_owned(), signals.into()),
        ("label".to_owned(), label.to_json()),
    ]));
    Ok(Some(Value::Object(object)))
}
