//! Accepted text is looked for again while the page is in view, and remembered on
//! the device where the site allows it.
//!
//! `localStorage` is read and written when something was accepted or looked at;
//! nothing here listens to typing.

use tacit_capture::texts::{Known, memory::Memory};

use crate::{app::App, host::LOOK};

/// What is kept on the device: the key of the hashes, and the remembered texts.
const KEY: &str = "key";
const KEPT: &str = "kept";

/// The longest a timer runs: a computer may sleep meanwhile.
const WAIT_MS_MAX: u64 = 600_000;

/// Whoever turns to an editor gets to see it first.
const LOOK_MS_MIN: u64 = 300;

impl App {
    /// Finds what is on the device, or makes a place for it; else remembers as
    /// long as the page lives.
    pub(crate) fn open_memory(&self) {
        if self.stored_by.borrow().is_some() || !self.texts.borrow().is_consented() {
            return;
        }
        let key = self.host.own(KEY);
        self.memory(|memory| {
            if let Some(key) = &key {
                memory.open(key.as_bytes());
                memory.merge(&self.host.get(KEPT).unwrap_or_default());
            } else {
                memory.open(&self.host.random());
            }
        });
        self.stored_by.replace(key);
        self.look_back_soon();
    }

    fn memory<R>(&self, act: impl FnOnce(&mut Memory) -> R) -> R {
        act(self.texts.borrow_mut().memory())
    }

    pub(crate) fn keep(&self, now: u64, known: Known) {
        self.texts.borrow_mut().keep(now, known, true);
        self.save_memory();
    }

    pub(crate) fn sent(&self, text: &str) {
        self.memory(|memory| memory.sent(text));
        self.save_memory();
    }

    pub(crate) fn consent(&self, granted: bool) {
        self.texts.borrow_mut().consent(granted);
        if granted {
            self.open_memory();
        } else {
            // What is on the device was taken away.
            self.stored_by.replace(None);
            self.host.cancel(LOOK);
        }
    }

    /// Writes what changed. Another page of the site may have written meanwhile, or
    /// taken everything away as the person said so.
    pub(crate) fn save_memory(&self) {
        if !self.memory(Memory::take_changed) {
            return;
        }
        if let Some(key) = self.stored_by.take() {
            let is_ours = self.host.get(KEY).is_some_and(|known| known == key);
            self.memory(|memory| {
                if is_ours {
                    memory.merge(&self.host.get(KEPT).unwrap_or_default());
                    // Half of it may fit where all of it does not.
                    while !self.host.set(KEPT, &memory.write()) && memory.drop_oldest() {}
                } else {
                    memory.clear();
                }
                memory.take_changed();
            });
            self.stored_by.replace(is_ours.then_some(key));
        }
        self.look_back_soon();
    }

    /// An editor came into use.
    pub(crate) fn stir(&self) {
        self.memory(Memory::stir);
        self.look_back_soon();
    }

    /// Something was accepted or looked at, or an editor came into use.
    pub(crate) fn look_back_soon(&self) {
        let now = self.host.wall();
        if let Some(wait) = self.memory(|memory| memory.due_in(now)) {
            let wait = wait.clamp(LOOK_MS_MIN, WAIT_MS_MAX);
            #[expect(clippy::cast_precision_loss, reason = "at most WAIT_MS_MAX")]
            self.host.later(LOOK, wait as f64);
        }
    }

    pub(crate) fn look_back(&self) {
        let now = self.host.wall();
        let is_due = self.memory(|memory| memory.due_in(now)) == Some(0);
        if is_due && self.host.is_visible() {
            let texts = self.host.places();
            let text = |place| texts.get(place).as_string().unwrap_or_default();
            let mut places = Vec::new();
            for place in 0..texts.length() / 2 {
                let (name, now) = (text(2 * place), text(2 * place + 1));
                places.push(self.memory(|memory| memory.place(&name, &now)));
            }
            let told = self.texts.borrow_mut().look_back(now, &mut places);
            self.host.tell(told);
            self.save_memory();
        }
        if self.host.is_visible() {
            self.look_back_soon();
        }
    }
}
