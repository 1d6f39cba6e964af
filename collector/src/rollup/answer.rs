//! From cells to rows.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, HashMap},
};

use jiff::{SignedDuration, civil::Date};
use tacit_signals::signal;

use super::{
    ask::{By, Request},
    cell::{Cell, METRICS},
    key::{Key, begin},
    shape::{Answer, Kind, Labels, LeftOut, Rate, Reason, Row, VERSION},
};
use crate::{
    experiment::{
        metric::Metric,
        people::Totals,
        readout::{maybe, rounded},
        stats::Bounds,
    },
    label::{State, Trust},
    limits::ROLLUP_NAMES_MAX,
    watch::{bounds, capture::Tier},
};

/// Merges what is asked for, in any order.
pub struct Merging<'r> {
    request: &'r Request,
    slices: HashMap<Slice, Merged>,
}

/// What a row is about.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
enum Slice {
    Day(Option<u32>),
    Name(Option<String>),
    Total,
}

#[derive(Default)]
struct Merged {
    cell: Cell,
    trust: [u64; Trust::ALL.len()],
    others: u64,
}

/// What is said of the roll-ups as a whole.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Standing {
    /// When they were read, Unix ms.
    pub as_of: u64,
    /// The policy.
    pub policy: String,
    /// Buckets that wait.
    pub waiting: u64,
    /// How long the first of them has waited, ms.
    pub lag_ms: u64,
    /// As of when the screen is known, Unix ms.
    pub screened_at: Option<u64>,
}

impl<'r> Merging<'r> {
    /// Nothing yet.
    #[must_use]
    pub fn new(request: &'r Request) -> Self {
        Self {
            request,
            slices: HashMap::new(),
        }
    }

    /// One more cell, if it is asked for.
    pub fn add(&mut self, key: &Key, cell: &Cell) {
        if !self.request.takes(key) {
            return;
        }
        let slice = match self.request.by {
            By::Day => Slice::Day(key.day),
            By::Model => Slice::Name(key.model.clone()),
            By::PromptVersion => Slice::Name(key.prompt_version.clone()),
            By::Total => Slice::Total,
        };
        let merged = self.slices.entry(slice).or_default();
        let place = Trust::ALL.iter().position(|trust| *trust == key.trust);
        if let Some(by_trust) = place.and_then(|place| merged.trust.get_mut(place)) {
            *by_trust += cell.outputs;
        }
        merged.cell.merge(cell);
    }

    /// The rows, days in order, names by outputs.
    #[must_use]
    pub fn rows(self) -> Vec<Row> {
        let mut all: Vec<_> = self.slices.into_iter().collect();
        all.sort_by(|(left, first), (right, second)| {
            let by_outputs = match left {
                Slice::Name(_) => second.cell.outputs.cmp(&first.cell.outputs),
                Slice::Day(_) | Slice::Total => std::cmp::Ordering::Equal,
            };
            by_outputs.then_with(|| left.cmp(right))
        });
        if self.request.by != By::Day && all.len() > ROLLUP_NAMES_MAX {
            let mut others = Merged::default();
            for (_, one) in all.drain(ROLLUP_NAMES_MAX.saturating_sub(1)..) {
                others.merge(&one);
            }
            all.push((Slice::Total, others));
        }
        all.iter().map(|(slice, one)| one.row(slice)).collect()
    }

    /// The whole answer.
    #[must_use]
    pub fn answer(self, standing: Standing) -> Answer {
        let request = self.request;
        Answer {
            version: VERSION,
            as_of: standing.as_of,
            policy: standing.policy,
            complete: standing.waiting == 0,
            waiting: standing.waiting,
            lag_ms: standing.lag_ms,
            screened_at: standing.screened_at,
            by: request.by,
            since: request.first.map(begin),
            until: request.end.map(begin),
            rows: self.rows(),
        }
    }
}

impl Merged {
    fn merge(&mut self, other: &Self) {
        self.others += 1;
        self.cell.merge(&other.cell);
        for (own, more) in self.trust.iter_mut().zip(other.trust) {
            *own += more;
        }
    }

    fn row(&self, slice: &Slice) -> Row {
        let Self {
            cell,
            trust,
            others,
        } = self;
        let rates = rates(cell);
        let capture = rates.get(&Metric::CaptureRate.name());
        Row {
            slice: slice.name(),
            others: *others,
            outputs: cell.outputs,
            registered: cell.registered,
            seen: cell.seen,
            immature: cell.immature,
            left_out: LeftOut {
                automated: cell.automated,
                screened: cell.screened,
                screened_signals: cell.fates.screened,
            },
            fates: cell.fates,
            trust: Trust::ALL
                .map(Trust::name)
                .into_iter()
                .zip(*trust)
                .collect(),
            signals: signals(cell),
            labels: labels(cell),
            reasons: reasons(cell),
            funnel: cell.funnel,
            regenerations: cell.regenerations,
            edit_depth: cell.edit_depth,
            tier: capture.map(|rate| Tier::of(rate.value)),
            rates,
        }
    }
}

impl Slice {
    fn name(&self) -> Option<String> {
        match self {
            Self::Day(day) => day.and_then(date),
            Self::Name(name) => name.clone(),
            Self::Total => None,
        }
    }
}

/// `2026-11-26`.
fn date(day: u32) -> Option<String> {
    let epoch = Date::constant(1970, 1, 1);
    let date = epoch.checked_add(SignedDuration::from_hours(24 * i64::from(day)));
    Some(date.ok()?.to_string())
}

fn signals(cell: &Cell) -> BTreeMap<&'static str, Kind> {
    let named = cell.signals.iter().filter_map(|(code, signals)| {
        let kind = Kind {
            count: signals.count,
            first_at: signals.first_at,
            last_at: signals.last_at,
        };
        Some((signal::Kind::from_code(*code)?.name(), kind))
    });
    named.collect()
}

fn labels(cell: &Cell) -> BTreeMap<&'static str, Labels> {
    let states = State::ALL.map(State::name).into_iter();
    let of = |[immature, mature]: [u64; 2]| Labels { mature, immature };
    states.zip(cell.labels.map(of)).collect()
}

fn reasons(cell: &Cell) -> Vec<Reason> {
    let one = |((rule, polarity), outputs): (&(String, i8), &u64)| Reason {
        rule: rule.clone(),
        polarity: *polarity,
        outputs: *outputs,
    };
    let mut all: Vec<_> = cell.reasons.iter().map(one).collect();
    all.sort_by_key(|reason| Reverse(reason.outputs));
    all
}

fn rates(cell: &Cell) -> BTreeMap<String, Rate> {
    let metrics = METRICS.iter().zip(&cell.metrics);
    let named = metrics.map(|(metric, totals)| (metric.name(), totals, metric.is_share()));
    let all = named.chain([("reach".to_owned(), &cell.reach, true)]);
    all.filter_map(|(name, totals, is_share)| Some((name, rate(totals, is_share)?)))
        .collect()
}

fn rate(totals: &Totals, is_share: bool) -> Option<Rate> {
    let value = totals.ratio()?;
    let (numerator, denominator) = totals.sums();
    let Bounds { lower, upper } = bounds(&totals.moments());
    let within = |bound: f64| {
        if is_share {
            bound.clamp(0.0, 1.0)
        } else {
            bound
        }
    };
    Some(Rate {
        value: rounded(value),
        low: maybe(lower.map(within)),
        high: maybe(upper.map(within)),
        numerator: rounded(numerator),
        denominator: rounded(denominator),
        groups: totals.measured(),
    })
}
