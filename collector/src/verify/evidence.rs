//! What a readout says of one arm, as far as the gate asks.

use crate::{
    experiment::{
        declaration::Experiment,
        metric::{Better, Metric},
        readout::{Effect, GuardState, Readout},
    },
    label::Milli,
};

/// What is known of a treatment arm.
#[derive(Debug, Clone, PartialEq)]
pub struct Evidence {
    /// What was to get better.
    pub primary: String,
    /// The smallest change of it worth knowing.
    pub mde: f64,
    /// How much better it got; `None` until there are people enough.
    pub gain: Option<Gain>,
    /// What must not get worse.
    pub guardrails: Vec<Guarding>,
    /// Whether people came into the arms as declared; `None` until there are enough.
    pub mix: Option<Mix>,
    /// Share of people with another arm than assigned.
    pub mismatched: Milli,
    /// People analysed in the arm or in the control, whichever has fewer.
    pub people_least: u64,
    /// How fast people come.
    pub pace: Pace,
    /// Those who see nothing of what was learnt.
    pub holdout: HeldOut,
    /// Nobody comes any more.
    pub has_ended: bool,
}

/// How much better the primary metric got: above 0 is better, whichever way that is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Gain {
    /// By so much.
    pub by: f64,
    /// Lower end of the confidence sequence.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

/// A guardrail.
#[derive(Debug, Clone, PartialEq)]
pub struct Guarding {
    /// The metric.
    pub metric: String,
    /// It is what an evaluation says, so somebody has to make one.
    pub is_external: bool,
    /// How much worse counts as no harm.
    pub margin: f64,
    /// How much worse than the control: above 0 is worse.
    pub worse: Option<f64>,
    /// No worse than this.
    pub at_most: Option<f64>,
    /// At least this much worse.
    pub at_least: Option<f64>,
    /// What that says.
    pub state: GuardState,
}

/// Whether people came into the arms as often as declared.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Mix {
    /// p-value of Pearson's χ².
    pub p: f64,
    /// They did not.
    pub alarm: bool,
}

/// How fast people come, and how many there have to be.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Pace {
    /// People of the arm and the control.
    pub people: u64,
    /// People until a change of `mde` is known.
    pub needed: Option<u64>,
    /// People who come in a day.
    pub per_day: f64,
}

/// Those held out of the experiment's time.
#[derive(Debug, Clone, PartialEq)]
pub struct HeldOut {
    /// Share that was declared.
    pub declared: Milli,
    /// People of them who were there.
    pub people: u64,
    /// Metrics by which everybody else is worse off, surely.
    pub degraded: Vec<String>,
}

impl Evidence {
    /// What `readout` says of `arm`.
    #[must_use]
    pub fn of(readout: &Readout, experiment: &Experiment, arm: &str) -> Self {
        let effects = readout.effects.as_ref();
        let gain = effects.and_then(|effects| {
            let primary = &effects.primary;
            let mut comparisons = primary.comparisons.iter();
            let own = comparisons.find(|comparison| comparison.arm == arm)?;
            own.effect().map(|effect| Gain::of(effect, primary.better))
        });
        Self {
            primary: experiment.primary.name(),
            mde: experiment.mde.to_f64(),
            gain,
            guardrails: guardrails(readout, experiment, arm),
            mix: readout.srm.as_ref().map(|srm| Mix {
                p: srm.p,
                alarm: srm.alarm,
            }),
            mismatched: readout.people.mismatched_share,
            people_least: people_least(readout, experiment, arm),
            pace: pace(readout, arm),
            holdout: held_out(readout, experiment),
            has_ended: readout.ends_at.is_some_and(|end| end <= readout.as_of),
        }
    }
}

impl Gain {
    pub(super) fn of(effect: &Effect, better: Better) -> Self {
        let Effect {
            delta, low, high, ..
        } = *effect;
        match better {
            Better::Higher => Self {
                by: delta,
                low,
                high,
            },
            Better::Lower => Self {
                by: -delta,
                low: -high,
                high: -low,
            },
        }
    }

    /// Half the width of the interval.
    pub(super) fn half_width(self) -> f64 {
        (self.high - self.low) / 2.0
    }
}

/// All that were declared: of those the readout does not show, nothing is known.
fn guardrails(readout: &Readout, experiment: &Experiment, arm: &str) -> Vec<Guarding> {
    let shown = readout
        .effects
        .iter()
        .flat_map(|effects| &effects.guardrails);
    let guard = |metric: &str| {
        let mut shown = shown.clone();
        let own = shown.find(|guarded| guarded.measured.metric == metric)?;
        own.guards.iter().find(|guard| guard.arm == arm)
    };
    let declared = experiment.guardrails.iter().map(|guardrail| {
        let metric = guardrail.metric.name();
        let guard = guard(&metric);
        Guarding {
            is_external: matches!(guardrail.metric, Metric::External(_)),
            margin: guardrail.margin.to_f64(),
            worse: guard.and_then(|guard| guard.worse),
            at_most: guard.and_then(|guard| guard.at_most),
            at_least: guard.and_then(|guard| guard.at_least),
            state: guard.map_or(GuardState::Open, |guard| guard.state),
            metric,
        }
    });
    declared.collect()
}

fn people_least(readout: &Readout, experiment: &Experiment, arm: &str) -> u64 {
    let analysed = |name: &str| {
        let mut arms = readout.people.arms.iter();
        arms.find(|people| people.arm == name)
            .map_or(0, |people| people.analysed)
    };
    analysed(experiment.control()).min(analysed(arm))
}

fn pace(readout: &Readout, arm: &str) -> Pace {
    let mut power = readout.effects.iter().flat_map(|effects| &effects.power);
    let own = power.find(|power| power.arm == arm);
    own.map_or_else(Pace::default, |power| Pace {
        people: power.people,
        needed: power.people_needed,
        per_day: power.people_per_day,
    })
}

/// What the experiment is about counts: its primary metric and its guardrails.
fn held_out(readout: &Readout, experiment: &Experiment) -> HeldOut {
    let guarded = experiment.guardrails.iter().map(|guard| &guard.metric);
    let asked: Vec<String> = std::iter::once(&experiment.primary)
        .chain(guarded)
        .map(Metric::name)
        .collect();
    let metrics = readout.holdout.metrics.iter();
    let degraded = metrics.filter(|(name, metric)| metric.degraded && asked.contains(name));
    HeldOut {
        declared: experiment.holdout,
        people: readout.holdout.held_out,
        degraded: degraded.map(|(name, _)| name.clone()).collect(),
    }
}
