//! Whether a request with a cookie comes from our own pages: a cookie is sent with what
//! any page causes, and `SameSite` lets other ports and subdomains count as ours. A
//! header that scripts cannot set tells them apart.

use actix_web::{
    HttpRequest,
    http::header::{HOST, HeaderName, ORIGIN},
};

use super::problem::{Kind, Problem};

const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// What a browser says about where a request comes from.
#[derive(Debug, Default, Clone, Copy)]
struct Told<'a> {
    /// `Sec-Fetch-Site`, which browsers send to https and to the same machine.
    site: Option<&'a str>,
    origin: Option<&'a str>,
    host: Option<&'a str>,
}

impl<'a> Told<'a> {
    fn of(request: &'a HttpRequest) -> Self {
        let header = |name: HeaderName| {
            let value = request.headers().get(name)?;
            // What is no text is not ours either.
            Some(value.to_str().unwrap_or("?"))
        };
        Self {
            site: header(SEC_FETCH_SITE),
            origin: header(ORIGIN),
            host: header(HOST),
        }
    }

    /// Whether it is from another page than ours; `None` where nothing is said.
    fn is_foreign(self, is_safe: bool) -> Option<bool> {
        match (self.site, self.origin) {
            // `none`: somebody typed the address, which causes reads only.
            (Some(site), _) => Some(!(site == "same-origin" || site == "none" && is_safe)),
            (None, Some(origin)) => {
                let ours = origin.split_once("://").map(|(_, host)| host);
                Some(ours.is_none() || ours != self.host)
            }
            (None, None) => None,
        }
    }
}

/// Refuses a request that another page caused. One that changes something has to say
/// that ours did.
pub(super) fn check(request: &HttpRequest) -> Result<(), Problem> {
    let is_safe = request.method().is_safe();
    match Told::of(request).is_foreign(is_safe) {
        Some(false) => Ok(()),
        None if is_safe => Ok(()),
        _ => Err(foreign()),
    }
}

/// Refuses a request that another page caused; one that says nothing is no browser's.
pub(super) fn check_if_told(request: &HttpRequest) -> Result<(), Problem> {
    match Told::of(request).is_foreign(request.method().is_safe()) {
        Some(true) => Err(foreign()),
        _ => Ok(()),
    }
}

fn foreign() -> Problem {
    let detail = "with a cookie only the dashboard asks; others send a key";
    Problem::new(Kind::ForeignPage, detail)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_our_own_pages_are_ours() {
        let told = |site, origin| Told {
            site,
            origin,
            host: Some("tacit.example:8787"),
        };
        let ours = Some("https://tacit.example:8787");
        for (site, origin, is_safe, foreign) in [
            (Some("same-origin"), ours, false, Some(false)),
            (Some("same-origin"), None, true, Some(false)),
            (Some("none"), None, true, Some(false)),
            (Some("none"), None, false, Some(true)),
            (Some("same-site"), ours, false, Some(true)),
            (Some("same-site"), None, true, Some(true)),
            (Some("cross-site"), ours, true, Some(true)),
            (Some("?"), ours, true, Some(true)),
            (None, ours, false, Some(false)),
            (None, Some("https://tacit.example"), false, Some(true)),
            (
                None,
                Some("https://tacit.example:8787.evil.example"),
                true,
                Some(true),
            ),
            (
                None,
                Some("https://evil.example/tacit.example:8787"),
                true,
                Some(true),
            ),
            (None, Some("null"), false, Some(true)),
            (None, None, false, None),
        ] {
            let told = told(site, origin);
            assert_eq!(told.is_foreign(is_safe), foreign, "{told:?} {is_safe}");
        }
        let nameless = Told {
            origin: Some("null"),
            ..Told::default()
        };
        assert_eq!(nameless.is_foreign(false), Some(true));
    }
}
