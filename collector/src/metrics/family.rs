//! Samples that are taken at the moment somebody scrapes.

use std::fmt;

use prometheus_client::{
    collector::Collector,
    encoding::{DescriptorEncoder, EncodeMetric},
    metrics::{counter::ConstCounter, gauge::ConstGauge},
    registry::Unit,
};

/// What may become of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// It only grows, until the process ends.
    Counter,
    /// It is what it is.
    Gauge,
}

/// Labels of a sample, values escaped.
type Labels = Vec<(&'static str, String)>;

/// A metric with its samples.
#[derive(Debug, Clone)]
pub struct Family {
    name: &'static str,
    help: &'static str,
    unit: Option<Unit>,
    kind: Kind,
    samples: Vec<(Labels, f64)>,
}

impl Family {
    /// Without a sample yet; `name` without unit and `_total`.
    #[must_use]
    pub const fn new(name: &'static str, help: &'static str, kind: Kind) -> Self {
        Self {
            name,
            help,
            unit: None,
            kind,
            samples: Vec::new(),
        }
    }

    /// In seconds.
    #[must_use]
    pub fn seconds(self) -> Self {
        let unit = Some(Unit::Seconds);
        Self { unit, ..self }
    }

    /// In bytes.
    #[must_use]
    pub fn bytes(self) -> Self {
        let unit = Some(Unit::Bytes);
        Self { unit, ..self }
    }

    /// With the one sample `value`.
    #[must_use]
    pub fn of(mut self, value: u64) -> Self {
        self.add(&[], value);
        self
    }

    /// Adds a sample.
    pub fn add(&mut self, labels: &[(&'static str, &str)], value: u64) {
        #[expect(clippy::cast_precision_loss, reason = "Prometheus keeps doubles")]
        self.add_real(labels, value as f64);
    }

    /// Adds a sample that is no integer.
    pub fn add_real(&mut self, labels: &[(&'static str, &str)], value: f64) {
        let labels = labels.iter().map(|(key, value)| (*key, escaped(value)));
        self.samples.push((labels.collect(), value));
    }

    /// Whether it was made with `name`.
    pub(super) fn is_named(&self, name: &str) -> bool {
        self.name == name
    }

    /// The name samples have.
    #[must_use]
    pub fn name(&self) -> String {
        let unit = self.unit.as_ref().map(|unit| format!("_{}", unit.as_str()));
        let total = match self.kind {
            Kind::Counter => "_total",
            Kind::Gauge => "",
        };
        format!("{}{}{total}", self.name, unit.unwrap_or_default())
    }
}

/// The library writes values as they are.
fn escaped(value: &str) -> String {
    let mut escaped = String::with_capacity(value.len());
    for char in value.chars() {
        match char {
            '\\' => escaped.push_str("\\\\"),
            '"' => escaped.push_str("\\\""),
            '\n' => escaped.push_str("\\n"),
            char => escaped.push(char),
        }
    }
    escaped
}

/// Families as one scrape saw them.
#[derive(Debug)]
pub(super) struct Families(pub(super) Vec<Family>);

impl Collector for Families {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> Result<(), fmt::Error> {
        for family in &self.0 {
            let kind = match family.kind {
                Kind::Counter => ConstCounter::new(0_u64).metric_type(),
                Kind::Gauge => ConstGauge::new(0_i64).metric_type(),
            };
            let unit = family.unit.as_ref();
            let mut metric = encoder.encode_descriptor(family.name, family.help, unit, kind)?;
            for (labels, value) in &family.samples {
                let sample = if labels.is_empty() {
                    None
                } else {
                    Some(metric.encode_family(labels)?)
                };
                match (family.kind, sample) {
                    (Kind::Counter, Some(sample)) => ConstCounter::new(*value).encode(sample)?,
                    (Kind::Gauge, Some(sample)) => ConstGauge::new(*value).encode(sample)?,
                    (Kind::Counter, None) => {
                        use prometheus_client::encoding::NoLabelSet;
                        metric.encode_counter::<NoLabelSet, _, u64>(value, None)?;
                    }
                    (Kind::Gauge, None) => metric.encode_gauge(value)?,
                }
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use prometheus_client::{encoding::text, registry::Registry};

    use super::*;

    #[test]
    fn families_are_written_with_unit_total_and_escaped_labels() {
        let mut waiting = Family::new("tacit_queue", "Bytes that wait", Kind::Gauge).bytes();
        waiting.add(&[], 7);
        let mut seen = Family::new("tacit_seen", "Seen", Kind::Counter);
        seen.add(&[("project", "a\"b\\c\nd")], 3);
        assert_eq!(waiting.name(), "tacit_queue_bytes");
        assert_eq!(seen.name(), "tacit_seen_total");
        let mut registry = Registry::default();
        registry.register_collector(Box::new(Families(vec![waiting, seen])));
        let mut written = String::new();
        text::encode(&mut written, &registry).unwrap();
        assert_eq!(
            written,
            "# HELP tacit_queue_bytes Bytes that wait\n\
             # TYPE tacit_queue_bytes gauge\n\
             # UNIT tacit_queue_bytes bytes\n\
             tacit_queue_bytes 7.0\n\
             # HELP tacit_seen Seen\n\
             # TYPE tacit_seen counter\n\
             tacit_seen_total{project=\"a\\\"b\\\\c\\nd\"} 3.0\n\
             # EOF\n"
        );
    }
}
