//! Looks through a log and changes nothing, whoever else writes it.

use std::io;

use super::{
    disk::Disk,
    frame::{Found, SEGMENT_HEADER_LEN, Salt, SegmentHeader, look, resync},
    segment,
};

/// What a log holds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Inspected {
    /// Files.
    pub segments: u64,
    /// Good records.
    pub records: u64,
    /// Bytes between good records that are none.
    pub damaged_bytes: u64,
    /// Bytes after the last good record of a file: a write under way, one that was torn,
    /// or damage; nothing of it was acknowledged unless the disk lost it.
    pub tail_bytes: u64,
}

/// Looks through every segment on `disk`. One that goes for its age meanwhile is left out.
pub fn inspect(disk: &dyn Disk, salt: Salt) -> io::Result<Inspected> {
    let mut told = Inspected::default();
    for name in disk.list()? {
        if segment::number(&name).is_none() {
            continue;
        }
        let file = match disk.open(&name) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            file => file?,
        };
        let bytes = segment::read(&*file, 0, file.size()?)?;
        told.segments += 1;
        walk(salt, &bytes, &mut told);
    }
    Ok(told)
}

fn walk(salt: Salt, bytes: &[u8], told: &mut Inspected) {
    let sound = SegmentHeader::read(salt, bytes).is_some();
    let mut offset = if sound { SEGMENT_HEADER_LEN } else { 0 };
    while offset < bytes.len() {
        if let Found::Record(payload) = look(salt, bytes, offset) {
            told.records += 1;
            offset = payload.end;
        } else if let Some(next) = resync(salt, bytes, offset) {
            told.damaged_bytes += (next - offset) as u64;
            offset = next;
        } else {
            told.tail_bytes += (bytes.len() - offset) as u64;
            return;
        }
    }
}
