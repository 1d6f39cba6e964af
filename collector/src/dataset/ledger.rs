//! Why something is in no row, and what would change that.

use std::{cmp::Reverse, collections::BTreeMap};

use super::format::Format;

/// The one reason an output or pair is in no row; the first that holds, in this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Skip {
    /// All that is known of it came from people the screen found.
    Screened,
    /// Shown outside the time asked for, or never.
    OutsideRange,
    /// The server never registered the output, so it has neither text nor trust.
    NotRegistered,
    /// Its signals rest on less than asked for.
    Trust,
    /// Something can still change the label.
    Immature,
    /// A program drove the browser: nobody thought anything of it.
    Automated,
    /// Somebody held out of every loop; see [`super::provenance::HOLDOUT`].
    Holdout,
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
    /// Decided, with less confidence than asked for.
    LowConfidence,
    /// The input is not known, or is no list of texts.
    NoPrompt,
    /// The answer is not known or empty.
    NoText,
    /// A message has a role the format's loaders do not know.
    Roles,
    /// The input does not end in a question.
    PromptShape,
    /// The server registered no documents with the output.
    NoDocuments,
    /// Both sides of a pair read the same.
    SameText,
    /// Both sides of a pair read nearly the same: what is preferred is not clear.
    NearDuplicate,
    /// Another pair of the turn prefers the same texts the other way round.
    Contradiction,
    /// Another row says nearly the same.
    Duplicate,
    /// The person has as many rows as the policy gives one person.
    PersonCap,
    /// People known by their session alone have as many rows as the policy gives
    /// all of them.
    SessionCap,
}

impl Skip {
    /// All of them, in their order.
    pub const ALL: [Self; 25] = [
        Self::Screened,
        Self::OutsideRange,
        Self::NotRegistered,
        Self::Trust,
        Self::Immature,
        Self::Automated,
        Self::Holdout,
        Self::NoTarget,
        Self::Pending,
        Self::Neutral,
        Self::Conflict,
        Self::Negative,
        Self::NoPair,
        Self::LowConfidence,
        Self::NoPrompt,
        Self::NoText,
        Self::Roles,
        Self::PromptShape,
        Self::NoDocuments,
        Self::SameText,
        Self::NearDuplicate,
        Self::Contradiction,
        Self::Duplicate,
        Self::PersonCap,
        Self::SessionCap,
    ];

    /// Its name in a summary.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Screened => "screened",
            Self::OutsideRange => "outside_range",
            Self::NotRegistered => "not_registered",
            Self::Trust => "trust",
            Self::Immature => "immature",
            Self::Automated => "automated",
            Self::Holdout => "holdout",
            Self::NoTarget => "no_target",
            Self::Pending => "pending",
            Self::Neutral => "neutral",
            Self::Conflict => "conflict",
            Self::Negative => "negative",
            Self::NoPair => "no_pair",
            Self::LowConfidence => "low_confidence",
            Self::NoPrompt => "no_prompt",
            Self::NoText => "no_text",
            Self::Roles => "roles",
            Self::PromptShape => "prompt_shape",
            Self::NoDocuments => "no_documents",
            Self::SameText => "same_text",
            Self::NearDuplicate => "near_duplicate",
            Self::Contradiction => "contradiction",
            Self::Duplicate => "duplicate",
            Self::PersonCap => "person_cap",
            Self::SessionCap => "session_cap",
        }
    }

    /// What would help. Levels are those of integration (DESIGN §1).
    #[must_use]
    pub const fn remedy(self) -> &'static str {
        match self {
            Self::Screened => {
                "those people acted as no person does, see `tacit screen`; \
                 the policy's [screen] says what nobody does"
            }
            Self::OutsideRange => "widen --from and --to; outputs never shown have no time",
            Self::NotRegistered => {
                "level 1 is missing: the app's server has to register its outputs \
                 (POST /v1/outputs with a secret key), which gives them text and trust"
            }
            Self::Trust => "lower --trust, or hand out registration tokens for `signed`",
            Self::Automated => {
                "a program drove those browsers (navigator.webdriver); \
                 exclude your own tests from the page, real people are not affected"
            }
            Self::Holdout => {
                "these people are held out to compare against; \
                 end the experiment or lower its holdout share"
            }
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
            Self::LowConfidence => "lower --min-confidence, or wait for more signals",
            Self::NoPrompt => {
                "level 1 is incomplete: registered outputs lack `input` \
                 (messages with text)"
            }
            Self::NoText => {
                "level 1 is incomplete: registered outputs lack `output`; \
                 register it again after the stream's end"
            }
            Self::Roles => {
                "trainers know system, user and assistant alone: register tool \
                 calls and their results as text, or leave them out of `input`"
            }
            Self::PromptShape => {
                "register `input` up to the person's question; the answer goes \
                 into `output`"
            }
            Self::NoDocuments => {
                "register what was retrieved: `documents`, a list of \
                 {\"id\", \"score\", \"content\"}"
            }
            Self::SameText => "both answers of every pair read the same",
            Self::NearDuplicate => {
                "both answers of every pair read nearly the same; the policy's \
                 pairs.same says how alike is too alike"
            }
            Self::Contradiction => "every pair has one that says the opposite",
            Self::Duplicate => "other rows say nearly the same; more people ask other things",
            Self::PersonCap => {
                "a few people would fill the dataset: wait for others, or raise the \
                 policy's caps.rows_per_person"
            }
            Self::SessionCap => {
                "give the capture a subject, or raise the policy's caps.session_share: \
                 people known by their session alone share one cap"
            }
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
