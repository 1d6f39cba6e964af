//! The segments of a log and how far each of them is good.

use std::{collections::BTreeMap, io, sync::Arc};

use super::{
    disk::{Disk, DiskFile},
    frame::{SEGMENT_HEADER_LEN, Salt, SegmentHeader},
};

/// A place in the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Position {
    /// Number of the segment, from 1; 0 is before all of them.
    pub segment: u64,
    /// Bytes from its start.
    pub offset: u64,
}

/// A file of the log.
#[derive(Clone)]
pub(super) struct Segment {
    pub(super) file: Arc<dyn DiskFile>,
    /// Good bytes: on disk, acknowledged or recovered.
    pub(super) len: u64,
    /// What follows them was refused and cut off, which may not have reached the device: it
    /// may be there again after the power went.
    pub(super) has_refused: bool,
}

/// All segments by number.
pub(super) type Segments = BTreeMap<u64, Segment>;

/// Bytes of a segment without records.
pub(super) const EMPTY_LEN: u64 = SEGMENT_HEADER_LEN as u64;

/// Bytes between `from` and the end of `segments`.
pub(super) fn backlog(segments: &Segments, from: Position) -> u64 {
    segments
        .range(from.segment..)
        .map(|(&number, segment)| {
            let start = if number == from.segment {
                from.offset
            } else {
                SEGMENT_HEADER_LEN as u64
            };
            segment.len.saturating_sub(start)
        })
        .sum()
}

/// Name of the file of segment `number`.
pub(super) fn name(number: u64) -> String {
    format!("{number:016x}.seg")
}

/// Number of the segment in the file `name`, if it is one.
pub(super) fn number(name: &str) -> Option<u64> {
    let digits = name.strip_suffix(".seg")?;
    (digits.len() == 16).then(|| u64::from_str_radix(digits, 16).ok())?
}

/// Numbers of the segments on `disk`, in order.
pub(super) fn numbers(disk: &dyn Disk) -> io::Result<Vec<u64>> {
    let mut numbers: Vec<u64> = disk
        .list()?
        .iter()
        .filter_map(|name| number(name))
        .collect();
    numbers.sort_unstable();
    Ok(numbers)
}

/// Makes segment `number`, its header and its name durable.
pub(super) fn create(
    disk: &dyn Disk,
    salt: Salt,
    number: u64,
    previous: Option<(u64, u64)>,
) -> io::Result<Segment> {
    let (previous, previous_len) = previous.unwrap_or_default();
    let header = SegmentHeader {
        number,
        previous,
        previous_len,
    };
    let file = match disk.create(&name(number)) {
        // Left by a try that failed and could not be undone: nothing is in it.
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            disk.remove(&name(number))?;
            disk.create(&name(number))?
        }
        created => created?,
    };
    let made = file
        .append(&header.bytes(salt))
        .and_then(|()| file.sync())
        .and_then(|()| disk.sync());
    if let Err(error) = made {
        // A full disk must not collect empty files.
        let _ = disk.remove(&name(number));
        return Err(error);
    }
    Ok(Segment {
        file,
        len: SEGMENT_HEADER_LEN as u64,
        has_refused: false,
    })
}

/// Bytes `from..to` of `file`.
pub(super) fn read(file: &dyn DiskFile, from: u64, to: u64) -> io::Result<Vec<u8>> {
    let len = usize::try_from(to.saturating_sub(from)).unwrap_or(usize::MAX);
    let mut bytes = vec![0; len];
    let filled = file.read_at(&mut bytes, from)?;
    bytes.truncate(filled);
    Ok(bytes)
}
