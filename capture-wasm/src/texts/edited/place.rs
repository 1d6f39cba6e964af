//! Where an output's text stands in an editor's, and what an editor leaves out.

use std::ops::Range;

use tacit_signals::text::{is_letter, is_space};

/// Stands for what an editor leaves out that draws only the lines in view. No
/// other text holds it: HTML replaces this character.
pub const GAP: char = '\0';

/// So much text beside a gap tells which place of the whole it is.
const ANCHOR_CHARS: usize = 60;

/// Where `output` stands in `editor`: character by character, or else letter by
/// letter with other line breaks and marks in between, as with Markdown.
pub(super) fn place(editor: &[char], output: &[char]) -> Option<Range<usize>> {
    if let Some(start) = find(editor, output) {
        return Some(start..start + output.len());
    }
    let (letters, places) = letters(editor);
    let wanted = self::letters(output).0;
    let start = find(&letters, &wanted)?;
    let last = start + wanted.len().checked_sub(1)?;
    let (mut from, mut to) = (*places.get(start)?, places.get(last)? + 1);
    // The marks right at its ends belong to it: a full stop, asterisks, a fence.
    let marks = |c: &&char| is_mark(**c);
    from -= editor.get(..from)?.iter().rev().take_while(marks).count();
    to += editor.get(to..)?.iter().take_while(marks).count();
    // With no other letters there is no other text.
    let from = if start == 0 { 0 } else { from };
    let is_last = last + 1 == letters.len();
    Some(from..if is_last { editor.len() } else { to })
}

fn is_mark(c: char) -> bool {
    c != GAP && !is_letter(c) && !is_space(c)
}

/// The letters of a text, and where each stands.
fn letters(text: &[char]) -> (Vec<char>, Vec<usize>) {
    let (mut letters, mut places) = (Vec::new(), Vec::new());
    for (place, &c) in text.iter().enumerate() {
        if is_letter(c) {
            letters.push(c);
            places.push(place);
        }
    }
    (letters, places)
}

fn find(text: &[char], part: &[char]) -> Option<usize> {
    let last = text.len().checked_sub(part.len())?;
    let is_here = |start: &usize| {
        text.get(*start..)
            .is_some_and(|rest| rest.starts_with(part))
    };
    (0..=last).find(is_here)
}

/// All of an editor's text, of which `view` leaves some out: what is left out is
/// as it was in `known`. Only the longest part counts; a line by itself is where
/// the caret was left. `None` where it does not tell which place of `known` it
/// shows; an edit there is told once it does.
pub(super) fn fill(known: &[char], view: Vec<char>) -> Option<Vec<char>> {
    if !view.contains(&GAP) {
        return Some(view);
    }
    let (mut seen, mut place, mut parts): (&[char], _, _) = (&[], 0, 0);
    for part in view.split(|c| *c == GAP) {
        if part.len() > seen.len() {
            (seen, place) = (part, parts);
        }
        parts += 1;
    }
    while let ['\n', rest @ ..] = seen {
        seen = rest;
    }
    while let [rest @ .., '\n'] = seen {
        seen = rest;
    }
    let tail = seen.len().checked_sub(ANCHOR_CHARS)?;
    let (mut start, mut end) = (0, known.len());
    let (is_first, is_last) = (place == 0, place + 1 == parts);
    if let Some(found) = find(known, seen)
        && (!is_first || found == 0)
        && (!is_last || found + seen.len() == end)
    {
        return Some(known.to_vec());
    }
    if !is_first {
        start = only(known, seen.get(..ANCHOR_CHARS)?)?;
    }
    if !is_last {
        end = only(known, seen.get(tail..)?)? + ANCHOR_CHARS;
    }
    known.get(start..end)?;
    Some([known.get(..start)?, seen, known.get(end..)?].concat())
}

/// Where `part` stands in `text`, if there is only one such place.
fn only(text: &[char], part: &[char]) -> Option<usize> {
    let start = find(text, part)?;
    let rest = text.get(start + 1..)?;
    find(rest, part).is_none().then_some(start)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scalars(text: &str) -> Vec<char> {
        text.chars().collect()
    }

    fn placed(editor: &str, output: &str) -> Option<String> {
        let editor = scalars(editor);
        place(&editor, &scalars(output)).map(|place| editor[place].iter().collect())
    }

    #[test]
    fn an_output_is_found_through_marks_and_line_breaks() {
        let output = "The sky is blue.\nTake a coat\nand go.";
        for (editor, found) in [
            (
                "Notes.\nThe sky is blue.\nTake a coat\nand go.\nEnd.",
                output,
            ),
            (
                "Notes.\n\nThe **sky** is blue.\n\n- Take a coat\n- and go.\n\nEnd.",
                "The **sky** is blue.\n\n- Take a coat\n- and go.",
            ),
            (
                "# The sky is blue.\n\nTake a coat and go.\n```",
                "# The sky is blue.\n\nTake a coat and go.\n```",
            ),
            (
                "Notes: _The sky is blue. Take a coat and go._ End",
                "_The sky is blue. Take a coat and go._",
            ),
        ] {
            assert_eq!(placed(editor, output).as_deref(), Some(found));
        }
        assert_eq!(placed("The sky is grey. Take a coat and go.", output), None);
        assert_eq!(placed("", output), None);
        assert_eq!(placed("…", "!?"), None, "no letters, nothing to find");
    }

    fn lines(range: std::ops::Range<usize>) -> String {
        let lines: Vec<_> = range.map(|n| format!("line {n} of the text")).collect();
        lines.join("\n")
    }

    fn filled(known: &str, view: &str) -> Option<String> {
        fill(&scalars(known), scalars(view)).map(|all| all.iter().collect())
    }

    #[test]
    fn what_is_out_of_view_is_as_it_was() {
        let known = lines(0..2_000);
        for (first, last) in [(0, 40), (700, 740), (1_960, 2_000)] {
            let head = if first > 0 { "\0\n" } else { "" };
            let tail = if last < 2_000 { "\n\0" } else { "" };
            let view = format!("{head}{}{tail}", lines(first..last));
            assert_eq!(
                filled(&known, &view).as_ref(),
                Some(&known),
                "only scrolled"
            );
            let middle = format!("line {} of", first + 20);
            let edited = view.replace(&middle, "a verse in");
            let expected = known.replacen(&format!("{middle} the"), "a verse in the", 1);
            assert_eq!(filled(&known, &edited), Some(expected));
        }
        let top = format!("{}\n\0", lines(0..40).trim_start_matches("line 0 "));
        assert_eq!(
            filled(&known, &top).as_deref(),
            known.get(7..),
            "cut off at the top"
        );
        let end = format!("\0\n{}", lines(1_960..2_000).trim_end_matches("text"));
        let expected = known.trim_end_matches("text");
        assert_eq!(
            filled(&known, &end).as_deref(),
            Some(expected),
            "and at the end"
        );
    }

    #[test]
    fn a_view_that_does_not_tell_its_place_says_nothing() {
        let same = "the same line\n".repeat(200);
        let view = format!("\0\n{}not this\n{}\0", &same[..280], &same[..280]);
        assert_eq!(filled(&same, &view), None, "which of them?");
        let known = lines(0..200);
        assert_eq!(
            filled(&known, "\0\nline 7 of the text\n\0"),
            None,
            "too little"
        );
        let elsewhere = format!("\0\n{}\n\0", lines(300..340));
        assert_eq!(filled(&known, &elsewhere), None);
        let apart = format!("line 0 of the text\n\0\n{}\n\0", lines(60..80));
        let expected = known.replace("line 70 of", "verse 70 of");
        let edited = apart.replace("line 70", "verse 70");
        assert_eq!(
            filled(&known, &edited),
            Some(expected),
            "the caret's line stands apart"
        );
        assert_eq!(
            filled(&known, &lines(0..3)),
            Some(lines(0..3)),
            "no gap, all of it"
        );
    }
}
