//! `tacit backup`.

use std::{
    ffi::OsString,
    fs::{self, File},
    io,
    path::{Path, PathBuf},
};

use anyhow::{Context, bail};
use clap::Args;
use serde_json::json;

use super::{Common, out, out_json};
use crate::{erase::GRAVES, store::SqliteStore};

#[derive(Debug, Args)]
pub(super) struct Options {
    /// A directory that is not there yet; it is a data directory itself then.
    out: PathBuf,
    #[command(flatten)]
    common: Common,
}

/// Copies the store as it is at one moment, and the graves beside it. What a server has
/// acknowledged and not stored yet, some milliseconds' worth, is not in it.
pub(super) fn run(options: &Options) -> anyhow::Result<()> {
    let data = &options.common.data;
    if !data.join("tacit.sqlite").is_file() {
        bail!("there is no data directory {}", data.display());
    }
    let to = &options.out;
    if to.exists() {
        bail!("{} is there already", to.display());
    }
    let partial = beside(to);
    let _ = fs::remove_dir_all(&partial);
    fs::create_dir_all(&partial).with_context(|| format!("{}", partial.display()))?;
    let bytes = SqliteStore::open(data)?
        .copy_to(&partial)
        .context("the store could not be copied")?;
    // After the store: whoever is erased in it has a grave in the file.
    copy_if_there(&data.join(GRAVES), &partial.join(GRAVES))?;
    File::open(&partial)?.sync_all()?;
    fs::rename(&partial, to)?;
    let parent = to.parent().filter(|path| !path.as_os_str().is_empty());
    File::open(parent.unwrap_or(Path::new(".")))?.sync_all()?;
    if options.common.json {
        return out_json(&json!({"out": to, "bytes": bytes}));
    }
    Ok(out(&format!("{}\t{bytes} bytes", to.display()))?)
}

fn beside(path: &Path) -> PathBuf {
    let mut name = OsString::from(path.as_os_str());
    name.push(".partial");
    name.into()
}

fn copy_if_there(from: &Path, to: &Path) -> io::Result<()> {
    match fs::copy(from, to) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        copied => {
            copied?;
            File::open(to)?.sync_all()
        }
    }
}
