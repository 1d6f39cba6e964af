//! Policies: those that hold, and what another one would change.

use std::time::{Duration, Instant};

use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;
use serde_json::{Value, json};
use tacit_signals::Id;

use super::{
    auth::Reader,
    body,
    openapi::{Keyed, Policies, Previewed, Trials, Tried},
    problem::{Kind, Problem},
    query::{self, policy, settled},
};
use crate::{
    collector::Collector,
    explore::sample,
    label::{Policy, explain},
    limits::{LOOKED_AT_MAX, PREVIEW_BODY_BYTES_MAX, PREVIEW_MS_MAX, PREVIEW_RULES_MAX},
    screen::{AtHand, Screened},
    store::{Page, StoreError},
    wall::now_ms,
};

/// Content types of the one JSON object.
const CONTENT_TYPES: [&str; 2] = ["application/json", "text/plain"];
/// Outputs of the sample where nothing is said.
const SAMPLE: usize = 500;

/// `GET /v1/policies`: the one that holds first.
#[utoipa::path(
    get, path = "/v1/policies", tag = "outputs", security(("secret" = ["read"])),
    responses((status = 200, description = "Policies, the one that holds first", body = Policies), Keyed),
    summary = "Policies, with their files and rules", description = ""
)]
pub(super) async fn policies(
    _reader: Reader,
    collector: web::Data<Collector>,
) -> Result<HttpResponse, Problem> {
    let told = |policy: &Policy| {
        let rules = policy.summary().families.into_values().flatten();
        let rules = rules.map(|rule| json!({"rule": rule, "reason": policy.reason(&rule)}));
        json!({
            "policy": policy.reference(),
            "toml": policy.toml(),
            "rules": rules.collect::<Vec<_>>(),
        })
    };
    let all: Vec<Value> = collector.policies.all().map(told).collect();
    Ok(HttpResponse::Ok().json(json!({ "policies": all })))
}

/// What is to be tried.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Trial {
    policy: String,
    against: Option<String>,
    output: Option<String>,
    #[serde(default, deserialize_with = "query::unix_ms")]
    since: Option<u64>,
    #[serde(default, deserialize_with = "query::unix_ms")]
    until: Option<u64>,
    outputs: Option<usize>,
}

/// `POST /v1/labels/preview`: changes nothing.
#[utoipa::path(
    post, path = "/v1/labels/preview", tag = "outputs", security(("secret" = ["read"])),
    request_body(content((Tried = "application/json"), (String = "text/plain"))),
    responses((status = 200, description = "What it would change; nothing is changed", body = Previewed), Trials),
    summary = "Try a policy on the latest outputs", description = ""
)]
pub(super) async fn preview(
    reader: Reader,
    request: HttpRequest,
    payload: web::Payload,
    collector: web::Data<Collector>,
) -> Result<HttpResponse, Problem> {
    body::check_content_type(&request, &CONTENT_TYPES)?;
    let body = body::read(&request, payload, PREVIEW_BODY_BYTES_MAX).await?;
    let trial: Trial = serde_json::from_slice(&body)
        .map_err(|error| Problem::malformed("body", error.to_string()))?;
    let old = policy(&collector, trial.against.as_deref())?;
    let outputs = trial.outputs.unwrap_or(SAMPLE);
    if outputs > LOOKED_AT_MAX {
        return Err(Problem::too_many("outputs", LOOKED_AT_MAX));
    }
    let output = trial.output.as_deref();
    let output = output.map(|id| Id::parse("output", id)).transpose()?;
    settled(&collector).await;
    let project = reader.0.id;
    let as_of = now_ms();
    let answer = web::block(move || -> Result<_, Problem> {
        // Reading a policy takes as long as its file is large: not where others wait.
        let new = tried(&trial.policy)?;
        let store = &*collector.store;
        let AtHand { screen, looked_at } = collector.screens.at_hand(project, old.screen, as_of);
        let facts = Screened::by(store, project, as_of, screen);
        let mut answer = json!({
            "policy": new.reference(),
            "against": old.reference(),
            "as_of": as_of,
            "same_screen": old.screen == new.screen,
            "screened_at": looked_at,
        });
        if let Some(id) = &output {
            answer["output"] = both(&facts, id, (&old, &new), as_of)?
                .ok_or_else(|| Problem::new(Kind::NotFound, "no such output is known"))?;
        }
        let page = Page {
            since: trial.since,
            until: trial.until,
            len: outputs,
            ..Page::default()
        };
        let begun = Instant::now();
        let patience = Duration::from_millis(PREVIEW_MS_MAX);
        let go_on = || begun.elapsed() < patience;
        let sampled = sample(&facts, (&old, &new), as_of, &page, &go_on)?;
        answer["sample"] = json!({
            "changes": sampled.changes,
            "until_looked": sampled.looked.until,
            "is_all": sampled.looked.next.is_none(),
        });
        Ok(answer)
    })
    .await??;
    Ok(HttpResponse::Ok().json(answer))
}

/// The policy of a file, as `tacit label check` reads it.
fn tried(toml: &str) -> Result<Policy, Problem> {
    let policy = Policy::parse(toml).map_err(|error| Problem::policy(&error))?;
    if policy.summary().rules > PREVIEW_RULES_MAX {
        return Err(Problem::too_many("policy", PREVIEW_RULES_MAX));
    }
    Ok(policy)
}

/// One output's label by both policies, with why.
fn both(
    facts: &Screened<'_>,
    id: &Id,
    (old, new): (&Policy, &Policy),
    as_of: u64,
) -> Result<Option<Value>, StoreError> {
    let Some((group, id)) = facts.group_of(id)? else {
        return Ok(None);
    };
    let by = |policy: &Policy| {
        let (label, mut explanation) = explain(&group, &id, policy, as_of)?;
        explanation.screened_by(&group, &id, facts.screen());
        Some(json!({"label": label.to_json(), "explanation": explanation}))
    };
    let told = by(old).zip(by(new));
    Ok(told.map(|(before, after)| json!({"id": id.as_str(), "before": before, "after": after})))
}
