//! How arguments of `tacit replay` are read.

use serde_json::Value;

use crate::{
    clock,
    label::State,
    replay::{Allocation, Dimension, client::RESERVED, run::Cost, select::SAMPLE_MAX},
};

/// A moment, or a time before another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Since {
    /// Unix ms.
    At(u64),
    /// Milliseconds before the moment the replay is of.
    Ago(u64),
}

impl Since {
    /// As Unix ms.
    pub(super) const fn of(self, as_of: u64) -> u64 {
        match self {
            Self::At(at) => at,
            Self::Ago(ago) => as_of.saturating_sub(ago),
        }
    }
}

pub(super) fn since(text: &str) -> Result<Since, String> {
    let units = [
        ('w', 7 * 24 * 3_600_000),
        ('d', 24 * 3_600_000),
        ('h', 3_600_000),
    ];
    for (unit, ms) in units {
        if let Some(number) = text
            .strip_suffix(unit)
            .and_then(|number| number.parse::<u64>().ok())
        {
            return Ok(Since::Ago(number.saturating_mul(ms)));
        }
    }
    clock::moment(text).map(Since::At).ok_or_else(|| {
        format!(
            "a time ago such as 365d, 12w or 6h, or {}",
            clock::NO_MOMENT
        )
    })
}

pub(super) fn state(text: &str) -> Result<State, String> {
    State::from_name(text).ok_or_else(|| {
        let names: Vec<_> = State::ALL.into_iter().map(State::name).collect();
        format!("one of {}", names.join(", "))
    })
}

pub(super) fn sample(text: &str) -> Result<usize, String> {
    let number = text.parse().ok();
    number
        .filter(|number| (1..=SAMPLE_MAX).contains(number))
        .ok_or_else(|| format!("a number from 1 to {SAMPLE_MAX}"))
}

pub(super) fn from_one_to<const MAX: usize>(text: &str) -> Result<usize, String> {
    let number = text.parse().ok();
    number
        .filter(|number| (1..=MAX).contains(number))
        .ok_or_else(|| format!("a number from 1 to {MAX}"))
}

/// `None` for "none".
pub(super) fn dimension(text: &str) -> Result<Option<Dimension>, String> {
    match text {
        "label" => Ok(Some(Dimension::Label)),
        "prompt_version" => Ok(Some(Dimension::PromptVersion)),
        "month" => Ok(Some(Dimension::Month)),
        "none" => Ok(None),
        _ => Err("label, prompt_version, month, or none".into()),
    }
}

pub(super) fn allocation(text: &str) -> Result<Allocation, String> {
    match text {
        "proportional" => Ok(Allocation::Proportional),
        "equal" => Ok(Allocation::Equal),
        _ => Err("proportional or equal".into()),
    }
}

pub(super) fn cost(text: &str) -> Result<Cost, String> {
    Cost::parse(text).ok_or_else(|| NO_AMOUNT.into())
}

/// What prices and costs are read from.
pub(super) const NO_AMOUNT: &str = "a number such as 2.50, with at most six decimals";

pub(super) fn param(text: &str) -> Result<(String, Value), String> {
    let (name, value) = text.split_once('=').ok_or("name=value")?;
    if name.is_empty() {
        return Err("name=value".into());
    }
    if RESERVED.contains(&name) {
        return Err(format!("{name} is not for parameters"));
    }
    let value = serde_json::from_str(value).unwrap_or_else(|_| Value::String(value.into()));
    Ok((name.into(), value))
}

/// A header whose value may stand in the environment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Header {
    pub(super) name: String,
    pub(super) value: HeaderValue,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum HeaderValue {
    Text(String),
    /// In this variable.
    Env(String),
}

pub(super) fn header(text: &str) -> Result<Header, String> {
    let (name, value) = text.split_once(':').ok_or("name: value")?;
    let (name, value) = (name.trim(), value.trim());
    let token = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    let visible = |c: char| c == ' ' || c.is_ascii_graphic();
    if name.is_empty() || !name.bytes().all(token) || !value.chars().all(visible) {
        return Err("name: value, in visible ASCII".into());
    }
    Ok(Header {
        name: name.into(),
        value: match value.strip_prefix("env:") {
            Some(variable) => HeaderValue::Env(variable.into()),
            None => HeaderValue::Text(value.into()),
        },
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn times_ago_count_from_the_moment_the_replay_is_of() {
        let day = 86_400_000;
        assert_eq!(since("365d").map(|since| since.of(400 * day)), Ok(35 * day));
        assert_eq!(since("2w"), Ok(Since::Ago(14 * day)));
        assert_eq!(since("6h"), Ok(Since::Ago(day / 4)));
        assert_eq!(since("99999d").map(|since| since.of(day)), Ok(0));
        assert_eq!(
            since("2025-11-23").map(|since| since.of(5)),
            Ok(1_763_856_000_000)
        );
        for wrong in ["365", "d", "-3d", "3.5d", "3m"] {
            let moment = since(wrong);
            assert!(moment.is_err() || moment == Ok(Since::At(365)), "{wrong}");
        }
    }

    #[test]
    fn parameters_are_json_or_texts() {
        assert_eq!(param("temperature=0"), Ok(("temperature".into(), json!(0))));
        assert_eq!(param("stop=[\"a=b\"]"), Ok(("stop".into(), json!(["a=b"]))));
        assert_eq!(
            param("reasoning_effort=low"),
            Ok(("reasoning_effort".into(), json!("low")))
        );
        for wrong in ["temperature", "=0", "messages=[]", "n=2", "tools=[]"] {
            assert!(param(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn headers_may_come_from_the_environment() {
        let value = |text| header(text).map(|header| header.value);
        assert_eq!(value("X-Org: acme"), Ok(HeaderValue::Text("acme".into())));
        assert_eq!(
            value("api-key: env:MY_KEY"),
            Ok(HeaderValue::Env("MY_KEY".into()))
        );
        for wrong in ["X-Org", ": x", "X Org: x", "X-Org: a\nb"] {
            assert!(header(wrong).is_err(), "{wrong}");
        }
    }
}
