//! What every sink is told.

use thiserror::Error;

use super::{HttpRequest, KEY_MARK, Kind};
use crate::{client::Secret, push::Endpoint};

/// Where labels go, and by what right.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The address.
    pub endpoint: Endpoint,
    /// The key, out of the environment.
    pub key: Option<Secret>,
    /// The other half of the key where there are two: Langfuse's public key.
    pub user: Option<String>,
    /// The header that carries the key, where it is not the system's usual one.
    pub key_header: Option<String>,
}

/// A key that cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum KeyError {
    /// There is none.
    #[error("{} needs a key: name the variable that holds it with key_env", .0.name())]
    Missing(Kind),
    /// Langfuse has two halves.
    #[error("langfuse needs its public key as `user`")]
    NoUser,
    /// Not base64 after `whsec_`.
    #[error("the key of a webhook is `whsec_` and the base64 of 24 to 64 bytes")]
    NoWebhookKey,
}

impl Settings {
    /// A JSON request to `path`, with the key as bearer, or in the header it was said
    /// to be in.
    pub(super) fn json(&self, method: &'static str, path: &str, body: String) -> HttpRequest {
        self.keyed(method, path, body, None)
    }

    /// As [`Settings::json`], with the key in `header` unless it was said otherwise.
    pub(super) fn keyed(
        &self,
        method: &'static str,
        path: &str,
        body: String,
        header: Option<&str>,
    ) -> HttpRequest {
        let header = self.key_header.as_deref().or(header);
        let secret = self.key.as_ref().map(|key| match header {
            Some(header) => (header.to_owned(), key.clone()),
            None => (
                "authorization".into(),
                Secret::new(&format!("Bearer {}", key.reveal())),
            ),
        });
        HttpRequest {
            secrets: secret.into_iter().collect(),
            ..self.bare(method, path, body)
        }
    }

    /// A JSON request without a key.
    pub(super) fn bare(&self, method: &'static str, path: &str, body: String) -> HttpRequest {
        HttpRequest {
            method,
            url: self.endpoint.url(path),
            headers: vec![("content-type", "application/json".into())],
            secrets: Vec::new(),
            body,
            body_key: None,
        }
    }
}

impl HttpRequest {
    /// The body as it is sent.
    pub(in crate::push) fn whole_body(&self) -> String {
        match &self.body_key {
            Some(key) => self.body.replacen(KEY_MARK, key.reveal(), 1),
            None => self.body.clone(),
        }
    }

    /// `text` without any secret of this request: some servers repeat a wrong key.
    pub(in crate::push) fn hide(&self, text: &str) -> String {
        let secrets = self.secrets.iter().map(|(_, secret)| secret);
        let secrets = secrets.chain(&self.body_key);
        secrets.fold(text.into(), |text: String, secret| {
            let bare = secret
                .reveal()
                .split_once(' ')
                .map(|(_, key)| Secret::new(key));
            let text = secret.hide(&text);
            bare.map_or(text.clone(), |bare| bare.hide(&text))
        })
    }
}
