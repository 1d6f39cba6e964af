//! What guards what: `policies/guardrails.toml`.

use std::sync::LazyLock;

use serde::Deserialize;

use crate::{
    experiment::{declaration::Guardrail, metric::Metric},
    label::Milli,
};

/// The built-in pairs.
const STANDARD: &str = include_str!("../../../policies/guardrails.toml");

/// Stands for every external metric.
const ANY_EXTERNAL: &str = "external:*";

/// A metric that is optimised and one that must not get worse meanwhile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pair {
    /// Name of the metric that is optimised; `external:*` is every external one.
    pub optimised: String,
    /// What must not get worse, and by how much it may.
    pub guard: Guardrail,
    /// What would have happened if it did.
    pub reason: String,
    /// Where that is from.
    pub source: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[expect(dead_code, reason = "for whoever reads the file")]
    version: u32,
    pair: Vec<Listed>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Listed {
    optimised: String,
    guard: String,
    margin: Milli,
    reason: String,
    source: String,
}

/// All pairs, in the file's order.
#[must_use]
pub fn pairs() -> &'static [Pair] {
    // That the file can be read, a test knows.
    static PAIRS: LazyLock<Vec<Pair>> = LazyLock::new(|| parse(STANDARD).unwrap_or_default());
    &PAIRS
}

/// What guards a metric, with the margins of the file.
#[must_use]
pub fn paired(metric: &Metric) -> Vec<Guardrail> {
    let own = |pair: &&Pair| pair.guards(metric);
    pairs()
        .iter()
        .filter(own)
        .map(|pair| pair.guard.clone())
        .collect()
}

/// What a name that is none should have been.
pub const NO_METRIC: &str = "no metric; metrics.md lists them, external ones are external:NAME";

/// A guard as people name one: `survival=0.03`, the margin in the metric's unit.
pub fn named(text: &str) -> Result<Guardrail, String> {
    let (name, margin) = text
        .split_once('=')
        .ok_or("a metric and its margin: survival=0.03")?;
    let margin = margin.parse().ok().and_then(Milli::exact);
    let margin = margin.filter(|margin| *margin > Milli::default());
    Ok(Guardrail {
        metric: Metric::from_name(name).ok_or(NO_METRIC)?,
        margin: margin.ok_or("a margin above 0 with at most three decimals")?,
    })
}

impl Pair {
    /// Whether it is about this metric.
    #[must_use]
    pub fn guards(&self, metric: &Metric) -> bool {
        match metric {
            Metric::External(_) => self.optimised == ANY_EXTERNAL,
            own => self.optimised == own.name(),
        }
    }

    /// The table of all pairs, in Markdown.
    #[must_use]
    pub fn table() -> String {
        let mut lines = vec![
            "| optimised | guard | margin | what it would be | source |".to_owned(),
            "| --- | --- | --- | --- | --- |".to_owned(),
        ];
        lines.extend(pairs().iter().map(|pair| {
            let guard = &pair.guard;
            format!(
                "| `{}` | `{}` | {} {} | {} | {} |",
                pair.optimised,
                guard.metric.name(),
                guard.margin,
                guard.metric.unit().name(),
                pair.reason,
                pair.source
            )
        }));
        lines.join("\n")
    }
}

fn parse(text: &str) -> Result<Vec<Pair>, String> {
    let file: File = toml::from_str(text).map_err(|error| error.to_string())?;
    file.pair.into_iter().map(pair).collect()
}

fn pair(listed: Listed) -> Result<Pair, String> {
    let metric = |name: &str| Metric::from_name(name).ok_or_else(|| format!("no metric {name}"));
    if listed.margin <= Milli::default() {
        return Err(format!("{} has no margin", listed.guard));
    }
    metric(&listed.optimised)?;
    Ok(Pair {
        optimised: listed.optimised,
        guard: Guardrail {
            metric: metric(&listed.guard)?,
            margin: listed.margin,
        },
        reason: listed.reason,
        source: listed.source,
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::experiment::metric::Unit;

    const PAGE: &str = include_str!("../../../../demo-site/docs/metrics.md");

    #[test]
    fn every_metric_has_a_guard_that_is_not_itself() {
        assert_eq!(parse(STANDARD).map(|pairs| pairs.len()), Ok(pairs().len()));
        let external = [Metric::External("factual".into())];
        for metric in Metric::ALL.into_iter().chain(external) {
            let guards = paired(&metric);
            assert!(!guards.is_empty(), "{metric:?}");
            let names: BTreeSet<_> = guards.iter().map(|guard| guard.metric.name()).collect();
            assert_eq!(names.len(), guards.len(), "{metric:?} twice");
            assert!(!names.contains(&metric.name()), "{metric:?} guards itself");
        }
    }

    #[test]
    fn the_pairs_of_the_issue_are_there() {
        let guards = |metric| -> Vec<_> {
            let guards = paired(&metric).into_iter();
            guards
                .map(|guard| (guard.metric, guard.margin.to_string()))
                .collect()
        };
        let of = |metric, margin: &str| (metric, margin.to_owned());
        assert_eq!(
            guards(Metric::UseRate),
            [
                of(Metric::Survival, "0.03"),
                of(Metric::EditDepth, "0.03"),
                of(Metric::NegativeRate, "0.02")
            ]
        );
        assert_eq!(
            guards(Metric::DwellSeconds),
            [
                of(Metric::LengthChars, "100.0"),
                of(Metric::RegenerateRate, "0.01")
            ]
        );
        assert_eq!(
            guards(Metric::ThumbsUpRate),
            [
                of(Metric::AgreementRate, "0.02"),
                of(Metric::FlipRate, "0.03"),
                of(Metric::CorrectionRate, "0.01")
            ]
        );
    }

    #[test]
    fn margins_of_shares_are_shares() {
        for pair in pairs() {
            let small = pair.guard.margin <= Milli::new(100);
            let share = pair.guard.metric.unit() == Unit::Share;
            assert!(small || !share, "{pair:?}");
            assert!(!pair.reason.is_empty() && !pair.source.is_empty());
        }
    }

    #[test]
    fn people_name_a_guard_with_its_margin() {
        let factual = Guardrail {
            metric: Metric::External("factual".into()),
            margin: Milli::new(20),
        };
        assert_eq!(named("external:factual=0.02"), Ok(factual));
        for wrong in [
            "survival",
            "joy=0.1",
            "survival=0",
            "survival=-0.1",
            "survival=x",
        ] {
            assert!(named(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_file_with_a_mistake_is_refused() {
        let pair = |optimised: &str, guard: &str, margin: &str| {
            parse(&format!(
                "version = 1\n[[pair]]\noptimised = \"{optimised}\"\nguard = \"{guard}\"\n\
                 margin = {margin}\nreason = \"r\"\nsource = \"s\"\n"
            ))
        };
        assert!(pair("use_rate", "survival", "0.03").is_ok());
        assert!(pair("use_rate", "joy", "0.03").is_err());
        assert!(pair("joy", "survival", "0.03").is_err());
        assert!(pair("use_rate", "survival", "0.0").is_err());
    }

    #[test]
    fn the_table_of_pairs_is_the_one_in_the_documentation() {
        let table = Pair::table();
        let shown = PAGE.split("<!-- pairs -->").nth(1).unwrap_or_default();
        assert_eq!(
            shown.trim(),
            table,
            "in demo-site/docs/metrics.md:\n{table}"
        );
    }
}
