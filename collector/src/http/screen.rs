//! Whose signals must not teach: the twin of `tacit screen`.

use actix_web::{HttpResponse, web};
use serde::Deserialize;

use super::{
    auth::Reader,
    problem::Problem,
    query::{as_of, policy, settled},
};
use crate::{
    collector::Collector,
    limits::SCREENED_LISTED,
    screen::{Report, Screen},
};

#[derive(Deserialize)]
pub(super) struct Query {
    policy: Option<String>,
    as_of: Option<u64>,
    limit: Option<usize>,
}

/// Who was screened, why, and how much of what they sent.
pub(super) async fn screen(
    reader: Reader,
    query: web::Query<Query>,
    collector: web::Data<Collector>,
) -> Result<HttpResponse, Problem> {
    let policy = policy(&collector, query.policy.as_deref())?;
    let most = query.limit.unwrap_or(SCREENED_LISTED);
    if most > SCREENED_LISTED {
        return Err(Problem::too_many("limit", SCREENED_LISTED));
    }
    settled(&collector).await;
    let (project, as_of) = (reader.0.id, as_of(query.as_of));
    let report = web::block(move || {
        let screen = Screen::of_store(&*collector.store, &policy, project, as_of)?;
        Ok::<_, crate::store::StoreError>(Report::of(&screen, &policy, as_of, most))
    })
    .await??;
    Ok(HttpResponse::Ok().json(report))
}
