//! What was gathered for datasets that are not made, or not sent, yet: it is thrown away,
//! and they begin anew.

use std::{
    fs::{self, File, TryLockError},
    io,
    path::Path,
    time::{Duration, SystemTime},
};

use crate::{control::ProjectId, export, objects};

/// Ends the name of a build that is not finished.
pub(super) const PARTIAL: &str = ".partial";
/// Held by whoever makes a build, below its unfinished directory.
const LOCK: &str = "work/lock";

/// How long nothing is written into what an export that ended left.
const QUIET: Duration = Duration::from_secs(60);

/// How many were thrown away, and how many somebody is at.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Unfinished {
    pub(crate) dropped: u64,
    pub(crate) busy: u64,
}

/// Throws away what waits below the directory `data`: builds of `project`, and whatever
/// waits to be sent, whose it is being known to who sends it alone.
pub(crate) fn drop_idle(data: &Path, project: ProjectId) -> io::Result<Unfinished> {
    let mut told = Unfinished::default();
    let builds = data.join("builds").join(project.0.to_string());
    for name in names(&builds)? {
        if !name.ends_with(PARTIAL) {
            continue;
        }
        let path = builds.join(&name);
        if is_held(&path.join(LOCK))? {
            told.busy += 1;
        } else {
            remove(&path)?;
            told.dropped += 1;
        }
    }
    let uploads = data.join(objects::UPLOADS);
    for name in names(&uploads)? {
        let Some(place) = name.strip_suffix(".lock") else {
            continue;
        };
        if is_held(&uploads.join(&name))? {
            told.busy += 1;
            continue;
        }
        let mut is_waiting = false;
        // Its notes stay: names of objects.
        for end in ["", PARTIAL] {
            is_waiting |= remove(&uploads.join(format!("{place}{end}")))?;
        }
        told.dropped += u64::from(is_waiting);
    }
    Ok(told)
}

/// Throws away what exports put aside that ended without tidying up: whoever is at one
/// writes into it all the time, and ends soon.
pub(super) fn drop_exports(data: &Path, now: SystemTime) -> io::Result<u64> {
    let work = data.join(export::WORK);
    let mut dropped = 0;
    for name in names(&work)? {
        let path = work.join(&name);
        let age = now.duration_since(written(&path)?).unwrap_or_default();
        if name.starts_with(export::PREFIX) && age > QUIET {
            dropped += u64::from(remove(&path)?);
        }
    }
    Ok(dropped)
}

/// When something was last written in the directory.
fn written(directory: &Path) -> io::Result<SystemTime> {
    let mut latest = SystemTime::UNIX_EPOCH;
    for name in names(directory)?.iter().map(String::as_str).chain([""]) {
        match fs::metadata(directory.join(name)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            metadata => latest = latest.max(metadata?.modified()?),
        }
    }
    Ok(latest)
}

fn is_held(lock: &Path) -> io::Result<bool> {
    let lock = match File::options().write(true).open(lock) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
        lock => lock?,
    };
    match lock.try_lock() {
        Ok(()) => Ok(false),
        Err(TryLockError::WouldBlock) => Ok(true),
        Err(TryLockError::Error(error)) => Err(error),
    }
}

/// Whether it was there.
fn remove(path: &Path) -> io::Result<bool> {
    let removed = if path.is_dir() {
        fs::remove_dir_all(path)
    } else {
        fs::remove_file(path)
    };
    match removed {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        removed => removed.map(|()| true),
    }
}

pub(super) fn names(directory: &Path) -> io::Result<Vec<String>> {
    let entries = match fs::read_dir(directory) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries?,
    };
    let mut names = Vec::new();
    for entry in entries {
        names.extend(entry?.file_name().into_string());
    }
    Ok(names)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_somebody_is_at_is_left_and_all_else_goes() {
        let directory = tempfile::tempdir().unwrap();
        let data = directory.path();
        let put = |path: &str| {
            let path = data.join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            File::create(path).unwrap()
        };
        for idle in [
            "builds/1/a.partial/work/rows.run",
            "builds/1/b.partial/work/lock",
            "builds/1/b.partial/train.jsonl",
            "uploads/0.lock",
            "uploads/0/train.jsonl",
            "uploads/0.partial/work/rows.run",
            "uploads/1.lock",
            "uploads/1",
            "work/export-1/rows.run",
        ] {
            put(idle);
        }
        let held = ["builds/1/c.partial/work/lock", "uploads/2.lock"].map(put);
        for lock in &held {
            lock.lock().unwrap();
        }
        let kept = [
            "builds/1/d/manifest.json",
            "builds/2/a.partial/x",
            "uploads/0.json",
            "uploads/2/train.jsonl",
        ];
        for kept in kept {
            put(kept);
        }
        let told = drop_idle(data, ProjectId(1)).unwrap();
        assert_eq!(
            told,
            Unfinished {
                dropped: 4,
                busy: 2
            }
        );
        let now = SystemTime::now();
        assert_eq!(drop_exports(data, now).unwrap(), 0, "somebody may be at it");
        assert_eq!(drop_exports(data, now + QUIET * 2).unwrap(), 1);
        let of = |directory: &str| {
            let mut names = names(&data.join(directory)).unwrap();
            names.sort_unstable();
            names
        };
        assert_eq!(of("builds/1"), ["c.partial", "d"]);
        assert_eq!(of("uploads"), ["0.json", "0.lock", "1.lock", "2", "2.lock"]);
        assert_eq!(of("work"), [""; 0]);
        for kept in kept {
            assert!(data.join(kept).exists(), "{kept}");
        }
        drop(held);
        let told = drop_idle(data, ProjectId(1)).unwrap();
        assert_eq!(
            told,
            Unfinished {
                dropped: 2,
                busy: 0
            }
        );
    }
}
