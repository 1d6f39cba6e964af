//! A disk that forgets what was not synced, tears what it keeps of it, and
//! refuses on demand.

use std::{
    collections::BTreeMap,
    io,
    sync::{Arc, Mutex, MutexGuard},
};

use super::disk::{Disk, DiskFile};

/// A simulated disk; clones are the same disk.
#[derive(Clone, Default)]
pub(crate) struct SimDisk(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    files: BTreeMap<String, SimFile>,
    /// Appends that still succeed; `None` is all.
    appends_left: Option<usize>,
    /// Syncs of files that still succeed; `None` is all.
    syncs_left: Option<usize>,
    /// Files that took a name which is not synced yet, and what had it before.
    renamed: Vec<(String, Option<SimFile>)>,
    /// Every operation, for tests of their order.
    operations: Vec<&'static str>,
}

#[derive(Default, Clone)]
struct SimFile {
    bytes: Vec<u8>,
    synced: usize,
    name_synced: bool,
}

impl SimDisk {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap()
    }

    /// What is there after the power went: synced bytes of files whose name was
    /// synced, and of the rest as many bytes as `torn` says.
    pub(crate) fn after_crash(&self, torn: usize) -> Self {
        let mut files = self.state().files.clone();
        for (name, before) in self.state().renamed.iter().rev() {
            files.remove(name);
            files.extend(before.clone().map(|file| (name.clone(), file)));
        }
        let kept = files.into_iter().filter(|(_, file)| file.name_synced);
        let files = kept.map(|(name, mut file)| {
            file.bytes.truncate(file.synced + torn);
            file.synced = file.bytes.len();
            (name, file)
        });
        let state = State {
            files: files.collect(),
            ..State::default()
        };
        Self(Arc::new(Mutex::new(state)))
    }

    pub(crate) fn refuse_appends_after(&self, count: usize) {
        self.state().appends_left = Some(count);
    }

    pub(crate) fn refuse_syncs_after(&self, count: usize) {
        self.state().syncs_left = Some(count);
    }

    pub(crate) fn heal(&self) {
        let mut state = self.state();
        state.appends_left = None;
        state.syncs_left = None;
    }

    pub(crate) fn damage(&self, name: &str, offset: usize) {
        self.state().files.get_mut(name).unwrap().bytes[offset] ^= 0xff;
    }

    pub(crate) fn names(&self) -> Vec<String> {
        self.state().files.keys().cloned().collect()
    }

    pub(crate) fn operations(&self) -> Vec<&'static str> {
        self.state().operations.clone()
    }

    fn file(&self, name: &str) -> Arc<dyn DiskFile> {
        Arc::new(SimHandle {
            disk: self.clone(),
            name: name.into(),
        })
    }
}

fn spend(left: &mut Option<usize>) -> io::Result<()> {
    match left {
        Some(0) => Err(io::Error::other("refused")),
        Some(count) => {
            *count -= 1;
            Ok(())
        }
        None => Ok(()),
    }
}

impl Disk for SimDisk {
    fn list(&self) -> io::Result<Vec<String>> {
        Ok(self.names())
    }

    fn create(&self, name: &str) -> io::Result<Arc<dyn DiskFile>> {
        let mut state = self.state();
        state.operations.push("create");
        if state.files.contains_key(name) {
            return Err(io::ErrorKind::AlreadyExists.into());
        }
        state.files.insert(name.into(), SimFile::default());
        drop(state);
        Ok(self.file(name))
    }

    fn open(&self, name: &str) -> io::Result<Arc<dyn DiskFile>> {
        if !self.state().files.contains_key(name) {
            return Err(io::ErrorKind::NotFound.into());
        }
        Ok(self.file(name))
    }

    fn remove(&self, name: &str) -> io::Result<()> {
        self.state().files.remove(name);
        Ok(())
    }

    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        let mut state = self.state();
        state.operations.push("rename");
        let file = state.files.remove(from).ok_or(io::ErrorKind::NotFound)?;
        let before = state.files.insert(to.into(), file);
        state.renamed.push((to.into(), before));
        Ok(())
    }

    fn sync(&self) -> io::Result<()> {
        let mut state = self.state();
        state.operations.push("sync directory");
        state.renamed.clear();
        for file in state.files.values_mut() {
            file.name_synced = true;
        }
        Ok(())
    }
}

struct SimHandle {
    disk: SimDisk,
    name: String,
}

impl SimHandle {
    fn with<T>(
        &self,
        act: impl FnOnce(&mut State, &mut SimFile) -> io::Result<T>,
    ) -> io::Result<T> {
        let mut state = self.disk.state();
        let mut file = state
            .files
            .remove(&self.name)
            .ok_or(io::ErrorKind::NotFound)?;
        let done = act(&mut state, &mut file);
        state.files.insert(self.name.clone(), file);
        done
    }
}

impl DiskFile for SimHandle {
    fn append(&self, bytes: &[u8]) -> io::Result<()> {
        self.with(|state, file| {
            state.operations.push("append");
            let spent = spend(&mut state.appends_left);
            // A write that fails leaves any part behind.
            let len = if spent.is_ok() {
                bytes.len()
            } else {
                bytes.len() / 2
            };
            file.bytes.extend_from_slice(&bytes[..len]);
            spent
        })
    }

    fn sync(&self) -> io::Result<()> {
        self.with(|state, file| {
            state.operations.push("sync");
            spend(&mut state.syncs_left)?;
            file.synced = file.bytes.len();
            Ok(())
        })
    }

    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        self.with(|_, file| {
            let start = usize::try_from(offset).unwrap().min(file.bytes.len());
            let rest = &file.bytes[start..];
            let len = rest.len().min(buffer.len());
            buffer[..len].copy_from_slice(&rest[..len]);
            Ok(len)
        })
    }

    fn size(&self) -> io::Result<u64> {
        self.with(|_, file| Ok(file.bytes.len() as u64))
    }

    fn truncate(&self, len: u64) -> io::Result<()> {
        self.with(|state, file| {
            spend(&mut state.appends_left)?;
            file.bytes.truncate(usize::try_from(len).unwrap());
            file.synced = file.synced.min(file.bytes.len());
            Ok(())
        })
    }
}
