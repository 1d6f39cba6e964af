//! Whose signals must not teach: the twin of `tacit screen`.

use actix_web::{HttpResponse, web};
use serde::Deserialize;
use utoipa::IntoParams;

use super::{
    auth::Reader,
    health::DataPath,
    kept::{self, When},
    openapi::{self, Anything, Asked},
    problem::Problem,
    query::{self, policy},
};
use crate::{answers::Ask, collector::Collector, limits::SCREENED_LISTED};

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Query {
    /// Policy, `name`, `name@version` or a full reference
    policy: Option<String>,
    /// Moment to read as of, Unix ms; now where nothing is said
    #[serde(default, deserialize_with = "query::unix_ms")]
    #[param(schema_with = openapi::moment, required = false)]
    as_of: Option<u64>,
    /// Findings in the list
    #[param(schema_with = openapi::screened, required = false)]
    limit: Option<usize>,
    /// What was found a while ago will do; the next is worked out meanwhile
    #[serde(default)]
    #[param(required = false)]
    kept: bool,
}

/// Who was screened, why, and how much of what they sent
#[utoipa::path(
    get, path = "/v1/screen", tag = "datasets", security(("secret" = ["read"])), params(Query),
    responses((status = 200, description = "The screen's report", body = Anything), Asked)
)]
pub(super) async fn screen(
    reader: Reader,
    query: web::Query<Query>,
    collector: web::Data<Collector>,
    data: web::Data<DataPath>,
) -> Result<HttpResponse, Problem> {
    let policy = policy(&collector, query.policy.as_deref())?;
    let most = query.limit.unwrap_or(SCREENED_LISTED);
    if most > SCREENED_LISTED {
        return Err(Problem::too_many("limit", SCREENED_LISTED));
    }
    let when = When {
        kept: query.kept,
        as_of: query.as_of,
    };
    let ask = Ask::Screen { most };
    kept::answer(collector, data, (reader.0.id, policy), ask, when).await
}
