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
    dataset::{Filter, Format, Summary},
    export::{self, Request},
    label::{Labelled, State},
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
    let csv = match query.format.as_deref() {
        None | Some("ndjson") => false,
        Some("csv") => true,
        Some(_) => return Err(Problem::unsupported("format", "one of ndjson, csv")),
    };
    let state = match query.state.as_deref() {
        None => None,
        Some(name) => Some(State::from_name(name).ok_or_else(|| {
            let names: Vec<_> = State::ALL.into_iter().map(State::name).collect();
            Problem::unsupported("state", format!("one of {}", names.join(", ")))
        })?),
    };
    let policy = policy(query.policy.as_deref())?;
    settled(&collector).await;
    let request = query.request(&secret, Format::Labels)?;
    let (body, summary) = web::block(move || -> Result<_, Problem> {
        let (labels, summary) = export::labels(&*collector.store, &policy, state, &request)?;
        let body = if csv {
            to_csv(&labels)?
        } else {
            to_lines(&labels)
        };
        Ok((body, summary))
    })
    .await??;
    let kind = if csv {
        "text/csv; charset=utf-8"
    } else {
        NDJSON
    };
    Ok(answer(kind, &summary).body(body))
}

const NDJSON: &str = "application/x-ndjson";

fn to_lines(labels: &[Labelled]) -> Vec<u8> {
    let mut body = Vec::new();
    for label in labels {
        body.extend_from_slice(label.to_line().as_bytes());
        body.push(b'\n');
    }
    body
}

fn to_csv(labels: &[Labelled]) -> Result<Vec<u8>, Problem> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let written = writer.write_record(Labelled::csv_header()).and_then(|()| {
        labels
            .iter()
            .try_for_each(|label| writer.write_record(label.csv_record()))
    });
    let internal = |error: String| Problem::new(Kind::Internal, error);
    written.map_err(|error| internal(error.to_string()))?;
    writer
        .into_inner()
        .map_err(|error| internal(error.to_string()))
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
    let policy = policy(query.policy.as_deref())?;
    settled(&collector).await;
    let request = query.request(&secret, format)?;
    let export =
        web::block(move || export::dataset(&*collector.store, &policy, format, &request)).await??;
    let mut body = export.rows.join("\n");
    if !body.is_empty() {
        body.push('\n');
    }
    let file = format!("attachment; filename=\"{}.jsonl\"", format.name());
    Ok(answer(NDJSON, &export.summary)
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
