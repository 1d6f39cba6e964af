//! From the file's shape to a policy, refusing what makes no sense.

use std::{collections::BTreeSet, sync::Arc};

use tacit_signals::signal::Kind;
use toml::Spanned;

use super::{
    Caps, Condition, Dwell, Family, Number, PairRules, Policy, Rule, Text, Trigger, error::Wrong,
    file,
};
use crate::label::{facts::BUCKETS_S, milli::Milli};

/// Largest score or training weight of one rule, in units.
const STRENGTH_MAX: f64 = 1_000.0;

/// Longest window: ten years, beyond any history.
const WINDOW_MS_MAX: u64 = 10 * 366 * 86_400_000;

/// A rule's signal that is the lack of any.
const ABSENCE: &str = "absence";

pub(super) fn policy(file: file::File, hash: &str) -> Result<Policy, Wrong> {
    let name = slug("name", &file.name)?;
    let version = *file.version.get_ref();
    let act_ms = window("act", &file.window.act)?;
    let windows = windows(act_ms, &file.rule)?;
    let place = |ms: u64| windows.binary_search(&ms).unwrap_or_default();
    let mut names = BTreeSet::new();
    let mut rules = Vec::with_capacity(file.rule.len());
    for raw in &file.rule {
        if !names.insert(raw.name.get_ref().as_str()) {
            return Err(wrong(&raw.name, "name", "another rule has this name"));
        }
        let ms = raw.within.as_ref().map(|text| window("within", text));
        rules.push(rule(raw, place(ms.transpose()?.unwrap_or(act_ms)))?);
    }
    Ok(Policy {
        reference: format!("{name}@{version}#{}", &hash[..super::HASH_DIGITS]).into(),
        blake3: hash.into(),
        decide: number("decide", &file.verdict.decide, (0.001, STRENGTH_MAX))?,
        temperature: number(
            "temperature",
            &file.verdict.temperature,
            (0.001, STRENGTH_MAX),
        )?,
        survival_ms: window("survival", &file.window.survival)?,
        visit_ms: window("visit", &file.window.visit)?,
        dwell: dwell(&file.dwell)?,
        pairs: PairRules {
            margin: number("margin", &file.pairs.margin, (0.001, STRENGTH_MAX))?,
            same: number("same", &file.pairs.same, (0.0, 1.0))?,
        },
        caps: caps(&file.caps)?,
        act_window: place(act_ms),
        windows,
        rules: rules.into(),
    })
}

fn dwell(raw: &file::Dwell) -> Result<Dwell, Wrong> {
    let words_per_minute = *raw.words_per_minute.get_ref();
    if !(1..=10_000).contains(&words_per_minute) {
        let problem = "is out of range, allowed are 1 to 10000";
        return Err(wrong(&raw.words_per_minute, "words_per_minute", problem));
    }
    Ok(Dwell {
        words_per_minute,
        read: number("read", &raw.read, (0.001, 100.0))?,
        floor: number("floor", &raw.floor, (0.0, 1.0))?,
    })
}

fn caps(raw: &file::Caps) -> Result<Caps, Wrong> {
    let rows_per_person = *raw.rows_per_person.get_ref();
    if rows_per_person == 0 {
        let problem = "is out of range, at least 1 is needed";
        return Err(wrong(&raw.rows_per_person, "rows_per_person", problem));
    }
    Ok(Caps {
        rows_per_person,
        session_share: number("session_share", &raw.session_share, (0.0, 1.0))?,
    })
}

/// The distinct windows of all rules and of the policy, ascending.
fn windows(act_ms: u64, rules: &[file::Rule]) -> Result<Vec<u64>, Wrong> {
    let mut windows = BTreeSet::from([act_ms]);
    for text in rules.iter().filter_map(|rule| rule.within.as_ref()) {
        windows.insert(window("within", text)?);
    }
    Ok(windows.into_iter().collect())
}

fn rule(raw: &file::Rule, window: usize) -> Result<Rule, Wrong> {
    let (trigger, kind) = trigger(raw)?;
    let strength = (-STRENGTH_MAX, STRENGTH_MAX);
    let score = number("score", &raw.score, strength)?;
    if raw.bonus && score == Milli::default() {
        return Err(wrong(&raw.score, "score", "a bonus of 0 says nothing"));
    }
    if let (Trigger::Survived { .. }, Some(within)) = (trigger, &raw.within) {
        let problem = "looks at accepted text have the window `survival`";
        return Err(wrong(within, "within", problem));
    }
    Ok(Rule {
        name: Arc::from(slug("name", &raw.name)?),
        family: family(&raw.family)?,
        trigger,
        conditions: conditions(&raw.when, kind)?,
        score,
        weight: number("weight", &raw.weight, (0.0, STRENGTH_MAX))?,
        bonus: raw.bonus,
        window,
        reason: raw.reason.clone(),
    })
}

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
fn trigger(raw: &file::Rule) -> Result<(Trigger, Option<Kind>), Wrong> {
    let signal = raw.signal.get_ref().as_str();
    let age = raw.when.age_s.as_ref();
    let kind = Kind::from_name(signal);
    if let (Some(age), true) = (age, kind != Some(Kind::Survived)) {
        return Err(wrong(age, "age_s", format!("`{signal}` has no such field")));
    }
    let trigger = match kind {
        None if signal == ABSENCE => Trigger::Absence,
        None => return Err(wrong(&raw.signal, "signal", "is no kind of signal")),
        Some(Kind::Dwell) => {
            return Err(wrong(&raw.signal, "signal", "dwell only scales confidence"));
        }
        Some(Kind::Shown | Kind::Content) => {
            return Err(wrong(&raw.signal, "signal", "is no act of a person"));
        }
        Some(Kind::Survived) => match age {
            Some(age) => Trigger::Survived {
                age_s: bucket(age)?,
            },
            None => return Err(wrong(&raw.signal, "age_s", "is missing from `when`")),
        },
        Some(kind) => Trigger::On(kind),
    };
    Ok((trigger, kind))
}

fn bucket(age: &Spanned<u32>) -> Result<u32, Wrong> {
    let value = *age.get_ref();
    if BUCKETS_S.contains(&value) {
        return Ok(value);
    }
    Err(wrong(age, "age_s", format!("is none of {BUCKETS_S:?}")))
}

fn conditions(when: &file::When, kind: Option<Kind>) -> Result<Vec<Condition>, Wrong> {
    let numbers = [
        ("share", Number::Share, &when.share),
        ("read_share", Number::ReadShare, &when.read_share),
        ("survival", Number::Survival, &when.survival),
        ("similarity", Number::Similarity, &when.similarity),
        ("value", Number::Value, &when.value),
        ("after_ms", Number::AfterMs, &when.after_ms),
        ("gap_ms", Number::GapMs, &when.gap_ms),
        ("chars", Number::Chars, &when.chars),
    ];
    let texts = [
        ("via", Text::Via, &when.via),
        ("intent", Text::Intent, &when.intent),
        ("name", Text::Name, &when.name),
    ];
    let mut conditions = Vec::new();
    for (name, field, raw) in numbers {
        let Some(raw) = raw else { continue };
        fits(name, raw, field.applies(kind), kind)?;
        conditions.push(range(name, field, raw, kind)?);
    }
    for (name, field, raw) in texts {
        let Some(raw) = raw else { continue };
        fits(name, raw, field.applies(kind), kind)?;
        conditions.push(any_of(name, field, raw, kind)?);
    }
    if let Some(raw) = &when.is_final {
        fits("final", raw, kind == Some(Kind::Edited), kind)?;
        conditions.push(Condition::Final(*raw.get_ref()));
    }
    if let Some(raw) = &when.used_before {
        fits("used_before", raw, kind.is_some(), kind)?;
        conditions.push(Condition::UsedBefore(*raw.get_ref()));
    }
    if let Some(raw) = &when.seen_ms {
        conditions.push(Condition::SeenMs(*raw.get_ref()));
    }
    Ok(conditions)
}

/// Refuses a condition on a field that the rule's signal does not have.
fn fits<T>(
    name: &'static str,
    raw: &Spanned<T>,
    applies: bool,
    kind: Option<Kind>,
) -> Result<(), Wrong> {
    if applies {
        return Ok(());
    }
    let signal = kind.map_or(ABSENCE, Kind::name);
    Err(wrong(raw, name, format!("`{signal}` has no such field")))
}

fn range(
    name: &'static str,
    field: Number,
    raw: &Spanned<file::Range>,
    kind: Option<Kind>,
) -> Result<Condition, Wrong> {
    let bounds = raw.get_ref();
    let read = |raw: &Option<Spanned<f64>>| raw.as_ref().map(|raw| bound(name, field, raw, kind));
    let (at_least, above) = (
        read(&bounds.at_least).transpose()?,
        read(&bounds.above).transpose()?,
    );
    let (at_most, below) = (
        read(&bounds.at_most).transpose()?,
        read(&bounds.below).transpose()?,
    );
    let min = at_least.into_iter().chain(above.map(|n| n + 1)).max();
    let max = at_most.into_iter().chain(below.map(|n| n - 1)).min();
    let (min, max) = (min.unwrap_or(i64::MIN), max.unwrap_or(i64::MAX));
    if min > max || (min == i64::MIN && max == i64::MAX) {
        let problem = "needs at_least, above, at_most or below that leave something in between";
        return Err(wrong(raw, name, problem));
    }
    Ok(Condition::Number { field, min, max })
}

/// A bound in the unit the signal is read in.
fn bound(
    name: &'static str,
    field: Number,
    raw: &Spanned<f64>,
    kind: Option<Kind>,
) -> Result<i64, Wrong> {
    let limits = field.range(kind);
    if field.in_thousandths() {
        return number(name, raw, limits).map(Milli::thousandths);
    }
    let value = *raw.get_ref();
    if value.fract() != 0.0 || !(limits.0..=limits.1).contains(&value) {
        let problem = format!(
            "is out of range, allowed are whole numbers {} to {}",
            limits.0, limits.1
        );
        return Err(wrong(raw, name, problem));
    }
    #[expect(
        clippy::cast_possible_truncation,
        reason = "whole and within the limits"
    )]
    Ok(value as i64)
}

fn any_of(
    name: &'static str,
    field: Text,
    raw: &Spanned<Vec<Spanned<String>>>,
    kind: Option<Kind>,
) -> Result<Condition, Wrong> {
    let values = raw.get_ref();
    if values.is_empty() {
        return Err(wrong(raw, name, "needs at least one value"));
    }
    if let Some(bad) = values
        .iter()
        .find(|value| !field.allows(kind, value.get_ref()))
    {
        let problem = format!("`{}` is none of its values", bad.get_ref());
        return Err(wrong(bad, name, problem));
    }
    let any = values.iter().map(|value| value.get_ref().clone()).collect();
    Ok(Condition::Text { field, any })
}

fn number(name: &'static str, raw: &Spanned<f64>, range: (f64, f64)) -> Result<Milli, Wrong> {
    let value = *raw.get_ref();
    if !(range.0..=range.1).contains(&value) {
        let problem = format!("is out of range, allowed are {} to {}", range.0, range.1);
        return Err(wrong(raw, name, problem));
    }
    Milli::exact(value).ok_or_else(|| wrong(raw, name, "has more than three decimals"))
}

/// A duration: a whole number and `ms`, `s`, `min`, `h` or `d`.
fn window(name: &'static str, raw: &Spanned<String>) -> Result<u64, Wrong> {
    let text = raw.get_ref().as_str();
    let unit_at = text
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(text.len());
    let (digits, unit) = text.split_at(unit_at);
    let unit_ms: Option<u64> = match unit {
        "ms" => Some(1),
        "s" => Some(1_000),
        "min" => Some(60_000),
        "h" => Some(3_600_000),
        "d" => Some(86_400_000),
        _ => None,
    };
    let ms = unit_ms.and_then(|unit| digits.parse::<u64>().ok()?.checked_mul(unit));
    ms.filter(|ms| (1..=WINDOW_MS_MAX).contains(ms))
        .ok_or_else(|| {
            wrong(
                raw,
                name,
                "is no duration such as \"30s\", \"10min\", \"24h\" or \"7d\"",
            )
        })
}

/// A name that can stand in a reference, a file or a URL.
fn slug<'a>(name: &'static str, raw: &'a Spanned<String>) -> Result<&'a str, Wrong> {
    let text = raw.get_ref().as_str();
    let good = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
    if (1..=64).contains(&text.len()) && text.bytes().all(|byte| good(byte) || byte == b'-') {
        return Ok(text);
    }
    Err(wrong(raw, name, "takes 1 to 64 of a-z, 0-9, _ and -"))
}

fn wrong<T>(raw: &Spanned<T>, field: &'static str, problem: impl Into<String>) -> Wrong {
    Wrong::new(raw.span(), field, problem)
}
