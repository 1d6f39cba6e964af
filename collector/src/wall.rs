//! The wall clock. Only the edges read it; everything behind them is told the time.

use std::time::{SystemTime, UNIX_EPOCH};

/// Now, Unix ms.
#[must_use]
pub fn now_ms() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.map_or(0, |since| {
        u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
    })
}
