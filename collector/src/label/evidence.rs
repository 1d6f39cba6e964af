//! What every rule of a policy finds in an output's facts, and why not.

use tacit_signals::{
    Signal,
    signal::{Edited, Kind},
};

use super::{
    facts::Facts,
    policy::{Clause, Condition, Dwell, Number, Order, Policy, Rule, Terms, Text, Trigger},
    reading::Reading,
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
    /// When the first absence will count that does not yet, Unix ms.
    pub(crate) next_absence_at: Option<u64>,
}

/// Why a rule did not fire, or an event gave it nothing.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Miss<'p, 'a> {
    /// A condition does not hold: for this event or, of absence, at all.
    Condition(Option<Moment<'a>>, &'p Condition),
    /// An event has none of the others it needs.
    With(Moment<'a>, &'p Clause),
    /// An event has another that it must not have.
    Without(Moment<'a>, &'p Clause, Moment<'a>),
    /// Something was done, first this.
    Acted(Moment<'a>),
    /// The visit counts as over only then, Unix ms.
    VisitOn(u64),
}

/// What rules are asked about.
#[derive(Clone, Copy)]
pub(crate) struct Asked<'s> {
    pub(crate) dwell: &'s Dwell,
    pub(crate) visits: &'s Visits,
    pub(crate) as_of: u64,
}

/// What one rule finds.
pub(crate) struct Answer<'a> {
    /// The events it rests on, ascending; empty where it does not fire.
    pub(crate) moments: Vec<Moment<'a>>,
    /// When an absence that holds so far counts, Unix ms.
    pub(crate) absence_at: Option<u64>,
}

/// Asks every rule. `facts` holds one fold per window of the terms.
pub(crate) fn gather<'p, 'a>(
    facts: &[Facts<'a>],
    terms: &'p Terms,
    asked: &Asked<'_>,
) -> Found<'p, 'a> {
    let mut found = Found {
        items: Vec::new(),
        absence_at: None,
        next_absence_at: None,
    };
    for rule in &terms.rules {
        let answer = ask(rule, &facts[rule.window], asked, &mut |_| {});
        found.absence_at = found.absence_at.max(answer.absence_at);
        let next = answer.absence_at.filter(|at| *at > asked.as_of);
        found.next_absence_at = found.next_absence_at.into_iter().chain(next).min();
        if !answer.moments.is_empty() {
            let moments = answer.moments;
            found.items.push(Item { rule, moments });
        }
    }
    found
}

/// Asks one rule; `missed` is told everything that did not fit. The one place
/// where rules are read, for labels and for what explains them.
pub(crate) fn ask<'p, 'a>(
    rule: &'p Rule,
    facts: &Facts<'a>,
    asked: &Asked<'_>,
    missed: &mut impl FnMut(Miss<'p, 'a>),
) -> Answer<'a> {
    let mut moments = Vec::new();
    match rule.trigger {
        Trigger::On(kind) => {
            for moment in facts.of_kind(kind) {
                fire(rule, facts, asked, moment, &mut moments, missed);
            }
        }
        Trigger::Survived { age_s } => {
            // A look counts with the acceptance it looks back to.
            if let (Some(taken), Some(look)) = (facts.taken, facts.survived(age_s))
                && fire(rule, facts, asked, look, &mut moments, missed)
            {
                moments.push(taken);
            }
        }
        Trigger::Absence => return absence(rule, facts, asked, missed),
    }
    moments.sort_by(Moment::order);
    moments.dedup_by_key(|moment| moment.id);
    Answer {
        moments,
        absence_at: None,
    }
}

/// When nothing can change the label any more: every window is over, so is the
/// look-out for accepted text, and an absence has been counted. `None` without
/// signals: an output that nobody was shown waits.
///
/// A `without` can be broken as long as its rule's window is open, by a look at
/// accepted text even longer: both are waited for here.
pub(crate) fn matures_at(facts: &[Facts<'_>], terms: &Terms, found: &Found<'_, '_>) -> Option<u64> {
    let last = facts.last()?;
    last.start?;
    Some(last.deadline)
        .max(survival_until(last, terms))
        .max(found.absence_at)
}

/// How long looks at accepted text count, where it was accepted and a rule asks.
pub(crate) fn survival_until(facts: &Facts<'_>, terms: &Terms) -> Option<u64> {
    let watched = terms.rules.iter().any(Rule::watches_survival);
    let taken = facts.taken.filter(|_| watched)?;
    Some(taken.at.saturating_add(terms.survival_ms))
}

/// Adds an event, and those its clauses find, if everything the rule asks holds.
fn fire<'p, 'a>(
    rule: &'p Rule,
    facts: &Facts<'a>,
    asked: &Asked<'_>,
    moment: &Moment<'a>,
    moments: &mut Vec<Moment<'a>>,
    missed: &mut impl FnMut(Miss<'p, 'a>),
) -> bool {
    if let Some(condition) = failing(&rule.conditions, facts, asked.dwell, moment) {
        missed(Miss::Condition(Some(*moment), condition));
        return false;
    }
    let first = |clause| other(clause, facts, asked.dwell, moment);
    for clause in &rule.without {
        if let Some(other) = first(clause) {
            missed(Miss::Without(*moment, clause, other));
            return false;
        }
    }
    let before = moments.len();
    for clause in &rule.with {
        let Some(other) = first(clause) else {
            missed(Miss::With(*moment, clause));
            moments.truncate(before);
            return false;
        };
        moments.push(other);
    }
    moments.push(*moment);
    true
}

/// The first other event that a clause is about.
fn other<'a>(
    clause: &Clause,
    facts: &Facts<'a>,
    dwell: &Dwell,
    moment: &Moment<'a>,
) -> Option<Moment<'a>> {
    let stands = |other: &&Moment<'a>| {
        let order = other.order(moment);
        let in_order = match clause.order {
            Order::Before => order.is_lt(),
            Order::After => order.is_gt(),
            Order::Any => order.is_ne(),
        };
        in_order && failing(&clause.conditions, facts, dwell, other).is_none()
    };
    match clause.age_s {
        Some(age_s) => facts.survived(age_s).filter(stands).copied(),
        None => facts.of_kind(clause.kind).find(stands).copied(),
    }
}

/// Whether nothing was done although it was seen, as far as the rule asks.
fn absence<'p, 'a>(
    rule: &'p Rule,
    facts: &Facts<'a>,
    asked: &Asked<'_>,
    missed: &mut impl FnMut(Miss<'p, 'a>),
) -> Answer<'a> {
    let mut answer = Answer {
        moments: Vec::new(),
        absence_at: None,
    };
    if facts.start.is_none() {
        return answer;
    }
    if let Some(act) = facts.standing.first() {
        missed(Miss::Acted(*act));
        return answer;
    }
    let holds = |condition: &&Condition| !of_output(condition, facts, asked.dwell).unwrap_or(false);
    if let Some(condition) = rule.conditions.iter().find(holds) {
        missed(Miss::Condition(None, condition));
        return answer;
    }
    let over_at = asked.visits.over_at(facts.last_at);
    answer.absence_at = Some(over_at);
    if over_at <= asked.as_of {
        answer.moments = watched(facts);
    } else {
        missed(Miss::VisitOn(over_at));
    }
    answer
}

/// The events that show an output was there and looked at.
fn watched<'a>(facts: &Facts<'a>) -> Vec<Moment<'a>> {
    let shown = facts.shown.into_iter();
    shown.chain(facts.dwell.moments.iter().copied()).collect()
}

/// The first condition that does not hold for an event.
fn failing<'p>(
    conditions: &'p [Condition],
    facts: &Facts<'_>,
    dwell: &Dwell,
    moment: &Moment<'_>,
) -> Option<&'p Condition> {
    conditions.iter().find(|condition| {
        !of_event(condition, facts, moment)
            .or_else(|| of_output(condition, facts, dwell))
            .unwrap_or(false)
    })
}

/// Whether a condition on an event holds; `None` if it asks about the output.
fn of_event(condition: &Condition, facts: &Facts<'_>, moment: &Moment<'_>) -> Option<bool> {
    let signal = &moment.event.signal;
    Some(match condition {
        Condition::Number { field, .. } if field.of_output() => return None,
        Condition::Number { field, between } => field
            .read(signal)
            .is_some_and(|value| between.contains(value)),
        Condition::Text { field, any } => {
            Text::read(*field, signal).is_some_and(|text| any.iter().any(|one| one == text))
        }
        Condition::Final(wanted) => {
            matches!(signal, Signal::Edited(Edited { is_final, .. }) if is_final == wanted)
        }
        Condition::UsedBefore(wanted) => used_before(facts, moment) == *wanted,
        Condition::SeenMs(least) => seen_ms(facts, Some(signal)) >= *least,
    })
}

/// Whether a condition on the output holds; `None` if it asks about an event.
fn of_output(condition: &Condition, facts: &Facts<'_>, dwell: &Dwell) -> Option<bool> {
    match condition {
        Condition::Number { field, between } => {
            let value = number(*field, facts, dwell);
            Some(value.is_some_and(|value| between.contains(value)))
        }
        Condition::SeenMs(least) => Some(seen_ms(facts, None) >= *least),
        Condition::Text { .. } | Condition::Final(_) | Condition::UsedBefore(_) => None,
    }
}

/// A number of the output, in thousandths or whole units; `None` where it was not
/// measured, which satisfies no condition.
pub(crate) fn number(field: Number, facts: &Facts<'_>, dwell: &Dwell) -> Option<i64> {
    let whole = |value: u64| i64::try_from(value).unwrap_or(i64::MAX);
    let shown = facts.shown_fields();
    match field {
        Number::Words => shown.map(|shown| shown.words.into()),
        Number::CodeShare => shown.map(|shown| shown.code_share.thousandths().into()),
        Number::ReadShare => {
            let measured = !facts.dwell.moments.is_empty();
            measured.then(|| facts.dwell.read_share.thousandths().into())
        }
        Number::ActiveMs => Reading::of(facts, dwell).map(|reading| whole(reading.active_ms)),
        Number::ReadRatio => Reading::of(facts, dwell)?.ratio().map(whole),
        _ => None,
    }
}

/// Whether the output was used before an event.
pub(crate) fn used_before(facts: &Facts<'_>, moment: &Moment<'_>) -> bool {
    facts.used.is_some_and(|used| used.order(moment).is_lt())
}

/// How long it was seen: by active reading or, where a person asked for another
/// answer, at least from the stream's end to the request.
pub(crate) fn seen_ms(facts: &Facts<'_>, signal: Option<&Signal>) -> u64 {
    let waited = match signal {
        Some(Signal::Regenerated { after_ms, .. }) => u64::from(*after_ms),
        _ => 0,
    };
    facts.dwell.active_ms.max(waited)
}

/// Whether a person has seen the output: read it or done anything to it.
pub(crate) fn seen(facts: &Facts<'_>) -> bool {
    // A conversion is the site's word and says nothing about this page.
    let by_person = |m: &Moment<'_>| m.event.signal.kind() != Some(Kind::Converted);
    facts.dwell.active_ms >= Policy::SEEN_MS || facts.standing.iter().any(by_person)
}
