//! Which id belongs to which: each fact stands in `links` twice, as it is looked for from
//! both sides.

use std::collections::{BTreeMap, BTreeSet};

use tacit_signals::Id;

use super::{
    blocks::{Block, Snapshot},
    client::Client,
    literal::ids,
    rowbinary::TAG_COLUMN,
};
use crate::{control::ProjectId, store::StoreError};

/// Ids that are asked for in one query.
pub(super) const IDS_MAX: usize = 5_000;
/// Ids whose links are asked for in one query. They lie everywhere, so that a query reads most
/// of a table: there are few of them.
const SOURCES_MAX: usize = 50_000;

/// What `source` and `target` are to each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Link {
    /// A conversation, and an output that was said to be in it.
    Placed,
    /// The other way round.
    In,
    /// An alias, and the output it is of.
    AliasOf,
    /// The other way round.
    Aliases,
}

impl Link {
    pub(super) const fn number(self) -> u8 {
        match self {
            Self::Placed => 0,
            Self::In => 1,
            Self::AliasOf => 2,
            Self::Aliases => 3,
        }
    }
}

/// The other end of a link.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Linked {
    /// Since when it is known, Unix ms.
    pub(super) received_at: u64,
    told: u64,
    pub(super) id: Id,
}

/// Links by the end that was asked for.
pub(super) type Links = BTreeMap<Id, Vec<Linked>>;

/// What is linked to any of `sources`, whenever it became known.
pub(super) fn of(
    (client, snapshot): (&Client, &Snapshot),
    project: ProjectId,
    kind: Link,
    sources: &BTreeSet<Id>,
) -> Result<Links, StoreError> {
    let mut links = Links::new();
    let sources: Vec<&Id> = sources.iter().collect();
    for sources in sources.chunks(SOURCES_MAX) {
        let select = format!(
            "SELECT {TAG_COLUMN}, source, target, received_at, told, writer, number FROM links
             WHERE project = {} AND kind = {} AND source IN {}",
            project.0,
            kind.number(),
            ids(sources.iter().copied())
        );
        let rows = client.all(&select, |rows| {
            let (source, id) = (rows.id()?, rows.id()?);
            let linked = Linked {
                received_at: rows.u64()?,
                told: rows.u64()?,
                id,
            };
            Ok((source, linked, Block::read(rows)?))
        })?;
        for (source, linked, block) in rows {
            if snapshot.sees(block) {
                links.entry(source).or_default().push(linked);
            }
        }
    }
    Ok(links)
}

/// The output each of `ids` is an alias of, where it is one, and since when: the first to
/// name an alias keeps it.
pub(super) fn targets(
    (client, snapshot): (&Client, &Snapshot),
    project: ProjectId,
    ids: &BTreeSet<Id>,
) -> Result<BTreeMap<Id, Linked>, StoreError> {
    let links = of((client, snapshot), project, Link::AliasOf, ids)?;
    let first = links.into_iter().filter_map(|(alias, links)| {
        let first = links
            .into_iter()
            .min_by(|a, b| (a.told, &a.id).cmp(&(b.told, &b.id)));
        Some((alias, first?))
    });
    Ok(first.collect())
}
