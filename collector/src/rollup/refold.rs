//! Adds everything up anew: what is kept has to equal it.

use std::ops::ControlFlow;

use super::{Answer, Merging, Request, Standing, Tally};
use crate::{
    control::ProjectId,
    label::Policy,
    screen::Screened,
    store::{Store, StoreError},
};

/// The answer from all facts of a project as known at `as_of` (Unix ms).
pub fn refolded(
    store: &dyn Store,
    policy: &Policy,
    project: ProjectId,
    as_of: u64,
    request: &Request,
) -> Result<Answer, StoreError> {
    let screened = Screened::of(store, policy, project, as_of)?;
    let mut tally = Tally::default();
    screened.groups(&mut |group| {
        tally.add(&group, policy, as_of);
        ControlFlow::Continue(())
    })?;
    let mut merging = Merging::new(request);
    for (key, cell) in &tally.finish().0 {
        merging.add(key, cell);
    }
    Ok(merging.answer(Standing {
        as_of,
        policy: policy.reference(),
        screened_at: Some(as_of),
        ..Standing::default()
    }))
}
