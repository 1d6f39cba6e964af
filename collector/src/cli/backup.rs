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
use crate::{
    erase::GRAVES,
    log::{Copied, Position, copy, disk::RealDisk, frame::Salt, missing},
    store::{ControlStore, SqliteStore, StoreUrl},
};

#[derive(Debug, Args)]
pub(super) struct Options {
    /// A directory that is not there yet; it is a data directory itself then.
    out: PathBuf,
    #[command(flatten)]
    common: Common,
}

/// Copies the store as it is at one moment, what of the log it has not taken yet, and the
/// graves beside it: everything that was acknowledged before is in the copy.
pub(super) fn run(options: &Options) -> anyhow::Result<()> {
    let data = &options.common.data;
    // What is copied is a file; servers have a backup of their own.
    let url = options.common.url()?;
    if url != StoreUrl::Sqlite {
        bail!(
            "the facts are in {url}, which is no file: back them up with the means of its \
             servers; what is not there yet is in {}",
            data.join("log").display()
        );
    }
    if !SqliteStore::file(data).is_file() {
        bail!("there is no data directory {}", data.display());
    }
    let to = &options.out;
    if to.exists() {
        bail!("{} is there already", to.display());
    }
    let partial = beside(to);
    let _ = fs::remove_dir_all(&partial);
    fs::create_dir_all(&partial).with_context(|| format!("{}", partial.display()))?;
    let store = SqliteStore::open(data)?;
    let (bytes, since) = store
        .copy_to(&partial)
        .context("the store could not be copied")?;
    let log =
        copy_log(data, &partial, store.salt()?, since).context("the log could not be copied")?;
    // After both: whoever is erased in them has a grave in the file.
    copy_if_there(&data.join(GRAVES), &partial.join(GRAVES))?;
    File::open(&partial)?.sync_all()?;
    fs::rename(&partial, to)?;
    let parent = to.parent().filter(|path| !path.as_os_str().is_empty());
    File::open(parent.unwrap_or(Path::new(".")))?.sync_all()?;
    if options.common.json {
        let log = json!({"segments": log.segments, "bytes": log.bytes});
        return out_json(&json!({"out": to, "bytes": bytes, "log": log}));
    }
    let Copied { bytes: more, .. } = log;
    Ok(out(&format!(
        "{}\t{bytes} bytes and {more} of the log",
        to.display()
    ))?)
}

/// Copies what a store at `since` has not taken.
fn copy_log(data: &Path, to: &Path, salt: Salt, since: Position) -> anyhow::Result<Copied> {
    if !data.join("log").is_dir() {
        return Ok(Copied::default());
    }
    let from = RealDisk::new(data.join("log"))?;
    let to = RealDisk::new(to.join("log"))?;
    let copied = copy(&from, &to, since)?;
    let known = missing(&from, salt, since)?;
    let lacking = missing(&to, salt, since)?;
    if let Some(lost) = lacking.iter().find(|lost| !known.contains(lost)) {
        bail!(
            "{lost}: it was deleted for its age while the store was copied; keep segments longer"
        );
    }
    Ok(copied)
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
