//! Takes what is private out of texts before they are exported: again what the
//! browser took out ([`PRIVATE`]), since registered texts never went through it, and
//! what only a server has room to look for (`patterns`).
//!
//! The same text always becomes the same text, so both sides of a pair lose the
//! same; and a text that went through once stays as it is. Names and postal
//! addresses are not found: no pattern knows them.

mod check;
mod patterns;
mod scrub;
#[cfg(test)]
mod tests;

use std::{borrow::Cow, ops::Range, sync::LazyLock};

use regex::{Regex, RegexSet};
use tacit_signals::text::PRIVATE;
use thiserror::Error;

use self::{check::Check, patterns::SERVER};

pub(super) use self::scrub::Scrub;

/// Something of a site's own to take out: its customer numbers, say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Own {
    /// A regular expression of the `regex` crate.
    pub pattern: String,
    /// Lower-case letters, digits, `-` and `_`; stands in the text in brackets.
    pub name: String,
}

/// A pattern of a site's own is none.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum RedactError {
    /// The expression does not compile.
    #[error(transparent)]
    Pattern(#[from] regex::Error),
    /// The name has other characters.
    #[error("{0:?} is no name for a pattern: lower-case letters, digits, - and _")]
    Name(String),
}

/// Looks for a list of patterns.
#[derive(Debug, Clone)]
pub struct Redactor {
    /// All at once: most texts hold nothing, and are read a single time.
    any: RegexSet,
    patterns: Vec<Pattern>,
    /// What stands where something was taken out; nothing is found across it.
    marks: Regex,
}

#[derive(Debug, Clone)]
struct Pattern {
    regex: Regex,
    mark: String,
    check: Check,
}

/// A text without what was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Redacted<'a> {
    /// The text.
    pub text: Cow<'a, str>,
    /// How many pieces were taken out.
    pub found: u64,
}

static STANDARD: LazyLock<Redactor> = LazyLock::new(|| {
    #[expect(clippy::expect_used, reason = "compiles constants; every test does")]
    Redactor::new(&[]).expect("patterns")
});

impl Redactor {
    /// What is looked for unless a site has more.
    #[must_use]
    pub fn standard() -> &'static Self {
        &STANDARD
    }

    /// With patterns of a site's own, which are looked for first.
    pub fn new(own: &[Own]) -> Result<Self, RedactError> {
        let mut patterns = Vec::new();
        for Own { pattern, name } in own {
            let known = |c: char| matches!(c, 'a'..='z' | '0'..='9' | '-' | '_');
            if name.is_empty() || !name.chars().all(known) {
                return Err(RedactError::Name(name.clone()));
            }
            patterns.push(Pattern {
                regex: Regex::new(pattern)?,
                mark: format!("[{name}]"),
                check: check::nothing,
            });
        }
        let browser = PRIVATE.map(|(pattern, mark)| (pattern, mark, check::nothing as Check));
        for (pattern, mark, check) in SERVER.into_iter().chain(browser) {
            patterns.push(Pattern {
                // ASCII alone, as in JavaScript.
                regex: Regex::new(&format!("(?-u){pattern}"))?,
                mark: mark.into(),
                check,
            });
        }
        let marks: Vec<_> = patterns
            .iter()
            .map(|one| regex::escape(&one.mark))
            .collect();
        Ok(Self {
            any: RegexSet::new(patterns.iter().map(|one| one.regex.as_str()))?,
            marks: Regex::new(&marks.join("|"))?,
            patterns,
        })
    }

    /// A text without what is private.
    #[must_use]
    pub fn redact<'a>(&self, text: &'a str) -> Redacted<'a> {
        let mut redacted = Redacted {
            text: Cow::Borrowed(text),
            found: 0,
        };
        if !self.any.is_match(text) {
            return redacted;
        }
        let mut clean = String::with_capacity(text.len());
        // What is left to do, the next last.
        let mut left: Vec<Piece<'_>> = self.at_marks(text);
        while let Some(piece) = left.pop() {
            match piece {
                Piece::Mark(mark) => clean.push_str(mark),
                Piece::Text(text) => match self.first(text) {
                    None => clean.push_str(text),
                    Some((pattern, found)) => {
                        redacted.found += found.len() as u64;
                        // What stood beside it stands alone now, so all patterns
                        // get another look.
                        left.extend(split(text, found, |_| &pattern.mark));
                    }
                },
            }
        }
        if redacted.found > 0 {
            redacted.text = Cow::Owned(clean);
        }
        redacted
    }

    /// The first pattern that finds anything, with all it finds.
    fn first(&self, text: &str) -> Option<(&Pattern, Vec<Range<usize>>)> {
        let matches = self.any.matches(text).into_iter();
        let patterns = matches.map(|index| &self.patterns[index]);
        let mut found = patterns.map(|pattern| (pattern, pattern.find(text)));
        found.find(|(_, found)| !found.is_empty())
    }

    fn at_marks<'a>(&self, text: &'a str) -> Vec<Piece<'a>> {
        let marks = self.marks.find_iter(text).map(|mark| mark.range());
        split(text, marks.collect(), |mark| &text[mark])
    }
}

impl Pattern {
    fn find(&self, text: &str) -> Vec<Range<usize>> {
        let mut found = Vec::new();
        let mut from = 0;
        while let Some(one) = self.regex.find_at(text, from) {
            if one.is_empty() {
                break;
            }
            from = one.end();
            if let Some(len) = (self.check)(one.as_str()) {
                from = one.start() + len;
                found.push(one.start()..from);
            }
        }
        found
    }
}

#[derive(Debug, Clone, Copy)]
enum Piece<'a> {
    Text(&'a str),
    Mark(&'a str),
}

/// What stands between ranges, and their marks, the last first.
fn split<'a>(
    text: &'a str,
    ranges: Vec<Range<usize>>,
    mark: impl Fn(Range<usize>) -> &'a str,
) -> Vec<Piece<'a>> {
    let mut pieces = Vec::with_capacity(2 * ranges.len() + 1);
    let mut from = 0;
    for range in ranges {
        pieces.push(Piece::Text(&text[from..range.start]));
        from = range.end;
        pieces.push(Piece::Mark(mark(range)));
    }
    pieces.push(Piece::Text(&text[from..]));
    pieces.reverse();
    pieces
}
