//! Accepted text is looked for again while the page is in view, and remembered on
//! the device where the site allows it.
//!
//! `localStorage` is read and written when something was accepted or looked at;
//! nothing here listens to typing.

use js_sys::Array;
use wasm_bindgen::prelude::*;

use super::{app::App, clock, object::text, page};

#[wasm_bindgen(module = "/js/storage.js")]
extern "C" {
    fn get(name: &str) -> JsValue;
    fn set(name: &str, value: &str) -> bool;
    fn own(name: &str) -> JsValue;
    fn purge();
}

#[wasm_bindgen(module = "/js/places.js")]
extern "C" {
    fn places() -> Array;
}

/// What is kept on the device: the key of the hashes, the visitor's random id, and
/// the remembered texts.
const KEY: &str = "key";
const VISITOR: &str = "visitor";
const KEPT: &str = "kept";

/// The longest a timer runs: a computer may sleep meanwhile.
const WAIT_MS_MAX: u64 = 600_000;

/// Whoever turns to an editor gets to see it first.
const LOOK_MS_MIN: u64 = 300;

pub(super) fn listen(app: &'static App) {
    app.listeners
        .on(app, &app.document, "focusin", |app, event| {
            if page::editor_of(event).is_some() {
                app.core(|core| core.memory().stir());
                app.look_back_soon();
            }
        });
    // After what the page has asked for so far: it may have to do with consent.
    let open = clock::later(0, Box::new(|| app.open_memory()));
    *app.looking.borrow_mut() = Some(open);
}

impl App {
    /// Finds what is on the device, or makes a place for it; else remembers as
    /// long as the page lives.
    pub(super) fn open_memory(&'static self) {
        if self.stored_by.borrow().is_some() {
            return;
        }
        if self.core(|core| core.is_consented()) != Some(true) {
            return;
        }
        let (key, visitor) = (own(KEY).as_string(), own(VISITOR).as_string());
        self.core(|core| {
            if let Some(key) = &key {
                core.memory().open(key.as_bytes());
                core.memory().merge(&text(&get(KEPT)));
            } else {
                core.memory().open(&clock::random::<20>());
            }
            core.outbox().set_visitor(visitor.as_deref());
        });
        self.stored_by.replace(key);
        self.look_back_soon();
    }

    /// Nothing of ours stays on the device.
    pub(super) fn purge_memory(&'static self) {
        purge();
        self.stored_by.replace(None);
        self.looking.borrow_mut().take();
    }

    /// Writes what changed. Another page of the site may have written meanwhile, or
    /// taken everything away as the person said so.
    fn save_memory(&'static self) {
        let key = self.stored_by.borrow().clone();
        let Some(key) = key else { return };
        let is_ours = text(&get(KEY)) == key;
        let written = self.core(|core| {
            let memory = core.memory();
            if is_ours {
                memory.merge(&text(&get(KEPT)));
                // Half of it may fit where all of it does not.
                while !set(KEPT, &memory.write()) && memory.drop_oldest() {}
            } else {
                memory.clear();
            }
            memory.take_changed();
        });
        if !is_ours || written.is_none() {
            self.stored_by.replace(None);
        }
    }

    /// Something was accepted or looked at, or an editor came into use.
    pub(super) fn look_back_soon(&'static self) {
        let now = clock::now();
        let Some(Some(wait)) = self.core(|core| core.memory().due_in(now.wall)) else {
            return;
        };
        let wait = wait.clamp(LOOK_MS_MIN, WAIT_MS_MAX);
        let look = clock::later(wait, Box::new(|| self.look_back()));
        *self.looking.borrow_mut() = Some(look);
    }

    fn look_back(&'static self) {
        self.looking.borrow_mut().take();
        let now = clock::now();
        let is_due = self.core(|core| core.memory().due_in(now.wall)) == Some(Some(0));
        if is_due && self.is_visible() {
            let texts = places();
            self.core(|core| {
                let mut places = Vec::new();
                for place in 0..texts.length() / 2 {
                    let (name, now) = (texts.get(2 * place), texts.get(2 * place + 1));
                    places.push(core.memory().place(&text(&name), &text(&now)));
                }
                core.look_back(now, &mut places);
            });
        }
        if self.is_visible() {
            self.look_back_soon();
        }
    }

    /// After each use of the core: what it remembers may have changed.
    pub(super) fn memory_changed(&'static self) {
        self.save_memory();
        self.look_back_soon();
    }
}
