//! The API. Handlers are thin: they read a request, ask the [`Collector`], and
//! say what came of it. What a handler needs to be allowed stands in its
//! signature (`auth::Secret`).

mod assign;
mod auth;
mod body;
mod brief;
mod builds;
mod capture;
mod cors;
mod erasures;
mod experiments;
mod health;
mod ingest;
mod labels;
mod ledger;
mod lines;
mod outputs;
mod page;
mod problem;
mod query;
mod readout;
mod releases;
mod signals;
mod stream;
#[cfg(test)]
mod tests;
mod traces;
mod verify;
mod watch;

use std::time::Duration;

use actix_web::{
    App, HttpResponse, HttpServer, dev::Server, error::QueryPayloadError,
    http::header::X_CONTENT_TYPE_OPTIONS, middleware::DefaultHeaders, web,
};

pub use problem::Problem;

use self::{capture::CaptureDir, health::DataPath, page::DemoUrl, problem::Kind};
use crate::{collector::Collector, config::Config};

/// Time a client has to send a request's head; slow ones hold nothing but a socket.
const HEAD_TIMEOUT: Duration = Duration::from_secs(10);
const KEEP_ALIVE: Duration = Duration::from_secs(75);
/// Seconds that requests under way have left at a shutdown.
const SHUTDOWN_SECONDS: u64 = 10;

/// What the routes need besides the collector.
#[derive(Clone)]
pub struct Site {
    data: web::Data<DataPath>,
    capture: web::Data<CaptureDir>,
    demo: web::Data<DemoUrl>,
}

impl Site {
    /// From the configuration.
    #[must_use]
    pub fn new(config: &Config) -> Self {
        Self {
            data: web::Data::new(DataPath(config.data.clone())),
            capture: web::Data::new(CaptureDir(config.capture.clone())),
            demo: web::Data::new(DemoUrl(config.demo_url.clone())),
        }
    }
}

/// All routes.
pub fn routes(collector: web::Data<Collector>, site: Site) -> impl FnOnce(&mut web::ServiceConfig) {
    move |config| {
        config
            .app_data(collector)
            .app_data(site.data)
            .app_data(site.capture)
            .app_data(site.demo)
            .app_data(web::QueryConfig::default().error_handler(|error, _| query(&error).into()));
        for path in ["/c", "/v1/events"] {
            config.service(
                resource(path)
                    .route(web::post().to(ingest::events))
                    .route(web::method(actix_web::http::Method::OPTIONS).to(cors::preflight)),
            );
        }
        config
            .service(resource("/v1/signals").route(web::post().to(signals::signals)))
            .service(
                resource("/v1/outputs")
                    .route(web::post().to(outputs::register))
                    .route(web::get().to(outputs::list)),
            )
            .service(resource("/v1/traces").route(web::post().to(traces::traces)))
            .service(resource("/v1/outputs/{id:.+}").route(web::get().to(outputs::one)))
            .service(resource("/v1/labels").route(web::get().to(labels::labels)))
            .service(
                resource("/v1/datasets/builds")
                    .route(web::post().to(builds::submit))
                    .route(web::get().to(builds::list)),
            )
            .service(resource("/v1/datasets/builds/{id}").route(web::get().to(builds::one)))
            .service(
                resource("/v1/datasets/builds/{id}/{file:.+}").route(web::get().to(builds::file)),
            )
            .service(resource("/v1/datasets/{name}").route(web::get().to(labels::dataset)))
            .service(resource("/v1/brief").route(web::get().to(brief::brief)))
            .service(
                resource("/v1/releases")
                    .route(web::post().to(releases::add))
                    .route(web::get().to(releases::list)),
            )
            .service(
                resource("/v1/experiments")
                    .route(web::post().to(experiments::declare))
                    .route(web::get().to(experiments::list)),
            )
            .service(resource("/v1/experiments/{name}").route(web::get().to(experiments::one)))
            .service(resource("/v1/experiments/{name}/readout").route(web::get().to(readout::read)))
            .service(resource("/v1/experiments/{name}/end").route(web::post().to(experiments::end)))
            .service(resource("/v1/assign").route(web::get().to(assign::one)))
            .service(resource("/v1/capture-rate").route(web::get().to(watch::capture_rate)))
            .service(resource("/v1/guardrails").route(web::get().to(watch::guardrails)))
            .service(resource("/v1/verify").route(web::get().to(verify::everybody)))
            .service(resource("/v1/verify/{name}").route(web::get().to(verify::one)))
            .service(resource("/v1/subjects/{id:.+}").route(web::delete().to(erasures::ask)))
            .service(resource("/v1/erasures").route(web::get().to(erasures::list)))
            .service(resource("/v1/erasures/{job}").route(web::get().to(erasures::one)))
            .service(resource("/v1/ledger").route(web::get().to(ledger::ledger)))
            .service(resource("/v1/overview").route(web::get().to(ledger::overview)))
            .service(
                resource("/healthz")
                    .route(web::get().to(health::healthz))
                    .route(web::head().to(health::healthz)),
            )
            .service(
                resource("/readyz")
                    .route(web::get().to(health::readyz))
                    .route(web::head().to(health::readyz)),
            )
            .service(resource("/").route(web::get().to(page::index)))
            .service(resource("/page/operator.js").route(web::get().to(page::script)))
            .service(resource("/page/operator.css").route(web::get().to(page::style)))
            .service(resource("/demo/").route(web::get().to(page::demo)))
            .service(resource("/demo").route(web::get().to(page::demo)))
            .service(
                resource("/capture/{path:.*}")
                    .route(web::get().to(capture::file))
                    .route(web::head().to(capture::file)),
            )
            .default_service(web::to(nowhere));
    }
}

fn resource(path: &str) -> actix_web::Resource {
    web::resource(path).default_service(web::to(no_method))
}

async fn nowhere() -> Result<HttpResponse, Problem> {
    Err(Problem::new(Kind::NotFound, "no such path"))
}

async fn no_method() -> Result<HttpResponse, Problem> {
    let detail = "this path has other methods";
    Err(Problem::new(Kind::MethodNotAllowed, detail))
}

fn query(error: &QueryPayloadError) -> Problem {
    Problem::malformed("query", error.to_string())
}

/// Binds and starts; the caller stops it.
pub fn serve(collector: web::Data<Collector>, config: &Config) -> std::io::Result<(Server, u16)> {
    let site = Site::new(config);
    let server = HttpServer::new(move || {
        App::new()
            .wrap(DefaultHeaders::new().add((X_CONTENT_TYPE_OPTIONS, "nosniff")))
            .configure(routes(collector.clone(), site.clone()))
    })
    .client_request_timeout(HEAD_TIMEOUT)
    .keep_alive(KEEP_ALIVE)
    .shutdown_timeout(SHUTDOWN_SECONDS)
    .disable_signals();
    let server = match config.workers {
        0 => server,
        workers => server.workers(workers),
    };
    let server = server.bind(config.listen)?;
    let port = server.addrs().first().map_or(0, std::net::SocketAddr::port);
    Ok((server.run(), port))
}
