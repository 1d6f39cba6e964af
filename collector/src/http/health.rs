//! Whether it lives, and whether it should be sent anything.

use std::time::Duration;

use actix_web::{HttpResponse, http::StatusCode, rt, web};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    collector::Collector,
    ready::{Facts, Reason},
    wall::now_ms,
};

/// How long the size of the store may take to be told.
const SIZE_TIME: Duration = Duration::from_secs(1);

/// The process answers
#[derive(Serialize, ToSchema)]
pub(super) struct Alive {
    /// Always true: who cannot answer does not.
    ok: bool,
    version: &'static str,
}

/// Whether batches are taken
#[derive(Serialize, ToSchema)]
pub(super) struct Readiness {
    ready: bool,
    /// Why not.
    reasons: Vec<Reason>,
    /// A sentence for each reason.
    details: Vec<String>,
    /// How long the oldest batch in the log waits for the store.
    lag_seconds: f64,
    /// Bytes of the log the store does not have.
    backlog_bytes: u64,
    /// Unreadable bytes found in the log since the start.
    damaged_bytes: u64,
    /// Free bytes where the data is.
    #[schema(required = true)]
    free_bytes: Option<u64>,
    store: StoreSize,
}

/// How large the database is; nothing of it makes the collector refuse anything.
#[derive(Serialize, ToSchema)]
struct StoreSize {
    /// The latest write was refused, or not answered: what is taken waits in the log.
    failing: bool,
    /// In use.
    bytes: u64,
    /// Of its file.
    file_bytes: u64,
    /// Most that may be in use, by `[retention]`.
    max_bytes: Option<u64>,
    /// More is, and nothing of it is old enough to go.
    over: bool,
}

/// Whether the process answers
#[utoipa::path(
    get, path = "/healthz", tag = "operations", security(()), responses((status = 200, description = "It does", body = Alive))
)]
pub(super) async fn healthz() -> HttpResponse {
    HttpResponse::Ok().json(Alive {
        ok: true,
        version: env!("CARGO_PKG_VERSION"),
    })
}

/// As `GET`, without the body
#[utoipa::path(
    head, path = "/healthz", tag = "operations", security(()), responses((status = 200, description = "It does"))
)]
pub(super) async fn healthz_head() -> HttpResponse {
    healthz().await
}

/// Where the data is, to watch its free space.
pub(super) struct DataPath(pub(super) std::path::PathBuf);

/// Whether batches would be kept, and why not
#[utoipa::path(
    get, path = "/readyz", tag = "operations", security(()), responses((status = 200, description = "They would", body = Readiness), (status = 503, description = "They would not", body = Readiness))
)]
pub(super) async fn readyz(
    collector: web::Data<Collector>,
    data: web::Data<DataPath>,
) -> HttpResponse {
    let facts = Facts::of(&collector, &data.0, now_ms());
    let (reasons, details): (Vec<_>, Vec<_>) = facts.reasons().into_iter().unzip();
    let status = if reasons.is_empty() {
        StatusCode::OK
    } else {
        StatusCode::SERVICE_UNAVAILABLE
    };
    // Whoever asks whether batches are taken does not wait for the store.
    let asked = rt::time::timeout(
        SIZE_TIME,
        web::block({
            let store = std::sync::Arc::clone(&collector.store);
            move || store.bytes()
        }),
    );
    let bytes = asked.await.ok().and_then(Result::ok).and_then(Result::ok);
    let bytes = bytes.unwrap_or_default();
    #[expect(clippy::cast_precision_loss, reason = "a lag is far below 2^53 ms")]
    let lag_seconds = facts.lag_ms as f64 / 1_000.0;
    HttpResponse::build(status).json(Readiness {
        ready: reasons.is_empty(),
        reasons,
        details,
        lag_seconds,
        backlog_bytes: facts.backlog_bytes,
        damaged_bytes: facts.damaged_bytes,
        free_bytes: facts.free_bytes,
        store: StoreSize {
            failing: facts.store_failing,
            bytes: bytes.used,
            file_bytes: bytes.file,
            max_bytes: collector.expiries.max_bytes(),
            over: collector.expiries.is_over(),
        },
    })
}

/// As `GET`, without the body
#[utoipa::path(
    head, path = "/readyz", tag = "operations", security(()), responses((status = 200, description = "They would"), (status = 503, description = "They would not"))
)]
pub(super) async fn readyz_head(
    collector: web::Data<Collector>,
    data: web::Data<DataPath>,
) -> HttpResponse {
    readyz(collector, data).await
}
