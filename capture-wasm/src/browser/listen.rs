//! Listeners that cannot hurt: guarded, passive, and gone when the capture ends.

use js_sys::Function;
use wasm_bindgen::{JsCast, prelude::*};
use web_sys::{Event, EventTarget};

use super::app::App;

#[wasm_bindgen(module = "/js/retire.js")]
extern "C" {
    /// See `js/retire.js`.
    fn inside(function: &Function) -> Function;
}

#[wasm_bindgen(module = "/js/attach.js")]
extern "C" {
    #[wasm_bindgen(catch, js_name = listen)]
    fn attach(target: &EventTarget, event: &str, listener: &Function) -> Result<(), JsValue>;
    fn detach();
}

#[wasm_bindgen(module = "/js/shell.js")]
extern "C" {
    #[wasm_bindgen(js_name = watchClipboard)]
    fn watch_clipboard(on_text: &Function);
}

/// What hears of an event.
pub(super) type Listener = fn(&'static App, &Event);

/// The ways in, and the way to be rid of them. What is attached is noted in
/// `js/attach.js`, where a failure of the module can still take it off.
#[derive(Default)]
pub(super) struct Listeners;

impl Listeners {
    /// A guarded JavaScript function around `listener`, which lives as long as
    /// JavaScript holds it: a browser may call an observer's callback once more
    /// after it was disconnected. All have one type, as each costs code.
    #[expect(clippy::unused_self, reason = "whoever has the app may make one")]
    pub(super) fn function(&self, listener: Box<dyn FnMut(JsValue)>) -> Function {
        let closure = Closure::<dyn FnMut(JsValue)>::wrap(listener);
        inside(closure.into_js_value().unchecked_ref())
    }

    /// Listens in the capture phase, before the page can stop the event.
    pub(super) fn on(
        &self,
        app: &'static App,
        target: &EventTarget,
        event: &'static str,
        listener: Listener,
    ) {
        let hear = move |event: JsValue| listener(app, event.unchecked_ref());
        // A target that refuses is one that tells nothing.
        let _ = attach(target, event, &self.function(Box::new(hear)));
    }

    /// The same for events that no script made.
    pub(super) fn on_trusted(
        &self,
        app: &'static App,
        target: &EventTarget,
        event: &'static str,
        listener: fn(&'static App),
    ) {
        let hear = move |event: JsValue| {
            if event.unchecked_ref::<Event>().is_trusted() {
                listener(app);
            }
        };
        let _ = attach(target, event, &self.function(Box::new(hear)));
    }

    /// Hears of text that scripts put on the clipboard while a person was active.
    pub(super) fn on_clipboard(&self, app: &'static App, listener: fn(&'static App, &str)) {
        let hear = move |text: JsValue| {
            if let Some(text) = text.as_string() {
                listener(app, &text);
            }
        };
        watch_clipboard(&self.function(Box::new(hear)));
    }

    /// Takes off the page whatever the module has put there.
    #[expect(clippy::unused_self, reason = "whoever has the app may end it")]
    pub(super) fn clear(&self) {
        detach();
    }
}
