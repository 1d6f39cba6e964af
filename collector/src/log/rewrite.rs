//! Takes people who were erased out of segments that are closed. A segment is written
//! anew beside itself, as long as before, and takes its own place in one step: whoever is
//! killed on the way leaves the old one or the new one.

use std::{
    io,
    sync::{MutexGuard, PoisonError, mpsc},
};

use super::{
    Log, Message,
    disk::Disk,
    frame::{Found, Frame, SEGMENT_HEADER_LEN, Salt, SegmentHeader, look, resync},
    segment::{self, Segment},
};

/// Ends the names of segments that are being written anew.
const NEW: &str = ".new";

/// What a rewriting changed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Rewritten {
    /// Files that were looked through.
    pub segments: u64,
    /// Of them those that were written anew.
    pub rewritten: u64,
    /// Records that were changed.
    pub records: u64,
}

/// Gives what a record's payload becomes, of the same length, if it changes.
pub(super) type Change<'a> = &'a mut dyn FnMut(&[u8]) -> Option<Vec<u8>>;

impl Log {
    /// Closes the segment that is written, and offers every record that was appended
    /// before to `change`. What is unreadable becomes zeros: nobody knows whose it is.
    pub fn rewrite(
        &self,
        change: &mut dyn FnMut(&[u8]) -> Option<Vec<u8>>,
    ) -> io::Result<Rewritten> {
        let last = self.roll()?;
        let mut told = Rewritten::default();
        let mut next = 0;
        while let Some((number, segment, closed)) = self.shared.at_or_after(next) {
            if number > last || !closed {
                break;
            }
            told.segments += 1;
            self.rewrite_one(number, &segment, change, &mut told)?;
            next = number + 1;
        }
        Ok(told)
    }

    /// Closes the segment that is written; the number of the last one that is closed.
    fn roll(&self) -> io::Result<u64> {
        let (reply, rolled) = mpsc::channel();
        let is_rolled = self.queue.send(Message::Roll(reply)).is_ok() && rolled.recv().is_ok();
        let state = self.shared.state();
        let last = state.segments.keys().last().copied().unwrap_or_default();
        // A writer that ended closes no segment any more.
        if !is_rolled && last > state.closed {
            return Err(io::Error::other(
                "the log is closing: its newest segment is left to the next start",
            ));
        }
        Ok(state.closed)
    }

    fn rewrite_one(
        &self,
        number: u64,
        segment: &Segment,
        change: Change<'_>,
        told: &mut Rewritten,
    ) -> io::Result<()> {
        let mut bytes = segment::read(&*segment.file, 0, segment.len)?;
        let before = told.records;
        let is_zeroed = rewrite(self.salt, &mut bytes, change, &mut told.records);
        // Bytes that were refused may be anybody's, and on the device although cut off.
        let has_refused = segment.has_refused || segment.file.size()? > segment.len;
        if told.records == before && !is_zeroed && !has_refused {
            return Ok(());
        }
        let name = segment::name(number);
        let new = format!("{name}{NEW}");
        discard(&*self.disk, &new)?;
        let file = self.disk.create(&new)?;
        file.append(&bytes)?;
        file.sync()?;
        // Not while the segment is deleted for its age.
        let _files = self.files();
        if !self.shared.state().segments.contains_key(&number) {
            return discard(&*self.disk, &new);
        }
        self.disk.rename(&new, &name)?;
        self.disk.sync()?;
        let renamed = Segment {
            file: self.disk.open(&name)?,
            len: segment.len,
            has_refused: false,
        };
        self.shared.state().segments.insert(number, renamed);
        told.rewritten += 1;
        Ok(())
    }

    fn files(&self) -> MutexGuard<'_, ()> {
        let files = &self.shared.files;
        files.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Removes what a rewriting left that was cut off.
pub(super) fn clear(disk: &dyn Disk) -> io::Result<()> {
    for name in disk.list()? {
        if name.strip_suffix(NEW).and_then(segment::number).is_some() {
            disk.remove(&name)?;
        }
    }
    Ok(())
}

fn discard(disk: &dyn Disk, name: &str) -> io::Result<()> {
    match disk.remove(name) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// Changes the records of a segment in place and counts them; whether damage was zeroed.
fn rewrite(salt: Salt, bytes: &mut [u8], change: Change<'_>, records: &mut u64) -> bool {
    let sound = SegmentHeader::read(salt, bytes).is_some();
    let mut offset = if sound { SEGMENT_HEADER_LEN } else { 0 };
    let mut is_zeroed = false;
    while offset < bytes.len() {
        if let Found::Record(payload) = look(salt, bytes, offset) {
            let end = payload.end;
            let changed = bytes.get(payload.clone()).and_then(&mut *change);
            if let Some(frame) =
                changed.and_then(|new| Frame::new(salt, |out| out.extend_from_slice(&new)))
                && let Some(place) = bytes.get_mut(offset..end)
                && place.len() == frame.bytes().len()
            {
                place.copy_from_slice(frame.bytes());
                *records += 1;
            }
            offset = end;
            continue;
        }
        let next = resync(salt, bytes, offset).unwrap_or(bytes.len());
        if let Some(damaged) = bytes.get_mut(offset..next)
            && damaged.iter().any(|byte| *byte != 0)
        {
            damaged.fill(0);
            is_zeroed = true;
        }
        offset = next;
    }
    is_zeroed
}
