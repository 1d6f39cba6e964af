//! Where a policy file is wrong, and how.

use std::ops::Range;

use thiserror::Error;

/// The first thing wrong with a policy file.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("line {line}: {field}: {problem}")]
pub struct PolicyError {
    /// Line in the file, from 1.
    pub line: usize,
    /// Name of the field as it stands in the file; of the whole file `policy`.
    pub field: String,
    /// What is wrong with it.
    pub problem: String,
}

/// A wrong value, still with its place in bytes.
#[derive(Debug)]
pub(super) struct Wrong {
    pub(super) span: Range<usize>,
    pub(super) field: &'static str,
    pub(super) problem: String,
}

impl Wrong {
    pub(super) fn new(span: Range<usize>, field: &'static str, problem: impl Into<String>) -> Self {
        let problem = problem.into();
        Self {
            span,
            field,
            problem,
        }
    }

    pub(super) fn at(self, file: &str) -> PolicyError {
        PolicyError {
            line: line(file, self.span.start),
            field: self.field.into(),
            problem: self.problem,
        }
    }
}

impl PolicyError {
    /// What the TOML reader refused: syntax, a wrong type, an unknown or a missing field.
    pub(super) fn syntax(file: &str, error: &toml::de::Error) -> Self {
        let start = error.span().map_or(0, |span| span.start);
        let problem = error.message().to_owned();
        // A missing or unknown field is named in the message, any other stands
        // before the value.
        let named = problem
            .split_once("field `")
            .and_then(|(_, rest)| rest.split_once('`'));
        let field = match named {
            Some((field, _)) => field.to_owned(),
            None => key_before(file, start).unwrap_or("policy").to_owned(),
        };
        let line = line(file, start);
        Self {
            line,
            field,
            problem,
        }
    }
}

fn line(file: &str, offset: usize) -> usize {
    let before = file.as_bytes().iter().take(offset);
    before.filter(|byte| **byte == b'\n').count() + 1
}

/// The key whose value starts at `offset`: the last bare key before it that is
/// followed by an equals sign.
fn key_before(file: &str, offset: usize) -> Option<&str> {
    let (key, _) = file.get(..offset)?.rsplit_once('=')?;
    let bare = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    let key = key.trim_end().rsplit(|c| !bare(c)).next()?;
    (!key.is_empty()).then_some(key)
}
