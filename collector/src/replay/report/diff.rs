//! What differs between two texts, word by word.

use similar::{Algorithm, DiffTag, capture_diff_slices};

use crate::tokens::tokens;

/// Characters of a text that is compared; the rest is shown as it is. The cost of a diff
/// of two unlike texts grows with the product of their lengths.
const CHARS_MAX: usize = 20_000;

/// Words that two texts must share in a row to count as shared between two changes: a
/// lone "the" that both have says nothing and tears sentences apart.
const SHARED_MIN: usize = 3;

/// A stretch of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Stretch {
    /// The text.
    pub(super) text: String,
    /// The other text does not have it.
    pub(super) alone: bool,
}

/// Both texts in stretches.
pub(super) fn diff(one: &str, other: &str) -> [Vec<Stretch>; 2] {
    let (one, rest) = cut(one);
    let (other, other_rest) = cut(other);
    let (ones, others) = (tokens(one), tokens(other));
    let mut sides = [Vec::new(), Vec::new()];
    let mut push = |side: usize, tokens: &[&str], alone| {
        sides[side].push(Stretch {
            text: tokens.concat(),
            alone,
        });
    };
    let ops = capture_diff_slices(Algorithm::Myers, &ones, &others);
    let count = ops.len();
    for (place, op) in ops.into_iter().enumerate() {
        let (old, new) = (&ones[op.old_range()], &others[op.new_range()]);
        let shared = op.tag() == DiffTag::Equal;
        let between = place > 0 && place + 1 < count;
        let alone = !shared || (between && words(old) < SHARED_MIN && !whole(old));
        push(0, old, alone);
        push(1, new, alone);
    }
    let [one, other] = sides;
    [joined(one, rest), joined(other, other_rest)]
}

/// Neighbours of one kind become one; the rest that was not compared stands at the end.
fn joined(stretches: Vec<Stretch>, rest: &str) -> Vec<Stretch> {
    let rest = Stretch {
        text: rest.into(),
        alone: false,
    };
    let mut joined: Vec<Stretch> = Vec::new();
    for stretch in stretches.into_iter().chain([rest]) {
        if stretch.text.is_empty() {
            continue;
        }
        match joined.last_mut() {
            Some(last) if last.alone == stretch.alone => last.text.push_str(&stretch.text),
            _ => joined.push(stretch),
        }
    }
    joined
}

fn cut(text: &str) -> (&str, &str) {
    match text.char_indices().nth(CHARS_MAX) {
        Some((end, _)) => text.split_at(end),
        None => (text, ""),
    }
}

/// Tokens that are more than white space.
pub(super) fn words(tokens: &[&str]) -> usize {
    let says = |token: &&&str| !token.trim().is_empty();
    tokens.iter().filter(says).count()
}

/// A line, or several, shared as a whole: something stands between two breaks.
fn whole(tokens: &[&str]) -> bool {
    let mut breaks = 0;
    let mut in_break = false;
    for token in tokens {
        if *token == "\n" {
            breaks += usize::from(!in_break);
            in_break = true;
        } else if !token.trim().is_empty() {
            in_break = false;
        }
    }
    breaks >= 2
}

/// A text after so many words, if it has more.
pub(super) fn after_words(text: &str, most: usize) -> Option<(&str, &str)> {
    let mut seen = 0;
    let mut end = 0;
    for token in tokens(text) {
        if !token.trim().is_empty() {
            if seen == most {
                return Some(text.split_at(end));
            }
            seen += 1;
        }
        end += token.len();
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn marked(one: &str, other: &str) -> [String; 2] {
        diff(one, other).map(|stretches| {
            let mark = |stretch: &Stretch| match stretch.alone {
                true => format!("[{}]", stretch.text),
                false => stretch.text.clone(),
            };
            stretches.iter().map(mark).collect()
        })
    }

    #[test]
    fn words_that_only_one_text_has_are_marked() {
        let [one, other] = marked(
            "Use a loop to keep them all.",
            "Use retain to keep them all.",
        );
        assert_eq!(one, "Use [a loop] to keep them all.");
        assert_eq!(other, "Use [retain] to keep them all.");
        assert_eq!(marked("same", "same"), ["same", "same"]);
        assert_eq!(marked("", "new"), ["", "[new]"]);
    }

    #[test]
    fn a_lone_shared_word_tears_no_sentence_apart() {
        let [one, other] = marked("Bake the bread slowly", "Sell the car today");
        assert_eq!(
            [one, other],
            ["[Bake the bread slowly]", "[Sell the car today]"]
        );
        // At either end of the text it is kept.
        assert_eq!(marked("Use this", "Use that")[0], "Use [this]");
    }

    #[test]
    fn a_line_that_both_have_is_shared_however_short() {
        let [one, _] = marked("a b c\nx\nd e f", "g h i\nx\nj k l");
        assert_eq!(one, "[a b c]\nx\n[d e f]");
        let [one, _] = marked("a b c\n\nd e f", "g h i\n\nj k l");
        assert_eq!(one, "[a b c\n\nd e f]");
        let [one, _] = marked("It isn’t so", "It is so");
        assert_eq!(one, "It [isn’t] so");
    }

    #[test]
    fn scripts_without_spaces_are_compared_by_character() {
        assert_eq!(
            marked("今日は良い天気です", "今日は悪い天気です")[0],
            "今日は[良]い天気です"
        );
    }

    #[test]
    fn nothing_of_a_text_is_lost() {
        let long = "word and word, ".repeat(4_000);
        let other = format!("{}!", &long[..50_000]);
        let [one, two] = diff(&long, &other);
        let text = |stretches: &[Stretch]| -> String {
            stretches
                .iter()
                .map(|stretch| stretch.text.as_str())
                .collect()
        };
        assert_eq!((text(&one), text(&two)), (long, other));
    }

    #[test]
    fn a_text_is_folded_after_so_many_words() {
        assert_eq!(
            after_words("one, two three", 2),
            Some(("one, ", "two three"))
        );
        assert_eq!(
            after_words("one, two three", 3),
            Some(("one, two ", "three"))
        );
        assert_eq!(after_words("one two", 2), None);
    }
}
