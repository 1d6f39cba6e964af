//! A browser's side of one session: numbers events and puts them into batches.

use tacit_signals::{Batch, Event, Id, SessionId, Share, Signal, Subject, SubjectKind};

use crate::now_ms;

/// One document load.
#[derive(Debug, Clone)]
pub struct Page {
    /// Its key.
    pub key: String,
    /// Its session.
    pub session: SessionId,
    subject: Option<String>,
    next_seq: u32,
}

impl Page {
    /// A page with a session of its own.
    #[must_use]
    pub fn new(key: &str) -> Self {
        Self::of_session(key, SessionId(fastrand::u128(..).to_be_bytes()))
    }

    /// A page of that session.
    #[must_use]
    pub fn of_session(key: &str, session: SessionId) -> Self {
        Self {
            key: key.to_owned(),
            session,
            subject: None,
            next_seq: 0,
        }
    }

    /// The same page, used by a person the site names.
    #[must_use]
    pub fn of_subject(mut self, subject: &str) -> Self {
        self.subject = Some(subject.to_owned());
        self
    }

    /// The next event: `signal` about `output` at `at` (Unix ms).
    pub fn event(&mut self, at: u64, output: &str, signal: Signal) -> Event {
        let seq = self.next_seq;
        self.next_seq += 1;
        Event {
            seq,
            at,
            output: id(output),
            token: None,
            signal,
        }
    }

    /// A batch of `events`, sent now.
    #[must_use]
    pub fn batch(&self, events: Vec<Event>) -> Batch {
        let subject = self.subject.as_deref().map(|subject| Subject {
            id: id(subject),
            kind: SubjectKind::App,
        });
        Batch {
            key: self.key.clone(),
            session: self.session,
            subject,
            sent_at: now_ms(),
            sample: Share::ONE,
            automated: false,
            lang: "en".into(),
            device: "desktop".into(),
            surface: "chat".into(),
            sdk: "test".into(),
            events,
        }
    }

    /// An event's id, as the collector prints it.
    #[must_use]
    pub fn event_id(&self, seq: u32) -> String {
        format!("{}:{seq}", self.session)
    }
}

/// A name as an id.
#[must_use]
pub fn id(name: &str) -> Id {
    Id::parse("output", name).expect("a valid id")
}
