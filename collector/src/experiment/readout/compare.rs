//! A treatment arm against the control, in one metric, look by look.

use super::{
    number::{digits, ends, maybe, rounded},
    shape::{Effect, Method},
};
use crate::experiment::{
    people::Totals,
    stats::{self, Design, RunningP},
};

/// What all looks at a comparison found.
#[derive(Debug, Default)]
pub(super) struct Compared {
    pub(super) plain: Option<Effect>,
    pub(super) cuped: Option<Effect>,
    /// Share of the difference's variance that CUPED took away.
    pub(super) removed: Option<f64>,
    /// Variance of the difference per person, by the effect to go by.
    pub(super) unit_variance: Option<f64>,
    /// The effect to go by at every look that has one, and the people of both arms.
    pub(super) looks: Vec<(usize, u64, Effect)>,
}

impl Compared {
    /// Which effect is the one to go by. It depends on how many people were there
    /// before, never on what they did since.
    pub(super) const fn method(&self) -> Method {
        if self.cuped.is_some() {
            Method::Cuped
        } else {
            Method::Plain
        }
    }

    pub(super) fn effect(&self) -> Option<Effect> {
        self.cuped.or(self.plain)
    }
}

/// Compares what was known of both arms from look to look.
pub(super) fn compared(control: &[Totals], treatment: &[Totals], design: &Design) -> Compared {
    let mut found = Compared::default();
    let (mut of_plain, mut of_cuped) = (RunningP::default(), RunningP::default());
    for (look, (control, treatment)) in control.iter().zip(treatment).enumerate() {
        let (control, treatment) = (control.moments(), treatment.moments());
        let plain = stats::compare_plain(&control, &treatment, design);
        let cuped = stats::compare(&control, &treatment, design);
        let cuped = cuped.filter(|found| found.cuped.is_some());
        let by = |of: &Option<stats::Comparison>, p: &mut RunningP| {
            let effect = of.as_ref().and_then(|found| effect(found, p));
            effect.or(None)
        };
        found.plain = by(&plain, &mut of_plain);
        found.cuped = by(&cuped, &mut of_cuped);
        found.removed = cuped.as_ref().and_then(|found| maybe(found.cuped));
        let best = cuped.or(plain);
        found.unit_variance = best.map(|found| found.unit_variance());
        if let Some(effect) = found.effect() {
            let people = control.people() + treatment.people();
            found.looks.push((look, people, effect));
        }
    }
    found
}

/// A comparison that nobody looked at before.
pub(super) fn once(control: &Totals, treatment: &Totals, design: &Design) -> Option<Effect> {
    let found = stats::compare_plain(&control.moments(), &treatment.moments(), design)?;
    effect(&found, &mut RunningP::default())
}

/// A look's effect with the p-value that stands after it; `None` with too few people.
pub(super) fn effect(found: &stats::Comparison, running: &mut RunningP) -> Option<Effect> {
    let (Some(low), Some(high)) = ends(&found.interval) else {
        return None;
    };
    let (lift_low, lift_high) = ends(&found.lift_interval);
    found.ready.then(|| Effect {
        delta: rounded(found.delta),
        low,
        high,
        lift: maybe(found.lift),
        lift_low,
        lift_high,
        standard_error: rounded(found.se),
        p: digits(running.look(found.p)),
        e: digits(found.e_value),
    })
}
