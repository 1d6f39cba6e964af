//! What only few pages need: editors that an answer's text went into, and what is
//! left of accepted text later.
//!
//! A Wasm module of its own, the crate `tacit-capture-texts`, that is loaded
//! where one of them is needed. It asks the core for the outputs it knows, and
//! tells it what it found.

pub mod edited;
mod edits;
pub mod memory;
pub mod survived;

use tacit_signals::{Id, Signal};

use crate::config::Content;
use edited::Editing;
use memory::{Memory, Place};

/// An output with the text it has now, as the core knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    /// The output.
    pub id: Id,
    /// The registration's token, where it has one.
    pub token: Option<Box<str>>,
    /// Its text, clean.
    pub text: String,
}

/// What was found out.
#[derive(Debug, Clone, PartialEq)]
pub struct Told {
    /// The output it is about.
    pub output: Id,
    /// Its token, if the output may not be on this page.
    pub token: Option<Box<str>>,
    /// The fact.
    pub signal: Signal,
}

/// The state of one page.
#[derive(Debug)]
pub struct Texts {
    content: Content,
    editors: Vec<(u32, Vec<(Id, Editing)>)>,
    memory: Memory,
    consented: bool,
}

impl Texts {
    /// Nothing is edited and nothing accepted yet.
    #[must_use]
    pub fn new(content: Content) -> Self {
        Self {
            content,
            editors: Vec::new(),
            memory: Memory::default(),
            consented: true,
        }
    }

    /// What is remembered of accepted text.
    pub fn memory(&mut self) -> &mut Memory {
        &mut self.memory
    }

    /// The person's word: without it nothing is remembered.
    pub fn consent(&mut self, granted: bool) {
        self.consented = granted;
        if !granted {
            self.memory.clear();
        }
    }

    /// Whether the person has not said no.
    #[must_use]
    pub fn is_consented(&self) -> bool {
        self.consented
    }

    /// Text of an output is in use from now on, Unix ms; see [`Memory::keep`].
    pub fn keep(&mut self, now: u64, known: Known, anew: bool) {
        if self.consented {
            self.memory.keep(now, known, anew);
        }
    }

    /// The places of the page that text may be in, as they are now.
    pub fn look_back(&mut self, now: u64, places: &mut [Place]) -> Vec<Told> {
        let mut told = Vec::new();
        if self.consented {
            self.memory.look(now, places, &mut told);
        }
        told
    }
}
