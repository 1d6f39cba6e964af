//! One simulated person.

use super::{
    super::observation::Observation,
    world::{Kind, OUTPUTS, SECONDS, SPREAD_OUTPUTS, SPREAD_PEOPLE, World},
};
use crate::simulate::dice::Dice;

/// Somebody in an experiment.
pub(super) struct Person {
    /// In the treatment arm.
    pub(super) treated: bool,
    /// Outputs they have not had yet.
    pub(super) to_come: u32,
    /// Their own rate, or mean seconds, untreated.
    level: f64,
    sum: f64,
    outputs: u32,
    before: Option<(f64, f64)>,
}

impl Person {
    /// Somebody new.
    pub(super) fn draw(world: &World, dice: &mut Dice) -> Self {
        let treated = dice.happens(world.treated);
        let level = level(world.kind, dice);
        let before = dice
            .happens(world.known)
            .then(|| before(world.kind, level, dice));
        Self {
            treated,
            to_come: outputs(world.kind, level, dice),
            level,
            sum: 0.0,
            outputs: 0,
            before,
        }
    }

    /// One more output; what it adds to the numerator.
    pub(super) fn act(&mut self, world: &World, dice: &mut Dice) -> f64 {
        let level = match (self.treated, world.kind) {
            (false, _) => self.level,
            (true, Kind::Share { .. } | Kind::Once { .. }) => self.level + world.moved(self.level),
            (true, Kind::Seconds | Kind::SecondsEach) => self.level * (1.0 + world.effect),
        };
        let value = value(world.kind, level, dice);
        self.sum += value;
        self.outputs += 1;
        self.to_come -= 1;
        value
    }

    /// Their sums by now.
    pub(super) fn observed(&self, world: &World) -> Observation {
        Observation {
            numerator: self.sum,
            denominator: denominator(world.kind, self.outputs),
            before: self.before,
        }
    }
}

/// A pre-period: the same person, untreated.
fn before(kind: Kind, level: f64, dice: &mut Dice) -> (f64, f64) {
    let outputs = outputs(kind, level, dice);
    let sum = (0..outputs).map(|_| value(kind, level, dice)).sum();
    (sum, denominator(kind, outputs))
}

fn level(kind: Kind, dice: &mut Dice) -> f64 {
    match kind {
        Kind::Share { rate, .. } | Kind::Once { rate } => {
            // a + b = 2 makes the correlation within a person 1/(a + b + 1).
            beta(2.0 * rate, 2.0 * (1.0 - rate), dice)
        }
        Kind::Seconds | Kind::SecondsEach => {
            dice.around(SECONDS * mean_to_median(SPREAD_PEOPLE), SPREAD_PEOPLE)
        }
    }
}

fn value(kind: Kind, level: f64, dice: &mut Dice) -> f64 {
    match kind {
        Kind::Share { .. } | Kind::Once { .. } => f64::from(u8::from(dice.happens(level))),
        Kind::Seconds | Kind::SecondsEach => {
            dice.around(level * mean_to_median(SPREAD_OUTPUTS), SPREAD_OUTPUTS)
        }
    }
}

/// Geometric, at least one.
fn outputs(kind: Kind, level: f64, dice: &mut Dice) -> u32 {
    let mean = match kind {
        Kind::Share { rate, engaged } => OUTPUTS + engaged * (level - rate),
        Kind::Once { .. } => 1.0,
        Kind::Seconds | Kind::SecondsEach => OUTPUTS,
    };
    let mut outputs = 1;
    while !dice.happens(1.0 / mean) {
        outputs += 1;
    }
    outputs
}

fn denominator(kind: Kind, outputs: u32) -> f64 {
    match kind {
        Kind::Share { .. } | Kind::Seconds => f64::from(outputs),
        Kind::Once { .. } | Kind::SecondsEach => 1.0,
    }
}

/// Median of a log-normal draw ÷ its mean.
fn mean_to_median(spread: f64) -> f64 {
    libm::exp(-0.5 * spread * spread)
}

/// A beta draw (Jöhnk 1964), quick where a + b is small.
fn beta(a: f64, b: f64, dice: &mut Dice) -> f64 {
    loop {
        let x = libm::pow(dice.unit(), 1.0 / a);
        let y = libm::pow(dice.unit(), 1.0 / b);
        let sum = x + y;
        if sum > 0.0 && sum <= 1.0 {
            return x / sum;
        }
    }
}
