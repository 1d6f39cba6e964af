//! Why something is in no row, and what would change that.

use std::{cmp::Reverse, collections::BTreeMap};

use super::format::Format;

/// The one reason an output or pair is in no row; the first that holds, in this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Skip {
    /// Shown outside the time asked for, or never.
    OutsideRange,
    /// The server never registered the output, so it has neither text nor trust.
    NotRegistered,
    /// Its signals rest on less than asked for.
    Trust,
    /// Something can still change the label.
    Immature,
    /// Edited, and the edited text is not known.
    NoTarget,
    /// Not decided yet.
    Pending,
    /// Nothing decided it.
    Neutral,
    /// Evidence of both signs.
    Conflict,
    /// Bad, where only good answers are wanted.
    Negative,
    /// In no pair.
    NoPair,
    /// The input is not known, or is no list of texts.
    NoPrompt,
    /// The answer is not known or empty.
    NoText,
    /// Both sides of a pair read the same.
    SameText,
    /// Another pair of the turn prefers the same texts the other way round.
    Contradiction,
}

impl Skip {
    /// Its name in a summary.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::OutsideRange => "outside_range",
            Self::NotRegistered => "not_registered",
            Self::Trust => "trust",
            Self::Immature => "immature",
            Self::NoTarget => "no_target",
            Self::Pending => "pending",
            Self::Neutral => "neutral",
            Self::Conflict => "conflict",
            Self::Negative => "negative",
            Self::NoPair => "no_pair",
            Self::NoPrompt => "no_prompt",
            Self::NoText => "no_text",
            Self::SameText => "same_text",
            Self::Contradiction => "contradiction",
        }
    }

    /// What would help. Levels are those of integration (DESIGN §1).
    const fn remedy(self) -> &'static str {
        match self {
            Self::OutsideRange => "widen --since and --until; outputs never shown have no time",
            Self::NotRegistered => {
                "level 1 is missing: the app's server has to register its outputs \
                 (POST /v1/outputs with a secret key), which gives them text and trust"
            }
            Self::Trust => "lower --trust, or hand out registration tokens for `signed`",
            Self::Immature => "wait until the labels' matures_at, or leave out --mature-only",
            Self::NoTarget => {
                "level 2 is missing: edits are known but not the edited text; \
                 start the capture with content: \"edits\""
            }
            Self::Pending => "wait: people have not decided yet, and the windows are open",
            Self::Neutral | Self::Conflict => "the signals do not decide; see the labels' reasons",
            Self::Negative => "only bad answers so far; trl-kto takes those",
            Self::NoPair => {
                "pairs need a turn with a kept and a regenerated answer, or edits \
                 with their text (level 2: content: \"edits\")"
            }
            Self::NoPrompt => {
                "level 1 is incomplete: registered outputs lack `input` \
                 (messages with text)"
            }
            Self::NoText => {
                "level 1 is incomplete: registered outputs lack `output`; \
                 register it again after the stream's end"
            }
            Self::SameText => "both answers of every pair read the same",
            Self::Contradiction => "every pair has one that says the opposite",
        }
    }
}

/// Why a dataset came out empty, by the commonest reason.
pub(super) fn hint(format: Format, skipped: &BTreeMap<Skip, u64>) -> String {
    let name = format.name();
    let total: u64 = skipped.values().sum();
    let commonest = skipped
        .iter()
        .max_by_key(|(skip, n)| (**n, Reverse(**skip)));
    match commonest {
        None => format!(
            "{name} is empty: nothing was captured yet (level 0: the snippet on the \
             page; level 1: POST /v1/outputs)"
        ),
        Some((skip, n)) => format!(
            "{name} is empty: {n} of {total} skipped as {}; {}",
            skip.name(),
            skip.remedy()
        ),
    }
}
