//! One pair of metrics, compared in two slices.

use super::shape::{Finding, Side, Values, Verdict};
use crate::{
    experiment::{
        declaration::Guardrail,
        guard::{figure, sentence, state},
        metric::{Better, Metric, Unit},
        readout::{GuardState, maybe, rounded},
        stats::{self, Bounds, Design, Moments, TIGHTEST_AT},
    },
    watch::ALPHA,
};

/// A metric that may be optimised, and what guards it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Watched {
    pub(super) metric: Metric,
    pub(super) guard: Guardrail,
}

/// A difference of a metric, seen from the better side.
#[derive(Debug, Clone, Copy)]
struct Gain {
    delta: Option<f64>,
    /// Lower and upper bound of the gain; `None` of too few people.
    bounds: Option<(f64, f64)>,
}

impl Watched {
    /// What it comes to from one slice to the next.
    pub(super) fn compare(
        &self,
        (before, after): (&str, &str),
        metric: &[Moments; 2],
        guard: &[Moments; 2],
    ) -> Finding {
        let (metric_values, guard_values) = (
            values(&self.metric, metric),
            values(&self.guard.metric, guard),
        );
        let (gain, guarded) = (Gain::of(&metric_values), Gain::of(&guard_values));
        let worse = guarded.delta.map(|gain| -gain);
        // Of the two-sided interval: each bound holds with half the error.
        let bounds = guarded.bounds.map(|(low, high)| (-high, -low));
        let (at_least, at_most) = (bounds.map(|b| b.0), bounds.map(|b| b.1));
        let guard_state = state(at_least, at_most, self.guard.margin);
        let said = sentence(
            &self.guard.metric,
            self.guard.margin,
            worse,
            (at_least, at_most),
        );
        Finding {
            verdict: self.verdict(gain, guarded, guard_state),
            metric: self.metric.name(),
            guard: self.guard.metric.name(),
            margin: self.guard.margin,
            before: before.into(),
            after: after.into(),
            metric_values,
            guard_values,
            guard_state,
            evidence: format!("{}; {said}", rise(&self.metric, gain)),
            examples: Vec::new(),
        }
    }

    fn verdict(&self, gain: Gain, guard: Gain, state: GuardState) -> Verdict {
        let Some((low, _)) = gain.bounds else {
            return Verdict::Unclear;
        };
        if low <= 0.0 || state == GuardState::Held {
            return Verdict::Ok;
        }
        let margin = self.guard.margin.to_f64();
        let beyond = guard.delta.is_some_and(|gain| -gain > margin);
        match guard.bounds {
            Some((_, best)) if beyond && best < 0.0 => Verdict::Suspicious,
            _ => Verdict::Unclear,
        }
    }
}

impl Gain {
    fn of(values: &Values) -> Self {
        let better = values.better;
        let bounds = values.low.zip(values.high).map(|(low, high)| match better {
            Better::Higher => (low, high),
            Better::Lower => (-high, -low),
        });
        Self {
            delta: values.delta.map(|delta| better.gain(delta)),
            bounds,
        }
    }
}

fn values(metric: &Metric, [before, after]: &[Moments; 2]) -> Values {
    let design = Design::difference(ALPHA, TIGHTEST_AT);
    let found = stats::compare(before, after, &design);
    let interval = found.map_or(Bounds::UNKNOWN, |found| found.interval);
    Values {
        better: metric.better(),
        before: side(before),
        after: side(after),
        delta: found.map(|found| rounded(found.delta)),
        low: maybe(interval.lower),
        high: maybe(interval.upper),
    }
}

fn side(moments: &Moments) -> Side {
    Side {
        value: stats::ratio(moments).map(|ratio| rounded(ratio.value)),
        people: moments.measured(),
    }
}

fn rise(metric: &Metric, gain: Gain) -> String {
    let name = metric.name();
    let Some(delta) = gain.delta else {
        return format!("{name}: too few people were measured");
    };
    let direction = if delta >= 0.0 { "better" } else { "worse" };
    let by = figure(metric, delta.abs());
    match gain.bounds {
        Some((low, high)) => format!(
            "{name} is {direction} by {by} ({} to {})",
            number(metric, low),
            number(metric, high)
        ),
        None => format!("{name} is {direction} by {by}, of too few people to be sure"),
    }
}

/// A number without its unit, signed.
pub(super) fn number(metric: &Metric, value: f64) -> String {
    match metric.unit() {
        Unit::Share => format!("{:+.1}", value * 100.0),
        Unit::Seconds => format!("{value:+.1}"),
        Unit::Chars => format!("{value:+.0}"),
        Unit::Score => format!("{value:+.3}"),
    }
}
