//! From assignments and groups of outputs to what is known of all people.

use std::path::Path;

use super::{
    person::Person,
    plan::{Plan, When},
    record::{self, ASSIGNED, HELD_OUT, Keys, SAW, Said, Saw, is_person},
    tally::Tally,
};
use crate::{
    accept::OUT_OF_TRAFFIC,
    dataset::{
        people::{self, PersonKey},
        provenance::HOLDOUT,
        sort::{Keep, SortError, Sorter},
    },
    label::Trust,
    sights::{Person as Who, Sight},
    store::rows::StoredSubject,
};

/// Memory of the sorter: a record is about a hundred bytes, so a run holds some 600,000.
const MEMORY_BYTES: usize = 64 * 1024 * 1024;

/// Takes facts in any order.
#[derive(Debug)]
pub(crate) struct Gather<'a> {
    plan: &'a Plan<'a>,
    records: Sorter,
    screened: u64,
}

impl<'a> Gather<'a> {
    /// Writes what does not fit into memory to `directory`.
    pub(crate) fn new(plan: &'a Plan<'a>, directory: &Path) -> Self {
        Self {
            plan,
            records: Sorter::new(directory, "people", MEMORY_BYTES, Keep::ForNow),
            screened: 0,
        }
    }

    /// Somebody's assignment, as the store has it.
    pub(crate) fn assigned(&mut self, subject: &StoredSubject, arm: &str) -> Result<(), SortError> {
        if !is_person(subject.kind) {
            return Ok(());
        }
        let said = match arm {
            OUT_OF_TRAFFIC => Said::OutOfTraffic,
            arm => self.told(arm),
        };
        let payload = postcard::to_stdvec(&said).unwrap_or_default();
        let person = people::key(subject.kind, &subject.id);
        self.push(person, ASSIGNED, &payload, (0, 0))
    }

    fn told(&self, name: &str) -> Said {
        if name == HOLDOUT {
            return Said::Holdout;
        }
        let mut arms = self.plan.experiment.arms.iter();
        let place = arms.position(|arm| arm.name == name);
        let place = place.and_then(|place| u8::try_from(place).ok());
        place.map_or(Said::Undeclared, Said::Arm)
    }

    /// An output, as known at the plan's `as_of`.
    pub(crate) fn saw(&mut self, sight: &Sight<'_>) -> Result<(), SortError> {
        self.screened += u64::from(sight.withheld);
        let Some(who) = sight.person.filter(|who| is_person(who.kind())) else {
            return Ok(());
        };
        // What nobody registered may say anything at all, and a program is nobody.
        if sight.automated || sight.trust < Trust::Known {
            return Ok(());
        }
        let person = who.key();
        if sight.arms.hold_out() {
            self.push(person, HELD_OUT, b"", (0, 0))?;
        }
        let Some(shown_at) = sight.shown_at else {
            return Ok(());
        };
        if self.plan.when(shown_at) == When::Else {
            return Ok(());
        }
        let said = sight.arms.of(&self.plan.experiment.name);
        let said = said.map_or(Said::Nothing, |arm| self.told(arm));
        let sums = self.plan.metrics.iter().map(|metric| {
            let sums = sight.sums(metric).unwrap_or_default();
            (sums.numerator, sums.denominator)
        });
        let saw = Saw {
            said,
            sums: sums.collect(),
            keys: (said != Said::Nothing).then(|| keys(sight, who)),
        };
        let payload = postcard::to_stdvec(&saw).unwrap_or_default();
        self.push(person, SAW, &payload, (shown_at, sight.tie()))
    }

    fn push(
        &mut self,
        person: PersonKey,
        tag: u8,
        payload: &[u8],
        (shown_at, tie): (u64, u32),
    ) -> Result<(), SortError> {
        let key = record::key(&person, tag, shown_at, tie);
        self.records.push(&key, payload)
    }

    /// All facts were told: looks at every person once.
    pub(crate) fn finish(self) -> Result<Tally, SortError> {
        let plan = self.plan;
        let mut tally = Tally::new(plan);
        tally.people.screened = self.screened;
        let sorted = self.records.finish()?;
        let mut records = sorted.open()?;
        let mut current: Option<(PersonKey, Person)> = None;
        while let Some((key, payload)) = records.next()? {
            let Some((key, tag, shown_at)) = record::read(key) else {
                continue;
            };
            if current.as_ref().is_none_or(|(person, _)| *person != key) {
                let next = (key, Person::new(plan.metrics.len()));
                if let Some((_, person)) = current.replace(next) {
                    tally.add(plan, &person);
                }
            }
            if let Some((_, person)) = &mut current {
                tell(person, plan, (tag, shown_at), payload);
            }
        }
        if let Some((_, person)) = current {
            tally.add(plan, &person);
        }
        sorted.remove()?;
        Ok(tally.finish())
    }
}

fn tell(person: &mut Person, plan: &Plan<'_>, (tag, shown_at): (u8, u64), payload: &[u8]) {
    // Records are this process's own, under checksums: they can be read.
    match tag {
        ASSIGNED => {
            if let Ok(said) = postcard::from_bytes::<Said>(payload)
                && let Some(place) = said.place()
            {
                person.assign(place);
            }
        }
        HELD_OUT => person.held_out = true,
        _ => {
            if let Ok(saw) = postcard::from_bytes::<Saw<'_>>(payload) {
                person.saw(plan, shown_at, &saw);
            }
        }
    }
}

fn keys<'a>(sight: &Sight<'a>, who: Who<'_>) -> Keys<'a> {
    Keys {
        model: sight.context.model.unwrap_or_default(),
        device: sight.context.device,
        language: sight.context.language,
        surface: sight.context.surface,
        kind: who.kind().name(),
    }
}
