//! Exports: one file of labels or rows in bounded memory.
//!
//! Labels are written as they come, in the store's order. Rows are sorted in files
//! of a work directory; those of people held out are left behind when the file is
//! written, since whether somebody is held out is known only when all is read.

use std::{collections::BTreeMap, io::Write, path::Path};

use thiserror::Error;

use super::{
    Filter, Format, Maker, Summary, candidate,
    format::Shape,
    labels::{self, WriteError},
    ledger::{self, Skip},
    people::{self, People, Places},
    place,
    row::Row,
    sort::{Keep, SortError, Sorter},
};
use crate::{
    label::{Labelled, LabelledGroup, Policy, State, label_group},
    store::rows::Group,
};

/// Bytes of rows in memory.
const ROWS_BYTES: usize = 32 * 1024 * 1024;
/// Bytes of what is known of people in memory.
const PEOPLE_BYTES: usize = 8 * 1024 * 1024;

/// An export did not come to its end.
#[derive(Debug, Error)]
pub enum ExportError {
    /// Rows could not be sorted.
    #[error(transparent)]
    Sort(#[from] SortError),
    /// The file could not be written.
    #[error(transparent)]
    Write(#[from] WriteError),
    /// The facts could not be read.
    #[error(transparent)]
    Store(#[from] crate::store::StoreError),
}

impl From<std::io::Error> for ExportError {
    fn from(error: std::io::Error) -> Self {
        Self::Write(error.into())
    }
}

/// What is exported.
#[derive(Debug, Clone, Copy)]
pub struct Wanted {
    /// The shape.
    pub format: Format,
    /// Which outputs.
    pub filter: Filter,
    /// Of labels only those of this state.
    pub state: Option<State>,
    /// As known at this moment, Unix ms.
    pub as_of: u64,
    /// Decides the order of rows.
    pub seed: u64,
}

/// Makes a file of groups.
pub struct Exporter<'a, W: Write + Send> {
    maker: Maker<'a>,
    wanted: Wanted,
    work: &'a Path,
    sink: Sink<W>,
    /// Labels written.
    listed: u64,
    skipped: BTreeMap<Skip, u64>,
    other_state: u64,
}

enum Sink<W: Write + Send> {
    Labels(labels::Writer<W>),
    Rows(Box<Rows<W>>),
}

struct Rows<W> {
    rows: Sorter,
    people: People,
    out: W,
}

impl<'a, W: Write + Send> Exporter<'a, W> {
    /// An empty file that is written to `out`. `work` is an empty directory for what
    /// does not fit in memory.
    pub fn new(
        wanted: Wanted,
        policy: &'a Policy,
        work: &'a Path,
        out: W,
    ) -> Result<Self, ExportError> {
        let sink = match wanted.format.shape() {
            Shape::Labels(form) => Sink::Labels(labels::Writer::new(form, out)?),
            Shape::Rows(..) => Sink::Rows(Box::new(Rows {
                rows: Sorter::new(work, "rows", ROWS_BYTES, Keep::ForNow),
                people: People::new(work, PEOPLE_BYTES, Keep::ForNow),
                out,
            })),
        };
        Ok(Self {
            maker: Maker::new(wanted.format, wanted.filter, policy),
            wanted,
            work,
            sink,
            listed: 0,
            skipped: BTreeMap::new(),
            other_state: 0,
        })
    }

    /// Labels a group and takes its rows.
    pub fn add(&mut self, group: &Group) -> Result<(), ExportError> {
        let labelled = label_group(group, self.maker.policy, self.wanted.as_of);
        if let Sink::Rows(sink) = &mut self.sink {
            sink.people.mark(&labelled)?;
            for candidate in self.maker.candidates(group, &labelled) {
                match candidate {
                    Ok(row) => self.take(&row, &labelled)?,
                    Err(skip) => self.skip(skip),
                }
            }
            return Ok(());
        }
        labelled
            .outputs
            .iter()
            .try_for_each(|label| self.take_label(label))
    }

    fn take_label(&mut self, label: &Labelled) -> Result<(), ExportError> {
        if let Err(skip) = candidate::listed(&self.wanted.filter, label) {
            self.skip(skip);
            return Ok(());
        }
        if self.wanted.state.is_some_and(|state| label.state != state) {
            self.other_state += 1;
            return Ok(());
        }
        if let Sink::Labels(writer) = &mut self.sink {
            writer.write(label)?;
            self.listed += 1;
        }
        Ok(())
    }

    /// The row at its place, with the number of pieces that were taken out before
    /// its line.
    fn take(&mut self, row: &Row, labelled: &LabelledGroup) -> Result<(), ExportError> {
        let Sink::Rows(sink) = &mut self.sink else {
            return Ok(());
        };
        let place = place(self.wanted.seed, &row.provenance.name);
        for subject in people::of_row(&row.provenance, labelled) {
            sink.people.row(Some(subject), place.as_bytes())?;
        }
        let mut payload = row.redacted.to_le_bytes().to_vec();
        payload.extend(row.line(self.wanted.format).as_bytes());
        Ok(sink.rows.push(place.as_bytes(), &payload)?)
    }

    fn skip(&mut self, skip: Skip) {
        *self.skipped.entry(skip).or_default() += 1;
    }

    /// The file in its final order, and what became of everything.
    ///
    /// Rows for trainers are ordered by BLAKE3 of seed and name, which shuffles them:
    /// TRL's KTO pairs neighbours, so answers to one prompt must not stand together.
    pub fn finish(self) -> Result<(W, Summary), ExportError> {
        let (mut count, mut redacted, mut skipped) = (self.listed, 0, self.skipped);
        let out = match self.sink {
            Sink::Labels(writer) => writer.finish()?,
            Sink::Rows(sink) => {
                let Rows {
                    rows,
                    people,
                    mut out,
                } = *sink;
                let (rows, people) = (rows.finish()?, people.finish()?);
                let held_out = people.held_out_rows(self.work, PEOPLE_BYTES)?;
                let mut held_out = Places::of(&held_out)?;
                let mut records = rows.open()?;
                while let Some((place, payload)) = records.next()? {
                    if held_out.has(place)? {
                        *skipped.entry(Skip::Holdout).or_default() += 1;
                        continue;
                    }
                    let (taken_out, line) = payload.split_at(size_of::<u64>());
                    redacted += taken_out.try_into().map_or(0, u64::from_le_bytes);
                    out.write_all(line)?;
                    out.write_all(b"\n")?;
                    count += 1;
                }
                out.flush()?;
                out
            }
        };
        let hint = (count == 0 && self.other_state == 0)
            .then(|| ledger::hint(self.wanted.format, &skipped));
        let named = skipped.into_iter();
        let mut skipped: BTreeMap<String, u64> =
            named.map(|(skip, n)| (skip.name().into(), n)).collect();
        if self.other_state > 0 {
            skipped.insert("other_state".into(), self.other_state);
        }
        let summary = Summary {
            rows: count,
            skipped,
            redacted,
            hint,
        };
        Ok((out, summary))
    }
}
