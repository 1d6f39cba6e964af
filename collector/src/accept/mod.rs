//! Decides what of a decoded request is kept. Pure: no IO, no clock.
//!
//! The raw subject and the key go no further than this: an [`Accepted`] holds
//! the project's number and a [`StoredSubject`], and the arms of experiments that
//! only the raw subject tells.
//!
//! [`StoredSubject`]: crate::store::rows::StoredSubject

pub mod accepted;
mod assigned;
pub mod record;
pub mod registration;
mod server;
mod slices;
pub mod token;
pub mod trim;

use std::{collections::BTreeMap, sync::Arc};

use tacit_signals::{Batch, Decoded, Event, Rejection, Signal, Subject, signal::ContentRole};
use thiserror::Error;

pub use accepted::{Accepted, Chunk, ChunkWriter, ERASED, EXPIRED, Part};
pub use assigned::{Assigned, OUT_OF_TRAFFIC, assigned};
pub use server::{ServerRejection, ServerVerdict, accept_server};

use crate::{
    clock::too_old,
    control::{ContentPolicy, Control, Project, Publishable},
    store::rows::{Origin, is_evaluation, is_import},
};
use slices::Slices;
use trim::drop_gone;

/// What became of a batch that is kept.
#[derive(Debug, PartialEq)]
pub struct Verdict {
    /// What goes to the log.
    pub accepted: Accepted,
    /// Events refused by name, for the answer.
    pub rejected: Vec<Rejection>,
}

/// Why nothing of a batch is kept.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Refusal {
    /// No such key.
    #[error("the key is not known")]
    KeyUnknown,
    /// The key was withdrawn.
    #[error("the key was revoked")]
    KeyRevoked,
    /// A page sent a secret key; it should be replaced at once.
    #[error("a secret key does not belong into a page; revoke it and use a publishable one")]
    KeySecret,
    /// The page is none of the key's.
    #[error("the key does not allow this origin")]
    OriginForbidden,
}

impl Refusal {
    /// Stable code.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::KeyUnknown => "key_unknown",
            Self::KeyRevoked => "key_revoked",
            Self::KeySecret => "key_not_publishable",
            Self::OriginForbidden => "origin_forbidden",
        }
    }
}

/// Who sends with `key` at `now` (Unix ms), from a page at `origin` where the browser told.
pub fn sender(
    control: &Control,
    key: &str,
    origin: Option<&str>,
    now: u64,
) -> Result<Arc<Publishable>, Refusal> {
    let Some(publishable) = control.publishable.get(key) else {
        return Err(if key.starts_with("sk_") {
            Refusal::KeySecret
        } else {
            Refusal::KeyUnknown
        });
    };
    if publishable.life.is_over(now) {
        return Err(Refusal::KeyRevoked);
    }
    // Browsers always name the origin of a POST to elsewhere; what names none is no page.
    let allowed = &publishable.origins;
    if let Some(origin) = origin
        && !allowed.is_empty()
        && !allowed.iter().any(|allowed| allowed == origin)
    {
        return Err(Refusal::OriginForbidden);
    }
    Ok(Arc::clone(publishable))
}

/// What of a batch of `project` is kept, received at `received_at` (Unix ms).
#[must_use]
pub fn accept(decoded: Decoded, project: &Project, received_at: u64) -> Verdict {
    let Decoded {
        batch,
        mut rejected,
        duplicate,
        unknown_fields,
        install,
        dropped,
    } = decoded;
    let (subject, assigned) = match &batch.subject {
        Some(Subject { id, kind }) => (
            project.subject(id.as_str(), *kind),
            assigned(project, id.as_str(), *kind, received_at),
        ),
        None => (project.session_subject(batch.session), Vec::new()),
    };
    let mut slices = Slices::new(project, &subject, received_at);
    for event in &batch.events {
        match refusal(event, &batch, project.content, received_at) {
            None => slices.push(event),
            Some((code, field)) => rejected.push(Rejection {
                seq: Some(event.seq),
                code: code.into(),
                field,
            }),
        }
    }
    let mut counts = Counts::default();
    counts.add("unknown_fields", unknown_fields);
    counts.add("dropped_by_clients", dropped);
    counts.add("tokens_expired", slices.tokens_expired);
    counts.add("tokens_invalid", slices.tokens_invalid);
    if let Some(install) = install {
        counts.add(&format!("{INSTALL}{}", install.name()), 1);
    }
    for rejection in &rejected {
        counts.rejected(&rejection.code);
    }
    let slices = slices.finish();
    let part = Part {
        session: batch.session,
        subject,
        assigned,
        sent_at: batch.sent_at,
        sample: batch.sample,
        automated: batch.automated,
        origin: Origin {
            lang: batch.lang,
            device: batch.device,
            surface: batch.surface,
            sdk: own_words(batch.sdk),
        },
        slices,
    };
    let mut accepted = Accepted {
        project: project.id,
        received_at,
        parts: vec![part],
        duplicate,
        counts: counts.finish(),
    };
    drop_gone(&mut accepted, project);
    Verdict { accepted, rejected }
}

/// What a page says it runs, unless it says it was an evaluation or an import: only a
/// server's signals are one, whoever made the page.
fn own_words(sdk: String) -> String {
    if is_evaluation(&sdk) || is_import(&sdk) {
        return String::new();
    }
    sdk
}

/// Why an event that decoded well is refused all the same, if so.
fn refusal(
    event: &Event,
    batch: &Batch,
    content: ContentPolicy,
    received_at: u64,
) -> Option<(&'static str, &'static str)> {
    if too_old(event.at, batch.sent_at, received_at) {
        return Some(("too_old", "at"));
    }
    match (&event.signal, content) {
        (Signal::Content { role, .. }, ContentPolicy::Edits) if *role != ContentRole::Edit => {
            Some(("content_forbidden", "role"))
        }
        (Signal::Content { .. }, ContentPolicy::Off) => Some(("content_forbidden", "content")),
        _ => None,
    }
}

/// Counters by name.
#[derive(Default)]
struct Counts(BTreeMap<String, u32>);

impl Counts {
    fn add(&mut self, name: &str, count: u32) {
        if count > 0 {
            *self.0.entry(name.into()).or_default() += count;
        }
    }

    fn rejected(&mut self, code: &str) {
        self.add(&format!("{REJECTED}{code}"), 1);
    }

    fn finish(self) -> Vec<(String, u32)> {
        self.0.into_iter().collect()
    }
}

/// Prefix of the counters of refused events.
pub const REJECTED: &str = "rejected.";
/// Prefix of the counters of pages on which nothing can be captured.
pub const INSTALL: &str = "install.";

#[cfg(test)]
mod tests;
