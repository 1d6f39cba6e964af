//! What the consumer folded, as lines of the live tail. It asks the store before and after
//! which events it knows: known before is a duplicate, not known after is erased.

use std::collections::BTreeSet;

use tacit_signals::{SessionId, codec::EventReader};

use super::entry::{Arrived, Entry, Rejected, Told, whose};
use crate::{
    accept::{Accepted, Chunk, Part},
    control::Project,
    limits::LIVE_ENTRIES_MAX,
    store::{Store, StoreError},
};

/// Requests of one project that will be told about.
#[derive(Debug, Default)]
pub struct Folding<'a> {
    requests: Vec<&'a Accepted>,
    /// Events the store knew before.
    before: BTreeSet<(SessionId, u32)>,
}

impl<'a> Folding<'a> {
    /// The latest of `requests`, as many as a ring can show, before they are folded.
    pub fn begin(
        store: &dyn Store,
        requests: impl DoubleEndedIterator<Item = &'a Accepted>,
    ) -> Result<Self, StoreError> {
        let mut begun = Self::default();
        let mut events = 0;
        for request in requests.rev() {
            if events >= LIVE_ENTRIES_MAX {
                break;
            }
            for part in &request.parts {
                events += part
                    .slices
                    .iter()
                    .map(|chunk| chunk.seqs.len())
                    .sum::<usize>();
                let known = known(store, request, part)?;
                begun.before.extend(known);
            }
            begun.requests.push(request);
        }
        begun.requests.reverse();
        Ok(begun)
    }

    /// The lines, in the order of the log, once they are folded.
    pub fn end(mut self, store: &dyn Store, project: &Project) -> Result<Vec<Entry>, StoreError> {
        let mut entries = Vec::new();
        for request in std::mem::take(&mut self.requests) {
            for part in &request.parts {
                let after = known(store, request, part)?;
                for chunk in &part.slices {
                    self.chunk(project, request, part, chunk, &after, &mut entries);
                }
            }
            entries.extend(repeats(project, request));
        }
        Ok(entries)
    }

    fn chunk(
        &mut self,
        project: &Project,
        request: &Accepted,
        part: &Part,
        chunk: &Chunk,
        after: &BTreeSet<(SessionId, u32)>,
        entries: &mut Vec<Entry>,
    ) {
        let reader = EventReader::of_output(&chunk.bytes, chunk.base_at, chunk.output.clone());
        for event in reader.filter_map(|event| event.ok()?.ok()) {
            let key = (part.session, event.seq);
            if !after.contains(&key) {
                continue;
            }
            let arrived = Entry::of_event(part, &event, chunk.signed, request.received_at);
            let arrived: Box<Arrived> = Box::new(arrived);
            let told = if !self.before.insert(key) {
                Told::Duplicate(arrived)
            } else if chunk.quarantined {
                Told::Quarantined(arrived)
            } else {
                Told::Accepted(arrived)
            };
            entries.push(Entry {
                told,
                whose: whose(project, part.session, &part.subject),
            });
        }
    }
}

/// The events of `part` that the store knows.
fn known(
    store: &dyn Store,
    request: &Accepted,
    part: &Part,
) -> Result<BTreeSet<(SessionId, u32)>, StoreError> {
    let seqs: Vec<u32> = part
        .slices
        .iter()
        .flat_map(|chunk| chunk.seqs.clone())
        .collect();
    let known = store.known(request.project, part.session, &seqs)?;
    Ok(known.into_iter().map(|seq| (part.session, seq)).collect())
}

/// Events that stood in their batch twice: nothing is kept of them but how many.
fn repeats(project: &Project, request: &Accepted) -> Option<Entry> {
    let part = request.parts.first()?;
    (request.duplicate > 0).then(|| {
        let told = Rejected {
            session: Some(part.session.to_string()),
            seq: None,
            index: None,
            code: "repeated_in_batch".into(),
            field: "seq",
            received_at: request.received_at,
        };
        Entry::rejected(told, whose(project, part.session, &part.subject))
    })
}
