//! The decision.

use serde::{Deserialize, Serialize};

use crate::experiment::readout::GuardState;

use super::{
    Check, Condition, Evidence, Verdict,
    conditions::{
        arms_given, assignment, guardrail, holdout, is_excluded, origin, people, primary,
    },
    more::{More, more},
    subject::Origin,
};

/// What the gate says, and why.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Decision {
    /// The worst of the conditions.
    pub verdict: Verdict,
    /// Learnt from people, and nothing compared it with those it was kept from.
    pub unproven: bool,
    /// All that was asked.
    pub conditions: Vec<Condition>,
    /// What is to come, of what is on hold.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outlook: Option<Outlook>,
}

/// What is to come of what is on hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum Outlook {
    /// It will be known.
    Waiting(More),
    /// The effect is smaller than the smallest worth knowing: no number of people
    /// makes it worth it.
    TooSmall,
    /// Nobody comes any more, and it is not known.
    Ended,
    /// People are not what is missing.
    Blocked,
}

/// Weighs what is known. Without evidence there is no experiment.
#[must_use]
pub fn decide(of: &Origin, evidence: Option<&Evidence>) -> Decision {
    let mut conditions = Vec::from_iter(origin(of, evidence.is_some()));
    if let Some(evidence) = evidence {
        conditions.push(primary(evidence));
        conditions.extend(
            evidence
                .guardrails
                .iter()
                .map(|guarding| guardrail(guarding, &evidence.guardrails)),
        );
        conditions.push(people(evidence));
        conditions.push(assignment(evidence));
        conditions.push(arms_given(evidence));
        conditions.push(holdout(of, evidence));
    }
    let worst = conditions.iter().map(|condition| condition.verdict).max();
    let verdict = worst.unwrap_or(Verdict::Hold);
    let outlook = evidence.filter(|_| verdict == Verdict::Hold);
    let nobody_held_out = evidence.is_none_or(|known| known.holdout.declared.thousandths() == 0);
    Decision {
        verdict,
        unproven: of.is_learnt() && nobody_held_out,
        outlook: outlook.map(|evidence| outlook_of(evidence, &conditions)),
        conditions,
    }
}

fn outlook_of(evidence: &Evidence, conditions: &[Condition]) -> Outlook {
    let on_hold = |check: Check| {
        let mut of_it = conditions.iter().filter(|found| found.check == check);
        of_it.any(|found| found.verdict == Verdict::Hold)
    };
    if on_hold(Check::Primary)
        && evidence
            .gain
            .is_some_and(|gain| is_excluded(gain, evidence.mde))
    {
        return Outlook::TooSmall;
    }
    let by_people = [Check::Primary, Check::People, Check::Assignment];
    let guards_open = evidence
        .guardrails
        .iter()
        .any(|guarding| guarding.state == GuardState::Open);
    let nobody_seen = evidence.holdout.declared.thousandths() > 0 && evidence.holdout.people == 0;
    if !by_people.into_iter().any(on_hold) && !guards_open && !nobody_seen {
        return Outlook::Blocked;
    }
    if evidence.has_ended {
        return Outlook::Ended;
    }
    Outlook::Waiting(more(evidence))
}
