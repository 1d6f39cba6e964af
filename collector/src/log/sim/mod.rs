//! A disk that forgets what was not synced, tears and reorders what it keeps of it, loses
//! its power at a chosen operation, and refuses on demand.
//!
//! What a process sees and what the device has are kept apart: of every file its bytes as
//! of the last sync and each write since, of the directory its names as of the last sync
//! and each change since. [`crash`] decides what of the rest is left.

mod crash;
mod device;

use std::{
    collections::BTreeMap,
    io,
    sync::{Arc, Mutex, MutexGuard},
};

pub(crate) use self::crash::Loss;
use super::disk::DiskFile;

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
        Arc::new(device::SimHandle {
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
