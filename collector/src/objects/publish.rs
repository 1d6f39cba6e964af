//! Files first, the manifest last.

use std::{collections::BTreeSet, fs};

use sha2::{Digest, Sha256};

use super::{Bucket, ObjectsError, Staging, journal::Journal};
use crate::dataset::build::{Inputs, Manifest, Published};

/// Refuses early what could only be refused at the end: a prefix that holds another
/// build.
///
/// # Errors
///
/// When it does, or cannot be asked.
pub fn refuse_foreign(bucket: &Bucket, inputs: &Inputs, replace: bool) -> Result<(), ObjectsError> {
    let there = bucket.read(Manifest::FILE)?;
    match there.filter(|_| !replace).as_deref().map(read) {
        None => Ok(()),
        Some(Some(manifest)) if manifest.inputs == *inputs => Ok(()),
        Some(Some(manifest)) => Err(exists(bucket, &format!("another build, {}", manifest.id))),
        Some(None) => Err(exists(bucket, "no build")),
    }
}

/// Sends the build that is in `staging`, then removes it there. Where this ends early,
/// no manifest is in the bucket, and the next run goes on.
///
/// # Errors
///
/// When the prefix holds something else, or not all could be sent.
pub fn publish(
    bucket: &Bucket,
    staging: &Staging,
    manifest: &Manifest,
    replace: bool,
) -> Result<Published, ObjectsError> {
    let path = staging.directory().join(Manifest::FILE);
    let json = fs::read(&path).map_err(|error| ObjectsError::io(&path, error))?;
    let mut journal = Journal::open(&staging.journal());
    let there = bucket.read(Manifest::FILE)?;
    let mut published = Published::Unchanged;
    let whole = there.as_deref() == Some(&*json) && changed_object(bucket, manifest)?.is_none();
    if !whole {
        let allowed = replace || (there.is_none() && journal.notes().is_some());
        if !allowed {
            refuse_taken(bucket, there.as_deref(), &json, manifest)?;
        }
        let before = there.as_deref().and_then(read);
        let before = before.map(|build| build.files.into_keys().collect());
        published = send(bucket, staging, manifest, &json, &mut journal, before)?;
    }
    if let Some(notes) = journal.notes() {
        let mut stale = notes.before.iter();
        stale.try_for_each(|name| match manifest.files.contains_key(name) {
            true => Ok(()),
            false => bucket.remove(name),
        })?;
    }
    staging.clear()?;
    journal.end()?;
    Ok(published)
}

/// Takes the old manifest away, sends all files that are not there yet, then the new one.
/// `before` are the files of the build that is replaced.
fn send(
    bucket: &Bucket,
    staging: &Staging,
    manifest: &Manifest,
    json: &[u8],
    journal: &mut Journal,
    before: Option<BTreeSet<String>>,
) -> Result<Published, ObjectsError> {
    let replaces = before.is_some();
    let digest = hex::encode(Sha256::digest(json));
    let mut notes = journal.begin(digest, before.unwrap_or_default(), replaces)?;
    bucket.remove(Manifest::FILE)?;
    for (name, facts) in &manifest.files {
        if notes.sent.contains(name) && bucket.length(name)? == Some(facts.bytes) {
            continue;
        }
        bucket.put_file(name, &staging.directory().join(name), facts)?;
        notes.sent.insert(name.clone());
        journal.write(&notes)?;
    }
    bucket.put(Manifest::FILE, json.into())?;
    let back = bucket.read(Manifest::FILE)?.unwrap_or_default();
    if *back != *json {
        bucket.remove(Manifest::FILE)?;
        return Err(ObjectsError::Unlike {
            url: format!("{}/{}", bucket.place(), Manifest::FILE),
            bytes: back.len() as u64,
            expected: json.len() as u64,
        });
    }
    Ok(match notes.replaces {
        true => Published::Replaced,
        false => Published::Created,
    })
}

/// What is below the prefix, where it is not what is to be sent.
fn refuse_taken(
    bucket: &Bucket,
    there: Option<&[u8]>,
    json: &[u8],
    manifest: &Manifest,
) -> Result<(), ObjectsError> {
    let Some(there) = there else {
        return match bucket.is_empty()? {
            true => Ok(()),
            false => Err(exists(bucket, "no build")),
        };
    };
    if there == json {
        let file = changed_object(bucket, manifest)?.unwrap_or_default();
        let holds = format!("this very build, but {file} is gone or was changed");
        return Err(exists(bucket, &holds));
    }
    Err(match read(there) {
        Some(build) if build.id == manifest.id => exists(bucket, "the same build of other facts"),
        Some(build) => exists(bucket, &format!("another build, {}", build.id)),
        None => exists(bucket, "no build"),
    })
}

/// The first file that is not there in its length.
fn changed_object<'a>(
    bucket: &Bucket,
    manifest: &'a Manifest,
) -> Result<Option<&'a str>, ObjectsError> {
    for (name, facts) in &manifest.files {
        if bucket.length(name)? != Some(facts.bytes) {
            return Ok(Some(name));
        }
    }
    Ok(None)
}

fn read(manifest: &[u8]) -> Option<Manifest> {
    serde_json::from_slice(manifest).ok()
}

fn exists(bucket: &Bucket, holds: &str) -> ObjectsError {
    ObjectsError::Exists {
        url: bucket.place().to_string(),
        holds: holds.into(),
    }
}
