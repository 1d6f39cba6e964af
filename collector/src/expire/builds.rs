//! Builds and what has expired: how far back one could see, and which hold what is gone.

use std::path::Path;

use super::{ExpireError, Horizon};
use crate::{
    control::ProjectId,
    dataset::build::Manifest,
    erase::{HeldBy, builds::known},
    store::{BuildKind, BuildRecord, UpdateStore},
};

/// What a build of outputs that were shown from `from` on cannot see; `None` when that is
/// nothing: what is known of an output was received after it was shown.
#[must_use]
pub fn unseen(horizon: Horizon, from: Option<u64>) -> Option<Horizon> {
    let from = from.unwrap_or_default();
    (horizon.latest() > from).then_some(horizon)
}

/// Whether a build that was made of outputs shown from `from` on, when `seen` was gone
/// already, may hold what is gone by now.
#[must_use]
pub fn concerns(horizon: Horizon, from: Option<u64>, seen: Option<Horizon>) -> bool {
    let seen = seen.unwrap_or_default();
    unseen(horizon, from).is_some() && seen.max(horizon) != seen
}

/// The builds that may hold what is gone by `horizon`.
pub(super) fn reaching(
    store: &dyn UpdateStore,
    root: &Path,
    project: ProjectId,
    horizon: Horizon,
) -> Result<Vec<HeldBy>, ExpireError> {
    let recorded = store.builds(project)?;
    let mut reaching = Vec::new();
    for build in known(store, root, project)? {
        let mut records = recorded.iter();
        let record = records.find(|record| record.build == build.build && record.out == build.out);
        if build_concerns(horizon, record, Path::new(&build.out)) {
            reaching.push(build);
        }
    }
    Ok(reaching)
}

/// Whether the build of that record, or in that directory, may hold what is gone.
pub(crate) fn build_concerns(horizon: Horizon, record: Option<&BuildRecord>, out: &Path) -> bool {
    if let Some(manifest) = Manifest::read(out) {
        return concerns(horizon, manifest.inputs.from, manifest.unseen);
    }
    // A brief, or a dataset that is not here: by what it was made of.
    let from = record.and_then(|record| record.inputs["from"].as_u64());
    let is_brief = record.is_some_and(|record| record.kind == BuildKind::Brief);
    let made_at = record.map_or(0, |record| record.made_at);
    // Made after that moment it cannot have seen what was gone before; a brief shows
    // texts.
    unseen(horizon, from).is_some() && (is_brief || made_at < horizon.latest())
}
