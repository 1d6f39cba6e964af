//! Everything one capture holds, and how its parts meet.

use std::cell::{Cell, RefCell};

use gloo_timers::callback::Timeout;
use js_sys::Function;
use tacit_signals::{
    FieldError, Id, SessionId, Signal, Subject, SubjectKind,
    codec::Header,
    named::{Field, Fields},
};
use wasm_bindgen::prelude::*;
use web_sys::{Document, IntersectionObserver, VisibilityState, Window};

use super::{
    clock, controls, copies, editors,
    host::{self, Host},
    lifecycle,
    listen::Listeners,
    object::{Object, field},
    page::{self, Visitor},
    prompts, redact, scan, view,
};
use crate::{
    adapter::Adapter,
    config::{Config, Content},
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
    pub(super) window: Window,
    pub(super) document: Document,
    pub(super) endpoint: String,
    pub(super) outputs: page::Outputs,
    pub(super) listeners: Listeners,
    pub(super) scan: scan::Scan,
    pub(super) view: RefCell<Option<IntersectionObserver>>,
    pub(super) editors: RefCell<editors::Editors>,
    pub(super) clicks: RefCell<controls::Clicks>,
    pub(super) flushes: RefCell<Vec<Function>>,
    pub(super) sending: RefCell<Option<Timeout>>,
    pub(super) ticking: RefCell<Option<Timeout>>,
    pub(super) acts_until: Cell<Ms>,
    stopped: Cell<bool>,
}

impl App {
    /// Reads the options, builds the core and begins to listen.
    pub(super) fn start(options: &JsValue) -> Option<&'static Self> {
        let host = Host::new(options);
        let visitor = page::visitor();
        let config = match config(options, &visitor) {
            Ok(config) => config,
            Err(error) => {
                host.error("invalid_options", &error.code());
                return None;
            }
        };
        // A pattern that finds nothing would let everything leave.
        if !redact::prepare(&field(options, "redact")) {
            host.error("invalid_options", "redact: is no list of patterns");
            return None;
        }
        let now = clock::now();
        let random = clock::random::<20>();
        let header = header(&config, &visitor, random);
        let [.., a, b, c, d] = random;
        let session = Session::new(now, config.sample, u32::from_le_bytes([a, b, c, d]));
        let outbox = Outbox::new(header, config.flush_after_ms);
        let Visitor {
            window, document, ..
        } = visitor;
        let is_visible = document.visibility_state() == VisibilityState::Visible;
        let dwell = Dwell::new(now.mono, is_visible, document.has_focus().unwrap_or(true));
        let mut core = Core::new(config, session, outbox, dwell);
        core.redact_by(redact::redact);
        let app = Box::leak(Box::new(Self {
            endpoint: core.config().endpoint.clone(),
            outputs: outputs(&core.config().adapter),
            listeners: Listeners,
            core: RefCell::new(core),
            window,
            document,
            host,
            scan: scan::Scan::default(),
            view: RefCell::default(),
            editors: RefCell::default(),
            clicks: RefCell::default(),
            flushes: RefCell::default(),
            sending: RefCell::default(),
            ticking: RefCell::default(),
            acts_until: Cell::new(0),
            stopped: Cell::new(false),
        }));
        view::watch(app);
        lifecycle::listen(app);
        prompts::listen(app);
        controls::listen(app);
        copies::listen(app);
        editors::listen(app);
        scan::watch(app);
        Some(app)
    }

    /// Uses the core, then passes on what it found. `None` once stopped, or when
    /// the core is in use, which the guard rules out.
    pub(super) fn core<R>(&'static self, f: impl FnOnce(&mut Core) -> R) -> Option<R> {
        if self.stopped.get() {
            return None;
        }
        let result = f(&mut *self.core.try_borrow_mut().ok()?);
        self.pass_on();
        Some(result)
    }

    #[inline(never)]
    fn pass_on(&'static self) {
        let heard = self.core.borrow_mut().take_heard();
        if !heard.is_empty() {
            self.keep();
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

    /// A fact the page states.
    pub(super) fn tell(&'static self, id: &Id, signal: Signal) {
        self.core(|core| core.told(clock::now(), id, signal));
    }

    /// The person's word.
    pub(super) fn consent(&'static self, granted: bool) {
        self.core(|core| core.consent(granted));
        self.keep();
    }

    /// Ends everything.
    pub(super) fn stop(&'static self) {
        self.depart();
        self.stopped.set(true);
        self.listeners.clear();
        self.scan.stop();
        self.view_end();
        self.editors.borrow_mut().clear();
        self.clicks.borrow_mut().clear();
        self.sending.borrow_mut().take();
        self.ticking.borrow_mut().take();
        self.answer_flushes();
    }

    /// Whether `stop()` was called.
    pub(super) fn is_stopped(&self) -> bool {
        self.stopped.get()
    }
}

/// The configuration, with what the visitor's browser asks for.
fn config(options: &JsValue, visitor: &Visitor) -> Result<Config, FieldError> {
    let adapter = field(options, "adapter");
    let adapter = adapter.is_object().then_some(Object(&adapter));
    let adapter = adapter.as_ref().map(|fields| fields as &dyn Fields);
    let mut config = Config::read(&Object(options), adapter)?;
    if visitor.asks_for_privacy {
        config.content = Content::Off;
    }
    Ok(config)
}

/// What finds the outputs of the page.
fn outputs(adapter: &Adapter) -> page::Outputs {
    page::outputs_of(&host::object(&|put| {
        put("output", Field::Text(&adapter.output));
        put("auto", Field::Flag(adapter.is_auto));
        for (name, attribute) in [
            ("id", &adapter.id),
            ("conversation", &adapter.conversation),
            ("turn", &adapter.turn),
            ("variant", &adapter.variant),
            ("composer", &adapter.composer),
        ] {
            put(name, attribute.as_deref().map_or(Field::Null, Field::Text));
        }
    }))
}

fn header(config: &Config, visitor: &Visitor, random: [u8; 20]) -> Header {
    let mut session = [0; 16];
    session.copy_from_slice(&random[..16]);
    Header {
        key: config.key.clone(),
        session: SessionId(session),
        subject: config.subject.clone().map(|id| Subject {
            id,
            kind: SubjectKind::App,
        }),
        sample: config.sample,
        automated: visitor.is_automated,
        lang: visitor.language.clone(),
        device: visitor.device.into(),
        surface: config.surface.clone(),
        sdk: env!("CARGO_PKG_VERSION").into(),
    }
}
