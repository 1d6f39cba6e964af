//! What a judge said.

use serde::{Deserialize, Serialize};

/// What the judge would rather have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Preferred {
    /// The answer that stood first.
    First,
    /// The one that stood second.
    Second,
    /// Neither.
    Tie,
}

/// What both orders make of a pair.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Ruling {
    /// The new answer (or what people kept), in both orders.
    Better,
    /// The old answer (or what people rejected), in both orders.
    Worse,
    /// A tie in at least one order.
    Tie,
    /// Whichever stood first, or whichever stood second: a tie, and the judge goes by
    /// position.
    Swayed,
}

/// The judge's object. `reason` is for who reads the journal; others are let through.
#[derive(Deserialize)]
struct Said {
    verdict: Preferred,
}

/// Reads a verdict: the whole text is the JSON object, in a code fence or not. A verdict
/// found somewhere in prose may be another's word, so there is none.
#[must_use]
pub fn read(text: &str) -> Option<Preferred> {
    let text = text.trim();
    let fenced = text
        .strip_prefix("```json")
        .or_else(|| text.strip_prefix("```"))
        .and_then(|rest| rest.strip_suffix("```"));
    let said: Said = serde_json::from_str(fenced.unwrap_or(text)).ok()?;
    Some(said.verdict)
}

/// Puts both orders together: the verdict with the worse one first, and with the better
/// one first.
pub(super) fn both(worse_first: Preferred, better_first: Preferred) -> Ruling {
    use Preferred::{First, Second, Tie};
    match (worse_first, better_first) {
        (Second, First) => Ruling::Better,
        (First, Second) => Ruling::Worse,
        (First, First) | (Second, Second) => Ruling::Swayed,
        (Tie, _) | (_, Tie) => Ruling::Tie,
    }
}
