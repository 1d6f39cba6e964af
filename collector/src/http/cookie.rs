//! The cookie of somebody who is signed in.

use actix_web::{HttpRequest, http::header};
use cookie::{Cookie, SameSite, time::Duration};

use crate::limits::SIGN_IN_AGE_MS_MAX;

/// Over https: the prefix has browsers refuse it from any other host, and without
/// `Secure`.
const SECURE: &str = "__Host-tacit";
/// Over plain http, on the machine itself.
const PLAIN: &str = "tacit";

/// What the cookie of `request` says. A page that is served over https believes only the
/// one that no neighbour can have set.
pub(super) fn read(request: &HttpRequest, is_https: bool) -> Option<String> {
    let wanted = if is_https { SECURE } else { PLAIN };
    let headers = request.headers().get_all(header::COOKIE);
    headers
        .filter_map(|value| value.to_str().ok())
        .flat_map(Cookie::split_parse)
        .filter_map(Result::ok)
        .find(|cookie| cookie.name() == wanted)
        .map(|cookie| cookie.value().to_owned())
}

/// The header that sets it.
pub(super) fn set(text: &str, is_https: bool) -> String {
    let age = i64::try_from(SIGN_IN_AGE_MS_MAX / 1_000).unwrap_or(i64::MAX);
    written(text, is_https, age)
}

/// The header that removes it.
pub(super) fn removed(is_https: bool) -> String {
    written("", is_https, 0)
}

fn written(text: &str, is_https: bool, age: i64) -> String {
    Cookie::build((if is_https { SECURE } else { PLAIN }, text))
        .path("/")
        .http_only(true)
        .same_site(SameSite::Strict)
        .secure(is_https)
        .max_age(Duration::seconds(age))
        .build()
        .to_string()
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    #[test]
    fn the_cookie_is_as_closed_as_cookies_are() {
        assert_eq!(
            set("ab", true),
            "__Host-tacit=ab; HttpOnly; SameSite=Strict; Secure; Path=/; Max-Age=43200"
        );
        assert_eq!(
            set("ab", false),
            "tacit=ab; HttpOnly; SameSite=Strict; Path=/; Max-Age=43200"
        );
        assert!(removed(true).contains("Max-Age=0"));
    }

    #[test]
    fn over_https_only_the_cookie_nobody_else_sets_is_believed() {
        let request = |cookies: &'static str| {
            let request = TestRequest::get().insert_header((header::COOKIE, cookies));
            request.to_http_request()
        };
        let both = request("a=b; tacit=planted; __Host-tacit=ours");
        assert_eq!(read(&both, true).as_deref(), Some("ours"));
        assert_eq!(read(&both, false).as_deref(), Some("planted"));
        assert_eq!(read(&request("tacit=planted"), true), None);
        assert_eq!(read(&request("xtacit=1; ; =; tacit"), false), None);
    }
}
