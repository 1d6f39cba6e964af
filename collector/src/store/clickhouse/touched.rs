//! What roll-ups have yet to take in: outputs that a block says something of.

use std::collections::BTreeMap;

use tacit_signals::Id;

use super::{
    blocks::Block,
    client::Client,
    rowbinary::{Out, TAG_COLUMN},
};
use crate::{control::ProjectId, store::StoreError};

/// The writer of what stands in no block: see [`super::marks`].
pub(super) const CALLS: u64 = 0;
/// Spans of blocks that are asked for in one query.
const SPANS_MAX: usize = 500;

/// Rows to be inserted.
#[derive(Default)]
pub(super) struct Touched(Out);

impl Touched {
    /// An output, under the id that something was said of; no id where all of a project is
    /// to be looked at.
    pub(super) fn put(&mut self, block: Block, project: ProjectId, output: &str, moved: bool) {
        block.put(&mut self.0);
        self.0.u32(project.0).text(output).u8(moved.into());
    }

    pub(super) fn insert(&self, client: &Client) -> Result<(), StoreError> {
        client.insert("touched (writer, number, project, output, moved)", &self.0)
    }
}

/// Blocks of one writer: from after the first number to the second.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Span {
    pub(super) writer: u64,
    pub(super) after: u64,
    pub(super) to: u64,
}

impl Span {
    fn holds(self) -> String {
        let Self { writer, after, to } = self;
        format!("writer = {writer} AND number > {after} AND number <= {to}")
    }
}

/// Outputs that some blocks touched, those of one project.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// Whether each may have moved.
    pub(super) outputs: BTreeMap<Id, bool>,
    /// The last block of each writer that touched it.
    pub(super) by: BTreeMap<Id, BTreeMap<u64, u64>>,
    /// Whether all of the project is to be looked at.
    pub(super) whole: bool,
}

/// What these blocks touched, by project.
pub(super) fn of(
    client: &Client,
    spans: &[Span],
) -> Result<BTreeMap<ProjectId, Found>, StoreError> {
    let mut found: BTreeMap<ProjectId, Found> = BTreeMap::new();
    for spans in spans.chunks(SPANS_MAX) {
        let any: Vec<String> = spans.iter().map(|span| span.holds()).collect();
        let select = format!(
            "SELECT {TAG_COLUMN}, writer, number, project, output, moved FROM touched
             WHERE {}",
            any.join(" OR ")
        );
        let rows = client.all(&select, |rows| {
            let block = Block::read(rows)?;
            let project = ProjectId(rows.u32()?);
            Ok((block, project, rows.text()?, rows.bool()?))
        })?;
        for (block, project, output, moved) in rows {
            let of = found.entry(project).or_default();
            if output.is_empty() {
                of.whole = true;
                continue;
            }
            let output = super::view::parse(&output)?;
            *of.outputs.entry(output.clone()).or_default() |= moved;
            let last = of.by.entry(output).or_default();
            let last = last.entry(block.writer).or_default();
            *last = block.number.max(*last);
        }
    }
    Ok(found)
}

/// The outputs that a writer touched.
pub(super) fn by(client: &Client, writer: u64) -> Result<Vec<Id>, StoreError> {
    let select = format!(
        "SELECT DISTINCT {TAG_COLUMN}, output FROM touched WHERE writer = {writer} AND output != ''"
    );
    client.all(&select, |rows| rows.id())
}

/// Projects of which these blocks touched anything.
pub(super) fn projects(client: &Client, spans: &[Span]) -> Result<Vec<ProjectId>, StoreError> {
    let mut found = Vec::new();
    for spans in spans.chunks(SPANS_MAX) {
        let any: Vec<String> = spans.iter().map(|span| span.holds()).collect();
        let select = format!(
            "SELECT DISTINCT {TAG_COLUMN}, project FROM touched WHERE {}",
            any.join(" OR ")
        );
        found.extend(client.all(&select, |rows| Ok(ProjectId(rows.u32()?)))?);
    }
    found.sort_unstable();
    found.dedup();
    Ok(found)
}
