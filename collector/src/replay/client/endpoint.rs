//! Where to ask.

use std::fmt;

use thiserror::Error;

use crate::client::{AddressError, address};

/// Address of an OpenAI-compatible API: `https://api.example/v1`. Holds no credentials,
/// so that it may stand in plans and reports.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint(String);

/// An address that cannot be asked.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum EndpointError {
    /// Not `http://` or `https://` and a host.
    #[error("an endpoint is an address such as https://api.example/v1")]
    NoAddress,
    /// A name, a key or a query in it.
    #[error(
        "an endpoint is written into plans and reports: it must hold no user, key or query; \
         name the variable that holds the key with --api-key-env"
    )]
    Credentials,
}

const PATH: &str = "/chat/completions";

impl From<AddressError> for EndpointError {
    fn from(error: AddressError) -> Self {
        match error {
            AddressError::NoAddress => Self::NoAddress,
            AddressError::Credentials => Self::Credentials,
        }
    }
}

impl Endpoint {
    /// Reads an address; one that ends in `/chat/completions` means the same as
    /// without.
    pub fn parse(text: &str) -> Result<Self, EndpointError> {
        let text = address(text)?;
        Ok(Self(text.strip_suffix(PATH).unwrap_or(text).into()))
    }

    /// Where questions are posted to.
    #[must_use]
    pub fn url(&self) -> String {
        format!("{}{PATH}", self.0)
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
    fn an_endpoint_is_an_address_without_secrets() {
        for text in ["http://127.0.0.1:8000/v1", "http://127.0.0.1:8000/v1/"] {
            let url = Endpoint::parse(text).map(|endpoint| endpoint.url());
            assert_eq!(url, Ok("http://127.0.0.1:8000/v1/chat/completions".into()));
        }
        let whole = Endpoint::parse("https://api.example/v1/chat/completions");
        assert_eq!(
            whole.map(|whole| whole.to_string()),
            Ok("https://api.example/v1".into())
        );
        for (text, error) in [
            ("api.example", EndpointError::NoAddress),
            ("https://api.example/v1?key=k", EndpointError::Credentials),
        ] {
            assert_eq!(Endpoint::parse(text), Err(error), "{text}");
        }
    }
}
