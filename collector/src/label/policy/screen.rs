//! Who must not teach: the thresholds of the anomaly screen.
//!
//! What people do is bounded by hands and eyes, and the defaults lie well beyond both:
//!
//! - Pointing at a thing takes 0.8 to 1.5 s, a press of a button 0.2 s; of keys the best
//!   typist needs 0.08 s each, a skilled one 0.2 s; making up one's mind 1.35 s (Card, Moran
//!   and Newell, "The keystroke-level model", CACM 23(7), 1980). An act on an answer is at
//!   least a pointing and a press: some 46 a minute for somebody who never thinks.
//! - People read 238 words of English a minute, most of them 175 to 300 (Brysbaert, Journal
//!   of Memory and Language 109, 2019). A thousand acts an hour leave 3.6 s for each: 14 words.
//! - Typing has 0.24 s between keys on average (Dhakal et al., CHI 2018, 136 million
//!   keystrokes): acts in a row that are closer are faster than typing.
//!
//! That the other defaults (shares, counts of sessions and of ids) are right nobody
//! measured: they are choices of this product, for the policy to change.

use crate::label::milli::Milli;

/// How long a run of acts has to last before it counts, ms: an "accept all" of a page
/// sends many acts at once, and is over at once.
pub(crate) const RUN_MS_MIN: u64 = 2_000;

/// The thresholds; 0 turns a rule off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct ScreenTerms {
    /// Acts within a minute that no person makes.
    pub(crate) acts_per_minute: u32,
    /// Acts within an hour that no person makes.
    pub(crate) acts_per_hour: u32,
    /// Acts in a row, each closer than `run_gap_ms` to the one before.
    pub(crate) run_acts: u32,
    /// See there.
    pub(crate) run_gap_ms: u64,
    /// Largest share of the answers of a set that one person may act on.
    pub(crate) share: Milli,
    /// Answers acted on from which a set is large enough to speak of shares.
    pub(crate) share_outputs: u32,
    /// People from which it is.
    pub(crate) share_people: u32,
    /// Sessions with the same series of acts at the same distances.
    pub(crate) replays: u32,
    /// Steps of such a series.
    pub(crate) replay_steps: u32,
    /// Answers acted on without having been shown.
    pub(crate) guesses: u32,
    /// How many times as many they are as those that were shown.
    pub(crate) guess_ratio: u32,
}

impl ScreenTerms {
    /// What holds where a policy says nothing.
    pub(crate) const DEFAULT: Self = Self {
        acts_per_minute: 120,
        acts_per_hour: 1_000,
        run_acts: 30,
        run_gap_ms: 240,
        share: Milli::new(250),
        share_outputs: 500,
        share_people: 20,
        replays: 10,
        replay_steps: 6,
        guesses: 20,
        guess_ratio: 4,
    };

    /// Whether there is anything to look for.
    pub(crate) const fn is_off(&self) -> bool {
        self.acts_per_minute == 0
            && self.acts_per_hour == 0
            && self.run_acts == 0
            && self.share_outputs == 0
            && self.replays == 0
            && self.guesses == 0
    }
}
