//! What came while something was being removed: an output that was over when it was looked
//! at, and of which somebody has heard since.
//!
//! It stays, as far as it is noticed before its rows go. Later on whoever writes may still
//! have taken it for known, and have written down what is new alone: what is missing then
//! (that it was heard of, and in which conversation) is written from that. Not noticed is
//! a block of another collector that was begun before the rows went and counts after all
//! of this: its signals on such an output are kept, and are seen once the next ones come.
//! What a server alone said of an output in such a block, or before its rows went and too late
//! to be noticed, is seen once the output is heard of again: it is past its time as well.

use std::collections::{BTreeMap, BTreeSet};

use tacit_signals::{Id, Signal, codec::EventReader};

use super::{
    super::{
        ClickHouseStore,
        blocks::Snapshot,
        fold::known_outputs,
        links::{self, IDS_MAX, Link},
        literal::list,
        pages::{HEARD, LINKS, OUTPUTS},
        rowbinary::{Out, Rows, TAG_COLUMN},
    },
    plan::{Facts, Retold, link},
};
use crate::{control::ProjectId, store::StoreError};

/// Outputs, and when the first chunk of each was received: time, writer and number.
type News = BTreeMap<Id, Option<(u64, u64, u64)>>;

impl ClickHouseStore {
    /// Stamps of what would go and is of outputs that were heard of since.
    pub(super) fn heard_of_since(
        &self,
        project: ProjectId,
        facts: &Facts,
    ) -> Result<Vec<u64>, StoreError> {
        let news: BTreeSet<Id> = self.news(project, facts)?.into_keys().collect();
        if news.is_empty() {
            return Ok(Vec::new());
        }
        let snapshot = Snapshot::take(&self.client)?;
        let of = (&self.client, &snapshot);
        let mut ids = news.clone();
        ids.extend(
            links::targets(of, project, &news)?
                .into_values()
                .map(|one| one.id),
        );
        let aliases = links::of(of, project, Link::Aliases, &ids)?.into_values();
        ids.extend(aliases.flatten().map(|one| one.id));
        let goes = |table: &str, is_theirs: &str, column: &str| {
            let past = facts.past(project);
            format!("SELECT {TAG_COLUMN}, {column} FROM {table} WHERE {past} AND {is_theirs}")
        };
        let targets = links::targets(of, project, &ids)?;
        let own = |id: &Id| targets.get(id).map_or(id, |target| &target.id).clone();
        let asked: Vec<&str> = ids.iter().map(Id::as_str).collect();
        let mut over = BTreeSet::new();
        for asked in asked.chunks(IDS_MAX) {
            let select = goes("outputs", &format!("id IN {}", list(asked)), "id");
            over.extend(self.client.all(&select, Rows::id)?.iter().map(own));
        }
        let ids: Vec<&Id> = ids.iter().filter(|id| over.contains(&own(id))).collect();
        let mut stamps = Vec::new();
        for ids in ids.chunks(IDS_MAX) {
            let ids = list(ids.iter().map(|id| id.as_str()));
            for (table, is_theirs) in [
                ("outputs", format!("id IN {ids}")),
                ("registrations", format!("output IN {ids}")),
                ("links", format!("(source IN {ids} OR target IN {ids})")),
            ] {
                let select = goes(table, &is_theirs, "told");
                stamps.extend(self.client.all(&select, Rows::u64)?);
            }
        }
        Ok(stamps)
    }

    /// Outputs that blocks of after the look name.
    fn news(&self, project: ProjectId, facts: &Facts) -> Result<News, StoreError> {
        let mut news = BTreeMap::new();
        let new = format!("project = {} AND NOT ({})", project.0, facts.seen);
        for (table, id) in [("links", "source"), ("registrations", "output")] {
            let aliases = if table == "links" {
                format!("kind = {}", Link::Aliases.number())
            } else {
                "1".into()
            };
            let select = format!(
                "SELECT DISTINCT {TAG_COLUMN}, {id} FROM {table} WHERE {new} AND {aliases}"
            );
            let ids = self.client.all(&select, Rows::id)?;
            news.extend(ids.into_iter().map(|id| (id, None)));
        }
        let select = format!(
            "SELECT {TAG_COLUMN}, output, min(received_at), argMin(writer, received_at),
               argMin(number, received_at) FROM chunks WHERE {new} GROUP BY output"
        );
        let chunks = self.client.all(&select, |rows| {
            Ok((rows.id()?, Some((rows.u64()?, rows.u64()?, rows.u64()?))))
        })?;
        news.extend(chunks);
        Ok(news)
    }

    /// Writes down again what was taken for known and is gone.
    pub(super) fn mend(&self, project: ProjectId, facts: &Facts) -> Result<(), StoreError> {
        let mut news = self.news(project, facts)?;
        if news.is_empty() {
            return Ok(());
        }
        let snapshot = Snapshot::take(&self.client)?;
        let ids: BTreeSet<Id> = news.keys().cloned().collect();
        for known in known_outputs(&self.client, &snapshot, project, &ids)? {
            news.remove(&known);
        }
        let (mut outputs, mut heard) = (Out::default(), Out::default());
        let mut lost = Vec::new();
        for (id, first) in &news {
            let Some((received_at, writer, number)) = first else {
                continue;
            };
            let told = self.stamps.next();
            outputs
                .u32(project.0)
                .text(id.as_str())
                .u64(*received_at)
                .u64(told);
            outputs.u64(*writer).u64(*number);
            heard
                .u32(project.0)
                .u64(*received_at)
                .u64(told)
                .text(id.as_str());
            heard.u64(*writer).u64(*number);
            lost.push(id.as_str());
        }
        for ids in lost.chunks(IDS_MAX) {
            self.place_again(project, facts, ids)?;
        }
        self.client.insert(HEARD, &heard)?;
        self.client.insert(OUTPUTS, &outputs)
    }

    fn place_again(
        &self,
        project: ProjectId,
        facts: &Facts,
        ids: &[&str],
    ) -> Result<(), StoreError> {
        let select = format!(
            "SELECT {TAG_COLUMN}, output, received_at, base_at, events, writer, number FROM chunks
             WHERE project = {} AND NOT ({}) AND output IN {}",
            project.0,
            facts.seen,
            list(ids)
        );
        let mut out = Out::default();
        let rows = self.client.all(&select, |rows| {
            let (output, received_at) = (rows.id()?, rows.u64()?);
            let (base_at, events) = (rows.u64()?, rows.bytes()?);
            let block = (rows.u64()?, rows.u64()?);
            let events = EventReader::of_output(&events, base_at, output.clone());
            let shown = events.filter_map(|event| match event.ok()?.ok()?.signal {
                Signal::Shown(shown) => shown.conversation,
                _ => None,
            });
            let retold = |conversation: Id| Retold {
                conversation: conversation.to_string(),
                output: output.to_string(),
                received_at,
                block,
            };
            Ok(shown.map(retold).collect::<Vec<_>>())
        })?;
        for one in rows.iter().flatten() {
            let told = self.stamps.next();
            self.stamps.next();
            link(&mut out, project, one, told);
        }
        self.client.insert(LINKS, &out)
    }
}
