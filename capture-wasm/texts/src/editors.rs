//! Editors that were seeded with an output: text areas, inputs, contenteditable
//! and what is built on it.
//!
//! A value is read when an editor comes into use, when typing pauses and when it
//! is left; never per keystroke, and never while an input method composes.

use js_sys::WeakMap;
use tacit_signals::text;
use wasm_bindgen::JsValue;
use web_sys::Element;

use crate::{
    app::App,
    host::{ARRIVAL, EDITOR},
};

/// Typing pauses after this long.
const PAUSE_MS: f64 = 600.0;

/// An editor that was left may still be given up: "Cancel" takes the focus first.
const LEFT_MS: f64 = 300.0;

/// One event, as `js/editing.js` tells it.
pub(crate) struct Happening {
    /// The editor it happened in.
    pub(crate) editor: Option<Element>,
    pub(crate) key: String,
    pub(crate) is_trusted: bool,
}

/// The editor in use.
#[derive(Default)]
pub(crate) struct Editors {
    numbers: Option<WeakMap>,
    next: u32,
    current: Option<Followed>,
    /// What the editor with the focus holds was looked at since the last press:
    /// that may have made the app fill it.
    looked: bool,
    /// An input method is at work; its text is not the person's yet.
    composing: bool,
    /// Something was put into an editor, which is looked at when it is there.
    arriving: Option<Element>,
}

struct Followed {
    element: Element,
    number: u32,
    /// As it came into use, and as it was last read.
    opened: String,
    text: String,
    dirty: bool,
    waiting: Option<Waiting>,
}

/// What an editor waits for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Waiting {
    /// A pause in typing.
    Pause,
    /// It was left, unless it turns out to be given up.
    Left,
    /// It was given up, if it goes away now.
    Cancel,
}

impl Editors {
    /// The number of an editor: the same whenever it comes into use.
    fn number(&mut self, element: &Element) -> u32 {
        let numbers = self.numbers.get_or_insert_with(WeakMap::new);
        if let Some(number) = numbers.get(element).as_f64() {
            return crate::host::whole(number).try_into().unwrap_or_default();
        }
        self.next += 1;
        numbers.set(element, &JsValue::from(self.next));
        self.next
    }

    /// The editor in use, if it is `element`.
    fn current(&mut self, element: &Element) -> Option<&mut Followed> {
        self.current.as_mut().filter(|c| c.element == *element)
    }
}

impl App {
    /// By the place of the event in `EVENTS` of `js/editing.js`.
    pub(crate) fn happened(&self, what: u8, event: &Happening, past: Option<Option<String>>) {
        self.past.replace(past);
        match what {
            0 => self.on_focus(event),
            1 => self.on_leave(event),
            2 => self.on_key(event),
            3 => self.editors.borrow_mut().composing = true,
            4 => {
                self.editors.borrow_mut().composing = false;
                self.on_change(event);
            }
            5 => self.on_arrival(event),
            6 => self.on_press(),
            7 => {
                if let Some(element) = &event.editor {
                    self.arrived_in(element);
                }
            }
            _ => self.on_change(event),
        }
        self.past.replace(None);
    }

    fn on_focus(&self, event: &Happening) {
        let Some(element) = &event.editor else {
            return;
        };
        self.editors.borrow_mut().composing = false;
        if !self.goes_on_in(element) {
            self.close_editor();
            self.look_into(element);
        }
        self.stir();
    }

    /// A key or an input event: the person is about to change the text, or did.
    fn on_change(&self, event: &Happening) {
        let Some(element) = event.editor.as_ref().filter(|_| event.is_trusted) else {
            return;
        };
        if !self.editors.borrow().looked {
            self.look_into(element);
            self.editors.borrow_mut().looked = true;
        }
        if let Some(current) = self.editors.borrow_mut().current(element) {
            self.typed(current);
        }
    }

    /// The text may be another now; it is read when typing pauses.
    fn typed(&self, current: &mut Followed) {
        current.dirty = true;
        self.wait(current, Waiting::Pause, PAUSE_MS);
    }

    fn wait(&self, current: &mut Followed, what: Waiting, ms: f64) {
        current.waiting = Some(what);
        self.host.later(EDITOR, ms);
    }

    /// What the editor in use waited for is there.
    pub(crate) fn waited(&self) {
        let editors = self.editors.borrow();
        let waiting = editors.current.as_ref().and_then(|c| c.waiting);
        drop(editors);
        match waiting {
            Some(Waiting::Pause) => {
                self.read_editor();
                self.tell_edit(false);
            }
            Some(waiting) => self.settle_left(waiting == Waiting::Cancel),
            None => {}
        }
    }

    fn on_key(&self, event: &Happening) {
        if event.editor.is_some() {
            self.arrived();
        }
        if event.key == "Enter" {
            // The page may take the editor away in its own handler, or change its text.
            self.read_editor();
        }
        self.on_change(event);
        if event.key == "Escape" && event.is_trusted {
            self.cancel_edit();
        }
    }

    /// What is pasted or dropped may be an answer, to be edited in its new place.
    fn on_arrival(&self, event: &Happening) {
        self.on_change(event);
        if let Some(element) = &event.editor {
            self.editors.borrow_mut().arriving = Some(element.clone());
            self.host.later(ARRIVAL, 0.0);
        }
    }

    pub(crate) fn arrived(&self) {
        let arriving = self.editors.borrow_mut().arriving.take();
        if let Some(element) = arriving {
            self.host.cancel(ARRIVAL);
            self.arrived_in(&element);
        }
    }

    fn arrived_in(&self, element: &Element) {
        self.read_editor();
        self.tell_edit(false);
        self.look_into(element);
    }

    /// A press may save or undo, or make the app fill the editor.
    fn on_press(&self) {
        if self.read_editor() {
            self.tell_edit(false);
        }
        let mut editors = self.editors.borrow_mut();
        editors.looked = false;
        if let Some(current) = editors.current.as_mut() {
            current.dirty = true;
        }
    }

    fn on_leave(&self, event: &Happening) {
        let Some(left) = &event.editor else {
            return;
        };
        self.read_editor();
        if let Some(current) = self.editors.borrow_mut().current(left)
            // An editor that is given up loses the focus when the page takes it away.
            && current.waiting != Some(Waiting::Cancel)
        {
            self.wait(current, Waiting::Left, LEFT_MS);
        }
    }

    /// What an editor holds, or held then; `None` if nobody looked.
    fn value(&self, element: &Element) -> Option<String> {
        match &*self.past.borrow() {
            Some(past) => past.clone(),
            None => Some(self.host.value(element)),
        }
    }

    /// Follows an editor if an output is in it.
    fn look_into(&self, element: &Element) {
        self.editors.borrow_mut().looked = false;
        let text = self.value(element).unwrap_or_default();
        if self.editors.borrow().composing || text::is_blank(&text) {
            return;
        }
        // The core may look at the page for it, and then asks for this editor.
        let known = self.host.all_known();
        let owner = self.host.owner_of(element);
        let mut editors = self.editors.borrow_mut();
        let number = editors.number(element);
        let mut texts = self.texts.borrow_mut();
        editors.looked = texts.editor_opened(&known, number, owner.as_ref(), &text);
        if !editors.looked {
            return;
        }
        match editors.current(element) {
            Some(current) => current.text = text,
            None => {
                editors.current = Some(Followed {
                    element: element.clone(),
                    number,
                    opened: text.clone(),
                    text,
                    dirty: true,
                    waiting: None,
                });
            }
        }
    }

    /// Whether `element` is the editor in use, made anew by the page's framework
    /// and not opened by a press.
    fn goes_on_in(&self, element: &Element) -> bool {
        let mut editors = self.editors.borrow_mut();
        let Editors {
            current: Some(current),
            looked: true,
            ..
        } = &mut *editors
        else {
            return false;
        };
        if current.element.is_connected() {
            return false;
        }
        let (number, text) = (current.number, self.value(element).unwrap_or_default());
        if !self.texts.borrow().editor_continues(number, &text) {
            return false;
        }
        current.element = element.clone();
        self.typed(current);
        if let Some(numbers) = &editors.numbers {
            numbers.set(element, &JsValue::from(number));
        }
        true
    }

    /// Reads the editor's text if it may have changed since; whether it did.
    fn read_editor(&self) -> bool {
        let mut editors = self.editors.borrow_mut();
        if !editors.composing
            && let Some(current) = editors.current.as_mut().filter(|current| current.dirty)
            && (self.past.borrow().is_some() || current.element.is_connected())
            && let Some(text) = self.value(&current.element)
        {
            current.text = text;
            current.dirty = false;
            return true;
        }
        false
    }

    /// Tells what the editor's text became.
    fn tell_edit(&self, is_final: bool) {
        let known = if is_final && self.editors.borrow().current.is_some() {
            self.host.all_known()
        } else {
            Vec::new()
        };
        let told = if let Some(current) = &self.editors.borrow().current {
            let change = (current.number, &*current.text, is_final);
            let redacted = |text: &str| self.host.redact(text);
            let mut texts = self.texts.borrow_mut();
            texts.editor_changed(self.host.wall(), &known, change, redacted)
        } else {
            return;
        };
        self.host.tell(told);
        self.save_memory();
    }

    /// The editor in use is left for another, or with the page.
    fn close_editor(&self) {
        if self.editor_waits_for(Waiting::Cancel) {
            self.settle_left(true);
        } else {
            self.read_editor();
            self.tell_edit(true);
        }
        self.forget_editor();
    }

    fn forget_editor(&self) {
        self.editors.borrow_mut().current = None;
    }

    /// The page is being left: the edit is told as it stands, but it goes on if
    /// the page comes back.
    pub(crate) fn settle_edit(&self) {
        self.read_editor();
        let left = self.editor_waits_for(Waiting::Left);
        self.tell_edit(left);
    }

    /// The page changed: an editor that was taken away while it had the focus
    /// was saved, as nothing says otherwise.
    pub(crate) fn check_editor(&self) {
        let gone = |current: &Followed| !current.element.is_connected();
        let gone = self.editors.borrow().current.as_ref().is_some_and(gone);
        if gone && !self.editor_waits_for(Waiting::Left) && !self.editor_waits_for(Waiting::Cancel)
        {
            self.close_editor();
        }
    }

    /// The person asks to give the edit in progress up. It is believed when the
    /// editor goes away: in a document that stays, Escape means nothing.
    pub(crate) fn cancel_edit(&self) {
        if let Some(current) = self.editors.borrow_mut().current.as_mut() {
            self.wait(current, Waiting::Cancel, LEFT_MS);
        }
    }

    /// The editor was left a moment ago, or is to be given up.
    fn settle_left(&self, is_given_up: bool) {
        let mut editors = self.editors.borrow_mut();
        let Some(current) = editors.current.as_mut() else {
            return;
        };
        let is_shown = self.host.is_shown(&current.element);
        if is_shown {
            // The app may have put the text back as it was.
            let text = self.host.value(&current.element);
            if text == current.opened {
                current.text = text;
            }
        } else if is_given_up {
            let number = current.number;
            editors.current = None;
            let told = self.texts.borrow_mut().editor_cancelled(number);
            drop(editors);
            self.host.tell(told);
            return;
        }
        drop(editors);
        self.tell_edit(true);
        if !is_shown {
            self.forget_editor();
        }
    }

    fn editor_waits_for(&self, what: Waiting) -> bool {
        let editors = self.editors.borrow();
        let current = editors.current.as_ref();
        current.is_some_and(|current| current.waiting == Some(what))
    }
}
