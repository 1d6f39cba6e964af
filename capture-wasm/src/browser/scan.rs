//! Which outputs are on the page, and which of them still grow.
//!
//! One observer sets a flag; a pass some time later looks at the outputs. No
//! work is done per record, and a pass that took long makes the next one wait,
//! so that the passes together stay under a twentieth of the time.

use std::cell::{Cell, RefCell};

use js_sys::Array;
use tacit_signals::Id;
use wasm_bindgen::{JsCast, prelude::*};
use web_sys::Element;

use super::{
    app::App,
    clock,
    host::Hint,
    listen::What,
    object::{text, whole},
    page, prompts,
};
use crate::{
    core::{Core, Sighting},
    detect::{Ms, lineage::Seen, turns::Present},
};

/// From a change of the page to the look at it, ms.
pub(super) const PASS_MS: Ms = 150;

/// The same on a page that costs too much: about when a text has settled.
const SLOW_PASS_MS: Ms = 1_500;

/// Texts are read for so long in one task.
const SLICE_MS: Ms = 3;

/// A pass may take this part of the time.
const SHARE_OF_TIME: Ms = 20;

/// Places that each output takes in the list of `js/outputs.js`.
const PLACES: u32 = 12;

#[wasm_bindgen(module = "/js/pace.js")]
extern "C" {
    #[wasm_bindgen(js_name = mustSlowDown)]
    fn must_slow_down() -> bool;
}

/// The look at the page.
#[derive(Default)]
pub(super) struct Scan {
    next: RefCell<Option<clock::Timer>>,
    /// When that is.
    due: Cell<Ms>,
    /// A pass that took long is not followed by the next before this.
    rests_until: Cell<Ms>,
    is_slow: Cell<bool>,
    /// Outputs on the page with their elements, as of the last look.
    tracked: RefCell<Vec<(Element, Id)>>,
    /// What was found in it.
    found: RefCell<Found>,
    /// Outputs that came to rest and are to be read, the next one last.
    unread: RefCell<Vec<(Element, Id)>>,
    reading: RefCell<Option<clock::Timer>>,
}

/// The outputs on the page.
#[derive(Default)]
struct Found {
    elements: Vec<Element>,
    sightings: Vec<Sighting>,
    /// They are those of the look before, and all is said of them that was said then.
    is_same: bool,
}

impl Scan {
    pub(super) fn stop(&self) {
        self.next.take();
        self.tracked.take();
        self.found.take();
        self.unread.take();
        self.reading.take();
    }

    /// Whether the output is on the page.
    pub(super) fn holds(&self, id: &Id) -> bool {
        self.tracked.borrow().iter().any(|(_, shown)| shown == id)
    }

    /// The last output on the page.
    pub(super) fn latest(&self) -> Option<Id> {
        Some(self.tracked.borrow().last()?.1.clone())
    }

    fn is_latest(&self, id: &Id) -> bool {
        let tracked = self.tracked.borrow();
        tracked.last().is_some_and(|(_, last)| last == id)
    }
}

/// Begins to watch the page.
pub(super) fn watch(app: &'static App) {
    app.outputs.watch(&app.hearing(What::Changed));
    pass(app);
}

/// The page changed.
pub(super) fn changed(app: &'static App) {
    soon(app, pace(app));
}

/// The look that was to come is due.
pub(super) fn due(app: &'static App) {
    app.scan.next.take();
    pass(app);
}

impl App {
    /// The page bound an element by itself.
    pub(super) fn bound(&'static self) {
        let now = clock::now().mono;
        soon(self, self.scan.rests_until.get().saturating_sub(now));
    }
}

/// How long a change waits for the look at it: longer while all that the module
/// does takes too much of the page's time, which is said once.
fn pace(app: &'static App) -> Ms {
    let rest = app.scan.rests_until.get().saturating_sub(clock::now().mono);
    if !must_slow_down() {
        return rest.max(PASS_MS);
    }
    if !app.scan.is_slow.replace(true) {
        let message = "capture took over 2 % of the time: answers are seen when they have settled";
        app.host.error("slowed_down", message);
    }
    rest.max(SLOW_PASS_MS)
}

/// A pass in `wait` ms at the latest.
pub(super) fn soon(app: &'static App, wait: Ms) {
    let mut next = app.scan.next.borrow_mut();
    let due = clock::now().mono + wait;
    let is_due = next.is_some() && app.scan.due.get() <= due;
    // Nothing while hidden: what changed is looked at on return.
    if !is_due && !app.is_stopped() && app.is_visible() {
        app.scan.due.set(due);
        *next = Some(app.later(wait, What::Pass));
    }
}

/// One look at all outputs.
pub(super) fn pass(app: &'static App) {
    let started = clock::now();
    let Some(found) = find(app) else {
        return;
    };
    let Found {
        elements,
        sightings,
        ..
    } = &found;
    // A page that is left settles what rests: nobody knows whether it comes back.
    let is_busy = app.is_visible() && app.outputs.busy();
    app.core(|core| core.busy(is_busy));
    let changed_at = clock::whole(app.outputs.changed());
    let look = if found.is_same {
        Core::look_again
    } else {
        Core::look
    };
    let to_read = app.core(|core| look(core, started, changed_at, sightings));
    if !found.is_same {
        remember(app, elements, sightings);
    }
    app.host.tell(Hint::Changed);
    for place in to_read.unwrap_or_default() {
        if let (Some(element), Some(sighting)) = (elements.get(place), sightings.get(place)) {
            let id = sighting.present.id.clone();
            app.scan
                .unread
                .borrow_mut()
                .insert(0, (element.clone(), id));
        }
    }
    read_on(app, SLICE_MS);
    let now = clock::now().mono;
    let took = now.saturating_sub(started.mono);
    app.scan.rests_until.set(now + took * SHARE_OF_TIME);
    let mut rests_at = app.core(|core| core.rests_at()).unwrap_or(Ms::MAX);
    if app.outputs.waits() {
        rests_at = 0;
    }
    if rests_at < Ms::MAX {
        soon(app, pace(app).max(rests_at.saturating_sub(now)));
    }
    if !app.is_stopped() {
        app.scan.found.replace(found);
    }
}

/// Reads outputs that came to rest, for about so long; the rest of them in another task.
pub(super) fn read_on(app: &'static App, most: Ms) {
    let started = clock::now().mono;
    loop {
        let Some((element, id)) = app.scan.unread.borrow_mut().pop() else {
            return;
        };
        let reading = page::read(&element);
        app.core(|core| core.settled(clock::now(), &id, reading));
        app.view_again(&element);
        if clock::now().mono.saturating_sub(started) >= most {
            break;
        }
    }
    let next = app.later(0, What::Slice);
    app.scan.reading.replace(Some(next));
}

/// The next slice of that.
pub(super) fn read_next(app: &'static App) {
    read_on(app, SLICE_MS);
}

/// The pass that is due, now. Whether one was.
pub(super) fn catch_up(app: &'static App) -> bool {
    let is_due = app.scan.next.borrow_mut().take().is_some();
    if is_due {
        pass(app);
    }
    is_due
}

/// Another answer is asked for than `wanted`: if it has not settled yet, it is over as it is.
pub(super) fn settle(app: &'static App, wanted: &Id) {
    for (element, id) in &*app.scan.tracked.borrow() {
        if id == wanted && app.core(|core| core.is_growing(id)) == Some(true) {
            let reading = page::read(element);
            app.core(|core| core.settled(clock::now(), id, reading));
        }
    }
}

/// The page is left: what was found by what it does and still grows is over as it
/// is, so that it was read by whoever leaves in the middle of it.
pub(super) fn settle_guesses(app: &'static App) {
    pass(app);
    let found = app.scan.found.take();
    for sighting in &found.sightings {
        let id = &sighting.present.id;
        if sighting.is_guess && app.core(|core| core.is_streaming(id)) == Some(true) {
            settle(app, id);
        }
    }
    app.scan.found.replace(found);
}

/// Has the depth told of what is taller than the view: while it scrolls past, as
/// much of it as before is in view, of which an observer tells nothing.
pub(super) fn view_deeper(app: &'static App) {
    for (element, id) in &*app.scan.tracked.borrow() {
        if app.core(|core| core.may_be_read_deeper(id)) == Some(true) {
            app.view_again(element);
        }
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
fn find(app: &'static App) -> Option<Found> {
    if app.is_stopped() {
        return None;
    }
    let Some(list) = app.outputs.look() else {
        app.host
            .error("invalid_options", "adapter.output is not a CSS selector");
        app.scan.stop();
        return None;
    };
    prompts::tell(app);
    if list.length() == 1 {
        return Some(again(app));
    }
    app.core(Core::begin);
    let mut found = Found::default();
    for is_first in [true, false] {
        let mut place = 0;
        while place < list.length() {
            let element: Element = list.get(place).unchecked_into();
            let sighting = match whole(&list.get(place + 9)) {
                Some(chat) => seen(app, &list, place, chat, is_first),
                None if is_first => None,
                None => declared(app, &element, &list, place),
            };
            if let Some(sighting) = sighting {
                found.elements.push(element);
                found.sightings.push(sighting);
            }
            place += PLACES;
        }
    }
    Some(found)
}

/// What was found in the last look, where all is as it was: only texts may have grown.
fn again(app: &'static App) -> Found {
    let mut found = app.scan.found.take();
    found.is_same = true;
    for (element, sighting) in found.elements.iter().zip(&mut found.sightings) {
        let id = &sighting.present.id;
        let look = !sighting.is_guess && may_grow(app, id) == Some(true);
        sighting.glance = look.then(|| text(&page::glance(element)));
    }
    found
}

/// Whether the output's text is looked at: it may still grow, or it is the last one.
fn may_grow(app: &'static App, id: &Id) -> Option<bool> {
    Some(app.scan.is_latest(id) || app.core(|core| core.is_growing(id))?)
}

/// An output found by what it does, whose places in the list of `js/outputs.js`
/// begin at `place`. Which one it is depends on which others are there, so that
/// all are looked at twice.
fn seen(
    app: &'static App,
    found: &Array,
    place: u32,
    chat: u32,
    is_first: bool,
) -> Option<Sighting> {
    let fact = |n| found.get(place + n);
    let held = page::id(&fact(1));
    let named = page::id(&fact(2));
    let glance = fact(7).as_string();
    let prompt = text(&fact(8));
    let facts = Seen {
        held: held.as_ref(),
        named: named.as_ref(),
        text: glance.as_deref(),
        prompt: &prompt,
        chat,
    };
    let present = app.core(|core| {
        let version = core.which(clock::now(), facts, is_first, &mut mint)?;
        let id = version.id.clone();
        let conversation = version.conversation.clone();
        Some((id, conversation, version.turn, version.variant))
    });
    let (id, conversation, turn, variant) = present.flatten()?;
    Some(Sighting {
        variant: Some(variant),
        token: None,
        glance,
        is_guess: true,
        age: span(&fact(10)),
        still: span(&fact(11)),
        present: Present {
            held_before: held.filter(|held| *held != id),
            conversation: Some(conversation),
            turn: Some(turn),
            id,
        },
    })
}

/// An output that the page names, likewise.
fn declared(app: &'static App, element: &Element, found: &Array, place: u32) -> Option<Sighting> {
    let fact = |n| found.get(place + n);
    let held = page::id(&fact(1));
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
    let look = is_new || may_grow(app, &id)?;
    Some(Sighting {
        variant: whole(&fact(5)),
        token: fact(6).as_string().map(|token| Box::from(&*token)),
        glance: look.then(|| text(&page::glance(element))),
        is_guess: false,
        age: span(&fact(10)),
        still: span(&fact(11)),
        present: Present {
            conversation: page::id(&fact(3)),
            turn: whole(&fact(4)),
            held_before: held.filter(|_| is_new),
            id,
        },
    })
}

/// How many ms a fact says.
fn span(fact: &JsValue) -> Ms {
    clock::whole(fact.as_f64().unwrap_or_default())
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
