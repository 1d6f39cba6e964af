//! Coming and going: visibility, focus, input, network.
//!
//! `unload` and `beforeunload` are never listened to: they are not reliable on
//! phones and keep the page out of the back/forward cache.

use super::{app::App, clock, host::Hint, listen::What, scan};
use crate::detect::Ms;

/// How long after a press what happens may still be the person's doing: as long
/// as a browser's transient activation lasts (HTML standard: a few seconds; 5 s
/// in Chromium), longer when the browser's own menu is open, as nothing is heard from there.
const PATIENCE_MS: Ms = 5_000;
const PATIENCE_MENU_MS: Ms = 30_000;

/// Dwell is looked at this often while something is being read.
const TICK_MS: u64 = 1_000;

pub(super) fn listen(app: &'static App) {
    app.on(&app.document, "visibilitychange", What::Visibility);
    for (event, what) in [
        ("pagehide", What::PageHide),
        ("pageshow", What::PageShow),
        ("focus", What::Focus),
        ("blur", What::Focus),
        ("online", What::Online),
        ("contextmenu", What::Menu),
        ("pointerdown", What::Press),
        ("keydown", What::Press),
        ("pointermove", What::Input),
        ("wheel", What::Input),
        ("touchmove", What::Input),
    ] {
        app.on(&app.window, event, what);
    }
}

impl App {
    pub(super) fn is_visible(&self) -> bool {
        self.host.is_visible()
    }

    pub(super) fn online(&'static self) {
        self.outbox(|outbox| outbox.reconnected());
        self.send_soon();
    }

    /// Any input of the person.
    pub(super) fn input(&'static self) {
        self.core(|core| core.input(clock::now()));
        self.tick_soon();
    }

    pub(super) fn pressed(&self, is_menu: bool) {
        let patience = if is_menu {
            PATIENCE_MENU_MS
        } else {
            PATIENCE_MS
        };
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
    pub(super) fn depart(&'static self) {
        scan::pass(self);
        scan::read_on(self, Ms::MAX);
        self.settle_act();
        self.host.tell(Hint::Left);
        self.core(|core| core.hidden(clock::now()));
        self.beacon();
    }

    pub(super) fn come_back(&'static self) {
        self.core(|core| core.visible(clock::now()));
        scan::pass(self);
        self.host.tell(Hint::Returned);
        self.send_soon();
        self.tick_soon();
    }

    /// A frame inside the page takes the window's focus, but not the person away;
    /// when that frame loses it, nothing tells the window.
    pub(super) fn look_at_focus(&'static self) {
        let focused = self.host.is_focused();
        self.core(|core| core.focus(clock::now(), focused));
    }

    /// Ticks go on while something is being read, and end by themselves.
    pub(super) fn tick_soon(&'static self) {
        let mut ticking = self.ticking.borrow_mut();
        if ticking.is_none() && !self.is_stopped() {
            *ticking = Some(self.later(TICK_MS, What::Tick));
        }
    }

    pub(super) fn tick(&'static self) {
        self.ticking.take();
        self.look_at_focus();
        if self.core(|core| core.tick(clock::now())) == Some(true) {
            scan::view_deeper(self);
            self.tick_soon();
        }
    }
}
