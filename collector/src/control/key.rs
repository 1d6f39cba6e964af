//! How keys are made, followed by others and ended.

use thiserror::Error;

use super::{ContentPolicy, scope::Scopes};
use crate::{
    keyed::random,
    limits::{KEY_ORIGINS_MAX, ROTATION_GRACE_MS_MAX},
    store::{KeyInfo, KeyKind, NewKey},
};

/// What is wanted of a new key.
#[derive(Debug)]
#[expect(missing_docs, reason = "the options of `tacit keys create`")]
pub struct Wanted {
    pub project: String,
    pub kind: KeyKind,
    pub origins: Vec<String>,
    pub scopes: Scopes,
    pub content: Option<ContentPolicy>,
}

/// Why there is no such key.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Unfit {
    /// A name nobody could type, or none.
    #[error("a project's name has 1 to 64 characters")]
    Project,
    /// A secret key is sent by servers, which have no origin.
    #[error("origins are for publishable keys")]
    Origins,
    /// A publishable key has one thing it can do.
    #[error("scopes are for secret keys; a publishable one only adds signals")]
    Scopes,
    /// A secret key that may do nothing.
    #[error("a secret key needs a scope: ingest, read or admin")]
    NoScope,
    /// More origins than are compared with each batch.
    #[error("a key has at most {KEY_ORIGINS_MAX} origins")]
    TooManyOrigins,
    /// Not what a browser calls an origin.
    #[error("{0} is no origin; write it as https://example.com or http://localhost:3000")]
    Origin(String),
}

impl Unfit {
    /// What is wrong.
    #[must_use]
    pub const fn field(&self) -> &'static str {
        match self {
            Self::Project => "project",
            Self::Origins | Self::TooManyOrigins | Self::Origin(_) => "origins",
            Self::Scopes | Self::NoScope => "scopes",
        }
    }
}

impl Wanted {
    /// Checks it, and writes origins as browsers do.
    pub fn checked(self) -> Result<Self, Unfit> {
        if self.project.is_empty() || self.project.len() > 64 {
            return Err(Unfit::Project);
        }
        match self.kind {
            KeyKind::Secret if !self.origins.is_empty() => return Err(Unfit::Origins),
            KeyKind::Secret if self.scopes == Scopes::NONE => return Err(Unfit::NoScope),
            KeyKind::Publishable if self.scopes != Scopes::NONE => return Err(Unfit::Scopes),
            _ => {}
        }
        if self.origins.len() > KEY_ORIGINS_MAX {
            return Err(Unfit::TooManyOrigins);
        }
        let origins = self.origins.iter().map(|text| origin(text));
        Ok(Self {
            origins: origins.collect::<Result<_, _>>()?,
            ..self
        })
    }

    /// A key like that with a text nobody can guess: 160 random bits.
    pub fn key(self, now: u64) -> Result<NewKey, getrandom::Error> {
        let text = hex::encode(random::<20>()?);
        Ok(NewKey {
            text: format!("{}{text}", self.kind.prefix()),
            id: format!("key_{}", hex::encode(random::<6>()?)),
            project: self.project,
            kind: self.kind,
            origins: self.origins,
            scopes: self.scopes,
            content: self.content,
            created_at: now,
        })
    }
}

/// What follows `old`: the same in all but its text.
#[must_use]
pub fn successor(old: &KeyInfo) -> Wanted {
    Wanted {
        project: old.project.clone(),
        kind: old.kind,
        origins: old.origins.clone(),
        scopes: old.scopes,
        content: None,
    }
}

/// When a key ends that is rotated out at `now` and goes on for `grace_ms`: never later
/// than it would have ended anyway.
#[must_use]
pub fn end(old: &KeyInfo, grace_ms: u64, now: u64) -> u64 {
    let end = now.saturating_add(grace_ms.min(ROTATION_GRACE_MS_MAX));
    old.expires_at.map_or(end, |known| known.min(end))
}

/// Whether a key is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// It is.
    Active,
    /// It is, until its grace is over.
    Ending,
    /// Its grace is over.
    Ended,
    /// It was withdrawn.
    Revoked,
}

impl State {
    /// Of `key` at `now` (Unix ms).
    #[must_use]
    pub fn of(key: &KeyInfo, now: u64) -> Self {
        match (key.revoked_at, key.expires_at) {
            (Some(_), _) => Self::Revoked,
            (None, Some(end)) if end <= now => Self::Ended,
            (None, Some(_)) => Self::Ending,
            (None, None) => Self::Active,
        }
    }

    /// Whether the key is taken.
    #[must_use]
    pub const fn is_taken(self) -> bool {
        matches!(self, Self::Active | Self::Ending)
    }

    /// Its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Ending => "ending",
            Self::Ended => "ended",
            Self::Revoked => "revoked",
        }
    }
}

/// An origin as browsers write it: scheme, host, and port unless it is the usual one; or
/// `null`, which is what pages without one send, whosever they are.
fn origin(text: &str) -> Result<String, Unfit> {
    let unfit = || Unfit::Origin(text.into());
    if text == "null" {
        return Ok(text.into());
    }
    // What a browser would not send is refused, not mended: a path or a name in it shows
    // that something else was meant. Its letters may be large and its port the usual one.
    let rest = text.split_once("://").ok_or_else(unfit)?.1;
    if rest.contains(['/', '?', '#', '@', '*', '\\', ' ']) {
        return Err(unfit());
    }
    let url = url::Url::parse(text).map_err(|_| unfit())?;
    match url.scheme() {
        "http" | "https" => Ok(url.origin().ascii_serialization()),
        _ => Err(unfit()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn origins_are_as_browsers_write_them() {
        for (text, written) in [
            ("https://Example.com", "https://example.com"),
            ("https://example.com:443", "https://example.com"),
            ("http://127.0.0.1:8788", "http://127.0.0.1:8788"),
            ("https://bücher.example", "https://xn--bcher-kva.example"),
            ("http://[::1]:3000", "http://[::1]:3000"),
            ("null", "null"),
        ] {
            assert_eq!(origin(text).as_deref(), Ok(written));
        }
        for text in [
            "",
            "example.com",
            "https://",
            "https://a/",
            "https://a/b",
            "https://a?b",
            "https://u@a",
            "https://*.a",
            "*",
            "ftp://a",
            "file:///a",
            "https://a b",
        ] {
            assert!(origin(text).is_err(), "{text}");
        }
    }

    fn info() -> KeyInfo {
        KeyInfo {
            project: "p".into(),
            kind: KeyKind::Secret,
            id: "key_1".into(),
            key: None,
            scopes: Scopes::DEFAULT,
            origins: Vec::new(),
            created_at: 1,
            expires_at: None,
            last_used_at: None,
            revoked_at: None,
        }
    }

    #[test]
    fn a_grace_is_never_longer_than_the_one_before() {
        let mut key = info();
        assert_eq!(end(&key, 50, 100), 150);
        assert_eq!(end(&key, u64::MAX, 100), 100 + ROTATION_GRACE_MS_MAX);
        key.expires_at = Some(120);
        assert_eq!(end(&key, 50, 100), 120);
        assert_eq!(State::of(&key, 119), State::Ending);
        assert_eq!(State::of(&key, 120), State::Ended);
        key.revoked_at = Some(110);
        assert_eq!(State::of(&key, 119), State::Revoked);
    }

    #[test]
    fn keys_are_fit_for_what_they_are() {
        let wanted = |kind, origins: &[&str], scopes| {
            let wanted = Wanted {
                project: "p".into(),
                kind,
                origins: origins.iter().map(ToString::to_string).collect(),
                scopes,
                content: None,
            };
            wanted.checked().map(|_| ())
        };
        let (secret, publishable) = (KeyKind::Secret, KeyKind::Publishable);
        assert_eq!(wanted(secret, &[], Scopes::DEFAULT), Ok(()));
        assert_eq!(wanted(secret, &[], Scopes::NONE), Err(Unfit::NoScope));
        let page = ["https://a.example"];
        assert_eq!(wanted(secret, &page, Scopes::ALL), Err(Unfit::Origins));
        assert_eq!(wanted(publishable, &page, Scopes::NONE), Ok(()));
        assert_eq!(wanted(publishable, &page, Scopes::ALL), Err(Unfit::Scopes));
        let many = vec!["https://a.example"; KEY_ORIGINS_MAX + 1];
        assert_eq!(
            wanted(publishable, &many, Scopes::NONE),
            Err(Unfit::TooManyOrigins)
        );
    }
}
