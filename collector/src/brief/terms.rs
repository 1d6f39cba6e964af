//! Words and phrases of a prompt, as they are compared.

use std::collections::BTreeSet;

/// Words of a prompt that are looked at: what is asked stands at its start, and
/// pasted documents behind it would drown it.
pub(super) const WORDS_MAX: usize = 200;

/// Words of a phrase.
const PHRASE_WORDS_MAX: usize = 3;

/// The first words of a text, in lower case. A number is `#`: an order's number is
/// no topic. Scripts without spaces give a word for each character, and their
/// words appear as phrases.
pub(super) fn words(text: &str) -> Vec<String> {
    let mut words = Words::default();
    for char in text.chars() {
        if words.done.len() >= WORDS_MAX {
            return words.done;
        }
        words.take(char);
    }
    words.end();
    words.done
}

#[derive(Default)]
struct Words {
    done: Vec<String>,
    open: String,
}

impl Words {
    fn take(&mut self, char: char) {
        if without_spaces(char) {
            self.end();
            self.done.push(char.to_string());
        } else if char.is_alphanumeric() {
            self.open.extend(char.to_lowercase());
        } else if matches!(char, '\'' | '\u{2019}') && !self.open.is_empty() {
            self.open.push('\'');
        } else {
            self.end();
        }
    }

    fn end(&mut self) {
        let word = std::mem::take(&mut self.open);
        let word = word.trim_end_matches('\'');
        if word.is_empty() {
            return;
        }
        let number = word.chars().all(|char| char.is_ascii_digit());
        self.done.push(if number { "#" } else { word }.into());
    }
}

/// English words that shape a question and are not what it is about. In a large sample
/// they weigh next to nothing by themselves; in a small one they would make every
/// "how do I" alike.
const FUNCTION_WORDS: [&str; 49] = [
    "a", "about", "am", "an", "and", "any", "are", "at", "be", "by", "but", "can", "could", "did",
    "do", "does", "for", "from", "have", "hello", "help", "hi", "how", "i", "i'm", "in", "is",
    "it", "me", "my", "need", "of", "on", "or", "please", "should", "that", "the", "there", "this",
    "to", "want", "we", "what", "when", "where", "with", "would", "you",
];

fn is_function(word: &str) -> bool {
    FUNCTION_WORDS.contains(&word) || word == "#"
}

/// Whether a phrase begins and ends with words that say something.
pub(super) fn is_whole(phrase: &str) -> bool {
    let ends = [phrase.split(' ').next(), phrase.split(' ').next_back()];
    let empty = |word: &str| is_function(word) || word.chars().count() < 2 && word.is_ascii();
    !ends.into_iter().flatten().any(empty)
}

/// The words that say what a prompt is about; all of them where none does.
pub(super) fn telling(words: &[String]) -> BTreeSet<&str> {
    let all = || words.iter().map(String::as_str);
    let telling: BTreeSet<&str> = all().filter(|word| !is_function(word)).collect();
    if telling.is_empty() {
        all().collect()
    } else {
        telling
    }
}

/// Chinese characters and Japanese syllables.
pub(super) fn without_spaces(char: char) -> bool {
    matches!(char, '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}')
}

/// Every phrase of one to three words, each once.
pub(super) fn phrases(words: &[String]) -> BTreeSet<String> {
    let lengths = 1..=PHRASE_WORDS_MAX;
    lengths
        .flat_map(|len| words.windows(len))
        .map(joined)
        .collect()
}

fn joined(words: &[String]) -> String {
    let mut phrase = String::new();
    for word in words {
        let mut ends = phrase
            .chars()
            .next_back()
            .into_iter()
            .chain(word.chars().next());
        if !phrase.is_empty() && !ends.all(without_spaces) {
            phrase.push(' ');
        }
        phrase.push_str(word);
    }
    phrase
}

/// Whether every word of `part` stands in `whole`, in that order and together.
pub(super) fn is_part(part: &str, whole: &str) -> bool {
    let padded = |text: &str| format!(" {text} ");
    let spaceless = part.chars().all(without_spaces);
    padded(whole).contains(&padded(part)) || spaceless && whole.contains(part)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_lower_case_and_numbers_are_alike() {
        assert_eq!(
            words("Why didn’t order 4711 (from B2B) arrive?"),
            ["why", "didn't", "order", "#", "from", "b2b", "arrive"]
        );
        assert_eq!(words(" — "), Vec::<String>::new());
        assert_eq!(words("返品 ok"), ["返", "品", "ok"]);
        assert_eq!(words(&"a ".repeat(1_000)).len(), WORDS_MAX);
    }

    #[test]
    fn phrases_have_up_to_three_words() {
        let found = phrases(&words("reset my password now"));
        assert!(found.contains("reset my password"), "{found:?}");
        assert!(found.contains("now"), "{found:?}");
        assert!(!found.contains("reset my password now"), "{found:?}");
        assert!(phrases(&words("返品 ok")).contains("返品"));
    }

    #[test]
    fn what_a_prompt_is_about() {
        assert_eq!(
            telling(&words("How do I reset it?")),
            BTreeSet::from(["reset"])
        );
        assert!(is_whole("without the receipt") && !is_whole("without the") && !is_whole("#"));
        assert_eq!(telling(&words("Can you?")), BTreeSet::from(["can", "you"]));
    }

    #[test]
    fn a_part_is_whole_words() {
        assert!(is_part("my password", "reset my password"));
        assert!(!is_part("word", "reset my password"));
        assert!(is_part("返", "返品"));
    }
}
