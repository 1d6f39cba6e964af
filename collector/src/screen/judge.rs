//! Looks at every person once, alone, and says what no person does.

use std::{
    collections::{BTreeMap, HashMap},
    path::Path,
};

use super::{
    finding::{Broken, Finding, Rule},
    gather::{ABOUT, About, Gathered, STEP, is_act},
    pace::Pace,
    person::{self, Person},
    replay::Steps,
    share::{SetKey, Shares},
};
use crate::{
    dataset::sort::{Keep, SortError, Sorted, Sorter},
    label::policy::ScreenTerms,
};
use tacit_signals::signal::Kind;

/// Sessions of one person whose series are looked at: the first.
const SESSIONS_MAX: usize = 256;
/// Memory of the sorter of series; a record takes some 60 bytes.
const SERIES_BYTES: usize = 4 * 1024 * 1024;

type Judged = HashMap<Person, Vec<Broken>>;

/// Everybody whose signals must not teach.
pub(super) fn judge(
    gathered: Gathered,
    terms: &ScreenTerms,
    directory: &Path,
) -> Result<Vec<(Person, Finding)>, SortError> {
    let Gathered {
        records,
        sets,
        showing,
    } = gathered;
    let mut judged = Judged::new();
    let mut shares = Shares::new(&sets, terms);
    let mut series = Sorter::new(directory, "series", SERIES_BYTES, Keep::ForNow);
    let guesses = terms.guesses > 0 && showing.is_told();
    each(&records, terms, |conduct| {
        let broken = conduct.broken(terms, guesses);
        if !broken.is_empty() {
            judged
                .entry(conduct.person.clone())
                .or_default()
                .extend(broken);
        }
        shares.add(&conduct.person, &conduct.sets);
        conduct.tell_series(terms, &mut series)
    })?;
    for (person, broken) in shares.finish() {
        judged.entry(person).or_default().push(broken);
    }
    replayed(&series.finish()?, terms, &mut judged)?;
    let mut found = Vec::with_capacity(judged.len());
    if judged.is_empty() {
        return Ok(found);
    }
    // How much was withheld is counted of those found alone.
    each(&records, terms, |conduct| {
        if let Some(mut broken) = judged.remove(&conduct.person) {
            broken.sort_by(|a, b| (a.rule, &a.detail).cmp(&(b.rule, &b.detail)));
            let finding = Finding {
                broken,
                signals: conduct.signals,
                outputs: conduct.outputs,
            };
            found.push((conduct.person.clone(), finding));
        }
        Ok(())
    })?;
    Ok(found)
}

/// What one person did.
struct PersonConduct {
    person: Person,
    pace: Pace,
    sessions: BTreeMap<u64, Steps>,
    sets: HashMap<SetKey, u64>,
    signals: u64,
    outputs: u64,
    shown: u64,
    unshown: u64,
    /// The output that is being read, which several records may be about.
    current: Option<(Vec<u8>, About)>,
}

impl PersonConduct {
    fn new(person: Person, terms: &ScreenTerms) -> Self {
        Self {
            person,
            pace: Pace::new(terms),
            sessions: BTreeMap::new(),
            sets: HashMap::new(),
            signals: 0,
            outputs: 0,
            shown: 0,
            unshown: 0,
            current: None,
        }
    }

    fn take(&mut self, tag: u8, key: &[u8], payload: &[u8]) {
        match tag {
            STEP => self.step(key, payload),
            ABOUT => {
                let Some(about) = About::from_bytes(payload) else {
                    return;
                };
                if let Some((output, known)) = &mut self.current
                    && output == key
                {
                    *known = known.and(about);
                    return;
                }
                self.settle();
                self.current = Some((key.into(), about));
            }
            _ => {}
        }
    }

    fn step(&mut self, key: &[u8], payload: &[u8]) {
        let (at, session) = key.split_at(8.min(key.len()));
        let number = |bytes: &[u8]| bytes.try_into().map(u64::from_be_bytes).ok();
        let (Some(at), Some(session), &[code]) = (number(at), number(session), payload) else {
            return;
        };
        if Kind::from_code(code).is_some_and(is_act) {
            self.pace.act(at);
        }
        let room = self.sessions.len() < SESSIONS_MAX;
        if room || self.sessions.contains_key(&session) {
            self.sessions.entry(session).or_default().step(at, code);
        }
    }

    /// Counts the output that was read.
    fn settle(&mut self) {
        let Some((_, about)) = self.current.take() else {
            return;
        };
        self.outputs += 1;
        self.signals += u64::from(about.signals);
        if about.acted {
            *(if about.shown {
                &mut self.shown
            } else {
                &mut self.unshown
            }) += 1;
        }
        if about.acted && about.known {
            let named = about.sets.into_iter().filter(|set| *set != [0; 8]);
            named.for_each(|set| *self.sets.entry(set).or_default() += 1);
        }
    }

    fn broken(&self, terms: &ScreenTerms, guesses: bool) -> Vec<Broken> {
        let mut broken: Vec<_> = self.pace.broken().collect();
        let ratio = u64::from(terms.guess_ratio);
        // A token names its output: what comes with one was not guessed.
        if guesses
            && !self.person.signed
            && self.unshown >= terms.guesses.into()
            && self.unshown >= ratio.saturating_mul(self.shown)
        {
            broken.push(Broken {
                rule: Rule::Guess,
                found: self.unshown,
                limit: terms.guesses.into(),
                detail: format!(
                    "acted on {} answers they were not shown, and on {} they were; the limit \
                     is {}, and {} times as many",
                    self.unshown, self.shown, terms.guesses, terms.guess_ratio
                ),
            });
        }
        broken
    }

    fn tell_series(&self, terms: &ScreenTerms, to: &mut Sorter) -> Result<(), SortError> {
        if terms.replays == 0 {
            return Ok(());
        }
        let mut payload = Vec::new();
        for (session, steps) in &self.sessions {
            for series in steps.series(terms.replay_steps) {
                payload.clear();
                person::write(&self.person.subject, self.person.signed, &mut payload);
                payload.extend(session.to_be_bytes());
                to.push(&series.to_be_bytes(), &payload)?;
            }
        }
        Ok(())
    }
}

/// Calls `look` with everybody, each person's records told in the order of time.
fn each(
    records: &Sorted,
    terms: &ScreenTerms,
    mut look: impl FnMut(&PersonConduct) -> Result<(), SortError>,
) -> Result<(), SortError> {
    let mut records = records.open()?;
    let mut current: Option<(Vec<u8>, PersonConduct)> = None;
    while let Some((key, payload)) = records.next()? {
        let (start, rest) = key.split_at(person::length(key).min(key.len()));
        let Some((&tag, rest)) = rest.split_first() else {
            continue;
        };
        if current.as_ref().is_none_or(|(known, _)| known != start) {
            let Some((person, _)) = person::read(start) else {
                continue;
            };
            let next = PersonConduct::new(person, terms);
            if let Some((_, mut done)) = current.replace((start.into(), next)) {
                done.settle();
                look(&done)?;
            }
        }
        if let Some((_, conduct)) = &mut current {
            conduct.take(tag, rest, payload);
        }
    }
    if let Some((_, mut done)) = current {
        done.settle();
        look(&done)?;
    }
    Ok(())
}

/// Finds series of too many sessions: equal ones stand together, a session once.
fn replayed(series: &Sorted, terms: &ScreenTerms, judged: &mut Judged) -> Result<(), SortError> {
    if terms.replays == 0 {
        return Ok(());
    }
    let mut worst: HashMap<Person, u64> = HashMap::new();
    let mut counted = Counted::of(series)?;
    let mut records = series.open()?;
    while let Some((key, payload)) = records.next()? {
        let sessions = counted.sessions(key)?;
        if sessions < terms.replays.into() {
            continue;
        }
        let Some((person, _)) = person::read(payload) else {
            continue;
        };
        let most = worst.entry(person).or_default();
        *most = (*most).max(sessions);
    }
    for (person, sessions) in worst {
        judged.entry(person).or_default().push(Broken {
            rule: Rule::Replay,
            found: sessions,
            limit: terms.replays.into(),
            detail: format!(
                "{} acts in a row with the same distances stand in {sessions} sessions; \
                 the limit is {}",
                terms.replay_steps + 1,
                terms.replays
            ),
        });
    }
    Ok(())
}

/// How many records each key has, read ahead of whoever reads the records themselves.
struct Counted {
    records: crate::dataset::sort::Merge,
    key: Vec<u8>,
    count: u64,
    next: Option<Vec<u8>>,
}

impl Counted {
    fn of(series: &Sorted) -> Result<Self, SortError> {
        let mut records = series.open()?;
        let next = records.next()?.map(|(key, _)| key.to_vec());
        Ok(Self {
            records,
            key: Vec::new(),
            count: 0,
            next,
        })
    }

    /// Records of `key`; keys are asked for in order.
    fn sessions(&mut self, key: &[u8]) -> Result<u64, SortError> {
        if self.key == key {
            return Ok(self.count);
        }
        self.key = key.to_vec();
        self.count = 0;
        while self.next.as_deref() == Some(key) {
            self.count += 1;
            self.next = self.records.next()?.map(|(key, _)| key.to_vec());
        }
        Ok(self.count)
    }
}
