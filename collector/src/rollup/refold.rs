//! Adds everything up anew: what is kept has to equal it.

use std::ops::ControlFlow;

use super::{Answer, Merging, Request, Standing, Tally};
use crate::{
    control::ProjectId,
    label::Policy,
    screen::Screened,
    store::{Store, StoreError},
};

/// As of when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct At {
    /// With what was received by then, Unix ms.
    pub known: u64,
    /// The moment that labels are of, Unix ms.
    pub as_of: u64,
}

/// The answer from all facts of a project.
pub fn refolded(
    store: &dyn Store,
    policy: &Policy,
    project: ProjectId,
    At { known, as_of }: At,
    request: &Request,
) -> Result<Answer, StoreError> {
    let screened = Screened::of(store, policy, project, known)?;
    let mut tally = Tally::default();
    screened.groups(&mut |group| {
        tally.add(&group, policy, as_of);
        ControlFlow::Continue(())
    })?;
    let mut merging = Merging::new(request);
    for (key, cell) in &tally.finish().cells {
        merging.add(key, cell);
    }
    Ok(merging.answer(Standing {
        as_of,
        policy: policy.reference(),
        screened_at: Some(known),
        ..Standing::default()
    }))
}
