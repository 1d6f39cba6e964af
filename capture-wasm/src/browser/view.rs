//! What is in view, from an IntersectionObserver: it costs no layout.

use std::rc::Rc;

use js_sys::Array;
use tacit_signals::{Id, Share};
use wasm_bindgen::{JsCast, prelude::*};
use web_sys::{Element, IntersectionObserver, IntersectionObserverEntry, IntersectionObserverInit};

use super::{app::App, clock};

/// In view is half of the output, or as much of it as fills half the viewport.
const HALF: f64 = 0.5;

/// Steps at which a long answer's depth is told; 5 % of ten screens is half a screen.
const STEPS: u32 = 20;

pub(super) struct View {
    observer: IntersectionObserver,
}

impl Drop for View {
    fn drop(&mut self) {
        self.observer.disconnect();
    }
}

/// Begins to observe.
pub(super) fn watch(app: &Rc<App>) {
    let seen = app.clone();
    let callback = app.listeners.borrow().function(Box::new(move |entries| {
        for entry in entries.unchecked_ref::<Array>().iter() {
            moved(&seen, entry.unchecked_ref());
        }
    }));
    let init = IntersectionObserverInit::new();
    let steps: Array = (0..=STEPS)
        .map(|step| JsValue::from(f64::from(step) / f64::from(STEPS)))
        .collect();
    init.set_threshold(&steps);
    if let Ok(observer) = IntersectionObserver::new_with_options(&callback, &init) {
        app.view.replace(Some(View { observer }));
    }
}

fn moved(app: &Rc<App>, entry: &IntersectionObserverEntry) {
    let Some(id) = app.scan.output_of(&entry.target()) else {
        return;
    };
    let (whole, seen) = (entry.bounding_client_rect(), entry.intersection_rect());
    let screen = entry.root_bounds().map_or(f64::MAX, |root| root.height());
    let fills_half = seen.height() >= HALF * screen;
    let in_view = entry.is_intersecting() && (entry.intersection_ratio() >= HALF || fills_half);
    let depth = share(seen.bottom() - whole.top(), whole.height());
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
        if let Some(view) = &*self.view.borrow() {
            view.observer.unobserve(element);
            view.observer.observe(element);
        }
    }

    /// An element is gone or shows another output now.
    pub(super) fn view_gone(self: &Rc<Self>, element: &Element, id: &Id) {
        if let Some(view) = &*self.view.borrow()
            && !element.is_connected()
        {
            view.observer.unobserve(element);
        }
        self.core(|core| core.in_view(clock::now(), id, false, Share::ZERO));
    }
}
