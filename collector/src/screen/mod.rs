//! The anomaly screen: finds people whose signals must not teach anything.
//!
//! A pure function of (facts received by `as_of`, policy, `as_of`), like everything that
//! leaves here. One reading of the store ([`Store::conduct`]) gives every act to `gather`,
//! which puts it into an external sorter under its `person`; `judge` then looks at each
//! person once, alone and in the order of time: at their `pace`, at answers they acted on
//! without having been shown them, at their share of each set (`share`), and at series of
//! acts (`replay`), which go into a second sorter so that equal ones meet. Memory grows
//! neither with signals nor with people; what is kept is one [`Finding`] for each person
//! found, some 200 bytes.
//!
//! A person here is a subject as the sender named it, and apart from it what came with a
//! token of the registration: a name can be claimed by anybody who has a publishable key, so
//! that somebody's signed signals never suffer from what others send under their name.
//!
//! [`Screened`] is the store as everything reads it that makes labels: groups without what
//! screened people sent, which is kept beside ([`OutputRows::screened`]) to be counted.
//!
//! Whoever reads one output or a list of them waits for no screen: it takes the one that
//! [`Screens`] has at hand, which a thread of its own makes (`looker`), and says as of when
//! that is. Everything that teaches or decides makes one of its own moment.
//!
//! [`Store::conduct`]: crate::store::Store::conduct
//! [`OutputRows::screened`]: crate::store::rows::OutputRows::screened

mod cache;
#[cfg(test)]
pub(crate) mod conduct;
mod finding;
mod gather;
mod judge;
mod looker;
mod pace;
mod person;
mod replay;
mod report;
mod screened;
mod share;
#[cfg(test)]
pub(crate) mod tests;

use std::{collections::HashMap, path::Path};

pub(crate) use self::looker::start;
pub use self::{
    cache::{AtHand, Screens},
    finding::{Broken, Finding, Rule},
    report::Report,
    screened::Screened,
};
use self::{gather::Gather, person::Person};
use crate::{
    control::ProjectId,
    label::{Policy, policy::ScreenTerms},
    store::{
        Store, StoreError,
        rows::{Conduct, Group, Slice, StoredSubject},
    },
};

/// Takes what somebody did.
type Visit<'v> = dyn FnMut(&Conduct<'_>) -> Result<(), StoreError> + 'v;

/// Who must not teach, as of a moment.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Screen {
    found: HashMap<StoredSubject, [Option<Finding>; 2]>,
}

impl Screen {
    /// The screen of a project.
    pub fn of_store(
        store: &dyn Store,
        policy: &Policy,
        project: ProjectId,
        as_of: u64,
    ) -> Result<Self, StoreError> {
        Self::of_store_while(store, &policy.screen, (project, as_of), &|| true)
    }

    /// As [`Screen::of_store`], by thresholds; fails with [`StoreError::Ending`] once `go_on`
    /// says no.
    fn of_store_while(
        store: &dyn Store,
        terms: &ScreenTerms,
        (project, as_of): (ProjectId, u64),
        go_on: &dyn Fn() -> bool,
    ) -> Result<Self, StoreError> {
        if terms.is_off() {
            return Ok(Self::default());
        }
        let scratch = store.scratch();
        Self::of(terms, scratch.path(), &mut |visit| {
            store.conduct(project, as_of, &mut |conduct| {
                if !go_on() {
                    return Err(StoreError::Ending);
                }
                visit(conduct)
            })
        })
    }

    /// The screen of what `tell` tells; what does not fit into memory goes to `directory`.
    fn of(
        terms: &ScreenTerms,
        directory: &Path,
        tell: &mut dyn FnMut(&mut Visit<'_>) -> Result<(), StoreError>,
    ) -> Result<Self, StoreError> {
        let mut gather = Gather::new(directory);
        tell(&mut |conduct| Ok(gather.take(conduct)?))?;
        let mut screen = Self::default();
        for (person, finding) in judge::judge(gather.finish()?, terms, directory)? {
            screen.add(&person, finding);
        }
        Ok(screen)
    }

    fn add(&mut self, person: &Person, finding: Finding) {
        let places = self.found.entry(person.subject.clone()).or_default();
        places[usize::from(person.signed)] = Some(finding);
    }

    /// Whether nobody was found.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.found.is_empty()
    }

    /// Why what `subject` sent must not teach: with a token (`signed`) or without.
    #[must_use]
    pub fn finding(&self, subject: &StoredSubject, signed: bool) -> Option<&Finding> {
        self.found.get(subject)?[usize::from(signed)].as_ref()
    }

    /// Everybody found, by kind and id, bytewise, with whether it is about what came with
    /// a token.
    #[must_use]
    pub fn findings(&self) -> Vec<(&StoredSubject, bool, &Finding)> {
        let mut all: Vec<_> = self
            .found
            .iter()
            .flat_map(|(subject, places)| {
                let with = [false, true].into_iter().zip(places);
                with.filter_map(move |(signed, place)| Some((subject, signed, place.as_ref()?)))
            })
            .collect();
        all.sort_by_key(|(subject, signed, _)| (subject.kind, subject.id.as_str(), *signed));
        all
    }

    /// Takes what screened people sent out of a group.
    pub fn clean(&self, group: &mut Group) {
        if self.is_empty() {
            return;
        }
        for rows in &mut group.outputs {
            let found = |slice: &mut Slice| self.finding_of(slice).is_some();
            rows.screened = rows.slices.extract_if(.., found).collect();
        }
    }

    /// Why a slice must not teach.
    #[must_use]
    pub fn finding_of(&self, slice: &Slice) -> Option<&Finding> {
        if slice.automated || slice.origin.is_from_server_alone() {
            return None;
        }
        self.finding(&slice.subject, slice.signed)
    }
}
