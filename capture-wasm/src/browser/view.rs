//! What is in view, from an IntersectionObserver: it costs no layout.

use js_sys::Array;
use tacit_signals::{Id, Share};
use wasm_bindgen::{JsCast, prelude::*};
use web_sys::{Element, IntersectionObserver, IntersectionObserverInit};

use super::{app::App, clock, page};

/// In view is half of the output, or as much of it as fills half the viewport.
const HALF: f64 = 0.5;

/// Steps at which a long answer's depth is told; 5 % of ten screens is half a screen.
const STEPS: u32 = 20;

/// Begins to observe.
pub(super) fn watch(app: &'static App) {
    let callback = app.listeners.function(Box::new(move |entries| {
        let entries: &Array = entries.unchecked_ref();
        for place in 0..entries.length() {
            moved(app, &entries.get(place));
        }
    }));
    let init = IntersectionObserverInit::new();
    let steps = Array::new();
    for step in 0..=STEPS {
        steps.push(&(f64::from(step) / f64::from(STEPS)).into());
    }
    init.set_threshold(&steps);
    app.view
        .replace(IntersectionObserver::new_with_options(&callback, &init).ok());
}

fn moved(app: &'static App, entry: &JsValue) {
    let facts = page::sight_of(entry);
    let Some(id) = page::id(&app.outputs.held(facts.get(0).unchecked_ref())) else {
        return;
    };
    let number = |place| facts.get(place).as_f64().unwrap_or_default();
    let (ratio, seen, depth, whole) = (number(2), number(3), number(4), number(5));
    let screen = facts.get(6).as_f64().unwrap_or(f64::MAX);
    let is_intersecting = facts.get(1).is_truthy();
    let in_view = is_intersecting && (ratio >= HALF || seen >= HALF * screen);
    let depth = share(depth, whole);
    app.core(|core| core.in_view(clock::now(), &id, in_view, depth));
    if in_view {
        app.tick_soon();
    }
}

fn share(part: f64, whole: f64) -> Share {
    if whole <= 0.0 {
        return Share::ZERO;
    }
    let share = (part / whole).clamp(0.0, 1.0);
    Share::from_f64("read_share", share).unwrap_or_default()
}

impl App {
    /// Has an element looked at anew: it is new, or grew to its full size.
    pub(super) fn view_again(&self, element: &Element) {
        if let Some(observer) = &*self.view.borrow() {
            observer.unobserve(element);
            observer.observe(element);
        }
    }

    /// An element is gone or shows another output now.
    pub(super) fn view_gone(&'static self, element: &Element, id: &Id) {
        if let Some(observer) = &*self.view.borrow()
            && !element.is_connected()
        {
            observer.unobserve(element);
        }
        self.core(|core| core.in_view(clock::now(), id, false, Share::ZERO));
    }

    /// Ends the observing.
    pub(super) fn view_end(&self) {
        if let Some(observer) = self.view.take() {
            observer.disconnect();
        }
    }
}
