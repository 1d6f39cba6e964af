//! The API. Handlers are thin: they read a request, ask the [`Collector`], and
//! say what came of it. What a handler needs to be allowed stands in its
//! signature (`auth::Ingest`, `Reader`, `Admin`).

mod assign;
mod auth;
mod body;
mod brief;
mod builds;
mod capture;
mod connection;
mod cookie;
mod cors;
mod erasures;
mod experiments;
mod gate;
mod health;
mod ingest;
mod install;
mod kept;
mod keys;
mod labels;
mod ledger;
mod lines;
mod live;
mod login;
mod metrics;
mod observed;
mod openapi;
mod outputs;
mod page;
mod peer;
mod preview;
mod problem;
mod query;
mod readout;
mod releases;
mod request_id;
mod retention;
mod rollups;
mod route;
mod same_origin;
mod screen;
mod server;
mod signals;
mod signed_in;
mod stream;
#[cfg(test)]
mod tests;
mod traces;
mod verify;
mod watch;

use actix_web::{HttpResponse, error::QueryPayloadError, http::Method, web};

pub use metrics::serve_metrics;
pub use openapi::document_json;
pub use problem::Problem;
pub use server::serve;

use self::{
    capture::CaptureDir,
    health::DataPath,
    page::DemoUrl,
    problem::Kind,
    route::{Route, route},
};
use crate::{collector::Collector, config::Config};

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

/// All routes. What is added here has to be told in `openapi`, which a test compares.
fn all() -> Vec<Route> {
    vec![
        route("/c")
            .post(ingest::events_at_c)
            .on(Method::OPTIONS, cors::preflight_at_c),
        route("/v1/events")
            .post(ingest::events)
            .on(Method::OPTIONS, cors::preflight),
        route("/v1/signals").post(signals::signals),
        route("/v1/outputs")
            .post(outputs::register::register)
            .get(outputs::list::list),
        route("/v1/traces").post(traces::traces),
        route("/v1/outputs/{id:.+}").get(outputs::one::one),
        route("/v1/labels").get(labels::labels),
        route("/v1/labels/preview").post(preview::preview),
        route("/v1/policies").get(preview::policies),
        route("/v1/datasets/builds")
            .post(builds::submit)
            .get(builds::list),
        route("/v1/datasets/builds/{id}").get(builds::one),
        route("/v1/datasets/builds/{id}/{file:.+}").get(builds::file),
        route("/v1/datasets/{name}").get(labels::dataset),
        route("/v1/screen").get(screen::screen),
        route("/v1/brief").get(brief::brief),
        route("/v1/releases")
            .post(releases::add)
            .get(releases::list),
        route("/v1/experiments")
            .post(experiments::declare)
            .get(experiments::list),
        route("/v1/experiments/{name}").get(experiments::one),
        route("/v1/experiments/{name}/readout").get(readout::read),
        route("/v1/experiments/{name}/end").post(experiments::end),
        route("/v1/assign").get(assign::one),
        route("/v1/capture-rate").get(watch::capture_rate),
        route("/v1/guardrails").get(watch::guardrails),
        route("/v1/verify").get(verify::everybody),
        route("/v1/verify/{name}").get(verify::one),
        route("/v1/subjects/{id:.+}").on(Method::DELETE, erasures::ask),
        route("/v1/erasures").get(erasures::list),
        route("/v1/erasures/{job}").get(erasures::one),
        route("/v1/keys").get(keys::list).post(keys::create),
        route("/v1/keys/{id}").on(Method::DELETE, keys::revoke),
        route("/v1/keys/{id}/rotate").post(keys::rotate),
        route("/v1/login")
            .get(login::look)
            .post(login::begin)
            .on(Method::DELETE, login::end),
        route("/v1/retention").get(retention::retention),
        route("/v1/ledger").get(ledger::ledger),
        route("/v1/overview").get(ledger::overview),
        route("/v1/rollups").get(rollups::rollups),
        route("/v1/live").get(live::tail),
        route("/v1/install").get(install::install),
        route("/healthz")
            .get(health::healthz)
            .on(Method::HEAD, health::healthz_head),
        route("/readyz")
            .get(health::readyz)
            .on(Method::HEAD, health::readyz_head),
        route("/metrics").get(metrics::own),
        route("/openapi.json").get(openapi::openapi),
        route("/").get(page::index),
        route("/page/{file:.+}").get(page::file),
        route("/demo/").get(page::demo),
        route("/demo").get(page::demo_without_slash),
        route("/docs/{page:.*}").get(page::docs),
        route("/capture/{path:.*}")
            .get(capture::file)
            .on(Method::HEAD, capture::file_head),
    ]
}

/// Registers all routes.
pub fn routes(collector: web::Data<Collector>, site: Site) -> impl FnOnce(&mut web::ServiceConfig) {
    move |config| {
        config
            .app_data(collector)
            .app_data(site.data)
            .app_data(site.capture)
            .app_data(site.demo)
            .app_data(web::QueryConfig::default().error_handler(|error, _| query(&error).into()));
        for route in all() {
            config.service(route.done());
        }
        config.default_service(web::to(nowhere));
    }
}

async fn nowhere() -> Result<HttpResponse, Problem> {
    Err(Problem::new(Kind::NotFound, "no such path"))
}

fn query(error: &QueryPayloadError) -> Problem {
    Problem::malformed("query", error.to_string())
}
