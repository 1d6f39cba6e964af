//! A data directory, with or without another process on it.

use std::{path::Path, sync::Arc};

use anyhow::{Context, bail};

use super::{Usage, note};
use crate::{
    collector::{Collector, OpenError, project_named},
    config::LogConfig,
    control::{Control, ProjectId},
    store::{self, AnyStore, StoreError, StoreUrl},
};

/// The store that commands work on.
pub(super) fn url() -> StoreUrl {
    StoreUrl::default()
}

/// Opens it for the data directory `data`.
pub(super) fn store(data: &Path) -> Result<Arc<dyn AnyStore>, StoreError> {
    store::open(&url(), data)
}

/// A store to read from.
pub(super) struct Data {
    pub(super) store: Arc<dyn AnyStore>,
    pub(super) control: Control,
    /// Holds the lock, so that no server starts meanwhile; `None` while another process has it.
    pub(super) collector: Option<Collector>,
}

impl Data {
    /// Opens `path`. Where no other process has it open, everything acknowledged is folded into
    /// the store first.
    pub(super) fn open(path: &Path) -> anyhow::Result<Self> {
        if !path.is_dir() {
            bail!("there is no data directory {}", path.display());
        }
        let collector = match Collector::open(&url(), path, &LogConfig::default()) {
            Ok((collector, _)) => {
                collector
                    .close()
                    .context("the log could not be folded in")?;
                Some(collector)
            }
            Err(OpenError::Busy(_)) => {
                note(&format!(
                    "another tacit process (a server, or a command) has {} open: reading beside it",
                    path.display()
                ));
                None
            }
            Err(error) => return Err(error.into()),
        };
        let store = match &collector {
            Some(collector) => Arc::clone(&collector.store),
            None => store(path)?,
        };
        let control = store.control()?;
        Ok(Self {
            store,
            control,
            collector,
        })
    }

    /// The project of that name, or the only one.
    pub(super) fn project(&self, name: Option<&str>) -> anyhow::Result<ProjectId> {
        project(&self.control, name)
    }
}

/// The project of that name, or the only one.
pub(super) fn project(control: &Control, name: Option<&str>) -> anyhow::Result<ProjectId> {
    let projects = &control.projects;
    if let Some(name) = name {
        return project_named(control, name).with_context(|| format!("there is no project {name}"));
    }
    match projects.first_key_value() {
        Some((&only, _)) if projects.len() == 1 => Ok(only),
        None => bail!("there is no project yet; `tacit keys create` makes one"),
        Some(_) => {
            let names: Vec<_> = projects.values().map(|project| &*project.name).collect();
            let names = names.join(", ");
            Err(Usage(format!("name one with --project: {names}")).into())
        }
    }
}
