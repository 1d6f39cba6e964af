//! What counts as a letter or digit, and what as white space.

/// Beyond ASCII: blocks of punctuation, symbols and spaces, first and last.
const NO_LETTERS: &[(char, char)] = &[
    ('\u{80}', '\u{a9}'),
    ('\u{ab}', '\u{b1}'),
    ('\u{b4}', '\u{b4}'),
    ('\u{b6}', '\u{b8}'),
    ('\u{bb}', '\u{bb}'),
    ('\u{bf}', '\u{bf}'),
    ('×', '×'),
    ('÷', '÷'),
    // General punctuation.
    ('\u{2000}', '\u{206f}'),
    // Currencies.
    ('\u{20a0}', '\u{20cf}'),
    // Arrows, mathematics, technical.
    ('\u{2190}', '\u{245f}'),
    // Boxes, shapes, dingbats, more arrows and mathematics.
    ('\u{2500}', '\u{2bff}'),
    // More punctuation, parts of Han characters.
    ('\u{2e00}', '\u{2fff}'),
    // Chinese and Japanese punctuation.
    ('\u{3000}', '\u{3004}'),
    ('\u{3008}', '\u{3020}'),
    ('\u{3030}', '\u{3030}'),
    ('\u{303d}', '\u{303f}'),
    ('\u{30fb}', '\u{30fb}'),
    // Private use.
    ('\u{e000}', '\u{f8ff}'),
    // Variation selectors, forms of punctuation.
    ('\u{fe00}', '\u{fe6f}'),
    ('\u{ff00}', '\u{ff0f}'),
    ('\u{ff1a}', '\u{ff20}'),
    ('\u{ff3b}', '\u{ff40}'),
    ('\u{ff5b}', '\u{ff65}'),
    ('\u{ffe0}', '\u{ffff}'),
    // Emoji and their kin.
    ('\u{1f000}', '\u{1faff}'),
    ('\u{e0000}', '\u{10ffff}'),
];

/// Whether `c` is a letter, a digit, or a mark that belongs to one. By blocks:
/// Unicode's own tables are a twentieth of the browser module. So the few commas
/// and full stops that scripts have to themselves count as letters, and so do
/// the signs inside Indic words, which by Unicode's tables would end them.
#[must_use]
pub fn is_letter(c: char) -> bool {
    if c.is_ascii() {
        return c.is_ascii_alphanumeric();
    }
    !NO_LETTERS
        .iter()
        .any(|&(first, last)| (first..=last).contains(&c))
}

/// White space, as Unicode has it.
#[must_use]
pub fn is_space(c: char) -> bool {
    matches!(
        c,
        '\t'..='\r'
            | ' '
            | '\u{85}'
            | '\u{a0}'
            | '\u{1680}'
            | '\u{2000}'..='\u{200a}'
            | '\u{2028}'
            | '\u{2029}'
            | '\u{202f}'
            | '\u{205f}'
            | '\u{3000}'
    )
}

/// Whether there is nothing but white space.
#[must_use]
pub fn is_blank(text: &str) -> bool {
    text.chars().all(is_space)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_of_the_world_are_letters() {
        for c in "aZ09éßñøЖяΩψאבجحकখਗதఖಖഖกขආაბԱႠអ가힣あアー一龥々〆ｱＡ１٣३²½ªµ".chars()
        {
            assert!(is_letter(c), "{c}");
        }
        for c in " .,;:!?'\"()[]{}<>*_`~#|/\\@$%^&+=-–—…„“”‘’«»·•†‡°§¶©®×÷→⇒≤√∞■●★✓「」『』、。・！？（）￥€£👍😀\u{a0}\u{200b}"
            .chars()
        {
            assert!(!is_letter(c), "{c}");
        }
    }

    #[test]
    fn space_is_unicodes() {
        for c in '\u{0}'..=char::MAX {
            assert_eq!(is_space(c), c.is_whitespace(), "{c:?}");
        }
        assert!(is_blank("") && is_blank(" \n") && !is_blank(" a "));
    }

    /// Letters that are taken for none are those of rare blocks; in the planes
    /// people write in, nothing else is lost.
    #[test]
    fn no_letter_of_a_script_is_lost() {
        let lost: Vec<char> = ('\u{0}'..='\u{1ffff}')
            .filter(|c| c.is_alphabetic() && !is_letter(*c))
            .filter(|c| !matches!(c, '\u{2e2f}' | '\u{1f130}'..='\u{1f189}'))
            .collect();
        assert_eq!(lost, []);
    }
}
