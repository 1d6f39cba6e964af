//! Taking the place of another store: facts in blocks, as they are written in any other
//! way, and everything that is small.
//!
//! How far that is stands where a collector's position in its log stands otherwise, as no
//! collector writes meanwhile: what is taken in and that it is are one block. So whoever
//! dies goes on after the last one that counts. The last block of all holds the counters
//! and the position that the other store had.
//!
//! What is taken in is looked up before, so that to take it in again adds nothing.

mod documents;
mod facts;

use std::collections::BTreeMap;

use super::{
    ClickHouseStore,
    blocks::{self, Fates},
    documents::{NewDocument, Which},
    removal,
};
use crate::{
    control::ProjectId,
    log::{Position, frame::Salt},
    store::{
        StoreError,
        moving::{Facts, Moving, Stand},
    },
};

/// Above all segments of logs: a position that says how far a copy is.
const COPYING: u64 = 1 << 40;
const MOVING: &str = "moving";
/// Of no project.
const NOBODY: ProjectId = ProjectId(0);
/// Kinds of documents that name outputs, and go with a copy that is dropped.
const OF_OUTPUTS: [&str; 2] = [super::push::PUSHED, super::push::CURSOR];

/// The position that says so of a round.
const fn at(moving: &Moving, number: u64) -> Position {
    Position {
        segment: COPYING + moving.round,
        offset: number,
    }
}

impl ClickHouseStore {
    /// Where the copy of the store `from` stands.
    pub(crate) fn stand(&self, from: &str) -> Result<Stand, StoreError> {
        if !blocks::others(&self.client, &self.collector)?.is_empty() {
            return Ok(Stand::Taken);
        }
        let known = self.documents::<Moving>(MOVING, Which::All)?;
        let Some(last) = known.last() else {
            let own = blocks::writers(&self.client, Some(&self.collector))?;
            let is_empty = own.is_empty() && self.tenants()?.is_empty();
            return Ok(if is_empty { Stand::Empty } else { Stand::Taken });
        };
        if last.key != from {
            return Ok(Stand::Taken);
        }
        let moving = last.body.clone();
        let position = blocks::position(&self.client, &self.collector)?;
        let is_of_round = position.segment == COPYING + moving.round;
        let reached = if is_of_round { position.offset } else { 0 };
        Ok(Stand::Under(moving, reached))
    }

    /// Begins a round of a copy. From now on the collector's log is read as it was written
    /// for the other store; false where it is read in another way already.
    pub(crate) fn begin_round(&self, moving: &Moving, salt: &Salt) -> Result<bool, StoreError> {
        if self.agree_on(&self.name_of_salt(), salt.0)? != salt.0 {
            return Ok(false);
        }
        self.note(&[NewDocument::new(MOVING, NOBODY, &*moving.from, moving)?])?;
        Ok(true)
    }

    /// Takes facts in; the round is done up to `number` with them.
    pub(crate) fn take_in(
        &self,
        facts: &Facts,
        moving: &Moving,
        number: u64,
    ) -> Result<(), StoreError> {
        #[cfg(test)]
        super::plan::tests::step()?;
        self.block(|snapshot, pages, next| {
            facts::put(&self.client, snapshot, pages, facts)?;
            next.position = at(moving, number);
            #[cfg(test)]
            super::plan::tests::step()?;
            Ok(())
        })
    }

    /// The last block: from now on this store has everything, with these counters and at
    /// this position of the log.
    pub(crate) fn end_moving(
        &self,
        fates: &BTreeMap<ProjectId, BTreeMap<String, u64>>,
        position: Position,
    ) -> Result<(), StoreError> {
        #[cfg(test)]
        super::plan::tests::step()?;
        self.block(|_, _, next| {
            let mut own = Fates::new();
            for (project, names) in fates {
                let own = own.entry(project.0).or_default();
                for (name, count) in names {
                    own.insert(name.clone(), i64::try_from(*count).unwrap_or(i64::MAX));
                }
            }
            // What a copy that ended before counted is in the books already.
            let others = blocks::writers(&self.client, None)?.into_iter();
            for other in others.filter(|other| other.block.writer != next.block.writer) {
                for (project, names) in other.fates {
                    let own = own.entry(project).or_default();
                    for (name, count) in names {
                        *own.entry(name).or_default() -= count;
                    }
                }
            }
            next.fates = own;
            next.position = position;
            Ok(())
        })?;
        self.nothing_is_late()
    }

    /// Drops all facts of a copy, so that another one may begin in their place: what is gone
    /// from the other store would stay in it.
    pub(crate) fn drop_copy(&self) -> Result<(), StoreError> {
        self.put_down();
        blocks::undo(&self.client, &self.collector)?;
        let held = self.hold_removing()?;
        self.sweep()?;
        drop(held);
        self.drop_spans()?;
        let of_outputs = format!("kind IN {}", super::literal::list(OF_OUTPUTS));
        removal::delete(&self.client, "documents", &of_outputs)
    }
}
