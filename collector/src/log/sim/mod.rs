//! A disk that forgets what was not synced, tears and reorders what it keeps of it, loses
//! its power at a chosen operation, and refuses on demand.
//!
//! What a process sees and what the device has are kept apart: of every file its bytes as
//! of the last sync and each write since, of the directory its names as of the last sync
//! and each change since. [`crash`] decides what of the rest is left.

mod crash;

use std::{
    collections::BTreeMap,
    io,
    sync::{Arc, Mutex, MutexGuard},
};

pub(crate) use self::crash::Loss;
use super::disk::{Disk, DiskFile};

/// A simulated disk; clones are the same disk.
#[derive(Clone, Default)]
pub(crate) struct SimDisk(Arc<Mutex<State>>);

/// The syncs the log makes, by what each is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SyncOf {
    /// A new segment's header.
    Header,
    /// The name of a new segment.
    Created,
    /// What is acknowledged.
    Group,
    /// What a start found and counts as kept.
    Recovered,
    /// A segment that was written anew, before it takes the old one's name.
    Rewritten,
    /// That it has the name.
    Renamed,
    /// That old segments are gone.
    Removed,
}

#[derive(Default, Clone)]
struct State {
    files: Vec<SimFile>,
    /// As the process sees them: places in `files`.
    names: BTreeMap<String, usize>,
    /// As the device has them for certain.
    synced_names: BTreeMap<String, usize>,
    /// What happened to names since they were synced.
    changes: Vec<NameChange>,
    /// Appends that still succeed; `None` is all.
    appends_left: Option<usize>,
    /// Syncs of files that still succeed; `None` is all.
    syncs_left: Option<usize>,
    /// Nothing can be removed.
    keeps_names: bool,
    /// Operations until the power goes; `None` is never.
    power_left: Option<usize>,
    /// The sync that does nothing and says it did.
    forgets: Option<SyncOf>,
    /// Every operation that changes something, for tests of their order.
    operations: Vec<&'static str>,
}

#[derive(Default, Clone)]
struct SimFile {
    bytes: Vec<u8>,
    synced: Vec<u8>,
    /// Since the last sync.
    writes: Vec<Write>,
}

#[derive(Clone)]
enum Write {
    At(usize, Vec<u8>),
    Truncate(usize),
}

#[derive(Clone)]
enum NameChange {
    Create(String, usize),
    Remove(String, usize),
    Rename(String, String, usize),
}

impl SimDisk {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap()
    }

    fn of(state: State) -> Self {
        Self(Arc::new(Mutex::new(state)))
    }

    /// What the next process finds when this one was killed: the machine runs on, and
    /// has all that was written, synced or not.
    pub(crate) fn after_kill(&self) -> Self {
        Self::of(self.state().clone().revived())
    }

    /// What is there after the power went.
    pub(crate) fn after(&self, loss: Loss) -> Self {
        Self::of(self.state().left(loss))
    }

    /// The same, where of what was not synced all names and all but `torn` bytes are lost.
    pub(crate) fn after_crash(&self, torn: usize) -> Self {
        self.after(Loss::Torn(torn))
    }

    /// The operation after `count` others is the last one, and is not done for certain.
    pub(crate) fn power_goes_after(&self, count: usize) {
        self.state().power_left = Some(count);
    }

    /// From now on that sync does nothing.
    pub(crate) fn forget(&self, sync: Option<SyncOf>) {
        self.state().forgets = sync;
    }

    pub(crate) fn refuse_appends_after(&self, count: usize) {
        self.state().appends_left = Some(count);
    }

    pub(crate) fn refuse_syncs_after(&self, count: usize) {
        self.state().syncs_left = Some(count);
    }

    pub(crate) fn refuse_removals(&self) {
        self.state().keeps_names = true;
    }

    pub(crate) fn heal(&self) {
        let mut state = self.state();
        state.keeps_names = false;
        state.appends_left = None;
        state.syncs_left = None;
    }

    pub(crate) fn damage(&self, name: &str, offset: usize) {
        self.change(name, |bytes| bytes[offset] ^= 0xff);
    }

    /// Changes what a file holds behind everybody's back.
    pub(crate) fn change(&self, name: &str, change: impl FnOnce(&mut Vec<u8>)) {
        let mut state = self.state();
        let number = state.names[name];
        let file = &mut state.files[number];
        change(&mut file.bytes);
        file.synced = file.bytes.clone();
        file.writes.clear();
    }

    pub(crate) fn bytes(&self, name: &str) -> Vec<u8> {
        let state = self.state();
        state.files[state.names[name]].bytes.clone()
    }

    pub(crate) fn names(&self) -> Vec<String> {
        self.state().names.keys().cloned().collect()
    }

    pub(crate) fn operations(&self) -> Vec<&'static str> {
        self.state().operations.clone()
    }

    fn file(&self, name: &str, number: usize, created: bool) -> Arc<dyn DiskFile> {
        Arc::new(SimHandle {
            disk: self.clone(),
            name: name.into(),
            number,
            created,
        })
    }
}

impl State {
    /// Notes an operation. The last one before the power goes is begun and fails; after
    /// it nothing happens any more.
    fn begin(&mut self, operation: &'static str) -> io::Result<Power> {
        self.operations.push(operation);
        match &mut self.power_left {
            None => Ok(Power::On),
            Some(0) => Err(io::Error::other("the power is gone")),
            Some(1) => {
                self.power_left = Some(0);
                Ok(Power::Going)
            }
            Some(left) => {
                *left -= 1;
                Ok(Power::On)
            }
        }
    }

    fn rename(&mut self, change: NameChange) {
        change.apply(&mut self.names);
        self.changes.push(change);
    }
}

impl NameChange {
    fn apply(&self, names: &mut BTreeMap<String, usize>) {
        match self {
            Self::Create(name, number) => {
                names.insert(name.clone(), *number);
            }
            Self::Remove(name, number) => {
                if names.get(name) == Some(number) {
                    names.remove(name);
                }
            }
            Self::Rename(from, to, number) => {
                if names.get(from) == Some(number) {
                    names.remove(from);
                }
                names.insert(to.clone(), *number);
            }
        }
    }

    /// What a sync of the directory right after this is for.
    fn sync(&self) -> SyncOf {
        match self {
            Self::Create(..) => SyncOf::Created,
            Self::Remove(..) => SyncOf::Removed,
            Self::Rename(..) => SyncOf::Renamed,
        }
    }
}

/// Whether an operation is done for certain.
enum Power {
    On,
    Going,
}

impl Power {
    fn done(self) -> io::Result<()> {
        match self {
            Self::On => Ok(()),
            Self::Going => Err(io::Error::other("the power goes")),
        }
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
        let power = state.begin("create")?;
        if state.names.contains_key(name) {
            return Err(io::ErrorKind::AlreadyExists.into());
        }
        let number = state.files.len();
        state.files.push(SimFile::default());
        state.rename(NameChange::Create(name.into(), number));
        drop(state);
        power.done().map(|()| self.file(name, number, true))
    }

    fn open(&self, name: &str) -> io::Result<Arc<dyn DiskFile>> {
        let number = self.state().names.get(name).copied();
        let number = number.ok_or(io::ErrorKind::NotFound)?;
        Ok(self.file(name, number, false))
    }

    fn remove(&self, name: &str) -> io::Result<()> {
        let mut state = self.state();
        let number = state
            .names
            .get(name)
            .copied()
            .ok_or(io::ErrorKind::NotFound)?;
        let power = state.begin("remove")?;
        if state.keeps_names {
            return Err(io::Error::other("refused"));
        }
        state.rename(NameChange::Remove(name.into(), number));
        power.done()
    }

    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        let mut state = self.state();
        let number = state
            .names
            .get(from)
            .copied()
            .ok_or(io::ErrorKind::NotFound)?;
        let power = state.begin("rename")?;
        state.rename(NameChange::Rename(from.into(), to.into(), number));
        power.done()
    }

    fn sync(&self) -> io::Result<()> {
        let mut state = self.state();
        state.begin("sync directory")?.done()?;
        let purpose = state.changes.last().map(NameChange::sync);
        if purpose.is_some() && purpose == state.forgets {
            return Ok(());
        }
        state.synced_names = state.names.clone();
        state.changes.clear();
        Ok(())
    }
}

struct SimHandle {
    disk: SimDisk,
    name: String,
    number: usize,
    created: bool,
}

impl SimHandle {
    fn with<T>(&self, act: impl FnOnce(&mut State, usize) -> io::Result<T>) -> io::Result<T> {
        act(&mut self.disk.state(), self.number)
    }

    fn sync_of(&self, file: &SimFile) -> SyncOf {
        if self.name.ends_with(".new") {
            SyncOf::Rewritten
        } else if !self.created {
            SyncOf::Recovered
        } else if file.bytes.len() <= super::frame::SEGMENT_HEADER_LEN {
            SyncOf::Header
        } else {
            SyncOf::Group
        }
    }
}

impl DiskFile for SimHandle {
    fn append(&self, bytes: &[u8]) -> io::Result<()> {
        self.with(|state, number| {
            let power = state.begin("append")?;
            let spent = spend(&mut state.appends_left);
            // A write that fails leaves any part behind.
            let len = if spent.is_ok() {
                bytes.len()
            } else {
                bytes.len() / 2
            };
            let file = &mut state.files[number];
            let write = Write::At(file.bytes.len(), bytes[..len].to_vec());
            file.bytes.extend_from_slice(&bytes[..len]);
            file.writes.push(write);
            spent.and_then(|()| power.done())
        })
    }

    fn sync(&self) -> io::Result<()> {
        self.with(|state, number| {
            state.begin("sync")?.done()?;
            if state.forgets == Some(self.sync_of(&state.files[number])) {
                return Ok(());
            }
            spend(&mut state.syncs_left)?;
            let file = &mut state.files[number];
            file.synced = file.bytes.clone();
            file.writes.clear();
            Ok(())
        })
    }

    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        self.with(|state, number| {
            let bytes = &state.files[number].bytes;
            let start = usize::try_from(offset).unwrap().min(bytes.len());
            let rest = &bytes[start..];
            let len = rest.len().min(buffer.len());
            buffer[..len].copy_from_slice(&rest[..len]);
            Ok(len)
        })
    }

    fn size(&self) -> io::Result<u64> {
        self.with(|state, number| Ok(state.files[number].bytes.len() as u64))
    }

    fn truncate(&self, len: u64) -> io::Result<()> {
        self.with(|state, number| {
            let power = state.begin("truncate")?;
            spend(&mut state.appends_left)?;
            let len = usize::try_from(len).unwrap();
            let file = &mut state.files[number];
            file.bytes.truncate(len);
            file.writes.push(Write::Truncate(len));
            power.done()
        })
    }
}
