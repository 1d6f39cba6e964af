//! The last pass: rows in their order, without those that were dropped, into the
//! files of the build.

use std::{
    collections::BTreeMap,
    fs::File,
    io::{BufWriter, Write},
    path::{Path, PathBuf},
};

use sha2::{Digest, Sha256};

use super::{
    BuildError, BuildRequest, Counts, FileFacts, Inputs, Phase, Progress,
    decide::Decided,
    gather::{Gathered, Waiting, from_bytes},
    provenance,
    publish::{self, Partial},
};
use crate::{
    dataset::{
        card::{self, CardFacts},
        composition::Composer,
        ledger::{self, Skip},
        people::{Known, Written},
        provenance::Provenance,
        split::Split,
    },
    label::Policy,
};
use tacit_signals::SubjectKind;

/// Rows between two reports of progress.
const TELL_EVERY: u64 = 10_000;

/// Files by their names below the directory.
pub(super) type Files = BTreeMap<String, FileFacts>;

/// Writes all files but the manifest; what is in them, and what is not.
pub(super) fn write(
    policy: &Policy,
    request: &BuildRequest,
    inputs: &Inputs,
    partial: &Partial,
    gathered: Gathered,
    decided: &Decided,
    progress: &mut dyn FnMut(Progress),
) -> Result<(Counts, Files), BuildError> {
    // How likely an output was to become a row is known once all rows are.
    let mut population = gathered.state.population.clone();
    let dropped = each_row(&gathered, decided, |_, waiting| {
        population.row(&waiting.provenance);
        Ok(())
    })?;
    let composer = Composer::new(population, policy, request.format, request.as_of);
    let mut writer = Writer::create(request, partial, composer)?;
    let total = gathered.rows.len();
    each_row(&gathered, decided, |row, waiting| {
        if row % TELL_EVERY == 0 {
            progress(Progress {
                phase: Phase::Writing,
                done: row,
                total: Some(total),
                resumed: 0,
            });
        }
        writer.write(request, &waiting)
    })?;
    let mut skipped = gathered.state.skipped;
    for (skip, count) in dropped {
        *skipped.entry(skip.name().into()).or_default() += count;
    }
    let mut counts = writer.counts.clone();
    let reasons = Counts::reasons(&skipped);
    counts.considered = counts.rows + skipped.values().sum::<u64>();
    counts.remedies = reasons
        .keys()
        .map(|skip| (skip.name().into(), skip.remedy().into()))
        .collect();
    counts.hint = (counts.rows == 0).then(|| ledger::hint(request.format, &reasons));
    counts.skipped = skipped;
    let files = writer.finish(partial, &gathered.people, policy, inputs, &counts)?;
    Ok((counts, files))
}

/// Everything that takes rows.
struct Writer {
    lines: Lines,
    table: provenance::Table,
    written: Written,
    composer: Composer,
    counts: Counts,
}

impl Writer {
    fn create(
        request: &BuildRequest,
        partial: &Partial,
        composer: Composer,
    ) -> Result<Self, BuildError> {
        Ok(Self {
            lines: Lines::create(request, partial.path())?,
            table: provenance::Table::create(&partial.path().join(provenance::FILE)),
            written: Written::new(partial.work(), super::memory(request) / 4),
            composer,
            counts: Counts::default(),
        })
    }

    fn write(&mut self, request: &BuildRequest, waiting: &Waiting) -> Result<(), BuildError> {
        let row = &waiting.provenance;
        let split = split_of(request, row);
        self.counts.rows += 1;
        self.counts.redacted += waiting.redacted;
        *match split {
            Split::Train => &mut self.counts.train,
            Split::Test => &mut self.counts.test,
        } += 1;
        self.lines.write(split, &waiting.line)?;
        self.written.row(row)?;
        let ipw = self.composer.row(row, split);
        self.table.push(row, split, ipw)
    }

    fn finish(
        mut self,
        partial: &Partial,
        people: &Known,
        policy: &Policy,
        inputs: &Inputs,
        counts: &Counts,
    ) -> Result<Files, BuildError> {
        let composer = &mut self.composer;
        people.each(self.written, |person| {
            composer.person(person.outputs, person.rows, person.last_seen_at);
        })?;
        let composition = self.composer.finish(&Counts::reasons(&counts.skipped));
        let mut files = self.lines.finish()?;
        self.table.finish()?;
        let path = partial.path().join(provenance::FILE);
        let table = FileFacts {
            rows: Some(self.counts.rows),
            ..facts_of(&path)?
        };
        files.insert(provenance::FILE.into(), table);
        let facts = CardFacts {
            inputs,
            counts,
            files: &files,
        };
        for (name, text) in card::files(&facts, &composition)? {
            put(partial, &name, text.as_bytes(), &mut files)?;
        }
        let toml = policy.toml().as_bytes();
        put(partial, card::POLICY_FILE, toml, &mut files)?;
        Ok(files)
    }
}

/// Writes a small file.
fn put(partial: &Partial, name: &str, bytes: &[u8], files: &mut Files) -> Result<(), BuildError> {
    publish::write_durably(&partial.path().join(name), bytes)?;
    let facts = FileFacts {
        bytes: bytes.len() as u64,
        sha256: hex::encode(Sha256::digest(bytes)),
        rows: None,
    };
    files.insert(name.into(), facts);
    Ok(())
}

fn split_of(request: &BuildRequest, row: &Provenance) -> Split {
    let split = request.split.map(|split| split.of(request.seed, row));
    split.unwrap_or(Split::Train)
}

/// Calls `take` with every row that stays and its number; how many do not, by
/// reason. Every call takes the same rows.
fn each_row(
    gathered: &Gathered,
    decided: &Decided,
    mut take: impl FnMut(u64, Waiting) -> Result<(), BuildError>,
) -> Result<BTreeMap<Skip, u64>, BuildError> {
    let mut skipped = BTreeMap::new();
    let mut dropped = decided.open()?;
    let mut rows = gathered.rows.open()?;
    let (mut row, mut of_sessions) = (0, 0);
    while let Some((_, waiting)) = rows.next()? {
        let mut why = dropped.why(row)?;
        if why.is_none() {
            let waiting: Waiting = from_bytes(waiting, "a row")?;
            let kind = waiting.provenance.subject_kind;
            if kind.is_some_and(|kind| kind != SubjectKind::Session) {
                take(row, waiting)?;
            } else if of_sessions < decided.session_rows_max {
                of_sessions += 1;
                take(row, waiting)?;
            } else {
                why = Some(Skip::SessionCap);
            }
        }
        if let Some(skip) = why {
            *skipped.entry(skip).or_default() += 1;
        }
        row += 1;
    }
    Ok(skipped)
}

/// The files of lines: one, or two with a split.
struct Lines {
    train: Hashed,
    test: Option<Hashed>,
}

impl Lines {
    fn create(request: &BuildRequest, directory: &Path) -> Result<Self, BuildError> {
        let create = |split: Split| {
            let name = format!("{}.{}", split.name(), request.format.extension());
            Hashed::create(directory, name)
        };
        Ok(Self {
            train: create(Split::Train)?,
            test: request.split.map(|_| create(Split::Test)).transpose()?,
        })
    }

    fn write(&mut self, split: Split, line: &str) -> Result<(), BuildError> {
        let file = match (split, &mut self.test) {
            (Split::Test, Some(test)) => test,
            _ => &mut self.train,
        };
        file.line(line)
    }

    fn finish(self) -> Result<Files, BuildError> {
        let files = [Some(self.train), self.test];
        files.into_iter().flatten().map(Hashed::finish).collect()
    }
}

/// A file that is hashed as it is written.
struct Hashed {
    name: String,
    path: PathBuf,
    file: BufWriter<File>,
    sha256: Sha256,
    bytes: u64,
    rows: u64,
}

impl Hashed {
    fn create(directory: &Path, name: String) -> Result<Self, BuildError> {
        let path = directory.join(&name);
        let file = File::create(&path).map_err(|error| BuildError::io(&path, error))?;
        Ok(Self {
            name,
            path,
            file: BufWriter::new(file),
            sha256: Sha256::new(),
            bytes: 0,
            rows: 0,
        })
    }

    fn line(&mut self, line: &str) -> Result<(), BuildError> {
        for part in [line.as_bytes(), b"\n"] {
            self.sha256.update(part);
            self.bytes += part.len() as u64;
            let written = self.file.write_all(part);
            written.map_err(|error| BuildError::io(&self.path, error))?;
        }
        self.rows += 1;
        Ok(())
    }

    /// The file is on the device on return.
    fn finish(mut self) -> Result<(String, FileFacts), BuildError> {
        let synced = self
            .file
            .flush()
            .and_then(|()| self.file.get_ref().sync_all());
        synced.map_err(|error| BuildError::io(&self.path, error))?;
        let facts = FileFacts {
            bytes: self.bytes,
            sha256: hex::encode(self.sha256.finalize()),
            rows: Some(self.rows),
        };
        Ok((self.name, facts))
    }
}

/// Facts of a file as it is there, without its rows; synced on return.
pub(crate) fn facts_of(path: &Path) -> Result<FileFacts, BuildError> {
    let io = |error| BuildError::io(path, error);
    let mut file = File::open(path).map_err(io)?;
    file.sync_all().map_err(io)?;
    let mut sha256 = Sha256::new();
    let mut bytes = 0;
    let mut block = vec![0; 64 * 1024];
    loop {
        match std::io::Read::read(&mut file, &mut block).map_err(io)? {
            0 => break,
            count => {
                sha256.update(&block[..count]);
                bytes += count as u64;
            }
        }
    }
    Ok(FileFacts {
        bytes,
        sha256: hex::encode(sha256.finalize()),
        rows: None,
    })
}
