//! What to change in prompts and documents.

use actix_web::{HttpResponse, http::header::CONTENT_TYPE, web};
use serde::Deserialize;

use super::{
    auth::Reader,
    problem::Problem,
    query::{as_of, policy, settled, trust},
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

#[derive(Deserialize)]
pub(super) struct Query {
    week: Option<String>,
    from: Option<u64>,
    to: Option<u64>,
    policy: Option<String>,
    as_of: Option<u64>,
    trust: Option<String>,
    examples: Option<usize>,
    link_base: Option<String>,
    format: Option<String>,
}

/// `GET /v1/brief`: of a week, of a range, else of the last whole week.
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
