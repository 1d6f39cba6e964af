//! What servers said about outputs, put together from all they said.

use std::collections::{BTreeMap, BTreeSet};

use tacit_signals::Id;

use super::{
    blocks::{Block, Snapshot},
    client::Client,
    links::IDS_MAX,
    literal::list,
    rowbinary::{Rows, TAG_COLUMN},
};
use crate::{
    accept::registration::{self, Body, fill_empty},
    control::ProjectId,
    store::{
        StoreError,
        rows::{Named, Registered},
    },
};

/// Of which project, and as known when.
#[derive(Clone, Copy)]
pub(super) struct Which {
    pub(super) project: ProjectId,
    pub(super) as_of: u64,
}

/// Fields by output, and how many bytes were read for them. Aliases are not in them.
#[derive(Default)]
pub(super) struct Found {
    pub(super) fields: BTreeMap<Id, Registered>,
    pub(super) bytes: usize,
}

/// What was said of `outputs`, in the order it was told: where two collectors were told
/// otherwise at the same time, the first to fill a field wins.
pub(super) fn of(
    of: (&Client, &Snapshot),
    which: Which,
    outputs: &BTreeSet<Id>,
) -> Result<Found, StoreError> {
    let mut found = Found::default();
    for (output, body) in rows(of, which, outputs, "body", Rows::bytes)? {
        let unreadable = StoreError::Unreadable("registration");
        found.bytes += body.len();
        let Ok(body) = serde_json::from_slice::<Body>(&body) else {
            return Err(unreadable);
        };
        let Ok(fields) = registration::from_stored(body) else {
            return Err(unreadable);
        };
        let known = found.fields.entry(output).or_default();
        fill_empty(known, &fields);
    }
    Ok(found)
}

/// What `outputs` were said to be from, without reading their texts.
pub(super) fn names(
    of: (&Client, &Snapshot),
    which: Which,
    outputs: &BTreeSet<Id>,
) -> Result<BTreeMap<Id, Named>, StoreError> {
    let read = |rows: &mut Rows| Ok((rows.maybe()?, rows.maybe()?));
    let mut names: BTreeMap<Id, Named> = BTreeMap::new();
    for (output, (model, version)) in rows(of, which, outputs, "model, prompt_version", read)? {
        let known = names.entry(output).or_default();
        known.model = known.model.take().or(model);
        known.prompt_version = known.prompt_version.take().or(version);
    }
    Ok(names)
}

fn rows<T>(
    (client, snapshot): (&Client, &Snapshot),
    which: Which,
    outputs: &BTreeSet<Id>,
    columns: &str,
    read: impl Fn(&mut Rows) -> Result<T, StoreError>,
) -> Result<Vec<(Id, T)>, StoreError> {
    let outputs: Vec<&str> = outputs.iter().map(Id::as_str).collect();
    // By output, in the order they were told in, each once.
    let mut told = BTreeMap::new();
    for outputs in outputs.chunks(IDS_MAX) {
        let select = format!(
            "SELECT {TAG_COLUMN}, output, told, writer, number, {columns} FROM registrations
             WHERE project = {} AND received_at <= {} AND output IN {}",
            which.project.0,
            which.as_of,
            list(outputs)
        );
        let rows = client.all(&select, |rows| {
            let (output, told) = (rows.id()?, rows.u64()?);
            Ok(((output, told, Block::read(rows)?), read(rows)?))
        })?;
        told.extend(
            rows.into_iter()
                .filter(|((_, _, block), _)| snapshot.sees(*block)),
        );
    }
    Ok(told
        .into_iter()
        .map(|((output, ..), row)| (output, row))
        .collect())
}
