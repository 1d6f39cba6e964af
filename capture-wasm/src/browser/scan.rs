//! Which outputs are on the page, and which of them still grow.
//!
//! One observer sets a flag; a pass some time later looks at the outputs. No
//! work is done per record, and a pass that took long makes the next one wait,
//! so that the passes together stay under a twentieth of the time.

use std::cell::{Cell, RefCell};

use gloo_timers::callback::Timeout;
use js_sys::Array;
use tacit_signals::Id;
use wasm_bindgen::JsCast;
use web_sys::Element;

use super::{
    app::App,
    clock,
    object::{text, whole},
    page, prompts,
};
use crate::{
    core::Sighting,
    detect::{Ms, lineage::Seen, turns::Present},
};

/// From a change of the page to the look at it, ms.
pub(super) const PASS_MS: Ms = 150;

/// A pass may take this part of the time.
const SHARE_OF_TIME: Ms = 20;

/// Places that each output takes in the list of `js/outputs.js`.
const PLACES: u32 = 11;

/// The look at the page.
#[derive(Default)]
pub(super) struct Scan {
    next: RefCell<Option<Timeout>>,
    changed_at: Cell<Ms>,
    /// Outputs on the page with their elements, as of the last look.
    tracked: RefCell<Vec<(Element, Id)>>,
}

impl Scan {
    pub(super) fn stop(&self) {
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
    let callback = app.listeners.function(Box::new(move |records| {
        app.scan.changed_at.set(clock::now().mono);
        app.outputs.changed(&records);
        soon(app, PASS_MS);
    }));
    app.outputs.watch(&callback);
    app.scan.changed_at.set(clock::now().mono);
    pass(app);
}

impl App {
    /// The page bound an element by itself.
    pub(super) fn bound(&'static self) {
        self.scan.changed_at.set(clock::now().mono);
        soon(self, 0);
    }
}

/// A pass in `wait` ms, unless one is due already.
pub(super) fn soon(app: &'static App, wait: Ms) {
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
    let Some((elements, found)) = find(app) else {
        return;
    };
    prompts::tell(app);
    let sightings = name(app, found);
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
    if app.core(|core| core.any_grows(&sightings)) == Some(true) || app.outputs.waits() {
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
fn find(app: &'static App) -> Option<(Vec<Element>, Vec<Found>)> {
    if app.is_stopped() {
        return None;
    }
    let Some(list) = app.outputs.look() else {
        app.host
            .error("invalid_options", "adapter.output is not a CSS selector");
        app.scan.stop();
        return None;
    };
    let (mut elements, mut all) = (Vec::new(), Vec::new());
    let mut place = 0;
    while place < list.length() {
        let element: Element = list.get(place).unchecked_into();
        if let Some(found) = facts(app, &element, &list, place) {
            elements.push(element);
            all.push(found);
        }
        place += PLACES;
    }
    Some((elements, all))
}

/// An output on the page.
enum Found {
    /// Which one it is the page says itself.
    Declared(Sighting),
    /// It was found by what it does; so many ms after it was there first.
    Seen(Seen, Ms),
}

/// The output whose places in the list of `js/outputs.js` begin at `place`.
fn facts(app: &'static App, element: &Element, list: &Array, place: u32) -> Option<Found> {
    let fact = |n| list.get(place + n);
    let held = page::id(&fact(1));
    if let Some(chat) = whole(&fact(9)) {
        let seen = Seen {
            held,
            named: page::id(&fact(2)),
            text: fact(7).as_string(),
            prompt: text(&fact(8)),
            chat,
        };
        let age = fact(10).as_f64().unwrap_or_default();
        return Some(Found::Seen(seen, clock::whole(age)));
    }
    let name = text(&fact(2));
    let id = match (&*name, &held) {
        // An id of our own stays with the element.
        ("", Some(held)) => held.clone(),
        ("", None) => mint(),
        (name, _) => Id::parse("output", name).ok()?,
    };
    // The text of an element that is new, or of an output that still grows. A
    // settled output is looked at again when its element is replaced.
    let is_new = held.as_ref() != Some(&id);
    let look = is_new || app.scan.is_latest(&id) || app.core(|core| core.is_growing(&id))?;
    Some(Found::Declared(Sighting {
        variant: whole(&fact(5)),
        token: fact(6).as_string().map(|token| Box::from(&*token)),
        glance: look.then(|| text(&page::glance(element))),
        age: 0,
        present: Present {
            conversation: page::id(&fact(3)),
            turn: whole(&fact(4)),
            held_before: held.filter(|_| is_new),
            id,
        },
    }))
}

/// Names those that the page does not name.
fn name(app: &'static App, found: Vec<Found>) -> Vec<Sighting> {
    let mut seen = Vec::new();
    for one in &found {
        if let Found::Seen(facts, _) = one {
            seen.push(facts.clone());
        }
    }
    let named = app.core(|core| core.identify(clock::now(), &seen, &mut mint));
    let mut named = named.unwrap_or_default().into_iter();
    let mut sightings = Vec::new();
    for one in found {
        match one {
            Found::Declared(sighting) => sightings.push(sighting),
            Found::Seen(seen, age) => sightings.extend(named.next().map(|version| Sighting {
                variant: Some(version.variant),
                token: None,
                glance: seen.text,
                age,
                present: Present {
                    held_before: seen.held.filter(|held| *held != version.id),
                    conversation: Some(version.conversation),
                    turn: Some(version.turn),
                    id: version.id,
                },
            })),
        }
    }
    sightings
}

fn mint() -> Id {
    Id::client_made(clock::now().wall, clock::random())
}

/// Takes the new state of the page over, and tells the view what came and went.
fn remember(app: &'static App, elements: &[Element], sightings: &[Sighting]) {
    let mut now = Vec::with_capacity(elements.len());
    for (element, sighting) in elements.iter().zip(sightings) {
        now.push((element.clone(), sighting.present.id.clone()));
    }
    let before = app.scan.tracked.replace(now);
    let tracked = app.scan.tracked.borrow();
    for (place, shown) in before.iter().enumerate() {
        if !holds(&tracked, place, shown) {
            app.view_gone(&shown.0, &shown.1);
        }
    }
    for (place, shown) in tracked.iter().enumerate() {
        if !holds(&before, place, shown) {
            app.outputs.hold(&shown.0, shown.1.as_str());
            app.view_again(&shown.0);
        }
    }
}

/// Whether `shown` is in the list: most often in its old place. Ids first, as
/// comparing elements asks JavaScript.
fn holds(list: &[(Element, Id)], place: usize, (element, id): &(Element, Id)) -> bool {
    let is_it = |other: &(Element, Id)| other.1 == *id && other.0 == *element;
    list.get(place).is_some_and(is_it) || list.iter().any(is_it)
}
