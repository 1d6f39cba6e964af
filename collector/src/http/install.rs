//! The install check.

use actix_web::{HttpResponse, web};
use serde_json::{Value, json};

use super::{
    auth::Reader,
    openapi::{InstallTold, Keyed},
    problem::Problem,
    query::settled,
};
use crate::{
    collector::Collector,
    install::{gather::gather, report},
    wall::now_ms,
};

/// Whether signals arrive, what is wrong, what is missing
///
/// From the books and the latest outputs. Each finding says what to do about it and on
/// which page of the documentation that is told.
#[utoipa::path(
    get, path = "/v1/install", tag = "operations", security(("secret" = ["read"])),
    responses((status = 200, description = "The check", body = InstallTold), Keyed)
)]
pub(super) async fn install(
    reader: Reader,
    collector: web::Data<Collector>,
) -> Result<HttpResponse, Problem> {
    settled(&collector).await;
    let now = now_ms();
    let told = web::block(move || -> Result<Value, Problem> {
        let project = &*reader.0;
        let control = collector.control.get();
        let facts = gather(
            &*collector.store,
            &collector.outcomes,
            &control,
            project,
            now,
        )?;
        let mut told = json!(report(&facts));
        told["project"] = project.name.clone().into();
        told["now"] = now.into();
        Ok(told)
    })
    .await??;
    Ok(HttpResponse::Ok().json(told))
}
