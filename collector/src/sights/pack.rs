//! Writes the sights of a bucket.
//!
//! Names, contexts, arms and people come once each, before the outputs, which have their
//! places. What of an output is as it mostly is takes two bits of a byte: most metrics are
//! shares, and 0 or 1.

use std::{collections::HashMap, hash::Hash};

use serde::{Deserialize, Serialize};
use tacit_signals::SubjectKind;

use super::{
    Context, Measured, Sight,
    bytes::{put, put_signed},
    tie,
};
use crate::{dataset::people::PersonKey, experiment::metric::Seen, label::Trust};

/// Bits of what is said of an output.
pub(super) mod flag {
    pub(in super::super) const NEW_GROUP: u16 = 1;
    pub(in super::super) const WITHHELD: u16 = 1 << 1;
    pub(in super::super) const AUTOMATED: u16 = 1 << 2;
    pub(in super::super) const SEEN: u16 = 1 << 3;
    pub(in super::super) const MATURE: u16 = 1 << 4;
    pub(in super::super) const REGISTERED: u16 = 1 << 5;
    pub(in super::super) const SHOWN: u16 = 1 << 6;
    pub(in super::super) const DATED: u16 = 1 << 7;
    pub(in super::super) const PERSON: u16 = 1 << 8;
    pub(in super::super) const MEASURED: u16 = 1 << 9;
    pub(in super::super) const SAMPLED: u16 = 1 << 10;
    pub(in super::super) const EXTERNAL: u16 = 1 << 11;
    /// The trust is above.
    pub(in super::super) const TRUST: u32 = 12;
}

/// How a value is written, in two bits: not there, 0, 1, or after them.
pub(super) const NONE: u32 = 0;
pub(super) const ZERO: u32 = 1;
pub(super) const ONE: u32 = 2;
pub(super) const OTHER: u32 = 3;

/// A whole share or sample, in thousandths.
pub(super) const WHOLE: i64 = 1_000;

/// What outputs have places in.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Header<'a> {
    #[serde(borrow)]
    pub(super) names: Vec<&'a str>,
    /// Model, prompt version, device, language and surface: one more than the place of the
    /// name, or 0 for none.
    pub(super) contexts: Vec<[u32; 5]>,
    /// Places of experiment and arm.
    pub(super) arms: Vec<Vec<(u32, u32)>>,
    /// Kind and key of each person.
    #[serde(borrow)]
    pub(super) people: &'a [u8],
    pub(super) outputs: u32,
}

/// Bytes of a person: the kind, and the key.
pub(super) const PERSON_BYTES: usize = 1 + size_of::<PersonKey>();

/// The sights of a bucket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Packed {
    /// The first and the last moment that any of them is dated, Unix ms; `None` where none
    /// is.
    pub span: Option<(u64, u64)>,
    /// All of them; empty of none.
    pub body: Vec<u8>,
}

/// Takes the outputs of a bucket.
#[derive(Debug, Default)]
pub(crate) struct Packer {
    names: Dictionary<String>,
    contexts: Dictionary<[u32; 5]>,
    arms: Dictionary<Vec<(u32, u32)>>,
    people: Dictionary<(u8, PersonKey)>,
    outputs: u32,
    span: Option<(u64, u64)>,
    body: Vec<u8>,
    /// The group that the next output is the first of.
    next: Option<i64>,
    last_group: i64,
    last_at: u64,
}

/// Each once, in the order they came.
#[derive(Debug)]
struct Dictionary<T> {
    places: HashMap<T, u32>,
    all: Vec<T>,
}

impl<T> Default for Dictionary<T> {
    fn default() -> Self {
        Self {
            places: HashMap::new(),
            all: Vec::new(),
        }
    }
}

impl<T: Hash + Eq + Clone> Dictionary<T> {
    fn place(&mut self, one: T) -> u32 {
        let next = u32::try_from(self.all.len()).unwrap_or(u32::MAX);
        let place = self.places.entry(one.clone()).or_insert(next);
        if *place == next {
            self.all.push(one);
        }
        *place
    }
}

impl Dictionary<String> {
    fn name(&mut self, name: &str) -> u32 {
        match self.places.get(name) {
            Some(place) => *place,
            None => self.place(name.to_owned()),
        }
    }

    /// One more than the place, or 0 for none.
    fn maybe(&mut self, name: Option<&str>) -> u32 {
        name.map_or(0, |name| self.name(name).saturating_add(1))
    }
}

impl Packer {
    /// The outputs of the group of that number come next.
    pub(crate) const fn group(&mut self, number: i64) {
        self.next = Some(number);
    }

    /// One more output of the group.
    pub(crate) fn push(&mut self, seen: &Seen<'_>, sight: &Sight<'_>, measured: &Measured<'_>) {
        self.outputs = self.outputs.saturating_add(1);
        if let Some(at) = sight.dated {
            let (first, last) = self.span.unwrap_or((at, at));
            self.span = Some((first.min(at), last.max(at)));
        }
        let context = self.context(&sight.context);
        let arms = self.arms_of(seen);
        let person = sight.person.map(|person| {
            let kind = code(person.kind());
            self.people.place((kind, person.key()))
        });
        let codes = codes(measured);
        let trust = Trust::ALL.iter().position(|trust| *trust == sight.trust);
        let trust = u16::try_from(trust.unwrap_or_default()).unwrap_or_default();
        let flags = [
            (self.next.is_some(), flag::NEW_GROUP),
            (sight.withheld, flag::WITHHELD),
            (sight.automated, flag::AUTOMATED),
            (sight.seen, flag::SEEN),
            (sight.mature, flag::MATURE),
            (sight.registered, flag::REGISTERED),
            (sight.shown_at.is_some(), flag::SHOWN),
            (sight.dated.is_some(), flag::DATED),
            (person.is_some(), flag::PERSON),
            (codes != 0, flag::MEASURED),
            (measured.sample != WHOLE, flag::SAMPLED),
            (!measured.external.is_empty(), flag::EXTERNAL),
        ];
        let said = flags.into_iter().filter(|(is_so, _)| *is_so);
        let flags = said.fold(trust << flag::TRUST, |all, (_, flag)| all | flag);
        let external: Vec<_> = measured
            .external
            .iter()
            .map(|(name, value)| (self.names.name(name), *value))
            .collect();
        let out = &mut self.body;
        out.extend(flags.to_le_bytes());
        if let Some(group) = self.next.take() {
            put_signed(out, group.wrapping_sub(self.last_group));
            self.last_group = group;
        }
        out.extend(tie(&seen.label.output).to_le_bytes());
        put(out, context.into());
        put(out, arms.into());
        if let Some(person) = person {
            put(out, person.into());
        }
        if let Some(at) = sight.dated {
            put_signed(out, at.wrapping_sub(self.last_at).cast_signed());
            self.last_at = at;
        }
        if measured.sample != WHOLE {
            put_signed(out, measured.sample);
        }
        if codes != 0 {
            out.extend(codes.to_le_bytes());
            let values = measured.values.iter().flatten();
            for value in values.filter(|value| coded(Some(**value)) == OTHER) {
                put_signed(out, *value);
            }
        }
        if !external.is_empty() {
            put(out, external.len() as u64);
            for (name, value) in external {
                put(out, name.into());
                put_signed(out, value);
            }
        }
    }

    fn context(&mut self, of: &Context<'_>) -> u32 {
        let names = [
            of.model,
            of.prompt_version,
            Some(of.device),
            Some(of.language),
            Some(of.surface),
        ];
        let places = names.map(|name| self.names.maybe(name));
        self.contexts.place(places)
    }

    fn arms_of(&mut self, seen: &Seen<'_>) -> u32 {
        let names = &mut self.names;
        let arms = seen.label.arms.iter();
        let arms = arms.map(|(experiment, arm)| (names.name(experiment), names.name(arm)));
        let arms = arms.collect();
        self.arms.place(arms)
    }

    /// All of them.
    pub(crate) fn finish(self) -> Packed {
        if self.outputs == 0 {
            return Packed {
                span: None,
                body: Vec::new(),
            };
        }
        let mut people = Vec::with_capacity(self.people.all.len() * PERSON_BYTES);
        for (kind, key) in &self.people.all {
            people.push(*kind);
            people.extend(key);
        }
        let header = Header {
            names: self.names.all.iter().map(String::as_str).collect(),
            contexts: self.contexts.all,
            arms: self.arms.all,
            people: &people,
            outputs: self.outputs,
        };
        let mut body = postcard::to_stdvec(&header).unwrap_or_default();
        body.extend(self.body);
        Packed {
            span: self.span,
            body,
        }
    }
}

/// Two bits of every metric.
fn codes(measured: &Measured<'_>) -> u32 {
    let values = measured.values.iter().rev();
    values.fold(0, |codes, value| codes << 2 | coded(*value))
}

const fn coded(value: Option<i64>) -> u32 {
    match value {
        None => NONE,
        Some(0) => ZERO,
        Some(WHOLE) => ONE,
        Some(_) => OTHER,
    }
}

const fn code(kind: SubjectKind) -> u8 {
    match kind {
        SubjectKind::Session => 0,
        SubjectKind::Visitor => 1,
        SubjectKind::App => 2,
    }
}
