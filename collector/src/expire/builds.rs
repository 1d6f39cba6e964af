//! Builds and what has expired: how far back one could see, and which hold what is gone.

use std::path::Path;

use super::{ExpireError, Horizon};
use crate::{
    control::ProjectId,
    dataset::build::Manifest,
    erase::{HeldBy, builds::known},
    store::{BuildRecord, UpdateStore},
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
    // A brief, or a dataset that is not here: by what it was made of. What had expired
    // when it was made is not known.
    let inputs = record.map(|record| &record.inputs);
    let from = inputs.and_then(|inputs| {
        let from = inputs["from"].as_u64();
        from.or_else(|| inputs["period"]["from"].as_u64())
    });
    unseen(horizon, from).is_some()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::store::BuildKind;

    const HORIZON: Horizon = Horizon {
        signals_before: 100,
        texts_before: 200,
    };

    #[test]
    fn what_was_shown_later_has_not_expired() {
        assert_eq!(unseen(HORIZON, None), Some(HORIZON));
        assert_eq!(unseen(HORIZON, Some(199)), Some(HORIZON));
        assert_eq!(unseen(HORIZON, Some(200)), None);
        assert_eq!(unseen(Horizon::default(), None), None);
    }

    #[test]
    fn only_what_a_build_could_see_can_be_in_it() {
        let seen = |signals_before, texts_before| {
            Some(Horizon {
                signals_before,
                texts_before,
            })
        };
        assert!(concerns(HORIZON, None, None));
        assert!(concerns(HORIZON, None, seen(100, 199)));
        assert!(!concerns(HORIZON, None, seen(100, 200)));
        assert!(!concerns(HORIZON, Some(200), None));
    }

    #[test]
    fn what_is_not_here_is_judged_by_its_inputs() {
        let concerns = |inputs| {
            let record = BuildRecord {
                inputs,
                ..BuildRecord::new(BuildKind::Brief, "b", b"{}", 500, "/nowhere")
            };
            build_concerns(HORIZON, Some(&record), Path::new("/nowhere"))
        };
        assert!(concerns(json!({"from": 150})));
        assert!(!concerns(json!({"from": 250})));
        assert!(concerns(json!({"period": {"from": 150}})));
        assert!(!concerns(json!({"period": {"from": 250}})));
        assert!(concerns(json!({})));
    }
}
