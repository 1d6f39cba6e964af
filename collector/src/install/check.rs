//! What is wrong, and whether somebody should do something about it now.

use serde::Serialize;

use super::{
    facts::{Facts, Refused},
    remedy::{self, Remedy},
};

/// Refusals of the last day need somebody; older ones are told of.
const RECENT_MS: u64 = 86_400_000;
/// Of batches, one part in so many may be pages that can capture nothing before somebody
/// should look: there are browsers without Wasm.
const UNABLE_SHARE: u64 = 100;
/// Of outputs with signals, one part in so many may be unknown to the server: a
/// registration may follow its output.
const UNLINKED_SHARE: u64 = 10;

/// How a finding is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Somebody should do something.
    Attention,
    /// It has not come yet.
    Waiting,
    /// To be known; nothing has to be done now.
    Note,
    /// As it should be.
    Good,
}

/// One finding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Check {
    /// Its stable name.
    pub check: String,
    /// How it is meant.
    pub state: State,
    /// How many, of what it says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub count: Option<u64>,
    /// Out of how many.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub of: Option<u64>,
    /// The last time, Unix ms.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_at: Option<u64>,
    /// What is the case.
    pub says: &'static str,
    /// What to do.
    pub remedy: &'static str,
    /// Page of the documentation, and its heading.
    pub docs: &'static str,
}

impl Check {
    fn new(check: impl Into<String>, state: State, words: Remedy) -> Self {
        Self {
            check: check.into(),
            state,
            count: None,
            of: None,
            last_at: None,
            says: words.says,
            remedy: words.does,
            docs: words.docs,
        }
    }

    fn count(mut self, count: u64) -> Self {
        self.count = Some(count);
        self
    }

    fn of(mut self, of: u64) -> Self {
        self.of = Some(of);
        self
    }
}

/// All findings, those somebody should act on first.
#[must_use]
pub fn checks(facts: &Facts) -> Vec<Check> {
    let mut found = Vec::new();
    found.extend(arrival(facts));
    found.extend(facts.refused.iter().map(|refused| refusal(facts, refused)));
    found.extend(unable(facts));
    found.extend(events(facts));
    found.extend(linked(facts));
    found.extend(counted(facts));
    found.sort_by_key(|check| check.state);
    found
}

fn is_silent(facts: &Facts) -> bool {
    facts.kinds.is_empty()
}

fn arrival(facts: &Facts) -> Option<Check> {
    if is_silent(facts) {
        return Some(if facts.keys == 0 {
            Check::new("no_key", State::Waiting, remedy::NO_KEY)
        } else {
            Check::new("silent", State::Waiting, remedy::SILENT)
        });
    }
    (!facts.kinds.contains_key("shown"))
        .then(|| Check::new("nothing_shown", State::Attention, remedy::NOTHING_SHOWN))
}

/// What names this project needs somebody while it is recent. What names nobody may have
/// been meant for others: it is of use only to whoever waits for a first signal.
fn refusal(facts: &Facts, refused: &Refused) -> Check {
    let is_recent = refused
        .last_at
        .is_some_and(|at| facts.now.saturating_sub(at) <= RECENT_MS);
    let counts = if refused.own {
        is_recent
    } else {
        is_recent && is_silent(facts)
    };
    let state = if counts && refused.code != "abandoned" {
        State::Attention
    } else {
        State::Note
    };
    Check {
        last_at: refused.last_at,
        ..Check::new(&*refused.code, state, remedy::of_refusal(&refused.code))
    }
    .count(refused.count)
}

fn unable(facts: &Facts) -> impl Iterator<Item = Check> {
    let told = facts.install.iter().filter(|(_, count)| **count > 0);
    told.map(|(reason, &count)| {
        let is_rare = count.saturating_mul(UNABLE_SHARE) < facts.batches;
        let state = if is_rare {
            State::Note
        } else {
            State::Attention
        };
        Check::new(&**reason, state, remedy::of_page(reason)).count(count)
    })
}

fn events(facts: &Facts) -> impl Iterator<Item = Check> {
    let told = facts.rejected.iter().filter(|(_, count)| **count > 0);
    told.map(|(code, &count)| {
        let state = match code.as_str() {
            "too_old" => State::Note,
            _ => State::Attention,
        };
        Check::new(&**code, state, remedy::of_rejection(code)).count(count)
    })
}

/// Whether pages and server speak of the same outputs, and the server of their texts.
fn linked(facts: &Facts) -> Vec<Check> {
    let outputs = &facts.outputs;
    let mut found = Vec::new();
    if outputs.registered == 0 {
        // Level 0 is a choice.
        return found;
    }
    let unlinked = outputs.seen.saturating_sub(outputs.joined);
    if unlinked > 0 {
        let is_rare = unlinked.saturating_mul(UNLINKED_SHARE) < outputs.seen;
        let state = if is_rare {
            State::Note
        } else {
            State::Attention
        };
        let check = Check::new("unlinked", state, remedy::UNLINKED);
        found.push(check.count(unlinked).of(outputs.seen));
    }
    if outputs.with_answer == 0 {
        let check = Check::new("no_registered_text", State::Attention, remedy::NO_TEXT);
        found.push(check.count(outputs.registered));
    }
    found
}

/// What is counted on the way.
fn counted(facts: &Facts) -> Vec<Check> {
    let counter = |name: &str| facts.counts.get(name).copied().unwrap_or_default();
    let slices = &facts.slices;
    let tokens = counter("tokens_invalid") + counter("tokens_expired");
    let found = [
        ("shed", facts.shed, None, remedy::TOO_OFTEN),
        ("clock", slices.off_clock, Some(slices.pages), remedy::CLOCK),
        (
            "automated",
            slices.automated,
            Some(slices.pages),
            remedy::AUTOMATED,
        ),
        ("tokens", tokens, None, remedy::TOKENS),
        ("unknown_kind", facts.quarantined, None, remedy::QUARANTINED),
        (
            "dropped",
            counter("dropped_by_clients"),
            None,
            remedy::DROPPED,
        ),
    ];
    let told = found.into_iter().filter(|(_, count, ..)| *count > 0);
    told.map(|(name, count, of, words)| {
        let check = Check::new(name, State::Note, words).count(count);
        match of {
            Some(of) => check.of(of),
            None => check,
        }
    })
    .collect()
}
