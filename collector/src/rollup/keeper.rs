//! Brings buckets up to date, one after another.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    sync::Arc,
};

use super::{Tally, meter::Meter, pace, version};
use crate::{
    control::ProjectId,
    label::Policy,
    limits::ROLLUP_STEP_MS,
    screen::{Screen, Screens},
    store::{AddedUp, AnyStore, Bucket, Concerned, KeptScreen, StoreError, rows::StoredSubject},
};

/// Buckets that are asked for at once.
const LOOK_LEN: usize = 256;

/// The moment that labels are of at `now`, both Unix ms: time moves on for all buckets at
/// once, so that those that rest show the same moment as those that do not.
#[must_use]
pub const fn step(now: u64) -> u64 {
    now - now % ROLLUP_STEP_MS
}

/// What is kept up to date, and with what.
pub struct Keeper {
    store: Arc<dyn AnyStore>,
    policy: Policy,
    version: String,
    screens: BTreeMap<ProjectId, Known>,
    shared: Arc<Screens>,
    rests: HashMap<Bucket, Rest>,
    meter: Arc<Meter>,
}

/// Whom the screen leaves out.
struct Known {
    screen: Arc<Screen>,
    /// As it was kept.
    found: String,
    /// Facts changed since it looked.
    is_old: bool,
    /// Not to look again before, steady ms.
    not_before: u64,
}

/// Why a bucket is not taken at once.
#[derive(Default)]
struct Rest {
    /// Not before, steady ms.
    until: u64,
    failures: u32,
}

/// Two clocks, in ms: the wall's, and one that nobody sets.
#[derive(Debug, Clone, Copy)]
pub struct Clocks {
    /// Unix ms.
    pub now: u64,
    /// From any beginning.
    pub steady: u64,
}

impl Keeper {
    /// Keeps sums of `store` by `policy`.
    #[must_use]
    pub fn new(store: Arc<dyn AnyStore>, policy: Policy, meter: Arc<Meter>) -> Self {
        Self {
            store,
            version: version(&policy),
            policy,
            screens: BTreeMap::new(),
            shared: Arc::default(),
            rests: HashMap::new(),
            meter,
        }
    }

    /// With screens that others read as well: each look serves both.
    #[must_use]
    pub fn sharing(self, shared: Arc<Screens>) -> Self {
        Self { shared, ..self }
    }

    /// The bucket to take next, if one waits that does not rest.
    pub fn next(&mut self, clocks: Clocks) -> Result<Option<Bucket>, StoreError> {
        let due = self
            .store
            .rollups_due(&self.version, step(clocks.now), LOOK_LEN)?;
        self.meter.wait(&due, clocks.steady);
        let rests = |bucket: &Bucket| {
            let rest = self.rests.get(bucket);
            rest.is_some_and(|rest| rest.until > clocks.steady)
        };
        let next = due.iter().find(|bucket| !rests(bucket)).copied();
        self.rests
            .retain(|_, rest| rest.until > clocks.steady || rest.failures > 0);
        Ok(next)
    }

    /// Adds a bucket up anew and replaces what is kept of it.
    pub fn refold(&mut self, bucket: Bucket, now: u64) -> Result<(), StoreError> {
        if !self.knows_screen(bucket.project)? {
            self.look(bucket.project, now)?;
        }
        let as_of = step(now);
        let known = self.screens.get_mut(&bucket.project);
        let known = known.ok_or(StoreError::Unreadable("screen"))?;
        let mut tally = Tally::default();
        let read = self.store.read_bucket(bucket, &mut |number, mut group| {
            known.screen.clean(&mut group);
            tally.add_numbered(number, &group, &self.policy, as_of);
        })?;
        known.is_old |= read.mark.is_some();
        let summed = tally.finish();
        self.store.keep_bucket(&AddedUp {
            bucket,
            version: &self.version,
            read,
            as_of,
            summed: &summed,
        })
    }

    /// Whether the screen is the one that was kept last: another process may have added up
    /// since this one did.
    fn knows_screen(&self, project: ProjectId) -> Result<bool, StoreError> {
        let Some(known) = self.screens.get(&project) else {
            return Ok(false);
        };
        let kept = self.store.kept_screen(project)?;
        Ok(kept.is_some_and(|kept| kept.found == known.found))
    }

    /// What came of taking a bucket, which is left alone for a while.
    pub fn done(&mut self, bucket: Bucket, failed: bool, took_ms: u64, steady: u64) {
        self.meter.took(failed, took_ms);
        let rest = self.rests.entry(bucket).or_default();
        rest.failures = if failed { rest.failures + 1 } else { 0 };
        rest.until = steady + pace::rest_ms(took_ms, rest.failures);
    }

    /// A project whose facts changed since the screen looked, if it is time to look again.
    #[must_use]
    pub fn unscreened(&self, steady: u64) -> Option<ProjectId> {
        let mut old = self.screens.iter();
        let due = old.find(|(_, known)| known.is_old && known.not_before <= steady);
        due.map(|(project, _)| *project)
    }

    /// Not again before.
    pub fn looked(&mut self, project: ProjectId, took_ms: u64, steady: u64) {
        if let Some(known) = self.screens.get_mut(&project) {
            known.not_before = steady + pace::look_ms(took_ms);
        }
    }

    /// Finds whom to leave out, and marks the buckets of whoever is left out no more, or
    /// is from now on. The first time what others found a short while ago will do.
    pub fn look(&mut self, project: ProjectId, now: u64) -> Result<(), StoreError> {
        let store = &*self.store;
        let terms = self.policy.screen;
        let is_first = !self.screens.contains_key(&project);
        let found = if is_first {
            self.shared.recent(store, project, terms, now)?
        } else {
            self.shared.look(store, project, terms, now)?
        };
        let (screen, looked_at) = (found.screen, found.looked_at.unwrap_or(now));
        let kept = KeptScreen {
            found: hash(&screen),
            looked_at,
        };
        let before = store.kept_screen(project)?;
        let before = before.map(|before| before.found);
        let is_same = before.as_ref() == Some(&kept.found);
        // Only from the screen that was kept last it is known who is found no more.
        let known = self.screens.get(&project);
        let known = known.filter(|known| before.as_ref() == Some(&known.found));
        match known {
            _ if is_same => {
                store.keep_screen(project, &kept, Concerned::People(&HashSet::new()))?
            }
            Some(known) => {
                let people = differing(&known.screen, &screen);
                store.keep_screen(project, &kept, Concerned::People(&people))?;
            }
            None => store.keep_screen(project, &kept, Concerned::All)?,
        }
        let known = Known {
            screen,
            found: kept.found,
            // What others found may be of before the last change.
            is_old: looked_at != now,
            not_before: 0,
        };
        self.screens.insert(project, known);
        Ok(())
    }

    /// Takes everything that waits, without a rest; how many buckets that were.
    pub fn drain(&mut self, now: u64) -> Result<u64, StoreError> {
        let mut count = 0;
        loop {
            let due = self.store.rollups_due(&self.version, step(now), LOOK_LEN)?;
            if due.is_empty() {
                return Ok(count);
            }
            for bucket in due {
                self.refold(bucket, now)?;
                count += 1;
            }
        }
    }
}

/// Of everybody found: the same for the same people.
pub(super) fn hash(screen: &Screen) -> String {
    let mut hasher = blake3::Hasher::new();
    for (subject, signed, _) in screen.findings() {
        hasher.update(subject.kind.name().as_bytes());
        hasher.update(subject.id.as_bytes());
        hasher.update(&[u8::from(signed)]);
    }
    hasher.finalize().to_hex().to_string()
}

/// Those who are in one and not in the other.
fn differing(one: &Screen, other: &Screen) -> HashSet<StoredSubject> {
    let missing = |(subject, signed): (&StoredSubject, bool), in_: &Screen| {
        in_.finding(subject, signed).is_none()
    };
    let side = |of: &Screen, in_: &Screen| -> Vec<StoredSubject> {
        let found = of.findings().into_iter();
        let apart = found.filter(|(subject, signed, _)| missing((subject, *signed), in_));
        apart.map(|(subject, ..)| subject.clone()).collect()
    };
    side(one, other)
        .into_iter()
        .chain(side(other, one))
        .collect()
}
