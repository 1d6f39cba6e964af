//! One output with all that is known of it.

use actix_web::{HttpResponse, web};
use serde::Deserialize;
use serde_json::{Value, json};
use tacit_signals::Id;
use utoipa::IntoParams;

use super::describe::describe;
use crate::{
    collector::Collector,
    dataset::{answered, last_asked},
    explore::{diff, fates, siblings},
    http::{
        auth::Reader,
        openapi::{self, Found, OutputTold},
        problem::{Kind, Problem},
        query::{self, as_of, policy, settled},
    },
    label::{Labelled, LabelledGroup, Policy, event_json, explain, label_group},
    screen::{AtHand, Finding, Screen, Screened},
    store::{
        StoreError,
        rows::{Group, OutputRows, Slice},
    },
};

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(in crate::http) struct OneQuery {
    /// Policy, `name`, `name@version` or a full reference
    policy: Option<String>,
    /// Moment to read as of, Unix ms; now where nothing is said
    #[param(schema_with = openapi::moment, required = false)]
    #[serde(default, deserialize_with = "query::unix_ms")]
    as_of: Option<u64>,
    /// Tell why the label is what it is, and what stands around the output
    #[serde(default)]
    explain: bool,
}

/// One output with its signals and its label; with `explain`, why it is that, the answers
/// of the same turn, what was edited and what datasets make of it.
#[utoipa::path(
    get, path = "/v1/outputs/{id}", tag = "outputs", security(("secret" = ["read"])),
    params(("id" = String, Path, description = "Its id or an alias"), OneQuery),
    responses((status = 200, description = "The output", body = OutputTold), Found),
    summary = "One output with its signals and its label", description = ""
)]
pub(in crate::http) async fn one(
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
        // A moment that was asked for is read exactly; now has the screen that is at hand.
        let (facts, screened_at) = if query.as_of.is_some() {
            (Screened::of(store, &policy, project, as_of)?, Some(as_of))
        } else {
            let AtHand { screen, looked_at } =
                collector.screens.at_hand(project, policy.screen, as_of);
            (Screened::by(store, project, as_of, screen), looked_at)
        };
        let found = facts.group_of(&id)?;
        let told = found.and_then(|(group, id)| {
            let mut told = told(&group, &id, facts.screen(), &policy, as_of, query.explain)?;
            told["screened_at"] = screened_at.into();
            Some(told)
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
    let place = group.outputs.iter().position(|output| output.id == *id)?;
    let rows = group.outputs.get(place)?;
    let (label, mut explanation) = explain(group, id, policy, as_of)?;
    explanation.screened_by(group, id, screen);
    let mut answer = json!({
        "output": describe(rows, &label),
        "signals": signals(rows, &label, screen),
        "label": label.to_json(),
    });
    if !explanation.screened_people.is_empty() {
        answer["screened"] = serde_json::to_value(&explanation.screened_people).ok()?;
    }
    if with_explanation {
        answer["explanation"] = serde_json::to_value(explanation).ok()?;
        around(&mut answer, group, (rows, &label), place, policy)?;
    }
    Some(answer)
}

/// By corrected time, those the screen withheld among them and marked.
fn signals(rows: &OutputRows, label: &Labelled, screen: &Screen) -> Vec<Value> {
    let mut signals: Vec<(u64, Value)> = Vec::new();
    let mut add = |slice: &Slice, rule: Option<&str>| {
        for event in &slice.events {
            let at = slice.corrected(event.at);
            let mut signal = event_json(slice, event);
            if let Some(offset) = label.shown_at.and_then(|shown| offset_ms(shown, at)) {
                signal["offset_ms"] = offset.into();
            }
            if let Some(rule) = rule {
                signal["screened"] = json!(rule);
            }
            signals.push((at, signal));
        }
    };
    for slice in &rows.slices {
        add(slice, None);
    }
    for slice in &rows.screened {
        add(slice, screen.finding_of(slice).map(Finding::rule));
    }
    // Slices are by session and number already, and the sort is stable.
    signals.sort_by_key(|(at, _)| *at);
    signals.into_iter().map(|(_, signal)| signal).collect()
}

/// Milliseconds after the output was first shown; what came before is below zero.
fn offset_ms(shown_at: u64, at: u64) -> Option<i64> {
    at.checked_signed_diff(shown_at)
}

/// What stands around an output: the answers of its turn, its texts, what was edited, and
/// what datasets make of it.
fn around(
    answer: &mut Value,
    group: &Group,
    (rows, label): (&OutputRows, &Labelled),
    place: usize,
    policy: &Policy,
) -> Option<()> {
    let labelled: LabelledGroup = label_group(group, policy, label.as_of);
    let text = answered(rows, label);
    let edited = label.texts.edit.as_deref();
    let mut texts = json!({"asked": last_asked(rows, label), "answer": text, "edited": edited});
    if let Some(texts) = texts.as_object_mut() {
        texts.retain(|_, text| !text.is_null());
    }
    answer["texts"] = texts;
    answer["siblings"] = serde_json::to_value(siblings(&labelled, place)).ok()?;
    answer["fates"] = serde_json::to_value(fates(group, &labelled, place, policy)).ok()?;
    if let (Some(text), Some(edited)) = (text, edited) {
        answer["diff"] = serde_json::to_value(diff(text, edited)).ok()?;
    }
    Some(())
}
