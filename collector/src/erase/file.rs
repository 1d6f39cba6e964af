//! `graves`, a file of the data directory beside the store: a store that is restored from
//! a backup knows by it whom to erase again. It holds codes, no ids, and only grows.
//!
//! A line each: project, what (`p` a person, `o` an output), grave, erasure, moment, and
//! a checksum of all that. A line that does not hold is the end of a write that was cut
//! off: the store has what it was to say.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Write},
    os::unix::fs::OpenOptionsExt,
    path::Path,
};

use crc::{CRC_32_ISCSI, Crc};

use super::grave::Grave;
use crate::{
    control::ProjectId,
    store::{Tombstone, What},
};

/// Its name.
pub(crate) const NAME: &str = "graves";
static CRC: Crc<u32> = Crc::<u32>::new(&CRC_32_ISCSI);

/// The file, open at its end.
pub(super) struct GraveFile {
    file: File,
}

impl GraveFile {
    /// The one in the directory `data`, made where it is missing, and what it says.
    pub(super) fn open(data: &Path) -> io::Result<(Self, Vec<Tombstone>)> {
        let path = data.join(NAME);
        let file = OpenOptions::new()
            .create(true)
            .append(true)
            .mode(0o600)
            .open(&path)?;
        // Its name has to survive as well.
        File::open(data)?.sync_all()?;
        let text = String::from_utf8_lossy(&fs::read(&path)?).into_owned();
        let mut this = Self { file };
        if !text.is_empty() && !text.ends_with('\n') {
            // Or the next line would be no line.
            this.file.write_all(b"\n")?;
        }
        Ok((this, text.lines().filter_map(read).collect()))
    }

    /// Adds tombstones; durable on return.
    pub(super) fn append(&mut self, tombstones: &[Tombstone]) -> io::Result<()> {
        if tombstones.is_empty() {
            return Ok(());
        }
        let lines: String = tombstones.iter().map(line).collect();
        self.file.write_all(lines.as_bytes())?;
        self.file.sync_all()
    }
}

fn line(tombstone: &Tombstone) -> String {
    let what = match tombstone.what {
        What::Subject => 'p',
        What::Output => 'o',
    };
    let said = format!(
        "{} {what} {} {} {}",
        tombstone.project.0,
        hex::encode(tombstone.grave),
        tombstone.job,
        tombstone.at
    );
    format!("{said} {:08x}\n", CRC.checksum(said.as_bytes()))
}

fn read(line: &str) -> Option<Tombstone> {
    let (said, sum) = line.rsplit_once(' ')?;
    if u32::from_str_radix(sum, 16).ok()? != CRC.checksum(said.as_bytes()) {
        return None;
    }
    let mut words = said.split(' ');
    let project = ProjectId(words.next()?.parse().ok()?);
    let what = match words.next()? {
        "p" => What::Subject,
        "o" => What::Output,
        _ => return None,
    };
    let mut grave = Grave::default();
    hex::decode_to_slice(words.next()?, &mut grave).ok()?;
    Some(Tombstone {
        project,
        what,
        grave,
        job: words.next()?.into(),
        at: words.next()?.parse().ok()?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tombstone(number: u8) -> Tombstone {
        Tombstone {
            project: ProjectId(3),
            what: What::Output,
            grave: [number; 16],
            job: "er_1".into(),
            at: 5,
        }
    }

    #[test]
    fn what_is_written_is_read_and_a_torn_line_is_none() {
        let directory = tempfile::tempdir().unwrap();
        let (mut file, read) = GraveFile::open(directory.path()).unwrap();
        assert!(read.is_empty());
        file.append(&[tombstone(1), tombstone(2)]).unwrap();
        drop(file);
        let path = directory.path().join(NAME);
        let whole = fs::read(&path).unwrap();
        for len in 0..whole.len() {
            fs::write(&path, &whole[..len]).unwrap();
            let (mut file, read) = GraveFile::open(directory.path()).unwrap();
            assert!(read.len() < 2 || len == whole.len() - 1, "{len}");
            assert!(
                read.iter()
                    .eq([tombstone(1), tombstone(2)][..read.len()].iter())
            );
            file.append(&[tombstone(3)]).unwrap();
            let (_, read) = GraveFile::open(directory.path()).unwrap();
            assert_eq!(read.last(), Some(&tombstone(3)), "{len}");
        }
    }
}
