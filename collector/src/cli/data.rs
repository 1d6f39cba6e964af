//! A data directory, with or without another process on it.

use std::{convert::Infallible, path::Path, sync::Arc};

use anyhow::{Context, bail};

use super::{Common, Usage, note};
use crate::{
    client::Secret,
    collector::{Collector, OpenError, project_named},
    config::LogConfig,
    control::{Control, ProjectId},
    store::{self, AnyStore, StoreUrl, StoreUrlError},
};

/// What may hold a password is read later, so that a mistake in it is not printed.
pub(super) fn secret(text: &str) -> Result<Secret, Infallible> {
    Ok(Secret::new(text))
}

/// The store that was said, else that of the configuration where there is one.
pub(super) fn url(said: Option<&Secret>, configured: &StoreUrl) -> anyhow::Result<StoreUrl> {
    let Some(text) = said else {
        return Ok(configured.clone());
    };
    let url = text.reveal().parse();
    Ok(url.map_err(|error: StoreUrlError| Usage(error.to_string()))?)
}

impl Common {
    /// The store that the command works on.
    pub(super) fn url(&self) -> anyhow::Result<StoreUrl> {
        url(self.store.as_ref(), &StoreUrl::default())
    }

    /// Opens it.
    pub(super) fn store(&self) -> anyhow::Result<Arc<dyn AnyStore>> {
        Ok(store::open(&self.url()?, &self.data)?)
    }

    /// Opens it with everything that was acknowledged.
    pub(super) fn open(&self) -> anyhow::Result<Data> {
        Data::open(&self.data, &self.url()?)
    }
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
    pub(super) fn open(path: &Path, url: &StoreUrl) -> anyhow::Result<Self> {
        if !path.is_dir() {
            bail!("there is no data directory {}", path.display());
        }
        let collector = match Collector::open(url, path, &LogConfig::default()) {
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
            None => store::open(url, path)?,
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
