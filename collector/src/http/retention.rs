//! What is kept of a project, for how long, and what went last.

use std::path::Path;

use actix_web::{HttpResponse, web};
use serde::Serialize;
use utoipa::ToSchema;

use super::{auth::Reader, openapi::Keyed, problem::Problem};
use crate::{
    collector::Collector,
    control::ProjectId,
    erase::State,
    expire::{Age, Ages, Expiry, Horizon, Why, build_concerns},
    limits::EXPIRIES_TOLD,
    store::StoreError,
    wall::now_ms,
};

/// What is kept of a project, and for how long
#[derive(Serialize, ToSchema)]
pub(super) struct Retained {
    /// Unix ms
    as_of: u64,
    kept: Kept,
    /// What is gone already
    gone: Before,
    /// What goes next for its age; null where nothing ends by age
    #[schema(required = true)]
    next: Option<Next>,
    /// The latest runs that reached into this project, the latest first
    runs: Vec<Run>,
    /// Builds and briefs that may hold what is gone
    builds: Vec<Reaching>,
}

/// Days something is kept, from when it was received; null is for good
#[derive(Serialize, ToSchema)]
struct Kept {
    #[schema(required = true)]
    signals_days: Option<u64>,
    #[schema(required = true)]
    texts_days: Option<u64>,
}

/// What was received before is gone, Unix ms; null where nothing is
#[derive(Serialize, ToSchema)]
struct Before {
    #[schema(required = true)]
    signals_before: Option<u64>,
    #[schema(required = true)]
    texts_before: Option<u64>,
}

#[derive(Serialize, ToSchema)]
struct Next {
    /// The next midnight, UTC, Unix ms
    at: u64,
    /// What is gone then
    #[serde(flatten)]
    before: Before,
}

#[derive(Serialize, ToSchema)]
struct Run {
    /// Its age, the size of the store, or somebody asked
    #[schema(value_type = String)]
    why: Why,
    #[schema(value_type = String)]
    state: State,
    /// Unix ms
    asked_at: u64,
    /// Unix ms
    #[schema(required = true)]
    finished_at: Option<u64>,
    /// What was gone of the project then
    #[serde(flatten)]
    before: Before,
}

#[derive(Serialize, ToSchema)]
struct Reaching {
    build: String,
    kind: &'static str,
    /// Unix ms
    made_at: u64,
}

impl From<Ages> for Kept {
    fn from(Ages { signals, texts }: Ages) -> Self {
        Self {
            signals_days: signals.map(Age::days),
            texts_days: texts.map(Age::days),
        }
    }
}

impl From<Horizon> for Before {
    fn from(horizon: Horizon) -> Self {
        let told = |before: u64| (before > 0).then_some(before);
        Self {
            signals_before: told(horizon.signals_before),
            texts_before: told(horizon.texts_before),
        }
    }
}

impl Run {
    /// What a run did to `project`, if anything: what it removed is of all of them, and
    /// nobody else's to know.
    fn of(expiry: &Expiry, project: ProjectId) -> Option<Self> {
        let horizon = *expiry.horizons().get(&project)?;
        Some(Self {
            why: expiry.why,
            state: expiry.state,
            asked_at: expiry.asked_at,
            finished_at: expiry.finished_at,
            before: horizon.into(),
        })
    }
}

/// How long data are kept, what goes next, what went
///
/// How many signals went stands in the ledger, as `expired`.
#[utoipa::path(
    get, path = "/v1/retention", tag = "operations", security(("secret" = ["read"])),
    responses((status = 200, description = "What is kept", body = Retained), Keyed)
)]
pub(super) async fn retention(
    reader: Reader,
    collector: web::Data<Collector>,
) -> Result<HttpResponse, Problem> {
    let told =
        web::block(move || retained(&collector, reader.0.id, &reader.0.name, now_ms())).await??;
    Ok(HttpResponse::Ok().json(told))
}

fn retained(
    collector: &Collector,
    project: ProjectId,
    name: &str,
    now: u64,
) -> Result<Retained, StoreError> {
    let store = &collector.store;
    let (ages, next) = collector.expiries.kept(name, now);
    let horizon = store.horizon_of(project)?;
    let runs = store.expiries(EXPIRIES_TOLD)?;
    let builds = store.builds(project)?;
    let reaching = builds
        .iter()
        .filter(|build| build_concerns(horizon, Some(build), Path::new(&build.out)));
    Ok(Retained {
        as_of: now,
        kept: ages.into(),
        gone: horizon.into(),
        next: next.map(|(at, then)| Next {
            at,
            before: then.max(horizon).into(),
        }),
        runs: runs
            .iter()
            .filter_map(|run| Run::of(run, project))
            .collect(),
        builds: reaching
            .map(|build| Reaching {
                build: build.build.clone(),
                kind: build.kind.name(),
                made_at: build.made_at,
            })
            .collect(),
    })
}
