//! Everything one capture holds, and how its parts meet.

use std::cell::{Cell, RefCell, RefMut};

use js_sys::Array;
use tacit_signals::codec::end_header;
use web_sys::EventTarget;

use super::{
    clock, controls, copies,
    host::{self, Host},
    lifecycle,
    listen::{self, What},
    page, prompts, redact, scan, view,
};
use crate::{
    config::Config,
    core::Core,
    detect::{Ms, dwell::Dwell},
    outbox::Outbox,
    session::Session,
};

/// One capture. It is never freed, as a browser may call a listener once more
/// after it was taken off; [`App::stop`] empties it. Parts live in cells of
/// their own: a listener borrows what it needs and no borrow is held across a
/// call into the page.
pub(super) struct App {
    pub(super) host: Host,
    core: RefCell<Core>,
    pub(super) window: EventTarget,
    pub(super) document: EventTarget,
    pub(super) endpoint: String,
    pub(super) outputs: page::Outputs,
    pub(super) scan: scan::Scan,
    pub(super) clicks: RefCell<controls::Clicks>,
    /// The facts of a copy that is told in a moment.
    pub(super) copying: RefCell<Option<(clock::Timer, Array)>>,
    pub(super) sending: RefCell<Option<clock::Timer>>,
    pub(super) ticking: RefCell<Option<clock::Timer>>,
    knowing: RefCell<Option<clock::Timer>>,
    pub(super) acts_until: Cell<Ms>,
    stopped: Cell<bool>,
}

impl App {
    /// Builds the core and begins to listen.
    pub(super) fn start(
        host: Host,
        window: EventTarget,
        document: EventTarget,
        outputs: page::Outputs,
        mut header: Vec<u8>,
        luck: u32,
        config: Config,
    ) -> &'static Self {
        let now = clock::now();
        end_header(&mut header, env!("CARGO_PKG_VERSION"));
        let session = Session::new(now, config.sample, luck);
        let outbox = Outbox::new(header, config.flush_after_ms, luck);
        let is_visible = host.is_visible();
        let dwell = Dwell::new(now.mono, is_visible, host.is_focused());
        let mut core = Core::new(config, session, outbox, dwell);
        redact::prepare();
        core.redact_by(redact::redact);
        core.compare_by(prompts::compare);
        let app = Box::leak(Box::new(Self {
            endpoint: host.endpoint(),
            outputs,
            core: RefCell::new(core),
            window,
            document,
            host,
            scan: scan::Scan::default(),
            clicks: RefCell::default(),
            copying: RefCell::default(),
            sending: RefCell::default(),
            ticking: RefCell::default(),
            knowing: RefCell::default(),
            acts_until: Cell::new(0),
            stopped: Cell::new(false),
        }));
        view::watch(app);
        lifecycle::listen(app);
        prompts::listen(app);
        controls::listen(app);
        copies::listen(app);
        scan::watch(app);
        // After what the page has asked for so far: it may have to do with consent.
        let known = app.later(0, What::Visitor);
        app.knowing.replace(Some(known));
        app
    }

    /// Uses the core, then passes on what it found. `None` once stopped, or when
    /// the core is in use, which the guard rules out.
    #[inline]
    pub(super) fn core<R>(&'static self, f: impl FnOnce(&mut Core) -> R) -> Option<R> {
        let mut core = self.enter()?;
        let result = f(&mut core);
        self.leave(core);
        Some(result)
    }

    // Apart from `core`, which is compiled once for every use.
    #[inline(never)]
    fn enter(&'static self) -> Option<RefMut<'static, Core>> {
        if self.stopped.get() {
            return None;
        }
        self.core.try_borrow_mut().ok()
    }

    #[inline(never)]
    fn leave(&'static self, core: RefMut<'static, Core>) {
        drop(core);
        self.pass_on();
    }

    fn pass_on(&'static self) {
        let (heard, accepted) = {
            let mut core = self.core.borrow_mut();
            (core.take_heard(), core.take_accepted())
        };
        for known in accepted {
            self.host.accepted(&known);
        }
        for event in &heard {
            self.host.signal(event);
        }
        if !heard.is_empty() {
            self.send_soon();
        }
    }

    /// Uses the outbox, also after the end: what was recorded is still sent.
    pub(super) fn outbox<R>(&self, f: impl FnOnce(&mut Outbox) -> R) -> Option<R> {
        Some(f(self.core.try_borrow_mut().ok()?.outbox()))
    }

    /// The person's word.
    pub(super) fn consent(&'static self, granted: bool) {
        self.core(|core| core.consent(granted));
        if granted {
            self.know_visitor();
        }
        self.keep();
    }

    /// Takes the browser's own random id, where the site allows one.
    pub(super) fn know_visitor(&'static self) {
        self.core(|core| {
            if core.is_consented() {
                core.outbox().set_visitor(host::visitor().as_deref());
            }
        });
    }

    /// Ends everything.
    pub(super) fn stop(&'static self) {
        self.depart();
        self.stopped.set(true);
        listen::detach();
        self.scan.stop();
        self.clicks.borrow_mut().clear();
        self.copying.borrow_mut().take();
        self.sending.borrow_mut().take();
        self.ticking.borrow_mut().take();
        self.knowing.borrow_mut().take();
        self.host.flushed();
    }

    /// Whether `stop()` was called.
    pub(super) fn is_stopped(&self) -> bool {
        self.stopped.get()
    }
}
