//! Looking things up in what was known of a project at one moment. No order serves most of
//! this: it looks through the project's rows, a few times in an erasure, and leaves what
//! people sent unread.

use std::collections::{BTreeMap, BTreeSet};

use tacit_signals::Id;

use super::super::{
    blocks::{Block, Snapshot},
    client::Client,
    links::{self, IDS_MAX, Link},
    literal::{list, quoted},
    rowbinary::{Rows, TAG_COLUMN},
};
use crate::{
    control::ProjectId,
    store::{BucketKind, StoreError},
};

/// Somebody: the kind of their id, and the id as it is stored.
pub(super) type Person = (u8, [u8; 16]);

/// Where a row is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct At {
    pub(super) block: Block,
    pub(super) number: u64,
}

impl At {
    pub(super) fn read(rows: &mut Rows) -> Result<Self, StoreError> {
        Ok(Self {
            block: Block::read(rows)?,
            number: rows.u64()?,
        })
    }

    /// As a value of the table's [`columns`](super::super::plan::columns).
    pub(super) fn value(self) -> String {
        let Block { writer, number } = self.block;
        format!("({writer},{number},{})", self.number)
    }
}

/// A row of signals, and who sent it.
#[derive(Debug, Clone)]
pub(super) struct Sent {
    pub(super) at: At,
    pub(super) output: Id,
    pub(super) session: [u8; 16],
    pub(super) person: Person,
}

/// A link as it is stored.
pub(super) struct LinkRow {
    pub(super) source: Id,
    pub(super) target: Id,
    pub(super) since: u64,
    pub(super) at: At,
}

/// What was known of a project at one moment.
pub(super) struct Look<'a> {
    pub(super) client: &'a Client,
    pub(super) snapshot: &'a Snapshot,
    pub(super) project: ProjectId,
}

/// Rows by where they are, and those of blocks that do not count.
#[derive(Default)]
pub(super) struct Signals {
    pub(super) seen: BTreeMap<At, Sent>,
    pub(super) unseen: BTreeSet<At>,
}

impl Look<'_> {
    fn of(&self) -> (&Client, &Snapshot) {
        (self.client, self.snapshot)
    }

    pub(super) fn sent_by(&self, people: &BTreeSet<Person>) -> Result<Signals, StoreError> {
        let people: Vec<String> = people.iter().map(person).collect();
        self.signals("(kind, subject)", &people)
    }

    pub(super) fn sent_in(&self, sessions: &BTreeSet<[u8; 16]>) -> Result<Signals, StoreError> {
        let sessions: Vec<String> = sessions.iter().map(quoted).collect();
        self.signals("session", &sessions)
    }

    pub(super) fn sent_on(&self, ids: &BTreeSet<Id>) -> Result<Signals, StoreError> {
        let ids: Vec<String> = ids.iter().map(|id| quoted(id.as_str())).collect();
        self.signals("output", &ids)
    }

    fn signals(&self, column: &str, values: &[String]) -> Result<Signals, StoreError> {
        let mut found = Signals::default();
        for values in values.chunks(IDS_MAX) {
            let select = format!(
                "SELECT {TAG_COLUMN}, writer, number, toUInt64(row), output, session, kind, subject
                 FROM chunks WHERE project = {} AND {column} IN ({})",
                self.project.0,
                values.join(",")
            );
            let rows = self.client.all(&select, |rows| {
                Ok(Sent {
                    at: At::read(rows)?,
                    output: rows.id()?,
                    session: rows.fixed()?,
                    person: (rows.u8()?, rows.fixed()?),
                })
            })?;
            for sent in rows {
                if self.snapshot.sees(sent.at.block) {
                    found.seen.insert(sent.at, sent);
                } else {
                    found.unseen.insert(sent.at);
                }
            }
        }
        Ok(found)
    }

    /// Everybody who sent something or is in an arm, in blocks that do not count too.
    pub(super) fn people(&self) -> Result<BTreeSet<Person>, StoreError> {
        let mut people = BTreeSet::new();
        for table in ["chunks", "assigned"] {
            let select = format!(
                "SELECT {TAG_COLUMN}, kind, subject FROM {table} WHERE project = {}
                 GROUP BY kind, subject",
                self.project.0
            );
            let read = |rows: &mut Rows| Ok((rows.u8()?, rows.fixed()?));
            people.extend(self.client.all(&select, read)?);
        }
        Ok(people)
    }

    /// All ids of outputs, in blocks that do not count too.
    pub(super) fn ids(&self) -> Result<BTreeSet<Id>, StoreError> {
        let mut ids = BTreeSet::new();
        let aliases = format!("kind = {} AND project", Link::AliasOf.number());
        for (column, table, project) in [
            ("id", "outputs", "project"),
            ("output", "registrations", "project"),
            ("source", "links", &aliases),
        ] {
            let select = format!(
                "SELECT {TAG_COLUMN}, {column} FROM {table} WHERE {project} = {} GROUP BY {column}",
                self.project.0
            );
            ids.extend(self.client.all(&select, Rows::id)?);
        }
        Ok(ids)
    }

    /// Outputs that are named in a table of roll-ups, in its column `name`, and where.
    pub(super) fn named(
        &self,
        table: &str,
        name: &str,
    ) -> Result<Vec<(String, String)>, StoreError> {
        let (at, of_outputs) = if table == "touched" {
            ("writer, number, cityHash64(output)", "1".to_owned())
        } else {
            let kind = BucketKind::Outputs.number();
            ("number, batch, toUInt64(0)", format!("kind = {kind}"))
        };
        let select = format!(
            "SELECT {TAG_COLUMN}, {name}, {at} FROM {table} WHERE project = {} AND {of_outputs}",
            self.project.0
        );
        self.client.all(&select, |rows| {
            let name = rows.text()?;
            let at = [rows.u64()?, rows.u64()?, rows.u64()?];
            let value = if table == "touched" {
                format!("({},{},{})", at[0], at[1], at[2])
            } else {
                let kind = BucketKind::Outputs.number();
                format!("({},{kind},{},{})", self.project.0, at[0], at[1])
            };
            Ok((name, value))
        })
    }

    /// Whether any id of `ids` was heard of, by id.
    pub(super) fn known(&self, ids: &BTreeSet<Id>) -> Result<BTreeSet<Id>, StoreError> {
        let mut known: BTreeSet<Id> = self.targets(ids)?.into_keys().collect();
        let ids: Vec<&str> = ids.iter().map(Id::as_str).collect();
        for ids in ids.chunks(IDS_MAX) {
            let select = format!(
                "SELECT {TAG_COLUMN}, id, writer, number FROM outputs
                 WHERE project = {} AND id IN {}",
                self.project.0,
                list(ids)
            );
            let rows = self
                .client
                .all(&select, |rows| Ok((rows.id()?, Block::read(rows)?)))?;
            let seen = rows
                .into_iter()
                .filter(|(_, block)| self.snapshot.sees(*block));
            known.extend(seen.map(|(id, _)| id));
        }
        Ok(known)
    }

    /// For whom outputs were registered: all of them, or `ids`.
    pub(super) fn subjects(
        &self,
        ids: Option<&BTreeSet<Id>>,
    ) -> Result<BTreeMap<Id, String>, StoreError> {
        let filters = match ids {
            None => vec![String::new()],
            Some(ids) => {
                let ids: Vec<&str> = ids.iter().map(Id::as_str).collect();
                let filters = ids.chunks(IDS_MAX);
                filters
                    .map(|ids| format!("AND output IN {}", list(ids)))
                    .collect()
            }
        };
        // The first that was told, as when it is read.
        let mut told: BTreeMap<Id, (u64, String)> = BTreeMap::new();
        for filter in filters {
            let select = format!(
                "SELECT {TAG_COLUMN}, output, told, subject, writer, number FROM registrations
                 WHERE project = {} AND isNotNull(subject) {filter}",
                self.project.0
            );
            let rows = self.client.all(&select, |rows| {
                let (output, told) = (rows.id()?, rows.u64()?);
                let subject = rows.maybe()?.unwrap_or_default();
                Ok((output, (told, subject), Block::read(rows)?))
            })?;
            for (output, said, block) in rows {
                if !self.snapshot.sees(block) {
                    continue;
                }
                let known = told.entry(output).or_insert_with(|| said.clone());
                if said.0 < known.0 {
                    *known = said;
                }
            }
        }
        let told = told.into_iter();
        Ok(told
            .map(|(output, (_, subject))| (output, subject))
            .collect())
    }

    /// The outputs that `ids` are aliases of, where they are.
    pub(super) fn targets(&self, ids: &BTreeSet<Id>) -> Result<BTreeMap<Id, Id>, StoreError> {
        let targets = links::targets(self.of(), self.project, ids)?.into_iter();
        Ok(targets.map(|(alias, target)| (alias, target.id)).collect())
    }

    /// What is linked to `ids`.
    pub(super) fn linked(
        &self,
        kind: Link,
        ids: &BTreeSet<Id>,
    ) -> Result<BTreeMap<Id, BTreeSet<Id>>, StoreError> {
        let links = links::of(self.of(), self.project, kind, ids)?.into_iter();
        let ids = |linked: Vec<links::Linked>| linked.into_iter().map(|one| one.id).collect();
        Ok(links.map(|(id, linked)| (id, ids(linked))).collect())
    }

    /// The links of a kind that have one of `ids` at `end`: `source` or `target`.
    pub(super) fn links(
        &self,
        kind: Link,
        end: &str,
        ids: &BTreeSet<Id>,
    ) -> Result<Vec<LinkRow>, StoreError> {
        let mut found = Vec::new();
        let ids: Vec<&str> = ids.iter().map(Id::as_str).collect();
        for ids in ids.chunks(IDS_MAX) {
            let select = format!(
                "SELECT {TAG_COLUMN}, source, target, received_at, writer, number, told FROM links
                 WHERE project = {} AND kind = {} AND {end} IN {}",
                self.project.0,
                kind.number(),
                list(ids)
            );
            let rows = self.client.all(&select, |rows| {
                Ok(LinkRow {
                    source: rows.id()?,
                    target: rows.id()?,
                    since: rows.u64()?,
                    at: At::read(rows)?,
                })
            })?;
            found.extend(rows);
        }
        found.retain(|row| self.snapshot.sees(row.at.block));
        Ok(found)
    }

    /// The aliases of outputs that are theirs.
    pub(super) fn aliases(
        &self,
        outputs: &BTreeSet<Id>,
    ) -> Result<BTreeMap<Id, BTreeSet<Id>>, StoreError> {
        let mut aliases = self.linked(Link::Aliases, outputs)?;
        let all: BTreeSet<Id> = aliases.values().flatten().cloned().collect();
        let targets = self.targets(&all)?;
        for (output, aliases) in &mut aliases {
            aliases.retain(|alias| targets.get(alias) == Some(output));
        }
        Ok(aliases)
    }

    /// Where all rows of `table` are of which `condition` holds, whether or not they count.
    pub(super) fn places(
        &self,
        table: &str,
        number: &str,
        condition: &str,
    ) -> Result<Vec<String>, StoreError> {
        let select = format!(
            "SELECT {TAG_COLUMN}, writer, number, toUInt64({number}) FROM {table}
             WHERE project = {} AND {condition}",
            self.project.0
        );
        let rows = self.client.all(&select, At::read)?;
        Ok(rows.into_iter().map(At::value).collect())
    }
}

/// As it stands behind `IN`.
pub(super) fn person((kind, subject): &Person) -> String {
    format!("({kind},{})", quoted(subject))
}
