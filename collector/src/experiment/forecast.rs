//! What an experiment would take, before it starts: people and days until the smallest
//! change worth knowing is known, as people were over the last weeks.
//!
//! People vary as they did; a treatment is taken to vary as they did as well. Who comes
//! is counted once in the weeks looked at, and taken to come at that rate: people who
//! come back make it slower, so look back over about as long as the experiment is to run.

use std::path::Path;

use serde::Serialize;

use super::{
    declaration::{Arm, Experiment},
    people::{DAY_MS, Plan, Tally, Totals},
    readout::{ReadoutError, everybody, rounded},
    stats::{self, Design, TIGHTEST_AT, correct, power},
};
use crate::{
    control::ProjectId,
    label::{Milli, Policy},
    store::Store,
};

/// Version of the shape of a [`Forecast`].
const VERSION: u32 = 1;

/// Weeks looked back, where nobody says how many.
pub const WEEKS: u32 = 4;

/// The most weeks looked back.
pub const WEEKS_MAX: u32 = 52;

/// Chance with which a change is to be found: the custom of the field (Cohen 1988).
const CHANCE: f64 = 0.8;

/// Weeks into the experiment of which it is told how narrow the interval will be.
const HORIZONS: [u32; 5] = [1, 2, 4, 8, 12];

/// What an experiment would take.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Forecast {
    /// Version of this shape.
    pub version: u32,
    /// The experiment.
    pub experiment: String,
    /// As known at this moment, Unix ms.
    pub as_of: u64,
    /// The policy, `name@version#hash`.
    pub policy: String,
    /// Weeks looked back.
    pub weeks: u32,
    /// People of kinds `app` and `visitor` who were there in them.
    pub people: u64,
    /// The smallest change of the primary metric worth knowing.
    pub mde: Milli,
    /// The primary metric over those people; null of nobody.
    pub value: Option<f64>,
    /// By treatment arm.
    pub arms: Vec<ArmForecast>,
}

/// What an arm would take, with the control.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ArmForecast {
    /// The treatment arm.
    pub arm: String,
    /// People who come in a day, in it and the control.
    pub people_per_day: f64,
    /// Until a change of `mde` is found with a chance of 0.8.
    pub to_find: Needed,
    /// Until the interval is as narrow as `mde` on either side: whatever the change is.
    pub to_know: Needed,
    /// Until each guardrail is known to hold, if nothing changes.
    pub guardrails: Vec<GuardForecast>,
    /// How narrow the interval will be.
    pub horizons: Vec<Horizon>,
}

/// People of the arm and the control together; null where no number is enough, or
/// nothing is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Needed {
    /// People.
    pub people: Option<u64>,
    /// Days at the present rate; null where nobody comes.
    pub days: Option<u64>,
}

/// What a guardrail would take.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct GuardForecast {
    /// The metric.
    pub metric: String,
    /// How much worse counts as no harm.
    pub margin: Milli,
    /// Until it is known to hold.
    #[serde(flatten)]
    pub needed: Needed,
}

/// How much is known after some weeks.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Horizon {
    /// Weeks after the start.
    pub weeks: u32,
    /// People in the arm and the control.
    pub people: u64,
    /// Half the width of the interval of the primary metric; null of too few people.
    pub half_width: Option<f64>,
}

/// What `experiment` would take, by the `weeks` before `as_of` (Unix ms).
pub fn forecast(
    store: &dyn Store,
    policy: &Policy,
    project: ProjectId,
    experiment: &Experiment,
    (weeks, as_of): (u32, u64),
    directory: &Path,
) -> Result<Forecast, ReadoutError> {
    // The same without arms, over the time that was: nobody takes part, everybody is there.
    let past = Experiment {
        arms: Vec::new(),
        starts_at: as_of.saturating_sub(u64::from(weeks) * 7 * DAY_MS),
        ends_at: None,
        ..experiment.clone()
    };
    let plan = Plan::new(&past, as_of, 0);
    let tally = everybody(store, policy, project, &plan, directory)?;
    let known = Known {
        experiment,
        plan: &plan,
        tally: &tally,
        weeks,
    };
    Ok(known.forecast(policy))
}

struct Known<'a> {
    experiment: &'a Experiment,
    plan: &'a Plan<'a>,
    tally: &'a Tally,
    weeks: u32,
}

impl Known<'_> {
    fn forecast(&self, policy: &Policy) -> Forecast {
        let experiment = self.experiment;
        Forecast {
            version: VERSION,
            experiment: experiment.name.clone(),
            as_of: self.plan.as_of,
            policy: policy.reference(),
            weeks: self.weeks,
            people: self.people(),
            mde: experiment.mde,
            value: self.totals(0).ratio().map(rounded),
            arms: experiment.treatments().map(|arm| self.arm(arm)).collect(),
        }
    }

    /// Everybody of a metric, those held out of earlier experiments as well.
    fn totals(&self, place: usize) -> Totals {
        let mut all = self.tally.others.get(place).copied().unwrap_or_default();
        if let Some(held_out) = self.tally.held_out.get(place) {
            all.merge(held_out);
        }
        all
    }

    fn people(&self) -> u64 {
        self.totals(0).people()
    }

    fn arm(&self, arm: &Arm) -> ArmForecast {
        let experiment = self.experiment;
        let control = experiment
            .arms
            .first()
            .map_or(0.0, |arm| arm.weight.to_f64());
        let weight = arm.weight.to_f64();
        let share =
            (1.0 - experiment.holdout.to_f64()) * experiment.traffic.to_f64() * (control + weight);
        let days = f64::from(self.weeks) * 7.0;
        let per_day = count(self.people()) * share / days;
        let treatment = weight / (control + weight);
        let needs = |people: Option<u64>| Needed {
            people,
            days: people.and_then(|people| power::days(people, 0, per_day)),
        };
        let alpha = experiment.alpha.to_f64();
        let level = correct::bonferroni(alpha, experiment.treatments().count());
        let design = Design::difference(level, TIGHTEST_AT);
        let mde = experiment.mde.to_f64();
        let unit = self.unit_variance(0, treatment);
        let people = |ask: &dyn Fn(f64) -> Option<u64>| needs(unit.and_then(ask));
        ArmForecast {
            arm: arm.name.clone(),
            people_per_day: rounded(per_day),
            to_find: people(&|unit| power::people_for_power(&design, unit, mde, CHANCE)),
            to_know: people(&|unit| power::people_for_half_width(&design, unit, mde)),
            guardrails: self.guardrails(treatment, alpha, needs),
            horizons: HORIZONS
                .iter()
                .map(|weeks| horizon(*weeks, per_day, unit, &design))
                .collect(),
        }
    }

    fn guardrails(
        &self,
        treatment: f64,
        alpha: f64,
        needs: impl Fn(Option<u64>) -> Needed,
    ) -> Vec<GuardForecast> {
        let guardrails = self.experiment.guardrails.iter();
        let found = guardrails.map(|guardrail| {
            let margin = guardrail.margin.to_f64();
            let design = Design::not_lower(alpha, TIGHTEST_AT, margin);
            let unit = self.unit_variance(self.plan.place(&guardrail.metric), treatment);
            let people = unit.and_then(|unit| power::people_for_half_width(&design, unit, margin));
            GuardForecast {
                metric: guardrail.metric.name(),
                margin: guardrail.margin,
                needed: needs(people),
            }
        });
        found.collect()
    }

    /// Of the difference between two parts of these people; `None` where too few are
    /// known, or nothing ever happened.
    fn unit_variance(&self, place: usize, treatment: f64) -> Option<f64> {
        let moments = self.totals(place).moments();
        let ratio = stats::ratio(&moments)?;
        let variance = ratio.variance_per_person;
        let enough = ratio.n >= stats::PEOPLE_MIN && variance > 0.0;
        enough.then(|| power::unit_variance(variance, variance, treatment))
    }
}

fn horizon(weeks: u32, per_day: f64, unit: Option<f64>, design: &Design) -> Horizon {
    let people = libm::floor(per_day * f64::from(weeks) * 7.0);
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a count of people who came, times some weeks"
    )]
    let people = people as u64;
    let half = unit.map(|unit| power::half_width(design, unit, people));
    Horizon {
        weeks,
        people,
        half_width: half.filter(|half| half.is_finite()).map(rounded),
    }
}

#[expect(clippy::cast_precision_loss, reason = "people are far fewer than 2^53")]
const fn count(people: u64) -> f64 {
    people as f64
}

#[cfg(test)]
mod tests;
