//! Webhooks, signed by the Standard Webhooks scheme (standardwebhooks.com, specification
//! of 2023, "Verifying webhook authenticity"): `webhook-id`, `webhook-timestamp` and
//! `webhook-signature`, which is `v1,` and the base64 of
//! HMAC-SHA256(secret, `id.timestamp.body`).
//!
//! The id stays the same when a label is sent again unchanged, so that receivers drop
//! what they have; `data.id` stays the same when it changed.

use std::ops::RangeInclusive;

use base64::{Engine, engine::general_purpose::STANDARD};
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::Sha256;

use super::{HttpRequest, KeyError, Kind, Limits, Settings, Sink, instant};
use crate::push::{Address, Ids, LabelOut, Part};

/// What a symmetric secret starts with.
const PREFIX: &str = "whsec_";
/// Bytes of a secret, as the specification asks.
const KEY_BYTES: RangeInclusive<usize> = 24..=64;

pub(super) struct Webhook {
    settings: Settings,
    mac: Hmac<Sha256>,
}

impl Webhook {
    pub(super) fn new(settings: Settings) -> Result<Self, KeyError> {
        let key = settings
            .key
            .as_ref()
            .ok_or(KeyError::Missing(Kind::Webhook))?;
        let text = key
            .reveal()
            .strip_prefix(PREFIX)
            .ok_or(KeyError::NoWebhookKey)?;
        let bytes = STANDARD.decode(text).map_err(|_| KeyError::NoWebhookKey)?;
        if !KEY_BYTES.contains(&bytes.len()) {
            return Err(KeyError::NoWebhookKey);
        }
        let mac = Hmac::new_from_slice(&bytes).map_err(|_| KeyError::NoWebhookKey)?;
        Ok(Self { settings, mac })
    }

    pub(super) fn signature(&self, id: &str, timestamp: u64, body: &str) -> String {
        let mut mac = self.mac.clone();
        mac.update(format!("{id}.{timestamp}.{body}").as_bytes());
        format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()))
    }
}

impl Sink for Webhook {
    fn kind(&self) -> Kind {
        Kind::Webhook
    }

    fn limits(&self) -> Limits {
        Limits::ONE
    }

    fn address(&self, _ids: &Ids) -> Result<Address, &'static str> {
        Ok(Address::Output)
    }

    fn takes_corrections(&self) -> bool {
        true
    }

    fn request(&self, labels: &[LabelOut], now: u64) -> HttpRequest {
        let (id, body) = labels.first().map(message).unwrap_or_default();
        let seconds = now / 1_000;
        let mut request = self.settings.bare("POST", "", body);
        let signature = self.signature(&id, seconds, &request.body);
        request.headers.extend([
            ("webhook-id", id),
            ("webhook-timestamp", seconds.to_string()),
            ("webhook-signature", signature),
        ]);
        request
    }
}

fn message(label: &LabelOut) -> (String, String) {
    let id = format!("msg_{}", hex::encode(label.revision()));
    let mut data = label.metadata();
    data.remove("tacit_id");
    data.insert("id".into(), label.hex_id().into());
    data.insert("name".into(), label.name.as_str().into());
    data.insert("value".into(), label.kept().into());
    data.insert("label".into(), label.word().into());
    data.insert("explanation".into(), label.explanation().into());
    data.insert("reasons".into(), json!(label.reasons));
    data.insert("ids".into(), json!(label.ids));
    data.insert("conversation".into(), json!(label.conversation));
    data.insert("model".into(), json!(label.model));
    data.insert("shown_at".into(), json!(label.shown_at));
    if let Part::Correction(text) = &label.part {
        data.insert("text".into(), text.as_str().into());
    }
    let kind = match label.part {
        Part::Verdict => "label.updated",
        Part::Correction(_) => "correction.updated",
    };
    let timestamp = instant(label.as_of);
    let body = json!({"type": kind, "timestamp": timestamp, "data": Value::Object(data)});
    (id, body.to_string())
}
