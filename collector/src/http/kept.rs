//! What is worked out of all facts: now, or what was found a while ago, for whoever says that
//! it will do.

use std::sync::Arc;

use actix_web::{
    HttpResponse,
    http::header::{AGE, CONTENT_TYPE},
    web,
};

use super::{
    experiments::unknown,
    health::DataPath,
    problem::{Kind, Problem},
    query::settled,
};
use crate::{
    answers::{Ask, AskError, Basis},
    collector::Collector,
    control::ProjectId,
    label::Policy,
    wall::now_ms,
};

/// What is asked when.
#[derive(Debug, Clone, Copy)]
pub(super) struct When {
    /// What was found a while ago will do.
    pub(super) kept: bool,
    /// A moment that was asked for, Unix ms.
    pub(super) as_of: Option<u64>,
}

/// The answer as JSON; `Age` says how many seconds ago it was found, as `as_of` in it does.
pub(super) async fn answer(
    collector: web::Data<Collector>,
    data: web::Data<DataPath>,
    (project, policy): (ProjectId, Policy),
    ask: Ask,
    when: When,
) -> Result<HttpResponse, Problem> {
    if when.kept && when.as_of.is_some() {
        let detail = "not beside as_of: nothing is kept of moments of the past";
        return Err(Problem::malformed("kept", detail));
    }
    if !when.kept {
        settled(&collector).await;
    }
    let basis = Basis {
        store: Arc::clone(&collector.store),
        project,
        data: data.0.clone(),
        lag_ms: collector.rollups_lag_ms(project, &policy),
        policy,
    };
    let told = web::block(move || -> Result<_, AskError> {
        if when.kept {
            let told = collector.answers.at_hand(&basis, &ask)?;
            return Ok((told.text.to_string(), Some(told.as_of)));
        }
        let as_of = when.as_of.unwrap_or_else(now_ms);
        Ok((ask.worked_out(&basis, as_of)?, None))
    });
    let (text, of) = told.await??;
    let mut response = HttpResponse::Ok();
    if let Some(of) = of {
        let age = now_ms().saturating_sub(of) / 1_000;
        response.insert_header((AGE, age.to_string()));
    }
    response.insert_header((CONTENT_TYPE, "application/json"));
    Ok(response.body(text))
}

impl From<AskError> for Problem {
    fn from(error: AskError) -> Self {
        match error {
            AskError::NoExperiment(_) => unknown(),
            AskError::Subject(error) => error.into(),
            AskError::Verify(error) => error.into(),
            AskError::Readout(error) => error.into(),
            AskError::Watch(error) => error.into(),
            AskError::Store(error) => error.into(),
            AskError::Io(error) => {
                tracing::error!(%error, "an answer could not be worked out");
                Self::new(Kind::Internal, "there is no place to work in")
            }
        }
    }
}
