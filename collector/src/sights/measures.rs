//! What an output adds to metrics.

use crate::{
    experiment::metric::{Metric, Seen, Sums},
    rollup::{METRICS, metric_place},
};

/// What an output adds to metrics, as facts have it or as it is kept.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Measures<'a> {
    /// Each metric is measured when it is asked for.
    Of(Seen<'a>),
    Kept(&'a Measured<'a>),
}

/// An output, measured by every metric that asks about outputs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Measured<'a> {
    /// By the place of the metric in [`METRICS`], in thousandths of its unit.
    pub(crate) values: [Option<i64>; METRICS.len()],
    /// The share of conversations that was captured where it was seen, in thousandths.
    pub(crate) sample: i64,
    /// What evaluations said, by name.
    pub(crate) external: Vec<(&'a str, i64)>,
}

impl<'a> Measured<'a> {
    /// Measures it.
    pub(crate) fn of(seen: &Seen<'a>) -> Self {
        let label = seen.label;
        let external = label.acts.external.iter();
        let external = external.map(|(name, value)| (name.as_str(), value.thousandths()));
        Self {
            values: METRICS.each_ref().map(|metric| metric.value(seen)),
            sample: i64::from(label.acts.sample.thousandths()),
            external: if label.automated {
                Vec::new()
            } else {
                external.collect()
            },
        }
    }

    /// What it adds to a metric.
    pub(crate) fn sums(&self, metric: &Metric) -> Option<Sums> {
        let value = match metric {
            Metric::External(name) => {
                let mut own = self.external.iter().filter(|(other, _)| other == name);
                own.next().map(|(_, value)| *value)
            }
            metric => self.values.get(metric_place(metric)?).copied().flatten(),
        };
        Some(Sums::of(value?, self.sample))
    }
}

impl Measures<'_> {
    pub(super) fn sums(&self, metric: &Metric) -> Option<Sums> {
        match self {
            Self::Of(seen) => metric.measure(seen),
            Self::Kept(measured) => measured.sums(metric),
        }
    }
}
