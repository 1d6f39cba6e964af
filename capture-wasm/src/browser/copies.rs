//! Copies: the `copy` and `cut` events, and clipboard writes by scripts.

use wasm_bindgen::JsValue;
use web_sys::Event;

use super::{app::App, clock, object, page, scan};

pub(super) fn listen(app: &'static App) {
    let listeners = &app.listeners;
    for event in ["copy", "cut"] {
        listeners.on(app, &app.document, event, on_copy);
    }
    listeners.on_clipboard(app, |app, text| {
        if app.is_by_person() {
            on_write(app, text);
        }
    });
}

/// The handler only notes the event; what is selected is read right after it.
fn on_copy(app: &'static App, event: &Event) {
    if !event.is_trusted() || !app.is_by_person() {
        return;
    }
    let target = page::target_of(event);
    let listeners = &app.listeners;
    let read = listeners.function(Box::new(move |_| read_selection(app, &target)));
    app.window.queue_microtask(&read);
}

fn read_selection(app: &'static App, target: &JsValue) {
    match page::selected_in_field(target).as_string() {
        Some(text) => on_write(app, &text),
        None => on_selection(app),
    }
}

fn on_write(app: &'static App, text: &str) {
    scan::read_growing(app);
    let now = clock::now();
    let owner = app.clicks.borrow().owner(now.mono);
    app.core(|core| core.copied_write(now, owner.as_ref(), text));
}

/// Each output gets the part of the selection that lies in it.
fn on_selection(app: &'static App) {
    scan::read_growing(app);
    let now = clock::now();
    let parts = app.outputs.selected();
    let mut place = 0;
    while place < parts.length() {
        if let Some(id) = page::id(&parts.get(place)) {
            let text = object::text(&parts.get(place + 1));
            app.core(|core| core.copied_selection(now, &id, &text));
        }
        place += 2;
    }
}
