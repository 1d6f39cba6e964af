//! What is in view, as `js/view.js` tells it.

use tacit_signals::{Id, Share};
use wasm_bindgen::JsValue;
use web_sys::Element;

use super::{
    app::App,
    clock,
    listen::{More, What},
    page,
};

/// Begins to observe.
pub(super) fn watch(app: &'static App) {
    app.host.watch(What::Seen as u8);
}

/// An output came into view, moved in it or left it: whether it is in view, and
/// how deep, in thousandths.
pub(super) fn seen(app: &'static App, id: &JsValue, (in_view, depth, _): More) {
    let Some(id) = page::id(id) else { return };
    let in_view = in_view > 0;
    let depth = Share::of(depth as u64, 1_000);
    app.core(|core| core.in_view(clock::now(), &id, in_view, depth));
    if in_view {
        app.tick_soon();
    }
}

impl App {
    /// Has an element looked at anew: it is new, or grew to its full size.
    pub(super) fn view_again(&self, element: &Element) {
        self.host.again(element);
    }

    /// An element is gone or shows another output now.
    pub(super) fn view_gone(&'static self, element: &Element, id: &Id) {
        self.host.gone(element);
        self.core(|core| core.in_view(clock::now(), id, false, Share::ZERO));
    }
}
