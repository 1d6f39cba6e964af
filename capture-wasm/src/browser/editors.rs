//! Editors that were seeded with an output: text areas, inputs, contenteditable.
//!
//! A value is read when an editor comes into use, when typing pauses and when it
//! is left; never per keystroke.

use std::rc::Rc;

use gloo_timers::callback::Timeout;
use js_sys::WeakMap;
use wasm_bindgen::{JsCast, prelude::*};
use web_sys::{Element, Event, HtmlElement, HtmlInputElement, HtmlTextAreaElement, KeyboardEvent};

use super::{app::App, clock, controls, page, redact, text};

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
        if let Some(number) = numbers.get(element).as_f64() {
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "a number this function stored"
            )]
            return number as u32;
        }
        self.next += 1;
        numbers.set(element, &JsValue::from(self.next));
        self.next
    }
}

pub(super) fn listen(app: &Rc<App>) {
    let Some(document) = page::document() else {
        return;
    };
    let mut listeners = app.listeners.borrow_mut();
    let mut on = |event, handler: fn(&Rc<App>, &Event)| {
        let app = app.clone();
        listeners.on(
            &document,
            event,
            Box::new(move |event| handler(&app, event)),
        );
    };
    on("focusin", on_focus);
    on("input", on_input);
    on("focusout", on_leave);
    on("keydown", on_key);
    on("pointerdown", |app, _| app.read_editor());
}

fn on_focus(app: &Rc<App>, event: &Event) {
    if let Some(element) = controls::target(event).and_then(|target| editor(&target)) {
        app.close_editor();
        follow(app, element);
    }
}

/// Follows `element` if an output is in it.
fn follow(app: &Rc<App>, element: Element) {
    let text = value(&element);
    if text.trim().is_empty() {
        return;
    }
    let number = app.editors.borrow_mut().number(&element);
    let owner = app.scan.owner_of(&element);
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

fn on_input(app: &Rc<App>, event: &Event) {
    let Some(element) = controls::target(event).and_then(|target| editor(&target)) else {
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
    let paused = app.clone();
    let pause = clock::later(
        PAUSE_MS,
        Box::new(move || {
            paused.read_editor();
            paused.tell_edit(false);
        }),
    );
    current.waiting = Some((Waiting::Pause, pause));
}

fn on_leave(app: &Rc<App>, event: &Event) {
    let left = controls::target(event).and_then(|target| editor(&target));
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
    let left = app.clone();
    let told = clock::later(LEFT_MS, Box::new(move || left.tell_edit(true)));
    current.waiting = Some((Waiting::Left, told));
}

fn on_key(app: &Rc<App>, event: &Event) {
    let key = event.dyn_ref::<KeyboardEvent>().map(KeyboardEvent::key);
    match key.as_deref() {
        // The page may take the editor away in its own handler.
        Some("Enter") => app.read_editor(),
        Some("Escape") if event.is_trusted() => app.cancel_edit(),
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
            current.text = value(&current.element);
            current.dirty = false;
        }
    }

    /// Tells what the editor's text became.
    fn tell_edit(self: &Rc<Self>, is_final: bool) {
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
    pub(super) fn close_editor(self: &Rc<Self>) {
        self.read_editor();
        self.tell_edit(true);
        self.editors.borrow_mut().current = None;
    }

    /// The page is being left: the edit is told as it stands, but it goes on if
    /// the page comes back.
    pub(super) fn settle_edit(self: &Rc<Self>) {
        self.read_editor();
        let left = self.editor_waits_for(Waiting::Left);
        self.tell_edit(left);
    }

    /// The page changed: an editor that was taken away while it had the focus
    /// was saved, as nothing says otherwise.
    pub(super) fn check_editor(self: &Rc<Self>) {
        let gone = |current: &Followed| !current.element.is_connected();
        let gone = self.editors.borrow().current.as_ref().is_some_and(gone);
        if gone && !self.editor_waits_for(Waiting::Left) && !self.editor_waits_for(Waiting::Cancel)
        {
            self.close_editor();
        }
    }

    /// The person asks to give the edit in progress up. It is believed when the
    /// editor goes away: in a document that stays, Escape means nothing.
    pub(super) fn cancel_edit(self: &Rc<Self>) {
        let later = self.clone();
        let check = clock::later(LEFT_MS, Box::new(move || later.give_up_edit()));
        if let Some(current) = self.editors.borrow_mut().current.as_mut() {
            current.waiting = Some((Waiting::Cancel, check));
        }
    }

    fn give_up_edit(self: &Rc<Self>) {
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

/// The editor an event happened in: a field, or the outermost editable element.
fn editor(target: &Element) -> Option<Element> {
    if target.is_instance_of::<HtmlTextAreaElement>() {
        return Some(target.clone());
    }
    if let Some(input) = target.dyn_ref::<HtmlInputElement>() {
        return matches!(input.type_().as_str(), "text" | "search").then(|| target.clone());
    }
    if !target.dyn_ref::<HtmlElement>()?.is_content_editable() {
        return None;
    }
    let mut root = target.clone();
    while let Some(parent) = root.parent_element() {
        if !parent
            .dyn_ref::<HtmlElement>()
            .is_some_and(HtmlElement::is_content_editable)
        {
            break;
        }
        root = parent;
    }
    Some(root)
}

fn value(element: &Element) -> String {
    if !matches!(element.closest("[data-tacit-private]"), Ok(None)) {
        return String::new();
    }
    if let Some(area) = element.dyn_ref::<HtmlTextAreaElement>() {
        return area.value();
    }
    if let Some(input) = element.dyn_ref::<HtmlInputElement>() {
        return input.value();
    }
    text::read(element).text
}
