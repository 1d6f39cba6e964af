//! What counts as a character and as a word.

use super::{is_letter, is_space};

/// The form in which texts are measured: CRLF→LF, no-break space→space, trimmed.
#[must_use]
pub fn clean(text: &str) -> String {
    let mut clean = String::with_capacity(text.len());
    let mut end = 0;
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        if c == '\r' && chars.as_str().as_bytes().first() == Some(&b'\n') {
            continue;
        }
        if !is_space(c) {
            clean.push(c);
            end = clean.len();
        } else if end > 0 {
            clean.push(if c == '\u{a0}' { ' ' } else { c });
        }
    }
    clean.truncate(end);
    clean
}

/// Where `part` first stands in `text`. The standard library's search is faster
/// on texts made to be slow, and four times this function's weight in the module.
#[must_use]
pub fn find(text: &str, part: &str) -> Option<usize> {
    let (text, part) = (text.as_bytes(), part.as_bytes());
    let last = text.len().checked_sub(part.len())?;
    (0..=last).find(|&start| text[start..].starts_with(part))
}

/// `text` before and after the first `mark`; all of it and nothing without one.
#[must_use]
pub fn cut<'a>(text: &'a str, mark: &str) -> (&'a str, Option<&'a str>) {
    match find(text, mark) {
        Some(place) => (&text[..place], Some(&text[place + mark.len()..])),
        None => (text, None),
    }
}

/// Letters and digits only: the same in Markdown and on the page.
#[must_use]
pub fn letters(text: &str) -> String {
    only(text, is_letter)
}

/// All but white space, which a rendering adds and drops.
#[must_use]
pub fn dense(text: &str) -> String {
    only(text, |c| !is_space(c))
}

fn only(text: &str, keep: fn(char) -> bool) -> String {
    let mut kept = String::with_capacity(text.len());
    for c in text.chars() {
        if keep(c) {
            kept.push(c);
        }
    }
    kept
}

/// The scalar values of the [`clean`] form, in one pass over a long text.
#[must_use]
pub fn clean_scalars(text: &str) -> Vec<char> {
    let mut clean = Vec::with_capacity(text.len());
    for c in text.chars() {
        let c = if c == '\u{a0}' { ' ' } else { c };
        match clean.last_mut() {
            None if is_space(c) => {}
            Some(last) if c == '\n' && *last == '\r' => *last = c,
            _ => clean.push(c),
        }
    }
    clean.truncate(trimmed(&clean).len());
    clean
}

/// A text without the white space at its ends.
#[must_use]
pub fn trimmed(mut text: &[char]) -> &[char] {
    while let [first, rest @ ..] = text
        && is_space(*first)
    {
        text = rest;
    }
    while let [rest @ .., last] = text
        && is_space(*last)
    {
        text = rest;
    }
    text
}

/// The Unicode scalar values, for what goes back and forth in a text.
#[must_use]
pub fn scalars(text: &str) -> Vec<char> {
    let mut scalars = Vec::with_capacity(text.len());
    for c in text.chars() {
        scalars.push(c);
    }
    scalars
}

/// How many scalar values both texts have in common at the start, and how many
/// of the others at the end.
#[must_use]
pub fn common_ends(a: &[char], b: &[char]) -> (usize, usize) {
    let most = a.len().min(b.len());
    let mut start = 0;
    while start < most && a[start] == b[start] {
        start += 1;
    }
    let mut end = 0;
    while end < most - start && a[a.len() - 1 - end] == b[b.len() - 1 - end] {
        end += 1;
    }
    (start, end)
}

/// Unicode scalar values of an already [`clean`] text.
#[must_use]
pub fn chars(clean: &str) -> u32 {
    u32::try_from(clean.chars().count()).unwrap_or(u32::MAX)
}

/// Words: runs of letters, digits and joining marks; each Han, Hiragana or
/// Katakana character is one, as those scripts put no space between words.
#[must_use]
pub fn words(text: &str) -> u32 {
    let mut words = 0;
    let mut inside = false;
    for c in text.chars() {
        let alone = matches!(c, '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{20000}'..='\u{3ffff}');
        let joins = is_letter(c) || (inside && matches!(c, '\'' | '’' | '-' | '_'));
        if alone || (joins && !inside) {
            words += 1;
        }
        inside = joins && !alone;
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_scalar_values_after_cleaning() {
        let text = clean(" a\r\nb\u{a0}é👍\n");
        assert_eq!(text, "a\nb é👍");
        assert_eq!(chars(&text), 6);
    }

    #[test]
    fn scalar_values_are_those_of_the_clean_text() {
        for text in [
            "",
            " \r\n",
            " a\r\nb\u{a0}é👍\n\u{a0}",
            "\r\r\n.\r\r\n\r.",
            "a\rb \r",
        ] {
            assert_eq!(clean_scalars(text), scalars(&clean(text)), "{text:?}");
        }
    }

    #[test]
    fn finds_the_first_place() {
        assert_eq!(find("abcabc", "ca"), Some(2));
        assert_eq!(find("abc", ""), Some(0));
        assert_eq!(find("ab", "abc"), None);
        assert_eq!(cut("é](b](c", "]("), ("é", Some("b](c")));
        assert_eq!(cut("abc", "]("), ("abc", None));
    }

    #[test]
    fn words_in_spaced_and_unspaced_scripts() {
        assert_eq!(words("Don't panic, it's well-known."), 4);
        assert_eq!(words("x = foo_bar(1);"), 3);
        assert_eq!(words("今日は good"), 4);
        assert_eq!(words(" — … "), 0);
    }
}
