//! The simulated disk as the log sees it.

use std::{io, sync::Arc};

use super::{NameChange, SimDisk, SimFile, State, SyncOf, Write, spend};
use crate::log::{
    disk::{Disk, DiskFile},
    frame::SEGMENT_HEADER_LEN,
};

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

/// An open file of a simulated disk.
pub(super) struct SimHandle {
    pub(super) disk: SimDisk,
    pub(super) name: String,
    pub(super) number: usize,
    /// By this handle, and not found.
    pub(super) created: bool,
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
        } else if file.bytes.len() <= SEGMENT_HEADER_LEN {
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
