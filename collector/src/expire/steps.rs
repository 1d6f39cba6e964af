//! What each step of an expiry does.

use std::{sync::atomic::Ordering, time::Instant};

use super::{DAY_MS, ExpireError, Expiries, Expiry, Horizon, Horizons, Step, Why, builds, size};
use crate::{erase::unfinished::drop_idle, store::Left, wall::now_ms};

/// The store is everybody else's for so many times as long as a step took it.
const PACE: u32 = 2;
/// Looks for whoever reads an older state: some seconds.
const SHRED_TRIES: u32 = 20;
/// How long bytes of what was removed may be left in pages of the file.
const STALE_MS_MAX: u64 = 7 * DAY_MS;

impl Expiries {
    /// Does one step, unless it is done.
    pub(super) fn step(
        &self,
        step: Step,
        expiry: &mut Expiry,
        now: u64,
    ) -> Result<(), ExpireError> {
        if expiry.is_done(step) {
            return Ok(());
        }
        match step {
            Step::Facts if expiry.why == Why::Size => self.until_it_fits(expiry, now)?,
            Step::Facts => self.facts(expiry, now)?,
            Step::People => self.people(expiry, now)?,
            Step::Builds => self.look_at_builds(expiry)?,
            Step::File => self.file(expiry, now)?,
        }
        expiry.bytes_after = self.store.bytes()?.used;
        expiry.finish(step, now_ms());
        Ok(self.store.keep_expiry(expiry)?)
    }

    /// Removes what is past the horizons, a little at a time.
    fn facts(&self, expiry: &mut Expiry, now: u64) -> Result<(), ExpireError> {
        let horizons = expiry.horizons();
        let mut is_stale = false;
        let mut after = None;
        loop {
            let begun = Instant::now();
            let due = {
                let _removing = self.store.removing()?;
                let due = self.store.due(&horizons, after.as_ref())?;
                if !due.is_empty() {
                    if !is_stale {
                        self.store.set_stale(Some(now))?;
                        is_stale = true;
                    }
                    self.store.expire(expiry, &due, now)?;
                }
                due
            };
            if due.next.is_none() {
                return Ok(());
            }
            after = due.next;
            self.pace(begun)?;
        }
    }

    /// Up to which midnight the oldest data go next, for want of room.
    pub(super) fn next_day(
        &self,
        horizons: &Horizons,
        now: u64,
    ) -> Result<Option<u64>, ExpireError> {
        let control = self.control.get();
        let of = |project| {
            horizons
                .get(project)
                .map_or(0, |own: &Horizon| own.signals_before)
        };
        let gone = control.projects.keys().map(of).min().unwrap_or_default();
        let oldest = self.store.oldest(gone)?;
        Ok(oldest.and_then(|oldest| size::next(oldest, now)))
    }

    /// Moves the horizons on by days until the store fits.
    fn until_it_fits(&self, expiry: &mut Expiry, now: u64) -> Result<(), ExpireError> {
        let Some(max) = self.max_bytes() else {
            // The bound was taken back.
            return Ok(());
        };
        // What an interrupted one began.
        self.facts(expiry, now)?;
        while self.store.bytes()?.used > size::goal(max) {
            let mut all = self.store.horizons()?;
            let Some(before) = self.next_day(&all, now)? else {
                let used = self.store.bytes()?.used;
                self.is_over.store(used > max, Ordering::Release);
                if used > max {
                    tracing::error!(
                        bytes = used,
                        max_bytes = max,
                        "the store is larger than it may be and holds nothing older than a day"
                    );
                }
                return Ok(());
            };
            for &project in self.control.get().projects.keys() {
                let own = all.entry(project).or_default();
                *own = own.max(Horizon {
                    signals_before: before,
                    texts_before: before,
                });
            }
            expiry.reach(&all);
            self.store.keep_expiry(expiry)?;
            self.facts(expiry, now)?;
        }
        self.is_over.store(false, Ordering::Release);
        Ok(())
    }

    fn people(&self, expiry: &mut Expiry, now: u64) -> Result<(), ExpireError> {
        let mut after = None;
        loop {
            let begun = Instant::now();
            after = self.store.expire_arms(expiry, after.as_ref())?;
            if after.is_none() {
                break;
            }
            self.pace(begun)?;
        }
        loop {
            let left = self.store.left(&expiry.horizons(), now)?;
            let before = expiry.removed.clone();
            let removed = self.remove_left(expiry, left);
            self.store.found_left();
            removed?;
            // Nothing more, or whoever is left is being heard of.
            if expiry.removed == before {
                return Ok(());
            }
        }
    }

    fn remove_left(&self, expiry: &mut Expiry, left: Left) -> Result<(), ExpireError> {
        for portion in left {
            let begun = Instant::now();
            self.store.remove_left(expiry, &portion)?;
            self.pace(begun)?;
        }
        Ok(())
    }

    fn look_at_builds(&self, expiry: &mut Expiry) -> Result<(), ExpireError> {
        expiry.builds.clear();
        for (project, horizon) in expiry.horizons() {
            // What somebody is at says by itself that data ended meanwhile.
            let unfinished = drop_idle(&self.data, project)?;
            expiry.count("unfinished_builds", unfinished.dropped);
            let root = self.data.join("builds");
            let reaching = builds::reaching(&*self.store, &root, project, horizon)?;
            expiry.builds.extend(reaching);
        }
        Ok(())
    }

    /// Writes the database's file anew, if it is time.
    fn file(&self, expiry: &mut Expiry, now: u64) -> Result<(), ExpireError> {
        let Some(since) = self.store.stale_since()? else {
            return Ok(());
        };
        let bytes = self.store.bytes()?;
        let is_empty = size::is_rather_empty(bytes);
        let is_stale = now.saturating_sub(since) >= STALE_MS_MAX;
        if expiry.why == Why::Age && !is_empty && !is_stale {
            return Ok(());
        }
        self.store.shred()?;
        self.store.set_stale(None)?;
        expiry.rewritten = true;
        for _ in 0..SHRED_TRIES {
            if self.store.is_shredded()? {
                break;
            }
        }
        Ok(())
    }

    /// Leaves the store to others for a while.
    fn pace(&self, begun: Instant) -> Result<(), ExpireError> {
        if self.is_stopping() {
            return Err(ExpireError::Stopped);
        }
        std::thread::sleep(begun.elapsed() * PACE);
        Ok(())
    }
}
