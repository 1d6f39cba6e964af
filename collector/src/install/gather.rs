//! Facts for the check, from the books and from the latest outputs: so many, however
//! large the project is.

use std::collections::{BTreeMap, BTreeSet};

use tacit_signals::{Id, Signal, limits::SKEW_MS_MIN, signal::ContentRole};

use super::facts::{Facts, Outputs, Refused, Seen, Slices};
use crate::{
    accept::{INSTALL, REJECTED},
    control::{Control, Project},
    limits::INSTALL_OUTPUTS_MAX,
    outcome::{Outcomes, Tally},
    store::{
        Page, Store, StoreError,
        rows::{OutputRows, Slice},
    },
};

/// What is known of `project` at `now` (Unix ms).
pub fn gather(
    store: &dyn Store,
    outcomes: &Outcomes,
    control: &Control,
    project: &Project,
    now: u64,
) -> Result<Facts, StoreError> {
    let (own, nobody) = (outcomes.of(Some(project.id)), outcomes.of(None));
    let counters = store.fates(project.id)?;
    let named = |prefix: &str| -> BTreeMap<String, u64> {
        let named = counters
            .iter()
            .filter_map(|(name, count)| Some((name.strip_prefix(prefix)?.to_owned(), *count)));
        named.collect()
    };
    let keys = control.publishable.values();
    let keys = keys.filter(|key| key.project.id == project.id && !key.life.is_over(now));
    let mut facts = Facts {
        now,
        keys: keys.count(),
        content: project.content,
        kinds: BTreeMap::new(),
        outputs: Outputs::default(),
        slices: Slices::default(),
        batches: own.acknowledged_batches(),
        refused: [refused(&own, true), refused(&nobody, false)].concat(),
        shed: own.refused().shed,
        rejected: named(REJECTED),
        install: named(INSTALL),
        quarantined: counters.get("quarantined").copied().unwrap_or_default(),
        counts: counters,
    };
    read(store, project, &mut facts)?;
    Ok(facts)
}

fn refused(tally: &Tally, own: bool) -> Vec<Refused> {
    let last = tally.refused_last();
    let refused = tally.refused().rejected.into_iter();
    refused
        .map(|(code, count)| Refused {
            last_at: last.get(&code).copied(),
            code,
            count,
            own,
        })
        .collect()
}

/// Reads the latest outputs, each once: a conversation comes with all of its.
fn read(store: &dyn Store, project: &Project, facts: &mut Facts) -> Result<(), StoreError> {
    let page = Page {
        len: INSTALL_OUTPUTS_MAX,
        ..Page::default()
    };
    let mut done: BTreeSet<Id> = BTreeSet::new();
    for listed in store.page(project.id, &page)? {
        if done.contains(&listed.id) {
            continue;
        }
        let Some((group, _)) = store.group_of(project.id, &listed.id, facts.now)? else {
            continue;
        };
        for rows in &group.outputs {
            if done.len() < INSTALL_OUTPUTS_MAX && done.insert(rows.id.clone()) {
                output(rows, facts);
            }
        }
        // An id that was joined to another is not among them.
        done.insert(listed.id);
    }
    Ok(())
}

fn output(rows: &OutputRows, facts: &mut Facts) {
    let slices = || {
        rows.slices
            .iter()
            .filter(|slice| !slice.origin.is_from_server_alone())
    };
    let is_seen = slices().any(|slice| !slice.events.is_empty());
    let registered = rows.registered.as_ref();
    let with_answer = registered.is_some_and(|server| server.output.is_some());
    let with_input = registered.is_some_and(|server| server.input.is_some());
    let is_edit = |signal: &Signal| matches!(signal, Signal::Content { role, .. } if *role == ContentRole::Edit);
    let mut events = slices().flat_map(|slice| &slice.events);
    let with_edit = events.any(|event| is_edit(&event.signal));
    let outputs = &mut facts.outputs;
    for (count, is_one) in [
        (&mut outputs.read, true),
        (&mut outputs.seen, is_seen),
        (&mut outputs.registered, registered.is_some()),
        (&mut outputs.joined, is_seen && registered.is_some()),
        (&mut outputs.with_answer, with_answer),
        (&mut outputs.with_input, with_input),
        (&mut outputs.trainable, is_seen && with_answer && with_input),
        (&mut outputs.with_edit, with_edit),
    ] {
        *count += u64::from(is_one);
    }
    for slice in slices() {
        self::slice(slice, facts);
    }
}

fn slice(slice: &Slice, facts: &mut Facts) {
    let off = slice.received_at.abs_diff(slice.sent_at);
    let slices = &mut facts.slices;
    slices.pages += 1;
    slices.automated += u64::from(slice.automated);
    if off > SKEW_MS_MIN {
        slices.off_clock += 1;
        slices.off_clock_ms_max = slices.off_clock_ms_max.max(off);
    }
    for event in &slice.events {
        let Some(kind) = event.signal.kind() else {
            continue;
        };
        let seen: &mut Seen = facts.kinds.entry(kind.name()).or_default();
        seen.count += 1;
        seen.last_at = seen.last_at.max(slice.received_at);
    }
}
