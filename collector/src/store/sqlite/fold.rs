//! Requests of the log into chunks, each event once.

use std::{borrow::Cow, collections::BTreeMap};

use rusqlite::{Transaction, params};
use tacit_signals::codec::EventReader;

use super::{assigned, intern::Interned, marks::Marks, seen::Seen, time};
use crate::{
    accept::{Accepted, Chunk, ChunkWriter, ERASED, Part},
    control::ProjectId,
    log::Position,
    store::{Folding, StoreError},
};

/// Counters to be added, by project and name.
type Tally = BTreeMap<(ProjectId, Cow<'static, str>), u64>;

pub(super) fn fold(
    tx: &Transaction<'_>,
    interned: &mut Interned,
    portion: &Folding<'_>,
    to: Position,
) -> Result<(), StoreError> {
    let mut fold = Fold {
        tx,
        interned,
        tally: Tally::new(),
        marks: Marks::default(),
    };
    for request in portion.requests {
        fold.request(request)?;
    }
    for &(project, events) in portion.unreadable {
        fold.count(project, "batches".into(), 1);
        fold.count(project, "quarantined".into(), events);
    }
    let Fold { tally, marks, .. } = fold;
    marks.write(tx)?;
    let mut add = tx.prepare_cached(
        "INSERT INTO fates (project, name, count) VALUES (?1, ?2, ?3)
         ON CONFLICT DO UPDATE SET count = count + excluded.count",
    )?;
    for ((project, name), count) in tally {
        add.execute(params![project.0, name, time(count)])?;
    }
    tx.prepare_cached("UPDATE position SET segment = ?1, offset = ?2")?
        .execute(params![time(to.segment), time(to.offset)])?;
    Ok(())
}

struct Fold<'a> {
    tx: &'a Transaction<'a>,
    interned: &'a mut Interned,
    tally: Tally,
    marks: Marks,
}

/// Where a chunk belongs.
struct Place {
    project: ProjectId,
    session: i64,
    origin: i64,
    received_at: u64,
}

impl Fold<'_> {
    fn count(&mut self, project: ProjectId, name: Cow<'static, str>, count: u64) {
        if count > 0 {
            *self.tally.entry((project, name)).or_default() += count;
        }
    }

    fn request(&mut self, request: &Accepted) -> Result<(), StoreError> {
        let project = request.project;
        self.count(project, "batches".into(), 1);
        self.count(project, "duplicate".into(), request.duplicate.into());
        for (name, count) in &request.counts {
            self.count(project, name.clone().into(), (*count).into());
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
        let slices = self.kept(project, part)?;
        let seqs = slices.iter().flat_map(|chunk| &chunk.seqs);
        let (Some(&first), Some(&last)) = (seqs.clone().min(), seqs.max()) else {
            return Ok(());
        };
        let place = Place {
            project,
            session: self.interned.session(self.tx, project, part.session)?,
            origin: self.interned.origin(self.tx, project, &part.origin)?,
            received_at,
        };
        assigned::note(
            self.tx,
            self.interned,
            project,
            &part.subject,
            &part.assigned,
            received_at,
        )?;
        let of = (project, place.session);
        let before = Seen::of(self.tx, self.interned, of, first, last)?;
        let mut seen = before.ranges().clone();
        for chunk in slices {
            let new: Vec<bool> = chunk.seqs.iter().map(|&seq| seen.insert(seq)).collect();
            let kept = new.iter().filter(|new| **new).count();
            self.count(project, "duplicate".into(), (new.len() - kept) as u64);
            let name = if chunk.quarantined {
                "quarantined"
            } else {
                "stored"
            };
            self.count(project, name.into(), kept as u64);
            if kept == new.len() {
                self.chunk(&place, part, chunk)?;
            } else if kept > 0 {
                self.chunk(&place, part, &without_seen(chunk, &new)?)?;
            }
        }
        before.becomes(self.tx, self.interned, of, seen)
    }

    /// What of `part` is about nobody who was erased; the rest is counted.
    fn kept<'p>(
        &mut self,
        project: ProjectId,
        part: &'p Part,
    ) -> Result<Vec<&'p Chunk>, StoreError> {
        let is_buried = self.interned.is_buried(self.tx, project, &part.subject)?;
        let mut kept = Vec::with_capacity(part.slices.len());
        for chunk in &part.slices {
            if is_buried
                || self
                    .interned
                    .is_output_buried(self.tx, project, &chunk.output)?
            {
                self.count(project, ERASED.into(), chunk.seqs.len() as u64);
            } else {
                kept.push(chunk);
            }
        }
        Ok(kept)
    }

    fn chunk(&mut self, place: &Place, part: &Part, chunk: &Chunk) -> Result<(), StoreError> {
        let Place {
            project,
            received_at,
            ..
        } = *place;
        let output = self
            .interned
            .output(self.tx, project, &chunk.output, received_at)?;
        // Only now: who sends again what is there already is nobody new.
        let subject = self.interned.subject(self.tx, project, &part.subject)?;
        self.tx
            .prepare_cached(
                "INSERT INTO chunks (project, output, session, first_seq, quarantined, subject,
                   origin, sample, automated, signed, received_at, sent_at, base_at, events)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)",
            )?
            .execute(params![
                project.0,
                output,
                place.session,
                chunk.seqs.first(),
                chunk.quarantined,
                subject,
                place.origin,
                part.sample.thousandths(),
                part.automated,
                chunk.signed,
                time(received_at),
                time(part.sent_at),
                time(chunk.base_at),
                chunk.bytes,
            ])?;
        self.marks.touch(project, output);
        for conversation in &chunk.conversations {
            let conversation = self.interned.conversation(self.tx, project, conversation)?;
            if place_output(self.tx, project, conversation, output, received_at)? {
                self.marks.moved(project, output);
            }
        }
        Ok(())
    }
}

/// Notes that `output` was said to be in `conversation`, known since `received_at`;
/// whether that is new.
pub(super) fn place_output(
    tx: &Transaction<'_>,
    project: ProjectId,
    conversation: i64,
    output: i64,
    received_at: u64,
) -> Result<bool, StoreError> {
    let changed = tx
        .prepare_cached(
            "INSERT INTO placements (project, conversation, output, received_at)
         VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT DO UPDATE SET received_at = excluded.received_at
           WHERE excluded.received_at < received_at",
        )?
        .execute(params![project.0, conversation, output, time(received_at)])?;
    Ok(changed > 0)
}

/// The chunk without the events that are known already.
fn without_seen(chunk: &Chunk, new: &[bool]) -> Result<Chunk, StoreError> {
    let mut writer = ChunkWriter::new(chunk.output.clone(), chunk.quarantined);
    if chunk.signed {
        writer.sign();
    }
    let reader = EventReader::of_output(&chunk.bytes, chunk.base_at, chunk.output.clone());
    for (event, new) in reader.zip(new) {
        let event = event
            .ok()
            .and_then(Result::ok)
            .ok_or(StoreError::Unreadable("event"))?;
        if *new {
            writer.push(&event);
        }
    }
    Ok(writer.finish())
}
