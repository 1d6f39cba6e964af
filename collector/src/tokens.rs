//! A text in the pieces by which it is compared with another. Pure.

/// What a piece is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A word, with apostrophes and hyphens in it.
    Word,
    /// White space between words of a line.
    Gap,
    /// A line break, a mark, or a character of a script without spaces: each by itself.
    Mark,
}

impl Kind {
    /// Of a character.
    #[must_use]
    pub fn of(char: char) -> Self {
        if matches!(char, '\'' | '\u{2019}' | '-' | '_')
            // Scripts without spaces are compared character by character.
            || char.is_alphanumeric() && char < '\u{2e80}'
        {
            Self::Word
        } else if char.is_whitespace() && char != '\n' {
            Self::Gap
        } else {
            Self::Mark
        }
    }
}

/// The pieces, which together are the text.
#[must_use]
pub fn tokens(text: &str) -> Vec<&str> {
    let mut tokens = Vec::new();
    let mut start = 0;
    let mut before = None;
    for (at, char) in text.char_indices() {
        let kind = Kind::of(char);
        let joins = before == Some(kind) && kind != Kind::Mark;
        if at > start && !joins {
            tokens.push(&text[start..at]);
            start = at;
        }
        before = Some(kind);
    }
    if start < text.len() {
        tokens.push(&text[start..]);
    }
    tokens
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_stay_whole_and_all_else_is_apart() {
        let cases: [(&str, &[&str]); 5] = [
            ("", &[]),
            (
                "It’s a so-called  try!",
                &["It’s", " ", "a", " ", "so-called", "  ", "try", "!"],
            ),
            ("don't\r\n\nstop", &["don't", "\r", "\n", "\n", "stop"]),
            ("良い天気です", &["良", "い", "天", "気", "で", "す"]),
            ("été, 12.5", &["été", ",", " ", "12", ".", "5"]),
        ];
        for (text, expected) in cases {
            assert_eq!(tokens(text), expected);
            assert_eq!(tokens(text).concat(), text);
        }
    }
}
