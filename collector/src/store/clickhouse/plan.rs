//! Removing facts so that it happened once, and all of it, whoever dies meanwhile.
//!
//! Rows go by many statements, which are no transaction ([`removal`]). So what is
//! going to go is written down before: a *plan*, a change of the [`history`](super::history)
//! that names every row, the counters that move, and what the report says of it. From then
//! on it is certain to happen: it is carried out at once, and if whoever does that dies, by
//! whoever wants to remove something next, before that one looks. Every step of it may be
//! done again.
//!
//! 1. What comes in place of rows that go (links and chunks of others that stay, anew) is
//!    inserted, as the block of a writer of its own, which does not count yet.
//! 2. The plan is written down, if whoever made it still holds [`REMOVING`]: nobody else
//!    found the same meanwhile. What it found is counted with it, once.
//! 3. The block counts: one row, with the counters that move.
//! 4. The rows go.
//! 5. The plan is marked as done.
//!
//! Between 2 and 5 readers see some of it gone. Until all of it is, whoever counts events
//! leaves out those that the plan names. A writer of a removal that has no plan is of one
//! who died before 2: its rows never count, and are swept away.
//!
//! A plan names rows by their block and their number in it. Nothing of anybody is in it.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::{
    ClickHouseStore,
    blocks::{Block, Fates, REMOVAL, Written},
    client::Client,
    documents::{NewDocument, Next, Which},
    marks, removal, touched, unseen,
    updates::is_held,
};
use crate::{
    control::ProjectId,
    erase::SentTo,
    keyed::random,
    store::{Bucket, BucketKind, Held, StoreError},
    wall::now_ms,
};

/// The lease of whoever removes.
pub(super) const REMOVING: &str = "removing";
/// Kinds of documents: what a plan says of itself, the rows it names, and that it is done.
const PLAN: &str = "removal";
const ROWS: &str = "removal_rows";
const DONE: &str = "removal_done";

/// The collector of writers that are removals.
const NOBODY: &str = "";

/// The columns that name a row of `table`.
pub(super) fn columns(table: &str) -> &'static str {
    match table {
        "chunks" | "seen" => "(writer, number, row)",
        "documents" => "(stamp, part, lower(hex(change)))",
        "spans" => "(stamp, cityHash64(trace))",
        "touched" => "(writer, number, cityHash64(output))",
        "numbers" | "numbered" => "(project, kind, number, batch)",
        _ => "(writer, number, told)",
    }
}

/// Rows that go, by table, each as the values of its [`columns`].
#[derive(Debug, Default, Clone, Serialize, Deserialize)]
pub(super) struct Gone(pub(super) BTreeMap<String, BTreeSet<String>>);

impl Gone {
    pub(super) fn add(&mut self, table: &str, rows: impl IntoIterator<Item = String>) {
        let mut rows = rows.into_iter().peekable();
        if rows.peek().is_some() {
            self.0.entry(table.into()).or_default().extend(rows);
        }
    }

    pub(super) fn has(&self, table: &str, row: &str) -> bool {
        self.0.get(table).is_some_and(|rows| rows.contains(row))
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.values().all(BTreeSet::is_empty)
    }
}

/// What a plan says of itself.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Plan {
    /// The writer of what comes in place.
    pub(super) writer: u64,
    /// The erasure it is part of.
    pub(super) job: String,
    /// Counters that move, by name.
    pub(super) moved: BTreeMap<String, i64>,
    /// What was found, by name.
    pub(super) found: BTreeMap<String, u64>,
    pub(super) sent_to: Vec<SentTo>,
    /// Buckets of roll-ups that what goes was in: their kinds and numbers.
    pub(super) buckets: Vec<(u8, i64)>,
}

impl Plan {
    pub(super) fn new(job: &str) -> Result<Self, StoreError> {
        Ok(Self {
            writer: u64::from_le_bytes(random()?) | REMOVAL,
            job: job.into(),
            moved: BTreeMap::new(),
            found: BTreeMap::new(),
            sent_to: Vec::new(),
            buckets: Vec::new(),
        })
    }

    /// Moves events from the counters they are in to `fate`.
    pub(super) fn count(&mut self, stored: u64, quarantined: u64, fate: &str) {
        let signed = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
        for (name, count) in [
            ("stored", -signed(stored)),
            ("quarantined", -signed(quarantined)),
            (fate, signed(stored + quarantined)),
        ] {
            if count != 0 {
                *self.moved.entry(name.into()).or_default() += count;
            }
        }
    }

    /// What comes in place of what goes.
    pub(super) const fn block(&self) -> Block {
        Block {
            writer: self.writer,
            number: 1,
        }
    }

    /// Says that its block counts, and with it the counters that move.
    pub(super) fn write_down(&self, client: &Client, project: ProjectId) -> Result<(), StoreError> {
        let mut fates = Fates::new();
        if !self.moved.is_empty() {
            fates.insert(project.0, self.moved.clone());
        }
        Written::of_removal(self.block(), fates).commit(client, NOBODY)
    }

    /// The documents of one that was carried out in another store: nothing is left to go.
    pub(super) fn done_elsewhere(
        &self,
        project: ProjectId,
    ) -> Result<[NewDocument; 3], StoreError> {
        let key = self.key();
        Ok([
            NewDocument::new(PLAN, project, key.clone(), self)?,
            NewDocument::new(ROWS, project, key.clone(), &Gone::default())?,
            NewDocument::new(DONE, project, key, &())?,
        ])
    }

    fn key(&self) -> String {
        format!("{:016x}", self.writer)
    }
}

impl ClickHouseStore {
    /// Writes down a plan, and carries it out. `also` are documents that hold from then on.
    /// `holder` held [`REMOVING`] when it looked; without it nothing is done.
    pub(super) fn carry_out(
        &self,
        project: ProjectId,
        plan: &Plan,
        gone: &Gone,
        also: impl Fn() -> Result<Vec<NewDocument>, StoreError>,
        holder: &str,
    ) -> Result<(), StoreError> {
        let lease = Held {
            name: REMOVING,
            holder,
        };
        #[cfg(test)]
        tests::step()?;
        let is_planned = self.change(|state| {
            if !is_held(state, lease, now_ms()) {
                return Ok((None, false));
            }
            let mut documents = vec![
                NewDocument::new(PLAN, project, plan.key(), plan)?,
                NewDocument::new(ROWS, project, plan.key(), gone)?,
            ];
            documents.extend(also()?);
            Ok((Some(Next::with(state, documents)), true))
        })?;
        if !is_planned {
            return Err(StoreError::Unreachable(
                "somebody else removes rows now".into(),
            ));
        }
        self.finish(project, plan, gone)
    }

    /// Carries out what was written down before and is not done.
    pub(super) fn finish_plans(&self, project: ProjectId) -> Result<(), StoreError> {
        self.carry_out_open()?;
        for (plan, gone) in self.open_plans(project)? {
            self.finish(project, &plan, &gone)?;
        }
        Ok(())
    }

    fn finish(&self, project: ProjectId, plan: &Plan, gone: &Gone) -> Result<(), StoreError> {
        #[cfg(test)]
        tests::step()?;
        plan.write_down(&self.client, project)?;
        #[cfg(test)]
        tests::step()?;
        for (table, rows) in &gone.0 {
            let rows: Vec<&String> = rows.iter().collect();
            removal::rows(&self.client, table, columns(table), &rows)?;
            #[cfg(test)]
            tests::step()?;
        }
        // Writers may know links and outputs from rows that went.
        self.let_look_again()?;
        self.recount_later(project, plan)?;
        self.note(&[NewDocument::new(DONE, project, plan.key(), &())?])
    }

    /// Roll-ups hold what is gone, and may have read when some of it was there.
    fn recount_later(&self, project: ProjectId, plan: &Plan) -> Result<(), StoreError> {
        let buckets = plan.buckets.iter().map(|(kind, number)| Bucket {
            project,
            kind: BucketKind::of(*kind),
            number: *number,
        });
        let buckets: BTreeSet<Bucket> = buckets.collect();
        let moved = touched::by(&self.client, plan.writer)?;
        marks::removed(&self.client, project, buckets.iter().copied(), &moved)?;
        unseen::forget(&self.client, buckets)
    }

    /// Plans that are not done, in the order they were made.
    pub(super) fn open_plans(&self, project: ProjectId) -> Result<Vec<(Plan, Gone)>, StoreError> {
        let plans = self.documents::<Plan>(PLAN, Which::OfProject(project))?;
        if plans.is_empty() {
            return Ok(Vec::new());
        }
        let done = self.documents::<()>(DONE, Which::OfProject(project))?;
        let done: BTreeSet<String> = done.into_iter().map(|done| done.key).collect();
        let open = plans.into_iter().filter(|plan| !done.contains(&plan.key));
        let open: Vec<_> = open.collect();
        let keys: Vec<String> = open.iter().map(|plan| plan.key.clone()).collect();
        let rows = self.documents::<Gone>(ROWS, Which::Keys(project, &keys))?;
        let mut rows: BTreeMap<String, Gone> =
            rows.into_iter().map(|rows| (rows.key, rows.body)).collect();
        let with_rows = |plan: super::documents::Document<Plan>| {
            let rows = rows.remove(&plan.key);
            Ok((plan.body, rows.ok_or(StoreError::Unreadable("removal"))?))
        };
        open.into_iter().map(with_rows).collect()
    }

    /// All plans of an erasure.
    pub(super) fn plans_of(&self, project: ProjectId, job: &str) -> Result<Vec<Plan>, StoreError> {
        let plans = self.documents::<Plan>(PLAN, Which::OfProject(project))?;
        let plans = plans.into_iter().map(|plan| plan.body);
        Ok(plans.filter(|plan| plan.job == job).collect())
    }

    /// Writers of removals that are written down.
    pub(super) fn planned_writers(&self) -> Result<BTreeSet<u64>, StoreError> {
        let plans = self.documents::<Plan>(PLAN, Which::All)?;
        Ok(plans.into_iter().map(|plan| plan.body.writer).collect())
    }
}

#[cfg(test)]
pub(super) mod tests {
    use std::cell::Cell;

    use super::*;

    thread_local! {
        /// How many steps this thread takes before it dies.
        pub(in super::super) static LEFT: Cell<Option<u32>> = const { Cell::new(None) };
    }

    /// Whoever removes may die at any of these.
    pub(in super::super) fn step() -> Result<(), StoreError> {
        match LEFT.get() {
            Some(0) => Err(StoreError::Unreachable("killed".into())),
            left => {
                LEFT.set(left.map(|left| left - 1));
                Ok(())
            }
        }
    }

    #[test]
    fn what_goes_is_moved_in_the_books() {
        let mut plan = Plan::new("er_1").unwrap();
        plan.count(0, 0, "erased");
        assert_eq!(plan.moved, BTreeMap::new());
        plan.count(5, 2, "erased");
        let moved = [("erased", 7), ("quarantined", -2), ("stored", -5)];
        assert_eq!(
            plan.moved,
            moved.map(|(name, count)| (name.into(), count)).into()
        );
        assert_ne!(plan.writer & REMOVAL, 0);
    }
}
