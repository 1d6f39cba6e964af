//! What several reads ask for in the same words.

use std::time::Duration;

use serde::{Deserialize, Deserializer, de::Error};
use tacit_signals::limits::AT_MS_MAX;

use super::problem::Problem;
use crate::{
    collector::Collector,
    label::{Milli, Policy, State, Trust},
    wall::now_ms,
};

/// How long a read waits for the store to have what was acknowledged before it.
const SETTLE_TRIES: u32 = 400;
const SETTLE_EVERY: Duration = Duration::from_millis(5);

/// Returns once the store has all that was acknowledged before the call, so that
/// who reads after a 204 finds it; or after two seconds, when it is behind.
pub(super) async fn settled(collector: &Collector) {
    let (acknowledged, _) = collector.log.progress();
    for _ in 0..SETTLE_TRIES {
        if collector.log.progress().1 >= acknowledged {
            return;
        }
        actix_web::rt::time::sleep(SETTLE_EVERY).await;
    }
}

/// A time of a query, Unix ms; one beyond what the wire takes is a mistake.
pub(super) fn unix_ms<'de, D: Deserializer<'de>>(from: D) -> Result<Option<u64>, D::Error> {
    let at = Option::<u64>::deserialize(from)?;
    if at.is_some_and(|at| at > AT_MS_MAX) {
        return Err(D::Error::custom(format!(
            "a time is at most {AT_MS_MAX}, in ms"
        )));
    }
    Ok(at)
}

/// The moment to read as of: what was asked for, else now.
pub(super) fn as_of(asked: Option<u64>) -> u64 {
    asked.unwrap_or_else(now_ms)
}

/// The policy that was asked for, by name, `name@version` or full reference; the
/// collector's own where nobody asked.
pub(super) fn policy(collector: &Collector, asked: Option<&str>) -> Result<Policy, Problem> {
    let policies = &collector.policies;
    policies.named(asked).cloned().ok_or_else(|| {
        let known: Vec<_> = policies.all().map(Policy::reference).collect();
        let detail = format!("the policies here are {}", known.join(", "));
        Problem::unsupported("policy", detail)
    })
}

/// The state that was asked for.
pub(super) fn state(asked: &str) -> Result<State, Problem> {
    State::from_name(asked).ok_or_else(|| {
        let names: Vec<_> = State::ALL.into_iter().map(State::name).collect();
        Problem::unsupported("state", format!("one of {}", names.join(", ")))
    })
}

/// The least trust that was asked for.
pub(super) fn trust(asked: Option<&str>, default: Trust) -> Result<Trust, Problem> {
    let Some(asked) = asked else {
        return Ok(default);
    };
    Trust::from_name(asked)
        .ok_or_else(|| Problem::unsupported("trust", "one of claimed, known, signed"))
}

/// The least confidence that was asked for.
pub(super) fn confidence(asked: Option<f64>) -> Result<Milli, Problem> {
    let asked = Milli::exact(asked.unwrap_or_default());
    asked
        .filter(|asked| (0..=1_000).contains(&asked.thousandths()))
        .ok_or_else(|| {
            let detail = "a number from 0 to 1 with at most three decimals";
            Problem::unsupported("min_confidence", detail)
        })
}
