//! An [`Accepted`] as bytes of the log, and back.

use tacit_signals::{Id, SessionId, Share, SubjectKind};
use thiserror::Error;

use super::{
    Assigned,
    accepted::{Accepted, Chunk, Part},
};
use crate::{
    control::ProjectId,
    store::rows::{Origin, StoredSubject},
};

/// The layout of a record in which nobody is assigned: that of releases before there
/// were experiments, which read it still.
const PLAIN: u8 = 1;
/// The same with the arms of each part's person after it. A later version must still
/// read both.
const ASSIGNED: u8 = 2;

const AUTOMATED: u8 = 1;
const SIGNED: u8 = 1;
const QUARANTINED: u8 = 2;

/// A record whose checksum holds but whose content does not.
#[derive(Debug, Error, PartialEq, Eq)]
#[error("the record is unreadable: {0}")]
pub struct Unreadable(&'static str);

/// Appends `accepted` to `out`.
pub fn put(out: &mut Vec<u8>, accepted: &Accepted) {
    let is_assigned = accepted.parts.iter().any(|part| !part.assigned.is_empty());
    out.push(if is_assigned { ASSIGNED } else { PLAIN });
    out.extend_from_slice(&accepted.project.0.to_le_bytes());
    put_number(out, accepted.events());
    out.extend_from_slice(&accepted.received_at.to_le_bytes());
    put_number(out, accepted.duplicate.into());
    put_len(out, accepted.counts.len());
    for (name, count) in &accepted.counts {
        put_bytes(out, name.as_bytes());
        put_number(out, (*count).into());
    }
    put_len(out, accepted.parts.len());
    for part in &accepted.parts {
        put_part(out, part);
        if is_assigned {
            put_assigned(out, &part.assigned);
        }
    }
}

fn put_part(out: &mut Vec<u8>, part: &Part) {
    out.extend_from_slice(&part.session.0);
    out.push(match part.subject.kind {
        SubjectKind::Session => 0,
        SubjectKind::Visitor => 1,
        SubjectKind::App => 2,
    });
    out.extend_from_slice(&subject_bytes(&part.subject));
    out.extend_from_slice(&part.sent_at.to_le_bytes());
    out.extend_from_slice(&part.sample.thousandths().to_le_bytes());
    out.push(if part.automated { AUTOMATED } else { 0 });
    let origin = &part.origin;
    for text in [&origin.lang, &origin.device, &origin.surface, &origin.sdk] {
        put_bytes(out, text.as_bytes());
    }
    put_len(out, part.slices.len());
    for chunk in &part.slices {
        put_chunk(out, chunk);
    }
}

fn put_assigned(out: &mut Vec<u8>, assigned: &[Assigned]) {
    put_len(out, assigned.len());
    for Assigned { experiment, arm } in assigned {
        put_bytes(out, experiment.as_bytes());
        put_bytes(out, arm.as_bytes());
    }
}

fn put_chunk(out: &mut Vec<u8>, chunk: &Chunk) {
    put_bytes(out, chunk.output.as_str().as_bytes());
    let signed = if chunk.signed { SIGNED } else { 0 };
    let quarantined = if chunk.quarantined { QUARANTINED } else { 0 };
    out.push(signed | quarantined);
    put_number(out, chunk.base_at);
    put_len(out, chunk.seqs.len());
    let mut next = 0;
    for &seq in &chunk.seqs {
        put_number(out, u64::from(seq.wrapping_sub(next)));
        next = seq.wrapping_add(1);
    }
    put_len(out, chunk.conversations.len());
    for conversation in &chunk.conversations {
        put_bytes(out, conversation.as_str().as_bytes());
    }
    put_bytes(out, &chunk.bytes);
}

/// The 16 bytes behind a stored subject's id.
#[must_use]
pub fn subject_bytes(subject: &StoredSubject) -> [u8; 16] {
    let mut bytes = [0; 16];
    let digits = subject.id.strip_prefix("s_").unwrap_or_default();
    // Only `Project` makes ids, always of 32 digits.
    let _ = hex::decode_to_slice(digits, &mut bytes);
    bytes
}

/// A stored subject from its 16 bytes.
#[must_use]
pub fn subject_from(bytes: &[u8], kind: SubjectKind) -> StoredSubject {
    let mut id = String::from("s_");
    id.push_str(&hex::encode(bytes));
    StoredSubject { id, kind }
}

/// Whose record it is and for how many events it answers, without reading it all.
pub fn peek(bytes: &[u8]) -> Result<(ProjectId, u64), Unreadable> {
    let mut input = Input(bytes);
    let (_, project) = start(&mut input)?;
    Ok((project, input.number()?))
}

/// The whole record.
pub fn read(bytes: &[u8]) -> Result<Accepted, Unreadable> {
    let mut input = Input(bytes);
    let (version, project) = start(&mut input)?;
    input.number()?;
    let received_at = input.u64()?;
    let duplicate = input.u32()?;
    let mut counts = Vec::new();
    for _ in 0..input.len()? {
        counts.push((input.text()?.to_owned(), input.u32()?));
    }
    let mut parts = Vec::new();
    for _ in 0..input.len()? {
        let mut part = part(&mut input)?;
        if version == ASSIGNED {
            part.assigned = assigned(&mut input)?;
        }
        parts.push(part);
    }
    Ok(Accepted {
        project,
        received_at,
        parts,
        duplicate,
        counts,
    })
}

/// The version of the layout, and whose record it is.
fn start(input: &mut Input<'_>) -> Result<(u8, ProjectId), Unreadable> {
    let [version] = input.array()?;
    if ![PLAIN, ASSIGNED].contains(&version) {
        return Err(Unreadable("a version this build does not read"));
    }
    Ok((version, ProjectId(u32::from_le_bytes(input.array()?))))
}

fn assigned(input: &mut Input<'_>) -> Result<Vec<Assigned>, Unreadable> {
    let mut assigned = Vec::new();
    for _ in 0..input.len()? {
        assigned.push(Assigned {
            experiment: input.text()?.into(),
            arm: input.text()?.into(),
        });
    }
    Ok(assigned)
}

fn part(input: &mut Input<'_>) -> Result<Part, Unreadable> {
    let session = SessionId(input.array()?);
    let kind = match input.array()? {
        [0] => SubjectKind::Session,
        [1] => SubjectKind::Visitor,
        [2] => SubjectKind::App,
        _ => return Err(Unreadable("a kind of subject that does not exist")),
    };
    let subject = subject_from(&input.array::<16>()?, kind);
    let sent_at = input.u64()?;
    let sample = u16::from_le_bytes(input.array()?);
    let sample = Share::from_thousandths("sample", sample.into());
    let [flags] = input.array()?;
    let mut text = || input.text().map(str::to_owned);
    let origin = Origin {
        lang: text()?,
        device: text()?,
        surface: text()?,
        sdk: text()?,
    };
    let mut slices = Vec::new();
    for _ in 0..input.len()? {
        slices.push(chunk(input)?);
    }
    Ok(Part {
        session,
        subject,
        assigned: Vec::new(),
        sent_at,
        sample: sample.map_err(|_| Unreadable("a sample beyond 1"))?,
        automated: flags & AUTOMATED != 0,
        origin,
        slices,
    })
}

fn chunk(input: &mut Input<'_>) -> Result<Chunk, Unreadable> {
    let output = id(input)?;
    let [flags] = input.array()?;
    let base_at = input.number()?;
    let mut seqs = Vec::with_capacity(input.len()?);
    let mut next = 0_u32;
    for _ in 0..seqs.capacity() {
        let seq = next.wrapping_add(input.u32()?);
        next = seq.wrapping_add(1);
        seqs.push(seq);
    }
    let mut conversations = Vec::new();
    for _ in 0..input.len()? {
        conversations.push(id(input)?);
    }
    Ok(Chunk {
        output,
        signed: flags & SIGNED != 0,
        quarantined: flags & QUARANTINED != 0,
        base_at,
        seqs,
        conversations,
        bytes: input.bytes()?.to_vec(),
    })
}

fn id(input: &mut Input<'_>) -> Result<Id, Unreadable> {
    Id::parse("id", input.text()?).map_err(|_| Unreadable("an id that is none"))
}

fn put_number(out: &mut Vec<u8>, mut value: u64) {
    loop {
        let [low, ..] = value.to_le_bytes();
        value >>= 7;
        if value == 0 {
            return out.push(low & 0x7f);
        }
        out.push(low | 0x80);
    }
}

fn put_len(out: &mut Vec<u8>, len: usize) {
    put_number(out, len as u64);
}

fn put_bytes(out: &mut Vec<u8>, bytes: &[u8]) {
    put_len(out, bytes.len());
    out.extend_from_slice(bytes);
}

/// Reads from the front of a record.
struct Input<'a>(&'a [u8]);

impl<'a> Input<'a> {
    fn array<const N: usize>(&mut self) -> Result<[u8; N], Unreadable> {
        let (head, tail) = self
            .0
            .split_first_chunk()
            .ok_or(Unreadable("it is short"))?;
        self.0 = tail;
        Ok(*head)
    }

    fn u64(&mut self) -> Result<u64, Unreadable> {
        self.array().map(u64::from_le_bytes)
    }

    fn number(&mut self) -> Result<u64, Unreadable> {
        let mut value = 0_u64;
        for shift in (0..64).step_by(7) {
            let [byte] = self.array()?;
            value |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Ok(value);
            }
        }
        Err(Unreadable("a number of more than 64 bits"))
    }

    fn u32(&mut self) -> Result<u32, Unreadable> {
        u32::try_from(self.number()?).map_err(|_| Unreadable("a number of more than 32 bits"))
    }

    /// A count of things that take at least a byte each.
    fn len(&mut self) -> Result<usize, Unreadable> {
        usize::try_from(self.number()?)
            .ok()
            .filter(|&len| len <= self.0.len())
            .ok_or(Unreadable("a length beyond its end"))
    }

    fn bytes(&mut self) -> Result<&'a [u8], Unreadable> {
        let len = self.len()?;
        let (head, tail) = self.0.split_at(len);
        self.0 = tail;
        Ok(head)
    }

    fn text(&mut self) -> Result<&'a str, Unreadable> {
        std::str::from_utf8(self.bytes()?).map_err(|_| Unreadable("text that is not UTF-8"))
    }
}

#[cfg(test)]
mod tests;
