//! One document load: its clock, its numbering, its place in the sample.

use tacit_signals::{Event, Id, Share, Signal, limits::AT_MS_MAX};

use crate::detect::Ms;

/// Wall and monotonic clock may drift apart this far (ms) before the monotonic
/// one is anchored anew: it stops while a computer sleeps.
const DRIFT_MS: u64 = 1_000;

/// What the two clocks of a browser say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Now {
    /// `Date.now()`, Unix ms.
    pub wall: u64,
    /// `performance.now()`, ms.
    pub mono: Ms,
}

/// Numbers and dates events.
#[derive(Debug, Clone)]
pub struct Session {
    anchor: Now,
    next_seq: u32,
    sample: Share,
    /// Decides for conversations that have no id.
    luck: u16,
}

impl Session {
    /// A session that starts now; `random` is any number.
    #[must_use]
    pub fn new(now: Now, sample: Share, random: u32) -> Self {
        Self {
            anchor: now,
            next_seq: 0,
            sample,
            luck: thousandth(random),
        }
    }

    /// The event that states `signal` now.
    pub fn event(
        &mut self,
        now: Now,
        output: &Id,
        token: Option<Box<str>>,
        signal: Signal,
    ) -> Event {
        let seq = self.next_seq;
        self.next_seq = seq.saturating_add(1);
        Event {
            seq,
            at: self.at(now),
            output: output.clone(),
            token,
            signal,
        }
    }

    /// Unix ms by the monotonic clock, anchored anew when the two disagree.
    fn at(&mut self, now: Now) -> u64 {
        let passed = now.mono.saturating_sub(self.anchor.mono);
        let mut at = self.anchor.wall.saturating_add(passed);
        if at.abs_diff(now.wall) > DRIFT_MS {
            self.anchor = now;
            at = now.wall;
        }
        // One time beyond would have a whole batch refused.
        at.min(AT_MS_MAX)
    }

    /// Whether a conversation is in the sample: the same answer on every page,
    /// so that a conversation is captured whole or not at all.
    #[must_use]
    pub fn is_sampled(&self, conversation: Option<&Id>) -> bool {
        let luck = conversation.map_or(self.luck, |id| {
            let hash = id.as_str().bytes().fold(0x811c_9dc5_u32, |hash, byte| {
                (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193)
            });
            thousandth(hash ^ (hash >> 15))
        });
        luck < self.sample.thousandths()
    }
}

fn thousandth(random: u32) -> u16 {
    u16::try_from(random % 1_000).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(name: &str) -> Id {
        Id::parse("output", name).unwrap()
    }

    fn signal() -> Signal {
        Signal::Accepted(tacit_signals::signal::Act::default())
    }

    #[test]
    fn events_are_numbered_and_dated_by_the_monotonic_clock() {
        let start = Now {
            wall: 1_000_000,
            mono: 50,
        };
        let mut session = Session::new(start, Share::ONE, 0);
        let mut at = |wall, mono| {
            let event = session.event(Now { wall, mono }, &id("o"), None, signal());
            (event.seq, event.at)
        };
        assert_eq!(at(1_000_010, 60), (0, 1_000_010));
        // The wall clock was set back half a second: within drift, time goes on.
        assert_eq!(at(999_600, 150), (1, 1_000_100));
        // The computer slept an hour: the monotonic clock did not see it.
        assert_eq!(at(4_600_200, 250), (2, 4_600_200));
        assert_eq!(at(4_600_300, 350), (3, 4_600_300));
    }

    #[test]
    fn a_conversation_is_sampled_whole() {
        let now = Now { wall: 0, mono: 0 };
        let tenth = Share::of(1, 10);
        let (one, other) = (Session::new(now, tenth, 3), Session::new(now, tenth, 999));
        let mut taken = 0;
        for n in 0..10_000 {
            let conversation = id(&format!("c-{n}"));
            assert_eq!(
                one.is_sampled(Some(&conversation)),
                other.is_sampled(Some(&conversation))
            );
            taken += u32::from(one.is_sampled(Some(&conversation)));
        }
        assert!((900..1_100).contains(&taken), "{taken}");
        assert!(one.is_sampled(None) && !other.is_sampled(None));
    }
}
