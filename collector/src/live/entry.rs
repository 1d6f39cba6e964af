//! One line of the live tail: what somebody may see who looks for a mistake, and nothing
//! that says who sent it or what they wrote.

use serde::{Serialize, Serializer};
use serde_json::{Map, Value};
use tacit_signals::{Event, Id, SessionId, Signal, json};

use crate::{
    accept::{Part, trim::Gone},
    clock,
    control::ProjectId,
    store::rows::StoredSubject,
};

/// Bytes of an origin that are shown: browsers' are shorter.
const ORIGIN_BYTES_MAX: usize = 256;

/// Fields of an event that are told elsewhere in its line.
const ELSEWHERE: [&str; 4] = ["seq", "at", "kind", "output"];
/// Fields that hold a person's words, or can be led back to them.
const UNSHOWN: [&str; 4] = ["text", "reason", "sketch", "token"];

/// One line.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// What is shown.
    pub told: Told,
    /// Of whom, to be forgotten by.
    pub whose: Vec<StoredSubject>,
}

/// What is shown of a line.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum Told {
    /// Stored.
    Accepted(Box<Arrived>),
    /// Stored before.
    Duplicate(Box<Arrived>),
    /// Kept, of a kind this version does not know.
    Quarantined(Box<Arrived>),
    /// Refused alone; the others of its batch were kept.
    Rejected(Rejected),
    /// A request of which nothing was kept.
    Refused(Refusal),
}

/// An event that was acknowledged.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Arrived {
    /// `<session>:<seq>`.
    pub id: String,
    /// The document load, or the stand-in of a server's signal.
    pub session: String,
    /// Number in the session.
    pub seq: u32,
    /// What it is.
    pub kind: String,
    /// The output, under the id it came with.
    #[serde(serialize_with = "as_text")]
    pub output: Id,
    /// By the page's clock, Unix ms.
    pub at: u64,
    /// By the collector's clock, Unix ms.
    pub corrected_at: u64,
    /// Unix ms.
    pub received_at: u64,
    /// A valid token came along.
    pub signed: bool,
    /// Driven by a program.
    pub automated: bool,
    /// Who made the name of the person up.
    pub subject_kind: &'static str,
    /// Version of the capture package, or the name of another source.
    pub sdk: String,
    /// Fields of its kind, without texts.
    pub fields: Map<String, Value>,
}

/// An event that was refused.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Rejected {
    /// The document load, where a page sent it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub session: Option<String>,
    /// Number in the session, where that could be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seq: Option<u32>,
    /// Its place in the request of a server, from 0.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub index: Option<usize>,
    /// Why.
    pub code: String,
    /// The field at fault.
    pub field: &'static str,
    /// Unix ms.
    pub received_at: u64,
}

/// A request of which nothing was kept, as often as it came.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Refusal {
    /// Why.
    pub code: String,
    /// The field at fault.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub field: Option<&'static str>,
    /// Of the answer.
    pub status: u16,
    /// The page's origin, as the browser said; only where the project is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub origin: Option<String>,
    /// The key told whose it was. Where it did not, it may have been meant for anybody.
    pub own: bool,
    /// How often, since somebody watches.
    pub times: u64,
    /// The last time, Unix ms.
    pub received_at: u64,
}

impl Refusal {
    /// Whether `other` is the same refusal at another time.
    #[must_use]
    pub fn is_like(&self, other: &Self) -> bool {
        let key = |it: &Self| (it.own, it.status, it.field);
        key(self) == key(other) && self.code == other.code && self.origin == other.origin
    }

    /// What is shown of the `Origin` header `text`.
    #[must_use]
    pub fn origin(text: &str) -> String {
        let end = text.floor_char_boundary(ORIGIN_BYTES_MAX);
        text.get(..end).unwrap_or_default().to_owned()
    }
}

impl Entry {
    /// An event of `part`, received at `received_at` (Unix ms).
    #[must_use]
    pub fn of_event(part: &Part, event: &Event, signed: bool, received_at: u64) -> Arrived {
        let age_ms_max = part.origin.age_ms_max();
        Arrived {
            id: format!("{}:{}", part.session, event.seq),
            session: part.session.to_string(),
            seq: event.seq,
            kind: event.signal.name().to_owned(),
            output: event.output.clone(),
            at: event.at,
            corrected_at: clock::corrected_within(event.at, part.sent_at, received_at, age_ms_max),
            received_at,
            signed,
            automated: part.automated,
            subject_kind: part.subject.kind.name(),
            sdk: part.origin.sdk.clone(),
            fields: fields(event),
        }
    }

    /// An event that was refused out of a batch of `session`, which `subject` sent.
    #[must_use]
    pub fn rejected(told: Rejected, whose: Vec<StoredSubject>) -> Self {
        Self {
            told: Told::Rejected(told),
            whose,
        }
    }

    /// Whether it is about somebody or something that is erased in `project`.
    #[must_use]
    pub fn is_gone(&self, project: ProjectId, gone: &dyn Gone) -> bool {
        let output = match &self.told {
            Told::Accepted(event) | Told::Duplicate(event) | Told::Quarantined(event) => {
                Some(&event.output)
            }
            Told::Rejected(_) | Told::Refused(_) => None,
        };
        output.is_some_and(|id| gone.output(project, id))
            || self.whose.iter().any(|who| gone.subject(project, who))
    }
}

fn as_text<S: Serializer>(id: &Id, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(id.as_str())
}

/// The fields of an event's kind: numbers, ids and labels. Of a text its length, of a kind
/// that is not known its size.
fn fields(event: &Event) -> Map<String, Value> {
    let chars = |text: &str| Value::from(text.chars().count());
    match &event.signal {
        Signal::Unknown(unknown) => {
            return Map::from_iter([("bytes".to_owned(), unknown.body.len().into())]);
        }
        Signal::Content { role, text } => {
            return Map::from_iter([
                ("role".to_owned(), role.name().into()),
                ("chars".to_owned(), chars(text)),
            ]);
        }
        _ => {}
    }
    let mut fields = json::event_object(event);
    let hidden = |name: &str| ELSEWHERE.contains(&name) || UNSHOWN.contains(&name);
    fields.retain(|name, value| !hidden(name) && !value.is_null());
    if let Signal::Rated {
        reason: Some(reason),
        ..
    } = &event.signal
    {
        fields.insert("reason_chars".into(), chars(reason));
    }
    fields
}

/// Whose an event of `session` is that `subject` sent: either can be erased.
#[must_use]
pub fn whose(
    project: &crate::control::Project,
    session: SessionId,
    subject: &StoredSubject,
) -> Vec<StoredSubject> {
    let session = project.session_subject(session);
    if session == *subject {
        return vec![session];
    }
    vec![subject.clone(), session]
}
