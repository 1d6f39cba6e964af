//! What is printed: a table, whether each bar was met, and the same as JSON.

use std::io::{self, Write};

use hdrhistogram::Histogram;
use serde_json::{Value, json};

use crate::figures::{Figures, ms};

/// Everything a run found.
#[derive(Default)]
pub(crate) struct Report {
    rows: Vec<Row>,
    bars: Vec<Bar>,
    notes: Vec<String>,
    details: serde_json::Map<String, Value>,
}

struct Row {
    name: String,
    requests_per_second: f64,
    events_per_second: f64,
    p50: f64,
    p99: f64,
    p999: f64,
}

struct Bar {
    what: &'static str,
    value: f64,
    bound: Bound,
}

/// What a value has to be.
#[derive(Clone, Copy)]
pub(crate) enum Bound {
    AtLeast(f64),
    AtMost(f64),
}

impl Bar {
    fn is_met(&self) -> bool {
        match self.bound {
            Bound::AtLeast(bound) => self.value >= bound,
            Bound::AtMost(bound) => self.value <= bound,
        }
    }

    fn bound(&self) -> String {
        match self.bound {
            Bound::AtLeast(bound) => format!("≥ {bound}"),
            Bound::AtMost(bound) => format!("≤ {bound}"),
        }
    }
}

impl Report {
    /// A row of the table: what was accepted in `figures`.
    pub(crate) fn row(&mut self, name: &str, figures: &Figures) {
        self.merged(name, &[figures]);
    }

    /// A row of several stretches.
    pub(crate) fn merged(&mut self, name: &str, all: &[&Figures]) {
        let mut accepted = Histogram::new_with_bounds(1, 600_000_000, 3).expect("bounds");
        for figures in all {
            accepted.add(&figures.accepted).expect("the same bounds");
        }
        let seconds: f64 = all.iter().map(|figures| figures.lasted.as_secs_f64()).sum();
        let total = |of: fn(&Figures) -> f64| -> f64 {
            let parts = all
                .iter()
                .map(|figures| of(figures) * figures.lasted.as_secs_f64());
            parts.sum::<f64>() / seconds
        };
        self.rows.push(Row {
            name: name.to_owned(),
            requests_per_second: total(Figures::requests_per_second),
            events_per_second: total(Figures::events_per_second),
            p50: ms(&accepted, 0.5),
            p99: ms(&accepted, 0.99),
            p999: ms(&accepted, 0.999),
        });
    }

    pub(crate) fn bar(&mut self, what: &'static str, value: f64, bound: Bound) {
        self.bars.push(Bar { what, value, bound });
    }

    pub(crate) fn note(&mut self, note: String) {
        self.notes.push(note);
    }

    pub(crate) fn detail(&mut self, name: &str, value: Value) {
        self.details.insert(name.to_owned(), value);
    }

    /// Whether every bar was met.
    pub(crate) fn is_good(&self) -> bool {
        self.bars.iter().all(Bar::is_met)
    }

    pub(crate) fn json(&self) -> Value {
        let row = |row: &Row| {
            json!({
                "name": row.name, "requests_per_second": row.requests_per_second,
                "events_per_second": row.events_per_second,
                "p50_ms": row.p50, "p99_ms": row.p99, "p999_ms": row.p999,
            })
        };
        let bar = |bar: &Bar| json!({"what": bar.what, "value": bar.value, "bar": bar.bound(), "met": bar.is_met()});
        json!({
            "table": self.rows.iter().map(row).collect::<Vec<_>>(),
            "bars": self.bars.iter().map(bar).collect::<Vec<_>>(),
            "notes": self.notes,
            "details": self.details,
        })
    }

    pub(crate) fn print(&self) -> io::Result<()> {
        let mut out = io::stdout().lock();
        writeln!(
            out,
            "| what | requests/s | events/s | p50 ms | p99 ms | p999 ms |\n| --- | ---: | ---: | ---: | ---: | ---: |"
        )?;
        for row in &self.rows {
            writeln!(
                out,
                "| {} | {:.0} | {:.0} | {:.1} | {:.1} | {:.1} |",
                row.name,
                row.requests_per_second,
                row.events_per_second,
                row.p50,
                row.p99,
                row.p999
            )?;
        }
        writeln!(
            out,
            "\n| bar | is | should be | met |\n| --- | ---: | ---: | --- |"
        )?;
        for bar in &self.bars {
            let met = if bar.is_met() { "yes" } else { "NO" };
            writeln!(
                out,
                "| {} | {:.2} | {} | {met} |",
                bar.what,
                bar.value,
                bar.bound()
            )?;
        }
        writeln!(out)?;
        for note in &self.notes {
            writeln!(out, "{note}")?;
        }
        Ok(())
    }
}
