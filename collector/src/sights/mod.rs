//! One output, as everything asks about it that compares people.
//!
//! Guardrails, the trend of the capture rate and readouts of experiments are statistics over
//! people, who come back in many conversations: sums of conversations do not say how people
//! differ. What they ask of an output is a [`Sight`]: who saw it, when, of what model and
//! arm, and what it adds to each metric. A sight is made of facts, with a label, or read from
//! where the keeper of roll-ups keeps it ([`crate::rollup`]); whoever compares people takes
//! either ([`Source`]) and cannot tell which.
//!
//! - `measures` is what an output adds to metrics, as facts have it or as it is kept.
//! - `pack` writes the sights of a bucket, some thirty bytes each; `unpack` reads them.
//! - `source` is all sights of a project, from facts or from buckets.

mod bytes;
mod measures;
mod pack;
mod source;
#[cfg(test)]
mod tests;
mod unpack;

use std::collections::BTreeMap;

use tacit_signals::{Id, SubjectKind};

pub(crate) use self::{
    measures::{Measured, Measures},
    pack::Packer,
    source::each_of,
    unpack::unpack,
};
pub use self::{pack::Packed, source::Source};
use crate::{
    dataset::{
        people::{PersonKey, key},
        provenance::HOLDOUT,
    },
    experiment::metric::{Metric, Seen, Sums},
    label::Trust,
    store::{BucketKind, rows::StoredSubject},
};

/// One output that somebody may have seen.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sight<'a> {
    pub(crate) name: Name<'a>,
    /// All that is known of it came from people the screen found.
    pub(crate) withheld: bool,
    /// A program drove the browser.
    pub(crate) automated: bool,
    /// A person saw it.
    pub(crate) seen: bool,
    /// Its label is what it will ever be.
    pub(crate) mature: bool,
    /// A server registered it.
    pub(crate) registered: bool,
    pub(crate) trust: Trust,
    /// When it was first shown, Unix ms.
    pub(crate) shown_at: Option<u64>,
    /// When it was first shown or, where it never was, created.
    pub(crate) dated: Option<u64>,
    pub(crate) person: Option<Person<'a>>,
    pub(crate) context: Context<'a>,
    pub(crate) arms: Arms<'a>,
    pub(crate) measures: Measures<'a>,
}

/// Whose it is.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Person<'a> {
    Named(&'a StoredSubject),
    Kept(SubjectKind, PersonKey),
}

/// By what outputs, and people who saw them, are told apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub(crate) struct Context<'a> {
    pub(crate) model: Option<&'a str>,
    pub(crate) prompt_version: Option<&'a str>,
    pub(crate) device: &'a str,
    pub(crate) language: &'a str,
    pub(crate) surface: &'a str,
}

/// Arms by experiment.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Arms<'a> {
    Labelled(&'a BTreeMap<String, String>),
    Kept(&'a [(&'a str, &'a str)]),
}

/// What leads to an output's id.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Name<'a> {
    Id(&'a Id),
    Place(Place),
}

/// What leads to an output's id, to be kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Output {
    Id(Id),
    Place(Place),
}

/// Where an output stands in the store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// What its group is.
    pub(crate) kind: BucketKind,
    /// The group's number.
    pub(crate) group: i64,
    /// Its place in the group.
    pub(crate) place: u32,
    /// Its id has this hash: see [`tie`].
    pub(crate) tie: u32,
}

/// Orders outputs of which nothing else says which is first: the same wherever they are read
/// from, and as short as can be.
pub(crate) fn tie(id: &Id) -> u32 {
    let hash = blake3::hash(id.as_str().as_bytes());
    let [first, second, third, fourth, ..] = *hash.as_bytes();
    u32::from_be_bytes([first, second, third, fourth])
}

impl<'a> Sight<'a> {
    /// Of an output with its label.
    pub(crate) fn of(seen: &Seen<'a>) -> Self {
        let label = seen.label;
        let registered = seen.rows.registered.as_ref();
        let created = registered.and_then(|server| server.created_at);
        Self {
            name: Name::Id(&label.output),
            withheld: label.withheld.all,
            automated: label.automated,
            seen: label.seen,
            mature: label.mature,
            registered: registered.is_some(),
            trust: label.trust,
            shown_at: label.shown_at,
            dated: label.shown_at.or(created),
            person: label.subject.as_ref().map(Person::Named),
            context: Context {
                model: label.model.as_deref(),
                prompt_version: label.prompt_version.as_deref(),
                device: &label.origin.device,
                language: &label.origin.lang,
                surface: &label.origin.surface,
            },
            arms: Arms::Labelled(&label.arms),
            measures: Measures::Of(*seen),
        }
    }

    /// What it adds to a metric.
    pub(crate) fn sums(&self, metric: &Metric) -> Option<Sums> {
        self.measures.sums(metric)
    }

    /// Its place among outputs of which nothing else says which is first.
    pub(crate) fn tie(&self) -> u32 {
        match self.name {
            Name::Id(id) => tie(id),
            Name::Place(place) => place.tie,
        }
    }
}

impl Person<'_> {
    pub(crate) const fn kind(&self) -> SubjectKind {
        match self {
            Self::Named(subject) => subject.kind,
            Self::Kept(kind, _) => *kind,
        }
    }

    pub(crate) fn key(&self) -> PersonKey {
        match self {
            Self::Named(subject) => key(subject.kind, &subject.id),
            Self::Kept(_, key) => *key,
        }
    }
}

impl<'a> Arms<'a> {
    /// The arm of an experiment.
    pub(crate) fn of(&self, experiment: &str) -> Option<&'a str> {
        match self {
            Self::Labelled(arms) => arms.get(experiment).map(String::as_str),
            Self::Kept(arms) => {
                let mut own = arms.iter().filter(|(name, _)| *name == experiment);
                own.next().map(|(_, arm)| *arm)
            }
        }
    }

    /// Whether any of them says that the person is held out.
    pub(crate) fn hold_out(&self) -> bool {
        match self {
            Self::Labelled(arms) => arms.values().any(|arm| arm == HOLDOUT),
            Self::Kept(arms) => arms.iter().any(|(_, arm)| *arm == HOLDOUT),
        }
    }
}

impl From<Name<'_>> for Output {
    fn from(name: Name<'_>) -> Self {
        match name {
            Name::Id(id) => Self::Id(id.clone()),
            Name::Place(place) => Self::Place(place),
        }
    }
}
