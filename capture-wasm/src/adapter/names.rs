//! What a control does, by its accessible name.
//!
//! A name is only a hint; where an effect can be seen (a clipboard write, a new
//! variant) the effect decides. Ratings and "cancel" have no effect we could
//! see, so they lean on words. More languages are more rows.

use tacit_signals::text;

use crate::detect::rated::Thumb;

/// What a control does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Control {
    /// Asks for another answer.
    Regenerate,
    /// Ends the stream.
    Stop,
    /// Rates.
    Rate(Thumb),
    /// Gives an edit up.
    Cancel,
}

/// Words of each control, lower case. Down comes before up: "dislike" contains "like".
const WORDS: &[(Control, &[&str])] = &[
    (
        Control::Rate(Thumb::Down),
        &[
            "thumbs down",
            "thumb down",
            "dislike",
            "downvote",
            "bad response",
            "bad answer",
            "not helpful",
            "unhelpful",
            "gefällt mir nicht",
            "schlechte antwort",
            "mauvaise réponse",
            "mala respuesta",
            "低評価",
            "不喜欢",
        ],
    ),
    (
        Control::Rate(Thumb::Up),
        &[
            "thumbs up",
            "thumb up",
            "like",
            "upvote",
            "good response",
            "good answer",
            "helpful",
            "gefällt mir",
            "gute antwort",
            "bonne réponse",
            "buena respuesta",
            "高評価",
            "喜欢",
        ],
    ),
    (
        Control::Regenerate,
        &[
            "regenerate",
            "try again",
            "retry",
            "refresh",
            "redo",
            "neu generieren",
            "erneut versuchen",
            "régénérer",
            "réessayer",
            "regenerar",
            "再生成",
            "重新生成",
        ],
    ),
    (
        Control::Stop,
        &["stop", "stopp", "anhalten", "arrêter", "detener", "停止"],
    ),
    (
        Control::Cancel,
        &[
            "cancel",
            "discard",
            "abbrechen",
            "verwerfen",
            "annuler",
            "cancelar",
            "キャンセル",
            "取消",
        ],
    ),
];

/// A name this long is a sentence, not a control.
const NAME_CHARS_MAX: usize = 40;

/// What a control with this accessible name does.
#[must_use]
pub fn classify(name: &str) -> Option<Control> {
    // Names start with a capital at most; whole case tables are not worth their bytes.
    let mut name = text::clean(name);
    name.make_ascii_lowercase();
    if name.is_empty() || name.chars().count() > NAME_CHARS_MAX {
        return None;
    }
    WORDS
        .iter()
        .find(|(_, words)| words.iter().any(|word| has_word(&name, word)))
        .map(|(control, _)| *control)
}

/// Whether `word` stands in `name` on its own: "like" is not in "unlikely".
/// Scripts without spaces have no word boundary to ask for.
fn has_word(name: &str, word: &str) -> bool {
    // Kana and Han come from U+3000 on, and there no word mixes scripts.
    let spaced = word < "\u{3000}";
    let letter = |c: Option<char>| c.is_some_and(text::is_letter);
    let mut from = 0;
    while let Some(place) = text::find(&name[from..], word) {
        let (before, after) = (&name[..from + place], &name[from + place + word.len()..]);
        if !spaced || !(letter(before.chars().next_back()) || letter(after.chars().next())) {
            return true;
        }
        from = name.len() - after.len();
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_seen_in_real_chats() {
        for (name, control) in [
            ("Regenerate response", Control::Regenerate),
            ("Refresh", Control::Regenerate),
            ("Stop generating", Control::Stop),
            ("Good Response", Control::Rate(Thumb::Up)),
            ("Thumbs down", Control::Rate(Thumb::Down)),
            ("Dislike", Control::Rate(Thumb::Down)),
            ("Not helpful", Control::Rate(Thumb::Down)),
            (
                "Mit „Gefällt mir nicht“ markieren",
                Control::Rate(Thumb::Down),
            ),
            ("Mit „Gefällt mir“ markieren", Control::Rate(Thumb::Up)),
            ("不喜欢", Control::Rate(Thumb::Down)),
            ("喜欢", Control::Rate(Thumb::Up)),
            ("Neu generieren", Control::Regenerate),
            ("Cancel", Control::Cancel),
        ] {
            assert_eq!(classify(name), Some(control), "{name}");
        }
    }

    #[test]
    fn other_names_are_nothing() {
        for name in [
            "Copy",
            "Send",
            "",
            "Unlikely",
            "Next version",
            "Non-stopping",
        ] {
            assert_eq!(classify(name), None, "{name}");
        }
        assert_eq!(
            classify("I would like to know how the sky became so blue"),
            None
        );
    }
}
