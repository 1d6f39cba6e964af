//! Makes the plan of an erasure out of what was found of somebody, and has it carried out.

use std::collections::{BTreeMap, BTreeSet};

use tacit_signals::{Id, codec::EventReader};

use super::{
    super::{
        ClickHouseStore,
        blocks::Snapshot,
        documents::NewDocument,
        links::Link,
        literal::{list, quoted},
        marks,
        pages::Pages,
        plan::{Gone, Plan, columns},
        push::{CURSOR, PUSHED, output_and_target},
        rowbinary::TAG_COLUMN,
    },
    find::Theirs,
    look::{At, Look, person},
    places,
};
use crate::{
    accept::ERASED,
    control::ProjectId,
    erase::SentTo,
    store::{BucketKind, StoreError, rows::GroupName},
};

/// Keys in one query.
const KEYS_MAX: usize = 2_000;

pub(super) fn remove(
    store: &ClickHouseStore,
    project: ProjectId,
    job: &str,
    found: &Theirs,
    holder: &str,
) -> Result<(), StoreError> {
    let snapshot = Snapshot::take(&store.client)?;
    let look = Look {
        client: &store.client,
        snapshot: &snapshot,
        project,
    };
    let mut plan = Plan::new(job)?;
    let mut gone = found.unseen.clone();
    gone.add("chunks", found.rows.keys().map(|at| at.value()));
    rows_of(store, &look, found, &mut gone)?;
    let (stored, quarantined) = count(&look, found)?;
    plan.count(stored, quarantined, ERASED);
    plan.sent_to = sent(store, project, found, &mut gone)?;
    for (name, count) in [
        ("events", stored + quarantined),
        ("outputs", found.outputs.len() as u64),
        ("sessions", found.sessions.len() as u64),
        ("traces", found.traces.len() as u64),
    ] {
        plan.found.insert(name.into(), count);
    }
    // What stands in their place, by a writer that does not count yet.
    let (mut memory, buried) = Default::default();
    let mut pages = Pages::new(plan.block(), &buried, &mut memory, &store.stamps);
    let anew = places::again(&look, found, &mut gone, &mut pages)?;
    pages.insert(&store.client)?;
    // Before their names are looked for: this writes them down once more.
    let acted_on = found.rows.values().map(|sent| &sent.output);
    let groups = acted_on.chain(&found.outputs).map(|id| GroupName {
        alone: true,
        id: id.to_string(),
    });
    let buckets = marks::removing(&store.client, project, &groups.collect())?.into_iter();
    plan.buckets = buckets
        .map(|bucket| (bucket.kind.number(), bucket.number))
        .collect();
    let mut names = places::emptied(&look, &gone, &anew)?;
    numbered(&look, BucketKind::Conversations, &names, &mut gone)?;
    let outputs: BTreeSet<String> = found.outputs.iter().map(ToString::to_string).collect();
    numbered(&look, BucketKind::Outputs, &outputs, &mut gone)?;
    names.extend(outputs);
    let cursors = cursors(store, project, &names, &mut gone)?;
    let also = || {
        let targets = cursors.iter();
        let nothing: Option<GroupName> = None;
        targets
            .map(|target| NewDocument::new(CURSOR, project, target.clone(), &nothing))
            .collect()
    };
    store.carry_out(project, &plan, &gone, also, holder)
}

/// Names the rows of all tables but the signals'.
fn rows_of(
    store: &ClickHouseStore,
    look: &Look<'_>,
    found: &Theirs,
    gone: &mut Gone,
) -> Result<(), StoreError> {
    let outputs: Vec<&Id> = found.outputs.iter().collect();
    for outputs in outputs.chunks(KEYS_MAX) {
        let ids = list(outputs.iter().map(|id| id.as_str()));
        for (table, condition) in [
            ("registrations", format!("output IN {ids}")),
            ("links", of_outputs(&ids)),
            ("outputs", format!("id IN {ids}")),
            ("heard", format!("id IN {ids}")),
        ] {
            gone.add(table, look.places(table, "told", &condition)?);
        }
    }
    let people: Vec<String> = found.people.iter().map(person).collect();
    for people in people.chunks(KEYS_MAX) {
        let condition = format!("(kind, subject) IN ({})", people.join(","));
        gone.add("assigned", look.places("assigned", "told", &condition)?);
    }
    let sessions: Vec<String> = found.sessions.iter().map(quoted).collect();
    for sessions in sessions.chunks(KEYS_MAX) {
        let condition = format!("session IN ({})", sessions.join(","));
        gone.add("seen", look.places("seen", "row", &condition)?);
    }
    let traces: Vec<&String> = found.traces.iter().collect();
    for traces in traces.chunks(KEYS_MAX) {
        let condition = format!("project = {} AND trace IN {}", look.project.0, list(traces));
        gone.add("spans", store.span_rows(&condition)?);
    }
    Ok(())
}

/// The links that have one of these outputs at an end that is an output's: a conversation
/// may be called like one.
fn of_outputs(ids: &str) -> String {
    let (placed, inside) = (Link::Placed.number(), Link::In.number());
    format!("((kind != {placed} AND source IN {ids}) OR (kind != {inside} AND target IN {ids}))")
}

/// Names that roll-ups have of groups that go.
fn numbered(
    look: &Look<'_>,
    kind: BucketKind,
    names: &BTreeSet<String>,
    gone: &mut Gone,
) -> Result<(), StoreError> {
    let names: Vec<&String> = names.iter().collect();
    for names in names.chunks(KEYS_MAX) {
        let names = list(names);
        for table in ["numbers", "numbered"] {
            let select = format!(
                "SELECT {TAG_COLUMN}, project, kind, number, batch FROM {table}
                 WHERE project = {} AND kind = {} AND name IN {names}",
                look.project.0,
                kind.number()
            );
            let rows = look.client.all(&select, |rows| {
                let (project, kind) = (rows.u32()?, rows.u8()?);
                let (number, batch) = (rows.u64()?, rows.u64()?);
                Ok(format!("({project},{kind},{number},{batch})"))
            })?;
            gone.add(table, rows);
        }
        if kind == BucketKind::Outputs {
            let condition = format!("output IN {names}");
            gone.add(
                "touched",
                look.places("touched", "cityHash64(output)", &condition)?,
            );
        }
    }
    Ok(())
}

/// The events of the rows that go: of kinds this version knows, and of others.
fn count(look: &Look<'_>, found: &Theirs) -> Result<(u64, u64), StoreError> {
    let rows: Vec<String> = found.rows.keys().map(|at| at.value()).collect();
    let mut counts: BTreeMap<At, (bool, u64)> = BTreeMap::new();
    for rows in rows.chunks(KEYS_MAX) {
        let select = format!(
            "SELECT {TAG_COLUMN}, writer, number, toUInt64(row), output, quarantined, base_at, events
             FROM chunks WHERE project = {} AND {} IN ({})",
            look.project.0,
            columns("chunks"),
            rows.join(",")
        );
        let counted = look.client.all(&select, |rows| {
            let (at, output) = (At::read(rows)?, rows.id()?);
            let (quarantined, base_at) = (rows.bool()?, rows.u64()?);
            let events = EventReader::of_output(&rows.bytes()?, base_at, output).count();
            Ok((at, (quarantined, events as u64)))
        })?;
        counts.extend(counted);
    }
    let sum = |wanted: bool| {
        let counts = counts.values().filter(|count| count.0 == wanted);
        counts.map(|count| count.1).sum()
    };
    Ok((sum(false), sum(true)))
}

/// Where labels about their outputs were sent.
fn sent(
    store: &ClickHouseStore,
    project: ProjectId,
    found: &Theirs,
    gone: &mut Gone,
) -> Result<Vec<SentTo>, StoreError> {
    let mut outputs_of: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let outputs: Vec<&Id> = found.outputs.iter().collect();
    for outputs in outputs.chunks(KEYS_MAX) {
        let of = list(outputs.iter().map(|id| id.as_str()));
        let condition = format!("substring(key, 1, position(key, '\\n') - 1) IN {of}");
        for pushed in store.placed(PUSHED, project, &condition)? {
            if pushed.counts
                && let Some((output, target)) = output_and_target(&pushed.key)
            {
                let known = outputs_of.entry(target.into()).or_default();
                known.insert(output.into());
            }
            gone.add("documents", [pushed.at]);
        }
    }
    let sent = outputs_of.into_iter().map(|(target, outputs)| SentTo {
        target,
        outputs: outputs.len() as u64,
    });
    Ok(sent.collect())
}

/// The targets of pushes that stopped after what is gone: they begin anew.
fn cursors(
    store: &ClickHouseStore,
    project: ProjectId,
    names: &BTreeSet<String>,
    gone: &mut Gone,
) -> Result<BTreeSet<String>, StoreError> {
    let mut last: BTreeMap<String, bool> = BTreeMap::new();
    for cursor in store.placed(CURSOR, project, "1")? {
        let name: Option<Option<GroupName>> = serde_json::from_str(&cursor.body).ok();
        let is_theirs = name.flatten().is_some_and(|name| names.contains(&name.id));
        if cursor.counts {
            last.insert(cursor.key, is_theirs);
        }
        if is_theirs {
            gone.add("documents", [cursor.at]);
        }
    }
    let anew = last.into_iter().filter(|(_, is_theirs)| *is_theirs);
    Ok(anew.map(|(target, _)| target).collect())
}
