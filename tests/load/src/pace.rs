//! When requests are sent. Pure: the clock is an argument, in microseconds since the
//! start.

/// When the next request is meant to be sent.
pub(crate) enum Pace {
    /// As soon as a connection is free: what the server can do, not what people wait.
    WhenFree,
    /// By a schedule that does not wait for answers.
    Scheduled(Schedule),
}

impl Pace {
    /// When a request that can be sent at `now` was meant to be; `None` while none is due.
    pub(crate) fn take(&mut self, now: u64, per_second: f64) -> Option<u64> {
        match self {
            Self::WhenFree => Some(now),
            Self::Scheduled(schedule) => schedule.take(now, per_second),
        }
    }

    /// When the next one is due.
    pub(crate) fn due(&self) -> Option<u64> {
        match self {
            Self::WhenFree => None,
            Self::Scheduled(schedule) => Some(schedule.next()),
        }
    }
}

/// Requests at random moments, as those of many people who know nothing of each other.
/// What could not be sent in time stays due, so that its wait counts: only the time of
/// the oldest is held, however many there are.
pub(crate) struct Schedule {
    next: f64,
    rng: fastrand::Rng,
}

impl Schedule {
    pub(crate) fn new(seed: u64) -> Self {
        Self {
            next: 0.0,
            rng: fastrand::Rng::with_seed(seed),
        }
    }

    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "microseconds of a run of minutes"
    )]
    fn take(&mut self, now: u64, per_second: f64) -> Option<u64> {
        if self.next > now as f64 {
            return None;
        }
        let meant = self.next;
        let gap = -(1.0 - self.rng.f64()).ln() * 1e6 / per_second;
        self.next += gap;
        Some(meant as u64)
    }

    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "microseconds of a run of minutes"
    )]
    fn next(&self) -> u64 {
        self.next as u64
    }
}

/// Looks for the highest rate at which the store keeps up: up while it does, down while
/// it falls behind.
pub(crate) struct Seeker {
    per_second: f64,
    growth: f64,
}

/// A second, until the store falls behind for the first time.
const GROWTH_FIRST: f64 = 1.2;
/// A second, afterwards.
const GROWTH: f64 = 1.03;

/// Seconds of lag that are taken as keeping up: the store takes what came in a while in one
/// transaction, and as much again comes while it does.
const LAG_GOOD: f64 = 2.0;
/// Seconds of lag at which it is clearly too much.
const LAG_BAD: f64 = 3.5;

impl Seeker {
    pub(crate) fn new(per_second: f64) -> Self {
        Self {
            per_second,
            growth: GROWTH_FIRST,
        }
    }

    pub(crate) fn per_second(&self) -> f64 {
        self.per_second
    }

    /// Once a second, with the store's lag.
    pub(crate) fn look(&mut self, lag_seconds: f64) {
        if lag_seconds < LAG_GOOD {
            self.per_second *= self.growth;
        } else if lag_seconds > LAG_BAD {
            self.per_second *= 0.9;
            self.growth = GROWTH;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_schedule_keeps_its_rate_and_waits_for_nobody() {
        let mut pace = Pace::Scheduled(Schedule::new(1));
        let mut sent = 0;
        for now in (0..10_000_000).step_by(100) {
            while pace.take(now, 1_000.0).is_some() {
                sent += 1;
            }
        }
        assert!((9_700..10_300).contains(&sent), "{sent}");
        // Nothing could be sent for a second: it is still meant for when it was due.
        let first = pace.take(11_000_000, 1_000.0).unwrap();
        assert!(first < 10_010_000, "{first}");
        let mut late = 1;
        while pace.take(11_000_000, 1_000.0).is_some() {
            late += 1;
        }
        assert!((850..1_150).contains(&late), "{late}");
    }

    #[test]
    fn the_rate_settles_where_the_store_keeps_up() {
        let mut seeker = Seeker::new(100.0);
        let (capacity, mut behind) = (5_000.0, 0.0_f64);
        for _ in 0..300 {
            behind = (behind + seeker.per_second() - capacity).max(0.0);
            seeker.look(behind / capacity);
        }
        assert!(
            (3_500.0..6_500.0).contains(&seeker.per_second()),
            "{}",
            seeker.per_second()
        );
    }
}
