//! What pages elsewhere may read.

use actix_web::{
    HttpRequest, HttpResponse,
    http::header::{
        ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
        ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, HeaderValue, ORIGIN, VARY,
    },
};

/// The page's origin, where the browser named it. What is no text is no origin that any
/// key allows, rather than none.
pub(super) fn origin(request: &HttpRequest) -> Option<&str> {
    let mut headers = request.headers().get_all(ORIGIN);
    let first = headers.next()?;
    if headers.next().is_some() {
        return Some(NONE);
    }
    Some(first.to_str().unwrap_or(NONE))
}

/// No browser sends this.
const NONE: &str = "?";

/// Lets the page read the answer. Errors as well, whoever asks: the client has to
/// tell what to try again, and they say nothing a stranger could not learn
/// without a browser. Never with credentials, so no cookie is ever involved.
pub(super) fn expose(request: &HttpRequest, response: &mut HttpResponse) {
    let headers = response.headers_mut();
    headers.insert(VARY, HeaderValue::from_static("origin"));
    if let Some(origin) = request.headers().get(ORIGIN) {
        headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
        headers.insert(
            ACCESS_CONTROL_EXPOSE_HEADERS,
            HeaderValue::from_static("retry-after"),
        );
    }
}

/// What browsers ask before they send JSON
#[utoipa::path(
    options, path = "/c", tag = "ingest", security(()), responses((status = 204, description = "What may be sent")),
    summary = "What browsers ask before they send JSON", description = ""
)]
pub(super) async fn preflight_at_c(request: HttpRequest) -> HttpResponse {
    preflight(request).await
}

/// Answers a preflight. Our client never causes one; others that set a content
/// type do.
#[utoipa::path(
    options, path = "/v1/events", tag = "ingest", security(()), responses((status = 204, description = "What may be sent")),
    summary = "What browsers ask before they send JSON", description = ""
)]
pub(super) async fn preflight(request: HttpRequest) -> HttpResponse {
    let mut response = HttpResponse::NoContent()
        .insert_header((ACCESS_CONTROL_ALLOW_METHODS, "POST"))
        .insert_header((ACCESS_CONTROL_ALLOW_HEADERS, "content-type"))
        .insert_header((ACCESS_CONTROL_MAX_AGE, "86400"))
        .finish();
    expose(&request, &mut response);
    response
}
