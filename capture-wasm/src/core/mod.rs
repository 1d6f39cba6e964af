//! The pure heart of the module: facts of the page in, events out.
//!
//! The browser shell tells what it saw (outputs on the page, their text, what
//! came into view, which control was used, what was copied or typed); the core
//! runs the detectors and puts what they found into the outbox.

use std::rc::Rc;

use tacit_signals::{Event, Id, Signal, signal::Kind};

use crate::{
    by_id::ById,
    config::Config,
    detect::{Ms, dwell::Dwell, lineage::Lineage, pasted::Clipboard, turns::Turns},
    outbox::Outbox,
    session::{Now, Session},
    texts::Known,
};

mod content;
mod controls;
mod copies;
mod outputs;
mod prompts;
mod reading;
mod texts;

pub use content::Redact;
pub use controls::Used;
pub use outputs::{Reading, Sighting};

use outputs::Output;

/// The state of one page.
#[derive(Debug)]
pub struct Core {
    config: Config,
    session: Session,
    outbox: Outbox,
    outputs: ById<Output>,
    turns: Turns,
    lineage: Lineage,
    is_busy: bool,
    rests_at: Ms,
    dwell: Dwell,
    clipboard: Clipboard,
    prompts: prompts::Prompts,
    accepted: Vec<Known>,
    consented: bool,
    asked: Option<Box<str>>,
    redact: Redact,
    heard: Vec<Rc<Event>>,
}

impl Core {
    /// A page that was just loaded.
    #[must_use]
    pub fn new(config: Config, session: Session, outbox: Outbox, dwell: Dwell) -> Self {
        Self {
            config,
            session,
            outbox,
            outputs: ById::default(),
            turns: Turns::default(),
            lineage: Lineage::default(),
            is_busy: false,
            rests_at: Ms::MAX,
            dwell,
            clipboard: Clipboard::default(),
            prompts: prompts::Prompts::default(),
            accepted: Vec::new(),
            consented: true,
            asked: None,
            redact: |_| String::new(),
            heard: Vec::new(),
        }
    }

    /// The configuration it runs with.
    #[must_use]
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// What is to be sent.
    pub fn outbox(&mut self) -> &mut Outbox {
        &mut self.outbox
    }

    /// Events since the last call, for the host's debugging hook.
    pub fn take_heard(&mut self) -> Vec<Rc<Event>> {
        std::mem::take(&mut self.heard)
    }

    /// The person's word: without it nothing is recorded, and what waits is forgotten.
    pub fn consent(&mut self, granted: bool) {
        self.consented = granted;
        if !granted {
            self.outbox.set_visitor(None);
            self.outbox.purge();
            self.forget_prompts();
            self.accepted.clear();
        }
    }

    /// Whether the person has not said no.
    #[must_use]
    pub fn is_consented(&self) -> bool {
        self.consented
    }

    /// The app states a fact itself.
    pub fn told(&mut self, now: Now, output: &Id, signal: Signal) {
        if let (Some(known), Some(kind)) = (self.outputs.get_mut(output), signal.kind()) {
            known.acts.told.note(now.mono, kind);
        }
        self.emit(now, output, signal);
    }

    fn emit_all(&mut self, now: Now, told: Vec<(Id, Signal)>) {
        for (id, signal) in told {
            self.emit(now, &id, signal);
        }
    }

    fn emit(&mut self, now: Now, id: &Id, signal: Signal) {
        let output = self.outputs.get(id);
        let sampled = output.map_or_else(|| self.session.is_sampled(None), |output| output.sampled);
        if !sampled || !self.consented {
            return;
        }
        let token = output.and_then(|output| output.token.clone());
        let is_accepted = signal.kind() == Some(Kind::Accepted);
        self.record(now, id, token, signal);
        if is_accepted && let Some(output) = self.outputs.get(id) {
            let text = output.reading.text.clone();
            self.accepted(id, text);
        }
    }

    fn record(&mut self, now: Now, id: &Id, token: Option<Box<str>>, signal: Signal) {
        let event = Rc::new(self.session.event(now, id, token, signal));
        self.outbox.push(now, Rc::clone(&event));
        self.heard.push(event);
    }
}

#[cfg(test)]
mod random;
#[cfg(test)]
mod tests;
