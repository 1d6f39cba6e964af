//! Whether the threads that serve requests go on: each beats once a second. One that does
//! not is stuck, in a loop or a lock, and only a new process helps; a store or a disk that
//! fails is no such thing, and is told by `/readyz`.

use std::{
    sync::{
        Arc, Mutex, PoisonError, Weak,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

/// How often a thread beats.
pub const BEAT: Duration = Duration::from_secs(1);

/// The beats of all threads.
#[derive(Debug)]
pub struct Pulse {
    began: Instant,
    last: Mutex<Vec<Weak<AtomicU64>>>,
    is_over: AtomicBool,
}

/// One thread's beat; a thread that ends is no longer waited for.
#[derive(Debug)]
pub struct Heart {
    pulse: Arc<Pulse>,
    last_ms: Arc<AtomicU64>,
}

impl Default for Pulse {
    fn default() -> Self {
        Self {
            began: Instant::now(),
            last: Mutex::default(),
            is_over: AtomicBool::new(false),
        }
    }
}

impl Pulse {
    /// A thread that beats from now on.
    #[must_use]
    pub fn join(self: &Arc<Self>) -> Heart {
        let last_ms = Arc::new(AtomicU64::new(self.now_ms()));
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        last.retain(|other| other.strong_count() > 0);
        last.push(Arc::downgrade(&last_ms));
        Heart {
            pulse: Arc::clone(self),
            last_ms,
        }
    }

    /// From now on nobody has to beat: the process ends, and how long that may take is
    /// bounded elsewhere.
    pub fn end(&self) {
        self.is_over.store(true, Ordering::Release);
    }

    /// Whether each thread beat within `limit`.
    #[must_use]
    pub fn is_alive(&self, limit: Duration) -> bool {
        if self.is_over.load(Ordering::Acquire) {
            return true;
        }
        let last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        let beats = last.iter().filter_map(Weak::upgrade);
        let beats: Vec<_> = beats.map(|beat| beat.load(Ordering::Acquire)).collect();
        all_within(&beats, self.now_ms(), limit)
    }

    fn now_ms(&self) -> u64 {
        u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX)
    }
}

impl Heart {
    /// Beats once.
    pub fn beat(&self) {
        self.last_ms.store(self.pulse.now_ms(), Ordering::Release);
    }
}

/// Whether none of `beats` is further back than `limit`, all in ms.
fn all_within(beats: &[u64], now_ms: u64, limit: Duration) -> bool {
    beats
        .iter()
        .all(|beat| u128::from(now_ms.saturating_sub(*beat)) <= limit.as_millis())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_thread_that_is_stuck_is_enough() {
        let limit = Duration::from_secs(10);
        assert!(all_within(&[], 99_000, limit));
        assert!(all_within(&[90_000, 98_500], 99_000, limit));
        assert!(!all_within(&[88_999, 98_500], 99_000, limit));
        // A beat after the clock was read.
        assert!(all_within(&[99_001], 99_000, limit));
    }

    #[test]
    fn who_ended_is_not_waited_for_and_nobody_at_the_end() {
        let pulse = Arc::new(Pulse::default());
        let heart = pulse.join();
        heart.last_ms.store(0, Ordering::Release);
        while pulse.now_ms() == 0 {
            std::hint::spin_loop();
        }
        assert!(!pulse.is_alive(Duration::ZERO));
        heart.beat();
        assert!(pulse.is_alive(Duration::from_secs(60)));
        heart.last_ms.store(0, Ordering::Release);
        drop(heart);
        assert!(pulse.is_alive(Duration::ZERO));
        let _stuck = pulse.join();
        pulse.end();
        assert!(pulse.is_alive(Duration::ZERO));
    }
}
