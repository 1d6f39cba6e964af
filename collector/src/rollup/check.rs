//! Whether what is kept is what its facts give.

use std::collections::{BTreeMap, btree_map::Entry};

use super::{Tally, keeper::hash, version};
use crate::{
    control::ProjectId,
    label::Policy,
    screen::Screen,
    store::{AnyStore, Bucket, StoreError},
};

/// What was compared.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Checked {
    /// Buckets that are what their facts give.
    pub same: u64,
    /// Buckets that are not.
    pub differing: Vec<Bucket>,
    /// Buckets that wait to be added up, or whose screen is another by now.
    pub passed_over: u64,
}

/// Adds up anew what is kept by `policy`: all of it, or some `most` buckets spread over it.
pub fn check(
    store: &dyn AnyStore,
    policy: &Policy,
    most: Option<usize>,
) -> Result<Checked, StoreError> {
    let version = version(policy);
    let buckets = store.kept_buckets(&version)?;
    let stride = most.map_or(1, |most| buckets.len().div_ceil(most.max(1)).max(1));
    let mut screens: BTreeMap<ProjectId, Option<Screen>> = BTreeMap::new();
    let mut checked = Checked::default();
    for bucket in buckets.into_iter().step_by(stride) {
        let project = bucket.project;
        if let Entry::Vacant(unknown) = screens.entry(project) {
            let screen = Screen::of_store(store, policy, project, u64::MAX)?;
            let kept = store.kept_screen(project)?;
            let is_same = kept.is_some_and(|kept| kept.found == hash(&screen));
            unknown.insert(is_same.then_some(screen));
        }
        let Some(Some(screen)) = screens.get(&project) else {
            checked.passed_over += 1;
            continue;
        };
        let mut groups = Vec::new();
        let kept = store.kept_bucket(bucket, &mut |number, mut group| {
            screen.clean(&mut group);
            groups.push((number, group));
        })?;
        let Some(kept) = kept else {
            checked.passed_over += 1;
            continue;
        };
        let mut tally = Tally::default();
        groups
            .iter()
            .for_each(|(number, group)| tally.add_numbered(*number, group, policy, kept.as_of));
        let anew = tally.finish();
        if anew.cells == kept.cells && anew.sights.body == kept.sights {
            checked.same += 1;
        } else {
            checked.differing.push(bucket);
        }
    }
    Ok(checked)
}
