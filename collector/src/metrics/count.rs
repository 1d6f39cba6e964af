//! Things that happen and are only counted: one line each.

use std::sync::atomic::{AtomicU64, Ordering};

use super::family::{Family, Kind};

/// Something that happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Count {
    /// A build was made.
    BuildDone,
    /// A build could not be made.
    BuildFailed,
    /// An erasure was finished.
    ErasureDone,
    /// A line about a request was left out of the log.
    RequestLineDropped,
}

/// All of them, in their order; those of one name stand together.
const ALL: [Count; 4] = [
    Count::BuildDone,
    Count::BuildFailed,
    Count::ErasureDone,
    Count::RequestLineDropped,
];

static COUNTS: [AtomicU64; ALL.len()] = [const { AtomicU64::new(0) }; ALL.len()];

/// Name without `_total`, what it counts, and the label that tells it from others of the
/// name.
type Row = (
    &'static str,
    &'static str,
    Option<(&'static str, &'static str)>,
);

const fn row(count: Count) -> Row {
    const BUILDS: &str = "Dataset builds that ended";
    match count {
        Count::BuildDone => ("tacit_builds", BUILDS, Some(("result", "done"))),
        Count::BuildFailed => ("tacit_builds", BUILDS, Some(("result", "failed"))),
        Count::ErasureDone => (
            "tacit_erasures_finished",
            "Erasures that were finished",
            None,
        ),
        Count::RequestLineDropped => (
            "tacit_request_log_lines_dropped",
            "Log lines about requests left out because there were too many",
            None,
        ),
    }
}

/// It happened once more. Costs an atomic addition; the count is the process's.
pub fn count(what: Count) {
    if let Some(count) = COUNTS.get(what as usize) {
        count.fetch_add(1, Ordering::Relaxed);
    }
}

/// All counts, by name.
pub(super) fn families() -> Vec<Family> {
    let mut families: Vec<Family> = Vec::new();
    for (what, value) in ALL.into_iter().zip(&COUNTS) {
        let (name, help, label) = row(what);
        let value = value.load(Ordering::Relaxed);
        match families.last_mut() {
            Some(last) if last.is_named(name) => last.add(label.as_slice(), value),
            _ => {
                let mut family = Family::new(name, help, Kind::Counter);
                family.add(label.as_slice(), value);
                families.push(family);
            }
        }
    }
    families
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_has_its_place() {
        for (place, count) in ALL.into_iter().enumerate() {
            assert_eq!(count as usize, place, "{count:?}");
        }
        let names: Vec<_> = families().iter().map(Family::name).collect();
        let mut once = names.clone();
        once.dedup();
        once.sort();
        once.dedup();
        assert_eq!(once.len(), names.len(), "{names:?}");
    }
}
