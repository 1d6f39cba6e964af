//! What a scrape says. Only what the collector writes is read; that it is written well
//! is told by the real parsers of tests/python/test_metrics.py.

use std::collections::{BTreeMap, BTreeSet};

use crate::api::Api;

/// One scrape.
#[derive(Debug, Clone)]
pub struct Scrape(Vec<Sample>);

#[derive(Debug, Clone)]
struct Sample {
    name: String,
    labels: BTreeMap<String, String>,
    value: f64,
}

impl Scrape {
    /// Asks the collector behind `api`, with its key.
    #[must_use]
    pub fn of(api: &Api) -> Self {
        Self::parse(api.get("/metrics").ok().text())
    }

    /// Reads what was scraped.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        let lines = text.lines().filter(|line| !line.starts_with('#'));
        Self(lines.map(sample).collect())
    }

    /// The sum of the samples of `name` that have these `labels`; panics where there is
    /// none.
    #[must_use]
    pub fn sum(&self, name: &str, labels: &[(&str, &str)]) -> u64 {
        let sum = self.try_sum(name, labels);
        sum.unwrap_or_else(|| panic!("no {name} with {labels:?}"))
    }

    /// As [`Scrape::sum`]; nothing where there is no such sample.
    #[must_use]
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "counts of a test"
    )]
    pub fn try_sum(&self, name: &str, labels: &[(&str, &str)]) -> Option<u64> {
        let has = |sample: &&Sample| {
            let mut labels = labels.iter();
            sample.name == name
                && labels.all(|(key, value)| sample.labels.get(*key).is_some_and(|v| v == value))
        };
        let found: Vec<f64> = self
            .0
            .iter()
            .filter(has)
            .map(|sample| sample.value)
            .collect();
        (!found.is_empty()).then(|| found.iter().sum::<f64>() as u64)
    }

    /// All values of the label `key`.
    #[must_use]
    pub fn values(&self, key: &str) -> BTreeSet<&str> {
        let labels = self.0.iter().filter_map(|sample| sample.labels.get(key));
        labels.map(String::as_str).collect()
    }

    /// All names.
    #[must_use]
    pub fn names(&self) -> BTreeSet<&str> {
        self.0.iter().map(|sample| sample.name.as_str()).collect()
    }
}

fn sample(line: &str) -> Sample {
    let (series, value) = line.rsplit_once(' ').expect("a value");
    let (name, labels) = series.split_once('{').unwrap_or((series, "}"));
    let labels = labels.trim_end_matches('}').split("\",");
    let pair = |label: &str| {
        let (key, value) = label.split_once("=\"")?;
        Some((key.to_owned(), value.trim_end_matches('"').to_owned()))
    };
    Sample {
        name: name.to_owned(),
        labels: labels.filter_map(pair).collect(),
        value: value.parse().expect("a number"),
    }
}
