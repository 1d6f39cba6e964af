//! `provenance.parquet`: what each row rests on, in the order of the files, under
//! the row's name.

use std::{fs::File, path::Path, sync::Arc};

use arrow_array::{
    ArrayRef, BooleanArray, Float64Array, Int64Array, RecordBatch, StringArray, UInt64Array,
    builder::{ListBuilder, StringBuilder},
};
use parquet::{arrow::ArrowWriter, basic::Compression, file::properties::WriterProperties};

use super::BuildError;
use crate::{
    dataset::{provenance::Provenance, split::Split},
    label::Milli,
};

pub(super) const FILE: &str = "provenance.parquet";

/// Rows that are made columns at a time.
const BATCH_ROWS: usize = 1_024;
/// Rows of a group, which is in memory, encoded, until it is written: some MB. Part of
/// the file's bytes, so it never depends on how much memory there is.
const GROUP_ROWS: usize = 16 * BATCH_ROWS;

/// A row, its file and its inverse-propensity weight.
type Entry = (Provenance, Split, Milli);

/// Writes the table.
pub(super) struct Table {
    writer: Option<ArrowWriter<File>>,
    path: std::path::PathBuf,
    waiting: Vec<Entry>,
}

impl Table {
    pub(super) fn create(path: &Path) -> Self {
        Self {
            writer: None,
            path: path.into(),
            waiting: Vec::with_capacity(BATCH_ROWS),
        }
    }

    /// Takes the next row with its inverse-propensity weight.
    pub(super) fn push(
        &mut self,
        row: &Provenance,
        split: Split,
        ipw: Milli,
    ) -> Result<(), BuildError> {
        self.waiting.push((row.clone(), split, ipw));
        if self.waiting.len() == BATCH_ROWS {
            self.flush()?;
        }
        Ok(())
    }

    fn flush(&mut self) -> Result<(), BuildError> {
        let batch = batch(&self.waiting)?;
        self.waiting.clear();
        let writer = match &mut self.writer {
            Some(writer) => writer,
            none => {
                let file =
                    File::create(&self.path).map_err(|error| BuildError::io(&self.path, error))?;
                let properties = WriterProperties::builder()
                    .set_compression(Compression::SNAPPY)
                    .set_created_by(format!("tacit {}", env!("CARGO_PKG_VERSION")))
                    .set_max_row_group_row_count(Some(GROUP_ROWS))
                    .build();
                none.insert(ArrowWriter::try_new(
                    file,
                    batch.schema(),
                    Some(properties),
                )?)
            }
        };
        Ok(writer.write(&batch)?)
    }

    pub(super) fn finish(mut self) -> Result<(), BuildError> {
        if self.writer.is_none() || !self.waiting.is_empty() {
            self.flush()?;
        }
        if let Some(writer) = self.writer {
            writer.close()?;
        }
        Ok(())
    }
}

/// Columns in the order of [`Provenance`]'s fields. Thousandths become doubles that
/// print as they do in every other file.
fn batch(rows: &[Entry]) -> Result<RecordBatch, BuildError> {
    let text = |of: &dyn Fn(&Provenance) -> &str| {
        column(StringArray::from_iter_values(
            rows.iter().map(|(row, ..)| of(row)),
        ))
    };
    let known = |of: &dyn Fn(&Provenance) -> Option<&str>| {
        column(StringArray::from_iter(rows.iter().map(|(row, ..)| of(row))))
    };
    let milli = |of: &dyn Fn(&Provenance) -> Milli| {
        column(Float64Array::from_iter_values(
            rows.iter().map(|(row, ..)| of(row).to_f64()),
        ))
    };
    let count = |of: &dyn Fn(&Provenance) -> u64| {
        column(UInt64Array::from_iter_values(
            rows.iter().map(|(row, ..)| of(row)),
        ))
    };
    let margin = rows.iter().map(|(row, ..)| row.margin.map(Milli::to_f64));
    let mature = rows.iter().map(|(row, ..)| Some(row.mature));
    let shown_at = rows
        .iter()
        .map(|(row, ..)| row.shown_at.and_then(|at| i64::try_from(at).ok()));
    let ipw = rows.iter().map(|(.., ipw)| ipw.to_f64());
    let split = rows.iter().map(|(_, split, _)| split.name());
    let columns: Vec<(&str, ArrayRef, bool)> = vec![
        ("name", text(&|row| &row.name), false),
        ("split", column(StringArray::from_iter_values(split)), false),
        ("output", text(&|row| &row.output), false),
        ("rejected", known(&|row| row.rejected.as_deref()), true),
        ("basis", text(&|row| row.basis.name()), false),
        ("state", text(&|row| row.state.name()), false),
        ("score", milli(&|row| row.score), false),
        ("weight", milli(&|row| row.weight), false),
        ("confidence", milli(&|row| row.confidence), false),
        ("margin", column(Float64Array::from_iter(margin)), true),
        ("mature", column(BooleanArray::from_iter(mature)), false),
        ("trust", text(&|row| row.trust.name()), false),
        ("rules", lists(rows, |row| &row.rules), false),
        ("evidence", lists(rows, |row| &row.evidence), false),
        ("subject", known(&|row| row.subject.as_deref()), true),
        (
            "subject_kind",
            known(&|row| row.subject_kind.map(tacit_signals::SubjectKind::name)),
            true,
        ),
        (
            "conversation",
            known(&|row| row.conversation.as_deref()),
            true,
        ),
        ("model", known(&|row| row.model.as_deref()), true),
        (
            "prompt_version",
            known(&|row| row.prompt_version.as_deref()),
            true,
        ),
        ("language", text(&|row| &row.language), false),
        ("device", text(&|row| &row.device), false),
        ("surface", text(&|row| &row.surface), false),
        ("prompt_chars", count(&|row| row.prompt_chars), false),
        (
            "completion_chars",
            count(&|row| row.completion_chars),
            false,
        ),
        ("shown_at", column(Int64Array::from_iter(shown_at)), true),
        ("ipw", column(Float64Array::from_iter_values(ipw)), false),
    ];
    Ok(RecordBatch::try_from_iter_with_nullable(columns)?)
}

fn column(array: impl arrow_array::Array + 'static) -> ArrayRef {
    Arc::new(array)
}

fn lists<'a>(rows: &'a [Entry], of: impl Fn(&'a Provenance) -> &'a [String]) -> ArrayRef {
    let mut lists = ListBuilder::new(StringBuilder::new());
    for (row, ..) in rows {
        of(row)
            .iter()
            .for_each(|text| lists.values().append_value(text));
        lists.append(true);
    }
    column(lists.finish())
}
