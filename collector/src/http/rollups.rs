//! Sums of labels, as the dashboard asks for them.

use actix_web::{HttpResponse, web};
use serde::Deserialize;
use utoipa::IntoParams;

use super::{
    auth::Reader,
    openapi::{self, Anything, Asked},
    problem::Problem,
    query::{self, as_of, policy, settled, trust},
};
use crate::{
    collector::Collector,
    label::Trust,
    rollup::{self, At, By, Request},
};

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct RollupQuery {
    /// By what rows are told apart; `total` where nothing is said
    #[param(schema_with = openapi::rollup_by, required = false)]
    by: Option<String>,
    /// From the UTC day of this moment on, Unix ms
    #[param(schema_with = openapi::moment, required = false)]
    #[serde(alias = "from", default, deserialize_with = "query::unix_ms")]
    since: Option<u64>,
    /// Up to the UTC day of the last moment before this one, Unix ms
    #[param(schema_with = openapi::moment, required = false)]
    #[serde(alias = "to", default, deserialize_with = "query::unix_ms")]
    until: Option<u64>,
    /// Outputs of this model alone
    model: Option<String>,
    /// Outputs of this prompt version alone
    prompt_version: Option<String>,
    /// Least trust; `claimed` where nothing is said
    #[param(schema_with = openapi::trust, required = false)]
    trust: Option<String>,
    /// Policy, `name`, `name@version` or a full reference. For another than the collector's own
    /// all facts are read
    policy: Option<String>,
    /// Moment to read as of, Unix ms, for which all facts are read; what is kept where nothing
    /// is said
    #[param(schema_with = openapi::moment, required = false)]
    #[serde(default, deserialize_with = "query::unix_ms")]
    as_of: Option<u64>,
}

/// `GET /v1/rollups`.
#[utoipa::path(
    get, path = "/v1/rollups", tag = "operations", security(("secret" = ["read"])), params(RollupQuery),
    responses((status = 200, description = "Sums by day, model or prompt version", body = Anything), Asked),
    summary = "Sums of labels", description = "Outputs, signals, labels, the funnel and rates with intervals, from sums that are kept: it says whether any wait to be brought up to date."
)]
pub(super) async fn rollups(
    reader: Reader,
    query: web::Query<RollupQuery>,
    collector: web::Data<Collector>,
) -> Result<HttpResponse, Problem> {
    let request = query.request()?;
    let policy = policy(&collector, query.policy.as_deref())?;
    let project = reader.0.id;
    let held = collector.policies.named(None);
    let is_kept = held.is_some_and(|held| held.reference() == policy.reference());
    let now = as_of(query.as_of);
    settled(&collector).await;
    if query.as_of.is_some() || !is_kept {
        let at = At {
            known: now,
            as_of: now,
        };
        let answer =
            web::block(move || rollup::refolded(&*collector.store, &policy, project, at, &request));
        return Ok(HttpResponse::Ok().json(answer.await??));
    }
    let answer = web::block(move || {
        let steady = collector.steady_ms();
        let lag_ms = collector.rollups.lag_ms(Some(project), steady);
        rollup::kept(&*collector.store, &policy, project, (now, lag_ms), &request)
    });
    Ok(HttpResponse::Ok().json(answer.await??))
}

impl RollupQuery {
    fn request(&self) -> Result<Request, Problem> {
        let by = match self.by.as_deref() {
            None => By::Total,
            Some(name) => By::from_name(name).ok_or_else(|| {
                let names = By::ALL.map(By::name).join(", ");
                Problem::unsupported("by", format!("one of {names}"))
            })?,
        };
        if let (Some(since), Some(until)) = (self.since, self.until)
            && since >= until
        {
            return Err(Problem::malformed("until", "is not after since"));
        }
        Ok(Request {
            model: self.model.clone(),
            prompt_version: self.prompt_version.clone(),
            trust: trust(self.trust.as_deref(), Trust::Claimed)?,
            ..Request::new(by, self.since, self.until)
        })
    }
}
