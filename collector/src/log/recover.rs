//! What a start finds in the log of an earlier process.

use std::{io, time::Duration};

use super::{
    damage::{self, Damage, DamageKind, Part},
    disk::Disk,
    frame::{Salt, SegmentHeader},
    segment::{self, Position, Segment, Segments},
};

/// Places that are named; further ones are only counted.
const NAMED_MAX: usize = 64;

/// What recovery found, for the operator.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Recovery {
    /// Files that were looked through.
    pub segments: u64,
    /// Their bytes, as far as the store does not have them.
    pub scanned_bytes: u64,
    /// How long it took.
    pub took: Duration,
    /// Good records the store does not have yet.
    pub records: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Bytes cut off the end: a write that a crash tore, never acknowledged.
    pub torn_bytes: u64,
    /// Places that are unreadable or missing.
    pub damaged_places: u64,
    /// Their bytes; what they held is lost.
    pub damaged_bytes: u64,
    /// The first of them.
    pub damage: Vec<Damage>,
}

impl Recovery {
    fn damaged(&mut self, damage: Damage) {
        tracing::error!(
            segment = damage.segment,
            from = damage.from,
            to = damage.to,
            "a part of the log is lost: {damage}"
        );
        self.damaged_places += 1;
        self.damaged_bytes += damage.bytes();
        if self.damage.len() < NAMED_MAX {
            self.damage.push(damage);
        }
    }
}

/// Opens every segment and reads those the store is not past, calling `each`
/// with the payload of every good record after `from`.
pub(super) fn recover(
    disk: &dyn Disk,
    salt: Salt,
    from: Position,
    each: &mut dyn FnMut(&[u8]),
) -> io::Result<(Segments, Recovery)> {
    let numbers = segment::numbers(disk)?;
    let headers = numbers
        .iter()
        .map(|&number| damage::header(disk, salt, number));
    let headers: Vec<Option<SegmentHeader>> = headers.collect::<io::Result<_>>()?;
    let mut segments = Segments::new();
    let mut found = Recovery::default();
    for lost in damage::missing(&numbers, &headers, from) {
        found.damaged(lost);
    }
    let last_begun = damage::last_begun(disk, salt, &numbers, &headers)?;
    for (place, &number) in numbers.iter().enumerate() {
        let file = disk.open(&segment::name(number))?;
        let len = file.size()?;
        let mut segment = Segment {
            file,
            len,
            has_refused: false,
        };
        if number >= from.segment {
            let next = headers.get(place + 1).copied().flatten();
            let good = good_len(number, next);
            let start = if number == from.segment {
                from.offset
            } else {
                0
            };
            let is_newest = place >= last_begun;
            let place = Place {
                number,
                start,
                good,
                is_newest,
            };
            scan(salt, place, &mut segment, &mut found, each)?;
            // What was written but not synced when the process was killed may
            // still only be in memory; from here on it counts as kept.
            segment.file.sync()?;
        }
        segments.insert(number, segment);
    }
    Ok((segments, found))
}

/// How much of segment `number` the next one's header says is good.
pub(super) fn good_len(number: u64, next: Option<SegmentHeader>) -> Option<u64> {
    next.filter(|header| header.previous == number)
        .map(|header| header.previous_len)
}

/// What is known of a segment before it is read.
struct Place {
    number: u64,
    /// The store has what comes before.
    start: u64,
    /// Its length by the next one's word.
    good: Option<u64>,
    is_newest: bool,
}

/// Walks one segment.
fn scan(
    salt: Salt,
    place: Place,
    segment: &mut Segment,
    found: &mut Recovery,
    each: &mut dyn FnMut(&[u8]),
) -> io::Result<()> {
    let Place { start, good, .. } = place;
    let lost = |from, to, kind| Damage {
        segment: place.number,
        from,
        to,
        kind,
    };
    found.segments += 1;
    let end = good.map_or(segment.len, |good| good.min(segment.len));
    if let Some(good) = good.filter(|&good| good > segment.len.max(start)) {
        found.damaged(lost(segment.len.max(start), good, DamageKind::Cut));
    }
    let bytes = segment::read(&*segment.file, 0, end)?;
    found.scanned_bytes += end.saturating_sub(start);
    let mut rest = None;
    damage::walk(salt, &bytes, start, &mut |part| match part {
        Part::Record(len, payload) => {
            found.records += 1;
            found.bytes += len;
            each(payload);
        }
        Part::Unreadable(from, to) => found.damaged(lost(from, to, DamageKind::Unreadable)),
        Part::Rest(from) => rest = Some(from),
    });
    segment.len = end;
    match rest {
        Some(from) if good.is_some() || !place.is_newest => {
            found.damaged(lost(from, end, DamageKind::Unreadable));
        }
        Some(from) => {
            found.torn_bytes += end - from;
            segment.file.truncate(from)?;
            segment.len = from;
        }
        None => {}
    }
    Ok(())
}
