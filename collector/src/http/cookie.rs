//! The cookies of somebody who is signed in, one for each project.

use actix_web::{HttpRequest, http::header};
use cookie::{Cookie, SameSite, time::Duration};

use crate::{keyed::digest, limits::SIGN_IN_AGE_MS_MAX};

/// Over https: the prefix has browsers refuse it from any other host, and without
/// `Secure`.
const SECURE: &str = "__Host-tacit";
/// Over plain http, on the machine itself.
const PLAIN: &str = "tacit";

/// Bytes of a project's digest in the name of its cookie.
const NAME_BYTES: usize = 8;

const fn base(is_https: bool) -> &'static str {
    if is_https { SECURE } else { PLAIN }
}

/// What the cookie of the project called `project` is called. The name only keeps cookies
/// apart: whose they are is what they stand for.
pub(super) fn name(project: &str, is_https: bool) -> String {
    let digest = digest(project.as_bytes());
    let mark = hex::encode(digest.get(..NAME_BYTES).unwrap_or(&digest));
    format!("{}-{mark}", base(is_https))
}

/// Whether a cookie is called so. Without a mark it is as good as with one.
fn is_ours(name: &str, is_https: bool) -> bool {
    let mark = name.strip_prefix(base(is_https));
    mark.is_some_and(|mark| {
        let digits = mark.strip_prefix('-');
        mark.is_empty()
            || digits.is_some_and(|digits| {
                digits.len() == 2 * NAME_BYTES
                    && digits.bytes().all(|byte| byte.is_ascii_hexdigit())
            })
    })
}

/// Names and values of our cookies in `request`. A page that is served over https believes
/// only those that no neighbour can have set.
pub(super) fn read(request: &HttpRequest, is_https: bool) -> Vec<(String, String)> {
    let headers = request.headers().get_all(header::COOKIE);
    headers
        .filter_map(|value| value.to_str().ok())
        .flat_map(Cookie::split_parse)
        .filter_map(Result::ok)
        .filter(|cookie| is_ours(cookie.name(), is_https))
        .map(|cookie| (cookie.name().to_owned(), cookie.value().to_owned()))
        .collect()
}

/// The header that sets it.
pub(super) fn set(name: &str, text: &str, is_https: bool) -> String {
    let age = i64::try_from(SIGN_IN_AGE_MS_MAX / 1_000).unwrap_or(i64::MAX);
    written(name, text, is_https, age)
}

/// The header that removes it.
pub(super) fn removed(name: &str, is_https: bool) -> String {
    written(name, "", is_https, 0)
}

fn written(name: &str, text: &str, is_https: bool, age: i64) -> String {
    Cookie::build((name.to_owned(), text.to_owned()))
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
        let secure = name("shop", true);
        assert_eq!(
            set(&secure, "ab", true),
            format!("{secure}=ab; HttpOnly; SameSite=Strict; Secure; Path=/; Max-Age=43200")
        );
        let plain = name("shop", false);
        assert_eq!(
            set(&plain, "ab", false),
            format!("{plain}=ab; HttpOnly; SameSite=Strict; Path=/; Max-Age=43200")
        );
        assert!(removed(&secure, true).contains("Max-Age=0"));
    }

    #[test]
    fn every_project_has_a_cookie_of_its_own() {
        for is_https in [true, false] {
            for project in ["shop", "bank", "a; b=c\r\n", ""] {
                let name = name(project, is_https);
                assert!(
                    is_ours(&name, is_https) && !is_ours(&name, !is_https),
                    "{name}"
                );
            }
            assert_ne!(name("shop", is_https), name("bank", is_https));
        }
        for strange in [
            "tacit-",
            "tacit-12",
            "tacit-zzzzzzzzzzzzzzzz",
            "tacitus",
            "Tacit",
        ] {
            assert!(!is_ours(strange, false), "{strange}");
        }
    }

    #[test]
    fn over_https_only_the_cookie_nobody_else_sets_is_believed() {
        let values = |cookies: &str, is_https| -> Vec<String> {
            let request = TestRequest::get().insert_header((header::COOKIE, cookies));
            let read = read(&request.to_http_request(), is_https);
            read.into_iter().map(|(_, value)| value).collect()
        };
        let both = "a=b; tacit=planted; __Host-tacit=ours; __Host-tacit-0123456789abcdef=also";
        assert_eq!(values(both, true), ["ours", "also"]);
        assert_eq!(values(both, false), ["planted"]);
        assert_eq!(values("tacit=planted", true), [""; 0]);
        assert_eq!(values("xtacit=1; ; =; tacit", false), [""; 0]);
    }
}
