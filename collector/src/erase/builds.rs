//! Where else a person is: datasets and briefs that were made before.

use std::{
    collections::BTreeSet,
    fs::{self, File},
    path::Path,
};

use arrow_array::{Array, StringArray, cast::AsArray};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use serde_json::Value;
use tacit_signals::{Id, SubjectKind};

use super::{
    EraseError, HeldBy,
    unfinished::{PARTIAL, names},
};
use crate::{
    accept::trim::Gone,
    control::ProjectId,
    dataset::build::Manifest,
    store::{BuildKind, UpdateStore, rows::StoredSubject},
};

/// Builds by what is known of them.
#[derive(Default)]
pub(super) struct Held {
    pub(super) holding: Vec<HeldBy>,
    pub(super) unread: Vec<HeldBy>,
}

/// Which builds of `project` hold somebody who is `gone`, those below `root` and those
/// that were recorded.
pub(super) fn held(
    store: &dyn UpdateStore,
    root: &Path,
    project: ProjectId,
    gone: &dyn Gone,
) -> Result<Held, EraseError> {
    let mut held = Held::default();
    for build in known(store, root, project)? {
        let out = Path::new(&build.out);
        let holds = if build.kind == BuildKind::Brief.name() {
            brief_holds(out, project, gone)
        } else {
            dataset_holds(out, project, gone)
        };
        match holds {
            Some(true) => held.holding.push(build),
            Some(false) => {}
            None => held.unread.push(build),
        }
    }
    Ok(held)
}

/// All that are known, those below `root` and those that were recorded.
pub(crate) fn known(
    store: &dyn UpdateStore,
    root: &Path,
    project: ProjectId,
) -> Result<BTreeSet<HeldBy>, EraseError> {
    let mut all = BTreeSet::new();
    for record in store.builds(project)? {
        all.insert(HeldBy {
            build: record.build,
            kind: record.kind.name().into(),
            out: record.out,
        });
    }
    let own = root.join(project.0.to_string());
    for name in names(&own)? {
        let out = own.join(&name);
        if let (Some(manifest), Ok(out)) = (Manifest::read(&out), out.canonicalize())
            && !name.ends_with(PARTIAL)
        {
            all.insert(HeldBy {
                build: manifest.id,
                kind: BuildKind::Dataset.name().into(),
                out: out.display().to_string(),
            });
        }
    }
    Ok(all)
}

/// Whether a row of the dataset in `out` rests on them; `None` when it cannot be read.
fn dataset_holds(out: &Path, project: ProjectId, gone: &dyn Gone) -> Option<bool> {
    let file = File::open(out.join("provenance.parquet")).ok()?;
    let reader = ParquetRecordBatchReaderBuilder::try_new(file).ok()?;
    for batch in reader.build().ok()? {
        let batch = batch.ok()?;
        let column = |name: &str| batch.column_by_name(name)?.as_string_opt::<i32>();
        let (outputs, rejected) = (column("output")?, column("rejected")?);
        let (subjects, kinds) = (column("subject")?, column("subject_kind")?);
        for row in 0..batch.num_rows() {
            let is_output = |column| {
                let id = text(column, row).and_then(|id| Id::parse("output", id).ok());
                id.is_some_and(|id| gone.output(project, &id))
            };
            let subject = text(subjects, row).zip(text(kinds, row));
            let subject = subject.and_then(|(id, kind)| {
                Some(StoredSubject {
                    id: id.into(),
                    kind: SubjectKind::from_name(kind)?,
                })
            });
            if is_output(outputs)
                || is_output(rejected)
                || subject.is_some_and(|subject| gone.subject(project, &subject))
            {
                return Some(true);
            }
        }
    }
    Some(false)
}

fn text(column: &StringArray, row: usize) -> Option<&str> {
    column.is_valid(row).then(|| column.value(row))
}

/// Whether the brief in `out` shows an output of theirs; `None` when it cannot be read.
fn brief_holds(out: &Path, project: ProjectId, gone: &dyn Gone) -> Option<bool> {
    let bytes = fs::read(out.join("brief.json")).ok()?;
    let brief: Value = serde_json::from_slice(&bytes).ok()?;
    Some(names_gone(&brief, project, gone))
}

fn names_gone(value: &Value, project: ProjectId, gone: &dyn Gone) -> bool {
    match value {
        Value::String(text) => Id::parse("output", text).is_ok_and(|id| gone.output(project, &id)),
        Value::Array(values) => values.iter().any(|value| names_gone(value, project, gone)),
        Value::Object(fields) => fields
            .values()
            .any(|value| names_gone(value, project, gone)),
        _ => false,
    }
}
