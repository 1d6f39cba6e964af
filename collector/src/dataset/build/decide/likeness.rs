//! Rows that read nearly the same, found without comparing each with each.
//!
//! Signatures lie in a file, each at its row's number; bands of the answer's
//! signature are sorted, so that candidates stand together. In each such bucket a
//! row is dropped when it is as good as one that stayed before it; the signatures
//! decide, the band only makes them look.

use std::{
    fs::File,
    io::{BufWriter, Write},
    os::unix::fs::FileExt,
    path::{Path, PathBuf},
};

use super::sorter;
use crate::dataset::{
    build::BuildError,
    near::{BAND_ROWS, PERMUTATIONS, Signature, near},
    sort::{SortError, Sorter},
};

/// Parts of a row that are signed: question, answer, other answer.
const PARTS_MAX: usize = 3;
const SLOT_BYTES: u64 = 1 + (PARTS_MAX * PERMUTATIONS) as u64;
/// Rows of one bucket that others are compared with. Many different rows in one
/// bucket are short answers to different questions; the first ones have to do, so
/// that a bucket of a million takes no longer than a million comparisons times this.
const KEPT_MAX: usize = 64;

/// Beside the bands of the answer, whose indices are smaller: a bucket of rows whose
/// signatures are all the same. Copies meet there however full their other buckets
/// are, so none of them is ever on the other side of a split.
const WHOLE: u8 = u8::MAX;

/// Collects rows to compare.
pub(super) struct Likeness {
    path: PathBuf,
    signatures: BufWriter<File>,
    bands: Sorter,
}

impl Likeness {
    pub(super) fn new(work: &Path, memory: usize) -> Result<Self, BuildError> {
        let path = work.join("signatures");
        let file = File::options()
            .create(true)
            .truncate(true)
            .read(true)
            .write(true)
            .open(&path)
            .map_err(|error| BuildError::io(&path, error))?;
        Ok(Self {
            path,
            signatures: BufWriter::new(file),
            bands: sorter(work, "bands", memory),
        })
    }

    /// Takes the next row; one without parts is like no other.
    pub(super) fn add(&mut self, row: u64, parts: &[Signature]) -> Result<(), BuildError> {
        let parts = &parts[..parts.len().min(PARTS_MAX)];
        let mut slot = vec![u8::try_from(parts.len()).unwrap_or_default()];
        for part in parts {
            slot.extend(part.to_bytes());
        }
        if !parts.is_empty() {
            let whole = blake3::hash(&slot);
            let key = [&[WHOLE], &whole.as_bytes()[..BAND_ROWS], &row.to_be_bytes()].concat();
            self.bands.push(&key, b"")?;
        }
        slot.resize(1 + PARTS_MAX * PERMUTATIONS, 0);
        let written = self.signatures.write_all(&slot);
        written.map_err(|error| BuildError::io(&self.path, error))?;
        // The answer: questions of one product are more alike than answers.
        if let Some(answer) = parts.get(1).or(parts.first()) {
            for band in answer.bands() {
                let key = [&[band.index], &band.rows[..], &row.to_be_bytes()].concat();
                self.bands.push(&key, b"")?;
            }
        }
        Ok(())
    }

    /// Calls `drop` with every row that is nearly another one which stands before it,
    /// some of them more than once.
    pub(super) fn drop_alike(
        self,
        mut drop: impl FnMut(u64) -> Result<(), SortError>,
    ) -> Result<(), BuildError> {
        let io = |error| BuildError::io(&self.path, error);
        let signatures = self
            .signatures
            .into_inner()
            .map_err(|error| io(error.into_error()))?;
        let sorted = self.bands.finish()?;
        let mut records = sorted.open()?;
        let (mut bucket, mut first) = (Vec::new(), 0);
        let mut kept: Vec<Vec<Signature>> = Vec::new();
        while let Some((key, _)) = records.next()? {
            let (band, row) = key.split_at(key.len() - size_of::<u64>());
            let row = row.try_into().map(u64::from_be_bytes).unwrap_or_default();
            if bucket != band {
                bucket = band.to_vec();
                first = row;
                kept.clear();
                continue;
            }
            if kept.is_empty() {
                // Most buckets hold one row, which nobody has to read.
                kept.push(read(&signatures, first).map_err(io)?);
            }
            let parts = read(&signatures, row).map_err(io)?;
            if kept.iter().any(|kept| near(kept, &parts)) {
                drop(row)?;
            } else if kept.len() < KEPT_MAX {
                kept.push(parts);
            }
        }
        drop_file(&self.path)?;
        Ok(sorted.remove()?)
    }
}

fn read(signatures: &File, row: u64) -> std::io::Result<Vec<Signature>> {
    let mut slot = [0; 1 + PARTS_MAX * PERMUTATIONS];
    signatures.read_exact_at(&mut slot, row * SLOT_BYTES)?;
    let [count, parts @ ..] = &slot;
    let (parts, _) = parts.as_chunks::<PERMUTATIONS>();
    let parts = parts.iter().take(usize::from(*count));
    Ok(parts.copied().map(Signature::from_bytes).collect())
}

fn drop_file(path: &Path) -> Result<(), BuildError> {
    std::fs::remove_file(path).map_err(|error| BuildError::io(path, error))
}
