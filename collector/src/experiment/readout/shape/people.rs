//! Who took part, and whether they came into the arms as declared.

use serde::{Deserialize, Serialize};

use crate::label::Milli;

/// People, counted. All of kinds `app` and `visitor`, programs left out.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct People {
    /// With an assignment on record, those held out among them and those out of the
    /// traffic not.
    pub assigned: u64,
    /// Who saw an output that takes part, in an arm.
    pub exposed: u64,
    /// Of them with at least one output that has settled.
    pub analysed: u64,
    /// In the long-term holdout: by assignment, or by what their outputs say.
    pub held_out: u64,
    /// Not in the experiment's traffic, by an assignment on record: in no arm, whatever
    /// they were shown.
    #[serde(default)]
    pub out_of_traffic: u64,
    /// Who took part with another arm than assigned, with one although they are not in
    /// the traffic, or with more than one arm. Those who are in an arm by assignment are
    /// analysed in it.
    pub mismatched: u64,
    /// `mismatched` of all who took part: exposed, held out, or in no arm.
    pub mismatched_share: Milli,
    /// Exposed without an assignment on record, since they were registered before the
    /// declaration: analysed by the arm their outputs say.
    pub unassigned: u64,
    /// Whose outputs say an arm that is not declared, and who have no assignment: in
    /// no arm.
    pub undeclared: u64,
    /// Outputs of which all that is known came from people the screen found.
    #[serde(default, skip_serializing_if = "crate::label::none")]
    pub screened: u64,
    /// By arm, as declared.
    pub arms: Vec<ArmPeople>,
}

/// People of an arm.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ArmPeople {
    /// The arm; the first is the control.
    pub arm: String,
    /// Its declared share.
    pub weight: Milli,
    /// Assigned to it.
    pub assigned: u64,
    /// Of it, and exposed.
    pub exposed: u64,
    /// Of them with at least one output that has settled.
    pub analysed: u64,
}

/// Whether people came into the arms as often as declared: exposed people against
/// weights.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Srm {
    /// Pearson's χ² over the arms.
    pub chi_squared: f64,
    /// Its p-value, valid for one look.
    pub p: f64,
    /// Bayes factor against the declared weights: may be looked at any time.
    pub bayes_factor: f64,
    /// Always-valid p-value: 1 ÷ the Bayes factor, at most 1.
    pub always_valid_p: f64,
    /// The Bayes factor is above 1,000: people are missing from an arm, or too many are
    /// in one. Trust no effect.
    pub alarm: bool,
}
