//! What of a log cannot be read any more, by its place.

use std::{fmt, io};

use super::{
    disk::Disk,
    frame::{Found, SEGMENT_HEADER_LEN, Salt, SegmentHeader, look, resync},
    segment::{self, EMPTY_LEN, Position},
};

/// A stretch of the log whose records are lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Damage {
    /// Number of the segment.
    pub segment: u64,
    /// Where it begins, in bytes from the segment's start.
    pub from: u64,
    /// Where it ends.
    pub to: u64,
    /// What is wrong with it.
    pub kind: DamageKind,
}

/// What is wrong with a stretch of the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DamageKind {
    /// The bytes are there and no record.
    Unreadable,
    /// The file ends before it.
    Cut,
    /// The whole file is gone.
    Missing,
}

impl Damage {
    /// How many bytes it is.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.to.saturating_sub(self.from)
    }

    /// Name of the segment's file.
    #[must_use]
    pub fn file(&self) -> String {
        segment::name(self.segment)
    }

    /// The store has what was there: whoever reads on from `position` misses nothing.
    #[must_use]
    pub fn is_before(&self, position: Position) -> bool {
        (self.segment, self.to) <= (position.segment, position.offset)
    }
}

impl fmt::Display for Damage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let file = self.file();
        let Self { from, to, .. } = self;
        match self.kind {
            DamageKind::Missing if self.bytes() == 0 => write!(f, "{file} is missing"),
            DamageKind::Missing => write!(f, "{file} is missing, {} bytes", self.bytes()),
            DamageKind::Cut => write!(f, "{file} ends at byte {from}, it had {to}"),
            DamageKind::Unreadable if *to <= EMPTY_LEN => {
                write!(f, "{file}: its header is unreadable, which costs no record")
            }
            DamageKind::Unreadable => write!(f, "{file}: bytes {from} to {to} are unreadable"),
        }
    }
}

/// A part of a segment.
pub(super) enum Part<'a> {
    /// A good record: all its bytes are so many, and this is its payload.
    Record(u64, &'a [u8]),
    /// From and to: between good records, or in place of the header, and none.
    Unreadable(u64, u64),
    /// From here to the end there is no good record.
    Rest(u64),
}

/// Calls `each` with the parts of the segment in `bytes` from `start` on.
pub(super) fn walk(salt: Salt, bytes: &[u8], start: u64, each: &mut dyn FnMut(Part<'_>)) {
    let mut offset = usize::try_from(start).unwrap_or(usize::MAX);
    if offset < SEGMENT_HEADER_LEN {
        let is_sound = SegmentHeader::read(salt, bytes).is_some();
        offset = if is_sound { SEGMENT_HEADER_LEN } else { 0 };
    }
    while offset < bytes.len() {
        if let Found::Record(payload) = look(salt, bytes, offset) {
            let end = payload.end;
            let payload = bytes.get(payload).unwrap_or_default();
            each(Part::Record((end - offset) as u64, payload));
            offset = end;
        } else if let Some(next) = resync(salt, bytes, offset) {
            each(Part::Unreadable(offset as u64, next as u64));
            offset = next;
        } else {
            each(Part::Rest(offset as u64));
            return;
        }
    }
}

/// What the header of segment `number` says; `None` where it says nothing that holds.
pub(super) fn header(
    disk: &dyn Disk,
    salt: Salt,
    number: u64,
) -> io::Result<Option<SegmentHeader>> {
    let file = disk.open(&segment::name(number))?;
    let bytes = segment::read(&*file, 0, EMPTY_LEN)?;
    Ok(SegmentHeader::read(salt, &bytes))
}

/// The place in `numbers` of the last segment that was begun: with a header that holds, or
/// a record. A crash may leave a file whose header was not on the device yet; it does not
/// say that the one before was closed in good order.
pub(super) fn last_begun(
    disk: &dyn Disk,
    salt: Salt,
    numbers: &[u64],
    headers: &[Option<SegmentHeader>],
) -> io::Result<usize> {
    for (place, (&number, header)) in numbers.iter().zip(headers).enumerate().rev() {
        if header.is_some() || has_record(disk, salt, number)? {
            return Ok(place);
        }
    }
    Ok(0)
}

fn has_record(disk: &dyn Disk, salt: Salt, number: u64) -> io::Result<bool> {
    let file = match disk.open(&segment::name(number)) {
        // Deleted meanwhile.
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
        file => file?,
    };
    let bytes = segment::read(&*file, 0, file.size()?)?;
    let mut has = false;
    walk(salt, &bytes, 0, &mut |part| {
        has |= matches!(part, Part::Record(..));
    });
    Ok(has)
}

/// The segments that should be there besides `numbers`, in order, for a store that is at
/// `from`. Each header names the segment before it and its length.
pub(super) fn missing(
    numbers: &[u64],
    headers: &[Option<SegmentHeader>],
    from: Position,
) -> Vec<Damage> {
    let named = headers.iter().flatten().filter_map(|header| {
        let start = if header.previous == from.segment {
            from.offset.max(EMPTY_LEN)
        } else {
            EMPTY_LEN
        };
        let is_needed = header.previous >= from.segment && header.previous > 0;
        let is_lost =
            is_needed && header.previous_len > start && !numbers.contains(&header.previous);
        is_lost.then_some((header.previous, start, header.previous_len))
    });
    // The store is in the middle of one that is not there, and no other came after it.
    // A log of nothing at all is that of a restored backup.
    let newest = numbers.last().copied().unwrap_or(u64::MAX);
    let last = (from.offset > 0 && newest < from.segment).then_some((
        from.segment,
        from.offset,
        from.offset,
    ));
    let damage = |(segment, from, to)| Damage {
        segment,
        from,
        to,
        kind: DamageKind::Missing,
    };
    named.chain(last).map(damage).collect()
}
