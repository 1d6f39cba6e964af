//! Addresses that a person gives, of servers that are asked.

use thiserror::Error;

/// Why a text is no address to ask.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub(crate) enum AddressError {
    /// Not `http://` or `https://` and a host.
    #[error("no http:// or https:// and a host")]
    NoAddress,
    /// A name, a key or a query in it: addresses are printed and written into reports.
    #[error("a user, key or query in it")]
    Credentials,
}

/// The address without slashes at its end, with or without a path.
pub(crate) fn address(text: &str) -> Result<&str, AddressError> {
    let (scheme, rest) = text.split_once("://").ok_or(AddressError::NoAddress)?;
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let is_plain = |c: char| c.is_ascii_graphic();
    if !["http", "https"].contains(&scheme) || host.is_empty() || !text.chars().all(is_plain) {
        return Err(AddressError::NoAddress);
    }
    if host.contains('@') || rest.contains(['?', '#']) {
        return Err(AddressError::Credentials);
    }
    Ok(text.trim_end_matches('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_a_host_and_no_secrets() {
        for (given, read) in [
            ("http://127.0.0.1:4318", "http://127.0.0.1:4318"),
            ("https://a.example/v1//", "https://a.example/v1"),
            // A later @ is no user's.
            ("https://a.example/@cf/v1", "https://a.example/@cf/v1"),
        ] {
            assert_eq!(address(given), Ok(read));
        }
        for wrong in [
            "a.example",
            "ftp://a.example",
            "https://",
            "https:///v1",
            "http://a b/",
        ] {
            assert_eq!(address(wrong), Err(AddressError::NoAddress), "{wrong}");
        }
        for secret in [
            "https://me:key@a.example/v1",
            "https://a.example/?key=k",
            "http://a#k",
        ] {
            assert_eq!(address(secret), Err(AddressError::Credentials), "{secret}");
        }
    }
}
