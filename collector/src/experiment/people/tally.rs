//! People by arm: what is left of all of them, in memory that does not grow with
//! their number.

use std::collections::BTreeMap;

use super::{
    person::{Person, Place, WEEKS},
    plan::{DAY_MS, Plan},
    totals::{Entry, Totals},
};
use crate::{
    experiment::readout::{ArmPeople, Dimension, People},
    label::Milli,
};

/// Values of one dimension that are kept apart, in the order of people; whoever comes
/// with another one is counted together with all such.
const SEGMENT_VALUES_MAX: usize = 50;

/// Days over which the rate of new people is taken.
pub(crate) const RATE_DAYS: u64 = 7;

/// A segment; `None` for all values that are not kept apart.
pub(crate) type SegmentKey = (Dimension, Option<String>);

/// Everybody, by arm.
#[derive(Debug)]
pub(crate) struct Tally {
    pub(crate) people: People,
    /// Who took part in any way.
    took_part: u64,
    pub(crate) arms: Vec<Arm>,
    /// The primary metric by segment and arm.
    pub(crate) segments: BTreeMap<SegmentKey, Vec<Totals>>,
    /// By metric: those held out.
    pub(crate) held_out: Vec<Totals>,
    /// By metric: everybody else.
    pub(crate) others: Vec<Totals>,
}

/// The people of an arm.
#[derive(Debug, Clone)]
pub(crate) struct Arm {
    /// By metric and look.
    pub(crate) looks: Vec<Vec<Totals>>,
    /// The primary metric by week after exposure.
    pub(crate) weeks: Vec<Totals>,
    /// The primary metric after the first week since exposure, and within it in the
    /// place of what was before.
    pub(crate) novelty: Totals,
    /// Exposed within the last [`RATE_DAYS`].
    pub(crate) recent: u64,
}

impl Tally {
    pub(super) fn new(plan: &Plan<'_>) -> Self {
        let (metrics, looks) = (plan.metrics.len(), plan.looks.len());
        let arm = Arm {
            looks: vec![vec![Totals::default(); looks]; metrics],
            weeks: vec![Totals::default(); WEEKS],
            novelty: Totals::default(),
            recent: 0,
        };
        let arms = plan.experiment.arms.iter().map(|arm| ArmPeople {
            arm: arm.name.clone(),
            weight: arm.weight,
            assigned: 0,
            exposed: 0,
            analysed: 0,
        });
        Self {
            people: People {
                arms: arms.collect(),
                ..People::default()
            },
            took_part: 0,
            arms: vec![arm; plan.experiment.arms.len()],
            segments: BTreeMap::new(),
            held_out: vec![Totals::default(); metrics],
            others: vec![Totals::default(); metrics],
        }
    }

    /// One more person, all of whose records were read.
    pub(super) fn add(&mut self, plan: &Plan<'_>, person: &Person) {
        self.count(person);
        if person.was_there {
            self.in_holdout(plan, person);
        }
        let Some(Place::Arm(arm)) = person.place() else {
            return;
        };
        let (Some(counts), Some(exposure)) = (self.people.arms.get_mut(arm), &person.exposure)
        else {
            return;
        };
        self.people.exposed += 1;
        counts.exposed += 1;
        if person.assigned.is_none() {
            self.people.unassigned += 1;
        }
        let analysed = !person.steps.is_empty();
        self.people.analysed += u64::from(analysed);
        counts.analysed += u64::from(analysed);
        if let Some(of_arm) = self.arms.get_mut(arm) {
            let last = plan.looks.last().copied().unwrap_or_default();
            let since = last.saturating_sub(RATE_DAYS * DAY_MS);
            of_arm.recent += u64::from(exposure.at > since);
            if analysed {
                of_arm.add(plan, person);
                self.in_segments(plan, arm, person);
            }
        }
    }

    fn count(&mut self, person: &Person) {
        if let Some(assigned) = person.assigned {
            self.people.assigned += u64::from(assigned != Place::OutOfTraffic);
            if let Place::Arm(arm) = assigned
                && let Some(counts) = self.people.arms.get_mut(arm)
            {
                counts.assigned += 1;
            }
        }
        match person.place() {
            Some(Place::HeldOut) => self.people.held_out += 1,
            Some(Place::Undeclared) => self.people.undeclared += 1,
            Some(Place::OutOfTraffic) => self.people.out_of_traffic += 1,
            Some(Place::Arm(_)) | None => {}
        }
        if person.exposure.is_some() {
            self.took_part += 1;
            self.people.mismatched += u64::from(person.is_mismatched());
        }
    }

    fn in_holdout(&mut self, plan: &Plan<'_>, person: &Person) {
        let held_out = person.held_out || person.place() == Some(Place::HeldOut);
        let side = if held_out {
            &mut self.held_out
        } else {
            &mut self.others
        };
        for (place, totals) in side.iter_mut().enumerate() {
            totals.add(&Entry::of(person.in_range(plan, place)));
        }
    }

    fn in_segments(&mut self, plan: &Plan<'_>, arm: usize, person: &Person) {
        let Some((_, last)) = person.entries(plan, 0).pop() else {
            return;
        };
        let keys = person.exposure.iter().flat_map(|exposure| &exposure.keys);
        for (by, value) in keys {
            let mut key = (*by, Some(value.clone()));
            let known = |(other, _): &&SegmentKey| other == by;
            if !self.segments.contains_key(&key)
                && self.segments.keys().filter(known).count() >= SEGMENT_VALUES_MAX
            {
                key.1 = None;
            }
            let arms = self.arms.len();
            let segment = self.segments.entry(key);
            let segment = segment.or_insert_with(|| vec![Totals::default(); arms]);
            if let Some(totals) = segment.get_mut(arm) {
                totals.add(&last);
            }
        }
    }

    /// Everybody was added: what changed from look to look becomes what was known at
    /// each.
    pub(super) fn finish(mut self) -> Self {
        for look in self.arms.iter_mut().flat_map(|arm| &mut arm.looks) {
            let mut so_far = Totals::default();
            for totals in look {
                so_far.merge(totals);
                *totals = so_far;
            }
        }
        let share = Milli::share(self.people.mismatched, self.took_part);
        self.people.mismatched_share = share.unwrap_or_default();
        self
    }

    /// More than 1 % of those who took part did so in another arm than assigned.
    pub(crate) fn is_mismatched(&self) -> bool {
        self.people.mismatched.saturating_mul(100) > self.took_part
    }
}

impl Arm {
    fn add(&mut self, plan: &Plan<'_>, person: &Person) {
        for (place, looks) in self.looks.iter_mut().enumerate() {
            let mut known: Option<Entry> = None;
            for (look, entry) in person.entries(plan, place) {
                let Some(totals) = looks.get_mut(look) else {
                    continue;
                };
                match known.replace(entry) {
                    None => totals.add(&entry),
                    Some(old) if old == entry => {}
                    Some(old) => totals.replace(&old, &entry),
                }
            }
        }
        for (week, sums) in self.weeks.iter_mut().zip(&person.weeks) {
            if sums.denominator != 0 {
                week.add(&Entry::of(*sums));
            }
        }
        let (early, later) = person.early_and_later();
        self.novelty.add(&Entry {
            sums: later,
            before: Some(early),
        });
    }
}
