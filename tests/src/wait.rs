//! Bounded waits on a condition; nothing here waits for a time to pass.

use std::{
    thread::sleep,
    time::{Duration, Instant},
};

/// Longest wait for anything that does come, on a busy machine.
pub const PATIENCE: Duration = Duration::from_secs(20);
const EVERY: Duration = Duration::from_millis(5);

/// What `look` finds, as soon as it finds it; panics naming `what` when it never does.
pub fn until<T>(what: &str, look: impl FnMut() -> Option<T>) -> T {
    within(PATIENCE, what, look)
}

/// As [`until`], with a limit that is itself the claim.
pub fn within<T>(limit: Duration, what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let began = Instant::now();
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(
            began.elapsed() < limit,
            "waited {limit:?} in vain for {what}"
        );
        sleep(EVERY);
    }
}
