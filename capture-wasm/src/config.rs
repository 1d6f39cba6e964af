//! The options of `start()`, checked once.

use tacit_signals::{
    FieldError, Id, Problem, Share,
    limits::LABEL_BYTES_MAX,
    named::{Fields, Reader},
};

use crate::adapter::Adapter;

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

/// The endpoint's default name tells blockers nothing.
const ENDPOINT: &str = "/c";

/// Batching is worth more than shaving an event: a request has 570–830 bytes of headers.
const FLUSH_AFTER_MS: f64 = 10_000.0;

impl Config {
    /// Reads the options of `start()`, or tells the first that is wrong.
    pub fn read(options: &dyn Fields, adapter: Option<&dyn Fields>) -> Result<Self, FieldError> {
        let mut read = Reader::new(options);
        let key = read.text("key", LABEL_BYTES_MAX);
        if key.is_empty() {
            read.wrong("key", Problem::Missing);
        }
        let config = Self {
            key,
            endpoint: read.any_text("endpoint").unwrap_or_else(|| ENDPOINT.into()),
            adapter: match adapter {
                Some(fields) => Adapter::read(fields)?,
                None => Adapter::default(),
            },
            subject: match read.any_text("subject") {
                Some(subject) if !subject.is_empty() => read.id("subject"),
                _ => None,
            },
            surface: read
                .optional_text("surface", LABEL_BYTES_MAX)
                .unwrap_or_default(),
            content: match one_of(&mut read, "content", &["off", "edits", "full"]) {
                0 => Content::Off,
                1 => Content::Edits,
                _ => Content::Full,
            },
            sketch: one_of(&mut read, "join", &["off", "sketch"]) == 1,
            sample: match read.optional_number("sample") {
                Some(sample) => read.checked(Share::from_f64("sample", sample)),
                None => Share::ONE,
            },
            flush_after_ms: flush_after_ms(&mut read),
        };
        read.finish()?;
        Ok(config)
    }
}

/// The place of the option among what it may be; the first if it is absent.
fn one_of(read: &mut Reader<'_>, name: &'static str, allowed: &[&str]) -> usize {
    let Some(text) = read.any_text(name) else {
        return 0;
    };
    let place = allowed.iter().position(|known| *known == text);
    if place.is_none() {
        read.wrong(name, Problem::Unknown);
    }
    place.unwrap_or_default()
}

fn flush_after_ms(read: &mut Reader<'_>) -> u64 {
    let name = "flushAfterMs";
    let ms = read.optional_number(name).unwrap_or(FLUSH_AFTER_MS);
    let (min, max) = (250, 60_000);
    if !(f64::from(min)..=f64::from(max)).contains(&ms) {
        let (min, max) = (min.into(), max.into());
        read.wrong(name, Problem::OutOfRange { min, max });
    }
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "checked against its range"
    )]
    let ms = ms as u64;
    ms
}

#[cfg(test)]
pub(crate) mod tests {
    use tacit_signals::named::Value;

    use super::*;

    /// Options as a page would give them.
    pub(crate) struct Given<'a>(pub(crate) &'a [(&'a str, Value)]);

    impl Fields for Given<'_> {
        fn get(&self, name: &'static str) -> Result<Option<Value>, FieldError> {
            let field = self.0.iter().find(|(known, _)| *known == name);
            Ok(field.map(|(_, value)| value.clone()))
        }
    }

    fn read(name: &str, value: Value) -> Result<Config, String> {
        let options = [("key", Value::Text("pk_x".into())), (name, value)];
        Config::read(&Given(&options), None).map_err(|error| error.to_string())
    }

    #[test]
    fn defaults_keep_text_and_sketch_at_home() {
        let config = read("subject", Value::Text(String::new())).unwrap();
        assert_eq!(config.endpoint, "/c");
        assert_eq!(config.content, Content::Off);
        assert!(!config.sketch);
        assert_eq!(config.sample, Share::ONE);
        assert_eq!(config.flush_after_ms, 10_000);
        assert_eq!(config.subject, None);
        assert_eq!(config.adapter, Adapter::default());
    }

    #[test]
    fn what_is_given_is_used() {
        let text = |name, text: &str| read(name, Value::Text(text.into())).unwrap();
        assert_eq!(text("content", "edits").content, Content::Edits);
        assert_eq!(text("content", "full").content, Content::Full);
        assert!(text("join", "sketch").sketch);
        assert_eq!(text("subject", "u-1").subject.unwrap().as_str(), "u-1");
        let sample = read("sample", Value::Number(0.1)).unwrap().sample;
        assert_eq!(sample.thousandths(), 100);
    }

    #[test]
    fn a_wrong_option_is_named() {
        let wrong = |name, value| read(name, value).unwrap_err();
        assert_eq!(
            Config::read(&Given(&[]), None).unwrap_err().to_string(),
            "key: is missing"
        );
        let text = |text: &str| Value::Text(text.into());
        assert_eq!(
            wrong("content", text("all")),
            "content: is none of the allowed values"
        );
        assert_eq!(wrong("join", Value::Flag(true)), "join: has the wrong form");
        let sample = wrong("sample", Value::Number(2.0));
        assert_eq!(sample, "sample: is out of range, allowed are 0 to 1");
        for ms in [f64::NAN, 0.0, 60_001.0] {
            assert!(wrong("flushAfterMs", Value::Number(ms)).contains("250 to 60000"));
        }
        assert_eq!(wrong("subject", text("ü")), "subject: has the wrong form");
        let adapter = [("output", Value::Number(1.0))];
        let options = [("key", text("pk_x"))];
        let error = Config::read(&Given(&options), Some(&Given(&adapter))).unwrap_err();
        assert_eq!(error.to_string(), "output: has the wrong form");
    }
}
