//! What was sent elsewhere of outputs that go.

use std::collections::{BTreeMap, BTreeSet};

use tacit_signals::Id;

use super::{
    super::{
        ClickHouseStore,
        blocks::Snapshot,
        documents::Which,
        links::{self, IDS_MAX, Link},
        literal::list,
        push::{CURSOR, PUSHED},
        rowbinary::TAG_COLUMN,
        view::parse,
    },
    found::Found,
};
use crate::{
    control::ProjectId,
    store::{StoreError, rows::GroupName},
};

impl ClickHouseStore {
    /// Documents that say what of these outputs was sent elsewhere: stamp and part.
    pub(super) fn pushed_of(
        &self,
        project: ProjectId,
        gone: &BTreeSet<Id>,
    ) -> Result<Vec<(u64, u32)>, StoreError> {
        let ids: Vec<&str> = gone.iter().map(Id::as_str).collect();
        let mut pushed = Vec::new();
        for ids in ids.chunks(IDS_MAX) {
            let select = format!(
                "SELECT {TAG_COLUMN}, stamp, part FROM documents
                 WHERE kind = '{PUSHED}' AND project = {}
                   AND substring(key, 1, position(key, '\\n') - 1) IN {}",
                project.0,
                list(ids)
            );
            pushed.extend(
                self.client
                    .all(&select, |rows| Ok((rows.u64()?, rows.u32()?)))?,
            );
        }
        Ok(pushed)
    }

    /// Targets whose pushes stopped after something that goes: they begin anew.
    pub(super) fn cursors_of(&self, found: &Found) -> Result<Vec<String>, StoreError> {
        let known = self.documents::<Option<GroupName>>(CURSOR, Which::OfProject(found.project))?;
        let last: BTreeMap<String, Option<GroupName>> =
            known.into_iter().map(|one| (one.key, one.body)).collect();
        let mut resets = Vec::new();
        for (target, after) in last {
            let Some(after) = after else {
                continue;
            };
            let id = parse(&after.id)?;
            if found.gone.contains(&id) || self.is_emptied(found, &id)? {
                resets.push(target);
            }
        }
        Ok(resets)
    }

    /// Whether a conversation loses all of its outputs.
    fn is_emptied(&self, found: &Found, conversation: &Id) -> Result<bool, StoreError> {
        let snapshot = Snapshot::take(&self.client)?;
        let of = (&self.client, &snapshot);
        let asked = BTreeSet::from([conversation.clone()]);
        let mut placed = links::of(of, found.project, Link::Placed, &asked)?;
        let Some(placed) = placed.remove(conversation) else {
            return Ok(false);
        };
        let stays = |id: &Id| {
            let retold =
                found.facts.retold.iter().any(|one| {
                    one.output == id.as_str() && one.conversation == conversation.as_str()
                });
            !found.gone.contains(id) && (retold || !found.unplaced.contains(id))
        };
        Ok(!placed.iter().any(|one| stays(&one.id)))
    }

    /// The condition of where these pushes stopped before.
    pub(super) fn old_cursors(
        &self,
        project: ProjectId,
        targets: &[String],
    ) -> Result<String, StoreError> {
        let of = format!("kind = '{CURSOR}' AND project = {}", project.0);
        let select = format!(
            "SELECT {TAG_COLUMN}, stamp, part FROM documents WHERE {of} AND key IN {}",
            list(targets)
        );
        let old = self.client.all(&select, |rows| {
            Ok(format!("({},{})", rows.u64()?, rows.u32()?))
        })?;
        Ok(format!("{of} AND (stamp, part) IN ({})", old.join(",")))
    }
}
