//! The answer from what is kept.

use super::{Answer, Merging, Request, Standing, keeper::step, version};
use crate::{
    control::ProjectId,
    label::Policy,
    store::{RollupStore, StoreError},
};

/// The answer at `now` (Unix ms), where what waits longest has waited `lag_ms`.
pub fn kept(
    store: &dyn RollupStore,
    policy: &Policy,
    project: ProjectId,
    (now, lag_ms): (u64, u64),
    request: &Request,
) -> Result<Answer, StoreError> {
    let mut merging = Merging::new(request);
    let screen = store.kept_screen(project)?;
    let as_of = step(now);
    let days = (request.first, request.end);
    let waiting = store.rollups(project, &version(policy), as_of, days, &mut |key, cell| {
        merging.add(key, cell);
    })?;
    Ok(merging.answer(Standing {
        as_of,
        policy: policy.reference(),
        waiting,
        lag_ms: if waiting == 0 { 0 } else { lag_ms },
        screened_at: screen.map(|screen| screen.looked_at),
    }))
}
