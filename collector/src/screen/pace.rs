//! How fast a person acts: windows that slide over acts in the order of time.

use std::collections::VecDeque;

use super::finding::{Broken, Rule};
use crate::label::policy::{RUN_MS_MIN, ScreenTerms};

const MINUTE_MS: u64 = 60_000;
const HOUR_MS: u64 = 3_600_000;

/// Acts of one person so far. Memory is that of the policy's counts.
pub(super) struct Pace {
    minute: Window,
    hour: Window,
    run: Run,
}

impl Pace {
    pub(super) fn new(terms: &ScreenTerms) -> Self {
        Self {
            minute: Window::new(terms.acts_per_minute, MINUTE_MS),
            hour: Window::new(terms.acts_per_hour, HOUR_MS),
            run: Run {
                acts: terms.run_acts,
                gap_ms: terms.run_gap_ms,
                ..Run::default()
            },
        }
    }

    /// The next act.
    pub(super) fn act(&mut self, at: u64) {
        self.minute.act(at);
        self.hour.act(at);
        self.run.act(at);
    }

    /// What no person does.
    pub(super) fn broken(&self) -> impl Iterator<Item = Broken> {
        [
            self.minute.broken(Rule::ActsPerMinute),
            self.hour.broken(Rule::ActsPerHour),
            self.run.broken(),
        ]
        .into_iter()
        .flatten()
    }
}

/// The shortest time that a number of acts took.
struct Window {
    acts: u32,
    within_ms: u64,
    /// The last `acts` of them.
    last: VecDeque<u64>,
    least_ms: Option<u64>,
}

impl Window {
    const fn new(acts: u32, within_ms: u64) -> Self {
        Self {
            acts,
            within_ms,
            last: VecDeque::new(),
            least_ms: None,
        }
    }

    fn act(&mut self, at: u64) {
        let acts = usize::try_from(self.acts).unwrap_or(usize::MAX);
        if acts == 0 {
            return;
        }
        self.last.push_back(at);
        if self.last.len() < acts {
            return;
        }
        let first = self.last.pop_front().unwrap_or(at);
        let took_ms = at.saturating_sub(first);
        self.least_ms = Some(self.least_ms.map_or(took_ms, |least| least.min(took_ms)));
    }

    fn broken(&self, rule: Rule) -> Option<Broken> {
        let took_ms = self.least_ms.filter(|took| *took < self.within_ms)?;
        Some(Broken {
            rule,
            found: took_ms,
            limit: self.within_ms,
            detail: format!(
                "{} acts within {} ms; people need more than {} s for as many",
                self.acts,
                took_ms,
                self.within_ms / 1_000
            ),
        })
    }
}

/// The longest run of acts that are closer than a gap.
#[derive(Default)]
struct Run {
    acts: u32,
    gap_ms: u64,
    started_at: u64,
    last_at: Option<u64>,
    length: u64,
    longest: u64,
    lasted_ms: u64,
}

impl Run {
    fn act(&mut self, at: u64) {
        let goes_on = self
            .last_at
            .is_some_and(|last| at - last.min(at) < self.gap_ms);
        if !goes_on {
            self.started_at = at;
            self.length = 0;
        }
        self.last_at = Some(at);
        self.length += 1;
        let lasted_ms = at.saturating_sub(self.started_at);
        // What is over at once is the page's doing.
        if lasted_ms >= RUN_MS_MIN && self.length > self.longest {
            self.longest = self.length;
            self.lasted_ms = lasted_ms;
        }
    }

    fn broken(&self) -> Option<Broken> {
        if self.acts == 0 || self.longest < self.acts.into() {
            return None;
        }
        Some(Broken {
            rule: Rule::Run,
            found: self.longest,
            limit: self.acts.into(),
            detail: format!(
                "{} acts in a row over {} ms, each less than {} ms after the one before; \
                 the limit is {}",
                self.longest, self.lasted_ms, self.gap_ms, self.acts
            ),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TERMS: ScreenTerms = ScreenTerms::DEFAULT;

    fn rules(terms: &ScreenTerms, acts: impl IntoIterator<Item = u64>) -> Vec<Rule> {
        let mut pace = Pace::new(terms);
        acts.into_iter().for_each(|at| pace.act(at));
        pace.broken().map(|broken| broken.rule).collect()
    }

    #[test]
    fn the_fastest_hands_are_people() {
        // An act each half second for a minute less one, and then a break.
        assert_eq!(rules(&TERMS, (0..119).map(|n| n * 500)), []);
        // A pointing and a press, for an hour without a pause: 2769 acts.
        assert_eq!(
            rules(&TERMS, (0..2_769).map(|n| n * 1_300)),
            [Rule::ActsPerHour]
        );
        // With 3.6 s for each, nobody knows.
        assert_eq!(rules(&TERMS, (0..5_000).map(|n| n * 3_604)), []);
    }

    #[test]
    fn nobody_acts_twice_a_second_for_a_minute() {
        assert_eq!(
            rules(&TERMS, (0..120).map(|n| n * 500)),
            [Rule::ActsPerMinute]
        );
        let off = ScreenTerms {
            acts_per_minute: 0,
            ..TERMS
        };
        assert_eq!(rules(&off, (0..120).map(|n| n * 500)), []);
    }

    #[test]
    fn a_run_has_to_last() {
        // Accepting everything at once is the page's doing.
        assert_eq!(rules(&TERMS, (0..100).map(|n| n / 10)), []);
        assert_eq!(rules(&TERMS, (0..30).map(|n| n * 239)), [Rule::Run]);
        assert_eq!(rules(&TERMS, (0..29).map(|n| n * 239)), []);
        assert_eq!(rules(&TERMS, (0..40).map(|n| n * 240)), []);
    }
}
