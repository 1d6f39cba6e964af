//! Overrides: whom they match, and what they change.

use tacit_signals::signal::Kind;
use toml::Spanned;

use super::{
    Classes, POSITIVE,
    conditions::conditions,
    rules::{EMPTY_BONUS, SCORES, WEIGHTS},
    value::{optional, optional_window, wrong},
};
use crate::{
    label::{
        milli::Milli,
        policy::{
            Override, Pattern, Rule, Trigger,
            error::Wrong,
            file,
            terms::{Change, OVERRIDES_MAX, To},
        },
    },
    limits::NAME_BYTES_MAX,
};

pub(super) fn overrides(
    raw: &[Spanned<file::Override>],
    rules: &[Rule],
    classes: Classes,
) -> Result<Vec<Override>, Wrong> {
    if let Some(one_more) = raw.get(OVERRIDES_MAX) {
        let problem = format!("a policy takes at most {OVERRIDES_MAX}");
        return Err(wrong(one_more, "override", problem));
    }
    let one = |raw: &Spanned<file::Override>| one(raw, rules, classes);
    raw.iter().map(one).collect()
}

fn one(raw: &Spanned<file::Override>, rules: &[Rule], classes: Classes) -> Result<Override, Wrong> {
    let file = raw.get_ref();
    if file.model.is_none() && file.surface.is_none() {
        let problem = "needs `model` or `surface`; what holds for all stands outside";
        return Err(wrong(raw, "override", problem));
    }
    let made = Override {
        model: patterns("model", file.model.as_ref())?,
        surface: patterns("surface", file.surface.as_ref())?,
        decide: optional("decide", file.decide.as_ref(), POSITIVE)?,
        temperature: optional("temperature", file.temperature.as_ref(), POSITIVE)?,
        act_ms: optional_window("act", file.act.as_ref())?,
        survival_ms: optional_window("survival", file.survival.as_ref())?,
        changes: changes(&file.rule, rules, classes)?,
    };
    let numbers = made.decide.or(made.temperature).is_some();
    let windows = made.act_ms.or(made.survival_ms).is_some();
    if !numbers && !windows && made.changes.is_empty() {
        return Err(wrong(raw, "override", "changes nothing"));
    }
    Ok(made)
}

fn patterns(
    name: &'static str,
    raw: Option<&Spanned<Vec<Spanned<String>>>>,
) -> Result<Vec<Pattern>, Wrong> {
    let Some(raw) = raw else {
        return Ok(Vec::new());
    };
    if raw.get_ref().is_empty() {
        return Err(wrong(raw, name, "needs at least one name"));
    }
    let mut patterns: Vec<Pattern> = Vec::new();
    for text in raw.get_ref() {
        let pattern = pattern(name, text)?;
        let covered = |one: &Pattern| one.covers(&pattern) || pattern.covers(one);
        if patterns.iter().any(covered) {
            let problem = format!("`{}` matches what another name here does", text.get_ref());
            return Err(wrong(text, name, problem));
        }
        patterns.push(pattern);
    }
    Ok(patterns)
}

/// A name that an output can have, or the start of some.
fn pattern(name: &'static str, raw: &Spanned<String>) -> Result<Pattern, Wrong> {
    let pattern = Pattern::of(raw.get_ref());
    let problem = match &pattern {
        Pattern::Exactly(text) if text.is_empty() => "is empty and matches nothing".to_owned(),
        Pattern::Exactly(text) | Pattern::Starts(text) if text.len() > NAME_BYTES_MAX => {
            format!("matches nothing: names have at most {NAME_BYTES_MAX} bytes")
        }
        Pattern::Exactly(text) | Pattern::Starts(text) if text.contains('*') => {
            "takes a `*` only at the end".to_owned()
        }
        _ => return Ok(pattern),
    };
    Err(wrong(raw, name, problem))
}

fn changes(raw: &[file::Change], rules: &[Rule], classes: Classes) -> Result<Vec<Change>, Wrong> {
    let mut changes: Vec<Change> = Vec::new();
    for raw in raw {
        let name = raw.name.get_ref().as_str();
        let Some(rule) = rules.iter().find(|rule| &*rule.name == name) else {
            return Err(wrong(
                &raw.name,
                "name",
                format!("no rule is named `{name}`"),
            ));
        };
        if changes.iter().any(|change| &*change.rule == name) {
            let problem = "this override changes this rule already";
            return Err(wrong(&raw.name, "name", problem));
        }
        changes.push(Change {
            rule: rule.name.clone(),
            to: change(raw, rule, classes)?,
        });
    }
    Ok(changes)
}

fn change(raw: &file::Change, rule: &Rule, classes: Classes) -> Result<To, Wrong> {
    let others = raw.score.is_some() || raw.weight.is_some() || raw.when.is_some();
    if let Some(off) = &raw.off {
        if !*off.get_ref() {
            return Err(wrong(off, "off", "can only be true: rules are on"));
        }
        if others {
            return Err(wrong(off, "off", "a rule that is off has nothing else"));
        }
        return Ok(To::Off);
    }
    if !others {
        return Err(wrong(&raw.name, "name", "changes nothing of this rule"));
    }
    let score = optional("score", raw.score.as_ref(), SCORES)?;
    if let (Some(score), Some(raw), true) = (score, &raw.score, rule.bonus)
        && score == Milli::default()
    {
        return Err(wrong(raw, "score", EMPTY_BONUS));
    }
    let weight = optional("weight", raw.weight.as_ref(), WEIGHTS)?;
    Ok(To::Other {
        score,
        weight: weight.map(|weight| classes.multiply(rule.family.class(), weight)),
        conditions: raw
            .when
            .as_ref()
            .map(|when| {
                let when = when.get_ref();
                if let Some(age) = &when.age_s {
                    let problem = "is what the rule looks at: an override leaves it";
                    return Err(wrong(age, "age_s", problem));
                }
                conditions(when, kind(rule.trigger))
            })
            .transpose()?,
    })
}

const fn kind(trigger: Trigger) -> Option<Kind> {
    match trigger {
        Trigger::On(kind) => Some(kind),
        Trigger::Survived { .. } => Some(Kind::Survived),
        Trigger::Absence => None,
    }
}
