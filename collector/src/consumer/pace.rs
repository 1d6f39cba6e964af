//! When the log is folded into the store, and outputs are registered: at once, after a rest,
//! or after a burst. Pure:
//! what it follows from are arguments, times in ms of a clock that is never set.

use super::cores::Cores;
use crate::{
    limits::{FOLD_BYTES_MAX, REGISTRATIONS_WAITING_MAX},
    store::Rests,
};

/// Rests that many times as long as the last write took, within what the store says: what
/// comes meanwhile shares its pages and its commit, and the cores are with those who wait
/// for an answer.
const REST_TIMES: u64 = 2;
/// What arrives, and how busy the machine is, is measured over so long at least.
const WINDOW_MS: u64 = 250;
/// Less than that a second is no burst, however busy the machine.
const BURST_BYTES_MIN: f64 = 4_194_304.0;
/// In a burst no core is idle but for this share of its time, …
const IDLE_BEGINS: f64 = 0.08;
/// … and it is over where they are idle for that much while the store waits.
const IDLE_ENDS: f64 = 0.25;
/// … twice in a row: a slow sync looks like rest.
const WINDOWS_IDLE: u32 = 2;
/// After that long the store goes on, burst or not.
const BURST_MS_MAX: u64 = 60_000;
/// So does it where half of the log's room is taken.
const ROOM_SHARE: u64 = 2;
/// A fold of less says little of how much the store takes.
const TELLING_BYTES: u64 = 1_048_576;

/// What is known before a fold.
#[derive(Debug, Clone, Copy)]
pub(super) struct Facts {
    pub(super) now_ms: u64,
    /// Bytes of the log the store does not have, …
    pub(super) backlog: u64,
    /// … and from which batches are refused.
    pub(super) backlog_max: u64,
    /// How long the oldest of them waits.
    pub(super) lag_ms: u64,
}

/// What was seen at one moment.
#[derive(Debug, Clone, Copy)]
struct Window {
    since_ms: u64,
    /// Bytes appended by then.
    appended: u64,
    cores: Option<Cores>,
}

/// What was seen so far.
#[derive(Debug)]
pub(super) struct Pace {
    rests: Rests,
    rest_until: u64,
    register_after: u64,
    window: Option<Window>,
    /// Bytes a second the store takes; 0 while that is not known.
    folding: f64,
    is_burst: bool,
    /// Windows in a row in which the cores were idle, in a burst.
    idle_windows: u32,
}

impl Pace {
    pub(super) const fn new(rests: Rests) -> Self {
        Self {
            rests,
            rest_until: 0,
            register_after: 0,
            window: None,
            folding: 0.0,
            is_burst: false,
            idle_windows: 0,
        }
    }

    /// Whether to register the `waiting` now.
    pub(super) const fn may_register(&self, now_ms: u64, waiting: usize) -> bool {
        now_ms >= self.register_after || waiting >= REGISTRATIONS_WAITING_MAX / 4
    }

    /// Registering took `took_ms`.
    pub(super) fn registered(&mut self, now_ms: u64, took_ms: u64) {
        self.register_after = now_ms + rest(took_ms, self.rests.registrations_ms);
    }

    /// Whether to fold now.
    pub(super) fn is_due(&self, facts: Facts) -> bool {
        let is_urgent =
            facts.backlog > facts.backlog_max / ROOM_SHARE || facts.lag_ms > BURST_MS_MAX;
        let is_resting = facts.now_ms < self.rest_until && facts.backlog < FOLD_BYTES_MAX as u64;
        is_urgent || !(self.is_burst || is_resting)
    }

    /// Whether to look around again.
    pub(super) fn is_window_over(&self, now_ms: u64) -> bool {
        let since = self.window.map_or(0, |window| window.since_ms);
        now_ms.saturating_sub(since) >= WINDOW_MS
    }

    /// At `now_ms` so many bytes were `appended` since the start, and the cores were so
    /// busy. A burst is a great deal that arrives while no core is idle: whoever waits for
    /// an answer waits for the store then.
    pub(super) fn look(&mut self, now_ms: u64, appended: u64, cores: Option<Cores>) {
        let seen = Window {
            since_ms: now_ms,
            appended,
            cores,
        };
        let Some(before) = self.window.replace(seen) else {
            return;
        };
        let took = now_ms.saturating_sub(before.since_ms);
        let arriving = rate(appended.saturating_sub(before.appended), took);
        let idle = match (cores, before.cores) {
            (Some(now), Some(before)) => now.idle_since(before),
            _ => 1.0,
        };
        self.idle_windows = if idle < IDLE_ENDS {
            0
        } else {
            self.idle_windows + 1
        };
        let goes_on = if self.is_burst {
            self.idle_windows < WINDOWS_IDLE
        } else {
            idle < IDLE_BEGINS
        };
        self.is_burst = arriving > BURST_BYTES_MIN && goes_on;
    }

    /// `bytes` of the log were folded in `took_ms`.
    pub(super) fn folded(&mut self, now_ms: u64, bytes: u64, took_ms: u64) {
        self.rest_until = now_ms + rest(took_ms, self.rests.folds_ms);
        if bytes < TELLING_BYTES {
            return;
        }
        let latest = rate(bytes, took_ms);
        self.folding = if self.folding == 0.0 {
            latest
        } else {
            self.folding.mul_add(0.7, latest * 0.3)
        };
    }

    /// Bytes a second the store takes; 0 while that is not known.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a rate is never negative, and whole bytes are enough"
    )]
    pub(super) const fn folding(&self) -> u64 {
        self.folding as u64
    }
}

fn rest(took_ms: u64, (least, most): (u64, u64)) -> u64 {
    took_ms.saturating_mul(REST_TIMES).clamp(least, most)
}

/// Of `bytes` in `ms`, a second.
#[expect(clippy::cast_precision_loss, reason = "bytes and ms of one window")]
fn rate(bytes: u64, ms: u64) -> f64 {
    bytes as f64 * 1_000.0 / ms.max(1) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    const MIB: u64 = 1_048_576;
    const RESTS: Rests = Rests {
        folds_ms: (0, 250),
        registrations_ms: (0, 0),
    };
    const FACTS: Facts = Facts {
        now_ms: 10_000,
        backlog: 1_000,
        backlog_max: 2_048 * MIB,
        lag_ms: 5,
    };

    #[test]
    fn a_little_is_folded_at_once_and_then_it_rests() {
        let mut pace = Pace::new(RESTS);
        assert!(pace.is_due(FACTS));
        pace.folded(10_000, 1_000, 10);
        let at = |now_ms| Facts { now_ms, ..FACTS };
        assert!(!pace.is_due(at(10_019)));
        assert!(pace.is_due(at(10_020)));
        pace.folded(10_000, 1_000, 9_000);
        assert!(!pace.is_due(at(10_249)) && pace.is_due(at(10_250)));
        let whole = Facts {
            backlog: FOLD_BYTES_MAX as u64,
            ..at(10_001)
        };
        assert!(pace.is_due(whole), "there is enough for a transaction");
    }

    #[test]
    fn where_the_store_says_so_it_always_rests() {
        let mut pace = Pace::new(Rests {
            folds_ms: (1_000, 1_000),
            ..RESTS
        });
        assert!(pace.is_due(FACTS), "but for the first time");
        for took_ms in [1, 9_000] {
            pace.folded(10_000, 1_000, took_ms);
            let at = |now_ms| Facts { now_ms, ..FACTS };
            assert!(!pace.is_due(at(10_999)) && pace.is_due(at(11_000)));
        }
    }

    #[test]
    fn who_registers_waits_where_the_store_says_so_and_not_many_do() {
        let mut pace = Pace::new(RESTS);
        pace.registered(10_000, 400);
        assert!(pace.may_register(10_000, 1));
        let mut pace = Pace::new(Rests {
            registrations_ms: (0, 500),
            ..RESTS
        });
        assert!(pace.may_register(0, 1), "the first ones do not wait");
        pace.registered(10_000, 40);
        assert!(!pace.may_register(10_079, 1) && pace.may_register(10_080, 1));
        pace.registered(10_000, 9_000);
        assert!(!pace.may_register(10_499, 1_023) && pace.may_register(10_500, 1));
        assert!(
            pace.may_register(10_001, 1_024),
            "a quarter of all that may wait"
        );
    }

    /// A machine second after second.
    struct House {
        pace: Pace,
        now_ms: u64,
        appended: u64,
        cores: Cores,
    }

    impl House {
        fn new() -> Self {
            let mut pace = Pace::new(RESTS);
            pace.look(0, 0, Some(Cores::default()));
            Self {
                pace,
                now_ms: 0,
                appended: 0,
                cores: Cores::default(),
            }
        }

        /// A second in which `mib` arrive and the cores are idle for `idle` of 100 ticks;
        /// whether it folds.
        fn second(&mut self, mib: u64, idle: u64) -> bool {
            self.now_ms += 1_000;
            self.appended += mib * MIB;
            self.cores.idle += idle;
            self.cores.all += 100;
            assert!(self.pace.is_window_over(self.now_ms));
            let cores = Some(self.cores);
            self.pace.look(self.now_ms, self.appended, cores);
            assert!(!self.pace.is_window_over(self.now_ms + WINDOW_MS - 1));
            self.pace.is_due(FACTS)
        }
    }

    #[test]
    fn a_burst_waits_until_it_is_over() {
        let mut house = House::new();
        assert!(house.second(20, 50), "there is time for both");
        assert!(house.second(3, 0), "another program's fault");
        assert!(!house.second(20, 7), "a burst");
        assert!(!house.second(20, 24), "it goes on");
        let late = Facts {
            lag_ms: BURST_MS_MAX + 1,
            ..FACTS
        };
        assert!(house.pace.is_due(late), "nobody waits for ever");
        let full = Facts {
            backlog: 1_025 * MIB,
            ..FACTS
        };
        assert!(house.pace.is_due(full), "there is less and less room");
        assert!(!house.second(20, 26), "a slow sync");
        assert!(!house.second(20, 0));
        assert!(!house.second(20, 26) && house.second(20, 26), "it is over");
        assert!(!house.second(20, 0));
        assert!(house.second(0, 0), "so it is where nothing comes any more");
    }

    #[test]
    fn where_the_machine_does_not_tell_there_is_no_burst() {
        let mut pace = Pace::new(RESTS);
        for second in 0..5 {
            pace.look(second * 1_000, second * 100 * MIB, None);
            assert!(pace.is_due(FACTS));
        }
    }

    #[test]
    fn small_folds_tell_nothing() {
        let mut pace = Pace::new(RESTS);
        pace.folded(0, TELLING_BYTES - 1, 60_000);
        assert_eq!(pace.folding(), 0);
        pace.folded(0, 8 * MIB, 1_000);
        let first = pace.folding();
        pace.folded(0, 8 * MIB, 2_000);
        assert!(pace.folding() < first && pace.folding() > first / 2);
    }
}
