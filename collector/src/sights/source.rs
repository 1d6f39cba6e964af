//! All sights of a project: from facts, or from where they are kept.

use std::ops::ControlFlow;

use super::{Output, Sight, unpack};
use crate::{
    control::ProjectId,
    experiment::metric::Seen,
    label::{LabelledGroup, Policy, label_group},
    rollup::version,
    screen::Screened,
    store::{RollupStore, Store, StoreError, rows::Group},
};

/// Where sights are read from.
pub struct Source<'a> {
    policy: &'a Policy,
    project: ProjectId,
    from: From<'a>,
}

enum From<'a> {
    /// All facts, as known at a moment, Unix ms.
    Facts(&'a dyn Store, u64),
    /// What the keeper of roll-ups made of them.
    Buckets(&'a dyn RollupStore, String),
}

impl<'a> Source<'a> {
    /// All facts as known at `as_of` (Unix ms), but for people the screen finds.
    #[must_use]
    pub fn facts(store: &'a dyn Store, policy: &'a Policy, project: ProjectId, as_of: u64) -> Self {
        Self {
            policy,
            project,
            from: From::Facts(store, as_of),
        }
    }

    /// What is kept of a project by `policy`: the same as of facts, once nothing waits.
    #[must_use]
    pub fn kept(store: &'a dyn RollupStore, policy: &'a Policy, project: ProjectId) -> Self {
        Self {
            policy,
            project,
            from: From::Buckets(store, version(policy)),
        }
    }

    /// By what outputs are labelled.
    pub(crate) const fn policy(&self) -> &'a Policy {
        self.policy
    }

    /// Calls `visit` with every sight until it fails. Of a span of time (Unix ms, its end
    /// not in it) others than those dated in it may be among them.
    pub(crate) fn each<E: std::convert::From<StoreError>>(
        &self,
        span: (u64, u64),
        visit: &mut dyn FnMut(&Sight<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut visited = Ok(());
        match &self.from {
            From::Facts(store, as_of) => {
                let facts = Screened::of(*store, self.policy, self.project, *as_of)?;
                facts.groups(&mut |group| {
                    let labels = label_group(&group, self.policy, *as_of);
                    visited = each_of(&group, &labels, visit);
                    match visited {
                        Ok(()) => ControlFlow::Continue(()),
                        Err(_) => ControlFlow::Break(()),
                    }
                })?;
            }
            From::Buckets(store, version) => {
                store.sights(self.project, version, span, &mut |kind, body| {
                    let mut take = |sight: &Sight<'_>| {
                        if visited.is_ok() {
                            visited = visit(sight);
                        }
                    };
                    unpack(kind, body, &mut take).ok_or(StoreError::Unreadable("sights"))?;
                    Ok(match visited {
                        Ok(()) => ControlFlow::Continue(()),
                        Err(_) => ControlFlow::Break(()),
                    })
                })?;
            }
        }
        visited
    }

    /// The id of an output, unless it is another by now.
    pub(crate) fn id(&self, output: &Output) -> Result<Option<String>, StoreError> {
        match (output, &self.from) {
            (Output::Id(id), _) => Ok(Some(id.to_string())),
            (Output::Place(place), From::Buckets(store, _)) => {
                let found = store.output_at(self.project, *place)?;
                let is_same = found.filter(|id| super::tie(id) == place.tie);
                Ok(is_same.map(|id| id.to_string()))
            }
            (Output::Place(_), From::Facts(..)) => Ok(None),
        }
    }
}

/// Calls `visit` with every output of a group until it fails.
pub(crate) fn each_of<E>(
    group: &Group,
    labels: &LabelledGroup,
    visit: &mut dyn FnMut(&Sight<'_>) -> Result<(), E>,
) -> Result<(), E> {
    Seen::of(group, labels).try_for_each(|seen| visit(&Sight::of(&seen)))
}
