//! Where labels go.

use std::fmt;

use thiserror::Error;

use crate::client::{AddressError, address};

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

impl From<AddressError> for EndpointError {
    fn from(error: AddressError) -> Self {
        match error {
            AddressError::NoAddress => Self::NoAddress,
            AddressError::Credentials => Self::Credentials,
        }
    }
}

impl Endpoint {
    /// Reads an address, with or without a path.
    pub fn parse(text: &str) -> Result<Self, EndpointError> {
        Ok(Self(address(text)?.into()))
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
    fn what_is_wrong_is_said() {
        let wrong = |text| Endpoint::parse(text).map_err(|error| error.to_string());
        let no_address = "is no address such as https://langfuse.example";
        assert_eq!(wrong("a.example"), Err(no_address.into()));
        let secret = Endpoint::parse("https://me:key@a.example");
        assert_eq!(secret, Err(EndpointError::Credentials));
    }
}
