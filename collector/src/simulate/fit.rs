//! The temperature: how much evidence is how much confidence.

use super::{
    evaluate::{Study, judged, watch},
    metrics::{Calibration, calibration},
    policies::{VariantError, with_temperature},
    world::World,
};

/// Temperatures tried, in thousandths.
const RANGE: std::ops::RangeInclusive<u32> = 300..=10_000;

/// Steps of ever finer searches, in thousandths.
const STEPS: [u32; 4] = [500, 100, 10, 1];

/// A fitted temperature.
#[derive(Debug, Clone, PartialEq)]
pub struct Fit {
    /// In thousandths.
    pub temperature: u32,
    /// What it makes of the people it was fitted on.
    pub calibration: Calibration,
}

/// The temperature under which what was so is likeliest, over the decided labels
/// of `toml`'s policy in a world; `None` where nothing is decided. Temperatures
/// are tried by labelling anew, ever closer around the best so far: the
/// likelihood has one peak.
pub fn fit(toml: &str, world: &World, study: &Study) -> Result<Option<Fit>, VariantError> {
    let mut best: Option<Fit> = None;
    let (mut low, mut high) = (*RANGE.start(), *RANGE.end());
    for step in STEPS {
        let places: Vec<u32> = (low..=high)
            .step_by(usize::try_from(step).unwrap_or(1))
            .collect();
        let made = places.iter().map(|place| with_temperature(toml, *place));
        let policies = made.collect::<Result<Vec<_>, _>>()?;
        let seen = watch(world, study, &policies.iter().collect::<Vec<_>>());
        for (temperature, seen) in places.into_iter().zip(seen) {
            let Some(calibration) = calibration(&judged(&seen)) else {
                return Ok(None);
            };
            let better = |best: &Fit| calibration.loss < best.calibration.loss;
            if best.as_ref().is_none_or(better) {
                best = Some(Fit {
                    temperature,
                    calibration,
                });
            }
        }
        let around = best.as_ref().map_or(low, |best| best.temperature);
        low = around.saturating_sub(step).max(*RANGE.start());
        high = (around + step).min(*RANGE.end());
    }
    Ok(best)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::label::Policy;

    #[test]
    fn the_fit_is_no_worse_than_its_neighbours() {
        let world = World::named("base").unwrap();
        let study = Study {
            seeds: vec![901],
            conversations: 400,
        };
        let toml = Policy::default_toml();
        let best = fit(toml, &world, &study).unwrap().unwrap();
        for other in [best.temperature - 200, best.temperature + 200, 1_000, 6_000] {
            let policy = with_temperature(toml, other).unwrap();
            let seen = watch(&world, &study, &[&policy]).remove(0);
            let loss = calibration(&judged(&seen)).unwrap().loss;
            assert!(
                best.calibration.loss <= loss,
                "{} beside {other}",
                best.temperature
            );
        }
    }

    #[test]
    fn nothing_decided_is_nothing_fitted() {
        let toml = Policy::default_toml().replace("decide = 2.0", "decide = 1000.0");
        let world = World::named("base").unwrap();
        let study = Study {
            seeds: vec![901],
            conversations: 5,
        };
        assert_eq!(fit(&toml, &world, &study).unwrap(), None);
    }
}
