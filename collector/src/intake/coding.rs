//! Content codings: what a body may be packed with.

use thiserror::Error;

/// How a body is packed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Coding {
    /// RFC 1952.
    Gzip,
    /// RFC 7932.
    Brotli,
    /// RFC 8878, with a window of at most 8 MiB (RFC 9659).
    Zstd,
}

/// All that are taken, as `Accept-Encoding` lists them.
pub const TAKEN: &str = "gzip, br, zstd";

/// A `Content-Encoding` that is not read.
#[derive(Debug, PartialEq, Eq, Error)]
pub enum Untaken {
    /// One that is not known here.
    #[error("send one of: {TAKEN}, or none")]
    Unknown,
    /// Several, one inside the other: only bombs are packed twice.
    #[error("packed once only; send one of: {TAKEN}, or none")]
    Stacked,
}

impl Coding {
    /// What the values of all `Content-Encoding` headers say; `None` where the body is as
    /// it is. A value that is no text is an unknown one: pass it as such.
    pub fn of<'a>(values: impl Iterator<Item = &'a str>) -> Result<Option<Self>, Untaken> {
        let mut names = values
            .flat_map(|value| value.split(','))
            .map(str::trim)
            .filter(|name| !name.is_empty() && !name.eq_ignore_ascii_case("identity"));
        let Some(name) = names.next() else {
            return Ok(None);
        };
        if names.next().is_some() {
            return Err(Untaken::Stacked);
        }
        let known = [
            ("gzip", Self::Gzip),
            // Its name before HTTP/1.1, which is still to be read (RFC 9110, 8.4.1.3).
            ("x-gzip", Self::Gzip),
            ("br", Self::Brotli),
            ("zstd", Self::Zstd),
        ];
        let found = known
            .into_iter()
            .find(|(known, _)| known.eq_ignore_ascii_case(name));
        found
            .map(|(_, coding)| Some(coding))
            .ok_or(Untaken::Unknown)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_is_taken_and_none_is_fine() {
        let of = |values: &[&str]| Coding::of(values.iter().copied());
        for none in [&[][..], &[""], &["identity"], &["identity, Identity", " "]] {
            assert_eq!(of(none), Ok(None), "{none:?}");
        }
        assert_eq!(of(&["gzip"]), Ok(Some(Coding::Gzip)));
        assert_eq!(of(&["X-GZip"]), Ok(Some(Coding::Gzip)));
        assert_eq!(of(&["identity", "BR"]), Ok(Some(Coding::Brotli)));
        assert_eq!(of(&[" zstd ,"]), Ok(Some(Coding::Zstd)));
        for unknown in ["deflate", "compress", "gzip;q=1", "g\u{fffd}"] {
            assert_eq!(of(&[unknown]), Err(Untaken::Unknown), "{unknown}");
        }
        assert_eq!(of(&["gzip, gzip"]), Err(Untaken::Stacked));
        assert_eq!(of(&["br", "identity", "gzip"]), Err(Untaken::Stacked));
    }
}
