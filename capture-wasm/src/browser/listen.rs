//! Listeners that cannot hurt: guarded, passive, and gone when dropped.

use js_sys::Function;
use wasm_bindgen::{JsCast, prelude::*};
use web_sys::{AddEventListenerOptions, Event, EventTarget};

use super::app::App;

#[wasm_bindgen(module = "/js/shell.js")]
extern "C" {
    /// See `js/shell.js`.
    fn guard(function: &Function, on_dead: &Function) -> Function;
    /// See `js/shell.js`.
    #[wasm_bindgen(js_name = watchClipboard)]
    fn watch_clipboard(on_text: &Function) -> Function;
}

/// What hears of an event.
pub(super) type Listener = fn(&'static App, &Event);

/// All listeners of one capture.
pub(super) struct Listeners {
    on_dead: Function,
    attached: Vec<Attached>,
    unwatch: Option<Function>,
}

struct Attached {
    target: EventTarget,
    event: &'static str,
    function: Function,
}

impl Listeners {
    pub(super) fn new(on_dead: Function) -> Self {
        Self {
            on_dead,
            attached: Vec::new(),
            unwatch: None,
        }
    }

    /// A guarded JavaScript function around `listener`, which lives as long as
    /// JavaScript holds it: a browser may call an observer's callback once more
    /// after it was disconnected. All have one type, as each costs code.
    pub(super) fn function(&self, listener: Box<dyn FnMut(JsValue)>) -> Function {
        let closure = Closure::<dyn FnMut(JsValue)>::wrap(listener);
        guard(closure.into_js_value().unchecked_ref(), &self.on_dead)
    }

    /// Listens in the capture phase, before the page can stop the event.
    pub(super) fn on(
        &mut self,
        app: &'static App,
        target: &EventTarget,
        event: &'static str,
        listener: Listener,
    ) {
        let hear = move |event: JsValue| listener(app, event.unchecked_ref());
        self.attach(target, event, Box::new(hear));
    }

    /// The same for events that no script made.
    pub(super) fn on_trusted(
        &mut self,
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
        self.attach(target, event, Box::new(hear));
    }

    fn attach(
        &mut self,
        target: &EventTarget,
        event: &'static str,
        listener: Box<dyn FnMut(JsValue)>,
    ) {
        let function = self.function(listener);
        let options = AddEventListenerOptions::new();
        options.set_capture(true);
        options.set_passive(true);
        let added = target.add_event_listener_with_callback_and_add_event_listener_options(
            event, &function, &options,
        );
        if added.is_ok() {
            self.attached.push(Attached {
                target: target.clone(),
                event,
                function,
            });
        }
    }

    /// Hears of text that scripts put on the clipboard while a person was active.
    pub(super) fn on_clipboard(&mut self, app: &'static App, listener: fn(&'static App, &str)) {
        let hear = move |text: JsValue| {
            if let Some(text) = text.as_string() {
                listener(app, &text);
            }
        };
        let function = self.function(Box::new(hear));
        self.unwatch = Some(watch_clipboard(&function));
    }

    /// Takes everything off the page again.
    pub(super) fn clear(&mut self) {
        for attached in &self.attached {
            // A target that refuses to forget us still only reaches the guard.
            let _ = attached
                .target
                .remove_event_listener_with_callback_and_bool(
                    attached.event,
                    &attached.function,
                    true,
                );
        }
        self.attached.clear();
        if let Some(unwatch) = self.unwatch.take() {
            super::host::call(&unwatch);
        }
    }
}
