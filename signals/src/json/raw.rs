//! The batch as JSON has it, events still unread.

use std::fmt;

use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{IgnoredAny, MapAccess, SeqAccess, Visitor},
};
use serde_json::{Map, Value};

use crate::{batch::WireError, limits::EVENTS_PER_BATCH_MAX};

#[derive(Serialize, Deserialize)]
pub(super) struct RawBatch {
    pub(super) v: u64,
    pub(super) key: String,
    pub(super) session: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) subject: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) subject_kind: Option<String>,
    pub(super) sent_at: u64,
    #[serde(default = "everything")]
    pub(super) sample: f64,
    #[serde(default)]
    pub(super) automated: bool,
    #[serde(default)]
    pub(super) lang: String,
    #[serde(default)]
    pub(super) device: String,
    #[serde(default)]
    pub(super) surface: String,
    #[serde(default)]
    pub(super) sdk: String,
    /// Only of loaders, and of no batch that is read again.
    #[serde(default, skip_serializing)]
    pub(super) install: Option<String>,
    pub(super) events: Events,
}

const NAMES: [&str; 14] = [
    "v",
    "key",
    "session",
    "subject",
    "subject_kind",
    "sent_at",
    "sample",
    "automated",
    "lang",
    "device",
    "surface",
    "sdk",
    "install",
    "events",
];

fn everything() -> f64 {
    1.0
}

/// The batch, and how many of its fields this version does not know. Those are
/// skipped, not held.
pub(super) fn read(bytes: &[u8]) -> Result<(RawBatch, u32), WireError> {
    let error = |error: serde_json::Error| WireError::Json(error.to_string());
    let raw = serde_json::from_slice(bytes).map_err(error)?;
    let UnknownNames(unknown) = serde_json::from_slice(bytes).map_err(error)?;
    Ok((raw, unknown))
}

/// Events of a batch: no more are held than a batch may have.
pub(super) struct Events {
    pub(super) kept: Vec<Map<String, Value>>,
    pub(super) found: usize,
}

impl Events {
    pub(super) fn of(kept: Vec<Map<String, Value>>) -> Self {
        let found = kept.len();
        Self { kept, found }
    }
}

impl Serialize for Events {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.kept.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Events {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Counted;
        impl<'de> Visitor<'de> for Counted {
            type Value = Events;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an array of events")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut events: A) -> Result<Events, A::Error> {
                let mut kept = Vec::new();
                while kept.len() < EVENTS_PER_BATCH_MAX
                    && let Some(event) = events.next_element()?
                {
                    kept.push(event);
                }
                let mut found = kept.len();
                while events.next_element::<IgnoredAny>()?.is_some() {
                    found += 1;
                }
                Ok(Events { kept, found })
            }
        }
        deserializer.deserialize_seq(Counted)
    }
}

/// How many names of the object are none of a batch's.
struct UnknownNames(u32);

impl<'de> Deserialize<'de> for UnknownNames {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Counted;
        impl<'de> Visitor<'de> for Counted {
            type Value = UnknownNames;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a batch")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<UnknownNames, A::Error> {
                let mut unknown = 0;
                while let Some((name, IgnoredAny)) = fields.next_entry::<String, IgnoredAny>()? {
                    unknown += u32::from(!NAMES.contains(&name.as_str()));
                }
                Ok(UnknownNames(unknown))
            }
        }
        deserializer.deserialize_map(Counted)
    }
}
