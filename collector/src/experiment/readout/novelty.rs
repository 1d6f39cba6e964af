//! Whether an effect is one of the first days: novelty wears off, and what people have
//! to learn first takes its time.
//!
//! The same people are there early and later, so the change of the effect is that of
//! each person's contrast: with eᵢ = (Nᵢ − R Dᵢ)/D̄ of the later and e′ᵢ of the early
//! time, an arm's change R − R′ varies as Var(eᵢ − e′ᵢ)/n, by the delta method of
//! [`crate::experiment::stats`].

use super::{
    compare::once,
    effects::Arms,
    number::{digits, rounded},
    shape::{Effect, Novelty, Week},
};
use crate::experiment::{
    people::Totals,
    stats::{Design, PEOPLE_MIN, TIGHTEST_AT, always_valid_p, confidence_sequence, e_value},
};

pub(super) fn novelty(arms: Arms<'_>, arm: usize, level: f64) -> Novelty {
    let design = Design::difference(level, TIGHTEST_AT);
    let none = Novelty {
        arm: arms.name(arm),
        early: None,
        later: None,
        change: None,
        marked: false,
        weeks: Vec::new(),
    };
    let (Some(control), Some(treatment)) = (arms.tally.arms.first(), arms.tally.arms.get(arm))
    else {
        return none;
    };
    let weeks = control.weeks.iter().zip(&treatment.weeks).zip(0..);
    let weeks = weeks.map(|((control, treatment), week)| Week {
        week,
        people: control.measured() + treatment.measured(),
        effect: once(control, treatment, &design),
    });
    let mut weeks: Vec<_> = weeks.collect();
    while weeks.last().is_some_and(|week| week.people == 0) {
        weeks.pop();
    }
    let change = change(&control.novelty, &treatment.novelty, level);
    Novelty {
        early: weeks.first().and_then(|week| week.effect),
        later: once(&control.novelty, &treatment.novelty, &design),
        change,
        marked: change.is_some_and(|change| change.low > 0.0 || change.high < 0.0),
        weeks,
        ..none
    }
}

/// How much larger the effect is later.
fn change(control: &Totals, treatment: &Totals, level: f64) -> Option<Effect> {
    let (of_control, of_treatment) = (contrast(control)?, contrast(treatment)?);
    let delta = of_treatment.0 - of_control.0;
    let se2 = of_control.1 + of_treatment.1;
    let rho = Design::difference(level, TIGHTEST_AT).rho();
    let people = control.people() + treatment.people();
    let interval = confidence_sequence(delta, se2, people, level, rho);
    let e = e_value(delta, se2, people, rho);
    let (low, high) = (interval.lower?, interval.upper?);
    (se2 > 0.0).then(|| Effect {
        delta: rounded(delta),
        low: rounded(low),
        high: rounded(high),
        lift: None,
        lift_low: None,
        lift_high: None,
        standard_error: rounded(libm::sqrt(se2)),
        p: digits(always_valid_p(e)),
        e: digits(e),
    })
}

/// Later − early of an arm, and the variance of that.
fn contrast(arm: &Totals) -> Option<(f64, f64)> {
    let [
        numerator,
        denominator,
        _,
        numerator_early,
        denominator_early,
    ] = arm.means();
    let (later, early) = (numerator / denominator, numerator_early / denominator_early);
    if arm.measured() < PEOPLE_MIN || !later.is_finite() || !early.is_finite() {
        return None;
    }
    let weights = [
        1.0 / denominator,
        -later / denominator,
        0.0,
        -1.0 / denominator_early,
        early / denominator_early,
    ];
    let co = arm.co_moments();
    let mut sum = 0.0;
    for (row, left) in co.iter().zip(weights) {
        for (co, right) in row.iter().zip(weights) {
            sum += left * right * co;
        }
    }
    let people = arm.people();
    #[expect(clippy::cast_precision_loss, reason = "far below 2^53")]
    let n = people as f64;
    (people > 1).then(|| (later - early, (sum / (n - 1.0) / n).max(0.0)))
}
