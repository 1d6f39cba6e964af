//! Outputs by when they were heard of, the latest first.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use tacit_signals::Id;

use super::{
    blocks::{Block, Snapshot},
    client::Client,
    links::{self, IDS_MAX, Link},
    literal::{ids, quoted},
    rowbinary::TAG_COLUMN,
};
use crate::{
    control::ProjectId,
    limits::LISTED_BY_ID_MAX,
    store::{Listed, Page, Reached, StoreError},
};

/// Rows that are read beyond those that are asked for: aliases are left out of them.
const MORE: usize = 100;

/// Reads lists of a project.
pub(super) struct Lists<'a> {
    pub(super) client: &'a Client,
    pub(super) snapshot: &'a Snapshot,
    pub(super) project: ProjectId,
}

impl Lists<'_> {
    pub(super) fn page(&self, page: &Page) -> Result<Vec<Listed>, StoreError> {
        if page.len == 0 || page.until == Some(0) {
            return Ok(Vec::new());
        }
        if let Some(conversation) = &page.conversation {
            let conversations = BTreeSet::from([conversation.clone()]);
            let of = (self.client, self.snapshot);
            let placed = links::of(of, self.project, Link::Placed, &conversations)?;
            let ids: BTreeSet<Id> = placed.into_values().flatten().map(|one| one.id).collect();
            let targets = links::targets(of, self.project, &ids)?;
            let own = ids.into_iter().map(|id| match targets.get(&id) {
                Some(target) => target.id.clone(),
                None => id,
            });
            let outputs = self.heard_first(&own.collect())?;
            return Ok(of_few(outputs, page));
        }
        if let Some(start) = &page.id_start
            && let Some(ids) = self.beginning_with(start)?
        {
            let outputs = self.heard_first(&ids)?;
            return Ok(of_few(self.own_alone(outputs)?, page));
        }
        self.by_time(page)
    }

    /// Reads on until the page is full.
    fn by_time(&self, page: &Page) -> Result<Vec<Listed>, StoreError> {
        let mut listed: Vec<Listed> = Vec::new();
        let mut before = page.before;
        let len = page.len.saturating_add(MORE);
        loop {
            let rows = self.heard(page, before, len)?;
            let Some((last, ..)) = rows.last() else {
                return Ok(listed);
            };
            before = Some(*last);
            let is_last = rows.len() < len;
            let seen = rows
                .into_iter()
                .filter(|(_, _, block)| self.snapshot.sees(*block));
            let found: Vec<(Reached, Id)> = seen.map(|(reached, id, _)| (reached, id)).collect();
            // Another collector may have heard of it before.
            let ids: BTreeSet<Id> = found.iter().map(|(_, id)| id.clone()).collect();
            let first = self.own_alone(self.heard_first(&ids)?)?;
            for (reached, id) in found {
                let is_new = listed.last().is_none_or(|last| last.reached != reached);
                if is_new && first.get(&id) == Some(&reached) {
                    listed.push(Listed { reached, id });
                }
            }
            listed.truncate(page.len);
            if is_last || listed.len() == page.len {
                return Ok(listed);
            }
        }
    }

    fn heard(
        &self,
        page: &Page,
        before: Option<Reached>,
        len: usize,
    ) -> Result<Vec<(Reached, Id, Block)>, StoreError> {
        let mut filter = format!(
            "project = {} AND received_at >= {}",
            self.project.0,
            page.since.unwrap_or(0)
        );
        if let Some(until) = page.until {
            filter += &format!(" AND received_at < {until}");
        }
        if let Some(Reached {
            received_at,
            number,
        }) = before
        {
            filter += &format!(
                " AND received_at <= {received_at}
                  AND (received_at < {received_at} OR told < {number})"
            );
        }
        let select = format!(
            "SELECT {TAG_COLUMN}, received_at, told, id, writer, number FROM heard
             WHERE {filter} ORDER BY received_at DESC, told DESC LIMIT {len}"
        );
        self.client.all(&select, |rows| {
            let reached = Reached {
                received_at: rows.u64()?,
                number: rows.u64()?,
            };
            Ok((reached, rows.id()?, Block::read(rows)?))
        })
    }

    /// When each of `outputs` was first heard of.
    fn heard_first(&self, outputs: &BTreeSet<Id>) -> Result<BTreeMap<Id, Reached>, StoreError> {
        let asked: Vec<&Id> = outputs.iter().collect();
        let mut first: BTreeMap<Id, Reached> = BTreeMap::new();
        for asked in asked.chunks(IDS_MAX) {
            let select = format!(
                "SELECT {TAG_COLUMN}, id, received_at, told, writer, number FROM outputs
                 WHERE project = {} AND id IN {}",
                self.project.0,
                ids(asked.iter().copied())
            );
            let rows = self.client.all(&select, |rows| {
                let id = rows.id()?;
                let reached = Reached {
                    received_at: rows.u64()?,
                    number: rows.u64()?,
                };
                Ok((id, reached, Block::read(rows)?))
            })?;
            for (id, reached, block) in rows {
                if !self.snapshot.sees(block) {
                    continue;
                }
                let known = first.entry(id).or_insert(reached);
                if reached.number < known.number {
                    *known = reached;
                }
            }
        }
        Ok(first)
    }

    /// Those that are aliases of no other.
    fn own_alone(
        &self,
        mut outputs: BTreeMap<Id, Reached>,
    ) -> Result<BTreeMap<Id, Reached>, StoreError> {
        let ids: BTreeSet<Id> = outputs.keys().cloned().collect();
        let of = (self.client, self.snapshot);
        for alias in links::targets(of, self.project, &ids)?.keys() {
            outputs.remove(alias);
        }
        Ok(outputs)
    }

    /// Ids that begin like this, if they are few.
    fn beginning_with(&self, start: &str) -> Result<Option<BTreeSet<Id>>, StoreError> {
        // Ids are ASCII: what begins like this is below the same with the last one after it.
        let select = format!(
            "SELECT {TAG_COLUMN}, id FROM outputs
             WHERE project = {} AND id >= {} AND id < {} LIMIT 1 BY id LIMIT {}",
            self.project.0,
            quoted(start),
            quoted(format!("{start}\u{7f}")),
            LISTED_BY_ID_MAX + 1
        );
        let ids: HashSet<Id> = self
            .client
            .all(&select, |rows| rows.id())?
            .into_iter()
            .collect();
        let are_few = ids.len() <= LISTED_BY_ID_MAX;
        Ok(are_few.then(|| ids.into_iter().collect()))
    }
}

/// A page of a few outputs in any order.
fn of_few(outputs: BTreeMap<Id, Reached>, page: &Page) -> Vec<Listed> {
    let place = |reached: &Reached| (reached.received_at, reached.number);
    let mut listed: Vec<Listed> = outputs
        .into_iter()
        .map(|(id, reached)| Listed { reached, id })
        .filter(|one| {
            page.since
                .is_none_or(|since| one.reached.received_at >= since)
        })
        .filter(|one| {
            page.until
                .is_none_or(|until| one.reached.received_at < until)
        })
        .filter(|one| {
            page.before
                .is_none_or(|before| place(&one.reached) < place(&before))
        })
        .collect();
    listed.sort_by_key(|one| std::cmp::Reverse(place(&one.reached)));
    listed.truncate(page.len);
    listed
}
