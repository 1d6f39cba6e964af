//! What people see in a browser: plain modules in `collector/dashboard/`, part of the
//! binary. They read the API like anybody else, with the cookie of whoever signed in,
//! so nothing is shown that the API does not tell. A debug build reads the files from
//! their folder at every request, so that a change needs no compiler.

use std::borrow::Cow;

use rust_embed::{Embed, EmbeddedFile};

#[derive(Embed)]
#[folder = "dashboard/"]
struct Files;

/// One file of the dashboard.
#[derive(Debug)]
pub struct File {
    /// What it holds.
    pub bytes: Cow<'static, [u8]>,
    /// What changes with it: a quoted entity tag.
    pub tag: String,
}

/// The file of this name, `lib/api.js` for one; `None` where there is none.
#[must_use]
pub fn file(name: &str) -> Option<File> {
    // In debug builds the name is looked for on the disk.
    if name
        .split('/')
        .any(|part| part.is_empty() || part.starts_with('.'))
    {
        return None;
    }
    let EmbeddedFile { data, metadata } = Files::get(name)?;
    let digest = metadata.sha256_hash();
    let tag = format!("\"{}\"", hex::encode(&digest[..16]));
    Some(File { bytes: data, tag })
}

#[cfg(test)]
mod tests;
