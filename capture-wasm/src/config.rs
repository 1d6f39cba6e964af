//! The options of `start()`, checked once.

use tacit_signals::{FieldError, Id, Problem, Share, limits::LABEL_BYTES_MAX};
use thiserror::Error;

use crate::adapter::Adapter;

/// Options as JavaScript gives them.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Publishable key.
    pub key: String,
    /// Where batches go.
    pub endpoint: Option<String>,
    /// A declared adapter; absent for `"auto"`.
    pub adapter: Option<Adapter>,
    /// The site's own pseudonym for the person.
    pub subject: Option<String>,
    /// Where in the product.
    pub surface: Option<String>,
    /// `off`, `edits` or `full`.
    pub content: Option<String>,
    /// `off` or `sketch`.
    pub join: Option<String>,
    /// Share of conversations that are captured.
    pub sample: Option<f64>,
    /// How long a signal may wait for others, ms.
    pub flush_after_ms: Option<f64>,
}

/// What the module runs with.
#[derive(Debug, Clone)]
pub struct Config {
    /// Publishable key.
    pub key: String,
    /// Where batches go.
    pub endpoint: String,
    /// How outputs are found.
    pub adapter: Adapter,
    /// The site's own pseudonym for the person.
    pub subject: Option<Id>,
    /// Where in the product.
    pub surface: String,
    /// Which text may leave the browser.
    pub content: Content,
    /// Whether `shown` carries a sketch of the answer.
    pub sketch: bool,
    /// Share of conversations that are captured.
    pub sample: Share,
    /// How long a signal may wait for others, ms.
    pub flush_after_ms: u64,
}

/// Which text may leave the browser.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Content {
    /// None.
    Off,
    /// Outputs as a person edited them.
    Edits,
    /// Answers as well.
    Full,
}

/// An option that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("option {0}")]
pub struct ConfigError(#[from] pub FieldError);

/// The endpoint's default name tells blockers nothing.
const ENDPOINT: &str = "/c";

/// Batching is worth more than shaving an event: a request has 570–830 bytes of headers.
const FLUSH_AFTER_MS: f64 = 10_000.0;

impl Options {
    /// The configuration, or the first option that is wrong.
    pub fn check(self) -> Result<Config, ConfigError> {
        let label = |field, text: Option<String>| {
            let text = text.unwrap_or_default();
            if text.len() > LABEL_BYTES_MAX {
                let max = LABEL_BYTES_MAX;
                return Err(FieldError::new(field, Problem::TooLong { max }));
            }
            Ok(text)
        };
        if self.key.is_empty() {
            return Err(FieldError::new("key", Problem::Missing).into());
        }
        let flush_after_ms = self.flush_after_ms.unwrap_or(FLUSH_AFTER_MS);
        if !(250.0..=60_000.0).contains(&flush_after_ms) {
            let (min, max) = (250, 60_000);
            return Err(FieldError::new("flushAfterMs", Problem::OutOfRange { min, max }).into());
        }
        Ok(Config {
            key: label("key", Some(self.key))?,
            endpoint: self.endpoint.unwrap_or_else(|| ENDPOINT.into()),
            adapter: self.adapter.unwrap_or_default(),
            subject: self
                .subject
                .filter(|subject| !subject.is_empty())
                .map(|subject| Id::parse("subject", &subject))
                .transpose()?,
            surface: label("surface", self.surface)?,
            content: match self.content.as_deref() {
                None | Some("off") => Content::Off,
                Some("edits") => Content::Edits,
                Some("full") => Content::Full,
                Some(_) => return Err(FieldError::new("content", Problem::Unknown).into()),
            },
            sketch: match self.join.as_deref() {
                None | Some("off") => false,
                Some("sketch") => true,
                Some(_) => return Err(FieldError::new("join", Problem::Unknown).into()),
            },
            sample: Share::from_f64("sample", self.sample.unwrap_or(1.0))?,
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "checked against its range"
            )]
            flush_after_ms: flush_after_ms as u64,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wrong(options: Options) -> String {
        options.check().unwrap_err().to_string()
    }

    #[test]
    fn defaults_keep_text_and_sketch_at_home() {
        let options = Options {
            key: "pk_x".into(),
            ..Options::default()
        };
        let config = options.check().unwrap();
        assert_eq!(config.endpoint, "/c");
        assert_eq!(config.content, Content::Off);
        assert!(!config.sketch);
        assert_eq!(config.sample, Share::ONE);
        assert_eq!(config.flush_after_ms, 10_000);
        assert_eq!(config.subject, None);
    }

    #[test]
    fn a_wrong_option_is_named() {
        let key = || Options {
            key: "pk_x".into(),
            ..Options::default()
        };
        assert_eq!(wrong(Options::default()), "option key: is missing");
        let content = Options {
            content: Some("all".into()),
            ..key()
        };
        assert_eq!(
            wrong(content),
            "option content: is none of the allowed values"
        );
        let sample = Options {
            sample: Some(2.0),
            ..key()
        };
        assert!(wrong(sample).contains("sample: is out of range, allowed are 0 to 1"));
        let flush = Options {
            flush_after_ms: Some(f64::NAN),
            ..key()
        };
        assert!(wrong(flush).contains("250 to 60000"));
    }
}
