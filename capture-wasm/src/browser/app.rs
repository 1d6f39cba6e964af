//! Everything one capture holds, and how its parts meet.

use std::{
    cell::{Cell, RefCell},
    rc::Rc,
};

use gloo_timers::callback::Timeout;
use js_sys::Function;
use tacit_signals::{FieldError, Id, SessionId, Signal, Subject, SubjectKind, codec::Header};
use wasm_bindgen::prelude::*;

use super::{
    clock, controls, copies, editors, host::Host, lifecycle, listen::Listeners, object::Object,
    page, scan, view,
};
use crate::{
    adapter::Adapter,
    config::{Config, ConfigError, Content, Options},
    core::Core,
    detect::{Ms, dwell::Dwell},
    outbox::Outbox,
    session::Session,
};

/// One capture. Parts live in cells of their own: a listener borrows what it
/// needs and no borrow is held across a call into the page.
pub(super) struct App {
    pub(super) host: Host,
    core: RefCell<Core>,
    pub(super) endpoint: String,
    pub(super) listeners: RefCell<Listeners>,
    pub(super) scan: scan::Scan,
    pub(super) view: RefCell<Option<view::View>>,
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
    pub(super) fn start(options: &JsValue) -> Option<Rc<Self>> {
        let host = Host::new(options);
        let config = match config(options) {
            Ok(config) => config,
            Err(ConfigError(error)) => {
                host.error("invalid_options", &error.code());
                return None;
            }
        };
        let now = clock::now();
        let random = clock::random::<20>();
        let header = header(&config, random);
        let [.., a, b, c, d] = random;
        let session = Session::new(now, config.sample, u32::from_le_bytes([a, b, c, d]));
        let outbox = Outbox::new(header, config.flush_after_ms);
        let dwell = Dwell::new(now.mono, page::is_visible(), page::has_focus());
        let app = Rc::new(Self {
            endpoint: config.endpoint.clone(),
            core: RefCell::new(Core::new(config, session, outbox, dwell)),
            listeners: RefCell::new(Listeners::new(host.on_dead())),
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
        });
        view::watch(&app);
        lifecycle::listen(&app);
        controls::listen(&app);
        copies::listen(&app);
        editors::listen(&app);
        scan::watch(&app);
        Some(app)
    }

    /// Uses the core, then passes on what it found. `None` once stopped, or when
    /// the core is in use, which the guard rules out.
    pub(super) fn core<R>(self: &Rc<Self>, f: impl FnOnce(&mut Core) -> R) -> Option<R> {
        if self.stopped.get() {
            return None;
        }
        let (result, heard) = {
            let mut core = self.core.try_borrow_mut().ok()?;
            (f(&mut core), core.take_heard())
        };
        let news = !heard.is_empty();
        for event in heard {
            self.host.signal(&event);
        }
        if news {
            self.send_soon();
        }
        Some(result)
    }

    /// Uses the outbox, also after the end: what was recorded is still sent.
    pub(super) fn outbox<R>(&self, f: impl FnOnce(&mut Outbox) -> R) -> Option<R> {
        Some(f(self.core.try_borrow_mut().ok()?.outbox()))
    }

    /// A fact the page states.
    pub(super) fn tell(self: &Rc<Self>, id: &Id, signal: Signal) {
        self.core(|core| core.told(clock::now(), id, signal));
    }

    /// The person's word.
    pub(super) fn consent(self: &Rc<Self>, granted: bool) {
        self.core(|core| core.consent(granted));
    }

    /// Ends everything.
    pub(super) fn stop(self: &Rc<Self>) {
        self.depart();
        self.stopped.set(true);
        self.listeners.borrow_mut().clear();
        self.scan.stop();
        self.view.borrow_mut().take();
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
fn config(options: &JsValue) -> Result<Config, ConfigError> {
    let mut config = read(&Object::from(options.clone()))?.check()?;
    if page::asks_for_privacy() {
        config.content = Content::Off;
    }
    Ok(config)
}

fn read(options: &Object) -> Result<Options, FieldError> {
    let adapter = options.object("adapter");
    let adapter = adapter.map(|adapter| -> Result<Adapter, FieldError> {
        Ok(Adapter {
            output: adapter.text("output")?.unwrap_or_default(),
            id: adapter.text("id")?,
            conversation: adapter.text("conversation")?,
            turn: adapter.text("turn")?,
            variant: adapter.text("variant")?,
        })
    });
    Ok(Options {
        key: options.text("key")?.unwrap_or_default(),
        endpoint: options.text("endpoint")?,
        adapter: adapter.transpose()?,
        subject: options.text("subject")?,
        surface: options.text("surface")?,
        content: options.text("content")?,
        join: options.text("join")?,
        sample: options.number("sample")?,
        flush_after_ms: options.number("flushAfterMs")?,
    })
}

fn header(config: &Config, random: [u8; 20]) -> Header {
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
        automated: page::is_automated(),
        lang: page::language(),
        device: page::device().into(),
        surface: config.surface.clone(),
        sdk: env!("CARGO_PKG_VERSION").into(),
    }
}
