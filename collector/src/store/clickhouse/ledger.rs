//! What became of single events, and counts of refusals.

use std::collections::{BTreeMap, HashMap};

use serde::{Deserialize, Serialize};
use tacit_signals::{SessionId, codec::EventReader};

use super::{
    ClickHouseStore,
    blocks::{Block, Snapshot},
    documents::{NewDocument, Which},
    fold::seen,
    literal::quoted,
    rowbinary::TAG_COLUMN,
};
use crate::{
    control::ProjectId,
    outcome::Refused,
    store::{StoreError, Traced},
};

const REFUSALS: &str = "refusals";
/// Stands for batches without a valid key.
const NOBODY: ProjectId = ProjectId(0);

#[derive(Serialize, Deserialize)]
struct Kept {
    rejected: BTreeMap<String, u64>,
    shed: u64,
}

impl ClickHouseStore {
    /// Refusals of this collector: each counts its own, and goes on where it was.
    pub(super) fn put_refusals(
        &self,
        refusals: &[(Option<ProjectId>, Refused)],
    ) -> Result<(), StoreError> {
        let documents = refusals.iter().map(|(project, refused)| {
            let kept = Kept {
                rejected: refused.rejected.clone(),
                shed: refused.shed,
            };
            let project = project.unwrap_or(NOBODY);
            NewDocument::new(REFUSALS, project, &*self.collector, &kept)
        });
        self.note(&documents.collect::<Result<Vec<_>, _>>()?)
    }

    pub(super) fn kept_refusals(&self) -> Result<Vec<(Option<ProjectId>, Refused)>, StoreError> {
        let mut last: BTreeMap<ProjectId, Refused> = BTreeMap::new();
        for kept in self.documents::<Kept>(REFUSALS, Which::All)? {
            if kept.key == self.collector {
                let Kept { rejected, shed } = kept.body;
                last.insert(kept.project, Refused { rejected, shed });
            }
        }
        let named = |(project, refused)| ((project != NOBODY).then_some(project), refused);
        Ok(last.into_iter().map(named).collect())
    }

    pub(super) fn known_of(
        &self,
        project: ProjectId,
        session: SessionId,
        seqs: &[u32],
    ) -> Result<Vec<u32>, StoreError> {
        let snapshot = Snapshot::take(&self.client)?;
        let mut seen: HashMap<_, _> = seen(&self.client, &snapshot, project, [session])?;
        let seen = seen.remove(&(project, session)).unwrap_or_default();
        let ranges = seen.as_slice();
        let is_in = |seq: &u32| {
            ranges
                .iter()
                .any(|(first, last)| (first..=last).contains(&seq))
        };
        Ok(seqs.iter().copied().filter(is_in).collect())
    }

    /// No order serves this: it looks through the project's chunks, for one person who asks
    /// about one event.
    pub(super) fn trace_of(
        &self,
        project: ProjectId,
        session: SessionId,
        seq: u32,
    ) -> Result<Option<Traced>, StoreError> {
        if self.known_of(project, session, &[seq])?.is_empty() {
            return Ok(None);
        }
        let snapshot = Snapshot::take(&self.client)?;
        let select = format!(
            "SELECT {TAG_COLUMN}, output, quarantined, received_at, base_at, events, writer, number
             FROM chunks WHERE project = {} AND session = {} AND first_seq <= {seq}
             ORDER BY received_at",
            project.0,
            quoted(session.0)
        );
        let found = self.client.whole(&select, |rows| {
            while rows.next()? {
                let output = rows.id()?;
                let traced = Traced {
                    output: Some(output.clone()),
                    quarantined: rows.bool()?,
                    received_at: Some(rows.u64()?),
                };
                let (base_at, events) = (rows.u64()?, rows.bytes()?);
                let block = Block::read(rows)?;
                let mut events = EventReader::of_output(&events, base_at, output);
                let mut is_it =
                    || events.any(|event| matches!(event, Ok(Ok(event)) if event.seq == seq));
                if snapshot.sees(block) && is_it() {
                    return Ok(Some(traced));
                }
            }
            Ok(None)
        })?;
        Ok(Some(found.unwrap_or(Traced {
            output: None,
            quarantined: false,
            received_at: None,
        })))
    }
}
