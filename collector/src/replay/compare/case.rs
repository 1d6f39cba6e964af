//! One case: the old answer, the new one, and what people made of the turn.

use serde::Serialize;
use tacit_signals::text::{chars, clean, is_blank, similarity, words};

use super::{
    format::{self, Feature, Format},
    refusal::is_refusal,
    score::{self, Score},
    sides::{self, Panel, Sides},
};
use crate::{
    label::{Milli, State},
    replay::{Answer, Case, How, Outcome, Reply, Stratum},
};

/// A new answer that is at least so like something people rejected says it again: above
/// it, texts differ by a few words.
const AGAIN: Milli = Milli::new(900);

/// One case with a new answer.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Compared {
    /// Names the case.
    pub output: String,
    /// What it was drawn from.
    pub stratum: Stratum,
    /// What people thought of the old answer.
    pub state: State,
    /// The prompt version of the old answer.
    pub prompt_version: Option<String>,
    /// How what people kept is known to be good; the strongest way, but that they kept
    /// the old answer comes first.
    pub kept: Option<How>,
    /// The old answer.
    pub old: Measured,
    /// The new one.
    pub new: Measured,
    /// Likeness of both, 0 to 1.
    pub similarity: Milli,
    /// Word for word the same.
    pub same: bool,
    /// Characters of the new answer by those of the old one; `None` where that is empty.
    pub length_ratio: Option<Milli>,
    /// Format that the old answer has and the new one has not.
    pub lost: Vec<Feature>,
    /// Format that only the new answer has.
    pub gained: Vec<Feature>,
    /// The endpoint stopped at its limit of tokens.
    pub truncated: bool,
    /// Is the new answer nearer to what people kept?
    pub score: Score,
    /// Where they kept one text and not another: with whom does the new answer side?
    pub sides: Option<Sides>,
    /// How far the new answer is from the nearest text that people rejected. Anything
    /// else is far from it too, so this is never a win.
    pub away: Option<Milli>,
    /// The new answer says again what people rejected.
    pub again: bool,
    /// How long it took.
    pub latency_ms: u64,
    /// Tokens of the prompt, if counted.
    pub prompt_tokens: Option<u64>,
    /// Tokens of the answer, if counted.
    pub completion_tokens: Option<u64>,
}

/// What a text is, by itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Measured {
    /// Characters.
    pub chars: u32,
    /// Words.
    pub words: u32,
    /// It declines.
    pub refusal: bool,
    /// How it is set out.
    pub format: Format,
}

impl Measured {
    fn of(text: &str) -> Self {
        Self {
            chars: chars(text),
            words: words(text),
            refusal: is_refusal(text),
            format: Format::of(text),
        }
    }

    /// There is nothing in it.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.chars == 0
    }
}

/// Compares a case with its answer; `None` where the endpoint gave none. `panel` tells
/// chance from choice.
#[must_use]
pub fn compare(case: &Case, answer: &Answer, panel: &Panel) -> Option<Compared> {
    let (reply, declined) = match &answer.outcome {
        Outcome::Answered(reply) => (reply, false),
        Outcome::Refused(reply) => (reply, true),
        Outcome::Failed(_) => return None,
    };
    let (old_text, new_text) = (clean(&case.answer), clean(&reply.text));
    let (old, mut new) = (Measured::of(&old_text), Measured::of(&new_text));
    new.refusal |= declined;
    let references = score::References::of(case, &old_text);
    let nearest = references.nearest_rejected(&new_text);
    Some(Compared {
        output: case.output.clone(),
        stratum: case.stratum.clone(),
        state: case.label.state,
        prompt_version: case.prompt_version.clone(),
        kept: references.how,
        similarity: likeness(&old_text, &new_text),
        same: old_text == new_text,
        length_ratio: ratio(new.chars, old.chars),
        lost: format::missing(&old.format, &new.format),
        gained: format::missing(&new.format, &old.format),
        truncated: truncated(reply),
        score: score::score(&references, &old_text, &new_text),
        sides: sides::sides(&references, &case.input, &new_text, panel),
        away: nearest.map(|near| Milli::new(1_000 - near.thousandths())),
        again: nearest.is_some_and(|near| near >= AGAIN),
        latency_ms: reply.latency_ms,
        prompt_tokens: reply.prompt_tokens,
        completion_tokens: reply.completion_tokens,
        old,
        new,
    })
}

/// Likeness of two clean texts.
pub(super) fn likeness(one: &str, other: &str) -> Milli {
    if is_blank(one) && is_blank(other) {
        return Milli::new(1_000);
    }
    Milli::new(similarity(one, other).thousandths().into())
}

fn truncated(reply: &Reply) -> bool {
    reply.finish_reason.as_deref() == Some("length")
}

fn ratio(new: u32, old: u32) -> Option<Milli> {
    let (new, old) = (u64::from(new), u64::from(old));
    let rounded = (2_000 * new + old).checked_div(2 * old)?;
    Some(Milli::new(i64::try_from(rounded).unwrap_or(i64::MAX)))
}
