//! Facts in ClickHouse, where one machine's SQLite is outgrown. Several collectors may
//! write at once, each behind its own durable log.
//!
//! # Tables
//! | table | ordered by | holds |
//! | --- | --- | --- |
//! | `blocks` | collector, writer | how far each writer is: position in the log, counters |
//! | `chunks` | project, place, output, session, … | slices of sessions, as the codec's bytes |
//! | `links` | project, kind, source, target | conversations, aliases; each from both sides |
//! | `outputs`, `heard` | project, id; project, time | when an output was first heard of |
//! | `registrations` | project, place, output, told | what was new in what a server said |
//! | `seen` | project, session, first | numbers of the events that were received, and when |
//! | `assigned` | project, experiment, person | arms |
//! | `documents` | kind, project, key | all that is small: keys, experiments, runs, pushes |
//! | `commits`, `history_…` | | which changes of documents count; leases |
//! | `spans` | project, trace | spans on their way to outputs |
//! | `touched`, `taken` | writer, number | what roll-ups have yet to take in |
//! | `numbers`, `numbered` | project, kind, name or number | numbers of groups |
//! | `marks`, `sums`, `screens` | project, kind, bucket | which buckets wait, what they add up to |
//!
//! Where the address names a cluster, facts are spread over its servers, see [`cluster`].
//!
//! Rows are added, and removed in one way ([`removal`]): what people want forgotten
//! ([`erase`]), what expired ([`expire`]), spans once nobody sees them. Types are those that
//! servers have had since 2018 ([`schema`]). No sum of the database reaches an export: it
//! returns rows in order, bytewise, and everything is put together here.
//!
//! # Once, and all of it
//! Facts are written in *blocks* (a portion of the log; some registrations). A block is
//! a handful of inserts, and then one row that says that it counts; see [`blocks`]. So:
//! - *An insert is repeated* because there was no answer: its rows have the same keys, and
//!   are one row once parts are merged. Until then readers drop the twin: events by (output,
//!   session, number), links and registrations as they are sets.
//! - *The collector dies in the middle of a block*, or the database does: the block never
//!   counts, nobody ever sees its rows, and the log is read again from where the last one
//!   that counts ended. Which events are known is read from blocks that count, so what
//!   the block that died had written is not taken for known.
//! - *It dies after the last row* and before it knows: the block counts, and the position
//!   in it is where the log is read on.
//! - *A batch was retried through another collector*: its events are known there, and are
//!   counted as duplicates, once that one's block counts. Where both write in the same
//!   moment both count it as stored; readers still hand it out once, as it was first
//!   received.
//! - *A reader* sees all blocks that counted when it began, and nothing else, however many
//!   queries it takes and whatever is written meanwhile; an answer that is cut is asked
//!   for again.
//! - *Keys, runs, pushes, leases* are changed by compare-and-set over all collectors; see
//!   [`history`].
//! - *Sums* are kept by one collector at a time, from what blocks say that they touch; see
//!   [`rollup`].
//!
//! What a server has acknowledged is as durable as its disk's cache: it is asked to sync
//! nothing, and the log is kept for an hour behind it.

mod adding;
mod assigned;
mod belonging;
mod blocks;
mod buckets;
mod client;
mod cluster;
mod conduct;
mod control;
#[cfg(test)]
mod differential;
mod documents;
mod erase;
mod experiments;
mod expire;
mod fold;
mod graves;
mod groups;
mod history;
mod hosts;
mod intake;
mod keys;
mod leases;
mod ledger;
mod links;
mod lists;
mod literal;
mod marks;
mod moving;
mod named;
mod names;
mod numbers;
mod pages;
mod pen;
mod plan;
mod push;
mod recall;
mod register;
mod registered;
mod removal;
mod rollup;
mod rowbinary;
mod schema;
mod shelves;
mod sign_ins;
mod slices;
mod stamps;
mod standing;
mod sums;
#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;
mod touched;
mod traces;
mod unseen;
mod updates;
mod upkeep;
mod view;

use std::{
    collections::BTreeMap,
    fs,
    ops::ControlFlow,
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
};

use tacit_signals::{Id, SessionId};

use super::{
    ClickHouseUrl, ExpiryStore, Folding, Forgotten, Listed, Page, Registering, Rests, Settled,
    Store, StoreError, StoreUrl, Traced, home,
    rows::{Conduct, Group, GroupName, StoredSubject},
};
use crate::{control::ProjectId, export::Scratch, log::Position, outcome::Refused};
use adding::Adding;
use blocks::Snapshot;
use client::Client;
use lists::Lists;
use named::named;
use pen::Pen;
use stamps::Stamps;
use view::View;

/// A database of a ClickHouse server.
pub struct ClickHouseStore {
    client: Client,
    /// Tells this collector's blocks from those of others.
    collector: String,
    data: PathBuf,
    stamps: Stamps,
    pen: Mutex<Pen>,
    adding: Adding,
    graves: graves::Known,
    silent: erase::Silent,
    removing: leases::Removers,
}

impl ClickHouseStore {
    /// Opens the store for the collector whose data directory is `data`, both made if they
    /// are missing, and brings the schema up to date.
    pub fn open(url: &ClickHouseUrl, data: &Path) -> Result<Self, StoreError> {
        let store = Self::named_in(url, data, true)?;
        store.client.reach()?;
        Ok(store)
    }

    /// The same, but where no server can be reached and `data` remembers what a collector
    /// has to know to begin: it is told that then, until [`Store::begun`].
    pub fn begin(url: &ClickHouseUrl, data: &Path) -> Result<Self, StoreError> {
        let store = Self::named_in(url, data, true)?;
        match store.client.reach() {
            Err(StoreError::Unreachable(error)) if store.client.recall.begin(data)? => {
                tracing::warn!(
                    error,
                    "the store is away: beginning with what is remembered"
                );
            }
            reached => reached?,
        }
        Ok(store)
    }

    /// The store that a copy is made into, while the log of `data` is folded into another one,
    /// which `data` goes on to remember.
    pub fn open_beside(url: &ClickHouseUrl, data: &Path) -> Result<Self, StoreError> {
        let store = Self::named_in(url, data, false)?;
        store.client.reach()?;
        Ok(store)
    }

    /// Asks nobody yet, unless a cluster is named. Before a server is asked for the first
    /// time its schema is brought up to date, and it has to be of the database that the log
    /// of `data` is folded into, where it `is_home`.
    fn named_in(url: &ClickHouseUrl, data: &Path, is_home: bool) -> Result<Self, StoreError> {
        fs::create_dir_all(data)?;
        let collector = named(data)?;
        if url.cluster.is_some() {
            // Who is who in it has to be known first.
            return Self::arranged(cluster::connect(url)?, url, collector, (data, is_home));
        }
        let begin = {
            let (url, data, collector) = (url.clone(), data.to_owned(), collector.clone());
            move |client: Client| {
                let store = Self::arranged(client, &url, collector.clone(), (&data, is_home))?;
                Ok(store.client.settings())
            }
        };
        let client = Client::beginning(url, Arc::new(begin))?;
        Self::of(client, collector, data)
    }

    fn arranged(
        mut client: Client,
        url: &ClickHouseUrl,
        collector: String,
        (data, is_home): (&Path, bool),
    ) -> Result<Self, StoreError> {
        schema::migrate(&client)?;
        schema::tune(&mut client)?;
        let store = Self::of(client, collector, data)?;
        if is_home {
            let url = StoreUrl::ClickHouse(url.clone());
            home::settle(data, &url, &store.identity()?)?;
        }
        Ok(store)
    }

    fn of(client: Client, collector: String, data: &Path) -> Result<Self, StoreError> {
        Ok(Self {
            adding: Adding::new(client.clone())?,
            client,
            collector,
            data: data.into(),
            stamps: Stamps::default(),
            pen: Mutex::new(Pen::Down(None)),
            graves: graves::Known::default(),
            silent: erase::Silent::default(),
            removing: leases::Removers::default(),
        })
    }

    /// The counters of a project: those of one collector, or of all.
    fn fates_of(
        &self,
        project: ProjectId,
        collector: Option<&str>,
    ) -> Result<BTreeMap<String, u64>, StoreError> {
        let mut all = blocks::fates(&blocks::writers(&self.client, collector)?);
        Ok(all.remove(&project).unwrap_or_default())
    }

    /// Runs `act` on all blocks that count now.
    fn read<T>(
        &self,
        act: impl FnOnce(&Client, &Snapshot) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let snapshot = Snapshot::take(&self.client)?;
        act(&self.client, &snapshot)
    }

    fn view<T>(
        &self,
        project: ProjectId,
        as_of: u64,
        act: impl FnOnce(&View<'_>) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        self.read(|client, snapshot| {
            act(&View {
                client,
                snapshot,
                project,
                as_of,
            })
        })
    }
}

impl Store for ClickHouseStore {
    fn fold(&self, portion: &Folding<'_>, to: Position) -> Result<(), StoreError> {
        self.block(|snapshot, pages, next| {
            let tally = fold::fold(&self.client, snapshot, pages, portion)?;
            tally.add_to(next);
            next.position = to;
            Ok(())
        })
    }

    /// An insert makes files for every column of every table it is for, which the server
    /// merges: it should have about one a second. Who registers is waiting.
    fn rests(&self) -> Rests {
        Rests {
            folds_ms: (1_000, 1_000),
            registrations_ms: (0, 500),
        }
    }

    fn register(&self, requests: &[Registering]) -> Result<Vec<Vec<Settled>>, StoreError> {
        self.block(|snapshot, pages, _| register::register(&self.client, snapshot, pages, requests))
    }

    fn keep_refusals(&self, refusals: &[(Option<ProjectId>, Refused)]) -> Result<(), StoreError> {
        self.put_refusals(refusals)
    }

    /// There is nothing to wait for: what was written was acknowledged by the server.
    fn sync(&self) -> Result<(), StoreError> {
        Ok(())
    }

    fn remember(&self, ask: &mut dyn FnMut() -> Result<(), StoreError>) -> Result<(), StoreError> {
        self.client.recall.keep(&self.data, ask)
    }

    fn begun(&self) {
        self.client.recall.end();
    }

    fn own_fates(&self, project: ProjectId) -> Result<Option<BTreeMap<String, u64>>, StoreError> {
        self.fates_of(project, Some(&self.collector)).map(Some)
    }

    fn identity(&self) -> Result<String, StoreError> {
        let chosen = self.chosen_once("identity")?;
        Ok(blake3::hash(&chosen).to_hex().to_string())
    }

    fn position(&self) -> Result<Position, StoreError> {
        blocks::position(&self.client, &self.collector)
    }

    fn groups_after(
        &self,
        project: ProjectId,
        as_of: u64,
        after: Option<&GroupName>,
        visit: &mut dyn FnMut(&GroupName, Group) -> ControlFlow<()>,
    ) -> Result<(), StoreError> {
        self.view(project, as_of, |view| groups::visit(view, after, visit))
    }

    fn group_of(
        &self,
        project: ProjectId,
        id: &Id,
        as_of: u64,
    ) -> Result<Option<(Group, Id)>, StoreError> {
        self.view(project, as_of, |view| view.group_of(id))
    }

    fn conduct(
        &self,
        project: ProjectId,
        as_of: u64,
        visit: &mut dyn FnMut(&Conduct<'_>) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        self.view(project, as_of, |view| conduct::visit(view, visit))
    }

    fn scratch(&self) -> Scratch {
        Scratch::new(&self.data)
    }

    fn assignments(
        &self,
        project: ProjectId,
        experiment: &str,
        as_of: u64,
        visit: &mut dyn FnMut(&StoredSubject, &str),
    ) -> Result<(), StoreError> {
        self.read(|client, snapshot| {
            assigned::visit((client, snapshot), project, experiment, as_of, visit)
        })
    }

    fn forgotten(&self, project: ProjectId) -> Result<Forgotten, StoreError> {
        Ok(Forgotten {
            graves: self.buried()?.count(project),
            horizon: self.horizon_of(project)?,
        })
    }

    fn page(&self, project: ProjectId, page: &Page) -> Result<Vec<Listed>, StoreError> {
        self.read(|client, snapshot| {
            let lists = Lists {
                client,
                snapshot,
                project,
            };
            lists.page(page)
        })
    }

    fn fates(&self, project: ProjectId) -> Result<BTreeMap<String, u64>, StoreError> {
        self.fates_of(project, None)
    }

    fn refusals(&self) -> Result<Vec<(Option<ProjectId>, Refused)>, StoreError> {
        self.kept_refusals()
    }

    fn known(
        &self,
        project: ProjectId,
        session: SessionId,
        seqs: &[u32],
    ) -> Result<Vec<u32>, StoreError> {
        self.known_of(project, session, seqs)
    }

    fn trace(
        &self,
        project: ProjectId,
        session: SessionId,
        seq: u32,
    ) -> Result<Option<Traced>, StoreError> {
        self.trace_of(project, session, seq)
    }
}
