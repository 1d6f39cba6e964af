//! What people changed in answers before they used them.
//!
//! Answer and edit are compared sentence by sentence, and two sentences that share most
//! of their words word by word (Myers' diff): comparing unlike sentences by words finds
//! only that both have a "the". A change is named by its words without case and numbers.

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::Range,
};

use serde::{Deserialize, Serialize};
use similar::{Algorithm, DiffOp, capture_diff_slices};

/// Words of a change that is told of: longer ones never come twice.
const WORDS_MAX: usize = 30;

/// Changes of one kind that are told of.
const CHANGES_MAX: usize = 12;

/// Answers a change was made in, at least.
const OUTPUTS_MIN: usize = 2;

/// Outputs named as examples of a change.
const EXAMPLES_MAX: usize = 3;

/// One change: what was taken out and what was put in; one of both may be empty.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Change {
    pub(super) from: String,
    pub(super) to: String,
}

/// What one person changed in one answer.
#[derive(Debug, Clone)]
pub(super) struct Edited {
    pub(super) output: String,
    pub(super) person: Option<u64>,
    pub(super) changes: Vec<Change>,
}

/// A change that was made again and again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FrequentChange {
    /// What was taken out; empty for an insertion.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub from: String,
    /// What was put in; empty for a deletion.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub to: String,
    /// Answers it was made in.
    pub outputs: u64,
    /// People who made it, as far as they are known.
    pub people: u64,
    /// Some of the answers.
    pub examples: Vec<String>,
}

/// Changes that were made again and again, the most frequent first.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Frequent {
    /// One text in the place of another.
    pub replacements: Vec<FrequentChange>,
    /// Put in, and not in the place of the same thing.
    pub insertions: Vec<FrequentChange>,
    /// Taken out, and not for the same thing.
    pub deletions: Vec<FrequentChange>,
}

/// What was changed between both texts.
pub(super) fn changes(answer: &str, edit: &str) -> Vec<Change> {
    let (before, after) = (tokens(answer), tokens(edit));
    let (before, after) = (sentences(&before), sentences(&after));
    let mut changes = Vec::new();
    for op in capture_diff_slices(Algorithm::Myers, &before, &after) {
        if let Some((out, into)) = sides(&op) {
            compare(&mut changes, &before[out], &after[into]);
        }
    }
    changes
}

/// What an operation takes out and what it puts in.
fn sides(op: &DiffOp) -> Option<(Range<usize>, Range<usize>)> {
    match op {
        DiffOp::Equal { .. } => None,
        op => Some((op.old_range(), op.new_range())),
    }
}

/// Sentences that are alike are compared by words, in their order; others were taken out
/// or put in as a whole.
fn compare(changes: &mut Vec<Change>, before: &[&[&str]], after: &[&[&str]]) {
    let mut next = 0;
    for old in before {
        let alike = (next..after.len()).find(|new| are_alike(old, after[*new]));
        let Some(found) = alike else {
            changes.extend(whole(old).map(|from| Change {
                from,
                to: String::new(),
            }));
            continue;
        };
        put_in(changes, &after[next..found]);
        by_words(changes, old, after[found]);
        next = found + 1;
    }
    put_in(changes, &after[next..]);
}

fn put_in(changes: &mut Vec<Change>, sentences: &[&[&str]]) {
    let new = sentences.iter().filter_map(|sentence| whole(sentence));
    changes.extend(new.map(|to| Change {
        from: String::new(),
        to,
    }));
}

/// Dice's coefficient of both sets of words is at least a half.
fn are_alike(one: &[&str], other: &[&str]) -> bool {
    let words = |tokens: &[&str]| -> BTreeSet<String> {
        let words = tokens.iter().filter(|token| is_word(token));
        words.map(|token| token.to_lowercase()).collect()
    };
    let (one, other) = (words(one), words(other));
    let shared = one.intersection(&other).count();
    shared > 0 && 4 * shared >= one.len() + other.len()
}

fn by_words(changes: &mut Vec<Change>, before: &[&str], after: &[&str]) {
    for op in capture_diff_slices(Algorithm::Myers, before, after) {
        let Some((out, into)) = sides(&op) else {
            continue;
        };
        let (from, to) = (whole(&before[out]), whole(&after[into]));
        if from.is_some() || to.is_some() {
            let (from, to) = (from.unwrap_or_default(), to.unwrap_or_default());
            changes.push(Change { from, to });
        }
    }
}

fn is_word(token: &str) -> bool {
    token.chars().any(char::is_alphanumeric)
}

/// Tokens as a text; `None` where they have no word, or too many.
fn whole(tokens: &[&str]) -> Option<String> {
    let told = tokens.len() <= WORDS_MAX && tokens.iter().any(|token| is_word(token));
    told.then(|| text(tokens))
}

/// A sentence ends with its mark, or with its line.
fn sentences<'a>(tokens: &'a [&'a str]) -> Vec<&'a [&'a str]> {
    let ends = |token: &&str| matches!(*token, "." | "!" | "?" | "\n" | "。");
    tokens.split_inclusive(ends).collect()
}

/// Words, and whatever stands between them, a character each; line breaks are one.
fn tokens(text: &str) -> Vec<&str> {
    let mut tokens = Vec::new();
    let mut start = None;
    for (at, char) in text.char_indices() {
        if char.is_alphanumeric() || matches!(char, '\'' | '\u{2019}' | '-' | '_') {
            start.get_or_insert(at);
            continue;
        }
        if let Some(start) = start.take() {
            tokens.push(&text[start..at]);
        }
        if !char.is_whitespace() || char == '\n' {
            tokens.push(&text[at..at + char.len_utf8()]);
        }
    }
    if let Some(start) = start {
        tokens.push(&text[start..]);
    }
    tokens
}

fn text(tokens: &[&str]) -> String {
    let mut text = String::new();
    for token in tokens.iter().filter(|token| **token != "\n") {
        let closes = matches!(*token, "." | "," | "!" | "?" | ":" | ";" | ")");
        if !text.is_empty() && !closes && !text.ends_with('(') {
            text.push(' ');
        }
        text.push_str(token);
    }
    text
}

/// As a change is named: without case, numbers, and the mark at its end.
fn name(text: &str) -> String {
    let lower = text.to_lowercase();
    let bare = lower.trim_matches(|char: char| !char.is_alphanumeric());
    let mut name = String::new();
    for char in bare.chars() {
        match char.is_ascii_digit() {
            true if name.ends_with('#') => {}
            true => name.push('#'),
            false => name.push(char),
        }
    }
    name
}

/// The answers a change was made in, by what the change is called.
type Groups<'a> = BTreeMap<(String, String), Vec<(&'a Edited, &'a Change)>>;

/// The changes made in at least two answers; each is in one of the lists.
pub(super) fn frequent(edited: &[Edited]) -> Frequent {
    let mut replaced = Groups::new();
    let mut alone = Vec::new();
    for (edited, change) in all(edited) {
        if change.from.is_empty() || change.to.is_empty() {
            alone.push((edited, change.clone()));
        } else {
            let key = (name(&change.from), name(&change.to));
            replaced.entry(key).or_default().push((edited, change));
        }
    }
    replaced.retain(|_, made| {
        let outputs: BTreeSet<_> = made.iter().map(|(edited, _)| &edited.output).collect();
        let often = outputs.len() >= OUTPUTS_MIN;
        if !often {
            for (edited, change) in &*made {
                alone.push((
                    edited,
                    Change {
                        from: change.from.clone(),
                        to: String::new(),
                    },
                ));
                alone.push((
                    edited,
                    Change {
                        from: String::new(),
                        to: change.to.clone(),
                    },
                ));
            }
        }
        often
    });
    let (mut inserted, mut deleted) = (Groups::new(), Groups::new());
    for (edited, change) in &alone {
        let groups = if change.from.is_empty() {
            &mut inserted
        } else {
            &mut deleted
        };
        let key = (name(&change.from), name(&change.to));
        groups.entry(key).or_default().push((edited, change));
    }
    Frequent {
        replacements: ranked(replaced),
        insertions: ranked(inserted),
        deletions: ranked(deleted),
    }
}

/// Every change; a name only once for an answer.
fn all(edited: &[Edited]) -> impl Iterator<Item = (&Edited, &Change)> {
    edited.iter().flat_map(|edited| {
        let mut said = BTreeSet::new();
        let first = move |change: &&Change| said.insert((name(&change.from), name(&change.to)));
        edited
            .changes
            .iter()
            .filter(first)
            .map(move |change| (edited, change))
    })
}

fn ranked(groups: Groups<'_>) -> Vec<FrequentChange> {
    let mut changes: Vec<_> = groups
        .into_values()
        .filter_map(|made| told(&made))
        .collect();
    changes.sort_by(|a, b| {
        let key = |change: &FrequentChange| (change.people, change.outputs);
        key(b)
            .cmp(&key(a))
            .then_with(|| (&a.from, &a.to).cmp(&(&b.from, &b.to)))
    });
    changes.truncate(CHANGES_MAX);
    changes
}

/// A group as it is told of, in the words most answers have.
fn told(made: &[(&Edited, &Change)]) -> Option<FrequentChange> {
    let outputs: BTreeSet<&str> = made
        .iter()
        .map(|(edited, _)| edited.output.as_str())
        .collect();
    if outputs.len() < OUTPUTS_MIN {
        return None;
    }
    let people: BTreeSet<u64> = made
        .iter()
        .filter_map(|(edited, _)| edited.person)
        .collect();
    let mut wordings: BTreeMap<&Change, usize> = BTreeMap::new();
    for (_, change) in made {
        *wordings.entry(change).or_default() += 1;
    }
    let most = |(a, x): &(&Change, usize), (b, y): &(&Change, usize)| x.cmp(y).then(b.cmp(a));
    let (wording, _) = wordings.into_iter().max_by(most)?;
    Some(FrequentChange {
        from: wording.from.clone(),
        to: wording.to.clone(),
        outputs: outputs.len() as u64,
        people: people.len() as u64,
        examples: outputs
            .into_iter()
            .take(EXAMPLES_MAX)
            .map(String::from)
            .collect(),
    })
}

#[cfg(test)]
#[path = "edits_tests.rs"]
mod tests;
