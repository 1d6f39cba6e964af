//! Which outputs are on the page, and which of them still grow.
//!
//! One observer sets a flag; a pass some time later looks at the outputs. No
//! work is done per record, and a pass that took long makes the next one wait,
//! so that the passes together stay under a twentieth of the time.

use std::{
    cell::{Cell, RefCell},
    rc::Rc,
};

use gloo_timers::callback::Timeout;
use js_sys::{Array, WeakMap};
use tacit_signals::{FieldError, Id};
use wasm_bindgen::{JsCast, prelude::*};
use web_sys::{Element, MutationObserver, MutationObserverInit};

use super::{app::App, clock, object::Object, page, text};
use crate::{
    core::Sighting,
    detect::{Ms, turns::Present},
};

/// From a change of the page to the look at it, ms.
const PASS_MS: Ms = 150;

/// A pass may take this part of the time.
const SHARE_OF_TIME: Ms = 20;

/// What `output(element, binding)` says; the same facts as the attributes.
#[derive(Debug, Clone)]
pub(super) struct Binding {
    id: String,
    conversation: Option<String>,
    turn: Option<f64>,
    variant: Option<f64>,
    token: Option<String>,
}

impl Binding {
    pub(super) fn read(fields: &Object) -> Result<Self, FieldError> {
        Ok(Self {
            id: fields.text("id")?.unwrap_or_default(),
            conversation: fields.text("conversation")?,
            turn: fields.number("turn")?,
            variant: fields.number("variant")?,
            token: fields.text("token")?,
        })
    }
}

/// The look at the page.
#[derive(Default)]
pub(super) struct Scan {
    observer: RefCell<Option<MutationObserver>>,
    next: RefCell<Option<Timeout>>,
    changed_at: Cell<Ms>,
    bound: RefCell<Vec<(Element, Binding)>>,
    tracked: RefCell<Vec<(Element, Id)>>,
    held: RefCell<Option<WeakMap>>,
}

impl Scan {
    pub(super) fn stop(&self) {
        if let Some(observer) = self.observer.borrow_mut().take() {
            observer.disconnect();
        }
        self.next.borrow_mut().take();
        self.bound.borrow_mut().clear();
        self.tracked.borrow_mut().clear();
    }

    /// Outputs on the page with their elements, as of the last look.
    pub(super) fn tracked(&self) -> Vec<(Element, Id)> {
        self.tracked.borrow().clone()
    }

    /// The output an element shows.
    pub(super) fn output_of(&self, element: &Element) -> Option<Id> {
        let held = self.held.borrow();
        let name = held.as_ref()?.get(element).as_string()?;
        Id::parse("output", &name).ok()
    }

    /// The output whose message `element` stands in: the one it is inside of, or
    /// the only one under the nearest ancestor that has any.
    pub(super) fn owner_of(&self, element: &Element) -> Option<Id> {
        const LEVELS: usize = 10;
        let tracked = self.tracked.borrow();
        let mut place = Some(element.clone());
        for _ in 0..LEVELS {
            let here = place?;
            let mut inside = tracked
                .iter()
                .filter(|(output, _)| here.contains(Some(output)));
            match (inside.next(), inside.next()) {
                (Some((_, id)), None) => return Some(id.clone()),
                (Some(_), Some(_)) => return None,
                _ => {}
            }
            if let Some(id) = self.output_of(&here) {
                return Some(id);
            }
            place = here.parent_element();
        }
        None
    }
}

/// Begins to watch the page.
pub(super) fn watch(app: &Rc<App>) {
    app.scan.held.replace(Some(WeakMap::new()));
    let observed = app.clone();
    let callback = app.listeners.borrow().function(Box::new(move |_| {
        observed.scan.changed_at.set(clock::now().mono);
        soon(&observed, PASS_MS);
    }));
    let (Ok(observer), Some(document)) = (MutationObserver::new(&callback), page::document())
    else {
        return;
    };
    let init = MutationObserverInit::new();
    init.set_child_list(true);
    init.set_character_data(true);
    init.set_subtree(true);
    // Other attributes change many times a second on some pages.
    let names = app.core(|core| {
        let adapter = &core.config().adapter;
        let names = [&adapter.id, &adapter.turn, &adapter.variant];
        names
            .into_iter()
            .flatten()
            .map(JsValue::from)
            .collect::<Array>()
    });
    if let Some(names) = names.filter(|names| names.length() > 0) {
        init.set_attribute_filter(&names);
    }
    if observer.observe_with_options(&document, &init).is_ok() {
        app.scan.observer.replace(Some(observer));
    }
    app.scan.changed_at.set(clock::now().mono);
    pass(app);
}

impl App {
    /// Binds an element the page names by itself.
    pub(super) fn bind(self: &Rc<Self>, element: &Element, binding: Binding) {
        if let Err(error) = Id::parse("id", &binding.id) {
            return self.host.error("invalid_output", &error.code());
        }
        let mut bound = self.scan.bound.borrow_mut();
        bound.retain(|(other, _)| other != element);
        bound.push((element.clone(), binding));
        drop(bound);
        self.scan.changed_at.set(clock::now().mono);
        soon(self, 0);
    }
}

/// A pass in `wait` ms, unless one is due already.
fn soon(app: &Rc<App>, wait: Ms) {
    let mut next = app.scan.next.borrow_mut();
    if next.is_some() || app.is_stopped() {
        return;
    }
    let later = app.clone();
    *next = Some(clock::later(
        wait,
        Box::new(move || {
            later.scan.next.borrow_mut().take();
            pass(&later);
        }),
    ));
}

/// One look at all outputs.
pub(super) fn pass(app: &Rc<App>) {
    let started = clock::now();
    let Some(found) = find(app) else { return };
    let sightings = found.iter().map(|(_, sighting)| sighting.clone()).collect();
    let changed_at = app.scan.changed_at.get();
    let to_read = app.core(|core| core.look(started, changed_at, sightings));
    remember(app, &found);
    app.check_editor();
    for id in to_read.unwrap_or_default() {
        if let Some((element, _)) = found.iter().find(|(_, s)| s.present.id == id) {
            let reading = text::read(element);
            app.core(|core| core.settled(clock::now(), &id, reading));
            app.view_again(element);
        }
    }
    let grows = |core: &mut crate::core::Core| {
        found
            .iter()
            .any(|(_, sighting)| core.is_growing(&sighting.present.id))
    };
    if app.core(grows).unwrap_or(false) {
        let took = clock::now().mono.saturating_sub(started.mono);
        soon(app, PASS_MS.max(took * SHARE_OF_TIME));
    }
}

/// The outputs on the page with what their markup says.
fn find(app: &Rc<App>) -> Option<Vec<(Element, Sighting)>> {
    let document = page::document()?;
    let adapter = app.core(|core| core.config().adapter.clone())?;
    let mut found = Vec::new();
    let bound = {
        let mut bound = app.scan.bound.borrow_mut();
        bound.retain(|(element, _)| element.is_connected());
        bound.clone()
    };
    for (element, binding) in &bound {
        if let Some(present) = from_binding(app, element, binding) {
            found.push((element.clone(), present));
        }
    }
    let Ok(elements) = document.query_selector_all(&adapter.output) else {
        app.host
            .error("invalid_options", "adapter.output is not a CSS selector");
        app.scan.stop();
        return None;
    };
    for place in 0..elements.length() {
        let element = elements
            .get(place)
            .and_then(|node| node.dyn_into::<Element>().ok());
        let Some(element) = element.filter(|element| !is_private(element)) else {
            continue;
        };
        if bound.iter().any(|(other, _)| *other == element) {
            continue;
        }
        if let Some(sighting) = from_attributes(app, &element, &adapter) {
            found.push((element, sighting));
        }
    }
    Some(found)
}

fn from_binding(app: &Rc<App>, element: &Element, binding: &Binding) -> Option<Sighting> {
    let id = Id::parse("id", &binding.id).ok()?;
    let conversation = binding.conversation.as_deref();
    Some(Sighting {
        variant: binding.variant.and_then(whole),
        token: binding.token.as_deref().map(Into::into),
        glance: glance(app, element, &id),
        present: Present {
            conversation: conversation.and_then(|id| Id::parse("conversation", id).ok()),
            turn: binding.turn.and_then(whole),
            held_before: held_before(app, element, &id),
            id,
        },
    })
}

fn from_attributes(
    app: &Rc<App>,
    element: &Element,
    adapter: &crate::adapter::Adapter,
) -> Option<Sighting> {
    let own = |name: &Option<String>| element.get_attribute(name.as_deref()?);
    let number = |name: &Option<String>| own(name)?.trim().parse::<u32>().ok();
    let above = |name: &str| {
        let selector = ["[", name, "]"].concat();
        element.closest(&selector).ok()??.get_attribute(name)
    };
    let id = match own(&adapter.id).filter(|id| !id.is_empty()) {
        Some(id) => Id::parse("output", &id).ok()?,
        // An id of our own stays with the element.
        None => app
            .scan
            .output_of(element)
            .unwrap_or_else(|| Id::client_made(clock::now().wall, clock::random())),
    };
    let conversation = adapter.conversation.as_deref().and_then(above);
    Some(Sighting {
        variant: number(&adapter.variant),
        token: element.get_attribute("data-ai-token").map(Into::into),
        glance: glance(app, element, &id),
        present: Present {
            conversation: conversation.and_then(|id| Id::parse("conversation", &id).ok()),
            turn: number(&adapter.turn),
            held_before: held_before(app, element, &id),
            id,
        },
    })
}

/// The text of an element that is new, or of an output that still grows. A
/// settled output is looked at again when its element is replaced.
fn glance(app: &Rc<App>, element: &Element, id: &Id) -> Option<String> {
    let is_new = app.scan.output_of(element).as_ref() != Some(id);
    let grows = app.core(|core| core.is_growing(id)).unwrap_or(false);
    let is_latest = app
        .scan
        .tracked
        .borrow()
        .last()
        .is_some_and(|(_, last)| last == id);
    (is_new || grows || is_latest).then(|| element.text_content().unwrap_or_default())
}

fn held_before(app: &Rc<App>, element: &Element, id: &Id) -> Option<Id> {
    app.scan.output_of(element).filter(|before| before != id)
}

/// Takes the new state of the page over, and tells the view what came and went.
fn remember(app: &Rc<App>, found: &[(Element, Sighting)]) {
    let now: Vec<(Element, Id)> = found
        .iter()
        .map(|(element, sighting)| (element.clone(), sighting.present.id.clone()))
        .collect();
    let before = app.scan.tracked.replace(now.clone());
    for (element, id) in &before {
        if !now
            .iter()
            .any(|(other, other_id)| other == element && other_id == id)
        {
            app.view_gone(element, id);
        }
    }
    for (element, id) in &now {
        if app.scan.output_of(element).as_ref() != Some(id) {
            if let Some(held) = &*app.scan.held.borrow() {
                held.set(element, &JsValue::from(id.as_str()));
            }
            app.view_again(element);
        }
    }
}

fn is_private(element: &Element) -> bool {
    !matches!(element.closest("[data-tacit-private]"), Ok(None))
}

fn whole(number: f64) -> Option<u32> {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "checked to be whole and in range"
    )]
    (number.fract() == 0.0 && (0.0..=f64::from(u32::MAX)).contains(&number))
        .then_some(number as u32)
}
