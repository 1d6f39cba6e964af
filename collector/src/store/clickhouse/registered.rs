//! What servers said about outputs, put together from all they said.
//!
//! A row lies at the conversation its output was registered in by then, or beside the output:
//! groups that follow one another are read from rows that follow one another. That
//! conversation is among those that a link says the output is in, as long as the row is
//! there.

use std::collections::{BTreeMap, BTreeSet};

use tacit_signals::Id;

use super::{
    blocks::{Block, Snapshot},
    client::Client,
    links::{IDS_MAX, Links},
    literal::ids,
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
/// otherwise at the same time, the first to fill a field wins. `claims` says in which
/// conversations they are said to be.
pub(super) fn of(
    of: (&Client, &Snapshot),
    which: Which,
    outputs: &BTreeSet<Id>,
    claims: &Links,
) -> Result<Found, StoreError> {
    let mut found = Found::default();
    for (output, body) in rows(of, which, (outputs, claims), "body", Rows::bytes)? {
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

/// Those of `outputs` that anything was said of. To be asked before [`of`] where most are
/// new: a server reads the bodies of all rows that lie near an id, 256 at a time, which are
/// some hundred MB for five hundred ids that are not there.
pub(super) fn said_of(
    of: (&Client, &Snapshot),
    which: Which,
    outputs: &BTreeSet<Id>,
    claims: &Links,
) -> Result<BTreeSet<Id>, StoreError> {
    let rows = rows(of, which, (outputs, claims), "texts", Rows::u8)?;
    Ok(rows.into_iter().map(|(output, _)| output).collect())
}

/// What `outputs` were said to be from, without reading their texts.
pub(super) fn names(
    of: (&Client, &Snapshot),
    which: Which,
    outputs: &BTreeSet<Id>,
    claims: &Links,
) -> Result<BTreeMap<Id, Named>, StoreError> {
    let mut names: BTreeMap<Id, Named> = BTreeMap::new();
    let rows = rows(of, which, (outputs, claims), NAMES, named)?;
    for (output, said) in rows {
        add(names.entry(output).or_default(), said);
    }
    Ok(names)
}

/// What an output is said to be from.
const NAMES: &str = "model, prompt_version";

fn named(rows: &mut Rows) -> Result<Named, StoreError> {
    Ok(Named {
        model: rows.maybe()?,
        prompt_version: rows.maybe()?,
    })
}

/// What was told first stands.
fn add(known: &mut Named, said: Named) {
    known.model = known.model.take().or(said.model);
    known.prompt_version = known.prompt_version.take().or(said.prompt_version);
}

/// What every output was said to be from, for who asks in the order of outputs.
pub(super) struct InOrder<'a> {
    snapshot: &'a Snapshot,
    rows: Rows,
    /// The row that was read last, of an output that nobody asked for yet.
    ahead: Option<(Id, Named)>,
    /// What the output that was asked for last was said to be from.
    last: Option<(Id, Named)>,
}

impl<'a> InOrder<'a> {
    pub(super) fn of(
        (client, snapshot): (&Client, &'a Snapshot),
        which: Which,
    ) -> Result<Self, StoreError> {
        let select = format!(
            "SELECT {TAG_COLUMN}, output, writer, number, {NAMES} FROM registrations
             WHERE project = {} AND received_at <= {}
               AND (isNotNull(model) OR isNotNull(prompt_version))
             ORDER BY output, told, writer, number",
            which.project.0, which.as_of
        );
        Ok(Self {
            snapshot,
            rows: client.stream(&select)?,
            ahead: None,
            last: None,
        })
    }

    /// Of `output`, which comes at or after the one that was asked for before.
    pub(super) fn named(&mut self, output: &Id) -> Result<Option<&Named>, StoreError> {
        while let Some((of, said)) = self.next()? {
            if of > *output {
                self.ahead = Some((of, said));
                break;
            }
            match &mut self.last {
                Some((last, known)) if *last == of => add(known, said),
                last => *last = Some((of, said)),
            }
        }
        let last = self.last.as_ref().filter(|(last, _)| last == output);
        Ok(last.map(|(_, named)| named))
    }

    fn next(&mut self) -> Result<Option<(Id, Named)>, StoreError> {
        if let Some(ahead) = self.ahead.take() {
            return Ok(Some(ahead));
        }
        while self.rows.next()? {
            let (output, block) = (self.rows.id()?, Block::read(&mut self.rows)?);
            let said = named(&mut self.rows)?;
            if self.snapshot.sees(block) {
                return Ok(Some((output, said)));
            }
        }
        Ok(None)
    }
}

/// What is told in `columns` of each row about `outputs`, by output and in the order it was
/// told in. `claims` says in which conversations they are said to be.
pub(super) fn rows<T>(
    (client, snapshot): (&Client, &Snapshot),
    which: Which,
    (outputs, claims): (&BTreeSet<Id>, &Links),
    columns: &str,
    read: impl Fn(&mut Rows) -> Result<T, StoreError>,
) -> Result<Vec<(Id, T)>, StoreError> {
    let outputs: Vec<&Id> = outputs.iter().collect();
    // By output, in the order they were told in, each once.
    let mut told = BTreeMap::new();
    for outputs in outputs.chunks(IDS_MAX) {
        let claimed = outputs.iter().filter_map(|output| claims.get(*output));
        let claimed = claimed.flatten().map(|claim| &claim.id);
        let places: BTreeSet<&Id> = claimed.chain(outputs.iter().copied()).collect();
        let select = format!(
            "SELECT {TAG_COLUMN}, output, told, writer, number, {columns} FROM registrations
             WHERE project = {} AND place IN {} AND output IN {} AND received_at <= {}",
            which.project.0,
            ids(places),
            ids(outputs.iter().copied()),
            which.as_of
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
