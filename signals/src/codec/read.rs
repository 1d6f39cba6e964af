//! Bytes to header and events.

use super::{
    BODY, CHECKSUM, FLAG_AUTOMATED, MAGIC, SENT_AT, VERSION,
    bytes::{Bytes, unzigzag},
    checksum, event,
};
use crate::{
    batch::{Batch, Decoded, Event, Rejection, Subject, SubjectKind, WireError},
    field::{self, FieldError, Problem},
    id::{Id, SessionId},
    limits::{AT_MS_MAX, BATCH_BYTES_MAX, EVENTS_PER_BATCH_MAX, LABEL_BYTES_MAX, TOKEN_BYTES_MAX},
    number::Share,
};

/// Bytes of the smallest event: its length, kind, `seq`, `at` and output.
const EVENT_BYTES_MIN: usize = 5;

/// Reads events one by one, as [`super::EventWriter`] wrote them.
pub struct EventReader<'a> {
    bytes: Bytes<'a>,
    outputs: Vec<Id>,
    tokens: Vec<Option<Box<str>>>,
    previous_at: i64,
    next_seq: u64,
    unknown_fields: u32,
}

impl<'a> EventReader<'a> {
    /// A reader of `bytes`, whose first event happened at `base_at`.
    #[must_use]
    pub fn new(bytes: &'a [u8], base_at: u64) -> Self {
        Self {
            bytes: Bytes(bytes),
            outputs: Vec::new(),
            tokens: Vec::new(),
            previous_at: base_at.cast_signed(),
            next_seq: 0,
            unknown_fields: 0,
        }
    }

    /// A reader of a store's chunk: events of one output.
    #[must_use]
    pub fn of_output(bytes: &'a [u8], base_at: u64, output: Id) -> Self {
        Self {
            outputs: vec![output],
            tokens: vec![None],
            ..Self::new(bytes, base_at)
        }
    }

    /// One event. The outer error means that nothing after it can be read.
    fn read(&mut self) -> Result<Result<Event, Rejection>, WireError> {
        let mut bytes = Bytes(self.bytes.slice()?);
        let code = bytes.byte()?;
        let seq = self.next_seq.saturating_add(bytes.varint()?);
        let seq = u32::try_from(seq).map_err(|_| WireError::Malformed("seq is beyond 32 bits"))?;
        self.next_seq = u64::from(seq) + 1;
        let at = self.previous_at.checked_add(unzigzag(bytes.varint()?));
        let at = at
            .filter(|&at| u64::try_from(at).is_ok_and(|at| at <= AT_MS_MAX))
            .ok_or(WireError::Malformed("a time is out of range"))?;
        self.previous_at = at;
        let place = self.output(&mut bytes)?;
        let refuse = |error: FieldError| Rejection::new(Some(seq), &error);
        let signal = match event::read_fields(code, &mut bytes, &self.outputs) {
            Ok(Ok(signal)) => signal,
            Ok(Err(error)) => return Ok(Err(refuse(error))),
            // The event's own length still holds, so only this event is lost.
            Err(_) => {
                let error = FieldError::new("kind", Problem::Malformed);
                return Ok(Err(refuse(error)));
            }
        };
        if !bytes.is_empty() {
            self.unknown_fields += 1;
        }
        Ok(Ok(Event {
            seq,
            at: at.cast_unsigned(),
            output: self.outputs[place].clone(),
            token: self.tokens[place].clone(),
            signal,
        }))
    }

    /// The event's output as a place in the table, which a new one enters.
    fn output(&mut self, bytes: &mut Bytes<'_>) -> Result<usize, WireError> {
        let place = bytes.varint()?;
        if place > 0 {
            return usize::try_from(place - 1)
                .ok()
                .filter(|&place| place < self.outputs.len())
                .ok_or(WireError::Malformed("an output that was not introduced"));
        }
        let form = bytes.byte()?;
        let id = if form & 1 == 0 {
            Id::parse("output", bytes.text("output", usize::MAX)??)?
        } else {
            Id::from_uuid(bytes.array()?)
        };
        let token = if form & 2 == 0 {
            None
        } else {
            Some(bytes.text("token", TOKEN_BYTES_MAX)??.into())
        };
        self.outputs.push(id);
        self.tokens.push(token);
        Ok(self.outputs.len() - 1)
    }
}

impl Iterator for EventReader<'_> {
    type Item = Result<Result<Event, Rejection>, WireError>;

    fn next(&mut self) -> Option<Self::Item> {
        (!self.bytes.is_empty()).then(|| {
            let read = self.read();
            if read.is_err() {
                self.bytes = Bytes(&[]);
            }
            read
        })
    }
}

/// The key a batch names, without looking at anything else: nothing says yet that the
/// rest is sound, or that this is.
#[cfg(any(feature = "json", test))]
#[must_use]
pub fn named_key(bytes: &[u8]) -> Option<&str> {
    if bytes.get(..MAGIC.len()) != Some(&MAGIC) || bytes.get(MAGIC.len()) != Some(&VERSION) {
        return None;
    }
    let text = Bytes(bytes.get(BODY..)?).text("key", LABEL_BYTES_MAX);
    text.ok()?.ok()
}

/// A whole batch. Its own structure must be sound; a bad value costs one event.
pub fn decode(bytes: &[u8]) -> Result<Decoded, WireError> {
    if bytes.len() > BATCH_BYTES_MAX {
        return Err(WireError::Malformed("more bytes than a batch may have"));
    }
    let magic = bytes.get(..MAGIC.len()).ok_or(WireError::Truncated)?;
    if magic != MAGIC {
        return Err(WireError::NotABatch);
    }
    let version = *bytes.get(MAGIC.len()).ok_or(WireError::Truncated)?;
    if version != VERSION {
        return Err(WireError::Version(version.into()));
    }
    let sent_at = Bytes(bytes.get(SENT_AT).ok_or(WireError::Truncated)?).array()?;
    let expected = Bytes(bytes.get(CHECKSUM).ok_or(WireError::Truncated)?).array()?;
    let body = bytes.get(BODY..).ok_or(WireError::Truncated)?;
    if checksum(body) != u32::from_le_bytes(expected) {
        return Err(WireError::Checksum);
    }
    read_body(&mut Bytes(body), u64::from_le_bytes(sent_at))
}

fn read_body(bytes: &mut Bytes<'_>, sent_at: u64) -> Result<Decoded, WireError> {
    let key = label("key", bytes)?;
    let session = SessionId(bytes.array()?);
    let subject = match bytes.byte()? {
        0 => None,
        code => {
            let kind = match code {
                1 => SubjectKind::Visitor,
                2 => SubjectKind::App,
                _ => return Err(FieldError::new("subject_kind", Problem::Unknown).into()),
            };
            let id = Id::parse("subject", bytes.text("subject", usize::MAX)??)?;
            Some(Subject { id, kind })
        }
    };
    let sample = Share::from_thousandths("sample", bytes.varint()?)?;
    let automated = bytes.varint()? & FLAG_AUTOMATED != 0;
    let lang = label("lang", bytes)?;
    let device = label("device", bytes)?;
    let surface = label("surface", bytes)?;
    let sdk = label("sdk", bytes)?;
    let (dropped, mut unknown_fields) = extension(Bytes(bytes.slice()?))?;
    let base_at = bytes.varint()?;
    let sent_at = field::time("sent_at", sent_at)?;
    let base_at = field::time("at", base_at)?;
    let found = usize::try_from(bytes.varint()?).unwrap_or(usize::MAX);
    let limit = EVENTS_PER_BATCH_MAX;
    if found > limit {
        return Err(WireError::TooManyEvents { found, limit });
    }
    // Room for no more events than there are bytes for.
    let mut events = Vec::with_capacity(found.min(bytes.0.len() / EVENT_BYTES_MIN));
    let mut rejected = Vec::new();
    let mut reader = EventReader::new(bytes.0, base_at);
    for _ in 0..found {
        match reader.next().ok_or(WireError::Truncated)?? {
            Ok(event) => events.push(event),
            Err(rejection) => rejected.push(rejection),
        }
    }
    if !reader.bytes.is_empty() {
        return Err(WireError::Malformed("bytes after the last event"));
    }
    unknown_fields += reader.unknown_fields;
    Ok(Decoded {
        batch: Batch {
            key,
            session,
            subject,
            sent_at,
            sample,
            automated,
            lang,
            device,
            surface,
            sdk,
            events,
        },
        rejected,
        duplicate: 0,
        unknown_fields,
        install: None,
        dropped,
    })
}

/// What the header's extension says: events dropped, and whether there are fields
/// after that, which this version does not know.
fn extension(mut bytes: Bytes<'_>) -> Result<(u32, u32), WireError> {
    if bytes.is_empty() {
        return Ok((0, 0));
    }
    let dropped = u32::try_from(bytes.varint()?).unwrap_or(u32::MAX);
    Ok((dropped, u32::from(!bytes.is_empty())))
}

fn label(field: &'static str, bytes: &mut Bytes<'_>) -> Result<String, WireError> {
    Ok(bytes.text(field, LABEL_BYTES_MAX)??.into())
}
