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
        provenance::{HOLDOUT, held_out},
        sort::{Keep, SortError, Sorter},
    },
    experiment::metric::Seen,
    label::{Labelled, Policy, Trust, label_group},
    store::rows::{Group, StoredSubject},
};

/// Memory of the sorter: a record is about a hundred bytes, so a run holds some 40,000.
const MEMORY_BYTES: usize = 4 * 1024 * 1024;

/// Takes facts in any order.
#[derive(Debug)]
pub(crate) struct Gather<'a> {
    plan: &'a Plan<'a>,
    policy: &'a Policy,
    records: Sorter,
    screened: u64,
}

impl<'a> Gather<'a> {
    /// Writes what does not fit into memory to `directory`.
    pub(crate) fn new(plan: &'a Plan<'a>, policy: &'a Policy, directory: &Path) -> Self {
        Self {
            plan,
            policy,
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
        self.push(subject, ASSIGNED, &payload, (0, ""))
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

    /// Outputs, as known at the plan's `as_of`.
    pub(crate) fn group(&mut self, group: &Group) -> Result<(), SortError> {
        let labelled = label_group(group, self.policy, self.plan.as_of);
        for seen in Seen::of(group, &labelled) {
            let label = seen.label;
            self.screened += u64::from(label.withheld.all);
            let Some(subject) = label.subject.as_ref().filter(|of| is_person(of.kind)) else {
                continue;
            };
            // What nobody registered may say anything at all, and a program is nobody.
            if label.automated || label.trust < Trust::Known {
                continue;
            }
            if held_out(label) {
                self.push(subject, HELD_OUT, b"", (0, ""))?;
            }
            let Some(shown_at) = label.shown_at else {
                continue;
            };
            if self.plan.when(shown_at) == When::Else {
                continue;
            }
            let said = label.arms.get(&self.plan.experiment.name);
            let said = said.map_or(Said::Nothing, |arm| self.told(arm));
            let sums = self.plan.metrics.iter().map(|metric| {
                let sums = metric.measure(&seen).unwrap_or_default();
                (sums.numerator, sums.denominator)
            });
            let saw = Saw {
                said,
                sums: sums.collect(),
                keys: (said != Said::Nothing).then(|| keys(label, subject)),
            };
            let payload = postcard::to_stdvec(&saw).unwrap_or_default();
            self.push(subject, SAW, &payload, (shown_at, label.output.as_str()))?;
        }
        Ok(())
    }

    fn push(
        &mut self,
        subject: &StoredSubject,
        tag: u8,
        payload: &[u8],
        (shown_at, output): (u64, &str),
    ) -> Result<(), SortError> {
        let person = people::key(subject.kind, &subject.id);
        let key = record::key(&person, tag, shown_at, output);
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

fn keys<'a>(label: &'a Labelled, subject: &StoredSubject) -> Keys<'a> {
    Keys {
        model: label.model.as_deref().unwrap_or_default(),
        device: &label.origin.device,
        language: &label.origin.lang,
        surface: &label.origin.surface,
        kind: subject.kind.name(),
    }
}
