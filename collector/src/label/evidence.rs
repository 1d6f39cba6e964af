//! What every rule of a policy finds in an output's facts.

use tacit_signals::{
    Signal,
    signal::{Edited, Kind},
};

use super::{
    facts::Facts,
    policy::{Condition, Number, Policy, Rule, Text, Trigger},
    timeline::{Moment, Visits},
};

/// A rule that fired.
pub(crate) struct Item<'p, 'a> {
    pub(crate) rule: &'p Rule,
    /// The events it rests on, ascending.
    pub(crate) moments: Vec<Moment<'a>>,
}

/// What was found, and what may still come of what was not done.
pub(crate) struct Found<'p, 'a> {
    /// In the order of the rules.
    pub(crate) items: Vec<Item<'p, 'a>>,
    /// When an absence that holds so far would count, Unix ms.
    pub(crate) absence_at: Option<u64>,
}

/// Asks every rule. `facts` holds one fold per window of the policy.
pub(crate) fn gather<'p, 'a>(
    facts: &[Facts<'a>],
    policy: &'p Policy,
    visits: &Visits,
    as_of: u64,
) -> Found<'p, 'a> {
    let mut found = Found {
        items: Vec::new(),
        absence_at: None,
    };
    for rule in policy.rules.iter() {
        let facts = &facts[rule.window];
        let moments = match rule.trigger {
            Trigger::On(kind) => {
                let all = facts.of_kind(kind).copied();
                all.filter(|moment| holds(rule, facts, moment)).collect()
            }
            Trigger::Survived { age_s } => survived(rule, facts, age_s),
            Trigger::Absence => {
                let over_at = absence(rule, facts).then(|| visits.over_at(facts.last_at));
                found.absence_at = found.absence_at.max(over_at);
                match over_at {
                    Some(at) if at <= as_of => watched(facts),
                    _ => Vec::new(),
                }
            }
        };
        if !moments.is_empty() {
            found.items.push(Item { rule, moments });
        }
    }
    found
}

/// When nothing can change the label any more: every window is over, so is the
/// look-out for accepted text, and an absence has been counted. `None` without
/// signals: an output that nobody was shown waits.
pub(crate) fn matures_at(
    facts: &[Facts<'_>],
    policy: &Policy,
    found: &Found<'_, '_>,
) -> Option<u64> {
    let last = facts.last()?;
    last.start?;
    let watches = |rule: &Rule| matches!(rule.trigger, Trigger::Survived { .. });
    let taken = last.taken.filter(|_| policy.rules.iter().any(watches));
    let survival = taken.map(|taken| taken.at.saturating_add(policy.survival_ms));
    Some(last.deadline).max(survival).max(found.absence_at)
}

/// A look at accepted text, with the acceptance it looks back to.
fn survived<'a>(rule: &Rule, facts: &Facts<'a>, age_s: u32) -> Vec<Moment<'a>> {
    let look = facts.survived(age_s).copied();
    let look = look.filter(|moment| holds(rule, facts, moment));
    match (facts.taken, look) {
        (Some(taken), Some(look)) => vec![taken, look],
        _ => Vec::new(),
    }
}

/// Whether nothing was done although it was seen, as far as the rule asks.
fn absence(rule: &Rule, facts: &Facts<'_>) -> bool {
    let read_share = i64::from(facts.dwell.read_share.thousandths());
    let holds = |condition: &Condition| match condition {
        Condition::Number {
            field: Number::ReadShare,
            min,
            max,
        } => (*min..=*max).contains(&read_share),
        Condition::SeenMs(least) => facts.dwell.active_ms >= *least,
        _ => false,
    };
    facts.start.is_some() && !facts.acted() && rule.conditions.iter().all(holds)
}

/// The events that show an output was there and looked at.
fn watched<'a>(facts: &Facts<'a>) -> Vec<Moment<'a>> {
    let shown = facts.shown.into_iter();
    shown.chain(facts.dwell.moments.iter().copied()).collect()
}

/// Whether every condition of a rule holds for an event.
fn holds(rule: &Rule, facts: &Facts<'_>, moment: &Moment<'_>) -> bool {
    let signal = &moment.event.signal;
    rule.conditions.iter().all(|condition| match condition {
        Condition::Number { field, min, max } => field
            .read(signal)
            .is_some_and(|value| (*min..=*max).contains(&value)),
        Condition::Text { field, any } => {
            Text::read(*field, signal).is_some_and(|text| any.iter().any(|one| one == text))
        }
        Condition::Final(wanted) => {
            matches!(signal, Signal::Edited(Edited { is_final, .. }) if is_final == wanted)
        }
        Condition::UsedBefore(wanted) => {
            let before = facts.used.is_some_and(|used| used.order(moment).is_lt());
            before == *wanted
        }
        Condition::SeenMs(least) => seen_ms(facts, signal) >= *least,
    })
}

/// How long it was seen: by active reading or, where a person asked for another
/// answer, at least from the stream's end to the request.
fn seen_ms(facts: &Facts<'_>, signal: &Signal) -> u64 {
    let waited = match signal {
        Signal::Regenerated { after_ms, .. } => u64::from(*after_ms),
        _ => 0,
    };
    facts.dwell.active_ms.max(waited)
}

/// Whether a person has seen the output: read it for `least_ms` or done anything to it.
pub(crate) fn seen(facts: &Facts<'_>, least_ms: u64) -> bool {
    // A conversion is the site's word and says nothing about this page.
    let by_person = |m: &Moment<'_>| m.event.signal.kind() != Some(Kind::Converted);
    facts.dwell.active_ms >= least_ms || facts.standing.iter().any(by_person)
}
