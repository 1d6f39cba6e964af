//! What became of everything that arrived.

use std::collections::BTreeMap;

use actix_web::{HttpResponse, web};
use serde::Deserialize;
use serde_json::{Value, json};
use utoipa::IntoParams;

use super::{
    auth::Reader,
    openapi::{Asked, Keyed, LedgerTold, Overview},
    problem::Problem,
    query::{as_of, policy},
};
use crate::{
    collector::Collector,
    export,
    ledger::{Events, Ledger},
};

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct LedgerQuery {
    /// Whether to say what became of stored events as well, for which everything is labelled
    #[serde(default = "yes")]
    #[param(required = false, default = true)]
    fates: bool,
}

const fn yes() -> bool {
    true
}

/// `GET /v1/ledger`: the project's own, and batches that came without a valid
/// key, which may have been meant for anybody.
#[utoipa::path(
    get, path = "/v1/ledger", tag = "operations", security(("secret" = ["read"])), params(LedgerQuery),
    responses((status = 200, description = "The books", body = LedgerTold), Asked),
    summary = "What became of everything that arrived", description = ""
)]
pub(super) async fn ledger(
    reader: Reader,
    query: web::Query<LedgerQuery>,
    collector: web::Data<Collector>,
) -> Result<HttpResponse, Problem> {
    let policy = policy(&collector, None)?;
    let project = reader.0.id;
    let ledger = web::block(move || -> Result<Value, Problem> {
        // The store first: acknowledged only grows, so nothing waits below zero.
        let counters = collector.store.fates(project)?;
        let now = as_of(None);
        let fates = if query.fates {
            let stored = counters.get("stored").copied().unwrap_or_default();
            let overview = export::books(&*collector.store, &policy, project, now, stored)?;
            collector
                .metrics
                .labels
                .counted(project, now, overview.states);
            Some(overview.fates)
        } else {
            None
        };
        let (batches, events) = collector.acknowledged(project, &counters)?;
        let own = collector.outcomes.of(Some(project));
        let nobody = collector.outcomes.of(None);
        let ledger = Ledger {
            acknowledged: batches,
            refused: vec![own.refused(), nobody.refused()],
            events: Events::new(events, &counters),
            counters,
        };
        Ok(ledger.to_json(fates.as_ref()))
    })
    .await??;
    Ok(HttpResponse::Ok().json(ledger))
}

/// `GET /v1/overview`: labels counted.
#[utoipa::path(
    get, path = "/v1/overview", tag = "operations", security(("secret" = ["read"])), responses((status = 200, description = "Labels counted", body = Overview), Keyed),
    summary = "Labels counted", description = ""
)]
pub(super) async fn overview(
    reader: Reader,
    collector: web::Data<Collector>,
) -> Result<HttpResponse, Problem> {
    let policy = policy(&collector, None)?;
    let project = &reader.0;
    let (id, name) = (project.id, project.name.clone());
    let reference = policy.reference();
    let overview = {
        let policy = policy.clone();
        web::block(move || -> Result<_, Problem> {
            let now = as_of(None);
            let overview = export::overview(&*collector.store, &policy, id, now)?;
            let states = overview.states.clone();
            collector.metrics.labels.counted(id, now, states);
            Ok(overview)
        })
        .await??
    };
    let rules: BTreeMap<&str, Option<&str>> = overview
        .reasons
        .keys()
        .map(|rule| (rule.as_str(), policy.reason(rule)))
        .collect();
    Ok(HttpResponse::Ok().json(json!({
        "project": name,
        "policy": reference,
        "states": overview.states,
        "reasons": overview.reasons,
        "rules": rules,
    })))
}
