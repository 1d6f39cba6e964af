//! Where in which bucket.

use std::{fmt, path::Path as FilePath};

use object_store::path::Path;
use thiserror::Error;

/// An address that is no place for objects.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{0}: a directory, or s3://BUCKET/PREFIX")]
pub struct PlaceError(String);

/// A prefix, or the key of one object, in a bucket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    pub(super) bucket: String,
    pub(super) prefix: Path,
}

impl Place {
    /// Of what `--out` says; `None` where that is a file or directory.
    ///
    /// # Errors
    ///
    /// When it is an address of anything but S3, or has no bucket or no prefix.
    pub fn parse(out: &FilePath) -> Result<Option<Self>, PlaceError> {
        let Some((scheme, rest)) = out.to_str().and_then(|text| text.split_once("://")) else {
            return Ok(None);
        };
        let wrong = || PlaceError(out.display().to_string());
        let (bucket, prefix) = rest.split_once('/').ok_or_else(wrong)?;
        let prefix = Path::parse(prefix).map_err(|_| wrong())?;
        if scheme != "s3" || bucket.is_empty() || prefix.as_ref().is_empty() {
            return Err(wrong());
        }
        Ok(Some(Self {
            bucket: bucket.into(),
            prefix,
        }))
    }

    /// The key of a file below this prefix.
    pub(super) fn key(&self, name: &str) -> Path {
        let parts = name.split('/');
        parts.fold(self.prefix.clone(), |path, part| path.join(part))
    }
}

impl fmt::Display for Place {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "s3://{}/{}", self.bucket, self.prefix)
    }
}
