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
    plain: Way,
    cuped: Way,
    /// Share of the difference's variance that CUPED took away.
    pub(super) removed: Option<f64>,
}

/// What one way of comparing found.
#[derive(Debug, Default)]
struct Way {
    /// By the last look.
    last: Option<Effect>,
    /// Variance of the difference per person.
    unit_variance: Option<f64>,
    /// Every look with people enough: its place, the people of both arms, the effect.
    looks: Vec<(usize, u64, Effect)>,
    running: RunningP,
}

impl Way {
    fn look(&mut self, look: usize, people: u64, found: Option<&stats::Comparison>) {
        self.last = found.and_then(|found| effect(found, &mut self.running));
        self.unit_variance = found.map(stats::Comparison::unit_variance);
        self.looks
            .extend(self.last.map(|effect| (look, people, effect)));
    }
}

impl Compared {
    /// Which effect is the one to go by: CUPED's as soon as there is one. That depends on
    /// how many people were there before, never on what they did since.
    pub(super) const fn method(&self) -> Method {
        if self.cuped.last.is_some() {
            Method::Cuped
        } else {
            Method::Plain
        }
    }

    const fn way(&self) -> &Way {
        match self.method() {
            Method::Cuped => &self.cuped,
            Method::Plain => &self.plain,
        }
    }

    pub(super) const fn plain(&self) -> Option<Effect> {
        self.plain.last
    }

    pub(super) const fn cuped(&self) -> Option<Effect> {
        self.cuped.last
    }

    /// The effect to go by.
    pub(super) const fn effect(&self) -> Option<Effect> {
        self.way().last
    }

    /// Its variance per person.
    pub(super) const fn unit_variance(&self) -> Option<f64> {
        self.way().unit_variance
    }

    /// All looks of its kind.
    pub(super) fn looks(&self) -> &[(usize, u64, Effect)] {
        &self.way().looks
    }
}

/// Compares what was known of both arms from look to look.
pub(super) fn compared(control: &[Totals], treatment: &[Totals], design: &Design) -> Compared {
    let mut found = Compared::default();
    for (look, (control, treatment)) in control.iter().zip(treatment).enumerate() {
        let (control, treatment) = (control.moments(), treatment.moments());
        let people = control.people() + treatment.people();
        let plain = stats::compare_plain(&control, &treatment, design);
        let cuped = stats::compare(&control, &treatment, design);
        let cuped = cuped.filter(|found| found.cuped.is_some());
        found.plain.look(look, people, plain.as_ref());
        found.cuped.look(look, people, cuped.as_ref());
        found.removed = cuped.and_then(|found| maybe(found.cuped));
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
