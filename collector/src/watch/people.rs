//! People's sums by slice, added up in memory, and in files what is too much for it.

use std::{
    collections::{BTreeMap, HashMap},
    path::Path,
};

use serde::{Deserialize, Serialize};
use tacit_signals::SubjectKind;

use crate::{
    dataset::{
        people::PersonKey,
        sort::{Keep, SortError, Sorter},
    },
    experiment::{
        metric::{Metric, Sums},
        people::{Entry, Totals},
        stats::Moments,
    },
    sights::Person,
};

/// Bytes of sums in memory: of some 400,000 people and fourteen metrics.
const HELD_BYTES: usize = 128 * 1024 * 1024;
/// Bytes a person takes beside their sums.
const PERSON_BYTES: usize = 64;
/// Bytes of records in memory while they are sorted.
const MEMORY_BYTES: usize = 16 * 1024 * 1024;

/// A person in a slice.
type Key = (PersonKey, u32);

/// What one person adds to one slice, as it is sorted.
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
    is_sorted: bool,
    most: usize,
    /// Places of people among `sessions`, and of their sums among `sums`.
    places: HashMap<Key, usize>,
    sessions: Vec<bool>,
    sums: Vec<Sums>,
    /// The person of the output before: mostly of this one, too.
    last: Option<(Key, usize)>,
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

/// As they are added up: exact, so that no order of people gives another result.
#[derive(Default)]
struct Adding {
    people: u64,
    sessions: u64,
    totals: Vec<Totals>,
}

impl<'m> People<'m> {
    pub(super) fn new(metrics: &'m [Metric], directory: &Path) -> Self {
        let bytes = PERSON_BYTES + metrics.len() * SUMS_BYTES;
        Self::holding(metrics, directory, HELD_BYTES / bytes)
    }

    /// Holds at most so many people in memory.
    fn holding(metrics: &'m [Metric], directory: &Path, most: usize) -> Self {
        Self {
            metrics,
            sorter: Sorter::new(directory, "people", MEMORY_BYTES, Keep::ForNow),
            is_sorted: false,
            most,
            places: HashMap::new(),
            sessions: Vec::new(),
            sums: Vec::new(),
            last: None,
        }
    }

    /// A person saw an output of a slice, which adds `sums` by metric.
    pub(super) fn saw(
        &mut self,
        person: &Person<'_>,
        slice: u32,
        sums: impl Iterator<Item = Option<Sums>>,
    ) -> Result<(), SortError> {
        let place = self.place(person, slice)?;
        let len = self.metrics.len();
        let own = self.sums.get_mut(place * len..(place + 1) * len);
        for (own, more) in own.unwrap_or_default().iter_mut().zip(sums) {
            *own = own.plus(more.unwrap_or_default());
        }
        Ok(())
    }

    fn place(&mut self, person: &Person<'_>, slice: u32) -> Result<usize, SortError> {
        let key = (person.key(), slice);
        if let Some((_, place)) = self.last.filter(|(last, _)| *last == key) {
            return Ok(place);
        }
        let place = match self.places.get(&key) {
            Some(place) => *place,
            None => {
                if self.places.len() >= self.most {
                    self.spill()?;
                }
                let place = self.sessions.len();
                self.sessions.push(person.kind() == SubjectKind::Session);
                let len = self.sums.len() + self.metrics.len();
                self.sums.resize(len, Sums::default());
                self.places.insert(key, place);
                place
            }
        };
        self.last = Some((key, place));
        Ok(place)
    }

    /// Everybody in memory goes to the sorter.
    fn spill(&mut self) -> Result<(), SortError> {
        self.is_sorted = true;
        self.last = None;
        let len = self.metrics.len();
        for ((person, slice), place) in self.places.drain() {
            let mut key = person.to_vec();
            key.extend(slice.to_be_bytes());
            let sums = self.sums.get(place * len..(place + 1) * len);
            let sums = sums.unwrap_or_default().iter();
            let part = Part {
                session: self.sessions.get(place).copied().unwrap_or_default(),
                sums: sums.map(|sum| (sum.numerator, sum.denominator)).collect(),
            };
            let payload = postcard::to_allocvec(&part).unwrap_or_default();
            self.sorter.push(&key, &payload)?;
        }
        self.sessions.clear();
        self.sums.clear();
        Ok(())
    }

    /// Everybody, by slice.
    pub(super) fn finish(mut self) -> Result<BTreeMap<u32, InSlice>, SortError> {
        let mut all = BTreeMap::new();
        if self.is_sorted {
            self.spill()?;
            self.sorted(&mut all)?;
        } else {
            let len = self.metrics.len();
            for ((_, slice), place) in &self.places {
                let sums = self.sums.get(place * len..(place + 1) * len);
                let is_session = self.sessions.get(*place).copied().unwrap_or_default();
                settle(&mut all, *slice, is_session, sums.unwrap_or_default());
            }
        }
        let moments = |adding: Adding| InSlice {
            people: adding.people,
            sessions: adding.sessions,
            moments: adding.totals.iter().map(Totals::moments).collect(),
        };
        let slices = all.into_iter();
        Ok(slices
            .map(|(slice, adding)| (slice, moments(adding)))
            .collect())
    }

    /// Everybody who went to the sorter, who may be there more than once.
    fn sorted(self, all: &mut BTreeMap<u32, Adding>) -> Result<(), SortError> {
        let mut one: Option<(Key, bool, Vec<Sums>)> = None;
        let mut records = self.sorter.finish()?.open()?;
        while let Some((key, payload)) = records.next()? {
            let Some((key, part)) = read(key, payload) else {
                continue;
            };
            let more = part.sums.iter().map(|&(numerator, denominator)| Sums {
                numerator,
                denominator,
            });
            match &mut one {
                Some((own, _, sums)) if *own == key => {
                    for (own, more) in sums.iter_mut().zip(more) {
                        *own = own.plus(more);
                    }
                }
                _ => {
                    let next = (key, part.session, more.collect());
                    if let Some(((_, slice), session, sums)) = one.replace(next) {
                        settle(all, slice, session, &sums);
                    }
                }
            }
        }
        if let Some(((_, slice), session, sums)) = one {
            settle(all, slice, session, &sums);
        }
        Ok(())
    }
}

/// Bytes of the sums of one metric.
const SUMS_BYTES: usize = size_of::<Sums>();

fn read(key: &[u8], payload: &[u8]) -> Option<(Key, Part)> {
    let (person, slice) = key.split_first_chunk()?;
    let slice = u32::from_be_bytes(slice.try_into().ok()?);
    Some(((*person, slice), postcard::from_bytes(payload).ok()?))
}

/// One person is complete.
fn settle(all: &mut BTreeMap<u32, Adding>, slice: u32, is_session: bool, sums: &[Sums]) {
    let here = all.entry(slice).or_default();
    here.people += 1;
    here.sessions += u64::from(is_session);
    here.totals.resize(sums.len(), Totals::default());
    for (totals, sums) in here.totals.iter_mut().zip(sums) {
        // Who had no occasion to be measured is nobody to this metric.
        if sums.denominator != 0 {
            totals.add(&Entry::of(*sums));
        }
    }
}
