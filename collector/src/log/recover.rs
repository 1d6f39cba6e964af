//! What a start finds in the log of an earlier process.

use std::io;

use super::{
    disk::Disk,
    frame::{Found, SEGMENT_HEADER_LEN, Salt, SegmentHeader, look, resync},
    segment::{self, Position, Segment, Segments},
};

/// What recovery found, for the operator.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Recovery {
    /// Files that were looked through.
    pub segments: u64,
    /// Good records the store does not have yet.
    pub records: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Bytes cut off the end: a write that a crash tore, never acknowledged.
    pub torn_bytes: u64,
    /// Places between good records that are unreadable.
    pub damaged_places: u64,
    /// Their bytes; what they held is lost.
    pub damaged_bytes: u64,
}

/// Opens every segment and reads those the store is not past, calling `each`
/// with the payload of every good record after `from`.
pub(super) fn recover(
    disk: &dyn Disk,
    salt: Salt,
    from: Position,
    each: &mut dyn FnMut(&[u8]),
) -> io::Result<(Segments, Recovery)> {
    let mut numbers: Vec<u64> = disk
        .list()?
        .iter()
        .filter_map(|name| segment::number(name))
        .collect();
    numbers.sort_unstable();
    let mut segments = Segments::new();
    let mut found = Recovery::default();
    for (place, &number) in numbers.iter().enumerate() {
        let file = disk.open(&segment::name(number))?;
        let len = file.size()?;
        let mut segment = Segment { file, len };
        if number >= from.segment {
            let good = good_len(disk, salt, number, numbers.get(place + 1).copied())?;
            let start = if number == from.segment {
                from.offset
            } else {
                0
            };
            scan(salt, &mut segment, start, good, &mut found, each)?;
            // What was written but not synced when the process was killed may
            // still only be in memory; from here on it counts as kept.
            segment.file.sync()?;
        }
        segments.insert(number, segment);
    }
    Ok((segments, found))
}

/// How much of segment `number` the next one says is good.
fn good_len(
    disk: &dyn Disk,
    salt: Salt,
    number: u64,
    next: Option<u64>,
) -> io::Result<Option<u64>> {
    let Some(next) = next else { return Ok(None) };
    let file = disk.open(&segment::name(next))?;
    let bytes = segment::read(&*file, 0, SEGMENT_HEADER_LEN as u64)?;
    let header = SegmentHeader::read(salt, &bytes);
    Ok(header
        .filter(|header| header.previous == number)
        .map(|header| header.previous_len))
}

/// Walks one segment from `start`; `good` is its length by the next one's word.
fn scan(
    salt: Salt,
    segment: &mut Segment,
    start: u64,
    good: Option<u64>,
    found: &mut Recovery,
    each: &mut dyn FnMut(&[u8]),
) -> io::Result<()> {
    found.segments += 1;
    let end = good.map_or(segment.len, |good| good.min(segment.len));
    if let Some(good) = good {
        damaged(found, good.saturating_sub(segment.len));
    }
    let bytes = segment::read(&*segment.file, 0, end)?;
    let mut offset = usize::try_from(start).unwrap_or(usize::MAX);
    if offset < SEGMENT_HEADER_LEN {
        let sound = SegmentHeader::read(salt, &bytes).is_some();
        offset = if sound { SEGMENT_HEADER_LEN } else { 0 };
    }
    while offset < bytes.len() {
        if let Found::Record(payload) = look(salt, &bytes, offset) {
            found.records += 1;
            found.bytes += (payload.end - offset) as u64;
            offset = payload.end;
            each(bytes.get(payload).unwrap_or_default());
        } else if let Some(next) = resync(salt, &bytes, offset) {
            damaged(found, (next - offset) as u64);
            offset = next;
        } else if good.is_some() {
            damaged(found, (bytes.len() - offset) as u64);
            break;
        } else {
            found.torn_bytes += (bytes.len() - offset) as u64;
            segment.file.truncate(offset as u64)?;
            segment.len = offset as u64;
            return Ok(());
        }
    }
    segment.len = end;
    Ok(())
}

fn damaged(found: &mut Recovery, bytes: u64) {
    if bytes > 0 {
        found.damaged_places += 1;
        found.damaged_bytes += bytes;
    }
}
