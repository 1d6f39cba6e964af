//! Roll-ups, while facts go: their buckets are marked before and after, and groups of which
//! nothing is left lose their numbers.

use std::collections::BTreeSet;

use tacit_signals::Id;

use super::{
    super::{
        ClickHouseStore,
        blocks::Snapshot,
        fold::known_outputs,
        links::{self, IDS_MAX, Link},
        literal::list,
        marks, removal,
        rowbinary::{Rows, TAG_COLUMN},
        touched::CALLS,
        view::parse,
    },
    plan::{Facts, one_of},
};
use crate::{
    control::ProjectId,
    store::{Bucket, BucketKind, StoreError},
};

impl ClickHouseStore {
    /// Something of these groups goes: called before and after. The buckets they are in.
    pub(super) fn mark_groups(
        &self,
        project: ProjectId,
        facts: &Facts,
    ) -> Result<BTreeSet<Bucket>, StoreError> {
        marks::removing(&self.client, project, &facts.groups)
    }

    /// Removes the names of groups, and of what was said of outputs, that are gone.
    pub(super) fn forget_names(&self, project: ProjectId, facts: &Facts) -> Result<(), StoreError> {
        let snapshot = Snapshot::take(&self.client)?;
        let of = (&self.client, &snapshot);
        let named = |alone: bool| {
            let names = facts.groups.iter().filter(move |name| name.alone == alone);
            names
                .map(|name| parse(&name.id))
                .collect::<Result<BTreeSet<Id>, _>>()
        };
        let mut outputs = named(true)?;
        for known in known_outputs(&self.client, &snapshot, project, &outputs)? {
            outputs.remove(&known);
        }
        for alias in links::targets(of, project, &outputs)?.keys() {
            outputs.remove(alias);
        }
        let mut conversations = named(false)?;
        for placed in links::of(of, project, Link::Placed, &conversations)?.keys() {
            conversations.remove(placed);
        }
        let is_numbered = |kind: BucketKind| format!("kind = {}", kind.number());
        for (kind, names) in [
            (BucketKind::Outputs, &outputs),
            (BucketKind::Conversations, &conversations),
        ] {
            for table in ["numbers", "numbered"] {
                self.remove_named(project, (table, "name", &is_numbered(kind)), names)?;
            }
        }
        let looked_at = format!("(writer = {CALLS} OR {})", facts.seen);
        self.remove_named(project, ("touched", "output", &looked_at), &outputs)
    }

    /// Removes the rows of a table of which a condition holds and a column is one of
    /// `names`.
    fn remove_named(
        &self,
        project: ProjectId,
        (table, column, condition): (&str, &str, &str),
        names: &BTreeSet<Id>,
    ) -> Result<(), StoreError> {
        let names: Vec<&str> = names.iter().map(Id::as_str).collect();
        let mut hashes = Vec::new();
        for names in names.chunks(IDS_MAX) {
            let select = format!(
                "SELECT DISTINCT {TAG_COLUMN}, cityHash64({column}) FROM {table}
                 WHERE project = {} AND {condition} AND {column} IN {}",
                project.0,
                list(names)
            );
            hashes.extend(self.client.all(&select, Rows::u64)?);
        }
        if hashes.is_empty() {
            return Ok(());
        }
        let named = format!(
            "project = {} AND {condition} AND {}",
            project.0,
            one_of(&format!("cityHash64({column})"), &hashes)
        );
        removal::delete(&self.client, table, &named)
    }
}
