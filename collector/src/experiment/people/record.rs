//! What is kept of an output until its person is looked at: a record of the external
//! sorter, under the person's key.

use serde::{Deserialize, Serialize};
use tacit_signals::SubjectKind;

use super::person::Place;
use crate::{
    dataset::people::PersonKey,
    experiment::{metric::Sums, readout::Dimension},
};

/// Records of a person come in this order: who they are before what they saw.
pub(super) const ASSIGNED: u8 = 0;
pub(super) const HELD_OUT: u8 = 1;
pub(super) const SAW: u8 = 2;

/// What an output's `arms`, or an assignment, say of the experiment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Said {
    /// Nothing: the output takes no part.
    Nothing,
    /// A declared arm, by its place.
    Arm(u8),
    /// That the person is held out.
    Holdout,
    /// An arm nobody declared.
    Undeclared,
    /// That the person is not in the traffic; only assignments say so.
    OutOfTraffic,
}

impl Said {
    /// Where that puts a person; nowhere where nothing is said.
    pub(super) fn place(self) -> Option<Place> {
        match self {
            Self::Nothing => None,
            Self::Arm(arm) => Some(Place::Arm(arm.into())),
            Self::Holdout => Some(Place::HeldOut),
            Self::Undeclared => Some(Place::Undeclared),
            Self::OutOfTraffic => Some(Place::OutOfTraffic),
        }
    }
}

/// An output a person saw.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Saw<'a> {
    pub(super) said: Said,
    /// By metric; in thousandths.
    pub(super) sums: Vec<(i64, i64)>,
    /// What segments are made of, of outputs that take part.
    #[serde(borrow)]
    pub(super) keys: Option<Keys<'a>>,
}

/// By what people are told apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Keys<'a> {
    pub(super) model: &'a str,
    pub(super) device: &'a str,
    pub(super) language: &'a str,
    pub(super) surface: &'a str,
    pub(super) kind: &'a str,
}

impl Keys<'_> {
    /// Each of them with what it is.
    pub(super) const fn each(&self) -> [(Dimension, &str); 5] {
        [
            (Dimension::Model, self.model),
            (Dimension::Device, self.device),
            (Dimension::Language, self.language),
            (Dimension::Surface, self.surface),
            (Dimension::SubjectKind, self.kind),
        ]
    }
}

impl Saw<'_> {
    pub(super) fn sums(&self) -> impl Iterator<Item = Sums> {
        let sums = self.sums.iter();
        sums.map(|&(numerator, denominator)| Sums {
            numerator,
            denominator,
        })
    }
}

/// The key of a record: the person, what it is, and for outputs when they were shown
/// and what tells apart those of one moment.
pub(super) fn key(person: &PersonKey, tag: u8, shown_at: u64, tie: u32) -> Vec<u8> {
    let mut key = Vec::with_capacity(29);
    key.extend_from_slice(person);
    key.push(tag);
    if tag == SAW {
        key.extend_from_slice(&shown_at.to_be_bytes());
        key.extend_from_slice(&tie.to_be_bytes());
    }
    key
}

/// Person, tag and, of outputs, when they were shown.
pub(super) fn read(key: &[u8]) -> Option<(PersonKey, u8, u64)> {
    let (person, rest) = key.split_first_chunk::<16>()?;
    let (&tag, rest) = rest.split_first()?;
    let shown_at = rest
        .first_chunk::<8>()
        .map_or(0, |at| u64::from_be_bytes(*at));
    Some((*person, tag, shown_at))
}

/// Sessions are not people: the next page would be another one.
pub(super) const fn is_person(kind: SubjectKind) -> bool {
    matches!(kind, SubjectKind::App | SubjectKind::Visitor)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_of_a_person_are_in_time() {
        let person = [7; 16];
        let of = |tag, at, tie| key(&person, tag, at, tie);
        let order = [
            of(ASSIGNED, 9, 9),
            of(HELD_OUT, 0, 0),
            of(SAW, 255, 2),
            of(SAW, 256, 0),
            of(SAW, 256, 1),
        ];
        assert!(order.is_sorted());
        assert_eq!(read(&order[3]), Some((person, SAW, 256)));
        assert_eq!(read(&order[0]), Some((person, ASSIGNED, 0)));
        assert_eq!(read(b"short"), None);
    }

    #[test]
    fn an_output_comes_back_as_it_was() {
        let saw = Saw {
            said: Said::Arm(3),
            sums: vec![(-1_000, 2_000), (0, 0)],
            keys: Some(Keys {
                model: "m-1",
                device: "",
                language: "de",
                surface: "chat",
                kind: "app",
            }),
        };
        let bytes = postcard::to_stdvec(&saw).unwrap();
        assert_eq!(postcard::from_bytes::<Saw<'_>>(&bytes), Ok(saw));
    }
}
