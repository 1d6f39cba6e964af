//! People's sums by slice, added up in files.

use std::{collections::BTreeMap, path::Path};

use serde::{Deserialize, Serialize};
use tacit_signals::SubjectKind;

use crate::{
    dataset::{
        people::{PersonKey, key as person_key},
        sort::{Keep, SortError, Sorter},
    },
    experiment::{
        metric::{Metric, Sums},
        stats::{Moments, Observation},
    },
    label::Milli,
    store::rows::StoredSubject,
};

/// Bytes of records in memory.
const MEMORY_BYTES: usize = 16 * 1024 * 1024;

/// What one person adds to one slice.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Part {
    /// Known by their session only.
    session: bool,
    /// Numerator and denominator of every metric.
    sums: Vec<(i64, i64)>,
}

/// Takes outputs in any order.
pub(super) struct People<'m> {
    metrics: &'m [Metric],
    sorter: Sorter,
    /// Of the group in hand.
    parts: BTreeMap<(PersonKey, u32), Part>,
}

/// The people of a slice.
#[derive(Debug, Clone, Default)]
pub(super) struct InSlice {
    /// All of them.
    pub(super) people: u64,
    /// Of them known by their session only.
    pub(super) sessions: u64,
    /// By metric: those who had an occasion to be measured.
    pub(super) moments: Vec<Moments>,
}

impl<'m> People<'m> {
    pub(super) fn new(metrics: &'m [Metric], directory: &Path) -> Self {
        Self {
            metrics,
            sorter: Sorter::new(directory, "people", MEMORY_BYTES, Keep::ForNow),
            parts: BTreeMap::new(),
        }
    }

    /// A person saw an output of a slice, which adds `sums` by metric.
    pub(super) fn saw(
        &mut self,
        person: &StoredSubject,
        slice: u32,
        sums: impl Iterator<Item = Option<Sums>>,
    ) {
        let key = (person_key(person.kind, &person.id), slice);
        let part = self.parts.entry(key).or_default();
        part.session = person.kind == SubjectKind::Session;
        part.sums.resize(self.metrics.len(), (0, 0));
        for (own, more) in part.sums.iter_mut().zip(sums) {
            add(own, more.unwrap_or_default());
        }
    }

    /// A group is over.
    pub(super) fn group(&mut self) -> Result<(), SortError> {
        for ((person, slice), part) in std::mem::take(&mut self.parts) {
            let mut key = person.to_vec();
            key.extend(slice.to_be_bytes());
            let payload = postcard::to_allocvec(&part).unwrap_or_default();
            self.sorter.push(&key, &payload)?;
        }
        Ok(())
    }

    /// Everybody, by slice.
    pub(super) fn finish(mut self) -> Result<BTreeMap<u32, InSlice>, SortError> {
        self.group()?;
        let mut all = BTreeMap::new();
        let mut one: Option<(PersonKey, BTreeMap<u32, Part>)> = None;
        let mut records = self.sorter.finish()?.open()?;
        while let Some((key, payload)) = records.next()? {
            let Some((person, slice, more)) = read(key, payload) else {
                continue;
            };
            if one.as_ref().is_none_or(|(own, _)| *own != person)
                && let Some((_, parts)) = one.replace((person, BTreeMap::new()))
            {
                settle(&parts, &mut all);
            }
            if let Some((_, parts)) = &mut one {
                parts.entry(slice).or_default().merge(more);
            }
        }
        if let Some((_, parts)) = one {
            settle(&parts, &mut all);
        }
        Ok(all)
    }
}

impl Part {
    fn merge(&mut self, more: Self) {
        self.session |= more.session;
        if self.sums.is_empty() {
            self.sums = more.sums;
            return;
        }
        for (own, (numerator, denominator)) in self.sums.iter_mut().zip(more.sums) {
            let more = Sums {
                numerator,
                denominator,
            };
            add(own, more);
        }
    }
}

fn add(own: &mut (i64, i64), more: Sums) {
    let sum = Sums {
        numerator: own.0,
        denominator: own.1,
    };
    let sum = sum.plus(more);
    *own = (sum.numerator, sum.denominator);
}

fn read(key: &[u8], payload: &[u8]) -> Option<(PersonKey, u32, Part)> {
    let (person, slice) = key.split_first_chunk()?;
    let slice = u32::from_be_bytes(slice.try_into().ok()?);
    Some((*person, slice, postcard::from_bytes(payload).ok()?))
}

/// One person is complete.
fn settle(parts: &BTreeMap<u32, Part>, all: &mut BTreeMap<u32, InSlice>) {
    for (slice, part) in parts {
        let here = all.entry(*slice).or_default();
        here.people += 1;
        here.sessions += u64::from(part.session);
        here.moments.resize(part.sums.len(), Moments::default());
        for (moments, (numerator, denominator)) in here.moments.iter_mut().zip(&part.sums) {
            // Who had no occasion to be measured is nobody to this metric.
            if *denominator != 0 {
                let of = |sum: &i64| Milli::new(*sum).to_f64();
                moments.add(&Observation::new(of(numerator), of(denominator)));
            }
        }
    }
}
