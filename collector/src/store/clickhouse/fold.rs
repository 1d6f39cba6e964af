//! Requests of the log into one block, each event once.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use tacit_signals::{Id, SessionId, codec::EventReader};

use super::{
    blocks::{Block, Snapshot},
    client::Client,
    links::IDS_MAX,
    literal::{ids, keys},
    pages::{Pages, Tally},
    rowbinary::TAG_COLUMN,
};
use crate::{
    accept::{Accepted, Chunk, ChunkWriter, ERASED, Part},
    control::ProjectId,
    store::{Folding, StoreError, ranges::Ranges},
};

/// Numbers of events that were received, by session.
pub(super) type Seen = HashMap<(ProjectId, SessionId), Ranges>;

pub(super) fn fold(
    client: &Client,
    snapshot: &Snapshot,
    pages: &mut Pages<'_>,
    portion: &Folding<'_>,
) -> Result<Tally, StoreError> {
    let mut sessions: BTreeMap<ProjectId, BTreeSet<SessionId>> = BTreeMap::new();
    let mut outputs: BTreeMap<ProjectId, BTreeSet<Id>> = BTreeMap::new();
    for request in portion.requests {
        for part in &request.parts {
            sessions
                .entry(request.project)
                .or_default()
                .insert(part.session);
            let ids = part.slices.iter().map(|chunk| chunk.output.clone());
            outputs.entry(request.project).or_default().extend(ids);
        }
    }
    let mut before = Seen::new();
    for (project, sessions) in sessions {
        before.extend(seen(client, snapshot, project, sessions)?);
    }
    for (project, mut ids) in outputs {
        ids.retain(|id| !pages.memory.has_output(project, id));
        for known in known_outputs(client, snapshot, project, &ids)? {
            pages.memory.learn_output(project, known);
        }
    }
    let mut fold = Fold {
        pages,
        tally: Tally::default(),
        seen: before,
        came: HashMap::new(),
    };
    for request in portion.requests {
        fold.request(request)?;
    }
    for &(project, events) in portion.unreadable {
        fold.tally.add(project, "batches", 1);
        fold.tally.add(project, "quarantined", events);
    }
    for ((project, session, received_at), came) in &fold.came {
        fold.pages.seen(*project, *session, *received_at, came);
    }
    Ok(fold.tally)
}

struct Fold<'a, 'b> {
    pages: &'a mut Pages<'b>,
    tally: Tally,
    /// Before this block and in it.
    seen: Seen,
    /// In this block, by when it came.
    came: HashMap<(ProjectId, SessionId, u64), Ranges>,
}

impl Fold<'_, '_> {
    fn request(&mut self, request: &Accepted) -> Result<(), StoreError> {
        let project = request.project;
        self.tally.add(project, "batches", 1);
        self.tally
            .add(project, "duplicate", request.duplicate.into());
        for (name, count) in &request.counts {
            self.tally.add(project, name, (*count).into());
        }
        for part in &request.parts {
            self.part(project, request.received_at, part)?;
        }
        Ok(())
    }

    fn part(
        &mut self,
        project: ProjectId,
        received_at: u64,
        part: &Part,
    ) -> Result<(), StoreError> {
        let slices = self.kept(project, part);
        if slices.iter().all(|chunk| chunk.seqs.is_empty()) {
            return Ok(());
        }
        self.pages
            .assigned(project, &part.subject, &part.assigned, received_at);
        let key = (project, part.session);
        for chunk in slices {
            let seen = self.seen.entry(key).or_default();
            let new: Vec<bool> = chunk.seqs.iter().map(|&seq| seen.insert(seq)).collect();
            let came = (project, part.session, received_at);
            let came = self.came.entry(came).or_default();
            let mut kept = 0;
            for (&seq, _) in chunk.seqs.iter().zip(&new).filter(|(_, new)| **new) {
                came.insert(seq);
                kept += 1;
            }
            self.tally
                .add(project, "duplicate", (new.len() - kept) as u64);
            let name = if chunk.quarantined {
                "quarantined"
            } else {
                "stored"
            };
            self.tally.add(project, name, kept as u64);
            if kept == 0 {
                continue;
            }
            self.pages.output(project, &chunk.output, received_at);
            if kept == new.len() {
                self.pages.chunk(project, received_at, part, chunk);
            } else {
                let rest = only(chunk, &new)?;
                self.pages.chunk(project, received_at, part, &rest);
            }
        }
        Ok(())
    }

    /// What of `part` is about nobody who was erased; the rest is counted.
    fn kept<'p>(&mut self, project: ProjectId, part: &'p Part) -> Vec<&'p Chunk> {
        let buried = self.pages.buried;
        let is_buried = buried.subject(project, &part.subject);
        let (erased, kept): (Vec<&Chunk>, Vec<&Chunk>) = part
            .slices
            .iter()
            .partition(|chunk| is_buried || buried.output(project, &chunk.output));
        for chunk in erased {
            self.tally.add(project, ERASED, chunk.seqs.len() as u64);
        }
        kept
    }
}

/// The chunk with the events that are new alone.
fn only(chunk: &Chunk, new: &[bool]) -> Result<Chunk, StoreError> {
    let mut writer = ChunkWriter::new(chunk.output.clone(), chunk.quarantined);
    if chunk.signed {
        writer.sign();
    }
    let reader = EventReader::of_output(&chunk.bytes, chunk.base_at, chunk.output.clone());
    for (event, new) in reader.zip(new) {
        let event = event.ok().and_then(Result::ok);
        let event = event.ok_or(StoreError::Unreadable("event"))?;
        if *new {
            writer.push(&event);
        }
    }
    Ok(writer.finish())
}

/// Which events of these sessions were received.
pub(super) fn seen(
    client: &Client,
    snapshot: &Snapshot,
    project: ProjectId,
    sessions: impl IntoIterator<Item = SessionId>,
) -> Result<Seen, StoreError> {
    let sessions: Vec<[u8; 16]> = sessions.into_iter().map(|session| session.0).collect();
    let mut ranges: HashMap<SessionId, Vec<(u32, u32)>> = HashMap::new();
    for sessions in sessions.chunks(IDS_MAX) {
        let select = format!(
            "SELECT {TAG_COLUMN}, session, first, last, writer, number FROM seen
             WHERE project = {} AND session IN {}",
            project.0,
            keys(sessions)
        );
        let rows = client.all(&select, |rows| {
            let session = SessionId(rows.fixed()?);
            Ok((session, (rows.u32()?, rows.u32()?), Block::read(rows)?))
        })?;
        for (session, range, block) in rows {
            if snapshot.sees(block) {
                ranges.entry(session).or_default().push(range);
            }
        }
    }
    let united = ranges.into_iter();
    Ok(united
        .map(|(session, ranges)| ((project, session), unite(ranges)))
        .collect())
}

/// One set of ranges that may overlap: other collectors may have received the same.
pub(super) fn unite(mut ranges: Vec<(u32, u32)>) -> Ranges {
    ranges.sort_unstable();
    let mut apart: Vec<(u32, u32)> = Vec::new();
    for (first, last) in ranges {
        match apart.last_mut() {
            Some((_, end)) if first <= end.saturating_add(1) => *end = (*end).max(last),
            _ => apart.push((first, last)),
        }
    }
    Ranges::from_sorted(apart)
}

/// Those of `outputs` that were heard of before.
pub(super) fn known_outputs(
    client: &Client,
    snapshot: &Snapshot,
    project: ProjectId,
    outputs: &BTreeSet<Id>,
) -> Result<Vec<Id>, StoreError> {
    let outputs: Vec<&Id> = outputs.iter().collect();
    let mut known = Vec::new();
    for outputs in outputs.chunks(IDS_MAX) {
        let select = format!(
            "SELECT {TAG_COLUMN}, id, writer, number FROM outputs WHERE project = {} AND id IN {}",
            project.0,
            ids(outputs.iter().copied())
        );
        let rows = client.all(&select, |rows| Ok((rows.id()?, Block::read(rows)?)))?;
        let seen = rows.into_iter().filter(|(_, block)| snapshot.sees(*block));
        known.extend(seen.map(|(id, _)| id));
    }
    Ok(known)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_of_many_are_one_set() {
        let united = unite(vec![(7, 9), (0, 2), (3, 3), (8, 20), (22, 22), (1, 1)]);
        assert_eq!(united.as_slice(), [(0, 3), (7, 20), (22, 22)]);
        let whole = unite(vec![(0, u32::MAX), (u32::MAX, u32::MAX)]);
        assert_eq!(whole.as_slice(), [(0, u32::MAX)]);
    }
}
