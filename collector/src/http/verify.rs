//! The gate over HTTP. It only says what it finds: whoever asks decides what follows.

use actix_web::{HttpResponse, http::header::CONTENT_TYPE, web};
use serde::Deserialize;
use utoipa::IntoParams;

use super::{
    auth::Reader,
    health::DataPath,
    kept::{self, When},
    openapi::{self, Anything, Found},
    problem::{Kind, Problem},
    query::{self, as_of, policy, settled},
};
use crate::{
    answers::Ask,
    collector::Collector,
    control::ProjectId,
    experiment::{guard, metric::Metric, readout::ReadoutError},
    export::work,
    label::Policy,
    verify::{
        Asked, HOLDOUT_DAYS, Report, SubjectError, VerifyError, everybody_held_out, find, verify,
    },
    wall::now_ms,
};

const DAY_MS: u64 = 86_400_000;

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Query {
    /// Arm of the experiment
    arm: Option<String>,
    /// Policy, `name`, `name@version` or a full reference
    policy: Option<String>,
    /// Moment to read as of, Unix ms; now where nothing is said
    #[param(schema_with = openapi::moment, required = false)]
    #[serde(default, deserialize_with = "query::unix_ms")]
    as_of: Option<u64>,
    /// Form of the answer
    #[param(schema_with = openapi::verify_format, required = false)]
    format: Option<String>,
    /// Outputs shown at or after, Unix ms
    #[param(schema_with = openapi::moment, required = false)]
    #[serde(alias = "from", default, deserialize_with = "query::unix_ms")]
    since: Option<u64>,
    /// Metric that decides, of everybody
    metric: Option<String>,
    /// What was worked out a while ago will do; the next is worked out meanwhile. Only as JSON,
    /// and of one
    #[serde(default)]
    #[param(required = false)]
    kept: bool,
}

impl Query {
    fn is_markdown(&self) -> Result<bool, Problem> {
        match self.format.as_deref() {
            None | Some("json") => Ok(false),
            Some("markdown") => Ok(true),
            Some(_) => Err(Problem::unsupported("format", "json or markdown")),
        }
    }
}

/// `GET /v1/verify/{release or experiment}`.
#[utoipa::path(
    get, path = "/v1/verify/{name}", tag = "experiments", security(("secret" = ["read"])), params(("name" = String, Path, description = "Release or experiment"), Query),
    responses((status = 200, description = "The verdict", content((Anything = "application/json"), (String = "text/markdown"))), Found),
    summary = "Whether a release or an arm is proven", description = ""
)]
pub(super) async fn one(
    reader: Reader,
    name: web::Path<String>,
    query: web::Query<Query>,
    collector: web::Data<Collector>,
    data: web::Data<DataPath>,
) -> Result<HttpResponse, Problem> {
    let query = query.into_inner();
    if query.kept {
        if query.is_markdown()? {
            return Err(Problem::unsupported(
                "kept",
                "json is kept, and no other form",
            ));
        }
        let policy = policy(&collector, query.policy.as_deref())?;
        let ask = Ask::Verify {
            name: name.into_inner(),
            arm: query.arm,
        };
        let when = When {
            kept: true,
            as_of: query.as_of,
        };
        return kept::answer(collector, data, (reader.0.id, policy), ask, when).await;
    }
    let arm = query.arm.clone();
    answer(
        reader.0.id,
        query,
        collector,
        data,
        move |asked, collector| {
            let subject = find(&*collector.store, asked.project, &name, arm.as_deref())?;
            Ok(verify(asked, subject)?)
        },
    )
    .await
}

/// `GET /v1/verify`: everybody against those held out.
#[utoipa::path(
    get, path = "/v1/verify", tag = "experiments", security(("secret" = ["read"])), params(Query),
    responses((status = 200, description = "The verdict", content((Anything = "application/json"), (String = "text/markdown"))), Found),
    summary = "Everybody against those held out", description = ""
)]
pub(super) async fn everybody(
    reader: Reader,
    query: web::Query<Query>,
    collector: web::Data<Collector>,
    data: web::Data<DataPath>,
) -> Result<HttpResponse, Problem> {
    let query = query.into_inner();
    if query.kept {
        return Err(Problem::unsupported(
            "kept",
            "of a release or an experiment alone",
        ));
    }
    let metric = query.metric.as_deref().unwrap_or("capture_rate");
    let metric = Metric::from_name(metric)
        .ok_or_else(|| Problem::unsupported("metric", guard::NO_METRIC))?;
    let since = query.since;
    answer(reader.0.id, query, collector, data, move |asked, _| {
        let default = asked.as_of.saturating_sub(HOLDOUT_DAYS * DAY_MS);
        Ok(everybody_held_out(
            asked,
            &metric,
            since.unwrap_or(default),
        )?)
    })
    .await
}

async fn answer(
    project: ProjectId,
    query: Query,
    collector: web::Data<Collector>,
    data: web::Data<DataPath>,
    ask: impl FnOnce(&Asked<'_>, &Collector) -> Result<Report, Problem> + Send + 'static,
) -> Result<HttpResponse, Problem> {
    let is_markdown = query.is_markdown()?;
    let as_of = as_of(query.as_of);
    if as_of > now_ms() {
        let detail = "it is in the future: what it sees may still change";
        return Err(Problem::unsupported("as_of", detail));
    }
    let policy = policy(&collector, query.policy.as_deref())?;
    settled(&collector).await;
    let report = web::block(move || asked(&collector, &data, project, &policy, as_of, ask));
    let report = report.await??;
    if is_markdown {
        let kind = (CONTENT_TYPE, "text/markdown; charset=utf-8");
        return Ok(HttpResponse::Ok()
            .insert_header(kind)
            .body(report.markdown()));
    }
    Ok(HttpResponse::Ok().json(report))
}

/// Asks the gate, with a directory to work in.
pub(super) fn asked(
    collector: &Collector,
    data: &DataPath,
    project: ProjectId,
    policy: &Policy,
    as_of: u64,
    ask: impl FnOnce(&Asked<'_>, &Collector) -> Result<Report, Problem>,
) -> Result<Report, Problem> {
    let work = work(&data.0).map_err(|error| {
        tracing::error!(%error, "nothing could be verified");
        Problem::new(Kind::Internal, "there is no place to work in")
    })?;
    let asked = Asked {
        store: &*collector.store,
        project,
        policy,
        as_of,
        directory: work.path(),
    };
    ask(&asked, collector)
}

impl From<SubjectError> for Problem {
    fn from(error: SubjectError) -> Self {
        match error {
            error @ SubjectError::Unknown(_) => Self::new(Kind::NotFound, error.to_string()),
            error @ (SubjectError::ArmNeeded(..) | SubjectError::ArmUnknown(..)) => {
                Self::unsupported("arm", error.to_string())
            }
            SubjectError::Store(error) => error.into(),
        }
    }
}

impl From<VerifyError> for Problem {
    fn from(error: VerifyError) -> Self {
        match error {
            VerifyError::Readout(error @ ReadoutError::NotDeclared(_)) => {
                Self::unsupported("as_of", error.to_string())
            }
            VerifyError::Readout(ReadoutError::Store(error)) => error.into(),
            VerifyError::Watch(error) => error.into(),
            error => {
                tracing::error!(%error, "nothing could be verified");
                Self::new(Kind::Internal, "it could not be verified")
            }
        }
    }
}
