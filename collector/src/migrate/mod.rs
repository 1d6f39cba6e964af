//! Everything of a file into a database of `ClickHouse`, while a collector goes on writing
//! into the file.
//!
//! It goes in rounds. The first one copies all outputs with what is known of them, each
//! later one those of which something was received since the one before began. A round
//! that begins while nobody writes leaves nothing out; after it come people's arms, the
//! numbers of all events, and everything that is small, and then one last block, from which
//! on the database has everything, with the counters and the position in the log. At the
//! end both stores are read, and have to say the same.
//!
//! Whoever is killed goes on where the last portion ended: that it is there and that it is
//! written down are one block. What is taken in twice is there once.
//!
//! What is taken out of the file meanwhile, by an erasure or as its time is over, would stay
//! in the copy: then the copy is dropped, and begins anew.

mod compare;
mod small;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use thiserror::Error;

pub use self::compare::{Compared, Comparison, compare};
use crate::{
    control::ProjectId,
    store::{
        ClickHouseStore, ControlStore, ErasureStore, ExpiryStore, Forgotten, SqliteStore, Store,
        StoreError, UpkeepStore, Watch,
        moving::{Moving, Stand},
    },
    wall::now_ms,
};

/// By how much clocks may have gone back, or requests overtaken each other: what was
/// received so long before a round began is looked at again in the next one.
const MARGIN_MS: u64 = 60 * 60_000;
/// How often a copy begins anew before it is left for later.
const ANEW_MAX: u32 = 3;

/// How much is copied at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Portion {
    /// Outputs, of which fewer are taken where they are long.
    pub outputs: usize,
    /// Bytes of signals and registrations after which no more are taken.
    pub bytes: usize,
    /// People, sessions, and documents of what was sent elsewhere.
    pub others: usize,
}

impl Default for Portion {
    fn default() -> Self {
        Self {
            outputs: 4_000,
            bytes: 16 * 1024 * 1024,
            others: 20_000,
        }
    }
}

/// Why nothing was moved, or not all.
#[derive(Debug, Error)]
pub enum MigrateError {
    /// A store could not.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Facts of others are there.
    #[error("the database holds something else already: name an empty one")]
    Taken,
    /// It would be cut off.
    #[error(
        "{0} is under way in the store that is left: let it end (a server on that store ends \
         it), and say this again"
    )]
    UnderWay(String),
    /// Erasures or expiries came between.
    #[error(
        "something was erased, or its time was over, each time before a copy was done: say \
         this again when less is"
    )]
    Forgotten,
    /// What was copied is not what is there.
    #[error(
        "the stores differ, and nothing was moved; said again, the copy begins anew: {}",
        .0.join("; ")
    )]
    Differs(Vec<String>),
    /// Another process wrote.
    #[error("another process wrote into the store that is left: end it, and say this again")]
    Written,
}

/// How far it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Progress {
    /// What was copied before is dropped, as something was taken out of the file since.
    Anew,
    /// A round over outputs.
    Copying {
        /// Which, from 1.
        round: u64,
        /// Outputs that are done in it.
        done: u64,
        /// Outputs it is about.
        total: u64,
    },
    /// People, sessions, and everything that is small.
    Finishing,
    /// Reading both stores.
    Comparing {
        /// Outputs that were read.
        done: u64,
        /// Ids of outputs there are.
        total: u64,
    },
}

/// A copy from one store to another.
pub struct Migration<'a> {
    from: &'a SqliteStore,
    to: &'a ClickHouseStore,
    portion: Portion,
    tell: &'a mut dyn FnMut(Progress),
}

impl<'a> Migration<'a> {
    /// Says how far it is with `tell`.
    pub fn new(
        from: &'a SqliteStore,
        to: &'a ClickHouseStore,
        portion: Portion,
        tell: &'a mut dyn FnMut(Progress),
    ) -> Self {
        Self {
            from,
            to,
            portion,
            tell,
        }
    }

    /// Copies what is there and what comes meanwhile. The rest is for [`Migration::finish`].
    pub fn copy_live(&mut self) -> Result<(), MigrateError> {
        let (mut moving, mut reached) = self.stand()?;
        for _ in 0..ANEW_MAX {
            if self.rounds(moving.clone(), reached)? {
                return Ok(());
            }
            (moving, reached) = (self.anew()?, 0);
        }
        Err(MigrateError::Forgotten)
    }

    /// The round that was begun, and one for what came during it; false where something was
    /// taken out of the file meanwhile.
    fn rounds(&mut self, moving: Moving, reached: u64) -> Result<bool, MigrateError> {
        if self.is_stale(&moving)? {
            return Ok(false);
        }
        self.round(&moving, reached)?;
        if self.is_stale(&moving)? {
            return Ok(false);
        }
        let moving = self.next_round(moving)?;
        self.round(&moving, 0)?;
        Ok(!self.is_stale(&moving)?)
    }

    /// Copies the rest, while nobody writes into the file and all of its log is in it, and
    /// compares. The move is up to whoever calls this, with the watch that is returned.
    pub fn finish(&mut self) -> Result<(Comparison, Watch), MigrateError> {
        let watch = self.from.watch()?;
        if let Some(name) = self.from.held_lease(now_ms())? {
            let what = format!("a command that holds the lease {name}");
            return Err(MigrateError::UnderWay(what));
        }
        self.check_whole()?;
        let (mut moving, reached) = self.stand()?;
        if self.is_stale(&moving)? {
            moving = self.anew()?;
        } else if reached > 0 {
            self.round(&moving, reached)?;
            moving = self.next_round(moving)?;
        }
        self.round(&moving, 0)?;
        (self.tell)(Progress::Finishing);
        small::take(self.from, self.to, &moving, self.portion)?;
        self.to
            .end_moving(&self.from.all_fates()?, self.from.position()?)?;
        let total = self.from.outputs()?;
        let compared = compare(self.from, self.to, &mut |done| {
            (self.tell)(Progress::Comparing { done, total });
        })?;
        let differs = compared.differences();
        if differs.is_empty() {
            return Ok((compared, watch));
        }
        moving.is_wrong = true;
        self.begin(moving)?;
        Err(MigrateError::Differs(differs))
    }

    /// Where it stands, or that it begins.
    fn stand(&self) -> Result<(Moving, u64), MigrateError> {
        match self.to.stand(&self.from.identity()?)? {
            Stand::Taken => Err(MigrateError::Taken),
            Stand::Under(moving, reached) => Ok((moving, reached)),
            Stand::Empty => Ok((self.begin(self.first(1)?)?, 0)),
        }
    }

    /// A round over everything.
    fn first(&self, round: u64) -> Result<Moving, MigrateError> {
        let forgotten = self.forgotten()?;
        // What goes out of the file while it is read would stay in the copy.
        self.check_whole()?;
        Ok(Moving {
            from: self.from.identity()?,
            round,
            since: 0,
            newest: self.from.newest()?,
            forgotten,
            is_wrong: false,
        })
    }

    fn begin(&self, moving: Moving) -> Result<Moving, MigrateError> {
        if self.to.begin_round(&moving, &self.from.salt()?)? {
            Ok(moving)
        } else {
            Err(MigrateError::Taken)
        }
    }

    /// A round over what came since the one before began.
    fn next_round(&self, before: Moving) -> Result<Moving, MigrateError> {
        self.begin(Moving {
            round: before.round + 1,
            since: before.newest.saturating_sub(MARGIN_MS),
            newest: self.from.newest()?,
            ..before
        })
    }

    /// Drops what was copied, and begins with everything.
    fn anew(&mut self) -> Result<Moving, MigrateError> {
        (self.tell)(Progress::Anew);
        let (before, _) = self.stand()?;
        let first = self.first(before.round + 1)?;
        self.to.drop_copy()?;
        self.begin(first)
    }

    /// Nothing is being taken out of the file.
    fn check_whole(&self) -> Result<(), MigrateError> {
        if !self.from.open_erasures()?.is_empty() {
            return Err(MigrateError::UnderWay("an erasure".into()));
        }
        if self.from.open_expiry()?.is_some() {
            return Err(MigrateError::UnderWay("an expiry".into()));
        }
        Ok(())
    }

    /// One round, from the output after the one with number `reached`.
    fn round(&mut self, moving: &Moving, reached: u64) -> Result<(), StoreError> {
        let mut outputs = Outputs::of(self.from, moving, reached)?;
        let round = moving.round;
        loop {
            let (done, total) = (outputs.done, outputs.total);
            (self.tell)(Progress::Copying { round, done, total });
            let portion = outputs.next(self.from, self.portion.outputs)?;
            if portion.is_empty() {
                return Ok(());
            }
            let (facts, len) = self.from.facts_of(&portion, self.portion.bytes)?;
            let last = portion.get(..len).and_then(<[_]>::last).copied();
            let last = last.unwrap_or(outputs.after);
            let number = u64::try_from(last).unwrap_or(0);
            self.to.take_in(&facts, moving, number)?;
            outputs.are_done(len, last);
        }
    }

    /// Whether something was taken out of the file since the copy began, or the copy is known
    /// to be wrong.
    fn is_stale(&self, moving: &Moving) -> Result<bool, StoreError> {
        let before = |project| moving.forgotten.get(project).copied().unwrap_or_default();
        let now = self.forgotten()?;
        let is_less = now.iter().any(|(project, now)| *now != before(project));
        Ok(is_less || moving.is_wrong)
    }

    fn forgotten(&self) -> Result<BTreeMap<u32, Forgotten>, StoreError> {
        let of = |project: ProjectId| Ok((project.0, self.from.forgotten(project)?));
        projects(self.from)?.into_iter().map(of).collect()
    }
}

/// What a round is about.
struct Outputs {
    /// Ascending; of a round over all, they are asked for as it goes on.
    some: Option<Vec<i64>>,
    after: i64,
    done: u64,
    total: u64,
}

impl Outputs {
    fn of(from: &SqliteStore, moving: &Moving, reached: u64) -> Result<Self, StoreError> {
        let after = i64::try_from(reached).unwrap_or(i64::MAX);
        let some = if moving.since == 0 {
            None
        } else {
            Some(from.touched(moving.since)?)
        };
        let (done, total) = match &some {
            Some(some) => {
                let done = some.partition_point(|output| *output <= after);
                (done as u64, some.len() as u64)
            }
            None => (from.outputs_until(after)?, from.outputs()?),
        };
        Ok(Self {
            some,
            after,
            done,
            total,
        })
    }

    fn next(&self, from: &SqliteStore, len: usize) -> Result<Vec<i64>, StoreError> {
        let Some(some) = &self.some else {
            return from.outputs_after(self.after, len);
        };
        let first = some.partition_point(|output| *output <= self.after);
        Ok(some.iter().skip(first).take(len).copied().collect())
    }

    fn are_done(&mut self, len: usize, last: i64) {
        self.done += len as u64;
        self.total = self.total.max(self.done);
        self.after = last;
    }
}

fn projects(store: &dyn ControlStore) -> Result<Vec<ProjectId>, StoreError> {
    Ok(store.control()?.projects.keys().copied().collect())
}
