//! The texts of an output, whole and by their first words. Pure.

use crate::{
    dataset::{answered, filled, last_asked, plain},
    label::Labelled,
    limits::START_CHARS_MAX,
    store::rows::OutputRows,
};

/// What is known of an output in words: registered, else as the browser sent it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Texts<'a> {
    /// The messages it answers, as far as they are text.
    pub asked: Vec<String>,
    /// The answer.
    pub answer: Option<&'a str>,
}

impl<'a> Texts<'a> {
    /// Of an output.
    #[must_use]
    pub fn of(rows: &'a OutputRows, label: &'a Labelled) -> Self {
        let registered = rows.registered.as_ref();
        let asked = match registered.and_then(|server| server.input.as_ref()) {
            Some(messages) => {
                let texts = messages
                    .iter()
                    .filter_map(|message| plain(&message.content));
                texts.collect()
            }
            None => label.texts.prompt.iter().cloned().collect(),
        };
        Self {
            asked,
            answer: answered(rows, label),
        }
    }
}

/// The first words of the question and of the answer, where they are known.
#[must_use]
pub fn start(rows: &OutputRows, label: &Labelled) -> (Option<String>, Option<String>) {
    let asked = last_asked(rows, label);
    let asked = asked.as_deref().and_then(|text| filled(Some(text)));
    (asked.map(first), answered(rows, label).map(first))
}

/// The start of a text, on one line.
fn first(text: &str) -> String {
    let mut line = String::new();
    let mut left = START_CHARS_MAX;
    for word in text.split_whitespace() {
        if !line.is_empty() {
            line.push(' ');
        }
        for char in word.chars() {
            if left == 0 {
                line.push('…');
                return line;
            }
            left -= 1;
            line.push(char);
        }
    }
    line
}
