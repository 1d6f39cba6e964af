//! Labels and datasets, for machines.

use std::io::{BufWriter, Seek};

use actix_web::{
    HttpResponse,
    http::header::{CONTENT_DISPOSITION, CONTENT_TYPE},
    web,
};
use serde::Deserialize;
use utoipa::IntoParams;

use super::{
    auth::Reader,
    health::DataPath,
    openapi::{self, Asked, Found, Raw},
    problem::{Kind, Problem},
    query::{self, as_of, confidence, policy, settled, trust},
    stream,
};
use crate::{
    collector::Collector,
    dataset::{ExportError, Filter, Format, Summary, Wanted, labels::Form},
    export::{self, SEED, export},
    label::Policy,
};

/// Tells what an export holds and what it left out, and why.
const SUMMARY: &str = "tacit-export";

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Query {
    /// Form of the answer
    #[param(schema_with = openapi::label_format, required = false)]
    format: Option<String>,
    /// Outputs shown at or after, Unix ms
    #[param(schema_with = openapi::moment, required = false)]
    #[serde(alias = "from", default, deserialize_with = "query::unix_ms")]
    since: Option<u64>,
    /// Outputs shown before, Unix ms
    #[param(schema_with = openapi::moment, required = false)]
    #[serde(alias = "to", default, deserialize_with = "query::unix_ms")]
    until: Option<u64>,
    /// Only of this state
    #[param(schema_with = openapi::state, required = false)]
    state: Option<String>,
    /// Policy, `name`, `name@version` or a full reference
    policy: Option<String>,
    /// Moment to read as of, Unix ms; now where nothing is said
    #[param(schema_with = openapi::moment, required = false)]
    #[serde(default, deserialize_with = "query::unix_ms")]
    as_of: Option<u64>,
    /// Least trust
    #[param(schema_with = openapi::trust, required = false)]
    trust: Option<String>,
    /// Least confidence
    #[param(schema_with = openapi::confidence, required = false)]
    min_confidence: Option<f64>,
    /// Replace what looks like personal data; true where nothing is said
    redact: Option<bool>,
    /// Only labels that nothing can change any more
    #[serde(default)]
    mature_only: bool,
}

/// What a dataset may be asked for; the format is its name.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "the same fields are read with `Query`")]
struct DatasetQuery {
    /// Outputs shown at or after, Unix ms
    #[param(schema_with = openapi::moment, required = false)]
    since: Option<u64>,
    /// Outputs shown before, Unix ms
    #[param(schema_with = openapi::moment, required = false)]
    until: Option<u64>,
    /// Policy, `name`, `name@version` or a full reference
    policy: Option<String>,
    /// Moment to read as of, Unix ms; now where nothing is said
    #[param(schema_with = openapi::moment, required = false)]
    as_of: Option<u64>,
    /// Least trust
    #[param(schema_with = openapi::trust, required = false)]
    trust: Option<String>,
    /// Least confidence
    #[param(schema_with = openapi::confidence, required = false)]
    min_confidence: Option<f64>,
    /// Replace what looks like personal data; true where nothing is said
    redact: Option<bool>,
    /// Only labels that nothing can change any more
    mature_only: Option<bool>,
}

impl Query {
    fn wanted(&self, format: Format) -> Result<Wanted, Problem> {
        Ok(Wanted {
            format,
            filter: Filter {
                since: self.since,
                until: self.until,
                mature_only: self.mature_only,
                trust: trust(self.trust.as_deref(), format.default_trust())?,
                min_confidence: confidence(self.min_confidence)?,
                redact: self.redact.unwrap_or(true),
            },
            state: None,
            as_of: as_of(self.as_of),
            seed: SEED,
        })
    }
}

/// `GET /v1/labels`.
#[utoipa::path(
    get, path = "/v1/labels", tag = "datasets", security(("secret" = ["read"])), params(Query),
    responses((status = 200, description = "One label a line or row", headers(("tacit-export" = String, description = "What it holds and what it left out")), content((String = "application/x-ndjson"), (String = "text/csv"), (Raw = "application/vnd.apache.parquet"))), Asked),
    summary = "Labels", description = ""
)]
pub(super) async fn labels(
    reader: Reader,
    query: web::Query<Query>,
    collector: web::Data<Collector>,
    data: web::Data<DataPath>,
) -> Result<HttpResponse, Problem> {
    let format = match query.format.as_deref() {
        None | Some("ndjson") => Format::Labels,
        Some("csv") => Format::LabelsCsv,
        Some("parquet") => Format::LabelsParquet,
        Some(_) => {
            let detail = "one of ndjson, csv, parquet";
            return Err(Problem::unsupported("format", detail));
        }
    };
    let state = query.state.as_deref().map(query::state).transpose()?;
    let policy = policy(&collector, query.policy.as_deref())?;
    settled(&collector).await;
    let wanted = Wanted {
        state,
        ..query.wanted(format)?
    };
    answer(reader, collector, data, policy, wanted, None).await
}

const fn media_type(form: Form) -> &'static str {
    match form {
        Form::Ndjson => "application/x-ndjson",
        Form::Csv => "text/csv; charset=utf-8",
        Form::Parquet => "application/vnd.apache.parquet",
    }
}

/// `GET /v1/datasets/{name}`.
#[utoipa::path(
    get, path = "/v1/datasets/{name}", tag = "datasets", security(("secret" = ["read"])),
    params(("name" = String, Path, description = "Format of the rows"), DatasetQuery),
    responses((status = 200, description = "One row a line", headers(("tacit-export" = String, description = "What it holds and what it left out")), content((String = "application/x-ndjson"), (String = "text/csv"), (Raw = "application/vnd.apache.parquet"))), Found),
    summary = "Training data", description = ""
)]
pub(super) async fn dataset(
    reader: Reader,
    name: web::Path<String>,
    query: web::Query<Query>,
    collector: web::Data<Collector>,
    data: web::Data<DataPath>,
) -> Result<HttpResponse, Problem> {
    let Some(format) = Format::from_name(&name) else {
        let names: Vec<_> = Format::ALL.into_iter().map(Format::name).collect();
        let detail = format!("the datasets are {}", names.join(", "));
        return Err(Problem::new(Kind::NotFound, detail));
    };
    let policy = policy(&collector, query.policy.as_deref())?;
    settled(&collector).await;
    let wanted = query.wanted(format)?;
    let file = format.name();
    let file = format!("attachment; filename=\"{file}.{}\"", format.extension());
    answer(reader, collector, data, policy, wanted, Some(file)).await
}

/// The whole file is made before the first byte leaves: only then is it known what
/// it holds, which the header says, and whether there is one at all. It is made on
/// the disk and sent as fast as the client takes it.
async fn answer(
    reader: Reader,
    collector: web::Data<Collector>,
    data: web::Data<DataPath>,
    policy: Policy,
    wanted: Wanted,
    disposition: Option<String>,
) -> Result<HttpResponse, Problem> {
    let (file, bytes, summary) = web::block(move || -> Result<_, Problem> {
        let file = export::nameless(&data.0).map_err(ExportError::from)?;
        let out = BufWriter::new(file);
        let store = &*collector.store;
        let (out, summary) = export(store, &policy, reader.0.id, wanted, &data.0, out)?;
        let mut file = out
            .into_inner()
            .map_err(|error| ExportError::from(error.into_error()))?;
        let bytes = file.stream_position().map_err(ExportError::from)?;
        file.rewind().map_err(ExportError::from)?;
        Ok((file, bytes, summary))
    })
    .await??;
    let mut response = HttpResponse::Ok();
    response
        .insert_header((CONTENT_TYPE, media_type(wanted.format.form())))
        .insert_header((SUMMARY, header(&summary)));
    if let Some(disposition) = disposition {
        response.insert_header((CONTENT_DISPOSITION, disposition));
    }
    Ok(response.body(stream::of_file(file, bytes)))
}

/// The summary in ASCII, as headers are.
fn header(summary: &Summary) -> String {
    let summary = serde_json::to_string(summary).unwrap_or_default();
    let ascii = |char: char| char.is_ascii_graphic() || char == ' ';
    summary
        .chars()
        .map(|char| if ascii(char) { char } else { '?' })
        .collect()
}

impl From<ExportError> for Problem {
    fn from(error: ExportError) -> Self {
        tracing::error!(%error, "an export failed");
        Self::new(Kind::Internal, "the export could not be made")
    }
}
