//! Editors that were seeded with an output: text areas, inputs, contenteditable
//! and what is built on it.
//!
//! A value is read when an editor comes into use, when typing pauses and when it
//! is left; never per keystroke, and never while an input method composes.

use gloo_timers::callback::Timeout;
use js_sys::WeakMap;
use tacit_signals::text;
use wasm_bindgen::prelude::*;
use web_sys::{Element, Event};

use super::{app::App, clock, listen::Listener, object, page, redact};

/// Typing pauses after this long.
const PAUSE_MS: u64 = 600;

/// An editor that was left may still be given up: "Cancel" takes the focus first.
const LEFT_MS: u64 = 300;

/// The editor in use.
#[derive(Default)]
pub(super) struct Editors {
    numbers: Option<WeakMap>,
    next: u32,
    current: Option<Followed>,
    /// What the editor with the focus holds was looked at since the last press:
    /// that may have made the app fill it.
    looked: bool,
    /// An input method is at work; its text is not the person's yet.
    composing: bool,
    /// Something was put into an editor, which is looked at when it is there.
    arriving: Option<Timeout>,
}

struct Followed {
    element: Element,
    number: u32,
    /// As it came into use, and as it was last read.
    opened: String,
    text: String,
    dirty: bool,
    waiting: Option<(Waiting, Timeout)>,
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
    pub(super) fn clear(&mut self) {
        *self = Self::default();
    }

    /// The number of an editor: the same whenever it comes into use.
    fn number(&mut self, element: &Element) -> u32 {
        let numbers = self.numbers.get_or_insert_with(WeakMap::new);
        if let Some(number) = object::whole(&numbers.get(element)) {
            return number;
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

impl Followed {
    /// The text may be another now; it is read when typing pauses.
    fn typed(&mut self, app: &'static App) {
        self.dirty = true;
        let pause = || {
            app.read_editor();
            app.tell_edit(false);
        };
        let pause = clock::later(PAUSE_MS, Box::new(pause));
        self.waiting = Some((Waiting::Pause, pause));
    }
}

pub(super) fn listen(app: &'static App) {
    let listeners = &app.listeners;
    let handlers: [(_, Listener); 10] = [
        ("focusin", on_focus),
        ("focusout", on_leave),
        ("keydown", on_key),
        // Before the change, and after it: an editor may take either for itself.
        ("beforeinput", on_change),
        ("input", on_change),
        ("compositionstart", on_composition),
        ("compositionend", on_composed),
        ("paste", on_arrival),
        ("drop", on_arrival),
        ("pointerdown", on_press),
    ];
    for (event, handler) in handlers {
        listeners.on(app, &app.document, event, handler);
    }
}

fn on_focus(app: &'static App, event: &Event) {
    let Some(element) = page::editor_of(event) else {
        return;
    };
    app.editors.borrow_mut().composing = false;
    if !app.goes_on_in(&element) {
        app.close_editor();
        app.look_into(&element);
    }
}

/// A key or an input event: the person is about to change the text, or did.
fn on_change(app: &'static App, event: &Event) {
    if !event.is_trusted() {
        return;
    }
    let Some(element) = page::editor_of(event) else {
        return;
    };
    if !app.editors.borrow().looked {
        app.look_into(&element);
        app.editors.borrow_mut().looked = true;
    }
    if let Some(current) = app.editors.borrow_mut().current(&element) {
        current.typed(app);
    }
}

fn on_key(app: &'static App, event: &Event) {
    if app.editors.borrow_mut().arriving.take().is_some()
        && let Some(element) = page::editor_of(event)
    {
        arrived(app, &element);
    }
    // A browser's autofill fires key events without a key.
    let key = object::text(&object::field(event, "key"));
    if key == "Enter" {
        // The page may take the editor away in its own handler, or change its text.
        app.read_editor();
    }
    on_change(app, event);
    if key == "Escape" && event.is_trusted() {
        app.cancel_edit();
    }
}

fn on_composition(app: &'static App, _: &Event) {
    app.editors.borrow_mut().composing = true;
}

fn on_composed(app: &'static App, event: &Event) {
    app.editors.borrow_mut().composing = false;
    on_change(app, event);
}

/// What is pasted or dropped may be an answer, to be edited in its new place.
fn on_arrival(app: &'static App, event: &Event) {
    on_change(app, event);
    let Some(element) = page::editor_of(event) else {
        return;
    };
    let soon = clock::later(0, Box::new(move || arrived(app, &element)));
    app.editors.borrow_mut().arriving = Some(soon);
}

fn arrived(app: &'static App, element: &Element) {
    app.read_editor();
    app.tell_edit(false);
    app.look_into(element);
}

/// A press may save or undo, or make the app fill the editor.
fn on_press(app: &'static App, _: &Event) {
    if app.read_editor() {
        app.tell_edit(false);
    }
    let mut editors = app.editors.borrow_mut();
    editors.looked = false;
    if let Some(current) = editors.current.as_mut() {
        current.dirty = true;
    }
}

fn on_leave(app: &'static App, event: &Event) {
    let Some(left) = page::editor_of(event) else {
        return;
    };
    app.read_editor();
    if let Some(current) = app.editors.borrow_mut().current(&left)
        // An editor that is given up loses the focus when the page takes it away.
        && !matches!(current.waiting, Some((Waiting::Cancel, _)))
    {
        let told = clock::later(LEFT_MS, Box::new(|| app.settle_left(false)));
        current.waiting = Some((Waiting::Left, told));
    }
}

impl App {
    /// Follows an editor if an output is in it.
    fn look_into(&'static self, element: &Element) {
        let mut editors = self.editors.borrow_mut();
        editors.looked = false;
        let text = object::text(&page::value_of(element));
        if editors.composing || text::is_blank(&text) {
            return;
        }
        let number = editors.number(element);
        let owner = page::id(&self.outputs.owner(element));
        let opened = self.core(|core| core.editor_opened(number, owner.as_ref(), &text));
        editors.looked = opened == Some(true);
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
    fn goes_on_in(&'static self, element: &Element) -> bool {
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
        let (number, text) = (current.number, object::text(&page::value_of(element)));
        if self.core(|core| core.editor_continues(number, &text)) != Some(true) {
            return false;
        }
        current.element = element.clone();
        current.typed(self);
        if let Some(numbers) = &editors.numbers {
            numbers.set(element, &JsValue::from(number));
        }
        true
    }

    /// Reads the editor's text if it may have changed since; whether it did.
    pub(super) fn read_editor(&self) -> bool {
        let mut editors = self.editors.borrow_mut();
        if !editors.composing
            && let Some(current) = editors.current.as_mut().filter(|current| current.dirty)
            && current.element.is_connected()
        {
            current.text = object::text(&page::value_of(&current.element));
            current.dirty = false;
            return true;
        }
        false
    }

    /// Tells what the editor's text became.
    fn tell_edit(&'static self, is_final: bool) {
        if let Some(current) = &self.editors.borrow().current {
            let (number, text) = (current.number, &current.text);
            self.core(|core| {
                core.editor_changed(clock::now(), number, text, is_final, redact::redact);
            });
        }
    }

    /// The editor in use is left for another, or with the page.
    pub(super) fn close_editor(&'static self) {
        if self.editor_waits_for(Waiting::Cancel) {
            self.settle_left(true);
        } else {
            self.read_editor();
            self.tell_edit(true);
        }
        self.editors.borrow_mut().current = None;
    }

    /// The page is being left: the edit is told as it stands, but it goes on if
    /// the page comes back.
    pub(super) fn settle_edit(&'static self) {
        self.read_editor();
        let left = self.editor_waits_for(Waiting::Left);
        self.tell_edit(left);
    }

    /// The page changed: an editor that was taken away while it had the focus
    /// was saved, as nothing says otherwise.
    pub(super) fn check_editor(&'static self) {
        let gone = |current: &Followed| !current.element.is_connected();
        let gone = self.editors.borrow().current.as_ref().is_some_and(gone);
        if gone && !self.editor_waits_for(Waiting::Left) && !self.editor_waits_for(Waiting::Cancel)
        {
            self.close_editor();
        }
    }

    /// The person asks to give the edit in progress up. It is believed when the
    /// editor goes away: in a document that stays, Escape means nothing.
    pub(super) fn cancel_edit(&'static self) {
        if let Some(current) = self.editors.borrow_mut().current.as_mut() {
            let check = clock::later(LEFT_MS, Box::new(|| self.settle_left(true)));
            current.waiting = Some((Waiting::Cancel, check));
        }
    }

    /// The editor was left a moment ago, or is to be given up.
    fn settle_left(&'static self, is_given_up: bool) {
        let mut editors = self.editors.borrow_mut();
        let Some(current) = editors.current.as_mut() else {
            return;
        };
        let is_shown = page::is_shown(&current.element);
        if is_shown {
            // The app may have put the text back as it was.
            let text = object::text(&page::value_of(&current.element));
            if text == current.opened {
                current.text = text;
            }
        } else if is_given_up {
            let number = current.number;
            editors.current = None;
            self.core(|core| core.editor_cancelled(clock::now(), number));
            return;
        }
        drop(editors);
        self.tell_edit(true);
        if !is_shown {
            self.editors.borrow_mut().current = None;
        }
    }

    fn editor_waits_for(&self, what: Waiting) -> bool {
        let editors = self.editors.borrow();
        let waiting = editors
            .current
            .as_ref()
            .and_then(|current| current.waiting.as_ref());
        waiting.is_some_and(|(waiting, _)| *waiting == what)
    }
}
