//! `GET /v1/assign`: who is in which arm, for servers that would rather ask than hash.

use actix_web::{HttpResponse, web};
use serde::{Deserialize, Serialize};
use tacit_signals::{Id, assignment::assign};
use utoipa::IntoParams;

use super::{
    auth::Reader,
    openapi::{self, Assigned, Found},
    problem::{Kind, Problem},
};
use crate::{experiment::Told, wall::now_ms};

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Query {
    /// The experiment
    experiment: String,
    /// The person, as the site names them
    #[param(pattern = "^[!-~]{1,128}$")]
    subject: String,
    /// Kind of the id
    #[param(schema_with = openapi::kind_of_person, required = false)]
    kind: Option<String>,
}

#[derive(Serialize)]
struct Answer<'a> {
    #[serde(flatten)]
    told: Told<'a>,
    /// Only said of one in which nobody takes part now.
    #[serde(skip_serializing_if = "is_true")]
    running: bool,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "what serde calls")]
fn is_true(value: &bool) -> bool {
    *value
}

/// The arm of a person. That of an experiment which has ended is still the same.
#[utoipa::path(
    get, path = "/v1/assign", tag = "experiments", security(("secret" = ["read"])), params(Query),
    responses((status = 200, description = "The arm", body = Assigned), Found),
    summary = "The arm of a person", description = ""
)]
pub(super) async fn one(reader: Reader, query: web::Query<Query>) -> Result<HttpResponse, Problem> {
    let Query {
        experiment,
        subject,
        kind,
    } = query.into_inner();
    check_kind(kind.as_deref())?;
    let subject = Id::parse("subject", &subject)?;
    let project = reader.0;
    let found = project
        .experiment(&experiment)
        .ok_or_else(|| Problem::new(Kind::NotFound, "no such experiment was declared"))?;
    Ok(HttpResponse::Ok().json(Answer {
        told: assign(&found.plan, subject.as_str()).into(),
        running: found.runs_at(now_ms()),
    }))
}

/// The kind changes nothing: only people are assigned, and these are people.
fn check_kind(kind: Option<&str>) -> Result<(), Problem> {
    match kind {
        None | Some("app" | "visitor") => Ok(()),
        Some("session") => Err(Problem::unsupported(
            "kind",
            "a session is no person and in no arm: the same person would be in another one with every page",
        )),
        Some(_) => Err(Problem::unsupported("kind", "one of app, visitor")),
    }
}
