//! Every request, seen from outside its handler: it gets a name, is counted and, where
//! that is of use, leaves a line in the log.
//!
//! What is written down is the route's pattern, never the path, the query, an address or
//! a header but the request's name: ids, keys and texts are in all of those.

use std::{
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::{Duration, Instant},
};

use actix_web::{
    Error, HttpMessage,
    body::{BodySize, MessageBody},
    dev::{ServiceRequest, ServiceResponse},
    http::{Method, header::CONTENT_LENGTH},
    middleware::Next,
    web::{Bytes, Data},
};
use pin_project_lite::pin_project;
use tracing::Instrument;

use super::{
    request_id::{CURRENT, HEADER, RequestId},
    route::Pattern,
};
use crate::{
    collector::Collector,
    control::Project,
    logging::request::{self, Line},
    metrics::http::NO_ROUTE,
};

/// What a client gets that does not wait for its answer; as other servers write it.
const CLIENT_LEFT: u16 = 499;

/// Whose request it is: put into the request where its key is looked at.
pub(super) struct Whose(pub(super) Arc<Project>);

/// The code of the problem that is the answer.
pub(super) struct Code(pub(super) String);

/// Wraps all handlers.
pub(super) async fn observed(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<Told<impl MessageBody>>, Error> {
    let (id, trace) = RequestId::of(request.headers());
    let collector = request.app_data::<Data<Collector>>().cloned();
    if let Some(collector) = &collector {
        collector.metrics.http.begun();
    }
    let announced = request.headers().get(CONTENT_LENGTH);
    let announced = announced.and_then(|value| value.to_str().ok()?.parse().ok());
    let mut seen = Seen {
        collector,
        began: Instant::now(),
        method: request.method().clone(),
        route: NO_ROUTE,
        status: CLIENT_LEFT,
        received: announced,
        sent: 0,
        project: None,
        code: None,
        id: id.clone(),
        trace,
    };
    // Who hangs up meanwhile drops this future, and `seen` with it.
    // What its handler writes down is found by its name; of batches there are too many to
    // prepare for that.
    let span = if request::is_ingest(request.path()) {
        tracing::Span::none()
    } else {
        tracing::error_span!("request", request_id = id.as_str())
    };
    let answered = CURRENT
        .scope(id.clone(), next.call(request))
        .instrument(span)
        .await;
    let mut response = match answered {
        Ok(response) => response,
        Err(error) => {
            seen.status = error.as_response_error().status_code().as_u16();
            return Err(error);
        }
    };
    if let Some(value) = id.header() {
        response.headers_mut().insert(HEADER, value);
    }
    let asked = response.request();
    seen.route = asked
        .app_data::<Pattern>()
        .map_or(NO_ROUTE, |pattern| pattern.0);
    seen.project = asked
        .extensions()
        .get::<Whose>()
        .map(|whose| Arc::clone(&whose.0));
    seen.code = response
        .response()
        .extensions()
        .get::<Code>()
        .map(|code| code.0.clone());
    let status = response.status().as_u16();
    Ok(response.map_body(|_, body| {
        // Until its last byte is gone the client may still leave; what has no body is gone.
        let is_empty = matches!(body.size(), BodySize::None | BodySize::Sized(0));
        if is_empty || seen.method == Method::HEAD {
            seen.status = status;
        }
        Told { body, status, seen }
    }))
}

/// A request until it ends, whichever way.
struct Seen {
    collector: Option<Data<Collector>>,
    began: Instant,
    method: Method,
    route: &'static str,
    status: u16,
    received: Option<u64>,
    sent: u64,
    project: Option<Arc<Project>>,
    code: Option<String>,
    id: RequestId,
    trace: Option<String>,
}

impl Drop for Seen {
    fn drop(&mut self) {
        let took = self.began.elapsed();
        let method = self.method.as_str();
        if let Some(collector) = &self.collector {
            let meter = &collector.metrics.http;
            meter.ended(self.route, method, self.status, took);
        }
        self.tell(took);
    }
}

impl Seen {
    fn tell(&self, took: Duration) {
        request::tell(&Line {
            request_id: self.id.as_str(),
            trace_id: self.trace.as_deref(),
            method: self.method.as_str(),
            route: self.route,
            status: self.status,
            took,
            bytes_in: self.received,
            // What is asked for without its body is made, and not sent.
            bytes_out: if self.method == Method::HEAD {
                0
            } else {
                self.sent
            },
            project: self.project.as_ref().map(|project| project.name.as_str()),
            code: self.code.as_deref(),
        });
    }
}

pin_project! {
    /// The body of an answer, told about once it is gone.
    pub(super) struct Told<B> {
        #[pin]
        body: B,
        status: u16,
        seen: Seen,
    }
}

impl<B: MessageBody> MessageBody for Told<B> {
    type Error = B::Error;

    fn size(&self) -> BodySize {
        self.body.size()
    }

    fn poll_next(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, Self::Error>>> {
        let this = self.project();
        let size = this.body.size();
        let polled = this.body.poll_next(context);
        match &polled {
            Poll::Ready(Some(Ok(bytes))) => {
                this.seen.sent += bytes.len() as u64;
                if size == BodySize::Sized(this.seen.sent) {
                    this.seen.status = *this.status;
                }
            }
            Poll::Ready(None) => this.seen.status = *this.status,
            _ => {}
        }
        polled
    }
}
