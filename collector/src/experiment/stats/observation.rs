//! One person.

/// One person's sums of a metric, all finite.
///
/// The metric is Σ numerators ÷ Σ denominators over people. A mean over people is
/// a ratio whose denominators are 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Observation {
    /// Over the bar.
    pub numerator: f64,
    /// Below it; 0 of a person who had no occasion to be measured.
    pub denominator: f64,
    /// Numerator and denominator of the same metric before the person's exposure;
    /// `None` of a person nobody knew then.
    pub before: Option<(f64, f64)>,
}

impl Observation {
    /// Somebody without a pre-period.
    #[must_use]
    pub const fn new(numerator: f64, denominator: f64) -> Self {
        Self {
            numerator,
            denominator,
            before: None,
        }
    }

    /// The same person with sums of the time before.
    #[must_use]
    pub const fn with_before(self, numerator: f64, denominator: f64) -> Self {
        Self {
            before: Some((numerator, denominator)),
            ..self
        }
    }
}
