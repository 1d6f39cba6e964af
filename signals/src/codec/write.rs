//! Events and header to bytes.

use super::{
    BODY, CHECKSUM, FLAG_AUTOMATED, MAGIC, SENT_AT, VERSION,
    bytes::{put_text, put_varint, zigzag},
    checksum, event,
};
use crate::{
    batch::{Batch, Event, Subject, SubjectKind},
    id::{Id, SessionId},
    number::Share,
};

/// All of a batch but its events.
#[derive(Debug, Clone, PartialEq)]
#[expect(missing_docs, reason = "the fields of Batch, which explains them")]
pub struct Header {
    pub key: String,
    pub session: SessionId,
    pub subject: Option<Subject>,
    pub sample: Share,
    pub automated: bool,
    pub lang: String,
    pub device: String,
    pub surface: String,
    pub sdk: String,
}

impl Header {
    /// As it stands in a batch.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(160);
        put_text(&mut out, &self.key);
        out.extend_from_slice(&self.session.0);
        match &self.subject {
            None => out.push(0),
            Some(subject) => {
                out.push(subject_code(subject.kind));
                put_text(&mut out, subject.id.as_str());
            }
        }
        put_varint(&mut out, self.sample.thousandths().into());
        put_varint(&mut out, if self.automated { FLAG_AUTOMATED } else { 0 });
        for text in [&self.lang, &self.device, &self.surface] {
            put_text(&mut out, text);
        }
        end_header(&mut out, &self.sdk);
        out
    }
}

/// Adds to the bytes of a header what comes after `surface`.
pub fn end_header(header: &mut Vec<u8>, sdk: &str) {
    put_text(header, sdk);
    // Room for header fields of later versions.
    put_varint(header, 0);
}

/// Takes the visitor's random id into the bytes of a header, in the place of the
/// one that is there or of none. What the site says of the person stands.
pub fn set_visitor(header: &mut Vec<u8>, visitor: Option<&str>) {
    // A key's length is one byte, and a visitor's.
    let key = header.first().copied().map_or(0, usize::from);
    let place = 1 + key + 16;
    let end = match header.get(place..) {
        Some([0, ..]) => place + 1,
        Some([1, length, ..]) => place + 2 + usize::from(*length),
        _ => return,
    };
    let mut subject = vec![subject_code(SubjectKind::Session)];
    if let Some(visitor) = visitor {
        subject[0] = subject_code(SubjectKind::Visitor);
        put_text(&mut subject, visitor);
    }
    if end <= header.len() {
        subject.extend_from_slice(&header[end..]);
        header.truncate(place);
        header.extend_from_slice(&subject);
    }
}

/// Says in the extension of a header's bytes, which is the end of them, how many
/// events had to go unsent.
pub fn set_dropped(header: &mut Vec<u8>, dropped: usize) {
    if dropped > 0 {
        // So far it was empty, which is a length of 0.
        header.pop();
        let mut extension = Vec::new();
        put_varint(&mut extension, dropped as u64);
        put_varint(header, extension.len() as u64);
        header.extend_from_slice(&extension);
    }
}

/// Collects encoded events, which must come by ascending `seq`.
#[derive(Debug, Clone, Default)]
pub struct EventWriter {
    bytes: Vec<u8>,
    scratch: Vec<u8>,
    outputs: Vec<Id>,
    count: usize,
    base_at: u64,
    previous_at: u64,
    next_seq: u32,
}

impl EventWriter {
    /// A writer for events of one output, which is not written (a store's chunk).
    #[must_use]
    pub fn of_output(output: Id) -> Self {
        Self {
            outputs: vec![output],
            ..Self::default()
        }
    }

    /// Adds `event`.
    pub fn push(&mut self, event: &Event) {
        if self.count == 0 {
            self.base_at = event.at;
            self.previous_at = event.at;
        }
        self.scratch.clear();
        let out = &mut self.scratch;
        out.push(event::code(&event.signal));
        put_varint(out, u64::from(event.seq.wrapping_sub(self.next_seq)));
        let step = event
            .at
            .cast_signed()
            .wrapping_sub(self.previous_at.cast_signed());
        put_varint(out, zigzag(step));
        put_output(out, &mut self.outputs, event);
        event::put_fields(out, &event.signal, &self.outputs);

        put_varint(&mut self.bytes, self.scratch.len() as u64);
        self.bytes.extend_from_slice(&self.scratch);
        self.count += 1;
        self.previous_at = event.at;
        self.next_seq = event.seq.wrapping_add(1);
    }

    /// How many events were written.
    #[must_use]
    pub fn count(&self) -> usize {
        self.count
    }

    /// How many bytes they take.
    #[must_use]
    pub fn len(&self) -> usize {
        self.bytes.len()
    }

    /// Whether nothing was written.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// Time of the first event, Unix ms: what a reader needs besides the bytes.
    #[must_use]
    pub fn base_at(&self) -> u64 {
        self.base_at
    }

    /// The events, for [`super::EventReader`].
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }
}

/// A reference to the event's output: its place in the table, or 0 and a new entry.
fn put_output(out: &mut Vec<u8>, outputs: &mut Vec<Id>, event: &Event) {
    let known = outputs.iter().rposition(|id| *id == event.output);
    // A token travels with the first event of its output only.
    if let Some(place) = known {
        put_varint(out, place as u64 + 1);
        return;
    }
    put_varint(out, 0);
    let uuid = event.output.as_uuid();
    out.push(u8::from(uuid.is_some()) | u8::from(event.token.is_some()) << 1);
    match uuid {
        Some(uuid) => out.extend_from_slice(&uuid),
        None => put_text(out, event.output.as_str()),
    }
    if let Some(token) = &event.token {
        put_text(out, token);
    }
    outputs.push(event.output.clone());
}

/// A whole batch from an encoded header and written events.
#[must_use]
pub fn finish(header: &[u8], events: &EventWriter, sent_at: u64) -> Vec<u8> {
    let mut out = Vec::with_capacity(BODY + header.len() + 20 + events.len());
    out.extend_from_slice(&MAGIC);
    out.push(VERSION);
    out.extend_from_slice(&sent_at.to_le_bytes());
    out.extend_from_slice(&[0; CHECKSUM.end - CHECKSUM.start]);
    out.extend_from_slice(header);
    put_varint(&mut out, events.base_at());
    put_varint(&mut out, events.count() as u64);
    out.extend_from_slice(events.bytes());
    let checksum = checksum(&out[BODY..]);
    out[CHECKSUM].copy_from_slice(&checksum.to_le_bytes());
    out
}

/// The number of a subject's kind on the wire.
pub(super) const fn subject_code(kind: SubjectKind) -> u8 {
    match kind {
        SubjectKind::Session => 0,
        SubjectKind::Visitor => 1,
        SubjectKind::App => 2,
    }
}

/// A whole batch.
#[must_use]
pub fn encode(batch: &Batch) -> Vec<u8> {
    let mut events = EventWriter::default();
    for event in &batch.events {
        events.push(event);
    }
    let header = Header {
        key: batch.key.clone(),
        session: batch.session,
        subject: batch.subject.clone(),
        sample: batch.sample,
        automated: batch.automated,
        lang: batch.lang.clone(),
        device: batch.device.clone(),
        surface: batch.surface.clone(),
        sdk: batch.sdk.clone(),
    };
    finish(&header.encode(), &events, batch.sent_at)
}

/// Writes the clock at a repeated send; the rest of the batch stays as it was.
pub fn set_sent_at(batch: &mut [u8], sent_at: u64) {
    if let Some(place) = batch.get_mut(SENT_AT) {
        place.copy_from_slice(&sent_at.to_le_bytes());
    }
}
