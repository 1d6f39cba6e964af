//! Labels as files: lines, a table of text, a table with types. All hold the fields
//! of CONTRACTS "Labels" in its order.

mod table;

use std::io::{self, Write};

use thiserror::Error;

use self::table::Table;
use crate::label::Labelled;

/// How labels are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// A JSON object a line.
    Ndjson,
    /// A line of comma-separated values each; structures are JSON.
    Csv,
    /// Apache Parquet with typed columns.
    Parquet,
}

/// Labels could not be written.
#[derive(Debug, Error)]
pub enum WriteError {
    /// The writer below.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// CSV.
    #[error(transparent)]
    Csv(#[from] csv::Error),
    /// Parquet.
    #[error(transparent)]
    Parquet(#[from] parquet::errors::ParquetError),
    /// The columns of Parquet.
    #[error(transparent)]
    Arrow(#[from] arrow_schema::ArrowError),
}

/// Writes labels as they come: memory does not grow with them.
#[derive(Debug)]
pub struct Writer<W: Write + Send>(Inner<W>);

#[derive(Debug)]
enum Inner<W: Write + Send> {
    Ndjson(W),
    Csv(Box<csv::Writer<W>>),
    Parquet(Box<Table<W>>),
}

impl<W: Write + Send> Writer<W> {
    /// An empty file of the form.
    pub fn new(form: Form, out: W) -> Result<Self, WriteError> {
        Ok(Self(match form {
            Form::Ndjson => Inner::Ndjson(out),
            Form::Csv => {
                let mut csv = csv::Writer::from_writer(out);
                csv.write_record(Labelled::csv_header())?;
                Inner::Csv(Box::new(csv))
            }
            Form::Parquet => Inner::Parquet(Box::new(Table::new(out)?)),
        }))
    }

    /// Adds a label.
    pub fn write(&mut self, label: &Labelled) -> Result<(), WriteError> {
        match &mut self.0 {
            Inner::Ndjson(out) => {
                out.write_all(label.to_line().as_bytes())?;
                out.write_all(b"\n")?;
            }
            Inner::Csv(csv) => csv.write_record(label.csv_record())?,
            Inner::Parquet(table) => table.push(label)?,
        }
        Ok(())
    }

    /// Ends the file. Only then is it one.
    pub fn finish(self) -> Result<W, WriteError> {
        match self.0 {
            Inner::Ndjson(mut out) => {
                out.flush()?;
                Ok(out)
            }
            Inner::Csv(csv) => Ok(csv.into_inner().map_err(csv::IntoInnerError::into_error)?),
            Inner::Parquet(table) => table.finish(),
        }
    }
}

#[cfg(test)]
mod tests;
