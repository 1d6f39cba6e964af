//! Spans on their way to outputs: a row for each portion of a trace, and rows that say how
//! far it is. A trace is what its rows give when they are read.

use std::collections::BTreeMap;

use super::{
    ClickHouseStore,
    literal::{list, quoted},
    plan, removal,
    rowbinary::{Out, Rows, TAG_COLUMN},
};
use crate::{
    control::ProjectId,
    limits::{DUE_BYTES_MAX, TRACE_BYTES_MAX, TRACE_WAIT_MS_MAX},
    otlp::Facts,
    store::{DueTrace, StoreError, TraceKey, TraceStore, moving::MovedTrace},
};

const UNREADABLE: StoreError = StoreError::Unreadable("span");
const COLUMNS: &str =
    "spans (project, trace, stamp, what, received_at, settle_ms, portions, bytes, body)";

/// What a row says.
const PORTION: u8 = 0;
/// So many portions are registered.
const SETTLED: u8 = 1;
/// What came before is gone.
const DROPPED: u8 = 2;

/// A row without its spans.
#[derive(Clone, Copy)]
struct Row {
    stamp: u64,
    what: u8,
    received_at: u64,
    settle_ms: u64,
    portions: u64,
    bytes: u64,
}

/// A trace, folded from its rows.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Trace {
    portions: u64,
    settled: u64,
    bytes: u64,
    last_at: u64,
    settle_ms: u64,
    waiting_since: Option<u64>,
    /// Rows up to this one are gone.
    pub(super) dropped: u64,
}

impl Trace {
    /// Of rows by stamp, each once.
    fn of(rows: &[Row]) -> Self {
        let mut trace = Self::default();
        for row in rows {
            match row.what {
                PORTION => {
                    trace.portions += 1;
                    trace.bytes += row.bytes;
                    trace.last_at = row.received_at;
                    trace.settle_ms = row.settle_ms;
                    trace.waiting_since.get_or_insert(row.received_at);
                }
                SETTLED => {
                    trace.settled = trace.settled.max(row.portions);
                    // More came since it was read: then all of it waits on.
                    if trace.settled == trace.portions {
                        trace.waiting_since = None;
                    }
                }
                _ => {
                    trace = Self {
                        dropped: row.stamp,
                        ..Self::default()
                    };
                }
            }
        }
        trace
    }

    fn due_at(&self) -> Option<u64> {
        let since = self.waiting_since?;
        let longest = TRACE_WAIT_MS_MAX.max(self.settle_ms);
        let settled = self.last_at.saturating_add(self.settle_ms);
        Some(settled.min(since.saturating_add(longest)))
    }
}

impl TraceStore for ClickHouseStore {
    fn keep_spans(
        &self,
        project: ProjectId,
        at: u64,
        settle_ms: u64,
        traces: &[(&str, &[Facts])],
    ) -> Result<Vec<String>, StoreError> {
        if traces.is_empty() {
            return Ok(Vec::new());
        }
        let names = list(traces.iter().map(|(trace, _)| trace));
        let known = self.traces(&format!("project = {} AND trace IN {names}", project.0))?;
        let mut crowded = Vec::new();
        let mut out = Out::default();
        for (trace, spans) in traces {
            let body = serde_json::to_string(spans).map_err(|_| UNREADABLE)?;
            let kept = known.get(&(project, (*trace).to_owned()));
            let kept = kept.map_or(0, |kept| kept.bytes);
            let bytes = body.len() as u64;
            if kept + bytes > TRACE_BYTES_MAX {
                crowded.push((*trace).to_owned());
                continue;
            }
            out.u32(project.0).text(trace).u64(self.stamps.next());
            out.u8(PORTION).u64(at).u64(settle_ms).u64(0).u64(bytes);
            out.text(&body);
        }
        self.client.insert(COLUMNS, &out)?;
        Ok(crowded)
    }

    fn due_traces(&self, now: u64, len: usize) -> Result<Vec<DueTrace>, StoreError> {
        let mut due: Vec<_> = self
            .traces(&format!("(project, trace) IN ({UNSETTLED})"))?
            .into_iter()
            .filter_map(|(name, trace)| Some((trace.due_at()?, name, trace)))
            .filter(|(due_at, ..)| *due_at <= now)
            .collect();
        due.sort_by(|a, b| (a.0, &a.1).cmp(&(b.0, &b.1)));
        let mut read = Vec::new();
        let mut bytes = 0;
        for (_, (project, name), trace) in due.into_iter().take(len) {
            bytes += trace.bytes;
            if bytes > DUE_BYTES_MAX && !read.is_empty() {
                break;
            }
            let spans = self.spans(project, &name, trace.dropped)?;
            read.push(DueTrace {
                key: TraceKey {
                    project,
                    trace: name,
                    portions: trace.portions,
                },
                spans,
            });
        }
        Ok(read)
    }

    fn settle_traces(&self, traces: &[TraceKey]) -> Result<(), StoreError> {
        self.mark(SETTLED, traces)
    }

    fn drop_traces(&self, traces: &[TraceKey]) -> Result<(), StoreError> {
        self.mark(DROPPED, traces)?;
        let named = |trace: &TraceKey| (trace.project, trace.trace.clone());
        self.remove(traces.iter().map(named).collect())
    }

    fn forget_traces(&self, before: u64) -> Result<(), StoreError> {
        // By all rows: whoever looks for old ones alone finds those that go on.
        let old = format!(
            "(project, trace) IN (SELECT project, trace FROM spans WHERE received_at < {before})"
        );
        let traces = self.traces(&old)?.into_iter();
        let over = traces.filter(|(_, trace)| {
            trace.portions > 0 && trace.waiting_since.is_none() && trace.last_at < before
        });
        let over: Vec<TraceKey> = over
            .map(|((project, trace), known)| TraceKey {
                project,
                trace,
                portions: known.portions,
            })
            .collect();
        if over.is_empty() {
            return Ok(());
        }
        self.drop_traces(&over)
    }
}

/// Traces with portions that are not registered. Those of which rows came twice may be
/// among them though they are; and of one that was dropped some rows may be gone already and
/// others not.
const UNSETTLED: &str = "SELECT project, trace FROM spans GROUP BY project, trace
    HAVING countIf(what = 0) > maxIf(portions, what = 1)
      OR maxIf(stamp, what = 0) > maxIf(stamp, what > 0)";

impl ClickHouseStore {
    /// Traces, folded from all their rows.
    pub(super) fn traces(
        &self,
        filter: &str,
    ) -> Result<BTreeMap<(ProjectId, String), Trace>, StoreError> {
        let select = format!(
            "SELECT {TAG_COLUMN}, project, trace, stamp, what, received_at, settle_ms, portions, bytes
             FROM spans WHERE {filter}"
        );
        let rows = self.client.all(&select, |rows| {
            let name = (ProjectId(rows.u32()?), rows.text()?);
            Ok((name, row(rows)?))
        })?;
        let mut by_trace: BTreeMap<_, BTreeMap<u64, Row>> = BTreeMap::new();
        for (name, row) in rows {
            by_trace.entry(name).or_default().insert(row.stamp, row);
        }
        let traces = by_trace.into_iter().map(|(name, rows)| {
            let rows: Vec<Row> = rows.into_values().collect();
            (name, Trace::of(&rows))
        });
        Ok(traces.collect())
    }

    pub(super) fn spans(
        &self,
        project: ProjectId,
        trace: &str,
        after: u64,
    ) -> Result<Vec<Facts>, StoreError> {
        let select = format!(
            "SELECT {TAG_COLUMN}, stamp, body FROM spans
             WHERE project = {} AND trace = {} AND what = {PORTION} AND stamp > {after}",
            project.0,
            quoted(trace)
        );
        let portions = self
            .client
            .all(&select, |rows| Ok((rows.u64()?, rows.text()?)))?;
        let portions: BTreeMap<u64, String> = portions.into_iter().collect();
        let mut spans = Vec::new();
        for body in portions.values() {
            let portion: Vec<Facts> = serde_json::from_str(body).map_err(|_| UNREADABLE)?;
            spans.extend(portion);
        }
        Ok(spans)
    }

    /// Where the rows are of which `condition` holds.
    pub(super) fn span_rows(&self, condition: &str) -> Result<Vec<String>, StoreError> {
        let select =
            format!("SELECT {TAG_COLUMN}, stamp, cityHash64(trace) FROM spans WHERE {condition}");
        let at = |rows: &mut Rows| Ok(format!("({},{})", rows.u64()?, rows.u64()?));
        let mut found = self.client.all(&select, at)?;
        found.sort_unstable();
        found.dedup();
        Ok(found)
    }

    /// Forgets all of them.
    pub(crate) fn drop_spans(&self) -> Result<(), StoreError> {
        removal::delete(&self.client, "spans", "1")
    }

    /// Takes in traces of another store, as they are there.
    pub(crate) fn take_in_traces(&self, traces: &[MovedTrace]) -> Result<(), StoreError> {
        let mut out = Out::default();
        for trace in traces {
            let of = |out: &mut Out| {
                out.u32(trace.project.0).text(&trace.trace);
                out.u64(self.stamps.next());
            };
            // When one is due hangs on when the first that waits came, and the last.
            let (mut at, due) = trace.waiting.unwrap_or((trace.last_at, trace.last_at));
            let settle_ms = due.saturating_sub(trace.last_at);
            for (place, body) in (1..).zip(&trace.portions) {
                if place == trace.portions.len() {
                    at = trace.last_at;
                }
                of(&mut out);
                out.u8(PORTION).u64(at).u64(settle_ms).u64(0);
                out.u64(body.len() as u64).text(body);
            }
            if trace.waiting.is_none() {
                of(&mut out);
                out.u8(SETTLED).u64(0).u64(0);
                out.u64(trace.portions.len() as u64).u64(0).text("");
            }
        }
        self.client.insert(COLUMNS, &out)
    }

    fn mark(&self, what: u8, traces: &[TraceKey]) -> Result<(), StoreError> {
        let mut out = Out::default();
        for trace in traces {
            out.u32(trace.project.0)
                .text(&trace.trace)
                .u64(self.stamps.next());
            out.u8(what)
                .u64(0)
                .u64(0)
                .u64(trace.portions)
                .u64(0)
                .text("");
        }
        self.client.insert(COLUMNS, &out)
    }

    /// Removes rows of traces that are marked as dropped; what comes meanwhile has a higher
    /// stamp. What they say goes in this order, or what is left for a moment would say
    /// something else: that portions are registered which are new, or that old ones are new.
    fn remove(&self, traces: Vec<(ProjectId, String)>) -> Result<(), StoreError> {
        let until = self.stamps.next();
        let mut by_project: BTreeMap<ProjectId, Vec<String>> = BTreeMap::new();
        for (project, trace) in traces {
            by_project.entry(project).or_default().push(trace);
        }
        for what in [SETTLED, PORTION, DROPPED] {
            for (project, traces) in &by_project {
                let rows = self.span_rows(&format!(
                    "project = {} AND what = {what} AND stamp < {until} AND trace IN {}",
                    project.0,
                    list(traces)
                ))?;
                removal::rows(&self.client, "spans", plan::columns("spans"), &rows)?;
            }
        }
        Ok(())
    }
}

fn row(rows: &mut Rows) -> Result<Row, StoreError> {
    Ok(Row {
        stamp: rows.u64()?,
        what: rows.u8()?,
        received_at: rows.u64()?,
        settle_ms: rows.u64()?,
        portions: rows.u64()?,
        bytes: rows.u64()?,
    })
}
