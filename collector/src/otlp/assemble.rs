//! From kept spans to registered outputs: the shell around [`super::trace`].

use std::collections::BTreeMap;

use crate::{
    control::ProjectId,
    limits::{DUE_TRACES_MAX, SPANS_KEPT_MS},
    otlp::trace,
    store::{DueTrace, Registering, Status, Store, StoreError, TraceKey, TraceStore},
};

/// Registers what the traces say that are due at `now` (Unix ms); whether there may be
/// more of them. What fails is tried again: registering twice changes nothing.
pub fn assemble(store: &dyn Store, traces: &dyn TraceStore, now: u64) -> Result<bool, StoreError> {
    let due = traces.due_traces(now, DUE_TRACES_MAX)?;
    if due.is_empty() {
        return Ok(false);
    }
    let mut settled = Vec::with_capacity(due.len());
    let mut requests: BTreeMap<ProjectId, Registering> = BTreeMap::new();
    // Which trace each output of a project's request is of, by place.
    let mut from: BTreeMap<ProjectId, Vec<usize>> = BTreeMap::new();
    for (place, DueTrace { key, spans }) in due.into_iter().enumerate() {
        let outputs = trace::outputs(&key.trace, spans);
        let request = requests.entry(key.project).or_insert_with(|| Registering {
            project: key.project,
            received_at: now,
            outputs: Vec::new(),
        });
        let places = from.entry(key.project).or_default();
        places.extend(outputs.iter().map(|_| place));
        request.outputs.extend(outputs);
        settled.push(key);
    }
    let requests: Vec<Registering> = requests.into_values().collect();
    let answers = store.register(&requests)?;
    traces.settle_traces(&settled)?;
    let erased: Vec<TraceKey> = requests
        .iter()
        .zip(answers)
        .flat_map(|(request, answers)| {
            let places = from.get(&request.project).into_iter().flatten();
            places.zip(answers)
        })
        .filter(|(_, answer)| answer.status == Status::Erased)
        .filter_map(|(&place, _)| settled.get(place).cloned())
        .collect();
    if !erased.is_empty() {
        // Of somebody who was erased: not even for late spans.
        traces.drop_traces(&erased)?;
    }
    Ok(true)
}

/// Forgets the spans of traces of which nothing was heard for long.
pub fn forget(traces: &dyn TraceStore, now: u64) -> Result<(), StoreError> {
    traces.forget_traces(now.saturating_sub(SPANS_KEPT_MS))
}
