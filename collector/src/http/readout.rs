//! What an experiment says by now.

use actix_web::{
    HttpResponse,
    http::header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE},
    web,
};
use serde::Deserialize;
use utoipa::IntoParams;

use super::{
    auth::Reader,
    experiments::unknown,
    health::DataPath,
    kept::{self, When},
    openapi::{self, Anything, Found},
    page::REPORT_POLICY,
    problem::{Kind, Problem},
    query::{self, as_of, policy, settled},
};
use crate::{
    answers::Ask,
    collector::Collector,
    experiment::{
        people::PRE_PERIOD_MS,
        readout::{ReadoutError, Request, markdown, page, readout},
    },
    export,
};

const DAY_MS: u64 = 86_400_000;
/// Longest pre-period, in days.
const PRE_PERIOD_MAX: u64 = 365;

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Query {
    /// Moment to read as of, Unix ms; now where nothing is said
    #[param(schema_with = openapi::moment, required = false)]
    #[serde(default, deserialize_with = "query::unix_ms")]
    as_of: Option<u64>,
    /// Policy, `name`, `name@version` or a full reference
    policy: Option<String>,
    /// Days before the start that CUPED knows people from.
    #[param(maximum = 365)]
    pre_period: Option<u64>,
    /// Every metric over time, as `courses`; only as JSON
    #[serde(default)]
    series: bool,
    /// What was worked out a while ago will do; the next is worked out meanwhile. Only as JSON
    #[serde(default)]
    #[param(required = false)]
    kept: bool,
    /// Form of the answer
    #[param(schema_with = openapi::readout_format, required = false)]
    format: Option<String>,
}

#[derive(Clone, Copy)]
enum Form {
    Markdown,
    Html,
}

/// `GET /v1/experiments/{name}/readout`.
#[utoipa::path(
    get, path = "/v1/experiments/{name}/readout", tag = "experiments", security(("secret" = ["read"])), params(("name" = String, Path, description = "The experiment"), Query),
    responses((status = 200, description = "What it says by now", content((Anything = "application/json"), (String = "text/markdown"), (String = "text/html"))), Found),
    summary = "What an experiment says by now", description = ""
)]
pub(super) async fn read(
    reader: Reader,
    name: web::Path<String>,
    query: web::Query<Query>,
    collector: web::Data<Collector>,
    data: web::Data<DataPath>,
) -> Result<HttpResponse, Problem> {
    let form = match query.format.as_deref() {
        None | Some("json") => None,
        Some("markdown") => Some(Form::Markdown),
        Some("html") => Some(Form::Html),
        Some(_) => {
            return Err(Problem::unsupported(
                "format",
                "one of json, markdown, html",
            ));
        }
    };
    let days = query.pre_period.unwrap_or(PRE_PERIOD_MS / DAY_MS);
    if days > PRE_PERIOD_MAX {
        let detail = format!("a number of days up to {PRE_PERIOD_MAX}");
        return Err(Problem::unsupported("pre_period", detail));
    }
    let policy = policy(&collector, query.policy.as_deref())?;
    let pre_period_ms = days * DAY_MS;
    let Some(form) = form else {
        let ask = Ask::Readout {
            experiment: name.into_inner(),
            pre_period_ms,
            series: query.series,
        };
        let when = When {
            kept: query.kept,
            as_of: query.as_of,
        };
        return kept::answer(collector, data, (reader.0.id, policy), ask, when).await;
    };
    if query.kept {
        return Err(Problem::unsupported(
            "kept",
            "json is kept, and no other form",
        ));
    }
    let as_of = as_of(query.as_of);
    settled(&collector).await;
    let project = reader.0.id;
    let (kind, text) = web::block(move || -> Result<_, Problem> {
        let declared = collector.store.experiment(project, &name)?;
        let declared = declared.ok_or_else(unknown)?;
        let request = Request {
            declared: &declared,
            as_of,
            pre_period_ms,
        };
        let work = export::work(&data.0).map_err(ReadoutError::from)?;
        let store = &*collector.store;
        let found = readout(store, &policy, project, &request, work.path())?;
        Ok(match form {
            Form::Markdown => ("text/markdown; charset=utf-8", markdown(&found)),
            Form::Html => ("text/html; charset=utf-8", page(&found).map_err(undrawn)?),
        })
    })
    .await??;
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, kind))
        .insert_header((CONTENT_SECURITY_POLICY, REPORT_POLICY))
        .body(text))
}

fn undrawn(error: crate::report::plot::PlotError) -> Problem {
    tracing::error!(%error, "a readout was not drawn");
    Problem::new(Kind::Internal, "the page could not be made")
}

impl From<ReadoutError> for Problem {
    fn from(error: ReadoutError) -> Self {
        if let ReadoutError::NotDeclared(_) = error {
            return Self::new(Kind::NotFound, error.to_string());
        }
        tracing::error!(%error, "a readout failed");
        Self::new(Kind::Internal, "the readout could not be made")
    }
}
