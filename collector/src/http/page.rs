//! The [`dashboard`]'s files. They read the API with the cookie of whoever signed in
//! ([`super::login`]).

use actix_web::{
    HttpRequest, HttpResponse,
    http::header::{
        CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG, IF_NONE_MATCH, LOCATION,
        REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
    },
    web,
};

use super::{
    capture,
    openapi::{Internal, Missing, Raw},
    problem::{Kind, Problem},
};
use crate::dashboard::{self, File};

/// Nothing from elsewhere, nothing inline, nobody frames it.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; \
    connect-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; \
    frame-ancestors 'none'";

/// For what is made of people's texts: where it slipped through as markup, it could do
/// nothing with the session of whoever looks at it.
pub(super) const REPORT_POLICY: &str =
    "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:";

/// `GET /`.
#[utoipa::path(
    get, path = "/", tag = "files", security(()), responses((status = 200, description = "The dashboard", body = String, content_type = "text/html"), Internal),
    summary = "The dashboard", description = ""
)]
pub(super) async fn index(request: HttpRequest) -> Result<HttpResponse, Problem> {
    serve(&request, "index.html")
}

/// `GET /page/{file}`.
#[utoipa::path(
    get, path = "/page/{file}", tag = "files", security(()), params(("file" = String, Path, description = "Its name")), responses((status = 200, description = "The file", content((String = "text/javascript"), (String = "text/css"), (String = "text/html"), (Raw = "application/octet-stream"))), (status = 304, description = "It is the one that is known"), Missing),
    summary = "A file of the dashboard", description = ""
)]
pub(super) async fn file(
    request: HttpRequest,
    name: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    serve(&request, &name)
}

fn serve(request: &HttpRequest, name: &str) -> Result<HttpResponse, Problem> {
    let Some(File { bytes, tag }) = dashboard::file(name) else {
        return Err(Problem::new(Kind::NotFound, "no such file"));
    };
    let known = request.headers().get(IF_NONE_MATCH);
    let is_known = known.is_some_and(|known| known.as_bytes() == tag.as_bytes());
    let mut response = if is_known {
        HttpResponse::NotModified()
    } else {
        HttpResponse::Ok()
    };
    response
        .insert_header((CONTENT_TYPE, capture::mime(name)))
        .insert_header((CONTENT_SECURITY_POLICY, POLICY))
        // Asked for anew each time, so that no page mixes files of two versions.
        .insert_header((CACHE_CONTROL, "no-cache"))
        .insert_header((ETAG, tag))
        .insert_header((X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .insert_header((REFERRER_POLICY, "no-referrer"));
    if is_known {
        return Ok(response.finish());
    }
    Ok(response.body(bytes.into_owned()))
}

/// Where the demo is, if there is one.
pub(super) struct DemoUrl(pub(super) Option<String>);

/// Where the demo is
#[utoipa::path(
    get, path = "/demo", tag = "files", security(()), responses((status = 302, description = "Leads to the demo", headers(("location" = String))), Missing)
)]
pub(super) async fn demo_without_slash(url: web::Data<DemoUrl>) -> Result<HttpResponse, Problem> {
    demo(url).await
}

/// `GET /demo/`.
#[utoipa::path(
    get, path = "/demo/", tag = "files", security(()), responses((status = 302, description = "Leads to the demo", headers(("location" = String))), Missing),
    summary = "Where the demo is", description = ""
)]
pub(super) async fn demo(url: web::Data<DemoUrl>) -> Result<HttpResponse, Problem> {
    let Some(url) = &url.0 else {
        let detail = "start with --demo-url URL to lead there";
        return Err(Problem::new(Kind::NotFound, detail));
    };
    Ok(HttpResponse::Found()
        .insert_header((LOCATION, url.as_str()))
        .finish())
}

/// A page of the documentation
///
/// The demo serves it.
#[utoipa::path(
    get, path = "/docs/{page}", tag = "files", security(()), params(("page" = String, Path, description = "Its name; none for the list of all")), responses((status = 302, description = "Leads to the page", headers(("location" = String))), Missing)
)]
pub(super) async fn docs(
    name: web::Path<String>,
    url: web::Data<DemoUrl>,
) -> Result<HttpResponse, Problem> {
    let missing = |detail: &str| Problem::new(Kind::NotFound, detail);
    let Some(url) = &url.0 else {
        return Err(missing(
            "start with --demo-url URL to lead there; the pages are in demo-site/docs",
        ));
    };
    let is_plain = |char: char| char.is_ascii_lowercase() || char == '-';
    if !name.chars().all(is_plain) {
        return Err(missing("no such page"));
    }
    let to = format!("{}/docs/{name}", url.trim_end_matches('/'));
    Ok(HttpResponse::Found().insert_header((LOCATION, to)).finish())
}
