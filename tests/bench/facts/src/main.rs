//! `tacit-facts DATA`: every signal that is stored in a data directory, as CSV on stdout.
//!
//! A row is a signal as the fold receives it: under the output that aliases led to, with
//! the times as they were told, and with the numbers that a policy may ask about. Texts are
//! left out. [`row`] says which column is which.

mod row;

use std::{
    env,
    io::{self, BufWriter},
    ops::ControlFlow,
    path::PathBuf,
};

use anyhow::Context;
use tacit_collector::{
    control::ProjectId,
    store::{ControlStore, SqliteStore, Store},
};

use crate::row::{COLUMNS, Row};

/// As everything is known.
const EVER: u64 = 1 << 60;

fn main() -> anyhow::Result<()> {
    let data = env::args_os().nth(1).map(PathBuf::from);
    let data = data.context("say the data directory")?;
    let store = SqliteStore::open(&data)?;
    let projects: Vec<ProjectId> = store.control()?.projects.into_keys().collect();
    let mut out = csv::Writer::from_writer(BufWriter::new(io::stdout().lock()));
    out.write_record(COLUMNS)?;
    for project in projects {
        write(&store, project, &mut out)?;
    }
    Ok(out.flush()?)
}

fn write(
    store: &SqliteStore,
    project: ProjectId,
    out: &mut csv::Writer<impl io::Write>,
) -> anyhow::Result<()> {
    let (mut group_number, mut written) = (0, Ok(()));
    store.groups(project, EVER, &mut |group| {
        group_number += 1;
        for output in &group.outputs {
            for slice in &output.slices {
                for event in &slice.events {
                    let row = Row::of(group_number, &output.id, slice, event);
                    written = out.write_record(row.cells());
                    if written.is_err() {
                        return ControlFlow::Break(());
                    }
                }
            }
        }
        ControlFlow::Continue(())
    })?;
    Ok(written?)
}
