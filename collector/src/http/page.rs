//! The operator's page: three embedded files that read the API.

use actix_web::{
    HttpResponse,
    http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, LOCATION},
    web,
};

use super::problem::{Kind, Problem};

/// Nothing from elsewhere, nothing inline, nobody frames it.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; \
    connect-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; \
    frame-ancestors 'none'";

/// `GET /`.
pub(super) async fn index() -> HttpResponse {
    file("text/html; charset=utf-8", include_str!("page/index.html"))
}

/// `GET /page/operator.js`.
pub(super) async fn script() -> HttpResponse {
    file(
        "text/javascript; charset=utf-8",
        include_str!("page/operator.js"),
    )
}

/// `GET /page/operator.css`.
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

/// `GET /demo/`.
pub(super) async fn demo(url: web::Data<DemoUrl>) -> Result<HttpResponse, Problem> {
    let Some(url) = &url.0 else {
        let detail = "start with --demo-url URL to lead there";
        return Err(Problem::new(Kind::NotFound, detail));
    };
    Ok(HttpResponse::Found()
        .insert_header((LOCATION, url.as_str()))
        .finish())
}
