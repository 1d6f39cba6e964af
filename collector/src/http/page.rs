//! The operator's page: three embedded files that read the API with the cookie of
//! whoever signed in ([`super::login`]).

use actix_web::{
    HttpResponse,
    http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, LOCATION},
    web,
};

use super::{
    openapi::Missing,
    problem::{Kind, Problem},
};

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
    get, path = "/", tag = "files", security(()), responses((status = 200, description = "The operator's page", body = String, content_type = "text/html")),
    summary = "The operator's page", description = ""
)]
pub(super) async fn index() -> HttpResponse {
    file("text/html; charset=utf-8", include_str!("page/index.html"))
}

/// `GET /page/operator.js`.
#[utoipa::path(
    get, path = "/page/operator.js", tag = "files", security(()), responses((status = 200, description = "Its script", body = String, content_type = "text/javascript")),
    summary = "Its script", description = ""
)]
pub(super) async fn script() -> HttpResponse {
    file(
        "text/javascript; charset=utf-8",
        include_str!("page/operator.js"),
    )
}

/// `GET /page/operator.css`.
#[utoipa::path(
    get, path = "/page/operator.css", tag = "files", security(()), responses((status = 200, description = "Its style", body = String, content_type = "text/css")),
    summary = "Its style", description = ""
)]
pub(super) async fn style() -> HttpResponse {
    file("text/css; charset=utf-8", include_str!("page/operator.css"))
}

fn file(kind: &'static str, body: &'static str) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, kind))
        .insert_header((CONTENT_SECURITY_POLICY, POLICY))
        .insert_header((CACHE_CONTROL, "no-cache"))
        .insert_header(("referrer-policy", "no-referrer"))
        .body(body)
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
