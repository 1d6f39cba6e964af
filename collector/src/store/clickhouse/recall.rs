//! What a collector has to know to begin while the database is away: the answers to what it
//! asks at its start, as they were when they were last kept. They lie in a file of the data
//! directory, which holds what the database holds of keys: nobody else may read it.

use std::{
    collections::BTreeMap,
    fs::{self, File},
    io::{Cursor, Read, Write},
    path::{Path, PathBuf},
    sync::{Mutex, MutexGuard, PoisonError},
    thread::{self, ThreadId},
};

use crate::store::StoreError;

/// The file of the data directory.
const NAME: &str = "remembered";

/// Answers by what was asked.
type Answers = BTreeMap<String, Vec<u8>>;

#[derive(Default)]
pub(super) struct Recall {
    mode: Mutex<Option<(ThreadId, Mode)>>,
}

enum Mode {
    /// What this thread hears is kept.
    Keeping(Answers),
    /// This thread hears what was kept.
    Recalling(Answers),
}

impl Recall {
    /// The kept answer to what this thread asks, where it is to hear such ones.
    pub(super) fn answer(&self, select: &str) -> Option<Result<Cursor<Vec<u8>>, StoreError>> {
        match &*self.mode() {
            Some((who, Mode::Recalling(answers))) if *who == thread::current().id() => {
                let known = answers.get(select).cloned().map(Cursor::new);
                Some(known.ok_or_else(|| {
                    StoreError::Unreachable("it is away, and that was not kept".into())
                }))
            }
            _ => None,
        }
    }

    /// The answer to what this thread asked; kept, if it is one to be kept.
    pub(super) fn heard(
        &self,
        select: &str,
        mut answer: Box<dyn Read>,
    ) -> Result<Box<dyn Read>, StoreError> {
        let here = thread::current().id();
        let is_kept = |mode: &Option<(ThreadId, Mode)>| matches!(mode, Some((who, Mode::Keeping(_))) if *who == here);
        if !is_kept(&self.mode()) {
            return Ok(answer);
        }
        // It may take long to come: nobody waits for it who asks something else.
        let mut bytes = Vec::new();
        let read = answer.read_to_end(&mut bytes);
        read.map_err(|error| StoreError::Unreachable(error.to_string()))?;
        if let Some((_, Mode::Keeping(answers))) = &mut *self.mode() {
            answers.insert(select.into(), bytes.clone());
        }
        Ok(Box::new(Cursor::new(bytes)))
    }

    /// Keeps in `data` what this thread hears while `ask` asks.
    pub(super) fn keep(
        &self,
        data: &Path,
        ask: impl FnOnce() -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        let here = thread::current().id();
        {
            let mut mode = self.mode();
            // Somebody else is about it.
            if mode.is_some() {
                return Ok(());
            }
            *mode = Some((here, Mode::Keeping(Answers::new())));
        }
        let asked = ask();
        let kept = self.mode().take();
        asked?;
        match kept {
            Some((_, Mode::Keeping(answers))) => write(data, &answers),
            _ => Ok(()),
        }
    }

    /// From now on this thread hears what was kept in `data`; false where nothing was.
    pub(super) fn begin(&self, data: &Path) -> Result<bool, StoreError> {
        let answers = match fs::read(path(data)) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(false),
            Err(error) => return Err(error.into()),
        };
        let answers = postcard::from_bytes(&answers);
        let answers = answers.map_err(|_| StoreError::Unreadable("memory of the store"))?;
        *self.mode() = Some((thread::current().id(), Mode::Recalling(answers)));
        Ok(true)
    }

    /// Everybody hears the database again.
    pub(super) fn end(&self) {
        *self.mode() = None;
    }

    fn mode(&self) -> MutexGuard<'_, Option<(ThreadId, Mode)>> {
        self.mode.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn path(data: &Path) -> PathBuf {
    data.join(NAME)
}

fn write(data: &Path, answers: &Answers) -> Result<(), StoreError> {
    let bytes = postcard::to_stdvec(answers);
    let bytes = bytes.map_err(|_| StoreError::Unreadable("memory of the store"))?;
    // Whole, and only its owner's: that is how temporary files are made.
    let mut file = tempfile::NamedTempFile::new_in(data)?;
    file.write_all(&bytes)?;
    file.as_file().sync_all()?;
    file.persist(path(data)).map_err(|error| error.error)?;
    Ok(File::open(data)?.sync_all()?)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    fn hear(recall: &Recall, select: &str) -> Option<String> {
        let mut text = String::new();
        let answer = recall.answer(select)?;
        answer.ok()?.read_to_string(&mut text).unwrap();
        Some(text)
    }

    #[test]
    fn what_was_heard_is_heard_again_by_the_one_who_begins() {
        let directory = tempfile::tempdir().unwrap();
        let recall = Recall::default();
        assert!(!recall.begin(directory.path()).unwrap());
        let mut said = String::new();
        let kept = recall.keep(directory.path(), || {
            let answer: Box<dyn Read> = Box::new(Cursor::new(b"one".to_vec()));
            recall.heard("a", answer)?.read_to_string(&mut said)?;
            Ok(())
        });
        kept.unwrap();
        assert_eq!(said, "one");
        let mode = fs::metadata(path(directory.path())).unwrap().permissions();
        assert_eq!(mode.mode() & 0o077, 0);

        let recall = Recall::default();
        assert_eq!(hear(&recall, "a"), None, "the database is asked");
        assert!(recall.begin(directory.path()).unwrap());
        assert_eq!(hear(&recall, "a").as_deref(), Some("one"));
        assert!(recall.answer("b").unwrap().is_err());
        thread::scope(|scope| {
            let other = scope.spawn(|| hear(&recall, "a"));
            assert_eq!(other.join().unwrap(), None, "others ask the database");
        });
        recall.end();
        assert_eq!(hear(&recall, "a"), None);
    }

    #[test]
    fn what_could_not_be_asked_leaves_what_was_kept() {
        let directory = tempfile::tempdir().unwrap();
        let recall = Recall::default();
        let keep = |text: &'static str, ends: Result<(), StoreError>| {
            recall.keep(directory.path(), || {
                recall.heard("a", Box::new(text.as_bytes()))?;
                ends
            })
        };
        keep("one", Ok(())).unwrap();
        assert!(keep("two", Err(StoreError::Ending)).is_err());
        assert!(recall.begin(directory.path()).unwrap());
        assert_eq!(hear(&recall, "a").as_deref(), Some("one"));
    }
}
