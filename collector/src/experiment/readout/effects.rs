//! What the arms did, metric by metric.

use super::{
    compare::{Compared, compared},
    guards::{guarded, hacking},
    novelty::novelty,
    number::{digits, maybe, rounded},
    segments::segments,
    shape::{Comparison, Correction, Course, Effects, Look, Measured, Power, Series, Value},
};
use crate::experiment::{
    metric::Metric,
    people::{DAY_MS, Plan, RATE_DAYS, Tally, Totals},
    stats::{Design, TIGHTEST_AT, correct, power},
};

/// Who is compared: everybody of a tally, as an experiment's plan says.
#[derive(Clone, Copy)]
pub(super) struct Arms<'a> {
    pub(super) plan: &'a Plan<'a>,
    pub(super) tally: &'a Tally,
}

/// All of it.
pub(super) fn effects(arms: Arms<'_>) -> Effects {
    let experiment = arms.plan.experiment;
    let alpha = experiment.alpha.to_f64();
    let treatments = arms.treatments().count();
    let level = correct::bonferroni(alpha, treatments);
    let correction = if treatments > 1 {
        Correction::Bonferroni
    } else {
        Correction::None
    };
    let primary = arms.all_compared(&experiment.primary, level);
    let guardrails = experiment.guardrails.iter();
    let guardrails: Vec<_> = guardrails.map(|guard| guarded(arms, guard)).collect();
    let times = count(treatments);
    let adjust = |p: f64| (p * times).min(1.0);
    Effects {
        primary: arms.measured(&experiment.primary, &primary, (level, correction), adjust),
        secondary: secondary(arms),
        hacking: hacking(&experiment.primary, &primary, &guardrails, arms),
        guardrails,
        power: primary
            .iter()
            .map(|(arm, found)| arms.power(*arm, found, level))
            .collect(),
        looks: primary
            .iter()
            .map(|(arm, found)| arms.series(*arm, found))
            .collect(),
        novelty: arms
            .treatments()
            .map(|arm| novelty(arms, arm, level))
            .collect(),
        segments: segments(arms),
    }
}

/// Every metric of the experiment at every look, primary first; each once.
pub(super) fn courses(arms: Arms<'_>) -> Vec<Course> {
    let experiment = arms.plan.experiment;
    let alpha = experiment.alpha.to_f64();
    let shared = correct::bonferroni(alpha, arms.treatments().count());
    let others = experiment.secondary.iter();
    let others = others.chain(experiment.guardrails.iter().map(|guard| &guard.metric));
    let mut courses: Vec<Course> = vec![arms.course(&experiment.primary, shared)];
    for metric in others {
        if courses.iter().all(|known| known.metric != metric.name()) {
            courses.push(arms.course(metric, alpha));
        }
    }
    courses
}

/// All secondary comparisons together, by Holm.
fn secondary(arms: Arms<'_>) -> Vec<Measured> {
    let experiment = arms.plan.experiment;
    let alpha = experiment.alpha.to_f64();
    let metrics = experiment.secondary.iter();
    let mut all: Vec<_> = metrics
        .map(|metric| {
            let found = arms.all_compared(metric, alpha);
            arms.measured(metric, &found, (alpha, Correction::Holm), |p| p)
        })
        .collect();
    let comparisons = || all.iter().flat_map(|measured| &measured.comparisons);
    let p: Vec<_> = comparisons()
        .map(|one| one.p_adjusted.unwrap_or(1.0))
        .collect();
    let adjusted = correct::holm(&p);
    let comparisons = all
        .iter_mut()
        .flat_map(|measured| &mut measured.comparisons);
    for (one, adjusted) in comparisons.zip(adjusted) {
        one.p_adjusted = one.p_adjusted.map(|_| digits(adjusted));
        one.significant = one.p_adjusted.is_some_and(|p| p <= alpha);
    }
    all
}

impl<'a> Arms<'a> {
    /// The places of the treatment arms.
    pub(super) fn treatments(self) -> impl Iterator<Item = usize> {
        1..self.tally.arms.len()
    }

    pub(super) fn name(self, arm: usize) -> String {
        let arm = self.plan.experiment.arms.get(arm);
        arm.map_or_else(String::new, |arm| arm.name.clone())
    }

    /// An arm's sums of a metric, by look.
    fn looks(self, metric: &Metric, arm: usize) -> &'a [Totals] {
        let place = self.plan.place(metric);
        let arm = self
            .tally
            .arms
            .get(arm)
            .and_then(|arm| arm.looks.get(place));
        arm.map_or(&[], Vec::as_slice)
    }

    /// The control's and an arm's sums by the last look.
    pub(super) fn last(self, metric: &Metric, arm: usize) -> (Totals, Totals) {
        let last = |arm| self.looks(metric, arm).last().copied().unwrap_or_default();
        (last(0), last(arm))
    }

    /// Every treatment arm against the control.
    pub(super) fn all_compared(self, metric: &Metric, level: f64) -> Vec<(usize, Compared)> {
        let design = Design::difference(level, TIGHTEST_AT);
        let control = self.looks(metric, 0);
        let of = |arm| (arm, compared(control, self.looks(metric, arm), &design));
        self.treatments().map(of).collect()
    }

    pub(super) fn measured(
        self,
        metric: &Metric,
        found: &[(usize, Compared)],
        (level, correction): (f64, Correction),
        adjust: impl Fn(f64) -> f64,
    ) -> Measured {
        let alpha = self.plan.experiment.alpha.to_f64();
        let comparisons = found.iter().map(|(arm, found)| {
            let p_adjusted = found.effect().map(|effect| digits(adjust(effect.p)));
            Comparison {
                arm: self.name(*arm),
                level: rounded(level),
                correction,
                method: found.method(),
                plain: found.plain(),
                cuped: found.cuped(),
                variance_reduction: found.removed,
                p_adjusted,
                significant: p_adjusted.is_some_and(|p| p <= alpha),
            }
        });
        Measured {
            metric: metric.name(),
            better: metric.better(),
            arms: (0..self.tally.arms.len())
                .map(|arm| self.value(metric, arm))
                .collect(),
            comparisons: comparisons.collect(),
        }
    }

    fn value(self, metric: &Metric, arm: usize) -> Value {
        let (_, totals) = self.last(metric, arm);
        Value {
            arm: self.name(arm),
            people: totals.measured(),
            value: maybe(totals.ratio()),
            with_pre_period: totals.with_before(),
        }
    }

    fn power(self, arm: usize, found: &Compared, level: f64) -> Power {
        let design = Design::difference(level, TIGHTEST_AT);
        let target = self.plan.experiment.mde.to_f64();
        let (control, treatment) = self.last(&self.plan.experiment.primary, arm);
        let people = control.people() + treatment.people();
        let variance = found.unit_variance();
        let needed =
            variance.and_then(|variance| power::people_for_half_width(&design, variance, target));
        let recent = [0, arm]
            .into_iter()
            .filter_map(|arm| self.tally.arms.get(arm));
        let recent: u64 = recent.map(|arm| arm.recent).sum();
        let per_day = count_of(recent) / self.rate_days();
        Power {
            arm: self.name(arm),
            half_width: found
                .effect()
                .map(|effect| rounded((effect.high - effect.low) / 2.0)),
            people,
            people_needed: needed,
            people_per_day: rounded(per_day),
            days_more: needed.and_then(|needed| power::days(needed, people, per_day)),
        }
    }

    /// Days over which new people were counted.
    fn rate_days(self) -> f64 {
        let last = self.plan.looks.last().copied().unwrap_or_default();
        let since = last.saturating_sub(self.plan.experiment.starts_at);
        let window = RATE_DAYS * DAY_MS;
        count_of(since.clamp(1, window)) / count_of(DAY_MS)
    }

    fn course(self, metric: &Metric, level: f64) -> Course {
        let found = self.all_compared(metric, level);
        let about = metric.about();
        Course {
            metric: metric.name(),
            unit: about.unit.name().into(),
            definition: about.definition.into(),
            level: rounded(level),
            arms: found
                .iter()
                .map(|(arm, found)| self.series(*arm, found))
                .collect(),
        }
    }

    fn series(self, arm: usize, found: &Compared) -> Series {
        let looks = found.looks().iter().map(|(look, people, effect)| Look {
            at: self.plan.looks.get(*look).copied().unwrap_or_default(),
            people: *people,
            delta: effect.delta,
            low: effect.low,
            high: effect.high,
            p: effect.p,
        });
        Series {
            arm: self.name(arm),
            looks: looks.collect(),
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "far below 2^53")]
fn count(of: usize) -> f64 {
    of as f64
}

#[expect(clippy::cast_precision_loss, reason = "far below 2^53")]
fn count_of(of: u64) -> f64 {
    of as f64
}
