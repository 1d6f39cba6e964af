//! Who comes, and what the treatment does to them.

/// Outputs of a person, on average.
pub(super) const OUTPUTS: f64 = 5.0;

/// Of a metric in seconds: the mean, and the spreads of the logarithm between people
/// and between one person's outputs, which make the correlation within a person one
/// third and the largest of ten thousand about seventy times the mean.
pub(super) const SECONDS: f64 = 10.0;
/// Between people.
pub(super) const SPREAD_PEOPLE: f64 = 0.8;
/// Between outputs of a person.
pub(super) const SPREAD_OUTPUTS: f64 = 0.816;

/// What is measured.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Kind {
    /// Outputs with a yes ÷ outputs: people's rates are beta distributed around `rate`,
    /// so that the correlation within a person is one third.
    Share {
        /// 0 to 1 exclusive.
        rate: f64,
        /// How many more outputs somebody has whose rate is 1 than somebody whose rate
        /// is 0: numerator and denominator are then correlated.
        engaged: f64,
    },
    /// A yes or no per person.
    Once {
        /// 0 to 1 exclusive.
        rate: f64,
    },
    /// Seconds ÷ outputs, log-normal between people and outputs: heavy-tailed.
    Seconds,
    /// Seconds per person, heavier still.
    SecondsEach,
}

/// An experiment to be played.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct World {
    /// What is measured.
    pub kind: Kind,
    /// How many come in all.
    pub people: usize,
    /// How many come between two looks.
    pub batch: usize,
    /// Share of them who are treated.
    pub treated: f64,
    /// A person's outputs come one by one, over later looks, instead of at once.
    pub growing: bool,
    /// What the treatment does: the share of no that become yes, or below 0 of yes that
    /// become no; of seconds, how many more, relatively.
    pub effect: f64,
    /// Share of the people who were there before, and did as they do untreated.
    pub known: f64,
    /// Of chance.
    pub seed: u64,
}

impl World {
    /// Four thousand people, a hundred looks, no effect.
    #[must_use]
    pub const fn new(kind: Kind) -> Self {
        Self {
            kind,
            people: 4_000,
            batch: 40,
            treated: 0.5,
            growing: false,
            effect: 0.0,
            known: 0.0,
            seed: 19,
        }
    }

    /// The difference the metric ends with, treatment − control.
    #[must_use]
    pub fn truth(&self) -> f64 {
        match self.kind {
            Kind::Share { rate, engaged } => {
                // Σ over people of outputs × rate ÷ outputs; Var(rate) = rate(1 − rate)/3.
                self.moved(rate + engaged * rate * (1.0 - rate) / 3.0 / OUTPUTS)
            }
            Kind::Once { rate } => self.moved(rate),
            Kind::Seconds => SECONDS * self.effect,
            Kind::SecondsEach => SECONDS * OUTPUTS * self.effect,
        }
    }

    /// By how much the treatment moves a rate.
    pub(super) fn moved(&self, rate: f64) -> f64 {
        if self.effect > 0.0 {
            self.effect * (1.0 - rate)
        } else {
            self.effect * rate
        }
    }
}
