//! Where labels go.

use std::fmt;

use thiserror::Error;

/// Address of a system: `https://langfuse.example`. Holds no credentials, so that it may
/// be printed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint(String);

/// An address nothing can be sent to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum EndpointError {
    /// Not `http://` or `https://` and a host.
    #[error("is no address such as https://langfuse.example")]
    NoAddress,
    /// A name, a key or a query in it.
    #[error("must hold no user, key or query: name the variable that holds the key")]
    Credentials,
}

impl Endpoint {
    /// Reads an address, with or without a path.
    pub fn parse(text: &str) -> Result<Self, EndpointError> {
        let (scheme, rest) = text.split_once("://").ok_or(EndpointError::NoAddress)?;
        let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
        let is_plain = |c: char| c.is_ascii_graphic();
        if !["http", "https"].contains(&scheme) || host.is_empty() || !text.chars().all(is_plain) {
            return Err(EndpointError::NoAddress);
        }
        if host.contains('@') || rest.contains(['?', '#']) {
            return Err(EndpointError::Credentials);
        }
        Ok(Self(text.trim_end_matches('/').into()))
    }

    /// The address of `path` there; an endpoint that names it already means the same.
    #[must_use]
    pub fn url(&self, path: &str) -> String {
        let bare = path.trim_end_matches('/');
        let base = self.0.strip_suffix(bare).unwrap_or(&self.0);
        format!("{base}{path}")
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_added_once() {
        for text in [
            "http://127.0.0.1:4318",
            "http://127.0.0.1:4318/",
            "http://127.0.0.1:4318/v1/logs",
        ] {
            let url = Endpoint::parse(text).map(|endpoint| endpoint.url("/v1/logs"));
            assert_eq!(url, Ok("http://127.0.0.1:4318/v1/logs".into()));
        }
        let batch = Endpoint::parse("https://eu.example/batch").map(|e| e.url("/batch/"));
        assert_eq!(batch, Ok("https://eu.example/batch/".into()));
    }

    #[test]
    fn what_holds_a_secret_is_no_endpoint() {
        for secret in [
            "https://me:key@a.example",
            "https://a.example/?key=k",
            "http://a#k",
        ] {
            assert_eq!(
                Endpoint::parse(secret),
                Err(EndpointError::Credentials),
                "{secret}"
            );
        }
        for wrong in ["a.example", "ftp://a.example", "https://", "http://a b"] {
            assert_eq!(
                Endpoint::parse(wrong),
                Err(EndpointError::NoAddress),
                "{wrong}"
            );
        }
    }
}
