//! Labels by state. Counting them means labelling everything, so a scrape never does:
//! it is told what was counted last, and when. They are counted by whoever asks for all
//! of a project (the page, the ledger), and now and then by a thread that takes a small
//! share of the time and waits for nobody.

use std::{
    collections::BTreeMap,
    io,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use crate::{
    collector::Collector,
    control::ProjectId,
    export,
    limits::{LABELS_COUNTED_EVERY_MS, LABELS_COUNTED_SHARE, METRICS_PROJECTS_MAX},
    wall::now_ms,
};

/// How far the thread that counts steps back, from 0 to 19.
const NICE: i32 = 19;
/// How soon it notices that the process ends.
const LOOK: Duration = Duration::from_millis(200);

/// Labels of one project.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Counted {
    /// As of when, Unix ms.
    pub at: u64,
    /// By state.
    pub states: BTreeMap<&'static str, u64>,
}

/// What was counted last, of every project that was.
#[derive(Debug, Default)]
pub struct LabelCounts(Mutex<BTreeMap<ProjectId, Counted>>);

impl LabelCounts {
    /// Somebody counted: the page, the ledger, whoever asked for all labels of `project`.
    pub fn counted(&self, project: ProjectId, at: u64, states: BTreeMap<&'static str, u64>) {
        let mut all = self.all();
        match all.get(&project) {
            Some(known) if known.at > at => {}
            _ => {
                all.insert(project, Counted { at, states });
            }
        }
    }

    /// What was counted last of `project`.
    #[must_use]
    pub fn of(&self, project: ProjectId) -> Option<Counted> {
        self.all().get(&project).cloned()
    }

    fn all(&self) -> MutexGuard<'_, BTreeMap<ProjectId, Counted>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// How long to wait after a count that took `took`.
fn pause(took: Duration) -> Duration {
    let share = u32::try_from(LABELS_COUNTED_SHARE - 1).unwrap_or(u32::MAX);
    took.saturating_mul(share)
        .max(Duration::from_millis(LABELS_COUNTED_EVERY_MS))
}

/// Starts the thread that counts; it ends when `collector` stops.
pub fn keep_counting(collector: Arc<Collector>) -> io::Result<()> {
    std::thread::Builder::new()
        .name("label-counts".into())
        .spawn(move || {
            // Counts for this thread only; without it the thread is as fast as any.
            let _ = rustix::process::setpriority_process(None, NICE);
            let mut took = Duration::ZERO;
            while waited(&collector, pause(took)) {
                let began = Instant::now();
                count_all(&collector);
                took = began.elapsed();
            }
        })
        .map(drop)
}

/// Waits; whether the collector still runs.
fn waited(collector: &Collector, time: Duration) -> bool {
    let until = Instant::now() + time;
    while Instant::now() < until && !collector.is_stopping() {
        std::thread::sleep(LOOK);
    }
    !collector.is_stopping()
}

fn count_all(collector: &Collector) {
    let Some(policy) = collector.policies.named(None).cloned() else {
        return;
    };
    let control = collector.control.get();
    for &project in control.projects.keys().take(METRICS_PROJECTS_MAX) {
        let now = now_ms();
        let go_on = || !collector.is_stopping();
        match export::overview_while(&*collector.store, &policy, project, now, &go_on) {
            Ok(Some(overview)) => collector
                .metrics
                .labels
                .counted(project, now, overview.states),
            Ok(None) => return,
            Err(error) => tracing::warn!(%error, "labels could not be counted for the metrics"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counting_takes_a_small_share_of_the_time() {
        assert_eq!(pause(Duration::ZERO), Duration::from_secs(60));
        assert_eq!(pause(Duration::from_secs(10)), Duration::from_secs(490));
    }

    #[test]
    fn the_latest_count_stands() {
        let counts = LabelCounts::default();
        let project = ProjectId(1);
        assert_eq!(counts.of(project), None);
        counts.counted(project, 20, BTreeMap::from([("positive", 2)]));
        counts.counted(project, 10, BTreeMap::from([("positive", 1)]));
        let counted = counts.of(project).unwrap();
        assert_eq!((counted.at, counted.states["positive"]), (20, 2));
    }
}
