//! A prefix in a bucket, read and written by a thread that waits.

use std::{
    fs::File,
    future::{Future, poll_fn},
    io::Read,
    path::Path as FilePath,
};

use bytes::Bytes;
use object_store::{
    MultipartUpload, ObjectStore, ObjectStoreExt, PutPayload,
    aws::{AmazonS3, AmazonS3Builder, Checksum},
    path::Path,
};
use sha2::{Digest, Sha256};
use tokio::runtime::{Builder, Runtime};

use super::{ObjectsError, Place, http::Connector};
use crate::dataset::build::FileFacts;

/// Bytes of a part, and of the largest file that is sent whole: all that a transfer
/// holds in memory. S3 takes 5 MiB at least.
const PART_BYTES: u64 = 8 << 20;
/// S3 takes so many parts of an object.
const PARTS_MAX: u64 = 10_000;

/// A prefix in a bucket.
#[derive(Debug)]
pub struct Bucket {
    place: Place,
    store: AmazonS3,
    runtime: Runtime,
}

impl Bucket {
    /// As the `AWS_*` environment variables say; nothing is asked yet.
    ///
    /// # Errors
    ///
    /// When a variable says nothing that can be understood.
    pub fn open(place: Place) -> Result<Self, ObjectsError> {
        let built = AmazonS3Builder::from_env()
            .with_bucket_name(&place.bucket)
            // The store computes it too and refuses what arrives differently.
            .with_checksum_algorithm(Checksum::SHA256)
            .with_http_connector(Connector)
            .build();
        let store = built.map_err(|error| failed(&place.to_string(), error))?;
        let runtime = Builder::new_current_thread().enable_time().build();
        let runtime = runtime.map_err(|error| ObjectsError::io(FilePath::new("tokio"), error))?;
        Ok(Self {
            place,
            store,
            runtime,
        })
    }

    /// Where this is.
    #[must_use]
    pub fn place(&self) -> &Place {
        &self.place
    }

    /// The bytes of a small object, if it is there.
    pub(super) fn read(&self, name: &str) -> Result<Option<Bytes>, ObjectsError> {
        let key = self.place.key(name);
        self.found(&key, async { self.store.get(&key).await?.bytes().await })
    }

    /// The length of an object, if it is there.
    pub(super) fn length(&self, name: &str) -> Result<Option<u64>, ObjectsError> {
        let key = self.place.key(name);
        self.found(&key, async { Ok(self.store.head(&key).await?.size) })
    }

    /// Whether nothing is below the prefix.
    pub(super) fn is_empty(&self) -> Result<bool, ObjectsError> {
        let mut listed = self.store.list(Some(&self.place.prefix));
        let first = poll_fn(|context| listed.as_mut().poll_next(context));
        let first = self.runtime.block_on(first).transpose();
        Ok(first
            .map_err(|error| self.failed(&self.place.prefix, error))?
            .is_none())
    }

    /// Removes an object; it need not be there.
    pub(super) fn remove(&self, name: &str) -> Result<(), ObjectsError> {
        let key = self.place.key(name);
        self.found(&key, self.store.delete(&key)).map(drop)
    }

    /// Puts bytes into an object, in one request.
    pub(super) fn put(&self, name: &str, bytes: Vec<u8>) -> Result<(), ObjectsError> {
        let key = self.place.key(name);
        let put = self.store.put(&key, PutPayload::from(bytes));
        self.done(&key, put).map(drop)
    }

    /// Puts a file below the prefix; see [`Self::send`].
    pub(super) fn put_file(
        &self,
        name: &str,
        file: &FilePath,
        facts: &FileFacts,
    ) -> Result<(), ObjectsError> {
        self.send(&self.place.key(name), file, facts)
    }

    /// Puts a file into the one object that this place names.
    ///
    /// # Errors
    ///
    /// When the file is not what `facts` say, or the store does not take it; nothing is
    /// to be seen of it then.
    pub fn put_one(&self, file: &FilePath, facts: &FileFacts) -> Result<(), ObjectsError> {
        self.send(&self.place.prefix, file, facts)
    }

    /// Sends a file, large ones in parts, and asks for its length afterwards.
    fn send(&self, key: &Path, file: &FilePath, facts: &FileFacts) -> Result<(), ObjectsError> {
        let mut source = Source::open(file)?;
        if facts.bytes <= PART_BYTES {
            let bytes = source.read(PART_BYTES)?;
            source.check(facts)?;
            self.done(key, self.store.put(key, PutPayload::from(bytes)))?;
        } else {
            let mut upload = self.done(key, self.store.put_multipart(key))?;
            if let Err(error) = self.send_parts(key, upload.as_mut(), source, facts) {
                // Else its parts are kept, and paid for.
                let _ = self.runtime.block_on(upload.abort());
                return Err(error);
            }
        }
        let head = self.done(key, self.store.head(key))?;
        if head.size != facts.bytes {
            return Err(ObjectsError::Unlike {
                url: self.url(key),
                bytes: head.size,
                expected: facts.bytes,
            });
        }
        Ok(())
    }

    /// One part after the other; nothing is to be seen before the last.
    fn send_parts(
        &self,
        key: &Path,
        upload: &mut dyn MultipartUpload,
        mut source: Source<'_>,
        facts: &FileFacts,
    ) -> Result<(), ObjectsError> {
        let part_bytes = PART_BYTES.max(facts.bytes.div_ceil(PARTS_MAX));
        loop {
            let part = source.read(part_bytes)?;
            if part.is_empty() {
                break;
            }
            self.done(key, upload.put_part(PutPayload::from(part)))?;
        }
        source.check(facts)?;
        self.done(key, upload.complete()).map(drop)
    }

    fn done<T>(
        &self,
        key: &Path,
        work: impl Future<Output = object_store::Result<T>>,
    ) -> Result<T, ObjectsError> {
        let done = self.runtime.block_on(work);
        done.map_err(|error| self.failed(key, error))
    }

    /// `None` where there is no such object.
    fn found<T>(
        &self,
        key: &Path,
        work: impl Future<Output = object_store::Result<T>>,
    ) -> Result<Option<T>, ObjectsError> {
        match self.runtime.block_on(work) {
            Ok(found) => Ok(Some(found)),
            // A bucket that is missing is told as such when something is put into it.
            Err(object_store::Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(self.failed(key, error)),
        }
    }

    fn url(&self, key: &Path) -> String {
        format!("s3://{}/{key}", self.place.bucket)
    }

    fn failed(&self, key: &Path, error: object_store::Error) -> ObjectsError {
        failed(&self.url(key), error)
    }
}

fn failed(url: &str, error: object_store::Error) -> ObjectsError {
    ObjectsError::Store {
        url: url.into(),
        error: Box::new(error),
    }
}

/// A file that is hashed as it is read.
struct Source<'a> {
    path: &'a FilePath,
    file: File,
    sha256: Sha256,
}

impl<'a> Source<'a> {
    fn open(path: &'a FilePath) -> Result<Self, ObjectsError> {
        let file = File::open(path).map_err(|error| ObjectsError::io(path, error))?;
        Ok(Self {
            path,
            file,
            sha256: Sha256::new(),
        })
    }

    /// The next bytes; fewer than `most` only at the end.
    fn read(&mut self, most: u64) -> Result<Vec<u8>, ObjectsError> {
        let mut bytes = Vec::new();
        let read = (&mut self.file).take(most).read_to_end(&mut bytes);
        read.map_err(|error| ObjectsError::io(self.path, error))?;
        self.sha256.update(&bytes);
        Ok(bytes)
    }

    /// Whether what was read is the whole file as it was built.
    fn check(&self, facts: &FileFacts) -> Result<(), ObjectsError> {
        if hex::encode(self.sha256.clone().finalize()) == facts.sha256 {
            return Ok(());
        }
        Err(ObjectsError::Changed(self.path.into()))
    }
}
