//! A batch: what one session sends at once.

use thiserror::Error;

use crate::{
    field::FieldError,
    id::{Id, SessionId},
    number::Share,
    signal::{Kind, Signal},
};

/// Everything one request carries. All its events passed their checks.
#[derive(Debug, Clone, PartialEq)]
pub struct Batch {
    /// The site's publishable key.
    pub key: String,
    /// The document load it comes from.
    pub session: SessionId,
    /// The person, where the page knows one.
    pub subject: Option<Subject>,
    /// The client's clock when it was sent, Unix ms.
    pub sent_at: u64,
    /// Share of conversations that are captured at all.
    pub sample: Share,
    /// Driven by a program (`navigator.webdriver`).
    pub automated: bool,
    /// Language of the page, BCP 47; may be empty.
    pub lang: String,
    /// `desktop`, `phone`, `tablet`; may be empty.
    pub device: String,
    /// Where in the product; may be empty.
    pub surface: String,
    /// Version of the capture package, or the name of another source.
    pub sdk: String,
    /// The events, by ascending `seq`.
    pub events: Vec<Event>,
}

/// A person, as the page names them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subject {
    /// The raw value; the collector keeps only its HMAC.
    pub id: Id,
    /// Who made the value up.
    pub kind: SubjectKind,
}

/// Who made a subject's id up; later ones are better.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SubjectKind {
    /// Nobody: the session stands for the person.
    Session,
    /// The capture package, kept on the device.
    Visitor,
    /// The site: its own pseudonym.
    App,
}

impl SubjectKind {
    /// Its name in JSON.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Session => "session",
            Self::Visitor => "visitor",
            Self::App => "app",
        }
    }

    /// By its name in JSON.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        match name {
            "session" => Some(Self::Session),
            "visitor" => Some(Self::Visitor),
            "app" => Some(Self::App),
            _ => None,
        }
    }
}

/// One signal with its place in the session.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// Number in the session, from 0; with the session it is the event's id.
    pub seq: u32,
    /// The client's clock, Unix ms.
    pub at: u64,
    /// The output it is about.
    pub output: Id,
    /// The registration's token, where the page has one.
    pub token: Option<Box<str>>,
    /// The fact.
    pub signal: Signal,
}

impl Event {
    /// Content frames travel in batches of their own.
    #[must_use]
    pub fn is_content(&self) -> bool {
        self.signal.kind() == Some(Kind::Content)
    }
}

/// What a decoder made of the bytes: the good, and by name what it refused.
#[derive(Debug, Clone, PartialEq)]
pub struct Decoded {
    /// The batch with its good events.
    pub batch: Batch,
    /// One entry per refused event.
    pub rejected: Vec<Rejection>,
    /// Events dropped because an earlier one of the batch has the same `seq`.
    pub duplicate: u32,
    /// Fields this version does not know; ignored.
    pub unknown_fields: u32,
    /// What a loader says of a page on which nothing can be captured.
    pub install: Option<Install>,
    /// Events of the session that the page has dropped unsent so far; every later
    /// batch of the session says it again.
    pub dropped: u32,
}

/// Why a page captures nothing, told once by the loader, by nobody's name: it is
/// about the installation and no person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Install {
    /// The browser or the page's policy refuses to compile the Wasm.
    WasmRefused,
    /// Its files could not be loaded.
    NotLoaded,
}

impl Install {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::WasmRefused, Self::NotLoaded];

    /// Its name in JSON.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::WasmRefused => "wasm_refused",
            Self::NotLoaded => "not_loaded",
        }
    }

    /// By its name in JSON.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|known| known.name() == name)
    }
}

/// Why one event was refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rejection {
    /// The event's number, or `None` where even that could not be read.
    pub seq: Option<u32>,
    /// Stable code, for example `share_out_of_range`.
    pub code: String,
    /// The field at fault.
    pub field: &'static str,
}

impl Rejection {
    /// The refusal of event `seq` for `error`.
    #[must_use]
    pub fn new(seq: Option<u32>, error: &FieldError) -> Self {
        Self {
            seq,
            code: error.code(),
            field: error.field,
        }
    }
}

/// Why a whole batch was refused.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum WireError {
    /// The bytes end before the batch does.
    #[error("the batch is cut short")]
    Truncated,
    /// Not a Tacit batch.
    #[error("neither a binary batch nor JSON")]
    NotABatch,
    /// A layout this version does not read.
    #[error("wire version {0} is not supported")]
    Version(u64),
    /// The bytes changed on their way.
    #[error("the checksum does not match")]
    Checksum,
    /// Malformed where a bound or a structure was expected.
    #[error("the batch is malformed: {0}")]
    Malformed(&'static str),
    /// More events than one batch may carry.
    #[error("{found} events, the limit is {limit}")]
    TooManyEvents {
        /// How many were announced.
        found: usize,
        /// [`crate::limits::EVENTS_PER_BATCH_MAX`].
        limit: usize,
    },
    /// A field of the header is wrong.
    #[error(transparent)]
    Field(#[from] FieldError),
    /// Not JSON, or not of the batch's shape.
    #[error("not valid JSON for a batch: {0}")]
    Json(String),
}

impl WireError {
    /// Stable error code.
    #[must_use]
    pub fn code(&self) -> String {
        match self {
            Self::Truncated => "batch_truncated".into(),
            Self::NotABatch => "batch_unrecognised".into(),
            Self::Version(_) => "version_unsupported".into(),
            Self::Checksum => "checksum_mismatch".into(),
            Self::Malformed(_) => "batch_malformed".into(),
            Self::TooManyEvents { .. } => "events_too_many".into(),
            Self::Field(error) => error.code(),
            Self::Json(_) => "json_malformed".into(),
        }
    }
}
