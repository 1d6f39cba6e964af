//! `POST /v1/traces`: OTLP over HTTP. Answers are those of the protocol, errors too, in
//! the encoding of the request.

use actix_web::{
    HttpRequest, HttpResponse, ResponseError,
    http::{
        StatusCode,
        header::{CONTENT_TYPE, RETRY_AFTER},
    },
    web,
};

use super::{
    auth, body,
    observed::Code,
    openapi::{Anything, Raw, Spans},
    problem::{Kind, Problem},
};
use crate::{
    collector::Collector,
    control::{Project, scope::Scope},
    limits::TRACES_BODY_BYTES_MAX,
    otlp::{self, Encoding, Received, Rejected},
    wall::now_ms,
};

/// Takes spans; answers once they are durable.
#[utoipa::path(
    post, path = "/v1/traces", tag = "ingest", security(("secret" = ["ingest"])),
    request_body(description = "OTLP, an `ExportTraceServiceRequest`; gzip, br and zstd are read", content((Anything = "application/json"), (Raw = "application/x-protobuf"))),
    responses((status = 200, description = "Kept, but for what `partialSuccess` names", content((Anything = "application/json"), (Raw = "application/x-protobuf"))), Spans),
    summary = "Spans that tell of outputs", description = ""
)]
pub(super) async fn traces(
    request: HttpRequest,
    payload: web::Payload,
    collector: web::Data<Collector>,
) -> HttpResponse {
    let encoding = Encoding::of(body::content_type(&request));
    match take(&request, payload, collector, encoding).await {
        Ok((encoding, rejected)) => {
            let said = otlp::taken(encoding, rejected.count(), &rejected.message());
            answer(StatusCode::OK, encoding, said, None)
        }
        Err(problem) => {
            let status = problem.status_code();
            // Who sends what is not read is told so in what is read best.
            let encoding = encoding.unwrap_or(Encoding::Json);
            let said = otlp::refused(encoding, status.as_u16(), &problem.to_string());
            let mut answer = answer(status, encoding, said, problem.retry_after_s());
            let code = Code(problem.code().to_owned());
            answer.extensions_mut().insert(code);
            answer
        }
    }
}

fn answer(
    status: StatusCode,
    encoding: Encoding,
    said: Vec<u8>,
    retry_after_s: Option<u64>,
) -> HttpResponse {
    let mut response = HttpResponse::build(status);
    response.insert_header((CONTENT_TYPE, encoding.content_type()));
    if let Some(seconds) = retry_after_s {
        response.insert_header((RETRY_AFTER, seconds));
    }
    response.body(said)
}

async fn take(
    request: &HttpRequest,
    payload: web::Payload,
    collector: web::Data<Collector>,
    encoding: Option<Encoding>,
) -> Result<(Encoding, Rejected), Problem> {
    let project = auth::allowed(request, Scope::Ingest)?;
    let encoding = encoding.ok_or_else(|| {
        let detail = "send application/x-protobuf or application/json";
        Problem::new(Kind::ContentTypeUnsupported, detail)
    })?;
    let bytes = body::read(request, payload, TRACES_BODY_BYTES_MAX).await?;
    let place = collector.decoding.clone().try_acquire_owned();
    let place =
        place.map_err(|_| Problem::new(Kind::Overloaded, "too many requests with spans"))?;
    if collector.is_stopping() {
        return Err(Problem::new(Kind::ShuttingDown, "the collector is ending"));
    }
    web::block(move || {
        let _place = place;
        let received = received(&bytes, encoding, &project)?;
        Ok((encoding, keep(&collector, &project, received)?))
    })
    .await?
}

fn received(bytes: &[u8], encoding: Encoding, project: &Project) -> Result<Received, Problem> {
    otlp::receive(bytes, encoding, project, now_ms())
        .map_err(|error| Problem::malformed("body", error.to_string()))
}

fn keep(collector: &Collector, project: &Project, received: Received) -> Result<Rejected, Problem> {
    let Received {
        traces,
        mut rejected,
    } = received;
    let portions: Vec<_> = traces
        .iter()
        .map(|(trace, spans)| (trace.as_str(), spans.as_slice()))
        .collect();
    if portions.is_empty() {
        return Ok(rejected);
    }
    let settle_ms = collector.settle_ms;
    let kept = collector
        .store
        .keep_spans(project.id, now_ms(), settle_ms, &portions);
    let crowded = kept.map_err(|error| {
        tracing::error!(%error, "spans are not kept");
        Problem::new(Kind::StoreFailing, "the store could not be written")
    })?;
    for trace in crowded {
        rejected.crowd(traces.get(&trace).map_or(0, |spans| spans.len() as u64));
    }
    Ok(rejected)
}
