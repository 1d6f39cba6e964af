//! Everything that is small, as documents: JSON under a kind, a project and a key. None is
//! changed: another one under the same key says what holds now.

use std::collections::HashSet;

use serde::{Serialize, de::DeserializeOwned};

use super::{
    ClickHouseStore,
    client::Client,
    history::{self, Change, Decided, State},
    literal::{list, quoted},
    rowbinary::{Out, TAG_COLUMN},
};
use crate::{control::ProjectId, store::StoreError};

/// Of a document that stands for itself.
const NO_CHANGE: Change = [0; 16];
/// Keys that are asked for in one query.
const KEYS_MAX: usize = 5_000;

/// A document as it was read.
#[derive(Debug, Clone)]
pub(super) struct Document<T> {
    pub(super) project: ProjectId,
    pub(super) key: String,
    pub(super) body: T,
}

/// A document to be written.
pub(super) struct NewDocument {
    kind: &'static str,
    project: ProjectId,
    key: String,
    body: String,
}

impl NewDocument {
    pub(super) fn new<T: Serialize>(
        kind: &'static str,
        project: ProjectId,
        key: impl Into<String>,
        body: &T,
    ) -> Result<Self, StoreError> {
        let body = serde_json::to_string(body).map_err(|_| StoreError::Unreadable(kind))?;
        Ok(Self {
            kind,
            project,
            key: key.into(),
            body,
        })
    }
}

/// Which documents of a kind are asked for.
#[derive(Clone, Copy)]
pub(super) enum Which<'a> {
    All,
    OfProject(ProjectId),
    Keys(ProjectId, &'a [String]),
}

impl ClickHouseStore {
    /// Documents in the order they were written in.
    pub(super) fn documents<T: DeserializeOwned>(
        &self,
        kind: &'static str,
        which: Which<'_>,
    ) -> Result<Vec<Document<T>>, StoreError> {
        let kind_is = format!("kind = {}", quoted(kind));
        let project_is = |project: ProjectId| format!("{kind_is} AND project = {}", project.0);
        let mut rows = match which {
            Which::All => read(&self.client, &kind_is)?,
            Which::OfProject(project) => read(&self.client, &project_is(project))?,
            Which::Keys(project, keys) => {
                let mut rows = Vec::new();
                for keys in keys.chunks(KEYS_MAX) {
                    let keys = list(keys);
                    let filter = format!("{} AND key IN {keys}", project_is(project));
                    rows.extend(read(&self.client, &filter)?);
                }
                rows
            }
        };
        self.only_those_that_count(&mut rows)?;
        rows.sort_unstable_by_key(|row| (row.stamp, row.part));
        // Those that were inserted twice, and are not merged yet.
        rows.dedup_by_key(|row| (row.stamp, row.part, row.change));
        let documents = rows.into_iter().map(|row| {
            let body = serde_json::from_str(&row.body);
            Ok(Document {
                project: row.project,
                key: row.key,
                body: body.map_err(|_| StoreError::Unreadable(kind))?,
            })
        });
        documents.collect()
    }

    /// The documents of `kind` in a project of which `condition` holds, in the order they
    /// were written in, and those of changes that do not count too.
    pub(super) fn placed(
        &self,
        kind: &'static str,
        project: ProjectId,
        condition: &str,
    ) -> Result<Vec<Placed>, StoreError> {
        let filter = format!(
            "kind = {} AND project = {} AND {condition}",
            quoted(kind),
            project.0
        );
        let mut rows = read(&self.client, &filter)?;
        rows.sort_unstable_by_key(|row| (row.stamp, row.part, row.change));
        rows.dedup_by_key(|row| (row.stamp, row.part, row.change));
        let mut counting = rows.clone();
        self.only_those_that_count(&mut counting)?;
        let counting: HashSet<_> = counting
            .into_iter()
            .map(|row| (row.stamp, row.part, row.change))
            .collect();
        let placed = rows.into_iter().map(|row| Placed {
            at: format!("({},{},'{}')", row.stamp, row.part, hex::encode(row.change)),
            counts: counting.contains(&(row.stamp, row.part, row.change)),
            key: row.key,
            body: row.body,
        });
        Ok(placed.collect())
    }

    /// Writes documents that stand for themselves: all of them, or none.
    pub(super) fn note(&self, documents: &[NewDocument]) -> Result<(), StoreError> {
        let stamp = self.stamps.next();
        insert(&self.client, documents, stamp, NO_CHANGE)
    }

    /// Changes what holds as `decide` says, who knows the state and reads documents, and
    /// who is asked again when somebody was faster; `None` leaves all as it is.
    pub(super) fn change<T>(
        &self,
        mut decide: impl FnMut(&State) -> Result<(Option<Next>, T), StoreError>,
    ) -> Result<T, StoreError> {
        let documents = std::cell::RefCell::new(Vec::new());
        history::change(
            &self.client,
            |state| {
                let (next, result) = decide(state)?;
                Ok(match next {
                    None => Decided::Nothing(result),
                    Some(next) => {
                        documents.replace(next.documents);
                        Decided::Next(next.state, result)
                    }
                })
            },
            |change, version| {
                let documents = documents.borrow();
                insert(&self.client, &documents, version, change)?;
                Ok(!documents.is_empty())
            },
        )
    }

    /// Keeps the rows of changes that count. The state is read after the rows, and what is
    /// written down after the state: a change is in one of both from when it counts.
    fn only_those_that_count(&self, rows: &mut Vec<Row>) -> Result<(), StoreError> {
        let changes = rows.iter().map(|row| row.change);
        let changes: HashSet<Change> = changes.filter(|change| *change != NO_CHANGE).collect();
        if changes.is_empty() {
            return Ok(());
        }
        let (_, state) = history::now(&self.client)?;
        let mut counting: HashSet<Change> = HashSet::from([NO_CHANGE]);
        counting.extend(state.change());
        // In one order, so that the same question is asked in the same words.
        let mut changes: Vec<Change> = changes.into_iter().collect();
        changes.sort_unstable();
        for changes in changes.chunks(KEYS_MAX) {
            counting.extend(history::committed(&self.client, changes)?);
        }
        rows.retain(|row| counting.contains(&row.change));
        Ok(())
    }
}

/// What is to hold next.
pub(super) struct Next {
    pub(super) state: State,
    pub(super) documents: Vec<NewDocument>,
}

impl Next {
    /// The same state with more documents.
    pub(super) fn with(state: &State, documents: Vec<NewDocument>) -> Self {
        Self {
            state: state.clone(),
            documents,
        }
    }

    /// The same state, but that rows are gone.
    pub(super) fn of_removal(state: &State) -> Self {
        let mut next = Self::with(state, Vec::new());
        next.state.removals += 1;
        next
    }

    /// The same for documents that collectors have to read again.
    pub(super) fn of_control(state: &State, documents: Vec<NewDocument>) -> Self {
        let mut next = Self::with(state, documents);
        next.state.control += 1;
        next
    }

    /// The same for graves.
    pub(super) fn of_graves(state: &State, documents: Vec<NewDocument>) -> Self {
        let mut next = Self::of_control(state, documents);
        next.state.graves += 1;
        next
    }
}

/// Where a document is, whether or not it counts.
pub(super) struct Placed {
    pub(super) key: String,
    pub(super) body: String,
    pub(super) counts: bool,
    /// A value of [`COORDINATES`](super::plan::columns).
    pub(super) at: String,
}

#[derive(Clone)]
struct Row {
    project: ProjectId,
    key: String,
    stamp: u64,
    part: u32,
    change: Change,
    body: String,
}

fn read(client: &Client, filter: &str) -> Result<Vec<Row>, StoreError> {
    let select = format!(
        "SELECT {TAG_COLUMN}, project, key, stamp, part, change, body
         FROM documents WHERE {filter}"
    );
    client.all(&select, |rows| {
        Ok(Row {
            project: ProjectId(rows.u32()?),
            key: rows.text()?,
            stamp: rows.u64()?,
            part: rows.u32()?,
            change: rows.fixed()?,
            body: rows.text()?,
        })
    })
}

fn insert(
    client: &Client,
    documents: &[NewDocument],
    stamp: u64,
    change: Change,
) -> Result<(), StoreError> {
    let mut rows = Out::default();
    for (part, document) in (0..).zip(documents) {
        rows.text(document.kind).u32(document.project.0);
        rows.text(&document.key).u64(stamp).u32(part).fixed(&change);
        rows.text(&document.body);
    }
    let columns = "documents (kind, project, key, stamp, part, change, body)";
    client.insert(columns, &rows)
}
