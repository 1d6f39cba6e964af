//! The install check.

use actix_web::{HttpResponse, web};
use serde_json::{Value, json};

use super::{
    auth::Reader,
    openapi::{InstallTold, Keyed},
    problem::Problem,
    query::{policy, settled},
};
use crate::{
    collector::Collector,
    install::{gather::gather, report},
    rollup,
    wall::now_ms,
};

/// Whether signals arrive, what is wrong, what is missing
///
/// From the books, the latest outputs and, for how many signals there ever were, sums that
/// are kept. Each finding says what to do about it and on
/// which page of the documentation that is told.
#[utoipa::path(
    get, path = "/v1/install", tag = "operations", security(("secret" = ["read"])),
    responses((status = 200, description = "The check", body = InstallTold), Keyed)
)]
pub(super) async fn install(
    reader: Reader,
    collector: web::Data<Collector>,
) -> Result<HttpResponse, Problem> {
    let policy = policy(&collector, None)?;
    settled(&collector).await;
    let now = now_ms();
    let told = web::block(move || -> Result<Value, Problem> {
        let project = &*reader.0;
        let control = collector.control.get();
        let mut facts = gather(
            &*collector.store,
            &collector.outcomes,
            &control,
            project,
            now,
        )?;
        // What came before those outputs is added up.
        let lag_ms = collector
            .rollups
            .lag_ms(Some(project.id), collector.steady_ms());
        let all = rollup::Request::new(rollup::By::Total, None, None);
        let ever = rollup::kept(&*collector.store, &policy, project.id, (now, lag_ms), &all)?;
        for (kind, ever) in ever.rows.iter().flat_map(|row| &row.signals) {
            facts.add_earlier(kind, ever.count, ever.last_at);
        }
        let mut told = json!(report(&facts));
        told["project"] = project.name.clone().into();
        told["now"] = now.into();
        Ok(told)
    })
    .await??;
    Ok(HttpResponse::Ok().json(told))
}
