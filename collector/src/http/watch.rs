//! What everybody's outputs show: the trend of the capture rate, and guardrails.

use actix_web::{HttpResponse, web};
use serde::Deserialize;
use utoipa::IntoParams;

use super::{
    auth::Reader,
    health::DataPath,
    kept::{self, When},
    openapi::{self, Anything, Asked},
    problem::{Kind, Problem},
    query::{self, as_of, policy, settled, trust},
};
use crate::{
    answers::{Ask, Guarded, Span},
    collector::Collector,
    experiment::{guard, metric::Metric},
    export::work,
    label::Trust,
    watch::{
        By, WatchError,
        capture::{self, WEEKS, WEEKS_MAX},
    },
};

/// Names in one field.
const LISTED_MAX: usize = 32;
/// Days back: ten years.
const DAYS_MAX: u32 = 3_650;

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct CaptureQuery {
    /// Weeks back
    #[param(schema_with = openapi::weeks, required = false)]
    weeks: Option<u32>,
    /// Policy, `name`, `name@version` or a full reference
    policy: Option<String>,
    /// Moment to read as of, Unix ms; now where nothing is said
    #[param(schema_with = openapi::moment, required = false)]
    #[serde(default, deserialize_with = "query::unix_ms")]
    as_of: Option<u64>,
    /// Least trust
    #[param(schema_with = openapi::trust, required = false)]
    trust: Option<String>,
}

/// `GET /v1/capture-rate`.
#[utoipa::path(
    get, path = "/v1/capture-rate", tag = "experiments", security(("secret" = ["read"])), params(CaptureQuery),
    responses((status = 200, description = "The trend by week", body = Anything), Asked),
    summary = "The trend of the capture rate", description = ""
)]
pub(super) async fn capture_rate(
    reader: Reader,
    query: web::Query<CaptureQuery>,
    collector: web::Data<Collector>,
    data: web::Data<DataPath>,
) -> Result<HttpResponse, Problem> {
    let request = capture::Request {
        weeks: match query.weeks.unwrap_or(WEEKS) {
            weeks @ 1..=WEEKS_MAX => weeks,
            _ => {
                let detail = format!("a number from 1 to {WEEKS_MAX}");
                return Err(Problem::unsupported("weeks", detail));
            }
        },
        trust: trust(query.trust.as_deref(), Trust::Known)?,
        as_of: as_of(query.as_of),
    };
    let policy = policy(&collector, query.policy.as_deref())?;
    settled(&collector).await;
    let project = reader.0.id;
    let trend = web::block(move || {
        let work = work(&data.0)?;
        capture::trend(&*collector.store, &policy, project, &request, work.path())
    });
    Ok(HttpResponse::Ok().json(trend.await??))
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct GuardQuery {
    /// What to tell apart
    #[param(schema_with = openapi::slicing, required = false)]
    by: Option<String>,
    /// Outputs shown at or after, Unix ms
    #[param(schema_with = openapi::moment, required = false)]
    #[serde(alias = "from", default, deserialize_with = "query::unix_ms")]
    since: Option<u64>,
    /// Outputs shown before, Unix ms
    #[param(schema_with = openapi::moment, required = false)]
    #[serde(alias = "to", default, deserialize_with = "query::unix_ms")]
    until: Option<u64>,
    /// Names, with commas between them.
    metric: Option<String>,
    /// `NAME=MARGIN`, with commas between them.
    guard: Option<String>,
    /// In the place of since and until: from the UTC day so many days ago on
    #[param(maximum = 3650)]
    days: Option<u32>,
    /// What was worked out a while ago will do; the next is worked out meanwhile
    #[serde(default)]
    #[param(required = false)]
    kept: bool,
    /// Policy, `name`, `name@version` or a full reference
    policy: Option<String>,
    /// Moment to read as of, Unix ms; now where nothing is said
    #[param(schema_with = openapi::moment, required = false)]
    #[serde(default, deserialize_with = "query::unix_ms")]
    as_of: Option<u64>,
    /// Least trust
    #[param(schema_with = openapi::trust, required = false)]
    trust: Option<String>,
}

/// `GET /v1/guardrails`.
#[utoipa::path(
    get, path = "/v1/guardrails", tag = "experiments", security(("secret" = ["read"])), params(GuardQuery),
    responses((status = 200, description = "Whether a number rises while its guard falls", body = Anything), Asked),
    summary = "Whether a number rises at the cost of what guards it", description = ""
)]
pub(super) async fn guardrails(
    reader: Reader,
    query: web::Query<GuardQuery>,
    collector: web::Data<Collector>,
    data: web::Data<DataPath>,
) -> Result<HttpResponse, Problem> {
    let ask = Ask::Guardrails(query.asked()?);
    let policy = policy(&collector, query.policy.as_deref())?;
    let when = When {
        kept: query.kept,
        as_of: query.as_of,
    };
    kept::answer(collector, data, (reader.0.id, policy), ask, when).await
}

impl GuardQuery {
    fn asked(&self) -> Result<Guarded, Problem> {
        let by = match self.by.as_deref() {
            None => By::Week,
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
        let span = match self.days {
            None => Span::Between(self.since, self.until),
            Some(_) if self.since.or(self.until).is_some() => {
                return Err(Problem::malformed("days", "not beside since and until"));
            }
            Some(days @ 1..=DAYS_MAX) => Span::Days(days),
            Some(_) => {
                let detail = format!("a number from 1 to {DAYS_MAX}");
                return Err(Problem::unsupported("days", detail));
            }
        };
        Ok(Guarded {
            by,
            span,
            trust: trust(self.trust.as_deref(), Trust::Known)?,
            metrics: listed("metric", self.metric.as_deref(), |name| {
                Metric::from_name(name).ok_or_else(|| guard::NO_METRIC.into())
            })?,
            guards: listed("guard", self.guard.as_deref(), guard::named)?,
        })
    }
}

fn listed<T>(
    field: &'static str,
    said: Option<&str>,
    read: impl Fn(&str) -> Result<T, String>,
) -> Result<Vec<T>, Problem> {
    let names: Vec<_> = said.into_iter().flat_map(|said| said.split(',')).collect();
    if names.len() > LISTED_MAX {
        return Err(Problem::too_many(field, LISTED_MAX));
    }
    let one = |name: &str| read(name).map_err(|problem| Problem::unsupported(field, problem));
    names.into_iter().map(one).collect()
}

impl From<WatchError> for Problem {
    fn from(error: WatchError) -> Self {
        match error {
            WatchError::Store(error) => error.into(),
            // Weeks before the one asked about are looked at, too.
            WatchError::Time(error) => Self::unsupported("as_of", error.to_string()),
            error => {
                tracing::error!(%error, "a report could not be made");
                Self::new(Kind::Internal, "the report could not be made")
            }
        }
    }
}
