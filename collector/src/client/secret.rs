//! A key, which nothing prints.

use std::fmt;

/// A secret text; its `Debug` does not show it.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

/// What stands where a secret stood.
const MARK: &str = "[key]";

impl Secret {
    /// Keeps `text`, without the spaces and line ends around it that variables pick up.
    #[must_use]
    pub fn new(text: &str) -> Self {
        Self(text.trim().into())
    }

    /// Keeps `text` as it is.
    #[must_use]
    pub fn exactly(text: String) -> Self {
        Self(text)
    }

    /// The text itself, for a header.
    pub(crate) fn reveal(&self) -> &str {
        &self.0
    }

    /// `text` without the secret: some servers repeat a wrong key in their answer.
    pub(crate) fn hide(&self, text: &str) -> String {
        if self.0.is_empty() {
            return text.into();
        }
        text.replace(&self.0, MARK)
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(MARK)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_not_shown() {
        let secret = Secret::new(" sk-1234\n");
        assert_eq!(format!("{secret:?}"), "[key]");
        assert_eq!(secret.hide("wrong key sk-1234!"), "wrong key [key]!");
        assert_eq!(Secret::new("").hide("as it was"), "as it was");
    }
}
