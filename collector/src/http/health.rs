//! Whether it lives, and whether it should be sent anything.

use actix_web::{HttpResponse, http::StatusCode, web};
use serde_json::json;

use crate::{collector::Collector, wall::now_ms};

/// Free bytes below which the disk counts as full: a few groups of the log and a
/// transaction of the store.
const FREE_BYTES_MIN: u64 = 64 * 1024 * 1024;

/// The process answers.
pub(super) async fn healthz() -> HttpResponse {
    HttpResponse::Ok().json(json!({"ok": true, "version": env!("CARGO_PKG_VERSION")}))
}

/// Where the data is, to watch its free space.
pub(super) struct DataPath(pub(super) std::path::PathBuf);

/// 200 while batches would be kept, 503 and why while they would not.
pub(super) async fn readyz(
    collector: web::Data<Collector>,
    data: web::Data<DataPath>,
) -> HttpResponse {
    let now = now_ms();
    let full = rustix::fs::statvfs(&data.0)
        .is_ok_and(|stat| stat.f_bavail.saturating_mul(stat.f_frsize) < FREE_BYTES_MIN);
    let reasons: Vec<&str> = [
        (collector.is_stopping(), "shutting_down"),
        (full, "disk_full"),
        (collector.log.is_failing(), "log_failing"),
        (collector.progress.is_stalled(), "store_failing"),
        (collector.is_behind(now), "behind"),
    ]
    .into_iter()
    .filter_map(|(holds, reason)| holds.then_some(reason))
    .collect();
    let status = if reasons.is_empty() {
        StatusCode::OK
    } else {
        StatusCode::SERVICE_UNAVAILABLE
    };
    #[expect(clippy::cast_precision_loss, reason = "a lag is far below 2^53 ms")]
    let lag_seconds = collector.progress.lag_ms(now) as f64 / 1_000.0;
    HttpResponse::build(status).json(json!({
        "ready": reasons.is_empty(),
        "reasons": reasons,
        "lag_seconds": lag_seconds,
        "backlog_bytes": collector.log.backlog_bytes(),
        "damaged_bytes": collector.log.damaged_bytes(),
    }))
}
