//! Editors that were seeded with an output: text areas, inputs, contenteditable.
//!
//! A value is read when an editor comes into use, when typing pauses and when it
//! is left; never per keystroke.

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
}

struct Followed {
    element: Element,
    number: u32,
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
}

pub(super) fn listen(app: &'static App) {
    let listeners = &app.listeners;
    let handlers: [(_, Listener); 5] = [
        ("focusin", on_focus),
        ("input", on_input),
        ("focusout", on_leave),
        ("keydown", on_key),
        ("pointerdown", |app, _| app.read_editor()),
    ];
    for (event, handler) in handlers {
        listeners.on(app, &app.document, event, handler);
    }
}

fn on_focus(app: &'static App, event: &Event) {
    if let Some(element) = page::editor_of(event) {
        app.close_editor();
        follow(app, element);
    }
}

/// Follows `element` if an output is in it.
fn follow(app: &'static App, element: Element) {
    let text = object::text(&page::value_of(&element));
    if text::is_blank(&text) {
        return;
    }
    let number = app.editors.borrow_mut().number(&element);
    let owner = page::id(&app.outputs.owner(&element));
    let opened = app.core(|core| core.editor_opened(number, owner.as_ref(), &text));
    if opened == Some(true) {
        app.editors.borrow_mut().current = Some(Followed {
            element,
            number,
            text,
            dirty: false,
            waiting: None,
        });
    }
}

fn on_input(app: &'static App, event: &Event) {
    let Some(element) = page::editor_of(event) else {
        return;
    };
    let mut editors = app.editors.borrow_mut();
    let Some(current) = editors
        .current
        .as_mut()
        .filter(|current| current.element == element)
    else {
        return;
    };
    current.dirty = true;
    let pause = || {
        app.read_editor();
        app.tell_edit(false);
    };
    let pause = clock::later(PAUSE_MS, Box::new(pause));
    current.waiting = Some((Waiting::Pause, pause));
}

fn on_leave(app: &'static App, event: &Event) {
    let left = page::editor_of(event);
    app.read_editor();
    let mut editors = app.editors.borrow_mut();
    let Some(current) = editors
        .current
        .as_mut()
        .filter(|c| Some(&c.element) == left.as_ref())
    else {
        return;
    };
    // An editor that is given up loses the focus when the page takes it away.
    if matches!(current.waiting, Some((Waiting::Cancel, _))) {
        return;
    }
    let told = clock::later(LEFT_MS, Box::new(|| app.tell_edit(true)));
    current.waiting = Some((Waiting::Left, told));
}

fn on_key(app: &'static App, event: &Event) {
    // A browser's autofill fires key events without a key.
    match object::text(&object::field(event, "key")).as_str() {
        // The page may take the editor away in its own handler.
        "Enter" => app.read_editor(),
        "Escape" if event.is_trusted() => app.cancel_edit(),
        _ => {}
    }
}

impl App {
    /// Reads the editor's text if it was typed in since.
    pub(super) fn read_editor(&self) {
        let mut editors = self.editors.borrow_mut();
        if let Some(current) = editors.current.as_mut().filter(|current| current.dirty)
            && current.element.is_connected()
        {
            current.text = object::text(&page::value_of(&current.element));
            current.dirty = false;
        }
    }

    /// Tells what the editor's text became.
    fn tell_edit(&'static self, is_final: bool) {
        let Some((number, text)) = self
            .editors
            .borrow()
            .current
            .as_ref()
            .map(|current| (current.number, current.text.clone()))
        else {
            return;
        };
        self.core(|core| {
            core.editor_changed(clock::now(), number, &text, is_final, redact::redact);
        });
    }

    /// The editor in use is left for another, or with the page.
    pub(super) fn close_editor(&'static self) {
        self.read_editor();
        self.tell_edit(true);
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
        let check = clock::later(LEFT_MS, Box::new(|| self.give_up_edit()));
        if let Some(current) = self.editors.borrow_mut().current.as_mut() {
            current.waiting = Some((Waiting::Cancel, check));
        }
    }

    fn give_up_edit(&'static self) {
        let current = self.editors.borrow_mut().current.take();
        let Some(current) = current else { return };
        let number = current.number;
        if current.element.is_connected() {
            self.editors.borrow_mut().current = Some(current);
            self.tell_edit(true);
        } else {
            self.core(|core| core.editor_cancelled(clock::now(), number));
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
