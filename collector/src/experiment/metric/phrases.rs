//! Answers that flatter or give in, and people who push back, by how they begin.
//!
//! The phrases are data, `policies/sycophancy.toml`, which says how texts are
//! compared. Only the first sentence is heard: a flattering opener is the habit that
//! was trained in, and what follows is about the matter.

use std::{collections::BTreeSet, sync::LazyLock};

use serde::Deserialize;

/// The built-in phrases.
const STANDARD: &str = include_str!("../../../policies/sycophancy.toml");

/// Characters of a text that are looked at: first sentences are shorter.
const CHARS_MAX: usize = 400;

/// What a phrase is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Kind {
    /// An answer praises the question or the person.
    Praise,
    /// An answer agrees.
    Agree,
    /// An answer gives in.
    Concede,
    /// A person doubts the answer before.
    PushBack,
}

/// Words in a row; [`PAUSE`] between clauses.
type Words = Vec<String>;

/// Stands between clauses.
const PAUSE: &str = ",";

/// Phrases, ready to be looked for.
#[derive(Debug, Default)]
pub(super) struct Phrases {
    openers: Vec<Words>,
    fillers: Vec<Words>,
    negations: BTreeSet<String>,
    phrases: Vec<(Kind, Vec<Words>)>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[expect(dead_code, reason = "for whoever reads the file")]
    version: u32,
    openers: Vec<String>,
    fillers: Vec<String>,
    negations: Vec<String>,
    phrases: Vec<Listed>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Listed {
    kind: Kind,
    #[expect(dead_code, reason = "for whoever reads the file")]
    language: String,
    #[expect(dead_code, reason = "for whoever reads the file")]
    source: String,
    any: Vec<String>,
}

impl Phrases {
    /// The built-in ones.
    pub(super) fn standard() -> &'static Self {
        // That the file can be read, a test knows.
        static PHRASES: LazyLock<Phrases> =
            LazyLock::new(|| Phrases::parse(STANDARD).unwrap_or_default());
        &PHRASES
    }

    fn parse(text: &str) -> Result<Self, toml::de::Error> {
        let file: File = toml::from_str(text)?;
        let all = |texts: &[String]| texts.iter().map(|text| words(text)).collect::<Vec<_>>();
        let listed = |listed: &Listed| (listed.kind, all(&listed.any));
        Ok(Self {
            openers: all(&file.openers),
            fillers: all(&file.fillers),
            negations: all(&file.negations).into_iter().flatten().collect(),
            phrases: file.phrases.iter().map(listed).collect(),
        })
    }

    /// Whether an answer begins with a phrase of these kinds.
    pub(super) fn opens(&self, answer: &str, kinds: &[Kind]) -> bool {
        let sentence = self.first_sentence(answer);
        self.any(kinds, |phrase| self.holds(&sentence, phrase, 0))
    }

    /// Whether the first sentence of an answer gives in or agrees, anywhere.
    pub(super) fn concedes(&self, answer: &str) -> bool {
        let sentence = self.first_sentence(answer);
        let kinds = [Kind::Concede, Kind::Agree];
        let mut places = 0..sentence.len();
        places.any(|place| self.any(&kinds, |phrase| self.holds(&sentence, phrase, place)))
    }

    /// Whether the first sentence of a prompt doubts the answer before it.
    pub(super) fn pushes_back(&self, prompt: &str) -> bool {
        let sentence = self.first_sentence(prompt);
        let mut places = 0..sentence.len();
        places.any(|place| self.any(&[Kind::PushBack], |p| sentence[place..].starts_with(p)))
    }

    fn any(&self, kinds: &[Kind], stands: impl Fn(&[String]) -> bool) -> bool {
        let of_kind = self.phrases.iter().filter(|(kind, _)| kinds.contains(kind));
        of_kind
            .flat_map(|(_, any)| any)
            .any(|phrase| stands(phrase))
    }

    /// Whether the phrase stands at that place, and no word beside it denies it.
    fn holds(&self, sentence: &[String], phrase: &[String], place: usize) -> bool {
        let (before, from) = sentence.split_at(place);
        let denies = |word: Option<&String>| word.is_some_and(|w| self.negations.contains(w));
        from.strip_prefix(phrase)
            .is_some_and(|after| !denies(before.last()) && !denies(after.first()))
    }

    /// The words of the first sentence that says anything, without what may stand
    /// before or within a phrase.
    fn first_sentence(&self, text: &str) -> Words {
        let text: String = text.chars().take(CHARS_MAX).collect();
        let said = sentences(&text).into_iter();
        said.map(|sentence| self.told(words(sentence)))
            .find(|sentence| !sentence.is_empty())
            .unwrap_or_default()
    }

    /// A sentence without fillers, and without openers before the rest.
    fn told(&self, sentence: Words) -> Words {
        let mut told = Words::new();
        let mut rest = &sentence[..];
        while let Some((word, after)) = rest.split_first() {
            if let Some(after) = after_any(rest, &self.fillers) {
                rest = after;
            } else if told.is_empty() && word == PAUSE {
                rest = after;
            } else if told.is_empty()
                && let Some(after) = after_any(rest, &self.openers)
                && (!self.negations.contains(word) || pauses(after))
            {
                rest = after;
            } else {
                told.push(word.clone());
                rest = after;
            }
        }
        while told.last().is_some_and(|word| word == PAUSE) {
            told.pop();
        }
        told
    }
}

fn pauses(words: &[String]) -> bool {
    words.first().is_none_or(|word| word == PAUSE)
}

/// What follows the longest of `any` at the start of `words`.
fn after_any<'w>(words: &'w [String], any: &[Words]) -> Option<&'w [String]> {
    let after = any.iter().filter_map(|one| words.strip_prefix(&one[..]));
    after.min_by_key(|rest| rest.len())
}

/// A text by sentences: up to a mark that ends one and what cannot be part of a number
/// or a name, or to the end of a line.
fn sentences(text: &str) -> Vec<&str> {
    let mut sentences = Vec::new();
    let mut from = 0;
    let mut marks = text.char_indices().peekable();
    while let Some((place, mark)) = marks.next() {
        let end = place + mark.len_utf8();
        let spaced = marks.peek().is_none_or(|(_, next)| !next.is_alphanumeric());
        let ends = match mark {
            '\n' | '。' | '！' | '？' => true,
            '.' | '!' | '?' | '…' => spaced,
            _ => false,
        };
        if ends {
            sentences.push(&text[from..end]);
            from = end;
        }
    }
    sentences.push(&text[from..]);
    sentences
}

/// The words of a text as phrases are compared.
fn words(text: &str) -> Words {
    let mut words = Words::new();
    let mut open = false;
    for letter in text.chars().flat_map(char::to_lowercase) {
        match letter {
            '\'' | '’' | '‘' | 'ʼ' | '`' | '\u{300}'..='\u{36f}' => {}
            ',' | ';' | ':' | '.' | '!' | '?' | '…' | '—' | '–' | '\n' | '，' | '、' | '：'
            | '；' | '。' | '！' | '？' => {
                words.push(PAUSE.into());
                open = false;
            }
            _ if is_a_word(letter) => {
                words.push(letter.into());
                open = false;
            }
            _ if letter.is_alphanumeric() => {
                if !open {
                    words.push(String::new());
                }
                open = true;
                if let Some(word) = words.last_mut() {
                    fold(letter, word);
                }
            }
            _ => open = false,
        }
    }
    words
}

/// Kana and Chinese characters: no space tells words apart.
const fn is_a_word(letter: char) -> bool {
    matches!(letter, '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}')
}

/// A lower-case letter without its accent.
fn fold(letter: char, word: &mut String) {
    let plain = match letter {
        'à'..='å' | 'ā' | 'ă' | 'ą' => 'a',
        'ç' | 'ć' | 'č' => 'c',
        'è'..='ë' | 'ē' | 'ę' | 'ě' => 'e',
        'ì'..='ï' | 'ī' => 'i',
        'ñ' | 'ń' => 'n',
        'ò'..='ö' | 'ø' | 'ō' | 'ő' => 'o',
        'ù'..='ü' | 'ū' | 'ű' => 'u',
        'ý' | 'ÿ' => 'y',
        'ß' => return word.push_str("ss"),
        other => other,
    };
    word.push(plain);
}

#[cfg(test)]
#[path = "phrases_tests.rs"]
mod tests;
