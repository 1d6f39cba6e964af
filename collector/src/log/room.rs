//! How much may wait for the writer: by time, since who waits is a person's page.

use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

use crate::limits::{QUEUE_BYTES_MAX, QUEUE_BYTES_MIN, QUEUE_MS_MAX};

/// A write of less tells the time of a sync, not how much the disk takes.
const TELLING_BYTES: usize = 256 * 1024;

/// What the disk takes, as measured.
#[derive(Debug, Default)]
pub(super) struct Room {
    /// Bytes a second; 0 while that is not known. One thread writes it.
    bytes_per_second: AtomicU64,
}

impl Room {
    /// `bytes` were written and synced in `took`.
    pub(super) fn written(&self, bytes: usize, took: Duration) {
        if bytes < TELLING_BYTES {
            return;
        }
        let micros = took.as_micros().max(1);
        let latest = u64::try_from(bytes as u128 * 1_000_000 / micros).unwrap_or(u64::MAX);
        let known = self.bytes_per_second.load(Ordering::Relaxed);
        let next = if known == 0 {
            latest
        } else {
            known - known / 4 + latest / 4
        };
        self.bytes_per_second.store(next, Ordering::Relaxed);
    }

    /// Whether `len` more are too much where `waiting` wait already. One that would wait for
    /// nobody is never refused for its size.
    pub(super) fn is_full(&self, waiting: usize, len: usize) -> bool {
        waiting > 0 && waiting.saturating_add(len) > self.most()
    }

    /// What the disk takes in the time that somebody may wait.
    fn most(&self) -> usize {
        match self.bytes_per_second.load(Ordering::Relaxed) {
            0 => QUEUE_BYTES_MAX,
            rate => usize::try_from(rate.saturating_mul(QUEUE_MS_MAX) / 1_000)
                .unwrap_or(QUEUE_BYTES_MAX)
                .clamp(QUEUE_BYTES_MIN, QUEUE_BYTES_MAX),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MIB: usize = 1024 * 1024;

    #[test]
    fn a_slow_disk_has_a_short_queue() {
        let room = Room::default();
        assert!(
            !room.is_full(QUEUE_BYTES_MAX - 1, 1),
            "nothing is known yet"
        );
        assert!(room.is_full(QUEUE_BYTES_MAX, 1));
        for _ in 0..50 {
            room.written(4 * MIB, Duration::from_millis(100));
        }
        // 40 MiB a second: 4 MiB in a tenth of it.
        assert!(!room.is_full(3 * MIB, MIB / 2));
        assert!(room.is_full(4 * MIB, MIB / 2));
        // Sync after sync of next to nothing is no slower disk.
        for _ in 0..50 {
            room.written(1_000, Duration::from_millis(100));
        }
        assert!(!room.is_full(3 * MIB, MIB / 2));
        for _ in 0..50 {
            room.written(4 * MIB, Duration::from_secs(60));
        }
        assert!(
            !room.is_full(QUEUE_BYTES_MIN - 1, 1),
            "some may always wait"
        );
        assert!(room.is_full(QUEUE_BYTES_MIN, 1));
        assert!(!room.is_full(0, 4 * MIB), "the only one");
        for _ in 0..50 {
            room.written(4 * MIB, Duration::from_micros(1));
        }
        assert!(
            room.is_full(QUEUE_BYTES_MAX, 1),
            "memory is bounded all the same"
        );
    }
}
