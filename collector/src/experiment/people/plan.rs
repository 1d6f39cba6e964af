//! What is looked at, and when.

use crate::experiment::{declaration::Experiment, metric::Metric};

/// A day.
pub(crate) const DAY_MS: u64 = 86_400_000;

/// Most looks back: an experiment of more days has a look every second day, and so on.
const LOOKS_MAX: u64 = 60;

/// How long before the start the pre-period reaches: four weeks, so that every day of
/// the week is in it as often. (prior)
pub const PRE_PERIOD_MS: u64 = 28 * DAY_MS;

/// What is looked at, and when.
#[derive(Debug)]
pub(crate) struct Plan<'a> {
    pub(crate) experiment: &'a Experiment,
    pub(crate) as_of: u64,
    pub(crate) pre_period_ms: u64,
    /// The primary first, each once.
    pub(crate) metrics: Vec<Metric>,
    /// Ascending, all after the start; the last is as of when everything is counted.
    pub(crate) looks: Vec<u64>,
}

/// Where an output stands in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum When {
    /// In the pre-period, and settled before the start.
    Before,
    /// While the experiment runs; the first look that counts it, if any does yet.
    During(Option<usize>),
    /// Neither.
    Else,
}

impl<'a> Plan<'a> {
    pub(crate) fn new(experiment: &'a Experiment, as_of: u64, pre_period_ms: u64) -> Self {
        let mut metrics = Vec::new();
        let guards = experiment.guardrails.iter().map(|guard| &guard.metric);
        let all = [&experiment.primary].into_iter();
        for metric in all.chain(&experiment.secondary).chain(guards) {
            if !metrics.contains(metric) {
                metrics.push(metric.clone());
            }
        }
        Self {
            experiment,
            as_of,
            pre_period_ms,
            metrics,
            looks: looks(experiment, as_of),
        }
    }

    /// The place of a metric.
    pub(crate) fn place(&self, metric: &Metric) -> usize {
        let place = self.metrics.iter().position(|known| known == metric);
        place.unwrap_or_default()
    }

    /// Where an output stands that was first shown at `shown_at`.
    pub(crate) fn when(&self, shown_at: u64) -> When {
        let Experiment {
            starts_at,
            ends_at,
            settle_ms,
            ..
        } = self.experiment;
        let settled_at = shown_at.saturating_add(*settle_ms);
        if shown_at < *starts_at {
            let first = starts_at.saturating_sub(self.pre_period_ms);
            let counts = shown_at >= first && settled_at <= *starts_at;
            return if counts { When::Before } else { When::Else };
        }
        if ends_at.is_some_and(|ends_at| shown_at >= ends_at) {
            return When::Else;
        }
        When::During(self.look(settled_at))
    }

    /// The last moment of the experiment at a look.
    pub(crate) fn running_at(&self, look: u64) -> u64 {
        self.experiment
            .ends_at
            .map_or(look, |ends_at| look.min(ends_at))
    }

    /// The first look at or after a moment.
    pub(crate) fn look(&self, at: u64) -> Option<usize> {
        let look = self.looks.partition_point(|look| *look < at);
        (look < self.looks.len()).then_some(look)
    }
}

/// Every so many whole days after the start, and the last moment.
fn looks(experiment: &Experiment, as_of: u64) -> Vec<u64> {
    let settled = |ends_at: u64| ends_at.saturating_add(experiment.settle_ms);
    let last = experiment
        .ends_at
        .map_or(as_of, |ends_at| as_of.min(settled(ends_at)));
    let length = last.saturating_sub(experiment.starts_at);
    let step = length.div_ceil(DAY_MS).div_ceil(LOOKS_MAX).max(1) * DAY_MS;
    let whole = (1..).map(|look| experiment.starts_at + look * step);
    whole
        .take_while(|look| *look < last)
        .chain([last])
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::people::tests::{START, experiment};

    #[test]
    fn looks_are_daily_and_end_with_what_is_known() {
        let declared = experiment();
        let looks = |as_of| Plan::new(&declared, as_of, 0).looks;
        assert_eq!(looks(START + DAY_MS / 2), [START + DAY_MS / 2]);
        assert_eq!(looks(START + DAY_MS), [START + DAY_MS]);
        let three = [1, 2].map(|day| START + day * DAY_MS);
        assert_eq!(looks(START + 2 * DAY_MS + 5)[..2], three);
        assert_eq!(looks(START + 2 * DAY_MS + 5)[2], START + 2 * DAY_MS + 5);
        // Before the start there is nothing to see, but a moment to say so.
        assert_eq!(looks(START - 5), [START - 5]);
    }

    #[test]
    fn looks_are_bounded() {
        let declared = experiment();
        for days in [59, 60, 61, 120, 121, 3_650] {
            let looks = Plan::new(&declared, START + days * DAY_MS, 0).looks;
            assert!(looks.len() <= 60, "{days}: {}", looks.len());
            assert!(looks.is_sorted_by(|a, b| a < b), "{days}");
            assert_eq!(looks.last(), Some(&(START + days * DAY_MS)));
        }
    }

    #[test]
    fn an_output_counts_once_it_has_settled() {
        let declared = Experiment {
            settle_ms: 10,
            ends_at: Some(START + 5 * DAY_MS),
            ..experiment()
        };
        let plan = Plan::new(&declared, START + 2 * DAY_MS, 100);
        let of = |shown_at| plan.when(shown_at);
        assert_eq!(of(START - 101), When::Else);
        assert_eq!(of(START - 100), When::Before);
        assert_eq!(of(START - 10), When::Before);
        assert_eq!(of(START - 9), When::Else, "it was not settled at the start");
        assert_eq!(of(START), When::During(Some(0)));
        assert_eq!(of(START + DAY_MS - 10), When::During(Some(0)));
        assert_eq!(of(START + DAY_MS - 9), When::During(Some(1)));
        assert_eq!(of(START + 2 * DAY_MS - 9), When::During(None));
        assert_eq!(of(START + 5 * DAY_MS), When::Else);
        // After the end nothing comes but what settles.
        let ended = Plan::new(&declared, START + 50 * DAY_MS, 100);
        assert_eq!(ended.looks.last(), Some(&(START + 5 * DAY_MS + 10)));
        assert_eq!(ended.when(START + 5 * DAY_MS - 1), When::During(Some(5)));
    }
}
