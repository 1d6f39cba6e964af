//! Selections at rest; copies: the `copy` and `cut` events, and clipboard writes
//! by scripts; pastes.

use js_sys::Array;
use wasm_bindgen::JsCast;
use web_sys::{Event, Node};

use super::{app::App, clock, listen::What, object, page, scan};
use crate::{core::Core, detect::copied::Trace, session::Now};

pub(super) fn listen(app: &'static App) {
    for event in ["copy", "cut"] {
        app.on(&app.document, event, What::Copy);
    }
    app.on(&app.document, "paste", What::Paste);
    page::watch_selection(&app.hearing(What::Rested));
    page::watch_clipboard(&app.hearing(What::Wrote));
}

/// A selection came to rest.
pub(super) fn rested(app: &'static App) {
    if app.is_by_person() {
        tell_parts(app, &app.outputs.selected(), 0, Core::selected);
    }
}

/// A script has put `text` on the clipboard.
pub(super) fn wrote(app: &'static App, text: &str) {
    if app.is_by_person() {
        on_text(app, Trace::Write, true, text);
    }
}

/// The facts are read at once, and told when the page's own listeners ran.
pub(super) fn on_copy(app: &'static App, event: &Event) {
    if !app.is_by_person() {
        return;
    }
    // An answer may be there that no pass has seen.
    scan::catch_up(app);
    let facts = page::copied(event, &app.outputs);
    let later = app.later(0, What::CopyTold);
    app.copying.replace(Some((later, facts)));
}

pub(super) fn tell_copy(app: &'static App) {
    let Some((_, facts)) = app.copying.take() else {
        return;
    };
    if let Some(text) = facts.get(1).as_string() {
        // What a script says, or selected for a moment, is a button's doing.
        let place = facts.get(0);
        let stays = place.dyn_ref().is_some_and(Node::is_connected);
        on_text(app, Trace::Event, !stays, &text);
    }
    tell_parts(app, &facts, 2, Core::copied_selection);
}

fn on_text(app: &'static App, trace: Trace, by_control: bool, text: &str) {
    scan::read_growing(app);
    let now = clock::now();
    let click = app
        .clicks
        .borrow()
        .just_now(now.mono)
        .filter(|_| by_control);
    let click = click.as_ref().map(|(owner, at)| (owner, *at));
    app.core(|core| core.copied_text(now, click, trace, text));
}

/// Each output gets the part of the selection that lies in it.
fn tell_parts(
    app: &'static App,
    parts: &Array,
    mut place: u32,
    tell: fn(&mut Core, Now, &tacit_signals::Id, &str),
) {
    if place < parts.length() {
        scan::read_growing(app);
    }
    let now = clock::now();
    while place < parts.length() {
        if let Some(id) = page::id(&parts.get(place)) {
            let text = object::text(&parts.get(place + 1));
            app.core(|core| tell(core, now, &id, &text));
        }
        place += 2;
    }
}

pub(super) fn on_paste(app: &'static App, event: &Event) {
    if let Some(text) = page::pasted(event).as_string() {
        scan::read_growing(app);
        app.core(|core| core.pasted(clock::now(), &text));
    }
}
