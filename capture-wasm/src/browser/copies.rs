//! Copies: the `copy` and `cut` events, and clipboard writes by scripts.

use std::rc::Rc;

use tacit_signals::Id;
use wasm_bindgen::JsCast;
use web_sys::{Element, Event, HtmlInputElement, HtmlTextAreaElement, Range};

use super::{app::App, clock, controls, page};

pub(super) fn listen(app: &Rc<App>) {
    let Some(document) = page::document() else {
        return;
    };
    let mut listeners = app.listeners.borrow_mut();
    for event in ["copy", "cut"] {
        let copied = app.clone();
        listeners.on(
            &document,
            event,
            Box::new(move |event| on_copy(&copied, event)),
        );
    }
    let wrote = app.clone();
    listeners.on_clipboard(Box::new(move |text, is_user_active| {
        if is_user_active && wrote.is_by_person() {
            on_write(&wrote, text);
        }
    }));
}

/// The handler only notes the event; what is selected is read right after it.
fn on_copy(app: &Rc<App>, event: &Event) {
    if !event.is_trusted() || !app.is_by_person() {
        return;
    }
    let target = controls::target(event);
    let later = app.clone();
    let read = move |_| match target.as_ref().and_then(field_text) {
        Some(text) => on_write(&later, &text),
        None => on_selection(&later),
    };
    let read = app.listeners.borrow().function(Box::new(read));
    if let Some(window) = page::window() {
        window.queue_microtask(&read);
    }
}

fn on_write(app: &Rc<App>, text: &str) {
    let now = clock::now();
    let owner = app.clicks.borrow().owner(now.mono);
    app.core(|core| core.copied_write(now, owner.as_ref(), text));
}

/// Each output gets the part of the selection that lies in it.
fn on_selection(app: &Rc<App>) {
    let now = clock::now();
    for (id, text) in selected(app) {
        app.core(|core| core.copied_selection(now, &id, &text));
    }
}

fn selected(app: &Rc<App>) -> Vec<(Id, String)> {
    let selection = page::document().and_then(|document| document.get_selection().ok()?);
    let Some(selection) = selection.filter(|selection| !selection.is_collapsed()) else {
        return Vec::new();
    };
    let ranges = (0..selection.range_count()).filter_map(|n| selection.get_range_at(n).ok());
    let ranges: Vec<Range> = ranges.collect();
    let mut parts = Vec::new();
    for (element, id) in app.scan.tracked() {
        let texts = ranges.iter().filter_map(|range| inside(range, &element));
        let text: String = texts.collect();
        if !text.trim().is_empty() {
            parts.push((id, text));
        }
    }
    parts
}

/// The text of `range` inside `element`; `Range` knows it without layout.
fn inside(range: &Range, element: &Element) -> Option<String> {
    if !range.intersects_node(element).ok()? {
        return None;
    }
    let part = range.clone_range();
    let whole = page::document()?.create_range().ok()?;
    whole.select_node_contents(element).ok()?;
    if part
        .compare_boundary_points(Range::START_TO_START, &whole)
        .ok()?
        < 0
    {
        part.set_start(&whole.start_container().ok()?, whole.start_offset().ok()?)
            .ok()?;
    }
    if part
        .compare_boundary_points(Range::END_TO_END, &whole)
        .ok()?
        > 0
    {
        part.set_end(&whole.end_container().ok()?, whole.end_offset().ok()?)
            .ok()?;
    }
    Some(String::from(part.to_string()))
}

/// What is selected in a form field, where the document's selection says nothing.
fn field_text(element: &Element) -> Option<String> {
    let (value, start, end) = if let Some(area) = element.dyn_ref::<HtmlTextAreaElement>() {
        (
            area.value(),
            area.selection_start().ok()??,
            area.selection_end().ok()??,
        )
    } else {
        let input = element.dyn_ref::<HtmlInputElement>()?;
        (
            input.value(),
            input.selection_start().ok()??,
            input.selection_end().ok()??,
        )
    };
    // Offsets count UTF-16 units.
    let units: Vec<u16> = value.encode_utf16().collect();
    let (start, end) = (usize::try_from(start).ok()?, usize::try_from(end).ok()?);
    Some(String::from_utf16_lossy(units.get(start..end)?))
}
