//! Coming and going: visibility, focus, input, network.
//!
//! `unload` and `beforeunload` are never listened to: they are not reliable on
//! phones and keep the page out of the back/forward cache.

use std::rc::Rc;

use web_sys::{Event, EventTarget};

use super::{app::App, clock, page, scan};
use crate::detect::Ms;

/// How long after a press what happens may still be the person's doing: as long
/// as a browser's transient activation lasts (HTML standard: a few seconds; 5 s
/// in Chromium), longer when the browser's own menu is open, as nothing is heard from there.
const PATIENCE_MS: Ms = 5_000;
const PATIENCE_MENU_MS: Ms = 30_000;

/// Dwell is looked at this often while something is being read.
const TICK_MS: u64 = 1_000;

pub(super) fn listen(app: &Rc<App>) {
    let (Some(window), Some(document)) = (page::window(), page::document()) else {
        return;
    };
    let mut listeners = app.listeners.borrow_mut();
    let mut on = |target: &EventTarget, event, handler: fn(&Rc<App>)| {
        let app = app.clone();
        let hear = move |event: &Event| {
            if event.is_trusted() {
                handler(&app);
            }
        };
        listeners.on(target, event, Box::new(hear));
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
    on(&window, "contextmenu", |app| app.pressed(PATIENCE_MENU_MS));
    for event in ["pointerdown", "keydown"] {
        on(&window, event, |app| app.pressed(PATIENCE_MS));
    }
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
    fn pressed(&self, patience: Ms) {
        let until = clock::now().mono + patience;
        self.acts_until.set(self.acts_until.get().max(until));
    }

    /// Whether what happens now may be a person's act. A script's `execCommand`
    /// fires a trusted event, so the event alone does not tell.
    pub(super) fn is_by_person(&self) -> bool {
        clock::now().mono <= self.acts_until.get()
    }

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
