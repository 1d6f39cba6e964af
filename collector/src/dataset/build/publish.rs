//! The directory of a build: made beside its place and renamed into it, so that
//! nobody ever sees half of it.

use std::{
    ffi::OsString,
    fs::{self, File, TryLockError},
    io::{self, Write},
    path::{Path, PathBuf},
};

use rustix::fs::{CWD, RenameFlags, renameat_with};

use super::{
    BuildError, BuildRequest, FileFacts, Published,
    manifest::{Inputs, Manifest},
    write::facts_of,
};

const WORK: &str = "work";
const LOCK: &str = "lock";

/// Where a build of `out` is made.
pub(super) fn partial_of(out: &Path) -> PathBuf {
    let mut partial = OsString::from(out.as_os_str());
    partial.push(".partial");
    partial.into()
}

/// Where a build keeps what nobody shall read.
pub(super) fn work_of(partial: &Path) -> PathBuf {
    partial.join(WORK)
}

/// A directory in the making. One process at a time has it.
#[derive(Debug)]
pub(super) struct Partial {
    path: PathBuf,
    work: PathBuf,
    _lock: File,
}

impl Partial {
    /// The partial directory of `out`, made where it is missing.
    pub(super) fn open(out: &Path) -> Result<Self, BuildError> {
        let path = partial_of(out);
        let work = work_of(&path);
        // Whoever is cut off between its last steps leaves a build there.
        if !work.exists() && !is_empty(&path) && Manifest::read(&path).is_none() {
            return Err(BuildError::Foreign(path));
        }
        fs::create_dir_all(&work).map_err(|error| BuildError::io(&work, error))?;
        let lock = work.join(LOCK);
        let file = File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&lock)
            .map_err(|error| BuildError::io(&lock, error))?;
        match file.try_lock() {
            Ok(()) => Ok(Self {
                path,
                work,
                _lock: file,
            }),
            Err(TryLockError::WouldBlock) => Err(BuildError::Busy(out.into())),
            Err(TryLockError::Error(error)) => Err(BuildError::io(&lock, error)),
        }
    }

    /// For files that are published.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// For files that are not.
    pub(super) fn work(&self) -> &Path {
        &self.work
    }

    /// Removes everything else: what a run had not finished, and files that were
    /// written already and will be again.
    pub(super) fn keep_only(&self, files: &[&str]) -> Result<(), BuildError> {
        remove_but(&self.work, |name| name == LOCK || files.contains(&name))?;
        remove_but(&self.path, |name| name == WORK)
    }

    /// Replaces a file of the work directory as a whole, durably.
    pub(super) fn replace_work_file(&self, name: &str, bytes: &[u8]) -> Result<(), BuildError> {
        let path = self.work.join(name);
        let next = self.work.join(format!("{name}.next"));
        write_durably(&next, bytes)?;
        fs::rename(&next, &path).map_err(|error| BuildError::io(&path, error))?;
        sync(&self.work)
    }
}

/// Whether nothing is lost with it.
fn is_empty(directory: &Path) -> bool {
    match fs::read_dir(directory) {
        Ok(mut entries) => entries.next().is_none(),
        Err(error) => error.kind() == io::ErrorKind::NotFound,
    }
}

fn remove_but(directory: &Path, keep: impl Fn(&str) -> bool) -> Result<(), BuildError> {
    let io = |error| BuildError::io(directory, error);
    for entry in fs::read_dir(directory).map_err(io)? {
        let entry = entry.map_err(io)?;
        if entry.file_name().to_str().is_some_and(&keep) {
            continue;
        }
        let path = entry.path();
        let removed = if path.is_dir() {
            fs::remove_dir_all(&path)
        } else {
            fs::remove_file(&path)
        };
        removed.map_err(|error| BuildError::io(&path, error))?;
    }
    Ok(())
}

/// Writes a new file that is on the device on return; directories on the way are made.
pub(super) fn write_durably(path: &Path, bytes: &[u8]) -> Result<(), BuildError> {
    let io = |error| BuildError::io(path, error);
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent).map_err(io)?;
    }
    let mut file = File::create(path).map_err(io)?;
    file.write_all(bytes).map_err(io)?;
    file.sync_all().map_err(io)
}

fn sync(directory: &Path) -> Result<(), BuildError> {
    let synced = File::open(directory).and_then(|directory| directory.sync_all());
    synced.map_err(|error| BuildError::io(directory, error))
}

/// Refuses early what could only be refused at the end: a directory that holds
/// something other than this build, and may not be replaced.
pub(super) fn refuse_foreign(request: &BuildRequest, inputs: &Inputs) -> Result<(), BuildError> {
    if request.replace || !request.out.exists() {
        return Ok(());
    }
    let found = Manifest::read(&request.out).ok_or_else(|| exists(request, "no build"))?;
    if found.inputs == *inputs {
        return Ok(());
    }
    Err(exists(request, &format!("another build, {}", found.id)))
}

fn exists(request: &BuildRequest, holds: &str) -> BuildError {
    BuildError::Exists {
        path: request.out.clone(),
        holds: holds.into(),
    }
}

/// The first file below `directory` that is not what the manifest says of it.
fn changed_file<'a>(directory: &Path, manifest: &'a Manifest) -> Option<&'a str> {
    let mut files = manifest.files.iter();
    let changed = files.find(|(name, known)| {
        let is_as_known =
            |there: FileFacts| (there.bytes, &there.sha256) == (known.bytes, &known.sha256);
        !facts_of(&directory.join(name)).is_ok_and(is_as_known)
    });
    changed.map(|(name, _)| name.as_str())
}

/// Puts the finished directory into its place.
pub(super) fn publish(
    partial: Partial,
    request: &BuildRequest,
    manifest: &Manifest,
) -> Result<Published, BuildError> {
    let out = &request.out;
    let json = manifest.to_bytes();
    if out.exists() {
        let there = fs::read(out.join(Manifest::FILE)).unwrap_or_default();
        let changed = (there == json).then(|| changed_file(out, manifest));
        if changed == Some(None) {
            remove(&partial.path)?;
            return Ok(Published::Unchanged);
        }
        if !request.replace {
            let holds = match changed.flatten() {
                Some(file) => format!("this very build, but {file} is gone or was changed"),
                None => "the same build of other facts".into(),
            };
            return Err(exists(request, &holds));
        }
    }
    write_durably(&partial.path.join(Manifest::FILE), &json)?;
    remove(&partial.work)?;
    sync_tree(&partial.path)?;
    let published = if out.exists() {
        exchange(&partial.path, out)?;
        remove(&partial.path)?;
        Published::Replaced
    } else {
        fs::rename(&partial.path, out).map_err(|error| BuildError::io(out, error))?;
        Published::Created
    };
    let parent = out.parent().filter(|parent| !parent.as_os_str().is_empty());
    sync(parent.unwrap_or(Path::new(".")))?;
    Ok(published)
}

/// Swaps both directories in one step; where the file system knows none, in two.
fn exchange(new: &Path, out: &Path) -> Result<(), BuildError> {
    if renameat_with(CWD, new, CWD, out, RenameFlags::EXCHANGE).is_ok() {
        return Ok(());
    }
    let mut aside = OsString::from(out.as_os_str());
    aside.push(".replaced");
    let aside = PathBuf::from(aside);
    let io = |error| BuildError::io(out, error);
    remove(&aside)?;
    fs::rename(out, &aside).map_err(io)?;
    if let Err(error) = fs::rename(new, out) {
        // What was there stays.
        fs::rename(&aside, out).map_err(io)?;
        return Err(io(error));
    }
    remove(&aside)
}

fn remove(directory: &Path) -> Result<(), BuildError> {
    match fs::remove_dir_all(directory) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            Err(BuildError::io(directory, error))
        }
        _ => Ok(()),
    }
}

/// Files were synced as they were written; this does the names.
fn sync_tree(directory: &Path) -> Result<(), BuildError> {
    let io = |error| BuildError::io(directory, error);
    for entry in fs::read_dir(directory).map_err(io)? {
        let path = entry.map_err(io)?.path();
        if path.is_dir() {
            sync_tree(&path)?;
        }
    }
    sync(directory)
}
