//! Which stored inputs are asked again.
//!
//! Two passes over the groups: the first counts strata and finds who is held out, the
//! second draws. An output's place in the draw is BLAKE3 of the seed and its id, and
//! each stratum gives those with the smallest places: same facts, policy and request,
//! same cases. Memory holds the sample, the strata and who is held out.
//!
//! People held out of every loop are left out: replaying trains nothing, but its report
//! is read by whoever writes the next prompt. Who is held out was drawn by chance, so
//! that what is left still stands for everybody.

mod input;
mod strata;
mod texts;

use std::{
    collections::{BTreeMap, HashSet},
    ops::ControlFlow,
};

pub use self::input::INPUT_CHARS_MAX;
use self::{
    input::Context,
    strata::{Strata, stratum},
    texts::{Scrub, Turns},
};
use super::{
    Allocation, Case, Dimension, Given, LeftOut, Message, NotReplayable, Reason, Selected, Stratum,
    StratumCount,
};
use crate::{
    brief::{
        question::person,
        sample::{Smallest, place},
    },
    control::ProjectId,
    dataset::{answered, provenance::held_out},
    label::{Labelled, LabelledGroup, Policy, State, Trust, label_group},
    screen::Screened,
    store::{
        Store, StoreError,
        rows::{Group, StoredSubject},
    },
};

/// Cases of one replay at most: they are held in memory, each with its texts, and
/// intervals of a share are within one point from 10 000 on.
pub const SAMPLE_MAX: usize = 20_000;

/// What is drawn.
#[derive(Debug, Clone, PartialEq)]
pub struct Request {
    /// Everything as known at this moment, Unix ms.
    pub as_of: u64,
    /// Shown at or after, Unix ms.
    pub since: Option<u64>,
    /// Shown before, Unix ms.
    pub until: Option<u64>,
    /// The least trust.
    pub trust: Trust,
    /// Verdicts to draw from.
    pub states: Vec<State>,
    /// How many cases.
    pub sample: usize,
    /// Decides the draw.
    pub seed: u64,
    /// What strata are told apart by; the last is given up first.
    pub stratify: Vec<Dimension>,
    /// How the sample is shared out.
    pub allocation: Allocation,
    /// Take what is private out of texts.
    pub redact: bool,
    /// The asker brings a system prompt of its own.
    pub with_system: bool,
    /// Documents whose text is not known stand in the input.
    pub documents_in_input: bool,
    /// Characters of an input, at most.
    pub input_chars_max: usize,
}

/// What was drawn.
#[derive(Debug, Clone, PartialEq)]
pub struct Selection {
    /// The cases in the order of their places: whatever is asked first is a random
    /// part of all.
    pub cases: Vec<Case>,
    /// What was counted.
    pub selected: Selected,
}

/// Draws from a project's outputs.
pub fn of_store(
    store: &dyn Store,
    policy: &Policy,
    project: ProjectId,
    request: &Request,
) -> Result<Selection, StoreError> {
    let screened = Screened::of(store, policy, project, request.as_of)?;
    of_groups(policy, request, |visit| {
        screened.groups(&mut |group| {
            visit(&group);
            ControlFlow::Continue(())
        })
    })
}

/// Draws from groups that `pass` shows from the first to the last, twice.
pub fn of_groups<E>(
    policy: &Policy,
    request: &Request,
    mut pass: impl FnMut(&mut dyn FnMut(&Group)) -> Result<(), E>,
) -> Result<Selection, E> {
    let mut count = Count::new(request);
    pass(&mut |group| count.add(group, &label_group(group, policy, request.as_of)))?;
    let mut draw = count.into_draw(policy);
    pass(&mut |group| draw.add(group, &label_group(group, policy, request.as_of)))?;
    Ok(draw.finish())
}

/// The first pass.
struct Count<'a> {
    request: &'a Request,
    held_out: HashSet<StoredSubject>,
    strata: Strata,
}

impl<'a> Count<'a> {
    fn new(request: &'a Request) -> Self {
        Self {
            request,
            held_out: HashSet::new(),
            strata: Strata::new(request.stratify.clone()),
        }
    }

    fn add(&mut self, group: &Group, labelled: &LabelledGroup) {
        for (rows, label) in group.outputs.iter().zip(&labelled.outputs) {
            if held_out(label) {
                self.held_out.extend(label.subject.clone());
            }
            // Somebody may turn out to be held out later on: the second pass counts
            // for good, and a stratum that shrinks gives a little less.
            if self.request.leaves_out(label, &self.held_out).is_none()
                && self.request.input(rows, label).is_ok()
            {
                self.strata.add(label);
            }
        }
    }

    fn into_draw(mut self, policy: &'a Policy) -> Draw<'a> {
        self.strata.coarsen(self.request.sample);
        let shares = self
            .strata
            .allocate(self.request.sample as u64, self.request.allocation);
        let drawn = |share: u64| {
            Smallest::new(usize::try_from(share).unwrap_or(usize::MAX).min(SAMPLE_MAX))
        };
        Draw {
            request: self.request,
            policy,
            held_out: self.held_out,
            by: self.strata.by,
            strata: shares
                .into_iter()
                .map(|(stratum, share)| (stratum, drawn(share)))
                .collect(),
            left_out: BTreeMap::new(),
            not_replayable: BTreeMap::new(),
        }
    }
}

/// The second pass.
struct Draw<'a> {
    request: &'a Request,
    policy: &'a Policy,
    held_out: HashSet<StoredSubject>,
    by: Vec<Dimension>,
    strata: BTreeMap<Stratum, Smallest<Case>>,
    left_out: BTreeMap<LeftOut, u64>,
    not_replayable: BTreeMap<Reason, u64>,
}

impl Draw<'_> {
    fn add(&mut self, group: &Group, labelled: &LabelledGroup) {
        let turns = Turns {
            group,
            labelled,
            policy: self.policy,
        };
        for (index, (rows, label)) in group.outputs.iter().zip(&labelled.outputs).enumerate() {
            if let Some(why) = self.request.leaves_out(label, &self.held_out) {
                *self.left_out.entry(why).or_default() += 1;
                continue;
            }
            match self.request.input(rows, label) {
                Err(reason) => *self.not_replayable.entry(reason).or_default() += 1,
                Ok((input, answer)) => {
                    let stratum = stratum(label, &self.by);
                    let place = place(self.request.seed, label.output.as_str());
                    let redact = self.request.redact;
                    if let Some(cases) = self.strata.get_mut(&stratum) {
                        cases.offer(place, || {
                            case((turns, index), (&stratum, input, answer), redact)
                        });
                    }
                }
            }
        }
    }

    fn finish(self) -> Selection {
        let mut counts = Vec::new();
        let mut cases = Vec::new();
        for (stratum, drawn) in self.strata {
            let population = drawn.offered;
            let of_stratum: Vec<Case> = drawn.into_values().collect();
            if population > 0 {
                counts.push(StratumCount {
                    stratum,
                    population,
                    sampled: of_stratum.len() as u64,
                });
            }
            cases.extend(of_stratum);
        }
        let seed = self.request.seed;
        cases.sort_by_cached_key(|case| place(seed, &case.output));
        let not_replayable = self.not_replayable.into_iter();
        Selection {
            cases,
            selected: Selected {
                left_out: self.left_out,
                not_replayable: not_replayable
                    .map(|(reason, count)| NotReplayable { reason, count })
                    .collect(),
                strata: counts,
                stratified_by: self.by,
            },
        }
    }
}

impl Request {
    /// Why the replay is not about this output, if it is not.
    fn leaves_out(&self, label: &Labelled, known: &HashSet<StoredSubject>) -> Option<LeftOut> {
        let in_range = |at: u64| {
            self.since.is_none_or(|since| at >= since) && self.until.is_none_or(|until| at < until)
        };
        let is_held_out = || {
            let subject = label.subject.as_ref();
            held_out(label) || subject.is_some_and(|subject| known.contains(subject))
        };
        if label.withheld.is_all_within(in_range) {
            Some(LeftOut::Screened)
        } else if !label.shown_at.is_some_and(in_range) {
            Some(LeftOut::OutsideRange)
        } else if label.automated {
            Some(LeftOut::Automated)
        } else if label.trust < self.trust {
            Some(LeftOut::Trust)
        } else if is_held_out() {
            Some(LeftOut::HeldOut)
        } else if !self.states.contains(&label.state) {
            Some(LeftOut::State)
        } else {
            None
        }
    }

    /// What is asked and what was answered then, or why it cannot be asked again.
    fn input<'a>(
        &self,
        rows: &'a crate::store::rows::OutputRows,
        label: &'a Labelled,
    ) -> Result<(Vec<Message>, &'a str), Reason> {
        let context = Context {
            with_system: self.with_system,
            documents_in_input: self.documents_in_input,
        };
        let input = input::input(rows, label, context)?;
        let answer = answered(rows, label).ok_or(Reason::NoAnswer)?;
        if input::chars(&input) > self.input_chars_max {
            return Err(Reason::TooLong);
        }
        Ok((input, answer))
    }
}

fn case(
    (turns, index): (Turns<'_>, usize),
    (stratum, input, answer): (&Stratum, Vec<Message>, &str),
    redact: bool,
) -> Case {
    let label = &turns.labelled.outputs[index];
    let mut scrub = Scrub { redact, found: 0 };
    let message = |message: Message| Message {
        content: scrub.text(&message.content),
        ..message
    };
    let input = input.into_iter().map(message).collect();
    let answer = scrub.text(answer);
    let kept = scrub.kept(turns.kept(index));
    let rejected = scrub.rejected(turns.rejected(index), &kept);
    Case {
        output: label.output.to_string(),
        person: person(label).map(|hash| format!("{hash:016x}")),
        stratum: stratum.clone(),
        input,
        answer,
        label: Given {
            state: label.state,
            score: label.score,
            weight: label.weight,
            confidence: label.confidence,
        },
        kept,
        rejected,
        model: label.model.clone(),
        prompt_version: label.prompt_version.clone(),
        shown_at: label.shown_at.unwrap_or_default(),
        redacted: scrub.found,
    }
}

#[cfg(test)]
mod tests;
