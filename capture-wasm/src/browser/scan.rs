//! Which outputs are on the page, and which of them still grow.
//!
//! One observer sets a flag; a pass some time later looks at the outputs. No
//! work is done per record, and a pass that took long makes the next one wait,
//! so that the passes together stay under a twentieth of the time.

use std::cell::{Cell, RefCell};

use gloo_timers::callback::Timeout;
use js_sys::Array;
use tacit_signals::{FieldError, Id, limits::TOKEN_BYTES_MAX, named::Reader};
use wasm_bindgen::{JsCast, prelude::*};
use web_sys::{Element, MutationObserver, MutationObserverInit};

use super::{
    app::App,
    clock,
    object::{Object, text, whole},
    page,
};
use crate::{
    core::Sighting,
    detect::{Ms, turns::Present},
};

/// From a change of the page to the look at it, ms.
const PASS_MS: Ms = 150;

/// A pass may take this part of the time.
const SHARE_OF_TIME: Ms = 20;

/// Places that each output takes in the list of `js/outputs.js`.
const PLACES: u32 = 7;

/// The look at the page.
#[derive(Default)]
pub(super) struct Scan {
    observer: RefCell<Option<MutationObserver>>,
    next: RefCell<Option<Timeout>>,
    changed_at: Cell<Ms>,
    /// Outputs on the page with their elements, as of the last look.
    tracked: RefCell<Vec<(Element, Id)>>,
}

impl Scan {
    pub(super) fn stop(&self) {
        if let Some(observer) = self.observer.take() {
            observer.disconnect();
        }
        self.next.take();
        self.tracked.take();
    }

    fn is_latest(&self, id: &Id) -> bool {
        let tracked = self.tracked.borrow();
        tracked.last().is_some_and(|(_, last)| last == id)
    }
}

/// Begins to watch the page.
pub(super) fn watch(app: &'static App) {
    let callback = app.listeners.function(Box::new(move |_| {
        app.scan.changed_at.set(clock::now().mono);
        soon(app, PASS_MS);
    }));
    let Ok(observer) = MutationObserver::new(&callback) else {
        return;
    };
    let init = MutationObserverInit::new();
    init.set_child_list(true);
    init.set_character_data(true);
    init.set_subtree(true);
    // Other attributes change many times a second on some pages.
    let names = Array::new();
    app.core(|core| {
        let adapter = &core.config().adapter;
        let attributes = [&adapter.id, &adapter.turn, &adapter.variant];
        for name in attributes.into_iter().flatten() {
            names.push(&name.into());
        }
    });
    if names.length() > 0 {
        init.set_attribute_filter(&names);
    }
    if observer.observe_with_options(&app.document, &init).is_ok() {
        app.scan.observer.replace(Some(observer));
    }
    app.scan.changed_at.set(clock::now().mono);
    pass(app);
}

impl App {
    /// Binds an element the page names by itself.
    pub(super) fn bind(&'static self, element: &Element, binding: &JsValue) {
        if let Err(error) = check(binding) {
            return self.host.error("invalid_output", &error.code());
        }
        self.outputs.bind(element, binding);
        self.scan.changed_at.set(clock::now().mono);
        soon(self, 0);
    }
}

/// What `output(element, binding)` says; the same facts as the attributes.
fn check(binding: &JsValue) -> Result<(), FieldError> {
    let fields = Object(binding);
    let mut read = Reader::new(&fields);
    read.id("id");
    read.optional_id("conversation");
    read.optional_count("turn");
    read.optional_count("variant");
    read.optional_text("token", TOKEN_BYTES_MAX);
    read.finish()
}

/// A pass in `wait` ms, unless one is due already.
fn soon(app: &'static App, wait: Ms) {
    let mut next = app.scan.next.borrow_mut();
    if next.is_none() && !app.is_stopped() {
        *next = Some(clock::later(
            wait,
            Box::new(move || {
                app.scan.next.take();
                pass(app);
            }),
        ));
    }
}

/// One look at all outputs.
pub(super) fn pass(app: &'static App) {
    let started = clock::now();
    let Some((elements, sightings)) = find(app) else {
        return;
    };
    let changed_at = app.scan.changed_at.get();
    let to_read = app.core(|core| core.look(started, changed_at, &sightings));
    remember(app, &elements, &sightings);
    app.check_editor();
    for place in to_read.unwrap_or_default() {
        let (element, id) = (&elements[place], &sightings[place].present.id);
        let reading = page::read(element);
        app.core(|core| core.settled(clock::now(), id, reading));
        app.view_again(element);
    }
    if app.core(|core| core.any_grows(&sightings)) == Some(true) {
        let took = clock::now().mono.saturating_sub(started.mono);
        soon(app, PASS_MS.max(took * SHARE_OF_TIME));
    }
}

/// Reads what still grows: an act does not wait until the text has settled.
pub(super) fn read_growing(app: &'static App) {
    for (element, id) in &*app.scan.tracked.borrow() {
        if app.core(|core| core.is_growing(id)) == Some(true) {
            let reading = page::read(element);
            app.core(|core| core.read_early(id, reading));
        }
    }
}

/// The outputs on the page with what it says of them.
fn find(app: &'static App) -> Option<(Vec<Element>, Vec<Sighting>)> {
    if app.is_stopped() {
        return None;
    }
    let Some(found) = app.outputs.look() else {
        app.host
            .error("invalid_options", "adapter.output is not a CSS selector");
        app.scan.stop();
        return None;
    };
    let (mut elements, mut sightings) = (Vec::new(), Vec::new());
    let mut place = 0;
    while place < found.length() {
        let element: Element = found.get(place).unchecked_into();
        if let Some(sighting) = sighting(app, &element, &found, place) {
            elements.push(element);
            sightings.push(sighting);
        }
        place += PLACES;
    }
    Some((elements, sightings))
}

/// The output whose places in the list of `js/outputs.js` begin at `place`.
fn sighting(app: &'static App, element: &Element, found: &Array, place: u32) -> Option<Sighting> {
    let fact = |n| found.get(place + n);
    let held = page::id(&fact(1));
    let name = text(&fact(2));
    let id = match (&*name, &held) {
        // An id of our own stays with the element.
        ("", Some(held)) => held.clone(),
        ("", None) => Id::client_made(clock::now().wall, clock::random()),
        (name, _) => Id::parse("output", name).ok()?,
    };
    // The text of an element that is new, or of an output that still grows. A
    // settled output is looked at again when its element is replaced.
    let is_new = held.as_ref() != Some(&id);
    let look = is_new || app.scan.is_latest(&id) || app.core(|core| core.is_growing(&id))?;
    Some(Sighting {
        variant: whole(&fact(5)),
        token: fact(6).as_string().map(|token| Box::from(&*token)),
        glance: look.then(|| element.text_content().unwrap_or_default()),
        present: Present {
            conversation: page::id(&fact(3)),
            turn: whole(&fact(4)),
            held_before: held.filter(|_| is_new),
            id,
        },
    })
}

/// Takes the new state of the page over, and tells the view what came and went.
fn remember(app: &'static App, elements: &[Element], sightings: &[Sighting]) {
    let mut now = Vec::with_capacity(elements.len());
    for (element, sighting) in elements.iter().zip(sightings) {
        now.push((element.clone(), sighting.present.id.clone()));
    }
    let before = app.scan.tracked.replace(now);
    let tracked = app.scan.tracked.borrow();
    for shown in &before {
        if !tracked.contains(shown) {
            app.view_gone(&shown.0, &shown.1);
        }
    }
    for shown in &*tracked {
        if !before.contains(shown) {
            app.outputs.hold(&shown.0, shown.1.as_str());
            app.view_again(&shown.0);
        }
    }
}
