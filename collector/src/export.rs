//! Labels and datasets out of the store: the shell around two pure functions.

use std::{collections::BTreeMap, ops::ControlFlow};

use crate::{
    control::ProjectId,
    dataset::{Export, Exporter, Filter, Format, Summary},
    label::{Labelled, Policy, State, Trust, label_group},
    store::{Store, StoreError, rows::OutputRows},
};

/// Orders the rows of a dataset; part of what makes an export repeatable.
pub const SEED: u64 = 0;

/// What to export.
#[derive(Debug, Clone, Copy)]
pub struct Request {
    /// The tenant.
    pub project: ProjectId,
    /// As known at this moment, Unix ms.
    pub as_of: u64,
    /// Which outputs.
    pub filter: Filter,
}

/// A dataset of the format.
pub fn dataset(
    store: &dyn Store,
    policy: &Policy,
    format: Format,
    request: &Request,
) -> Result<Export, StoreError> {
    let mut exporter = Exporter::new(format, request.filter, policy, request.as_of, SEED);
    store.groups(request.project, request.as_of, &mut |group| {
        exporter.add(&group);
        ControlFlow::Continue(())
    })?;
    Ok(exporter.finish())
}

/// Labels in the store's order, of one state or all, and what became of the rest.
pub fn labels(
    store: &dyn Store,
    policy: &Policy,
    state: Option<State>,
    request: &Request,
) -> Result<(Vec<Labelled>, Summary), StoreError> {
    let mut labels = Vec::new();
    let mut skipped: BTreeMap<String, u64> = BTreeMap::new();
    store.groups(request.project, request.as_of, &mut |group| {
        for label in label_group(&group, policy, request.as_of).outputs {
            match skip(&request.filter, state, &label) {
                None => labels.push(label),
                Some(reason) => *skipped.entry(reason.into()).or_default() += 1,
            }
        }
        ControlFlow::Continue(())
    })?;
    let summary = Summary {
        rows: labels.len() as u64,
        skipped,
        redacted: 0,
        hint: None,
    };
    Ok((labels, summary))
}

/// As [`Exporter`] admits labels, and by state.
fn skip(filter: &Filter, state: Option<State>, label: &Labelled) -> Option<&'static str> {
    let timeless = filter.since.is_none() && filter.until.is_none();
    let in_time = label.shown_at.is_some_and(|at| {
        filter.since.is_none_or(|since| at >= since) && filter.until.is_none_or(|until| at < until)
    });
    if !(timeless || in_time) {
        return Some("outside_range");
    }
    if label.trust < filter.trust {
        let claimed = label.trust == Trust::Claimed;
        return Some(if claimed { "not_registered" } else { "trust" });
    }
    if filter.mature_only && !label.mature {
        return Some("immature");
    }
    state
        .is_some_and(|state| label.state != state)
        .then_some("other_state")
}

/// Labels counted.
#[derive(Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Overview {
    /// Labels by state.
    pub states: BTreeMap<&'static str, u64>,
    /// Labels by rule that counted in them.
    pub reasons: BTreeMap<String, u64>,
    /// Stored events by what became of them; they add up to all that are stored.
    pub fates: Fates,
}

/// Stored events by what became of them.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub struct Fates {
    /// Of an output with a label and a text: in labels, and in datasets once the
    /// label decides.
    pub in_label: u64,
    /// Of an output no server registered: in labels of trust `claimed` only.
    pub no_output: u64,
    /// Of a registered output whose text is not known: in labels only.
    pub no_text: u64,
}

/// Counts labels, reasons and fates of all there is.
pub fn overview(
    store: &dyn Store,
    policy: &Policy,
    project: ProjectId,
    as_of: u64,
) -> Result<Overview, StoreError> {
    let mut overview = Overview::default();
    store.groups(project, as_of, &mut |group| {
        let labelled = label_group(&group, policy, as_of);
        for (rows, label) in group.outputs.iter().zip(&labelled.outputs) {
            *overview.states.entry(label.state.name()).or_default() += 1;
            for reason in &label.reasons {
                *overview.reasons.entry(reason.rule.to_string()).or_default() += 1;
            }
            let events: usize = rows.slices.iter().map(|slice| slice.events.len()).sum();
            *overview.fates.of(rows, label) += events as u64 + rows.beyond;
        }
        ControlFlow::Continue(())
    })?;
    Ok(overview)
}

impl Fates {
    fn of(&mut self, rows: &OutputRows, label: &Labelled) -> &mut u64 {
        let Some(registered) = &rows.registered else {
            return &mut self.no_output;
        };
        if registered.output.is_none() && label.texts.answer.is_none() {
            return &mut self.no_text;
        }
        &mut self.in_label
    }
}
