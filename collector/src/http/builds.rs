//! Builds: asking for one, looking after it, taking its files.

use actix_web::{
    HttpRequest, HttpResponse,
    http::{
        StatusCode,
        header::{CONTENT_DISPOSITION, CONTENT_SECURITY_POLICY, CONTENT_TYPE, LOCATION},
    },
    web,
};
use serde_json::{Value, json};

use super::{
    auth::Reader,
    body,
    openapi::{Anything, Bodies, BuildMade, BuildOrder, Builds as BuildsTold, Found, Keyed, Raw},
    page::REPORT_POLICY,
    problem::{Kind, Problem},
    query::{policy, settled},
    stream,
};
use crate::{
    builds::{Build, Moment, Order, State, Untaken},
    collector::Collector,
    dataset::Format,
    limits::BUILD_BODY_BYTES_MAX,
    wall::now_ms,
};

/// Content types of the one JSON object.
const CONTENT_TYPES: [&str; 2] = ["application/json", "text/plain"];

/// `POST /v1/datasets/builds`: takes a build; 202 until it is done, then 200.
#[utoipa::path(
    post, path = "/v1/datasets/builds", tag = "datasets", security(("secret" = ["read"])),
    request_body(content((BuildOrder = "application/json"), (String = "text/plain"))),
    responses((status = 200, description = "It is made already", headers(("location" = String)), body = BuildMade), (status = 202, description = "It will be made", headers(("location" = String)), body = BuildMade), Bodies),
    summary = "Order a build", description = ""
)]
pub(super) async fn submit(
    reader: Reader,
    request: HttpRequest,
    payload: web::Payload,
    collector: web::Data<Collector>,
) -> Result<HttpResponse, Problem> {
    let bytes = body::read(&request, payload, BUILD_BODY_BYTES_MAX).await?;
    body::check_content_type(&request, &CONTENT_TYPES)?;
    let mut order: Order = serde_json::from_slice(&bytes)
        .map_err(|error| Problem::malformed("json", error.to_string()))?;
    check(&order)?;
    let policy = policy(&collector, order.policy.as_deref())?;
    // What was acknowledged by the moment it is a build of has to be in it.
    settled(&collector).await;
    let now = now_ms();
    let Moment(as_of) = *order.as_of.get_or_insert(Moment(now));
    if as_of > now {
        let detail = "it is in the future: what it sees may still change";
        return Err(Problem::unsupported("as_of", detail));
    }
    let build =
        web::block(move || collector.builds.submit(reader.0.id, &policy, order, now)).await??;
    let status = match build.state {
        State::Done(_) => StatusCode::OK,
        _ => StatusCode::ACCEPTED,
    };
    Ok(HttpResponse::build(status)
        .insert_header((LOCATION, format!("/v1/datasets/builds/{}", build.id)))
        .json(whole(&build)))
}

fn check(order: &Order) -> Result<(), Problem> {
    let format = Format::from_name(&order.format).filter(|format| format.has_rows());
    if format.is_none() {
        let names = Format::ALL.into_iter().filter(|format| format.has_rows());
        let names: Vec<_> = names.map(Format::name).collect();
        let detail = format!("one of {}", names.join(", "));
        return Err(Problem::unsupported("format", detail));
    }
    let shares = [
        ("split", order.split),
        ("min_confidence", order.min_confidence),
    ];
    for (field, share) in shares {
        if share.is_some_and(|share| !(0..=1_000).contains(&share.thousandths())) {
            return Err(Problem::unsupported(field, "a number from 0 to 1"));
        }
    }
    if let (Some(Moment(from)), Some(Moment(to))) = (order.from, order.to)
        && from >= to
    {
        return Err(Problem::unsupported("to", "it is not after from"));
    }
    if order.split_by.is_some() && order.split.is_none() {
        return Err(Problem::unsupported("split_by", "it needs a split"));
    }
    Ok(())
}

/// `GET /v1/datasets/builds`: the latest request first.
#[utoipa::path(
    get, path = "/v1/datasets/builds", tag = "datasets", security(("secret" = ["read"])), responses((status = 200, description = "Builds, the latest request first", body = BuildsTold), Keyed),
    summary = "Builds", description = ""
)]
pub(super) async fn list(
    reader: Reader,
    collector: web::Data<Collector>,
) -> Result<HttpResponse, Problem> {
    let builds = web::block(move || collector.builds.all(reader.0.id)).await?;
    let builds: Vec<_> = builds.iter().map(short).collect();
    Ok(HttpResponse::Ok().json(json!({"builds": builds})))
}

/// `GET /v1/datasets/builds/{id}`.
#[utoipa::path(
    get, path = "/v1/datasets/builds/{id}", tag = "datasets", security(("secret" = ["read"])), params(("id" = String, Path, description = "Its id")),
    responses((status = 200, description = "How far it is", body = BuildMade), Found),
    summary = "One build", description = ""
)]
pub(super) async fn one(
    reader: Reader,
    id: web::Path<String>,
    collector: web::Data<Collector>,
) -> Result<HttpResponse, Problem> {
    let build = web::block(move || collector.builds.one(reader.0.id, &id)).await?;
    let build = build.ok_or_else(|| Problem::new(Kind::NotFound, "no such build"))?;
    Ok(HttpResponse::Ok().json(whole(&build)))
}

/// `GET /v1/datasets/builds/{id}/{file}`.
#[utoipa::path(
    get, path = "/v1/datasets/builds/{id}/{file}", tag = "datasets", security(("secret" = ["read"])), params(("id" = String, Path, description = "The build's id"), ("file" = String, Path, description = "Name of a file of its manifest")),
    responses((status = 200, description = "The file", content((String = "application/x-ndjson"), (Anything = "application/json"), (Raw = "application/vnd.apache.parquet"), (String = "text/markdown"), (String = "text/html"), (String = "text/plain"), (Raw = "application/octet-stream"))), Found),
    summary = "A file of a build", description = ""
)]
pub(super) async fn file(
    reader: Reader,
    path: web::Path<(String, String)>,
    collector: web::Data<Collector>,
) -> Result<HttpResponse, Problem> {
    let (id, name) = path.into_inner();
    let none = || Problem::new(Kind::NotFound, "no such file in a build that is done");
    let kind = media_type(&name);
    let base = name.rsplit('/').next().unwrap_or_default();
    // A report is looked at, in the sandbox its policy puts it into.
    let how = if base.ends_with(".html") {
        "inline"
    } else {
        "attachment"
    };
    let disposition = format!("{how}; filename=\"{base}\"");
    let (file, bytes) = web::block(move || {
        let path = collector.builds.file(reader.0.id, &id, &name)?;
        let file = std::fs::File::open(path).ok()?;
        let bytes = file.metadata().ok()?.len();
        Some((file, bytes))
    })
    .await?
    .ok_or_else(none)?;
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, kind))
        .insert_header((CONTENT_DISPOSITION, disposition))
        .insert_header((CONTENT_SECURITY_POLICY, REPORT_POLICY))
        .body(stream::of_file(file, bytes)))
}

fn media_type(name: &str) -> &'static str {
    match name.rsplit('.').next() {
        Some("jsonl") => "application/x-ndjson",
        Some("json") => "application/json",
        Some("parquet") => "application/vnd.apache.parquet",
        Some("md") => "text/markdown; charset=utf-8",
        Some("html") => "text/html; charset=utf-8",
        Some("yaml" | "py") => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

fn short(build: &Build) -> Value {
    let order = &build.requested.order;
    let mut short = json!({
        "id": build.id,
        "state": build.state.name(),
        "format": order.format,
        "policy": build.requested.policy,
        "as_of": order.as_of,
        "requested_at": build.requested.at,
    });
    if let State::Done(manifest) = &build.state {
        short["rows"] = manifest.counts.rows.into();
        short["previous"] = json!(manifest.inputs.previous);
    }
    short
}

fn whole(build: &Build) -> Value {
    let mut whole = short(build);
    whole["request"] = json!(build.requested.order);
    match &build.state {
        State::Waiting(ahead) => whole["ahead"] = json!(ahead),
        State::Running(progress) => whole["progress"] = json!(progress),
        State::Done(manifest) => whole["manifest"] = json!(manifest),
        State::Failed(error) => whole["error"] = json!(error),
    }
    whole
}

impl From<Untaken> for Problem {
    fn from(untaken: Untaken) -> Self {
        match untaken {
            Untaken::Full => Self::new(Kind::Overloaded, untaken.to_string()),
            Untaken::Io(error) => {
                tracing::error!(%error, "a build was not taken");
                Self::new(Kind::Internal, "the request could not be kept")
            }
        }
    }
}
