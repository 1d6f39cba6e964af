//! The report of a study: the same findings as a page and as a file. Pure.

mod assumptions;
mod json;
mod page;
mod temperature;
mod world;

pub use self::{json::json, page::page};

use super::{
    evaluate::{Study, judged, watch},
    fit::{Fit, fit},
    metrics::{Calibration, calibration},
    policies::{VariantError, with_temperature},
    study::{Found, Scored, study},
    world::World,
};
use crate::label::Policy;

/// Seeds of the rounds that the temperature is fitted on lie this far from those
/// of the rounds it is judged on.
pub const TRAINING: u64 = 1_000;

/// All that was found.
#[derive(Debug, Clone)]
pub struct Report {
    /// The policy's reference.
    pub policy: String,
    /// Its temperature, as written.
    pub temperature: f64,
    /// It is the one built in.
    pub built_in: bool,
    /// The rounds of every world.
    pub rounds: Study,
    /// The temperature the base world asks for; nothing where nothing is decided.
    pub fitted: Option<Fitted>,
    /// World by world.
    pub worlds: Vec<Reported>,
}

/// One world of a report.
#[derive(Debug, Clone)]
pub struct Reported {
    /// The world.
    pub world: World,
    /// What was found there.
    pub found: Found,
    /// The policy's calibration there with the fitted temperature.
    pub at_fitted: Option<Calibration>,
}

/// A temperature fitted on other people than it is judged on.
#[derive(Debug, Clone)]
pub struct Fitted {
    /// Which world.
    pub world: String,
    /// The rounds it was fitted on.
    pub training: Study,
    /// The fit.
    pub fit: Fit,
}

/// Studies every world; fits the temperature in the first. `progress` is told
/// what comes next.
pub fn report(
    toml: &str,
    worlds: &[World],
    rounds: &Study,
    progress: &mut dyn FnMut(&str),
) -> Result<Report, VariantError> {
    let policy = Policy::parse(toml)?;
    let fitted = match worlds.first() {
        Some(world) => {
            progress(&format!("fitting the temperature in world {}", world.name));
            fitted(toml, world, rounds)?
        }
        None => None,
    };
    let mut reported = Vec::new();
    for world in worlds {
        progress(&format!("watching people of world {}", world.name));
        if let Some(found) = study(toml, world, rounds)? {
            let at_fitted = match &fitted {
                Some(fitted) => at(toml, fitted.fit.temperature, world, rounds)?,
                None => None,
            };
            reported.push(Reported {
                world: world.clone(),
                found,
                at_fitted,
            });
        }
    }
    Ok(Report {
        policy: policy.reference(),
        temperature: policy.base().temperature.to_f64(),
        built_in: toml == Policy::default_toml(),
        rounds: rounds.clone(),
        fitted,
        worlds: reported,
    })
}

fn fitted(toml: &str, world: &World, rounds: &Study) -> Result<Option<Fitted>, VariantError> {
    let training = Study {
        seeds: rounds.seeds.iter().map(|seed| seed + TRAINING).collect(),
        ..rounds.clone()
    };
    let Some(fit) = fit(toml, world, &training)? else {
        return Ok(None);
    };
    Ok(Some(Fitted {
        world: world.name.clone(),
        training,
        fit,
    }))
}

/// The policy's calibration in a world with another temperature.
fn at(
    toml: &str,
    temperature: u32,
    world: &World,
    rounds: &Study,
) -> Result<Option<Calibration>, VariantError> {
    let policy = with_temperature(toml, temperature)?;
    let seen = watch(world, rounds, &[&policy]);
    Ok(seen.first().and_then(|seen| calibration(&judged(seen))))
}

impl Reported {
    /// The policy itself.
    pub(crate) fn policy(&self) -> Option<&Scored> {
        self.found.scored.first()
    }

    /// What it is compared with.
    pub(crate) fn others(&self) -> &[Scored] {
        self.found.scored.get(1..).unwrap_or_default()
    }

    /// Those that rank answers at least as well as the policy, as far as can be told.
    pub(crate) fn not_behind(&self) -> Vec<&Scored> {
        let ahead = |other: &&Scored| other.behind.is_none_or(|behind| behind.interval().0 <= 0.0);
        self.others().iter().filter(ahead).collect()
    }

    /// Those whose labels are less wrong over all coverages.
    pub(crate) fn less_wrong(&self) -> Vec<&Scored> {
        let area = self
            .policy()
            .map_or(f64::INFINITY, |policy| policy.coverage.area);
        self.others()
            .iter()
            .filter(|other| other.coverage.area < area)
            .collect()
    }

    /// The policy's calibration, as it is written.
    pub(crate) fn calibration(&self) -> Option<&Calibration> {
        self.policy()?.calibration.as_ref()
    }

    /// The policy's calibration error.
    pub(crate) fn calibration_error(&self) -> Option<f64> {
        Some(self.calibration()?.error)
    }
}

/// The bar for the calibration error.
pub(crate) const CALIBRATION_MAX: f64 = 0.05;

/// Four decimals.
#[must_use]
pub(crate) fn short(value: f64) -> f64 {
    (value * 10_000.0).round() / 10_000.0
}

#[cfg(test)]
mod tests;
