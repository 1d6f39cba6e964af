//! A conversation in the shape a store hands to the fold.

use std::collections::BTreeMap;

use tacit_signals::{Batch, Event, Id};

use super::talk::{Answer, Sent, Talk};
use crate::{
    control::Project,
    store::rows::{Group, Origin, OutputRows, Registered, Slice},
};

/// The groups that a store of `project` would make of a conversation: one, and
/// one per answer that neither side placed in it.
#[must_use]
pub fn group(talk: &Talk, project: &Project) -> Group {
    let mut outputs: BTreeMap<Id, OutputRows> = BTreeMap::new();
    for answer in &talk.answers {
        let id = answer.id.clone();
        let rows = OutputRows {
            id: id.clone(),
            registered: registered(answer, project),
            joined_by: None,
            slices: Vec::new(),
            beyond: 0,
            screened: Vec::new(),
        };
        outputs.insert(id, rows);
    }
    for sent in &talk.sends {
        for (output, events) in by_output(&sent.batch) {
            if let Some(rows) = outputs.get_mut(output) {
                let signed = talk.signed && rows.registered.is_some();
                rows.slices.push(slice(sent, events, signed, project));
            }
        }
    }
    let mut outputs: Vec<_> = outputs.into_values().collect();
    for rows in &mut outputs {
        let first = |slice: &Slice| slice.events.first().map(|event| event.seq);
        rows.slices
            .sort_by_key(|slice| (slice.session, first(slice)));
    }
    // A store that heard nothing of an output does not know it.
    outputs.retain(|rows| rows.registered.is_some() || !rows.slices.is_empty());
    Group { outputs }
}

/// What the server registers, its subject hidden.
pub(super) fn registered(answer: &Answer, project: &Project) -> Option<Registered> {
    let said = answer.said.as_ref()?;
    let hidden =
        |subject: &tacit_signals::Subject| project.subject(subject.id.as_str(), subject.kind);
    Some(Registered {
        subject: said.subject.as_ref().map(hidden),
        ..said.fields.clone()
    })
}

fn by_output(batch: &Batch) -> BTreeMap<&Id, Vec<Event>> {
    let mut outputs: BTreeMap<&Id, Vec<Event>> = BTreeMap::new();
    for event in &batch.events {
        outputs
            .entry(&event.output)
            .or_default()
            .push(event.clone());
    }
    outputs
}

fn slice(sent: &Sent, events: Vec<Event>, signed: bool, project: &Project) -> Slice {
    let batch = &sent.batch;
    Slice {
        session: batch.session,
        subject: match &batch.subject {
            Some(subject) => project.subject(subject.id.as_str(), subject.kind),
            None => project.session_subject(batch.session),
        },
        received_at: sent.received_at,
        sent_at: batch.sent_at,
        sample: batch.sample,
        automated: batch.automated,
        signed,
        origin: Origin {
            lang: batch.lang.clone(),
            device: batch.device.clone(),
            surface: batch.surface.clone(),
            sdk: batch.sdk.clone(),
        },
        events,
    }
}
