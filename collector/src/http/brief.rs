//! What to change in prompts and documents.

use actix_web::{HttpResponse, http::header::CONTENT_TYPE, web};
use serde::Deserialize;
use utoipa::IntoParams;

use super::{
    auth::Reader,
    openapi::{self, Anything, Asked},
    problem::Problem,
    query::{self, as_of, policy, settled, trust},
};
use crate::{
    brief::{self, EXAMPLES, markdown},
    cadence::{
        period::{Every, Period, PeriodError},
        schedule::EXAMPLES_MAX,
    },
    collector::Collector,
    export::SEED,
    label::Trust,
    wall::now_ms,
};

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Query {
    /// ISO week, `2026-W46`
    week: Option<String>,
    /// Start, Unix ms; with `to`
    #[param(schema_with = openapi::moment, required = false)]
    #[serde(default, deserialize_with = "query::unix_ms")]
    from: Option<u64>,
    /// End, Unix ms; with `from`
    #[param(schema_with = openapi::moment, required = false)]
    #[serde(default, deserialize_with = "query::unix_ms")]
    to: Option<u64>,
    /// Policy, `name`, `name@version` or a full reference
    policy: Option<String>,
    /// Moment to read as of, Unix ms; now where nothing is said
    #[param(schema_with = openapi::moment, required = false)]
    #[serde(default, deserialize_with = "query::unix_ms")]
    as_of: Option<u64>,
    /// Least trust
    #[param(schema_with = openapi::trust, required = false)]
    trust: Option<String>,
    /// Examples of each finding
    examples: Option<usize>,
    /// What links to outputs begin with
    link_base: Option<String>,
    /// Form of the answer
    #[param(schema_with = openapi::brief_format, required = false)]
    format: Option<String>,
}

/// `GET /v1/brief`: of a week, of a range, else of the last whole week.
#[utoipa::path(
    get, path = "/v1/brief", tag = "experiments", security(("secret" = ["read"])), params(Query),
    responses((status = 200, description = "What to change", content((Anything = "application/json"), (String = "text/markdown"))), Asked),
    summary = "What to change in prompts and documents", description = ""
)]
pub(super) async fn brief(
    reader: Reader,
    query: web::Query<Query>,
    collector: web::Data<Collector>,
) -> Result<HttpResponse, Problem> {
    let in_markdown = match query.format.as_deref() {
        None | Some("json") => false,
        Some("markdown") => true,
        Some(_) => return Err(Problem::unsupported("format", "one of json, markdown")),
    };
    let policy = policy(&collector, query.policy.as_deref())?;
    let request = brief::Request {
        period: query.period()?,
        as_of: as_of(query.as_of),
        seed: SEED,
        trust: trust(query.trust.as_deref(), Trust::Known)?,
        examples: query.examples()?,
        link_base: query.link_base.clone(),
        previous: None,
    };
    settled(&collector).await;
    let project = reader.0.id;
    let brief = web::block(move || brief::of_store(&*collector.store, &policy, project, &request))
        .await??;
    let (kind, text) = if in_markdown {
        ("text/markdown; charset=utf-8", markdown(&brief))
    } else {
        ("application/json", brief.to_json())
    };
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, kind))
        .body(text))
}

impl Query {
    fn period(&self) -> Result<Period, Problem> {
        let malformed =
            |field| move |error: PeriodError| Problem::malformed(field, error.to_string());
        match (&self.week, self.from, self.to) {
            (Some(week), None, None) => Period::week(week).map_err(malformed("week")),
            (Some(_), ..) => Err(Problem::malformed("week", "either week, or from and to")),
            (None, Some(from), Some(to)) => Period::between(from, to).map_err(malformed("from")),
            (None, None, Some(_)) => Err(Problem::malformed("from", "to needs from")),
            (None, Some(_), None) => Err(Problem::malformed("to", "from needs to")),
            (None, None, None) => {
                Period::last_whole(Every::Week, now_ms()).map_err(malformed("week"))
            }
        }
    }

    fn examples(&self) -> Result<usize, Problem> {
        match self.examples {
            None => Ok(EXAMPLES),
            Some(examples) if examples <= EXAMPLES_MAX => Ok(examples),
            Some(_) => Err(Problem::too_many("examples", EXAMPLES_MAX)),
        }
    }
}
