//! What of a disk is left when the power goes.

use super::{NameChange, SimFile, State, Write};

/// What becomes of everything that was not synced.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Loss {
    /// It is lost.
    Everything,
    /// The device had it all.
    Nothing,
    /// Names are lost, and of every file all but its first so many bytes.
    Torn(usize),
    /// Each change of a name and each write is kept or lost by itself, whatever came
    /// before or after it; of a write any part is kept, or its length without its bytes.
    /// The number says which.
    Chance(u64),
}

impl State {
    /// The same disk with its power back.
    pub(super) fn revived(self) -> Self {
        Self {
            power_left: None,
            appends_left: None,
            syncs_left: None,
            keeps_names: false,
            operations: Vec::new(),
            ..self
        }
    }

    /// What a machine finds that starts again.
    pub(super) fn left(&self, loss: Loss) -> Self {
        let mut chance = match loss {
            Loss::Chance(seed) => Some(fastrand::Rng::with_seed(seed)),
            _ => None,
        };
        let mut names = self.synced_names.clone();
        for change in &self.changes {
            let is_kept = match &mut chance {
                None => matches!(loss, Loss::Nothing),
                Some(chance) => chance.bool(),
            };
            if is_kept {
                NameChange::apply(change, &mut names);
            }
        }
        let files = self.files.iter().map(|file| {
            let bytes = match (loss, &mut chance) {
                (_, Some(chance)) => file.left_by(chance),
                (Loss::Nothing, _) => file.bytes.clone(),
                (Loss::Torn(torn), _) => file.torn(torn),
                _ => file.synced.clone(),
            };
            SimFile {
                synced: bytes.clone(),
                bytes,
                writes: Vec::new(),
            }
        });
        Self {
            files: files.collect(),
            synced_names: names.clone(),
            names,
            changes: Vec::new(),
            ..self.clone()
        }
        .revived()
    }
}

impl SimFile {
    fn torn(&self, torn: usize) -> Vec<u8> {
        let mut bytes = self.bytes.clone();
        bytes.truncate(self.synced.len().saturating_add(torn));
        bytes
    }

    fn left_by(&self, chance: &mut fastrand::Rng) -> Vec<u8> {
        let mut bytes = self.synced.clone();
        for write in &self.writes {
            match write {
                Write::Truncate(len) => {
                    if chance.bool() {
                        bytes.truncate(*len);
                    }
                }
                Write::At(at, written) => put(&mut bytes, *at, written, chance),
            }
        }
        bytes
    }
}

/// What a write leaves.
fn put(bytes: &mut Vec<u8>, at: usize, written: &[u8], chance: &mut fastrand::Rng) {
    let cut = chance.usize(0..=written.len());
    // Where the file has grown and its bytes were not written stands nothing, or what
    // was there before.
    let filler = if chance.bool() { 0 } else { chance.u8(..) };
    let (from, to, len) = match chance.u8(0..6) {
        0 => return,
        1 => (0, cut, cut),
        2 => (cut, written.len(), written.len()),
        3 => (0, cut, written.len()),
        4 => (0, 0, written.len()),
        _ => (0, written.len(), written.len()),
    };
    if bytes.len() < at + len {
        bytes.resize(at + len, filler);
    }
    bytes[at + from..at + to].copy_from_slice(&written[from..to]);
}
