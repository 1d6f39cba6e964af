//! What a judge is asked.

use serde::Serialize;
use tacit_signals::text::clean;

use crate::{
    label::State,
    replay::{
        Answer, Case, Message, Outcome,
        compare::{References, pairs},
    },
};

/// What the judge is told to do.
pub const PROMPT: &str = include_str!("prompt.md");

/// One question to the judge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// The case's output and what is asked: names the answer in the journal.
    pub id: String,
    /// The messages to send.
    pub messages: Vec<Message>,
}

/// What a pair is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Asked {
    /// The old answer and the new one.
    Replay,
    /// What people rejected and what they kept.
    People,
}

/// Which of a pair stands first. The better one, if all is well, is the new answer, or
/// what people kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Order {
    WorseFirst,
    BetterFirst,
}

pub(super) const ORDERS: [Order; 2] = [Order::WorseFirst, Order::BetterFirst];

/// The name of a question.
pub(super) fn id(output: &str, asked: Asked, order: Order) -> String {
    let what = match (asked, order) {
        (Asked::Replay, Order::WorseFirst) => "old-new",
        (Asked::Replay, Order::BetterFirst) => "new-old",
        (Asked::People, Order::WorseFirst) => "rejected-kept",
        (Asked::People, Order::BetterFirst) => "kept-rejected",
    };
    format!("{output}#{what}")
}

/// The judge's document.
#[derive(Serialize)]
struct Document<'a> {
    conversation: &'a [Message],
    first: &'a str,
    second: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    reference: Option<&'a str>,
}

/// All questions: about every answered case that changed, then about at most
/// `people_max` cases in which people kept one text and not another.
#[must_use]
pub fn questions<'a>(
    cases: impl IntoIterator<Item = (&'a Case, Option<&'a Answer>)>,
    people_max: usize,
) -> Vec<Question> {
    let cases: Vec<_> = cases.into_iter().collect();
    let mut asked = Vec::new();
    for (case, answer) in &cases {
        if let Some(new) = answer.and_then(changed(case)) {
            let reference = reference(case);
            both(
                &mut asked,
                case,
                Asked::Replay,
                (&case.answer, new),
                reference,
            );
        }
    }
    let mut decided: Vec<_> = cases
        .iter()
        .filter_map(|(case, _)| Some((case, decided(case)?)))
        .collect();
    // A draw that asks for no randomness; the same cases whatever their order.
    decided.sort_by_cached_key(|(case, _)| *blake3::hash(case.output.as_bytes()).as_bytes());
    for (case, (kept, rejected)) in decided.into_iter().take(people_max) {
        both(&mut asked, case, Asked::People, (&rejected, &kept), None);
    }
    asked
}

/// The new answer, if it is another text than the old one: nobody needs a judge to find
/// that one text is as good as itself.
pub(super) fn changed<'a>(case: &Case) -> impl Fn(&'a Answer) -> Option<&'a str> {
    let old = clean(&case.answer);
    move |answer| match &answer.outcome {
        Outcome::Answered(reply) | Outcome::Refused(reply) => {
            (clean(&reply.text) != old).then_some(reply.text.as_str())
        }
        Outcome::Failed(_) => None,
    }
}

/// What people kept or wrote in the old answer's place; the old answer itself is no
/// reference for a choice between it and another.
fn reference(case: &Case) -> Option<&str> {
    let old = clean(&case.answer);
    let other = |text: &&str| clean(text) != old;
    case.kept.iter().map(|kept| kept.text.as_str()).find(other)
}

/// A pair that people decided: kept and rejected. Nobody has decided where the label is
/// at odds with itself.
fn decided(case: &Case) -> Option<(String, String)> {
    if case.label.state == State::Conflict {
        return None;
    }
    let old = clean(&case.answer);
    let references = References::of(case, &old);
    let (kept, rejected) = pairs(&references).into_iter().next()?;
    Some((kept.to_owned(), rejected.to_owned()))
}

fn both(
    questions: &mut Vec<Question>,
    case: &Case,
    asked: Asked,
    (worse, better): (&str, &str),
    reference: Option<&str>,
) {
    for order in ORDERS {
        let (first, second) = match order {
            Order::WorseFirst => (worse, better),
            Order::BetterFirst => (better, worse),
        };
        let document = Document {
            conversation: &case.input,
            first,
            second,
            reference,
        };
        let message = |role: &str, content: String| Message {
            role: role.into(),
            content,
        };
        // Texts alone: they are JSON whatever they say.
        let Ok(document) = serde_json::to_string_pretty(&document) else {
            continue;
        };
        questions.push(Question {
            id: id(&case.output, asked, order),
            messages: vec![message("system", PROMPT.into()), message("user", document)],
        });
    }
}
