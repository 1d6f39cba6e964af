//! An experiment in a world: what is declared, and what is true of its arms.

use std::collections::BTreeMap;

use serde::Deserialize;
use tacit_signals::assignment::{Plan, assign};
use toml::Table;

use super::parts::{Acts, Given};
use crate::{
    experiment::declaration::{Declaration, Declared},
    simulate::dice::{Dice, odds_to_share, share_to_odds},
};

/// An experiment that people of the world take part in.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Trial {
    /// When it is declared and starts, as a share of the period. Before, nobody is in
    /// an arm: that is the pre-period.
    pub(crate) from: f64,
    /// The declaration, as in `tacit.toml`, without moments.
    pub(crate) declare: Table,
    /// What is true of arms that change anything.
    #[serde(default)]
    pub(crate) truth: BTreeMap<String, Truth>,
    /// By arm, the share of its people whose client loses everything from the start on.
    #[serde(default)]
    pub(crate) lost: BTreeMap<String, f64>,
    /// Share of people whom the app shows the next arm instead of their own.
    #[serde(default)]
    pub(crate) mismatched: f64,
    /// What decides who is in which arm.
    #[serde(skip)]
    pub(crate) plan: Option<Plan>,
}

/// What an arm does to its people.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Truth {
    /// Added to satisfaction, in log-odds.
    #[serde(default)]
    pub(crate) quality: f64,
    /// Times as long.
    #[serde(default = "one")]
    pub(crate) length: f64,
    /// Share of answers that open by praising the question.
    #[serde(default)]
    pub(crate) flatters: f64,
    /// Added to the probability of an act, in log-odds, satisfied or not.
    #[serde(default)]
    pub(crate) acts: BTreeMap<String, f64>,
}

const fn one() -> f64 {
    1.0
}

/// Where a person is in a trial.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Enrolled {
    /// The experiment's name.
    pub(crate) experiment: String,
    /// What their outputs say.
    pub(crate) arm: String,
    /// Their client loses everything.
    pub(crate) lost: bool,
}

impl Trial {
    /// The declaration; good in itself, which [`Trial::prepare`] saw to.
    fn declaration(&self) -> Result<Declaration, String> {
        let said = serde_json::to_value(&self.declare).map_err(|error| error.to_string())?;
        let said = said.as_object().cloned().unwrap_or_default();
        Declaration::parse(&said).map_err(|error| error.to_string())
    }

    /// As it is in a store where it was declared and started at `at` (Unix ms).
    pub(crate) fn declared(&self, at: u64) -> Result<Declared, String> {
        let declaration = self.declaration()?;
        let experiment = declaration
            .starting(at)
            .map_err(|error| error.to_string())?;
        Ok(Declared {
            experiment,
            declared_at: at,
            ended_at: None,
            said: declaration.said().clone(),
        })
    }

    /// Makes its plan, and says what makes no sense, if anything does.
    pub(super) fn prepare(&mut self) -> Result<(), String> {
        let declared = self.declared(0)?;
        let plan = declared
            .experiment
            .plan()
            .map_err(|error| error.to_string())?;
        self.check(&plan)?;
        self.plan = Some(plan);
        Ok(())
    }

    fn check(&self, plan: &Plan) -> Result<(), String> {
        let known = |name: &String| plan.arms().iter().any(|arm| arm.name == *name);
        if let Some(name) = self
            .truth
            .keys()
            .chain(self.lost.keys())
            .find(|name| !known(name))
        {
            return Err(format!("{name} is no arm of {}", plan.name()));
        }
        let shares = self.lost.values().chain([&self.mismatched, &self.from]);
        let flatters = self.truth.values().map(|truth| &truth.flatters);
        if !shares
            .chain(flatters)
            .all(|share| (0.0..=1.0).contains(share))
        {
            return Err("from, lost, mismatched and flatters lie between 0 and 1".into());
        }
        for truth in self.truth.values() {
            if !(truth.length > 0.0 && truth.quality.is_finite()) {
                return Err("a length is above 0, a quality a number".into());
            }
            if let Some(name) = truth.acts.keys().find(|name| field(name).is_none()) {
                return Err(format!("{name} is no act whose probability can be moved"));
            }
        }
        Ok(())
    }

    /// Where the hash puts `subject`, and what becomes of them there. Chance is the
    /// person's own.
    pub(crate) fn enrol(&self, subject: &str, mut dice: Dice) -> Option<Enrolled> {
        let plan = self.plan.as_ref()?;
        let assigned = assign(plan, subject);
        let arm = assigned.arm?;
        let (mixed_up, loses) = (dice.unit(), dice.unit());
        if assigned.holdout {
            return Some(Enrolled {
                experiment: plan.name().into(),
                arm: arm.into(),
                lost: false,
            });
        }
        let arms = plan.arms();
        let own = arms.iter().position(|known| known.name == arm)?;
        let shown = if mixed_up < self.mismatched {
            (own + 1) % arms.len()
        } else {
            own
        };
        Some(Enrolled {
            experiment: plan.name().into(),
            arm: arms.get(shown)?.name.clone(),
            lost: loses < self.lost.get(arm).copied().unwrap_or_default(),
        })
    }
}

impl Truth {
    /// What somebody does in this arm who did this before.
    pub(crate) fn acts(&self, before: &Acts) -> Acts {
        let mut acts = before.clone();
        for (name, by) in &self.acts {
            if let Some(field) = field(name) {
                let given = field(&mut acts);
                *given = given.map(|share| odds_to_share(share_to_odds(share) + by));
            }
        }
        acts
    }
}

/// The probabilities that an arm may move. Those of the next prompt must stay below 1
/// together, which an arm that adds log-odds of 1 or so keeps.
fn field(name: &str) -> Option<fn(&mut Acts) -> &mut Given> {
    Some(match name {
        "select" => |acts| &mut acts.select,
        "copy_most" => |acts| &mut acts.copy_most,
        "copy_part" => |acts| &mut acts.copy_part,
        "copy_code" => |acts| &mut acts.copy_code,
        "accept" => |acts| &mut acts.accept,
        "edit" => |acts| &mut acts.edit,
        "regenerate" => |acts| &mut acts.regenerate,
        "rephrase" => |acts| &mut acts.rephrase,
        "correct" => |acts| &mut acts.correct,
        "thank" => |acts| &mut acts.thank,
        "rate" => |acts| &mut acts.rate,
        "rate_up" => |acts| &mut acts.rate_up,
        "convert" => |acts| &mut acts.convert,
        _ => return None,
    })
}
