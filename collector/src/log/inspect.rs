//! Looks through a log and changes nothing, whoever else writes it.

use std::io;

use super::{
    damage::{self, Damage, DamageKind, Part},
    disk::Disk,
    frame::{Salt, SegmentHeader},
    recover::good_len,
    segment::{self, Position},
};

/// What a log holds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Inspected {
    /// Files.
    pub segments: u64,
    /// Good records.
    pub records: u64,
    /// What is unreadable or missing.
    pub damage: Vec<Damage>,
    /// Bytes after the last good record of the newest file: a write under way, or one that
    /// was torn; nothing of it was acknowledged unless the disk lost it.
    pub tail_bytes: u64,
}

impl Inspected {
    /// Bytes that are unreadable or missing.
    #[must_use]
    pub fn damaged_bytes(&self) -> u64 {
        self.damage.iter().map(Damage::bytes).sum()
    }
}

/// The segments that should be on `disk` and are not, where the store is at `from`.
pub fn missing(disk: &dyn Disk, salt: Salt, from: Position) -> io::Result<Vec<Damage>> {
    let numbers = segment::numbers(disk)?;
    Ok(damage::missing(
        &numbers,
        &headers(disk, salt, &numbers)?,
        from,
    ))
}

fn headers(disk: &dyn Disk, salt: Salt, numbers: &[u64]) -> io::Result<Vec<Option<SegmentHeader>>> {
    let read = |&number| if_there(damage::header(disk, salt, number)).map(Option::flatten);
    numbers.iter().map(read).collect()
}

/// Looks through every segment on `disk`, where the store is at `from`. One that goes for
/// its age meanwhile is left out.
pub fn inspect(disk: &dyn Disk, salt: Salt, from: Position) -> io::Result<Inspected> {
    let mut told = Inspected::default();
    let numbers = segment::numbers(disk)?;
    let headers = headers(disk, salt, &numbers)?;
    told.damage = damage::missing(&numbers, &headers, from);
    let last_begun = damage::last_begun(disk, salt, &numbers, &headers)?;
    for (place, &number) in numbers.iter().enumerate() {
        let next = headers.get(place + 1).copied().flatten();
        let Some(file) = if_there(disk.open(&segment::name(number)))? else {
            continue;
        };
        let len = file.size()?;
        let good = good_len(number, next);
        let bytes = segment::read(&*file, 0, good.unwrap_or(len).min(len))?;
        told.segments += 1;
        let end = bytes.len() as u64;
        if let Some(good) = good.filter(|&good| good > end) {
            told.lost(number, end, good, DamageKind::Cut);
        }
        damage::walk(salt, &bytes, 0, &mut |part| match part {
            Part::Record(..) => told.records += 1,
            Part::Unreadable(from, to) => told.lost(number, from, to, DamageKind::Unreadable),
            Part::Rest(from) if place < last_begun => {
                told.lost(number, from, end, DamageKind::Unreadable);
            }
            Part::Rest(from) => told.tail_bytes += end - from,
        });
    }
    Ok(told)
}

impl Inspected {
    fn lost(&mut self, segment: u64, from: u64, to: u64, kind: DamageKind) {
        self.damage.push(Damage {
            segment,
            from,
            to,
            kind,
        });
    }
}

fn if_there<T>(found: io::Result<T>) -> io::Result<Option<T>> {
    match found {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        found => found.map(Some),
    }
}
