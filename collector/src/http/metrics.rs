//! `GET /metrics`: on the main address for who may read a project, which then is the only
//! one that is named; on an address of its own (`[metrics] listen`) for whoever reaches
//! it, with all projects.

use std::net::SocketAddr;

use actix_web::{App, HttpResponse, HttpServer, dev::Server, http::header::CONTENT_TYPE, web};

use super::{
    Site, auth::Reader, health, health::DataPath, nowhere, openapi::Keyed, problem::Problem,
    route::route,
};
use crate::{
    collector::Collector,
    control::ProjectId,
    metrics::{self, scrape},
    wall::now_ms,
};

/// With a key.
#[utoipa::path(
    get, path = "/metrics", tag = "operations", security(("secret" = ["read"])), responses((status = 200, description = "OpenMetrics text", body = String, content_type = "application/openmetrics-text"), Keyed),
    summary = "Metrics", description = ""
)]
pub(super) async fn own(
    reader: Reader,
    collector: web::Data<Collector>,
    data: web::Data<DataPath>,
) -> Result<HttpResponse, Problem> {
    answer(collector, data, Some(reader.0.id)).await
}

/// Without.
async fn all(
    collector: web::Data<Collector>,
    data: web::Data<DataPath>,
) -> Result<HttpResponse, Problem> {
    answer(collector, data, None).await
}

async fn answer(
    collector: web::Data<Collector>,
    data: web::Data<DataPath>,
    named: Option<ProjectId>,
) -> Result<HttpResponse, Problem> {
    let scraped = web::block(move || scrape(&collector, &data.0, named, now_ms())).await??;
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, metrics::CONTENT_TYPE))
        .body(scraped))
}

/// Binds the address of their own and starts; the caller stops it. One thread: a scrape
/// every some seconds is all that comes.
pub fn serve_metrics(
    collector: web::Data<Collector>,
    site: Site,
    listen: SocketAddr,
) -> std::io::Result<(Server, SocketAddr)> {
    let server = HttpServer::new(move || {
        App::new()
            .app_data(collector.clone())
            .app_data(site.data.clone())
            .service(route("/metrics").get(all).done())
            .service(route("/healthz").get(health::healthz).done())
            .service(route("/readyz").get(health::readyz).done())
            .default_service(web::to(nowhere))
    })
    .workers(1)
    .disable_signals()
    .bind(listen)?;
    let address = server.addrs().first().copied().unwrap_or(listen);
    Ok((server.run(), address))
}
