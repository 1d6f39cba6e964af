//! Rules and their clauses.

use std::{collections::BTreeSet, sync::Arc};

use tacit_signals::signal::Kind;
use toml::Spanned;

use super::{
    Classes, STRENGTH_MAX,
    conditions::conditions,
    value::{number, optional_window, slug, wrong},
};
use crate::label::{
    facts::BUCKETS_S,
    milli::Milli,
    policy::{ABSENCE, Clause, Family, Order, Rule, Trigger, error::Wrong, file},
};

/// Most clauses of a rule, for and against each.
const CLAUSES_MAX: usize = 8;

pub(super) const SCORES: (f64, f64) = (-STRENGTH_MAX, STRENGTH_MAX);
pub(super) const WEIGHTS: (f64, f64) = (0.0, STRENGTH_MAX);

pub(super) fn rules(raw: &[file::Rule], classes: Classes) -> Result<Vec<Rule>, Wrong> {
    let mut names = BTreeSet::new();
    let mut rules = Vec::with_capacity(raw.len());
    for raw in raw {
        if !names.insert(raw.name.get_ref().as_str()) {
            return Err(wrong(&raw.name, "name", "another rule has this name"));
        }
        rules.push(rule(raw, classes)?);
    }
    Ok(rules)
}

fn rule(raw: &file::Rule, classes: Classes) -> Result<Rule, Wrong> {
    let (trigger, kind) = trigger(&raw.signal, &raw.when)?;
    let score = number("score", &raw.score, SCORES)?;
    if raw.bonus && score == Milli::default() {
        return Err(wrong(&raw.score, "score", EMPTY_BONUS));
    }
    if let (Trigger::Survived { .. }, Some(within)) = (trigger, &raw.within) {
        let problem = "looks at accepted text have the window `survival`";
        return Err(wrong(within, "within", problem));
    }
    let family = family(&raw.family)?;
    let weight = number("weight", &raw.weight, WEIGHTS)?;
    Ok(Rule {
        name: Arc::from(slug("name", &raw.name)?),
        family,
        trigger,
        conditions: conditions(&raw.when, kind)?,
        with: clauses("with", &raw.with, trigger)?,
        without: clauses("without", &raw.without, trigger)?,
        score,
        weight: classes.multiply(family.class(), weight),
        bonus: raw.bonus,
        within_ms: optional_window("within", raw.within.as_ref())?,
        window: 0,
        reason: raw.reason.clone(),
    })
}

/// What a bonus of 0 is told.
pub(super) const EMPTY_BONUS: &str = "a bonus of 0 says nothing";

fn family(raw: &Spanned<String>) -> Result<Family, Wrong> {
    let known = Family::ALL.into_iter();
    known
        .clone()
        .find(|family| family.name() == raw.get_ref())
        .ok_or_else(|| {
            let names: Vec<_> = known.map(Family::name).collect();
            wrong(raw, "family", format!("is none of {}", names.join(", ")))
        })
}

/// What the rule looks at, and the kind whose fields its conditions may name.
fn trigger(raw: &Spanned<String>, when: &file::When) -> Result<(Trigger, Option<Kind>), Wrong> {
    if raw.get_ref() == ABSENCE {
        no_age(when, ABSENCE)?;
        return Ok((Trigger::Absence, None));
    }
    let (kind, age_s) = signal(raw, when)?;
    let trigger = age_s.map_or(Trigger::On(kind), |age_s| Trigger::Survived { age_s });
    Ok((trigger, Some(kind)))
}

/// An act of a person and, of a look at accepted text, its age.
fn signal(raw: &Spanned<String>, when: &file::When) -> Result<(Kind, Option<u32>), Wrong> {
    let name = raw.get_ref().as_str();
    match Kind::from_name(name) {
        None => Err(wrong(raw, "signal", "is no kind of signal")),
        Some(Kind::Dwell) => Err(wrong(raw, "signal", "dwell only scales confidence")),
        Some(Kind::Shown | Kind::Content) => Err(wrong(raw, "signal", "is no act of a person")),
        Some(Kind::Survived) => match &when.age_s {
            Some(age) => Ok((Kind::Survived, Some(bucket(age)?))),
            None => Err(wrong(raw, "age_s", "is missing from `when`")),
        },
        Some(kind) => {
            no_age(when, name)?;
            Ok((kind, None))
        }
    }
}

fn no_age(when: &file::When, signal: &str) -> Result<(), Wrong> {
    match &when.age_s {
        Some(age) => Err(wrong(age, "age_s", format!("`{signal}` has no such field"))),
        None => Ok(()),
    }
}

fn bucket(age: &Spanned<u32>) -> Result<u32, Wrong> {
    let value = *age.get_ref();
    if BUCKETS_S.contains(&value) {
        return Ok(value);
    }
    Err(wrong(age, "age_s", format!("is none of {BUCKETS_S:?}")))
}

fn clauses(name: &'static str, raw: &[file::Clause], of: Trigger) -> Result<Vec<Clause>, Wrong> {
    if let (Trigger::Absence, Some(first)) = (of, raw.first()) {
        let problem = "nothing was done: `absence` has no other signals";
        return Err(wrong(&first.signal, name, problem));
    }
    if let Some(one_more) = raw.get(CLAUSES_MAX) {
        let problem = format!("takes at most {CLAUSES_MAX}");
        return Err(wrong(&one_more.signal, name, problem));
    }
    raw.iter().map(clause).collect()
}

fn clause(raw: &file::Clause) -> Result<Clause, Wrong> {
    if raw.signal.get_ref() == ABSENCE {
        let problem = "is no signal: write the signal it is without";
        return Err(wrong(&raw.signal, "signal", problem));
    }
    let (kind, age_s) = signal(&raw.signal, &raw.when)?;
    Ok(Clause {
        kind,
        age_s,
        conditions: conditions(&raw.when, Some(kind))?,
        order: raw.order.as_ref().map_or(Ok(Order::Any), order)?,
    })
}

fn order(raw: &Spanned<String>) -> Result<Order, Wrong> {
    let mut known = Order::ALL.into_iter();
    known
        .find(|order| order.name() == raw.get_ref())
        .ok_or_else(|| {
            let names: Vec<_> = Order::ALL.into_iter().map(Order::name).collect();
            wrong(raw, "order", format!("is none of {}", names.join(", ")))
        })
}
