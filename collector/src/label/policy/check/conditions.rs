//! What `when` asks.

use tacit_signals::signal::Kind;
use toml::Spanned;

use super::value::{number, wrong};
use crate::label::{
    milli::Milli,
    policy::{ABSENCE, Between, Condition, End, Number, Text, error::Wrong, file},
};

pub(super) fn conditions(when: &file::When, kind: Option<Kind>) -> Result<Vec<Condition>, Wrong> {
    let mut conditions = Vec::new();
    for field in Number::ALL {
        let Some(raw) = numbers(when, field) else {
            continue;
        };
        fits(field.name(), raw, field.applies(kind), kind)?;
        conditions.push(range(field, raw, kind)?);
    }
    let texts = [
        (Text::Via, &when.via),
        (Text::Intent, &when.intent),
        (Text::Name, &when.name),
    ];
    for (field, raw) in texts {
        let Some(raw) = raw else { continue };
        fits(field.name(), raw, field.applies(kind), kind)?;
        conditions.push(any_of(field, raw, kind)?);
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

const fn numbers(when: &file::When, field: Number) -> Option<&Spanned<file::Range>> {
    match field {
        Number::Share => when.share.as_ref(),
        Number::Survival => when.survival.as_ref(),
        Number::Similarity => when.similarity.as_ref(),
        Number::Value => when.value.as_ref(),
        Number::AfterMs => when.after_ms.as_ref(),
        Number::GapMs => when.gap_ms.as_ref(),
        Number::Chars => when.chars.as_ref(),
        Number::ReadShare => when.read_share.as_ref(),
        Number::ReadRatio => when.read_ratio.as_ref(),
        Number::ActiveMs => when.active_ms.as_ref(),
        Number::Words => when.words.as_ref(),
        Number::CodeShare => when.code_share.as_ref(),
    }
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
    field: Number,
    raw: &Spanned<file::Range>,
    kind: Option<Kind>,
) -> Result<Condition, Wrong> {
    let bounds = raw.get_ref();
    let read = |raw: &Option<Spanned<f64>>| raw.as_ref().map(|raw| bound(field, raw, kind));
    let (at_least, above) = (
        read(&bounds.at_least).transpose()?,
        read(&bounds.above).transpose()?,
    );
    let (at_most, below) = (
        read(&bounds.at_most).transpose()?,
        read(&bounds.below).transpose()?,
    );
    let low = at_least.map(End::closed).into_iter();
    let high = at_most.map(End::closed).into_iter();
    let between = Between::of(
        low.chain(above.map(End::open)),
        high.chain(below.map(End::open)),
    );
    let between = between.ok_or_else(|| {
        let problem = "needs at_least, above, at_most or below that leave something in between";
        wrong(raw, field.name(), problem)
    })?;
    Ok(Condition::Number { field, between })
}

/// A bound in the unit the field is read in.
fn bound(field: Number, raw: &Spanned<f64>, kind: Option<Kind>) -> Result<i64, Wrong> {
    let (name, limits) = (field.name(), field.range(kind));
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
    field: Text,
    raw: &Spanned<Vec<Spanned<String>>>,
    kind: Option<Kind>,
) -> Result<Condition, Wrong> {
    let (name, values) = (field.name(), raw.get_ref());
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
