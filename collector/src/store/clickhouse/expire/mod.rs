//! Expiries in ClickHouse.
//!
//! To remove rows is to write whole parts anew, so a portion is large: everything of a
//! project that is past its time and was received up to the end of a partition, the oldest
//! first. Once a day that is one day; where an age is told for the first time, partition
//! by partition. What goes is looked for with the horizon moved up to there; a horizon that
//! moves step by step removes and counts what one does that moves at once.
//!
//! What is found is counted and written down in one change ([`plan`]), and removed then.
//! Memory holds the ids of a portion, and which sessions acted on them.

pub(super) mod found;
mod late;
mod look;
mod moved;
mod names;
mod outputs;
mod people;
pub(super) mod plan;
mod pushed;
mod size;

use std::collections::BTreeMap;

use self::{
    found::Found,
    look::Looking,
    people::Few,
    plan::{Facts, PLAN, Plan},
};
use super::{
    ClickHouseStore,
    blocks::Snapshot,
    documents::{NewDocument, Next, Which},
    history::State,
    literal::{list, quoted},
    plan::{Plan as Books, REMOVING},
    push::CURSOR,
    removal,
    updates::is_held,
};
use crate::{
    accept::EXPIRED,
    control::ProjectId,
    expire::{Expiry, Horizon, Horizons, Why},
    keyed::random,
    store::{
        Due, ExpiryStore, Held, Left, Place, Portion, StoreBytes, StoreError, rows::GroupName,
    },
    wall::now_ms,
};

const EXPIRY: &str = "expiry";
const HORIZON: &str = "horizon";
const STALE: &str = "stale_since";
/// Of no project.
const NOBODY: ProjectId = ProjectId(0);
/// Finished expiries that are remembered: a season of days.
const KEPT: i64 = 100;
/// What one partition of what is large holds; see the schema.
const PARTITION_MS: u64 = 2_592_000_000;

impl ExpiryStore for ClickHouseStore {
    fn horizons(&self) -> Result<Horizons, StoreError> {
        let known = self.documents::<Horizon>(HORIZON, Which::All)?;
        let mut horizons = Horizons::new();
        for one in known {
            let own: &mut Horizon = horizons.entry(one.project).or_default();
            *own = own.max(one.body);
        }
        Ok(horizons)
    }

    fn begin_expiry(&self, expiry: &Expiry) -> Result<Expiry, StoreError> {
        let begun = self.change(|state| {
            let all = self.all_expiries()?;
            // Every collector begins one when a day ends.
            let same = all.values().find(|known| {
                let is_open = known.finished_at.is_none() && known.why == expiry.why;
                is_open && known.why == Why::Age && known.horizons == expiry.horizons
            });
            if let Some(same) = same {
                return Ok((None, same.clone()));
            }
            let mut expiry = expiry.clone();
            expiry.number = all.keys().next_back().copied().unwrap_or(0) + 1;
            Ok((Some(Next::with(state, self.said(&expiry)?)), expiry))
        })?;
        self.forget_old(begun.number - KEPT)?;
        Ok(begun)
    }

    fn keep_expiry(&self, expiry: &Expiry) -> Result<(), StoreError> {
        self.change(|state| {
            let known = self.all_expiries()?.remove(&expiry.number);
            let merged = merged(expiry, known.as_ref());
            Ok((Some(Next::with(state, self.said(&merged)?)), ()))
        })
    }

    fn open_expiry(&self) -> Result<Option<Expiry>, StoreError> {
        let mut all = self.all_expiries()?.into_values();
        Ok(all.find(|expiry| expiry.finished_at.is_none()))
    }

    fn expiries(&self, len: usize) -> Result<Vec<Expiry>, StoreError> {
        let all = self.all_expiries()?.into_values();
        Ok(all.rev().take(len).collect())
    }

    /// Carries out first what was written down before a crash.
    fn due(&self, horizons: &Horizons, after: Option<&Place>) -> Result<Due, StoreError> {
        self.carry_out_open()?;
        for &project in horizons.keys() {
            self.finish_plans(project)?;
        }
        let after = after.map(read_place).transpose()?;
        for (&project, &horizon) in horizons {
            let from = match after {
                Some((last, _)) if project < last => continue,
                Some((last, from)) if project == last => from,
                _ => 0,
            };
            let Some(oldest) = self.oldest_due(project, horizon, from)? else {
                continue;
            };
            let end = (oldest / PARTITION_MS + 1).saturating_mul(PARTITION_MS);
            let before = Horizon {
                signals_before: horizon.signals_before.min(end),
                texts_before: horizon.texts_before.min(end),
            };
            let found = self.look(project, before)?;
            let next = Some(place(project, end));
            let (counts, holds) = (found.counts.clone(), !found.is_empty());
            return Ok(Due::new(counts, next, holds, found));
        }
        Ok(Due::default())
    }

    fn would_go(&self, horizons: &Horizons) -> Result<BTreeMap<&'static str, u64>, StoreError> {
        let mut counts = BTreeMap::new();
        for (&project, &horizon) in horizons {
            for (name, count) in self.look(project, horizon)?.counts {
                *counts.entry(name).or_default() += count;
            }
        }
        Ok(counts)
    }

    fn expire(&self, expiry: &mut Expiry, due: &Due, _: u64) -> Result<(), StoreError> {
        if due.is_empty() {
            return Ok(());
        }
        let (key, plan) = self.written_down(expiry, due.own()?)?;
        self.carry_out_one(&key, &plan)
    }

    fn expire_arms(
        &self,
        expiry: &mut Expiry,
        after: Option<&Place>,
    ) -> Result<Option<Place>, StoreError> {
        let _removing = self.hold_removing()?;
        self.carry_out_open()?;
        let after = after.map(read_place).transpose()?;
        for (project, horizon) in expiry.horizons() {
            if after.is_some_and(|(last, _)| project <= last) {
                continue;
            }
            if let Some((plan, arms, people)) = self.arms(project, horizon.signals_before)? {
                self.remove_people(expiry, &plan, [("arms", arms), ("people", people)])?;
            }
            return Ok(Some(place(project, 0)));
        }
        Ok(None)
    }

    fn left(&self, horizons: &Horizons, now: u64) -> Result<Left, StoreError> {
        self.sessions_left(horizons, now)
    }

    fn remove_left(&self, expiry: &mut Expiry, left: &Portion) -> Result<(), StoreError> {
        let _removing = self.hold_removing()?;
        self.carry_out_open()?;
        let (plan, sessions) = self.still_left(left.own::<Few>()?)?;
        if sessions == 0 {
            return Ok(());
        }
        self.remove_people(expiry, &plan, [("sessions", sessions), ("people", 0)])
    }

    /// Whoever was heard of since has rows that were not looked at.
    fn found_left(&self) {}

    fn oldest(&self, since: u64) -> Result<Option<u64>, StoreError> {
        self.oldest_heard(since)
    }

    fn bytes(&self) -> Result<StoreBytes, StoreError> {
        self.sizes().map(|(bytes, _)| bytes)
    }

    fn bytes_by_table(&self) -> Result<Vec<(String, u64)>, StoreError> {
        self.sizes().map(|(_, tables)| tables)
    }

    fn stale_since(&self) -> Result<Option<u64>, StoreError> {
        let known = self.documents::<Option<u64>>(STALE, Which::All)?;
        Ok(known.last().and_then(|known| known.body))
    }

    fn set_stale(&self, since: Option<u64>) -> Result<(), StoreError> {
        self.change(|state| {
            let known = self.stale_since()?;
            if known.is_some() == since.is_some() {
                return Ok((None, ()));
            }
            let document = NewDocument::new(STALE, NOBODY, "", &since)?;
            Ok((Some(Next::with(state, vec![document])), ()))
        })
    }
}

impl ClickHouseStore {
    /// By number, as they were kept last.
    fn all_expiries(&self) -> Result<BTreeMap<i64, Expiry>, StoreError> {
        let known = self.documents::<Expiry>(EXPIRY, Which::All)?;
        Ok(known
            .into_iter()
            .map(|one| (one.body.number, one.body))
            .collect())
    }

    /// What an expiry says of itself, and the horizons it moves: never back.
    fn said(&self, expiry: &Expiry) -> Result<Vec<NewDocument>, StoreError> {
        let known = self.horizons()?;
        let mut documents = vec![NewDocument::new(
            EXPIRY,
            NOBODY,
            expiry_key(expiry.number),
            expiry,
        )?];
        for (project, horizon) in expiry.horizons() {
            let own = known.get(&project).copied();
            if own.is_none_or(|own| own.max(horizon) != own) {
                documents.push(NewDocument::new(HORIZON, project, "", &horizon)?);
            }
        }
        Ok(documents)
    }

    /// Drops expiries up to this one that are finished.
    fn forget_old(&self, until: i64) -> Result<(), StoreError> {
        let all = self.all_expiries()?.into_values();
        let old = all.filter(|one| one.number <= until && one.finished_at.is_some());
        let old: Vec<String> = old.map(|one| expiry_key(one.number)).collect();
        if old.is_empty() {
            return Ok(());
        }
        let condition = format!("kind = '{EXPIRY}' AND key IN {}", list(old));
        removal::delete(&self.client, "documents", &condition)
    }

    /// The expiry as it was kept last, with more that goes: another collector may work at it
    /// as well.
    fn with_more(&self, expiry: &Expiry, counts: &[(&str, u64)]) -> Result<Expiry, StoreError> {
        let known = self.all_expiries()?.remove(&expiry.number);
        let mut told = merged(expiry, known.as_ref());
        for (name, count) in counts {
            told.count(name, *count);
        }
        Ok(told)
    }

    /// Whoever looked while they held the lease of those who remove has it still.
    fn check_held(&self, state: &State) -> Result<(), StoreError> {
        let Some(holder) = self.holder() else {
            return Ok(());
        };
        let lease = Held {
            name: REMOVING,
            holder: &holder,
        };
        if is_held(state, lease, now_ms()) {
            return Ok(());
        }
        let why = "somebody else removes rows now";
        Err(StoreError::Unreachable(why.into()))
    }

    fn look(&self, project: ProjectId, before: Horizon) -> Result<Found, StoreError> {
        let snapshot = Snapshot::take(&self.client)?;
        let looking = Looking {
            client: &self.client,
            snapshot: &snapshot,
            project,
            before,
        };
        looking.look(self.stamps.next())
    }

    /// Counts what was found, and writes down that it goes: from now on it does.
    pub(super) fn written_down(
        &self,
        expiry: &mut Expiry,
        found: &Found,
    ) -> Result<(String, Plan), StoreError> {
        let snapshot = Snapshot::take(&self.client)?;
        let people = self.people_of(&snapshot, found)?;
        let mut facts = found.facts.clone();
        facts.pushed = self.pushed_of(found.project, &found.gone)?;
        let resets = self.cursors_of(found)?;
        let mut counts: Vec<(&str, u64)> = Vec::new();
        for name in ["events", "outputs", "texts", "registered_texts"] {
            counts.push((name, found.counts.get(name).copied().unwrap_or_default()));
        }
        counts.push(("people", people));
        let key = hex::encode(random::<16>()?);
        let mut books = Books::new("")?;
        books.count(found.stored, found.quarantined, EXPIRED);
        let (plan, told) = self.change(|state| {
            self.check_held(state)?;
            let told = self.with_more(expiry, &counts)?;
            let mut documents = self.said(&told)?;
            for target in &resets {
                let nowhere: Option<GroupName> = None;
                let document = NewDocument::new(CURSOR, found.project, target.clone(), &nowhere)?;
                documents.push(document);
            }
            let mut plan = Plan {
                project: found.project.0,
                books: books.clone(),
                rows: Vec::new(),
                facts: Some(facts.clone()),
            };
            if !resets.is_empty() {
                plan.rows.push((
                    "documents".into(),
                    self.old_cursors(found.project, &resets)?,
                ));
            }
            documents.push(plan.document(&key)?);
            Ok((Some(Next::with(state, documents)), (plan, told)))
        })?;
        *expiry = told;
        Ok((key, plan))
    }

    /// Whether something was written down and is not carried out.
    pub(super) fn is_expiring(&self) -> Result<bool, StoreError> {
        Ok(!self.documents::<Plan>(PLAN, Which::All)?.is_empty())
    }

    /// What was written down of a project and is not carried out, as far as it counts.
    pub(super) fn booked_as_expired(
        &self,
        project: ProjectId,
        snapshot: &Snapshot,
    ) -> Result<Vec<Facts>, StoreError> {
        let plans = self.documents::<Plan>(PLAN, Which::OfProject(project))?;
        let plans = plans.into_iter().map(|open| open.body);
        let booked = plans.filter(|plan| snapshot.sees(plan.books.block()));
        Ok(booked.filter_map(|plan| plan.facts).collect())
    }

    /// Carries out what was written down before a crash.
    pub(super) fn carry_out_open(&self) -> Result<(), StoreError> {
        for open in self.documents::<Plan>(PLAN, Which::All)? {
            self.carry_out_one(&open.key, &open.body)?;
        }
        Ok(())
    }

    fn carry_out_one(&self, key: &str, plan: &Plan) -> Result<(), StoreError> {
        self.carry_out_expired(plan)?;
        let condition = format!("kind = '{PLAN}' AND key = {}", quoted(key));
        removal::delete(&self.client, "documents", &condition)
    }

    /// Removes rows of people, with what the expiry says of it.
    fn remove_people(
        &self,
        expiry: &mut Expiry,
        plan: &Plan,
        counts: [(&str, u64); 2],
    ) -> Result<(), StoreError> {
        let key = hex::encode(random::<16>()?);
        let told = self.change(|state| {
            self.check_held(state)?;
            let told = self.with_more(expiry, &counts)?;
            let mut documents = self.said(&told)?;
            documents.push(plan.document(&key)?);
            Ok((Some(Next::with(state, documents)), told))
        })?;
        *expiry = told;
        self.carry_out_one(&key, plan)
    }
}

/// What an expiry says, with what others did of it.
fn merged(expiry: &Expiry, known: Option<&Expiry>) -> Expiry {
    let mut merged = expiry.clone();
    let Some(known) = known else {
        return merged;
    };
    for (name, count) in &known.removed {
        let own = merged.removed.entry(name.clone()).or_default();
        *own = (*own).max(*count);
    }
    for step in &known.done {
        if !merged.is_done(*step) {
            merged.done.push(*step);
        }
    }
    let mut horizons = known.horizons();
    for (project, horizon) in expiry.horizons() {
        let own = horizons.entry(project).or_default();
        *own = own.max(horizon);
    }
    merged.reach(&horizons);
    merged.rewritten |= known.rewritten;
    if known.finished_at.is_some() {
        merged.state = known.state;
        merged.finished_at = known.finished_at;
    }
    merged
}

/// Numbers ascend as keys do.
fn expiry_key(number: i64) -> String {
    format!("{number:020}")
}

/// Where to go on, as others hand it back: in this project, with what was received from
/// then on.
fn place(project: ProjectId, from: u64) -> Place {
    let mut bytes = project.0.to_le_bytes().to_vec();
    bytes.extend(from.to_le_bytes());
    Place(bytes.into())
}

fn read_place(Place(bytes): &Place) -> Result<(ProjectId, u64), StoreError> {
    let (project, from) = bytes.split_first_chunk().ok_or(StoreError::Foreign)?;
    let from = from.try_into().map_err(|_| StoreError::Foreign)?;
    Ok((
        ProjectId(u32::from_le_bytes(*project)),
        u64::from_le_bytes(from),
    ))
}
