//! Whether an answer declines: by how it opens. The phrases, and where they are from,
//! stand in `refusals.toml`; how often it is right, on examples beside it, in the tests.

use std::sync::LazyLock;

use serde::Deserialize;

const PHRASES: &str = include_str!("refusals.toml");

/// Characters of the opening, after `plain`: a model that declines says so at once; what
/// comes later is a caveat.
const OPENING_CHARS: usize = 160;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Phrases {
    language: Vec<Language>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Language {
    /// BCP 47.
    #[cfg_attr(
        not(test),
        expect(dead_code, reason = "for readers of the file, and tests")
    )]
    tag: String,
    /// Where the phrases are from.
    #[cfg_attr(not(test), expect(dead_code, reason = "for readers of the file"))]
    source: String,
    /// In the opening, these decline.
    declines: Vec<String>,
    /// These look like it and do not.
    #[serde(default)]
    fine: Vec<String>,
}

/// A file within the program: a test reads it, so it can be read.
static LANGUAGES: LazyLock<Vec<Language>> = LazyLock::new(|| {
    toml::from_str(PHRASES).map_or_else(|_| Vec::new(), |phrases: Phrases| phrases.language)
});

/// Whether a text declines to do what was asked, as far as its opening tells.
#[must_use]
pub fn is_refusal(text: &str) -> bool {
    let opening = opening(text);
    LANGUAGES
        .iter()
        .any(|language| declines(language, &opening))
}

fn declines(language: &Language, opening: &str) -> bool {
    let mut rest = opening.to_owned();
    for fine in &language.fine {
        rest = rest.replace(fine.as_str(), " … ");
    }
    let mut phrases = language.declines.iter();
    phrases.any(|phrase| stands_in(phrase, &rest))
}

/// Whether the phrase stands there, not within a word. In scripts without spaces there
/// are no words to be within.
fn stands_in(phrase: &str, text: &str) -> bool {
    text.match_indices(phrase).any(|(at, _)| {
        let before = text[..at].chars().next_back();
        let after = text[at + phrase.len()..].chars().next();
        !joined(before, phrase.chars().next()) && !joined(phrase.chars().next_back(), after)
    })
}

fn joined(one: Option<char>, other: Option<char>) -> bool {
    let letter = |char: Option<char>| {
        char.is_some_and(|c| c == '\'' || (c.is_alphabetic() && c < '\u{2e80}'))
    };
    letter(one) && letter(other)
}

/// The start of a text in small letters, one kind of apostrophe, without Markdown's marks.
fn opening(text: &str) -> String {
    let mut plain = String::new();
    let mut spaced = true;
    for char in text.chars() {
        let char = match char {
            '’' | '‘' | '´' | '`' => '\'',
            '*' | '_' | '#' | '>' | '"' | '“' | '”' => continue,
            char if char.is_whitespace() => ' ',
            char => char,
        };
        if char == ' ' && spaced {
            continue;
        }
        spaced = char == ' ';
        plain.extend(char.to_lowercase());
    }
    match plain.char_indices().nth(OPENING_CHARS) {
        Some((end, _)) => plain[..end].into(),
        None => plain,
    }
}

#[cfg(test)]
#[path = "refusal_tests.rs"]
mod tests;
