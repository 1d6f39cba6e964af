//! One build's rows as records for sorting.

use std::{
    fs::File,
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
};

use arrow_array::{Array, Float64Array, RecordBatch, StringArray, cast::AsArray};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use serde::{Deserialize, Serialize};

use super::DiffError;
use crate::dataset::{sort::Sorter, split::Split};

/// Rows of the table that are in memory at once.
const BATCH_ROWS: usize = 8_192;

/// Bytes of a hash: 128 bits tell the rows of two builds apart.
pub(super) const HASH_BYTES: usize = 16;

/// Columns that follow from the other rows of a build as well.
const OF_THE_WHOLE: [&str; 2] = ["split", "ipw"];

/// Which of both builds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    A,
    B,
}

/// A row of one build.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct RowFacts {
    pub(super) split: Split,
    /// Of the trainer's line.
    pub(super) line: [u8; HASH_BYTES],
    /// Of everything the row rests on.
    pub(super) provenance: [u8; HASH_BYTES],
    pub(super) state: String,
    pub(super) score: i64,
    pub(super) weight: i64,
    pub(super) model: Option<String>,
    pub(super) prompt_version: Option<String>,
}

/// The key of a row's record: names hold no zero.
pub(super) fn key(name: &str, side: Side) -> Vec<u8> {
    let mut key = name.as_bytes().to_vec();
    key.extend([0, u8::from(side == Side::B)]);
    key
}

/// Name and side of a key.
pub(super) fn name_of(key: &[u8]) -> Option<(String, Side)> {
    let (name, [0, side]) = key.split_last_chunk()? else {
        return None;
    };
    let side = if *side == 0 { Side::A } else { Side::B };
    Some((String::from_utf8(name.to_vec()).ok()?, side))
}

/// Pushes every row of the build in `directory`.
pub(super) fn side(directory: &Path, side: Side, sorter: &mut Sorter) -> Result<(), DiffError> {
    let path = directory.join("provenance.parquet");
    let broken = |problem: String| DiffError::Broken {
        path: path.clone(),
        problem,
    };
    let file = File::open(&path).map_err(|error| broken(error.to_string()))?;
    let reader = ParquetRecordBatchReaderBuilder::try_new(file)
        .and_then(|builder| builder.with_batch_size(BATCH_ROWS).build())
        .map_err(|error| broken(error.to_string()))?;
    let mut lines = Lines::open(directory);
    for batch in reader {
        let batch = batch.map_err(|error| broken(error.to_string()))?;
        let table = Table::of(&batch).ok_or_else(|| broken("columns are missing".into()))?;
        for row in 0..batch.num_rows() {
            let facts = table.row(row, &mut lines)?;
            let bytes = postcard::to_stdvec(&facts).map_err(|error| broken(error.to_string()))?;
            sorter.push(&key(table.names.value(row), side), &bytes)?;
        }
    }
    lines.at_end()
}

/// The columns that matter.
struct Table<'a> {
    batch: &'a RecordBatch,
    names: &'a StringArray,
    splits: &'a StringArray,
    states: &'a StringArray,
    models: &'a StringArray,
    prompt_versions: &'a StringArray,
    scores: &'a Float64Array,
    weights: &'a Float64Array,
}

impl<'a> Table<'a> {
    fn of(batch: &'a RecordBatch) -> Option<Self> {
        let text = |name: &str| batch.column_by_name(name)?.as_string_opt::<i32>();
        let number = |name: &str| {
            let column = batch.column_by_name(name)?;
            column.as_primitive_opt::<arrow_array::types::Float64Type>()
        };
        Some(Self {
            batch,
            names: text("name")?,
            splits: text("split")?,
            states: text("state")?,
            models: text("model")?,
            prompt_versions: text("prompt_version")?,
            scores: number("score")?,
            weights: number("weight")?,
        })
    }

    fn row(&self, row: usize, lines: &mut Lines) -> Result<RowFacts, DiffError> {
        let split = match self.splits.value(row) {
            "test" => Split::Test,
            _ => Split::Train,
        };
        let known = |texts: &StringArray| texts.is_valid(row).then(|| texts.value(row).to_owned());
        Ok(RowFacts {
            split,
            line: lines.next(split)?,
            provenance: self.hash(row),
            state: self.states.value(row).to_owned(),
            score: thousandths(self.scores.value(row)),
            weight: thousandths(self.weights.value(row)),
            model: known(self.models),
            prompt_version: known(self.prompt_versions),
        })
    }

    /// Of every column that is the row's own, in their order.
    fn hash(&self, row: usize) -> [u8; HASH_BYTES] {
        let mut hasher = blake3::Hasher::new();
        let schema = self.batch.schema();
        for (field, column) in schema.fields().iter().zip(self.batch.columns()) {
            if OF_THE_WHOLE.contains(&field.name().as_str()) {
                continue;
            }
            let value = arrow_array::ArrayRef::clone(column).slice(row, 1);
            // Arrow's own print of one value is the same on every machine.
            hasher.update(format!("{}={value:?}\n", field.name()).as_bytes());
        }
        short(&hasher)
    }
}

fn thousandths(value: f64) -> i64 {
    #[expect(clippy::cast_possible_truncation, reason = "written as thousandths")]
    let thousandths = libm::round(value * 1_000.0) as i64;
    thousandths
}

fn short(hasher: &blake3::Hasher) -> [u8; HASH_BYTES] {
    let mut hash = [0; HASH_BYTES];
    hasher.finalize_xof().fill(&mut hash);
    hash
}

/// The trainer's files, read beside the table: its rows stand in their order.
struct Lines {
    files: Vec<(Split, PathBuf, Option<BufReader<File>>)>,
    line: Vec<u8>,
}

impl Lines {
    fn open(directory: &Path) -> Self {
        let file = |split: Split| {
            let path = directory.join(format!("{}.jsonl", split.name()));
            // A build without a split has no such file.
            let reader = File::open(&path).ok().map(BufReader::new);
            (split, path, reader)
        };
        Self {
            files: Split::ALL.into_iter().map(file).collect(),
            line: Vec::new(),
        }
    }

    fn next(&mut self, split: Split) -> Result<[u8; HASH_BYTES], DiffError> {
        for (own, path, reader) in &mut self.files {
            if *own != split {
                continue;
            }
            self.line.clear();
            let read = reader
                .as_mut()
                .map(|reader| reader.read_until(b'\n', &mut self.line));
            let problem = match read {
                Some(Ok(bytes)) if bytes > 0 => {
                    let mut hasher = blake3::Hasher::new();
                    hasher.update(&self.line);
                    return Ok(short(&hasher));
                }
                Some(Err(error)) => error.to_string(),
                Some(Ok(_)) => "has fewer rows than provenance.parquet".into(),
                None => "is missing".into(),
            };
            return Err(DiffError::Broken {
                path: path.clone(),
                problem,
            });
        }
        Ok([0; HASH_BYTES])
    }

    /// Refuses files that go on.
    fn at_end(mut self) -> Result<(), DiffError> {
        for (_, path, reader) in &mut self.files {
            let more = reader
                .as_mut()
                .map(|reader| reader.fill_buf().map(<[u8]>::len));
            if let Some(Ok(1..)) = more {
                return Err(DiffError::Broken {
                    path: path.clone(),
                    problem: "has more rows than provenance.parquet".into(),
                });
            }
        }
        Ok(())
    }
}
