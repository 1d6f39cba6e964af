//! Coming and going: visibility, focus, input, network.
//!
//! `unload` and `beforeunload` are never listened to: they are not reliable on
//! phones and keep the page out of the back/forward cache.

use std::rc::Rc;

use web_sys::EventTarget;

use super::{app::App, clock, page, scan};

/// Dwell is looked at this often while something is being read.
const TICK_MS: u64 = 1_000;

pub(super) fn listen(app: &Rc<App>) {
    let (Some(window), Some(document)) = (page::window(), page::document()) else {
        return;
    };
    let mut listeners = app.listeners.borrow_mut();
    let mut on = |target: &EventTarget, event, handler: fn(&Rc<App>)| {
        let app = app.clone();
        listeners.on(target, event, Box::new(move |_| handler(&app)));
    };
    on(&document, "visibilitychange", |app| {
        if page::is_visible() {
            app.come_back();
        } else {
            app.depart();
        }
    });
    on(&window, "pagehide", App::depart);
    on(&window, "pageshow", |app| {
        if page::is_visible() {
            app.come_back();
        }
    });
    on(&window, "focus", |app| focus(app, true));
    on(&window, "blur", |app| focus(app, false));
    on(&window, "online", |app| {
        app.outbox(|outbox| outbox.reconnected());
        app.send_soon();
    });
    for event in [
        "pointermove",
        "pointerdown",
        "keydown",
        "wheel",
        "scroll",
        "touchmove",
    ] {
        on(&window, event, |app| {
            app.core(|core| core.input(clock::now()));
            app.tick_soon();
        });
    }
}

fn focus(app: &Rc<App>, focused: bool) {
    app.core(|core| core.focus(clock::now(), focused));
}

impl App {
    /// The page is hidden or left: everything recorded is in a beacon when this
    /// returns.
    pub(super) fn depart(self: &Rc<Self>) {
        self.settle_rating();
        self.settle_edit();
        self.core(|core| core.hidden(clock::now()));
        self.beacon();
    }

    fn come_back(self: &Rc<Self>) {
        self.core(|core| core.visible(clock::now()));
        scan::pass(self);
        self.send_soon();
        self.tick_soon();
    }

    /// Ticks go on while something is being read, and end by themselves.
    pub(super) fn tick_soon(self: &Rc<Self>) {
        let mut ticking = self.ticking.borrow_mut();
        if ticking.is_some() || self.is_stopped() {
            return;
        }
        let later = self.clone();
        *ticking = Some(clock::later(
            TICK_MS,
            Box::new(move || {
                later.ticking.borrow_mut().take();
                if later.core(|core| core.tick(clock::now())) == Some(true) {
                    later.tick_soon();
                }
            }),
        ));
    }
}
