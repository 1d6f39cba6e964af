//! What people did, slice by slice, for the screen: chunks in the order of outputs, some
//! hundreds at a time. Texts are not touched.

use std::collections::{BTreeMap, BTreeSet};

use tacit_signals::{Id, limits::EVENT_AGE_MS_MAX, signal::Kind};

use super::{
    links::{self, Link},
    registered::{self, InOrder, Which},
    rowbinary::TAG_COLUMN,
    slices::{COLUMNS, Chunk, ORDER, Once},
    view::View,
};
use crate::{
    clock,
    store::{
        StoreError,
        rows::{Conduct, Named},
    },
};

/// Chunks whose outputs are looked up at once.
const AT_ONCE: usize = 4_096;

pub(super) fn visit(
    view: &View<'_>,
    visit: &mut dyn FnMut(&Conduct<'_>) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    let select = format!(
        "SELECT {TAG_COLUMN}, {COLUMNS} FROM chunks
         WHERE project = {} AND received_at <= {} AND quarantined = 0 AND automated = 0
         ORDER BY {ORDER}",
        view.project.0, view.as_of
    );
    let which = Which {
        project: view.project,
        as_of: view.as_of,
    };
    let mut names = InOrder::of((view.client, view.snapshot), which)?;
    let mut rows = view.client.stream(&select)?;
    let mut once = Once::default();
    let mut chunks: Vec<Chunk> = Vec::with_capacity(AT_ONCE);
    loop {
        let is_there = rows.next()?;
        if is_there {
            let mut chunk = Chunk::read(&mut rows)?;
            let origin = &chunk.slice.origin;
            if !view.snapshot.sees(chunk.block) || origin.is_from_server_alone() {
                continue;
            }
            chunk.slice.events = once.events(&chunk)?;
            chunk.bytes.clear();
            if !chunk.slice.events.is_empty() {
                chunks.push(chunk);
            }
        }
        if chunks.len() >= AT_ONCE || !is_there {
            some(view, which, &chunks, &mut names, visit)?;
            chunks.clear();
        }
        if !is_there {
            return Ok(());
        }
    }
}

fn some(
    view: &View<'_>,
    which: Which,
    chunks: &[Chunk],
    names: &mut InOrder<'_>,
    visit: &mut dyn FnMut(&Conduct<'_>) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    let ids: BTreeSet<Id> = chunks.iter().map(|chunk| chunk.output.clone()).collect();
    let targets = view.targets(&ids)?;
    let elsewhere = elsewhere(view, which, &targets)?;
    let mut events: Vec<(u64, Option<Kind>)> = Vec::new();
    for Chunk { output, slice, .. } in chunks {
        let (output, named) = match targets.get(output) {
            Some(own) => (own, elsewhere.get(own)),
            None => (output, names.named(output)?),
        };
        events.clear();
        events.extend(slice.events.iter().map(|event| {
            let (sent, received) = (slice.sent_at, slice.received_at);
            let at = clock::corrected_within(event.at, sent, received, EVENT_AGE_MS_MAX);
            (at, event.signal.kind())
        }));
        visit(&Conduct {
            output: number(output.as_str().as_bytes()),
            named,
            subject: &slice.subject,
            session: number(&slice.session.0),
            signed: slice.signed,
            events: &events,
        })?;
    }
    Ok(())
}

/// What outputs are said to be from that chunks came of under other ids.
fn elsewhere(
    view: &View<'_>,
    which: Which,
    targets: &BTreeMap<Id, Id>,
) -> Result<BTreeMap<Id, Named>, StoreError> {
    if targets.is_empty() {
        return Ok(BTreeMap::new());
    }
    let of = (view.client, view.snapshot);
    let outputs: BTreeSet<Id> = targets.values().cloned().collect();
    let claims = links::of(of, view.project, Link::In, &outputs)?;
    registered::names(of, which, &outputs, &claims)
}

/// A number that stands for an id: nothing is counted by it but how many there are.
fn number(id: &[u8]) -> u64 {
    let mut number = [0; 8];
    blake3::Hasher::new()
        .update(id)
        .finalize_xof()
        .fill(&mut number);
    u64::from_le_bytes(number)
}
