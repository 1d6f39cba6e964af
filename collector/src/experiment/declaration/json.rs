//! An experiment as JSON: what is stored, and what the API shows.

use serde_json::{Value, json};

use super::{Declared, Experiment};

impl Experiment {
    /// As it is shown; with the words that [`super::Declaration::parse`] reads.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let mut shown = serde_json::to_value(self).unwrap_or_default();
        shown["unit"] = json!(super::read::UNIT);
        shown
    }
}

impl Declared {
    /// As it is shown at `now` (Unix ms).
    #[must_use]
    pub fn to_json(&self, now: u64) -> Value {
        let mut shown = self.experiment.to_json();
        shown["declared_at"] = json!(self.declared_at);
        shown["ended_at"] = json!(self.ended_at);
        shown["state"] = json!(self.state(now));
        shown
    }
}

/// How long outputs settle, as people write it: `24h`, `7d`.
pub(super) mod settle {
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    use crate::clock::{HOUR_MS, span};

    /// A whole number of hours or days.
    #[must_use]
    pub fn text(ms: u64) -> String {
        let hours = ms / HOUR_MS;
        if hours >= 48 && hours.is_multiple_of(24) {
            return format!("{}d", hours / 24);
        }
        format!("{hours}h")
    }

    pub(in super::super) fn serialize<S: Serializer>(ms: &u64, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&text(*ms))
    }

    pub(in super::super) fn deserialize<'de, D: Deserializer<'de>>(
        from: D,
    ) -> Result<u64, D::Error> {
        let text = String::deserialize(from)?;
        span(&text).ok_or_else(|| D::Error::custom("is no time such as 24h or 7d"))
    }
}
