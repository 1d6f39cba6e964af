//! The trend of the capture rate by ISO week (DESIGN §7): how many seen answers say
//! anything about themselves by what people did.

mod counted;
mod shape;
mod text;

use std::{collections::BTreeMap, path::Path};

pub(crate) use self::counted::{Left, captured, left_out};
pub use self::{
    shape::{Change, LeftOut, Tier, Trend, VERSION, Week},
    text::text,
};
use super::{
    ALPHA, ALWAYS, WatchError, bounds,
    people::{InSlice, People},
    slices::{week, week_of},
};
use crate::{
    control::ProjectId,
    experiment::{
        metric::Metric,
        readout::{maybe, rounded},
        stats::{self, Design, TIGHTEST_AT},
    },
    label::{Milli, Policy, Trust},
    sights::{Sight, Source},
    store::Store,
};

/// Weeks where nobody says how many.
pub const WEEKS: u32 = 12;
/// Most weeks: five years.
pub const WEEKS_MAX: u32 = 261;

/// What is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Request {
    /// Weeks, the one of `as_of` being the last.
    pub weeks: u32,
    /// The least trust.
    pub trust: Trust,
    /// As known at this moment, Unix ms.
    pub as_of: u64,
}

/// The trend of a project; `work` is a directory for what memory does not hold.
pub fn trend(
    store: &dyn Store,
    policy: &Policy,
    project: ProjectId,
    request: &Request,
    work: &Path,
) -> Result<Trend, WatchError> {
    let source = Source::facts(store, policy, project, request.as_of);
    trend_of(&source, request, work)
}

/// The trend of outputs from any source.
pub fn trend_of(source: &Source<'_>, request: &Request, work: &Path) -> Result<Trend, WatchError> {
    let mut tally = Tally::new(*request, work);
    // What is left out is so whenever it was shown.
    source.each(ALWAYS, &mut |sight| tally.add(sight))?;
    tally.finish(source.policy())
}

/// Counts of a week.
#[derive(Debug, Clone, Copy, Default)]
struct Counts {
    registered: u64,
    /// Of them seen, in thousandths, by their weight.
    reached: i64,
    seen: u64,
    immature: u64,
}

struct Tally {
    request: Request,
    first: u32,
    last: u32,
    weeks: BTreeMap<u32, Counts>,
    people: People<'static>,
    left_out: LeftOut,
}

const METRIC: [Metric; 1] = [Metric::CaptureRate];

impl Tally {
    fn new(request: Request, work: &Path) -> Self {
        let last = week(request.as_of);
        Self {
            first: last.saturating_sub(request.weeks.saturating_sub(1)),
            last,
            weeks: BTreeMap::new(),
            people: People::new(&METRIC, work),
            left_out: LeftOut::default(),
            request,
        }
    }

    fn add(&mut self, sight: &Sight<'_>) -> Result<(), WatchError> {
        match left_out(sight, self.request.trust) {
            Some(Left::Screened) => self.left_out.screened += 1,
            Some(Left::Automated) => self.left_out.automated += 1,
            Some(Left::Trust) => self.left_out.trust += 1,
            None => match sight.dated.map(week) {
                None => self.left_out.undated += 1,
                Some(week) if (self.first..=self.last).contains(&week) => {
                    return self.counted(week, sight);
                }
                Some(_) => {}
            },
        }
        Ok(())
    }

    fn counted(&mut self, week: u32, sight: &Sight<'_>) -> Result<(), WatchError> {
        let counts = self.weeks.entry(week).or_default();
        counts.registered += u64::from(sight.registered);
        let Some((sums, person)) = captured(sight) else {
            return Ok(());
        };
        counts.seen += 1;
        if sight.registered {
            counts.reached = counts.reached.saturating_add(sums.denominator);
        }
        if sight.mature {
            self.people.saw(&person, week, [Some(sums)].into_iter())?;
        } else {
            counts.immature += 1;
        }
        Ok(())
    }

    fn finish(self, policy: &Policy) -> Result<Trend, WatchError> {
        let Self {
            request,
            first,
            last,
            weeks: counts,
            people,
            left_out,
        } = self;
        let people = people.finish()?;
        let none = InSlice::default();
        let mut weeks = Vec::new();
        for number in first..=last {
            let counts = counts.get(&number).copied().unwrap_or_default();
            weeks.push(Week::of(
                number,
                counts,
                people.get(&number).unwrap_or(&none),
            )?);
        }
        let change = change(&weeks, first, &people);
        Ok(Trend {
            version: VERSION,
            as_of: request.as_of,
            policy: policy.reference(),
            trust: request.trust,
            weeks,
            change,
            left_out,
        })
    }
}

impl Week {
    fn of(number: u32, counts: Counts, people: &InSlice) -> Result<Self, WatchError> {
        let period = week_of(number)?;
        let moments = people.moments.first().copied().unwrap_or_default();
        let rate = stats::ratio(&moments);
        let bounds = bounds(&moments);
        let share = |bound: Option<f64>| maybe(bound.map(|bound| bound.clamp(0.0, 1.0)));
        let reached = Milli::new(counts.reached).to_f64();
        Ok(Self {
            week: period.name,
            from: period.from,
            to: period.to,
            registered: counts.registered,
            seen: counts.seen,
            immature: counts.immature,
            reach: (counts.registered > 0).then(|| rounded(reached / float(counts.registered))),
            people: moments.people(),
            session_people: people.sessions,
            capture_rate: rate.map(|rate| rounded(rate.value)),
            low: share(bounds.lower),
            high: share(bounds.upper),
            tier: rate.map(|rate| Tier::of(rate.value)),
        })
    }

    /// All its labels are what they will ever be.
    const fn is_whole(&self) -> bool {
        self.seen > 0 && self.immature == 0
    }
}

/// The last two weeks in a row that are whole, compared.
fn change(weeks: &[Week], first: u32, people: &BTreeMap<u32, InSlice>) -> Option<Change> {
    let mut pairs = weeks.windows(2).enumerate().rev();
    let (place, pair) = pairs.find(|(_, pair)| pair.iter().all(Week::is_whole))?;
    let [before, after] = pair else { return None };
    let number = first + u32::try_from(place).ok()?;
    let moments = |number: u32| people.get(&number)?.moments.first();
    let (control, treatment) = (moments(number)?, moments(number + 1)?);
    let design = Design::difference(ALPHA, TIGHTEST_AT);
    let found = stats::compare(control, treatment, &design)?;
    Some(Change {
        before: before.week.clone(),
        after: after.week.clone(),
        delta: rounded(found.delta),
        low: maybe(found.interval.lower),
        high: maybe(found.interval.upper),
        beyond_noise: found.interval.above(0.0) || found.interval.below(0.0),
    })
}

#[expect(clippy::cast_precision_loss, reason = "counts are far below 2^53")]
fn float(count: u64) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests;
