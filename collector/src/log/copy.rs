//! Copies a log while somebody writes it.

use std::io;

use super::{
    disk::Disk,
    segment::{self, Position},
};

/// What was copied.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Copied {
    /// Files.
    pub segments: u64,
    /// Their bytes.
    pub bytes: u64,
}

/// Copies what a store at `since` has not taken yet, and what was appended after. All that
/// was acknowledged before the call is in the copy; it may end in the middle of a record
/// that was not, as a log does whose writer was killed.
pub fn copy(from: &dyn Disk, to: &dyn Disk, since: Position) -> io::Result<Copied> {
    let mut copied = Copied::default();
    let numbers = segment::numbers(from)?.into_iter();
    for number in numbers.filter(|&number| number >= since.segment) {
        let name = segment::name(number);
        let file = match from.open(&name) {
            // Deleted for its age: the store took it long ago.
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            file => file?,
        };
        let bytes = segment::read(&*file, 0, file.size()?)?;
        let new = to.create(&name)?;
        new.append(&bytes)?;
        new.sync()?;
        copied.segments += 1;
        copied.bytes += bytes.len() as u64;
    }
    to.sync()?;
    Ok(copied)
}
