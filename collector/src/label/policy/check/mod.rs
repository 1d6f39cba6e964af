//! From the file's shape to a policy, refusing what makes no sense.

mod conditions;
mod overrides;
mod rules;
mod screen;
mod value;

use std::sync::Arc;

use super::{
    Caps, Dwell, PairRules, Policy, Terms, error::Wrong, family::Class, file, terms::Resolver,
};
use crate::label::milli::Milli;

use self::value::{number, optional_window, slug, window, wrong};

/// Largest score or training weight of one rule, in units.
const STRENGTH_MAX: f64 = 1_000.0;

/// What a score that decides and a temperature may be.
const POSITIVE: (f64, f64) = (0.001, STRENGTH_MAX);

/// Largest multiplier of a class.
const CLASS_MAX: f64 = 100.0;

pub(super) fn policy(file: file::File, toml: &str) -> Result<Policy, Wrong> {
    let hash = blake3::hash(toml.as_bytes()).to_hex();
    let name = slug("name", &file.name)?;
    let version = *file.version.get_ref();
    let classes = classes(&file.class)?;
    let rules = rules::rules(&file.rule, classes)?;
    let overrides = overrides::overrides(&file.overrides, &rules, classes)?;
    let base = Terms::new(
        (
            number("decide", &file.verdict.decide, POSITIVE)?,
            number("temperature", &file.verdict.temperature, POSITIVE)?,
        ),
        (
            window("act", &file.window.act)?,
            window("survival", &file.window.survival)?,
        ),
        rules,
    );
    Ok(Policy {
        reference: format!("{name}@{version}#{}", &hash[..super::HASH_DIGITS]).into(),
        blake3: hash.as_str().into(),
        toml: toml.into(),
        visit_ms: window("visit", &file.window.visit)?,
        dwell: dwell(&file.dwell)?,
        pairs: PairRules {
            margin: number("margin", &file.pairs.margin, POSITIVE)?,
            same: number("same", &file.pairs.same, (0.0, 1.0))?,
        },
        caps: caps(&file.caps)?,
        screen: screen::terms(&file.screen)?,
        half_life_ms: optional_window("half_life", file.weights.half_life.as_ref())?,
        resolver: Arc::new(Resolver::new(Arc::new(base), overrides)),
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

/// Multipliers of training weights, by class.
#[derive(Debug, Clone, Copy)]
struct Classes {
    implicit: Milli,
    explicit: Milli,
}

fn classes(raw: &file::Class) -> Result<Classes, Wrong> {
    const ONCE: Milli = Milli::new(1_000);
    let range = (0.0, CLASS_MAX);
    Ok(Classes {
        implicit: value::optional("implicit", raw.implicit.as_ref(), range)?.unwrap_or(ONCE),
        explicit: value::optional("explicit", raw.explicit.as_ref(), range)?.unwrap_or(ONCE),
    })
}

impl Classes {
    /// A training weight of `class`, to the nearest thousandth.
    const fn multiply(self, class: Class, weight: Milli) -> Milli {
        let by = match class {
            Class::Implicit => self.implicit,
            Class::Explicit => self.explicit,
        };
        Milli::new((weight.thousandths() * by.thousandths() + 500) / 1_000)
    }
}
