//! One person: all of their records, in order.

use super::{
    plan::{DAY_MS, Plan, When},
    record::{Keys, Saw},
    totals::Entry,
};
use crate::experiment::{
    metric::{Metric, Sums},
    readout::Dimension,
};

/// Weeks after the exposure that are told apart; the last holds all later ones.
pub(crate) const WEEKS: usize = 13;

const WEEK_MS: u64 = 7 * DAY_MS;

/// Where a person was put.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// A declared arm.
    Arm(usize),
    /// The holdout.
    HeldOut,
    /// An arm nobody declared.
    Undeclared,
    /// No arm: they are to see what was there before.
    OutOfTraffic,
}

/// When a person first saw what the experiment is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Exposure {
    pub(super) at: u64,
    pub(super) keys: Vec<(Dimension, String)>,
}

/// One person, as far as their records were read.
#[derive(Debug)]
pub(super) struct Person {
    /// Where the hash put them, if that is on record.
    pub(super) assigned: Option<Place>,
    /// An output says so, of this experiment or another.
    pub(super) held_out: bool,
    pub(super) exposure: Option<Exposure>,
    /// What their outputs say, each once, the first first.
    pub(super) said: Vec<Place>,
    /// By metric, before the start; `None` without anything to measure.
    pub(super) before: Vec<Option<Sums>>,
    /// By metric, while the experiment ran, exposed or not.
    pub(super) during: Vec<Sums>,
    /// An output of that time has settled.
    pub(super) was_there: bool,
    /// From look to look: by metric, what has settled since the exposure.
    pub(super) steps: Vec<(usize, Vec<Sums>)>,
    /// The primary metric by week after the exposure; empty until something settled.
    pub(super) weeks: Vec<Sums>,
    /// When they saw an output while the experiment ran: the first of each day, UTC.
    visits: Vec<u64>,
}

impl Person {
    pub(super) fn new(metrics: usize) -> Self {
        Self {
            assigned: None,
            held_out: false,
            exposure: None,
            said: Vec::new(),
            before: vec![None; metrics],
            during: vec![Sums::default(); metrics],
            was_there: false,
            steps: Vec::new(),
            weeks: Vec::new(),
            visits: Vec::new(),
        }
    }

    /// The assignment on record; of several the first.
    pub(super) fn assign(&mut self, place: Place) {
        self.assigned.get_or_insert(place);
    }

    /// One more output, later than those before.
    pub(super) fn saw(&mut self, plan: &Plan<'_>, shown_at: u64, saw: &Saw<'_>) {
        match plan.when(shown_at) {
            When::Before => {
                for (before, sums) in self.before.iter_mut().zip(saw.sums()) {
                    if sums.denominator != 0 {
                        *before = Some(before.unwrap_or_default().plus(sums));
                    }
                }
            }
            When::During(look) => {
                self.takes_part(shown_at, saw);
                self.visit(shown_at);
                if let Some(look) = look {
                    self.settled(shown_at, look, saw);
                }
            }
            When::Else => {}
        }
    }

    fn takes_part(&mut self, shown_at: u64, saw: &Saw<'_>) {
        let Some(place) = saw.said.place() else {
            return;
        };
        if !self.said.contains(&place) {
            self.said.push(place);
        }
        let keys = || saw.keys.iter().flat_map(Keys::each);
        self.exposure.get_or_insert_with(|| Exposure {
            at: shown_at,
            keys: keys().map(|(by, value)| (by, value.to_owned())).collect(),
        });
    }

    fn visit(&mut self, shown_at: u64) {
        let day = |at: &u64| at / DAY_MS;
        if self.visits.last().map(day) != Some(day(&shown_at)) {
            self.visits.push(shown_at);
        }
    }

    fn settled(&mut self, shown_at: u64, look: usize, saw: &Saw<'_>) {
        self.was_there = true;
        add(&mut self.during, saw);
        let Some(exposure) = &self.exposure else {
            return;
        };
        if self.steps.last().is_none_or(|(last, _)| *last != look) {
            let none = || vec![Sums::default(); self.during.len()];
            let so_far = self
                .steps
                .last()
                .map_or_else(none, |(_, sums)| sums.clone());
            self.steps.push((look, so_far));
        }
        if let Some((_, sums)) = self.steps.last_mut() {
            add(sums, saw);
        }
        let week = usize::try_from((shown_at - exposure.at) / WEEK_MS).unwrap_or(WEEKS);
        self.weeks.resize(WEEKS, Sums::default());
        if let Some(primary) = saw.sums().next() {
            let week = &mut self.weeks[week.min(WEEKS - 1)];
            *week = week.plus(primary);
        }
    }

    /// Where they are: by assignment, else as the outputs say that they saw first.
    pub(super) fn place(&self) -> Option<Place> {
        self.assigned.or_else(|| self.said.first().copied())
    }

    /// Their outputs say something else than their place, or more than one thing.
    pub(super) fn is_mismatched(&self) -> bool {
        let place = self.place();
        self.said.iter().any(|said| Some(*said) != place)
    }

    /// From look to look what has settled since their exposure, of the plan's metric
    /// `place`.
    pub(super) fn entries(&self, plan: &Plan<'_>, place: usize) -> Vec<(usize, Entry)> {
        let before = self.before.get(place).copied().flatten();
        let entry = |sums| Entry { sums, before };
        if let Some(metric) = plan
            .metrics
            .get(place)
            .filter(|metric| metric.is_of_people())
        {
            return self.returns(plan, metric);
        }
        let sums = |sums: &[Sums]| sums.get(place).copied().unwrap_or_default();
        let steps = self.steps.iter();
        steps.map(|(look, all)| (*look, entry(sums(all)))).collect()
    }

    /// Of a metric that asks about people: nothing from the first look they are in, and
    /// what it says from the one at which their time is over.
    fn returns(&self, plan: &Plan<'_>, metric: &Metric) -> Vec<(usize, Entry)> {
        let (Some(exposure), Some((first, _))) = (&self.exposure, self.steps.first()) else {
            return Vec::new();
        };
        let since = self.visits.iter().copied().filter(|at| *at > exposure.at);
        let visits: Vec<_> = [exposure.at].into_iter().chain(since).collect();
        let mut entries = vec![(*first, Entry::default())];
        let looks = plan.looks.iter().enumerate().skip(*first);
        let known = looks.filter_map(|(look, at)| {
            let sums = metric.of_person(&visits, plan.running_at(*at))?;
            Some((look, Entry::of(sums)))
        });
        entries.extend(known.take(1));
        entries
    }

    /// What they add to the comparison of everybody held out with everybody else.
    pub(super) fn in_range(&self, plan: &Plan<'_>, place: usize) -> Sums {
        let last = plan.looks.last().copied().unwrap_or_default();
        let of_person = plan
            .metrics
            .get(place)
            .and_then(|metric| metric.of_person(&self.visits, plan.running_at(last)));
        let sums = self.during.get(place).copied().unwrap_or_default();
        of_person.unwrap_or(sums)
    }

    /// The primary metric in the first week after the exposure, and later.
    pub(super) fn early_and_later(&self) -> (Sums, Sums) {
        let mut weeks = self.weeks.iter().copied();
        let early = weeks.next().unwrap_or_default();
        (early, weeks.fold(Sums::default(), Sums::plus))
    }
}

fn add(sums: &mut [Sums], saw: &Saw<'_>) {
    for (sum, more) in sums.iter_mut().zip(saw.sums()) {
        *sum = sum.plus(more);
    }
}
