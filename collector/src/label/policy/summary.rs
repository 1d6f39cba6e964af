//! A policy in a few lines, for who has just written one.

use std::{collections::BTreeMap, fmt};

use serde::Serialize;

use super::{Family, Policy, Rule};
use crate::label::milli::Milli;

/// What a policy holds.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Summary {
    /// `name@version#hash`.
    pub policy: String,
    /// |score| that decides.
    pub decide: Milli,
    /// Score that is worth one unit of log-odds.
    pub temperature: Milli,
    /// Windows of its rules, in ms, ascending.
    pub windows_ms: Vec<u64>,
    /// How long accepted text is looked at, in ms.
    pub survival_ms: u64,
    /// Age at which a training weight is half, in ms.
    pub half_life_ms: Option<u64>,
    /// Number of rules.
    pub rules: usize,
    /// Names of rules by family.
    pub families: BTreeMap<&'static str, Vec<String>>,
    /// Training weight of implicit evidence over that of explicit evidence, the
    /// lightest and the heaviest of rules with a score; `None` where it has not both.
    pub implicit_over_explicit: Option<(Milli, Milli)>,
    /// Number of overrides.
    pub overrides: usize,
}

impl Policy {
    /// What it holds.
    #[must_use]
    pub fn summary(&self) -> Summary {
        let terms = self.base();
        let mut families: BTreeMap<_, Vec<String>> = BTreeMap::new();
        for rule in &terms.rules {
            let names = families.entry(rule.family.name()).or_default();
            names.push(rule.name.to_string());
        }
        Summary {
            policy: self.reference(),
            decide: terms.decide,
            temperature: terms.temperature,
            windows_ms: terms.windows.clone(),
            survival_ms: terms.survival_ms,
            half_life_ms: self.half_life_ms,
            rules: terms.rules.len(),
            families,
            implicit_over_explicit: ratio(&terms.rules),
            overrides: self.overrides().len(),
        }
    }
}

/// The lightest and the heaviest implicit weight over the heaviest explicit one.
fn ratio(rules: &[Rule]) -> Option<(Milli, Milli)> {
    let nothing = Milli::default();
    let scoring = rules.iter().filter(|rule| rule.score != nothing);
    let weights = |explicit: bool| {
        let of_class = move |rule: &&Rule| (rule.family == Family::Rating) == explicit;
        scoring.clone().filter(of_class).map(|rule| rule.weight)
    };
    let explicit = weights(true).max().filter(|weight| *weight > nothing)?;
    let over = |weight: Milli| {
        let thousandths = weight.thousandths() * 1_000 / explicit.thousandths();
        Milli::new(thousandths)
    };
    Some((over(weights(false).min()?), over(weights(false).max()?)))
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let windows: Vec<_> = self.windows_ms.iter().map(|ms| duration(*ms)).collect();
        writeln!(f, "{}", self.policy)?;
        writeln!(
            f,
            "decides at |score| {}, temperature {}",
            self.decide, self.temperature
        )?;
        writeln!(
            f,
            "windows {}; accepted text {}",
            windows.join(", "),
            duration(self.survival_ms)
        )?;
        if let Some((least, most)) = self.implicit_over_explicit {
            writeln!(
                f,
                "implicit evidence trains {least} to {most} times a rating"
            )?;
        }
        if let Some(half_life) = self.half_life_ms {
            writeln!(f, "training weight halves every {}", duration(half_life))?;
        }
        writeln!(f, "{} rules; overrides: {}", self.rules, self.overrides)?;
        for (family, rules) in &self.families {
            writeln!(f, "  {family}: {}", rules.join(", "))?;
        }
        Ok(())
    }
}

/// A duration in the largest unit that divides it, as policies write it.
pub(crate) fn duration(ms: u64) -> String {
    let units = [
        (86_400_000, "d"),
        (3_600_000, "h"),
        (60_000, "min"),
        (1_000, "s"),
    ];
    let fits = |(unit, _): &&(u64, &str)| ms >= *unit && ms.is_multiple_of(*unit);
    match units.iter().find(fits) {
        Some((unit, name)) => format!("{}{name}", ms / unit),
        None => format!("{ms}ms"),
    }
}
