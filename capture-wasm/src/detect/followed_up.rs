//! `followed_up`: the next prompt of a conversation, compared with the one before.
//!
//! Only how alike they are and what the next one does leaves the browser.

use tacit_signals::{
    Share,
    signal::{Intent, Signal},
    text,
};

/// From here on a prompt asks the same again. Of 41 pairs in 15 languages that were
/// labelled before they were measured, it finds 19 of the 20 that do, and takes 3 of
/// the other 21 for such: those that ask for something else in the same words.
const REPHRASED_MIN: u16 = 600;

/// Bytes of a prompt that are looked at: who pastes a book asks in its first lines.
const LOOK_BYTES: usize = 4_000;

/// Thanks are short; what is longer asks for something as well.
const THANKS_BYTES_MAX: usize = 80;

/// What prompts say of an answer, which `js/phrases.js` has.
#[derive(Debug, Clone, Default)]
pub struct Phrases {
    /// How a prompt begins that corrects the answer, divided by `|`.
    pub corrections: String,
    /// How words of thanks begin, likewise.
    pub thanks: String,
}

/// A prompt `next`, sent `gap_ms` after the answer to `before` was there.
#[must_use]
pub fn signal(before: &str, next: &str, gap_ms: u32, phrases: &Phrases) -> Signal {
    let similarity = similarity(before, next);
    Signal::FollowedUp {
        gap_ms,
        similarity,
        intent: intent(next, similarity, phrases),
    }
}

fn intent(next: &str, similarity: Share, phrases: &Phrases) -> Intent {
    let next = spelled(look(next));
    let thanks = || words(&phrases.thanks).any(|word| begins_a_word(&next, word));
    if words(&phrases.corrections).any(|words| next.starts_with(words)) && !thanks() {
        Intent::Correction
    } else if similarity.thousandths() >= REPHRASED_MIN {
        Intent::Rephrase
    } else if next.len() <= THANKS_BYTES_MAX && !next.contains('?') && thanks() {
        Intent::Thanks
    } else {
        Intent::Other
    }
}

/// How much of what they ask two prompts have in common, 0 to 1: over the letter
/// pairs inside their words, the mean of what both share of both (Dice 1945) and
/// of the shorter one, as a prompt that is cut short or added to asks the same.
/// Longer prompts by runs of three and four letters, since most pairs of letters
/// are in any long text. Words of one and two ASCII letters are left out: in
/// languages written so, those say little.
#[must_use]
pub fn similarity(before: &str, next: &str) -> Share {
    let (before, next) = (spelled(look(before)), spelled(look(next)));
    let letters = text::letters(&before).chars().count();
    let run = match letters.min(text::letters(&next).chars().count()) {
        ..=64 => 2,
        65..=200 => 3,
        _ => 4,
    };
    let (a, b) = (grams(&before, run), grams(&next, run));
    let (all, shorter) = ((a.len() + b.len()) as u64, a.len().min(b.len()) as u64);
    if shorter == 0 {
        let same = text::letters(&before) == text::letters(&next);
        return if same { Share::ONE } else { Share::ZERO };
    }
    let both = shared(&a, &b);
    Share::of(both * (2 * shorter + all), 2 * shorter * all)
}

/// The runs of letters inside the words of a text, as numbers, sorted.
fn grams(text: &str, run: usize) -> Vec<u64> {
    let mut grams = Vec::new();
    let mut word = Vec::new();
    for c in text.chars().chain([' ']) {
        if text::is_letter(c) {
            word.push(c);
            continue;
        }
        if word.len() > 2 || word.iter().any(|c| !c.is_ascii()) {
            for letters in word.windows(run.min(word.len())) {
                let hash = letters.iter().fold(0xcbf2_9ce4_8422_2325, |hash: u64, &c| {
                    (hash ^ u64::from(u32::from(c))).wrapping_mul(0x0000_0100_0000_01b3)
                });
                grams.push(hash);
            }
        }
        word.clear();
    }
    grams.sort_unstable();
    grams
}

/// How many of the numbers are in both, each as often as it is in both.
fn shared(a: &[u64], b: &[u64]) -> u64 {
    let (mut both, mut rest) = (0, b);
    for gram in a {
        while let [first, others @ ..] = rest
            && first < gram
        {
            rest = others;
        }
        if let [first, others @ ..] = rest
            && first == gram
        {
            both += 1;
            rest = others;
        }
    }
    both
}

/// The part of a prompt that is looked at.
pub(crate) fn look(prompt: &str) -> &str {
    let end = prompt.floor_char_boundary(LOOK_BYTES);
    prompt.get(..end).unwrap_or_default()
}

/// Lower case as far as Latin and Cyrillic need it, one space between words, one
/// comma for punctuation, a question mark for what has one.
fn spelled(prompt: &str) -> String {
    let mut spelled = String::with_capacity(prompt.len() + 1);
    let mut between = None;
    for c in prompt.chars().chain(['.', 'a']) {
        let c = match c {
            '’' => '\'',
            // These count as letters otherwise.
            '،' | '؛' | '।' => ',',
            'À'..='Þ' | 'А'..='Я' => char::from_u32(u32::from(c) + 0x20).unwrap_or(c),
            _ => c.to_ascii_lowercase(),
        };
        if c != '؟' && text::is_letter(c) || c == '\'' {
            if let Some(between) = between.take()
                && !spelled.is_empty()
            {
                spelled.push(between);
            }
            spelled.push(c);
        } else {
            let kind = match c {
                '?' | '？' | '؟' => '?',
                _ if text::is_space(c) => ' ',
                _ => ',',
            };
            between = between.max(Some(kind));
        }
    }
    // The letter that brought the end.
    spelled.pop();
    spelled
}

fn words(list: &str) -> impl Iterator<Item = &str> {
    list.split('|').filter(|word| !word.is_empty())
}

/// Whether a word of `text` begins with `word`. Chinese, Japanese and Korean put
/// no space between words, or endings to them.
fn begins_a_word(text: &str, word: &str) -> bool {
    let mut inside = false;
    for (place, c) in text.char_indices() {
        if (!inside || c >= '\u{2e80}')
            && text.get(place..).is_some_and(|rest| rest.starts_with(word))
        {
            return true;
        }
        inside = text::is_letter(c);
    }
    false
}

#[cfg(test)]
impl Phrases {
    /// Those that the package has.
    pub(crate) fn known() -> Self {
        let mut texts = include_str!("../../js/phrases.js").split('"').skip(1);
        let corrections = texts.next().unwrap_or_default().into();
        let thanks = texts.nth(1).unwrap_or_default().into();
        Self {
            corrections,
            thanks,
        }
    }
}

#[cfg(test)]
mod tests;
