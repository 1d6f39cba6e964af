//! An external merge sort: (key, payload) records of any number under a bound of
//! memory.
//!
//! A record's path: [`Sorter::push`] puts it into a `buffer`; a full buffer is
//! sorted and written as a `run`, a file whose every block has a checksum;
//! [`Sorter::finish`] merges runs until few enough are left to be read at once;
//! [`Sorted::open`] is that last `merge`, as often as wanted.
//!
//! The order is that of keys, bytewise, then of payloads: it depends on nothing
//! but the records. Equal records all stay.

mod buffer;
mod error;
mod merge;
mod run;
#[cfg(test)]
mod tests;

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use serde::{Deserialize, Serialize};

use self::{buffer::Buffer, merge::Source};
pub use self::{
    error::SortError,
    merge::{Merge, Record},
    run::{RunReader, RunWriter},
};

/// Bytes of a run that are read at once, for each run that is merged.
const BLOCK_BYTES: usize = 64 * 1024;
/// Least memory a sorter works with: anything less makes runs of a few records.
pub const MEMORY_BYTES_MIN: usize = 256 * 1024;
/// Most runs merged at once, since each is an open file.
const FAN_IN_MAX: usize = 64;

/// A finished run: a file of sorted records in the sorter's directory.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Run {
    /// The file's name.
    pub file: String,
    /// Records in it.
    pub records: u64,
}

/// Whether runs have to outlive a crash.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keep {
    /// A run is on the device before it is named anywhere.
    Durably,
    /// Nobody reads a run after this process.
    ForNow,
}

/// Takes records in any order.
#[derive(Debug)]
pub struct Sorter {
    directory: PathBuf,
    name: &'static str,
    keep: Keep,
    fan_in: usize,
    buffer: Buffer,
    runs: Vec<Run>,
}

impl Sorter {
    /// An empty sorter that writes files named after `name` in `directory` and holds
    /// at most `memory` bytes of records, or [`MEMORY_BYTES_MIN`] where that is more.
    #[must_use]
    pub fn new(directory: &Path, name: &'static str, memory: usize, keep: Keep) -> Self {
        let memory = memory.max(MEMORY_BYTES_MIN);
        Self {
            directory: directory.into(),
            name,
            keep,
            fan_in: (memory / BLOCK_BYTES / 2).clamp(2, FAN_IN_MAX),
            buffer: Buffer::new(memory),
            runs: Vec::new(),
        }
    }

    /// A sorter that goes on after `runs`, which an earlier one of the same directory
    /// and name had finished.
    #[must_use]
    pub fn resumed(self, runs: Vec<Run>) -> Self {
        Self { runs, ..self }
    }

    /// Takes a record.
    pub fn push(&mut self, key: &[u8], payload: &[u8]) -> Result<(), SortError> {
        if !self.buffer.has_room(key.len(), payload.len()) {
            self.spill()?;
        }
        self.buffer.push(key, payload)
    }

    /// Writes what is in memory as a run, if there is anything.
    pub fn spill(&mut self) -> Result<(), SortError> {
        if self.buffer.is_empty() {
            return Ok(());
        }
        std::fs::create_dir_all(&self.directory)
            .map_err(|error| SortError::io(&self.directory, error))?;
        let file = format!("{}-{:06}.run", self.name, self.runs.len());
        let mut writer = RunWriter::create(&self.directory.join(&file))?;
        self.buffer
            .drain_sorted(|key, payload| writer.write(key, payload))?;
        let records = writer.finish(self.keep)?;
        self.runs.push(Run { file, records });
        Ok(())
    }

    /// The runs that are finished: all records that were pushed before the last
    /// [`Sorter::spill`].
    #[must_use]
    pub fn runs(&self) -> &[Run] {
        &self.runs
    }

    /// All records in order. Runs are merged into larger ones first while there are
    /// too many to read at once; theirs are files of other names, so that runs stay
    /// what they were for whoever resumes.
    ///
    /// What one buffer holds, and nobody needs after a crash, stays in it: on a full disk
    /// there is no room for a file.
    pub fn finish(mut self) -> Result<Sorted, SortError> {
        if self.runs.is_empty() && self.keep == Keep::ForNow {
            self.buffer.sort();
            return Ok(Sorted {
                directory: self.directory,
                records: self.buffer.len() as u64,
                files: Vec::new(),
                memory: Some(Arc::new(self.buffer)),
            });
        }
        self.spill()?;
        let Self {
            directory,
            name,
            fan_in,
            buffer,
            runs,
            ..
        } = self;
        // Merging has memory of its own.
        drop(buffer);
        let records = runs.iter().map(|run| run.records).sum();
        let mut files: Vec<String> = runs.into_iter().map(|run| run.file).collect();
        let mut made = 0;
        while files.len() > fan_in {
            let first: Vec<String> = files.drain(..fan_in).collect();
            let file = format!("{name}-merged-{made:06}.run");
            made += 1;
            let mut writer = RunWriter::create(&directory.join(&file))?;
            let mut merge = open(&directory, &first)?;
            while let Some((key, payload)) = merge.next()? {
                writer.write(key, payload)?;
            }
            writer.finish(Keep::ForNow)?;
            for gone in first.iter().filter(|name| name.contains("-merged-")) {
                let path = directory.join(gone);
                std::fs::remove_file(&path).map_err(|error| SortError::io(&path, error))?;
            }
            files.push(file);
        }
        Ok(Sorted {
            directory,
            files,
            records,
            memory: None,
        })
    }
}

/// Sorted records, in files or in memory.
#[derive(Debug, Clone)]
pub struct Sorted {
    directory: PathBuf,
    files: Vec<String>,
    records: u64,
    memory: Option<Arc<Buffer>>,
}

impl Sorted {
    /// How many records there are.
    #[must_use]
    pub const fn len(&self) -> u64 {
        self.records
    }

    /// Whether there are none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.records == 0
    }

    /// Reads them from the first on.
    pub fn open(&self) -> Result<Merge, SortError> {
        match &self.memory {
            Some(buffer) => Merge::of(vec![Source::Memory(Arc::clone(buffer), 0)]),
            None => open(&self.directory, &self.files),
        }
    }

    /// Removes their files.
    pub fn remove(self) -> Result<(), SortError> {
        for file in &self.files {
            let path = self.directory.join(file);
            std::fs::remove_file(&path).map_err(|error| SortError::io(&path, error))?;
        }
        Ok(())
    }
}

fn open(directory: &Path, files: &[String]) -> Result<Merge, SortError> {
    let readers = files
        .iter()
        .map(|file| RunReader::open(&directory.join(file)).map(Source::File));
    Merge::of(readers.collect::<Result<_, _>>()?)
}
