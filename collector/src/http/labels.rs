//! Labels and datasets, for machines.

use actix_web::{
    HttpResponse, HttpResponseBuilder,
    http::header::{CONTENT_DISPOSITION, CONTENT_TYPE},
    web,
};
use serde::Deserialize;

use super::{
    auth::Secret,
    problem::{Kind, Problem},
    query::{as_of, policy, settled, trust},
};
use crate::{
    collector::Collector,
    dataset::{
        Filter, Format, Summary,
        labels::{Form, WriteError, Writer},
    },
    export::{self, Request},
    label::State,
};

/// Tells what an export holds and what it left out, and why.
const SUMMARY: &str = "tacit-export";

#[derive(Deserialize)]
pub(super) struct Query {
    format: Option<String>,
    since: Option<u64>,
    until: Option<u64>,
    state: Option<String>,
    policy: Option<String>,
    as_of: Option<u64>,
    trust: Option<String>,
    #[serde(default)]
    mature_only: bool,
}

impl Query {
    fn request(&self, secret: &Secret, format: Format) -> Result<Request, Problem> {
        Ok(Request {
            project: secret.0.id,
            as_of: as_of(self.as_of),
            filter: Filter {
                since: self.since,
                until: self.until,
                mature_only: self.mature_only,
                trust: trust(self.trust.as_deref(), format.default_trust())?,
                ..Filter::of(format)
            },
        })
    }
}

/// `GET /v1/labels`.
pub(super) async fn labels(
    secret: Secret,
    query: web::Query<Query>,
    collector: web::Data<Collector>,
) -> Result<HttpResponse, Problem> {
    let form = match query.format.as_deref() {
        None | Some("ndjson") => Form::Ndjson,
        Some("csv") => Form::Csv,
        Some("parquet") => Form::Parquet,
        Some(_) => {
            let detail = "one of ndjson, csv, parquet";
            return Err(Problem::unsupported("format", detail));
        }
    };
    let state = match query.state.as_deref() {
        None => None,
        Some(name) => Some(State::from_name(name).ok_or_else(|| {
            let names: Vec<_> = State::ALL.into_iter().map(State::name).collect();
            Problem::unsupported("state", format!("one of {}", names.join(", ")))
        })?),
    };
    let policy = policy(&collector, query.policy.as_deref())?;
    settled(&collector).await;
    let request = query.request(&secret, Format::Labels)?;
    let (body, summary) = web::block(move || -> Result<_, Problem> {
        let (labels, summary) = export::labels(&*collector.store, &policy, state, &request)?;
        let mut writer = Writer::new(form, Vec::new())?;
        labels.iter().try_for_each(|label| writer.write(label))?;
        Ok((writer.finish()?, summary))
    })
    .await??;
    Ok(answer(media_type(form), &summary).body(body))
}

const fn media_type(form: Form) -> &'static str {
    match form {
        Form::Ndjson => "application/x-ndjson",
        Form::Csv => "text/csv; charset=utf-8",
        Form::Parquet => "application/vnd.apache.parquet",
    }
}

impl From<WriteError> for Problem {
    fn from(error: WriteError) -> Self {
        Self::new(Kind::Internal, error.to_string())
    }
}

/// `GET /v1/datasets/{name}`.
pub(super) async fn dataset(
    secret: Secret,
    name: web::Path<String>,
    query: web::Query<Query>,
    collector: web::Data<Collector>,
) -> Result<HttpResponse, Problem> {
    let Some(format) = Format::from_name(&name) else {
        let names: Vec<_> = Format::ALL.into_iter().map(Format::name).collect();
        let detail = format!("the datasets are {}", names.join(", "));
        return Err(Problem::new(Kind::NotFound, detail));
    };
    let policy = policy(&collector, query.policy.as_deref())?;
    settled(&collector).await;
    let request = query.request(&secret, format)?;
    let export =
        web::block(move || export::dataset(&*collector.store, &policy, format, &request)).await??;
    let file = format.name();
    let file = format!("attachment; filename=\"{file}.{}\"", format.extension());
    let body = export.write(Vec::new())?;
    Ok(answer(media_type(format.form()), &export.summary)
        .insert_header((CONTENT_DISPOSITION, file))
        .body(body))
}

fn answer(kind: &'static str, summary: &Summary) -> HttpResponseBuilder {
    let summary = serde_json::to_string(summary).unwrap_or_default();
    // Headers are ASCII.
    let summary: String = summary
        .chars()
        .map(|char| {
            if char.is_ascii_graphic() || char == ' ' {
                char
            } else {
                '?'
            }
        })
        .collect();
    let mut response = HttpResponse::Ok();
    response
        .insert_header((CONTENT_TYPE, kind))
        .insert_header((SUMMARY, summary));
    response
}
