//! Whether a number rises while its guard falls, from one slice of outputs to the
//! next: weeks, prompt versions, models, before and after a release.
//!
//! `finding` compares two slices in one pair of metrics; `examples` keeps a few outputs
//! to look at; `shape` is what leaves, `text` the same for people.

mod examples;
mod finding;
mod shape;
mod text;

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

use self::{
    examples::{Examples, value},
    finding::Watched,
};
pub use self::{
    shape::{Finding, LeftOut, Report, Side, Slice, VERSION, Values, Verdict},
    text::text,
};
use super::{
    By, DAY_MS, WatchError,
    people::{InSlice, People},
    slices::{NoSlice, Slicer},
};
use crate::{
    control::ProjectId,
    experiment::{
        declaration::Guardrail,
        guard::paired,
        metric::{Metric, Sums},
        stats::Moments,
    },
    label::{Policy, Trust},
    release::Release,
    sights::{Output, Person, Sight, Source},
    store::{Store, StoreError},
};

/// How far back weeks go where nobody says, in days.
const WEEKS_BACK: u64 = 84;

/// What is asked.
#[derive(Debug, Clone, PartialEq)]
pub struct Request {
    /// By what outputs are told apart.
    pub by: By,
    /// First shown at or after this moment, Unix ms; of weeks the last twelve where
    /// nobody says, else everything.
    pub since: Option<u64>,
    /// First shown before this moment, Unix ms.
    pub until: Option<u64>,
    /// The least trust.
    pub trust: Trust,
    /// As known at this moment, Unix ms.
    pub as_of: u64,
    /// What is optimised; every metric there is where it is empty.
    pub metrics: Vec<Metric>,
    /// Guards of every one of them beside those it is paired with.
    pub guards: Vec<Guardrail>,
}

/// What can be said of a project; `work` is a directory for what memory does not hold.
pub fn report(
    store: &dyn Store,
    releases: &[Release],
    policy: &Policy,
    project: ProjectId,
    request: &Request,
    work: &Path,
) -> Result<Report, WatchError> {
    let source = Source::facts(store, policy, project, request.as_of);
    report_of(&source, releases, request, work)
}

/// What can be said of outputs from any source.
pub fn report_of(
    source: &Source<'_>,
    releases: &[Release],
    request: &Request,
    work: &Path,
) -> Result<Report, WatchError> {
    let plan = Plan::of(request);
    let mut tally = Tally::new(request, &plan, releases, work);
    source.each(tally.range, &mut |sight| tally.add(sight))?;
    tally.finish(source.policy(), &|output| source.id(output))
}

/// What is measured, and in which pairs.
struct Plan {
    pairs: Vec<Pair>,
    /// Sorted.
    metrics: Vec<Metric>,
}

/// A metric and its guard.
struct Pair {
    watched: Watched,
    /// Of both among the metrics of the plan.
    places: (usize, usize),
}

/// As what an output is left out.
type Left = fn(&mut LeftOut) -> &mut u64;

/// The id of an output, unless it is another by now.
type Ids<'i> = dyn Fn(&Output) -> Result<Option<String>, StoreError> + 'i;

impl Plan {
    fn of(request: &Request) -> Self {
        let pairs = pairs(request);
        let all = pairs
            .iter()
            .flat_map(|pair| [&pair.metric, &pair.guard.metric]);
        let metrics: BTreeSet<_> = all.collect();
        let metrics: Vec<_> = metrics.into_iter().cloned().collect();
        let place = |metric: &Metric| metrics.binary_search(metric).unwrap_or_default();
        let pairs = pairs.into_iter().map(|watched| Pair {
            places: (place(&watched.metric), place(&watched.guard.metric)),
            watched,
        });
        let pairs = pairs.collect();
        Self { pairs, metrics }
    }

    fn place(&self, metric: &Metric) -> Option<usize> {
        self.metrics.binary_search(metric).ok()
    }
}

/// Every optimised metric with each of its guards. Whether people come back is in none:
/// of the newest slice only those who came first are known by now, and they come most.
fn pairs(request: &Request) -> Vec<Watched> {
    let all = if request.metrics.is_empty() {
        &Metric::ALL[..]
    } else {
        &request.metrics
    };
    let mut pairs: Vec<Watched> = Vec::new();
    for metric in all.iter().filter(|metric| !metric.is_of_people()) {
        let mut guards = request.guards.clone();
        guards.extend(paired(metric));
        for guard in guards {
            let same = |pair: &Watched| pair.metric == *metric && pair.guard.metric == guard.metric;
            let own = guard.metric == *metric || guard.metric.is_of_people();
            if !own && !pairs.iter().any(same) {
                let metric = metric.clone();
                pairs.push(Watched { metric, guard });
            }
        }
    }
    pairs
}

fn range(request: &Request) -> (u64, u64) {
    let back = request.as_of.saturating_sub(WEEKS_BACK * DAY_MS);
    let since = request.since.unwrap_or(match request.by {
        By::Week => back,
        _ => 0,
    });
    (since, request.until.unwrap_or(u64::MAX))
}

/// Seen outputs of a slice.
#[derive(Debug, Clone, Copy, Default)]
struct Counts {
    mature: u64,
    immature: u64,
}

struct Tally<'a> {
    request: &'a Request,
    plan: &'a Plan,
    range: (u64, u64),
    slicer: Slicer,
    people: People<'a>,
    counts: BTreeMap<u32, Counts>,
    left_out: LeftOut,
    examples: Examples,
    /// Of the output in hand, by metric.
    sums: Vec<Option<Sums>>,
    /// The same as values, in thousandths.
    values: Vec<Option<i64>>,
}

impl<'a> Tally<'a> {
    fn new(request: &'a Request, plan: &'a Plan, releases: &[Release], work: &Path) -> Self {
        let range = range(request);
        Self {
            request,
            plan,
            range,
            slicer: Slicer::new(request.by, releases, range),
            people: People::new(&plan.metrics, work),
            counts: BTreeMap::new(),
            left_out: LeftOut::default(),
            examples: Examples::default(),
            sums: Vec::new(),
            values: Vec::new(),
        }
    }

    fn add(&mut self, sight: &Sight<'_>) -> Result<(), WatchError> {
        let in_range = |at: &u64| (self.range.0..self.range.1).contains(at);
        let Some(at) = sight.shown_at.filter(in_range) else {
            return Ok(());
        };
        let (person, slice) = match self.slice(sight, at) {
            Ok(found) => found,
            Err(left_out) => {
                *left_out(&mut self.left_out) += 1;
                return Ok(());
            }
        };
        if !sight.mature {
            self.left_out.immature += 1;
            self.counts.entry(slice).or_default().immature += 1;
            return Ok(());
        }
        self.counts.entry(slice).or_default().mature += 1;
        self.sums.clear();
        let metrics = self.plan.metrics.iter();
        self.sums.extend(metrics.map(|metric| sight.sums(metric)));
        let values = self.sums.iter().map(|sums| sums.and_then(value));
        self.values.clear();
        self.values.extend(values);
        let of = |place: usize| self.values.get(place).copied().flatten();
        let pairs = &self.plan.pairs;
        let worst = self.examples.slice(slice, pairs.len());
        for (pair, worst) in pairs.iter().zip(worst) {
            let better = pair.watched.guard.metric.better();
            let values = (of(pair.places.0), of(pair.places.1));
            worst.offer((sight, at), values, better);
        }
        Ok(self.people.saw(&person, slice, self.sums.iter().copied())?)
    }

    /// Whose an output is that was shown at a moment, and its slice; or as what it is left
    /// out.
    fn slice<'s>(&mut self, sight: &Sight<'s>, at: u64) -> Result<(Person<'s>, u32), Left> {
        if sight.withheld {
            return Err(|out| &mut out.screened);
        }
        if sight.automated {
            return Err(|out| &mut out.automated);
        }
        if sight.trust < self.request.trust {
            return Err(|out| &mut out.trust);
        }
        let Some(person) = sight.person.filter(|_| sight.seen) else {
            return Err(|out| &mut out.unseen);
        };
        match self.slicer.slice(&sight.context, at) {
            Ok(slice) => Ok((person, slice)),
            Err(NoSlice::Unnamed) => Err(|out| &mut out.unnamed),
            Err(NoSlice::TooMany) => Err(|out| &mut out.too_many),
        }
    }

    fn finish(self, policy: &Policy, id: &Ids<'_>) -> Result<Report, WatchError> {
        let request = self.request;
        let people = self.people.finish()?;
        let numbers: Vec<u32> = self.counts.keys().copied().collect();
        let named = self.slicer.finish(&numbers)?;
        let slices: Vec<(u32, Slice)> = named
            .into_iter()
            .map(|(number, name)| {
                let counts = self.counts.get(&number).copied().unwrap_or_default();
                (number, slice(name, people.get(&number), counts))
            })
            .collect();
        let compared = Compared {
            by: request.by,
            plan: self.plan,
            people: &people,
            examples: &self.examples,
            id,
        };
        let findings = compared.all(&slices)?;
        let count = |verdict| findings.iter().filter(|f| f.verdict == verdict).count() as u64;
        Ok(Report {
            version: VERSION,
            by: request.by,
            since: request.since,
            until: request.until,
            as_of: request.as_of,
            policy: policy.reference(),
            trust: request.trust,
            slices: slices.into_iter().map(|(_, slice)| slice).collect(),
            suspicious: count(Verdict::Suspicious),
            unclear: count(Verdict::Unclear),
            not_measured: compared.not_measured(),
            findings,
            left_out: self.left_out,
        })
    }
}

fn slice(name: String, here: Option<&InSlice>, counts: Counts) -> Slice {
    Slice {
        name,
        people: here.map_or(0, |here| here.people),
        session_people: here.map_or(0, |here| here.sessions),
        outputs: counts.mature,
        immature: counts.immature,
    }
}

/// Everything that was added up, to be compared.
struct Compared<'a> {
    by: By,
    plan: &'a Plan,
    people: &'a BTreeMap<u32, InSlice>,
    examples: &'a Examples,
    id: &'a Ids<'a>,
}

impl Compared<'_> {
    /// Every pair that was measured, in every slice against the one before. Of weeks
    /// only whole ones: who comes on a Monday is not who comes in a week.
    fn all(&self, slices: &[(u32, Slice)]) -> Result<Vec<Finding>, StoreError> {
        let whole = |slice: &Slice| self.by != By::Week || slice.immature == 0;
        let slices: Vec<_> = slices.iter().filter(|(_, slice)| whole(slice)).collect();
        let mut findings = Vec::new();
        for sides in slices.windows(2) {
            let [(before, first), (after, second)] = sides else {
                continue;
            };
            for (place, Pair { watched: pair, .. }) in self.plan.pairs.iter().enumerate() {
                if !self.is_measured(&pair.metric) || !self.is_measured(&pair.guard.metric) {
                    continue;
                }
                let of = |metric| [*before, *after].map(|number| self.moments(metric, number));
                let (metric, guard) = (of(&pair.metric), of(&pair.guard.metric));
                let mut finding = pair.compare((&first.name, &second.name), &metric, &guard);
                if finding.verdict == Verdict::Suspicious {
                    finding.examples = self.examples.of((*after, place), self.id)?;
                }
                findings.push(finding);
            }
        }
        Ok(findings)
    }

    fn moments(&self, metric: &Metric, slice: u32) -> Moments {
        let found = || {
            let here = self.people.get(&slice)?;
            here.moments.get(self.plan.place(metric)?).copied()
        };
        found().unwrap_or_default()
    }

    /// Whether anybody anywhere had an occasion to be measured.
    fn is_measured(&self, metric: &Metric) -> bool {
        let mut slices = self.people.keys();
        slices.any(|slice| self.moments(metric, *slice).measured() > 0)
    }

    fn not_measured(&self) -> Vec<String> {
        let metrics = self.plan.metrics.iter();
        let missing = metrics.filter(|metric| !self.is_measured(metric));
        missing.map(Metric::name).collect()
    }
}

#[cfg(test)]
mod tests;
