//! Which labels are to be sent: all of the store, a bit at a time.

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::ControlFlow,
};

use tacit_signals::Id;

use super::{Ids, LabelOut, Part, label_out::Naming, sink::Sink};
use crate::{
    control::ProjectId,
    dataset::{filled, redact::Redactor},
    label::{Labelled, Policy, State, Trust, label_group},
    screen::Screen,
    store::{
        AnyStore, StoreError,
        rows::{Group, GroupName, OutputRows},
    },
};

/// Groups that are read from one snapshot, and labels after which no more are: sending
/// takes time, and a snapshot that is held keeps the store from tidying up.
const GROUPS_PER_PORTION: usize = 500;
const LABELS_PER_PORTION: usize = 500;

/// Which labels are sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filter {
    /// Shown at or after this moment, Unix ms.
    pub since: Option<u64>,
    /// Shown before this moment, Unix ms.
    pub until: Option<u64>,
    /// The least trust.
    pub trust: Trust,
    /// Only labels that nothing can change any more.
    pub mature_only: bool,
    /// Decided states.
    pub states: BTreeSet<State>,
    /// Also what people made of outputs, where texts are there.
    pub edits: bool,
}

impl Default for Filter {
    fn default() -> Self {
        Self {
            since: None,
            until: None,
            trust: Trust::Known,
            mature_only: true,
            states: BTreeSet::from([State::Positive, State::Negative]),
            edits: false,
        }
    }
}

/// What stays the same while labels are read.
#[derive(Clone, Copy)]
pub struct Reader<'a> {
    /// Facts, and what was sent.
    pub store: &'a dyn AnyStore,
    /// The tenant.
    pub project: ProjectId,
    /// By what is labelled.
    pub policy: &'a Policy,
    /// Which labels.
    pub filter: &'a Filter,
    /// Where they go.
    pub sink: &'a dyn Sink,
    /// The name of where they go, in the store.
    pub target: &'a str,
    /// What they are called there.
    pub naming: &'a Naming,
    /// The moment, Unix ms.
    pub as_of: u64,
    /// Whose signals count for nothing at that moment.
    pub screen: &'a Screen,
}

/// What was not sent, and why.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Passed {
    /// Settled before, and the same.
    pub unchanged: u64,
    /// Not to be sent, by reason.
    pub skipped: BTreeMap<&'static str, u64>,
}

/// Labels in portions.
pub trait Labels {
    /// The next ones, maybe none of a portion; `None` at the end.
    fn next(&mut self, passed: &mut Passed) -> Result<Option<Vec<LabelOut>>, StoreError>;

    /// Where to go on after what was handed over; the start without.
    fn position(&self) -> Option<&GroupName>;
}

/// All groups, from some place on to the end, and then from the start to that place.
pub struct All<'a> {
    reader: Reader<'a>,
    start: Option<GroupName>,
    after: Option<GroupName>,
    is_over: bool,
    ended: bool,
}

impl<'a> All<'a> {
    /// From after `start` on.
    pub fn new(reader: Reader<'a>, start: Option<GroupName>) -> Self {
        Self {
            reader,
            after: start.clone(),
            start,
            is_over: false,
            ended: false,
        }
    }
}

impl Labels for All<'_> {
    fn next(&mut self, passed: &mut Passed) -> Result<Option<Vec<LabelOut>>, StoreError> {
        if self.ended {
            return Ok(None);
        }
        let (reader, is_over, start) = (self.reader, self.is_over, self.start.clone());
        let (mut found, mut groups, mut more) = (Vec::new(), 0, false);
        let mut last = self.after.take();
        let after = last.clone();
        let (project, as_of) = (reader.project, reader.as_of);
        let mut visit = |name: &GroupName, mut group: Group| {
            reader.screen.clean(&mut group);
            if is_over && start.as_ref().is_some_and(|start| name > start) {
                return ControlFlow::Break(());
            }
            reader.group(&group, &mut found, passed);
            last = Some(name.clone());
            groups += 1;
            more = groups >= GROUPS_PER_PORTION || found.len() >= LABELS_PER_PORTION;
            if more {
                ControlFlow::Break(())
            } else {
                ControlFlow::Continue(())
            }
        };
        reader
            .store
            .groups_after(project, as_of, after.as_ref(), &mut visit)?;
        self.after = last;
        if !more {
            // Once from the middle to the end, then from the start to the middle.
            self.ended = self.is_over || self.start.is_none();
            self.is_over = true;
            self.after = None;
        }
        reader.changed(found, passed).map(Some)
    }

    fn position(&self) -> Option<&GroupName> {
        self.after.as_ref()
    }
}

/// The labels of some outputs, whatever was sent of them before.
pub struct These<'a> {
    reader: Reader<'a>,
    outputs: std::vec::IntoIter<(Id, u8)>,
}

impl<'a> These<'a> {
    /// These parts of outputs.
    pub fn new(reader: Reader<'a>, outputs: Vec<(Id, u8)>) -> Self {
        Self {
            reader,
            outputs: outputs.into_iter(),
        }
    }
}

impl Labels for These<'_> {
    fn next(&mut self, passed: &mut Passed) -> Result<Option<Vec<LabelOut>>, StoreError> {
        let Some((output, part)) = self.outputs.next() else {
            return Ok(None);
        };
        let Reader {
            store,
            project,
            as_of,
            ..
        } = self.reader;
        let mut found = Vec::new();
        let mut ignored = Passed::default();
        match store.group_of(project, &output, as_of)? {
            Some((mut group, own)) => {
                self.reader.screen.clean(&mut group);
                self.reader.group(&group, &mut found, &mut ignored);
                found.retain(|label| label.output == own && label.part.number() == part);
            }
            None => found.clear(),
        }
        if found.is_empty() {
            *passed.skipped.entry("no_label_now").or_default() += 1;
        }
        self.reader.known(&mut found)?;
        Ok(Some(found))
    }

    fn position(&self) -> Option<&GroupName> {
        None
    }
}

impl Reader<'_> {
    fn group(&self, group: &Group, found: &mut Vec<LabelOut>, passed: &mut Passed) {
        let labelled = label_group(group, self.policy, self.as_of);
        for (rows, label) in group.outputs.iter().zip(&labelled.outputs) {
            match self.parts(rows, label) {
                Ok(parts) => found.extend(parts),
                Err(reason) => *passed.skipped.entry(reason).or_default() += 1,
            }
        }
    }

    /// What is to be sent of an output, or the first reason why nothing is.
    fn parts(&self, rows: &OutputRows, label: &Labelled) -> Result<Vec<LabelOut>, &'static str> {
        let filter = self.filter;
        let at = label.shown_at;
        let is_in = |at: u64| {
            filter.since.is_none_or(|since| at >= since)
                && filter.until.is_none_or(|until| at < until)
        };
        if (filter.since.is_some() || filter.until.is_some()) && !at.is_some_and(is_in) {
            return Err("other_time");
        }
        if label.automated {
            return Err("automated");
        }
        if label.trust < filter.trust {
            return Err("trust");
        }
        if filter.mature_only && !label.mature {
            return Err("immature");
        }
        let correction = self.correction(label);
        if correction.is_none() {
            self.decided(label)?;
        }
        let aliases = rows.registered.as_ref().map(|fields| &*fields.aliases);
        let ids = Ids::of(&rows.id, aliases.unwrap_or_default());
        let address = self.sink.address(&ids)?;
        let verdict = self.decided(label).is_ok().then_some(Part::Verdict);
        let parts = verdict.into_iter().chain(correction);
        let out = |part| LabelOut::new(label, ids.clone(), address.clone(), part, self.naming);
        Ok(parts.map(out).collect())
    }

    fn decided(&self, label: &Labelled) -> Result<(), &'static str> {
        match label.state {
            State::Pending => Err("pending"),
            State::Neutral => Err("neutral"),
            State::Conflict => Err("conflict"),
            state if !self.filter.states.contains(&state) => Err("other_state"),
            _ => Ok(()),
        }
    }

    /// The text a person made of the output, without what looks private.
    fn correction(&self, label: &Labelled) -> Option<Part> {
        if !self.filter.edits || !self.sink.takes_corrections() {
            return None;
        }
        label.edit?;
        let text = filled(label.texts.edit.as_deref())?;
        let redacted = Redactor::standard().redact(text);
        Some(Part::Correction(redacted.text.into_owned()))
    }

    /// Those that were not settled as they are now.
    fn changed(
        &self,
        mut found: Vec<LabelOut>,
        passed: &mut Passed,
    ) -> Result<Vec<LabelOut>, StoreError> {
        let unchanged = self.known(&mut found)?;
        let mut place = 0;
        found.retain(|_| {
            place += 1;
            !unchanged.contains(&(place - 1))
        });
        passed.unchanged += unchanged.len() as u64;
        Ok(found)
    }

    /// Tells labels what was delivered before; the places of those that are as they were.
    fn known(&self, found: &mut [LabelOut]) -> Result<BTreeSet<usize>, StoreError> {
        let asked: Vec<_> = found
            .iter()
            .map(|label| (&label.output, label.part.number()))
            .collect();
        let known = self.store.pushed(self.project, self.target, &asked)?;
        let mut unchanged = BTreeSet::new();
        for (place, (label, known)) in found.iter_mut().zip(known).enumerate() {
            let Some(known) = known else { continue };
            label.before = known.delivered;
            if known.digest == label.digest {
                unchanged.insert(place);
            }
        }
        Ok(unchanged)
    }
}
