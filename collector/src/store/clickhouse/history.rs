//! One history of everything small that has to be one: who holds which lease, which
//! keys there are, which runs ended.
//!
//! There are no transactions, and an insert cannot depend on what is there. But of
//! many who create a table of the same name at once a server lets exactly one do it. So a
//! *state* is a table, `history_<version>`, that holds no rows: what it says is written in
//! its definition (the default of its only column). Whoever wants to change something
//! reads the state of the highest version, decides, and creates the table of the next
//! one; if somebody else was faster he reads again and decides again. That is a
//! compare-and-set over all collectors: the versions are one line, and each was decided in
//! knowledge of the one before it.
//!
//! *A change with documents* (a key, the end of a run with its build) inserts these first,
//! all under a random number of the change, and then tries to create the next state, which
//! names that number. A document counts if its change is named by the newest state or is
//! written down in `commits`; before a state is replaced its number is written down there,
//! by whoever replaces it. So the change counts from the moment its state is made, for
//! everybody, and all of it; the documents of a change that came too late, or whose maker
//! crashed before, are never seen.
//!
//! *Leases* are part of the state: (name, holder, until). Taking one, making it last and
//! giving it back are changes of the state; a change under a lease is one that the state
//! it replaces still grants that lease for. A holder that crashed has it until `until`. As
//! with the store of one machine, `until` is told by the clocks of those who ask: they may
//! differ by less than what a lease is longer than it has to be.
//!
//! *Old states* are dropped, from the highest down, once [`KEPT`] newer ones are there; so
//! whoever slept between reading and creating may find that he created again what was
//! dropped. He notices: the next version names the random number of the one before it,
//! and is either not there or names another. Then he looks for his change in `commits`.
//!
//! All of it lives on one server, also where facts are spread over several.

use std::{collections::BTreeMap, thread, time::Duration};

use serde::{Deserialize, Serialize};

use super::{
    client::Client,
    literal::quoted,
    numbers::Batches,
    rowbinary::{Out, TAG_COLUMN},
};
use crate::{client::Backoff, keyed::random, store::StoreError};

/// States that are left: somebody may sleep as long as so many are made.
const KEPT: u64 = 64;
/// How often a change is decided anew before it is given up.
const ATTEMPTS: u32 = 200;
const BACKOFF: Backoff = Backoff {
    first_ms: 4,
    max_ms: 200,
    seed: 0,
};
const PREFIX: &str = "history_";

/// The random number of a change.
pub(super) type Change = [u8; 16];

/// What holds at some version.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct State {
    /// Of the change that made it; hex.
    change: String,
    /// Of the state before it.
    before: String,
    /// Whether documents belong to it.
    has_documents: bool,
    /// Grows with changes of projects, keys and experiments.
    pub(super) control: u64,
    /// Grows with every grave.
    #[serde(default)]
    pub(super) graves: u64,
    /// Grows when rows are gone that writers may take for written down.
    #[serde(default)]
    pub(super) removals: u64,
    /// By name.
    pub(super) leases: BTreeMap<String, Lease>,
    /// Grows with what is to be taken in of no block, see marks.rs.
    #[serde(default)]
    pub(super) called: u64,
    /// Which numbers of groups count.
    #[serde(default)]
    pub(super) batches: Batches,
}

/// Who has a lease, and how long.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Lease {
    pub(super) holder: String,
    /// Unix ms.
    pub(super) until: u64,
}

impl State {
    /// The change that made it.
    pub(super) fn change(&self) -> Option<Change> {
        let mut change = Change::default();
        hex::decode_to_slice(&self.change, &mut change).ok()?;
        Some(change)
    }
}

/// What somebody decided who knows a state.
pub(super) enum Decided<T> {
    /// To leave everything as it is.
    Nothing(T),
    /// To make this the next one.
    Next(State, T),
}

/// The newest state.
pub(super) fn now(client: &Client) -> Result<(u64, State), StoreError> {
    let states = states(client)?;
    match states.last_key_value() {
        None => Ok((0, State::default())),
        Some((version, definition)) => Ok((*version, read(definition)?)),
    }
}

/// Changes the state as `decide` says, which is asked again whenever somebody was faster.
/// `insert` writes down the documents of the change: under this number, in this order.
pub(super) fn change<T>(
    client: &Client,
    mut decide: impl FnMut(&State) -> Result<Decided<T>, StoreError>,
    mut insert: impl FnMut(Change, u64) -> Result<bool, StoreError>,
) -> Result<T, StoreError> {
    for attempt in 1..=ATTEMPTS {
        let (version, state) = now(client)?;
        let (mut next, result) = match decide(&state)? {
            Decided::Nothing(result) => return Ok(result),
            Decided::Next(next, result) => (next, result),
        };
        let change: Change = random()?;
        next.before.clone_from(&state.change);
        next.change = hex::encode(change);
        next.has_documents = insert(change, version + 1)?;
        if state.has_documents {
            commit(client, state.change())?;
        }
        if create(client, version + 1, &next)? {
            return Ok(result);
        }
        let wait = BACKOFF.wait_ms(&change, attempt);
        thread::sleep(Duration::from_millis(wait));
    }
    Err(StoreError::Unreachable(
        "others change it all the time".into(),
    ))
}

/// Which of these changes are written down.
pub(super) fn committed(client: &Client, changes: &[Change]) -> Result<Vec<Change>, StoreError> {
    if changes.is_empty() {
        return Ok(Vec::new());
    }
    let changes = super::literal::list(changes);
    let select = format!("SELECT {TAG_COLUMN}, change FROM commits WHERE change IN {changes}");
    client.all(&select, super::rowbinary::Rows::fixed)
}

fn commit(client: &Client, change: Option<Change>) -> Result<(), StoreError> {
    let mut row = Out::default();
    row.fixed(&change.ok_or(StoreError::Unreadable("state"))?);
    client.insert("commits (change)", &row)
}

/// Makes `next` the state of `version`; false if there is another.
fn create(client: &Client, version: u64, next: &State) -> Result<bool, StoreError> {
    let body = serde_json::to_vec(next).map_err(|_| StoreError::Unreadable("state"))?;
    let create = format!(
        "CREATE TABLE {} (state String DEFAULT '{}') ENGINE = Null",
        table(version),
        hex::encode(body)
    );
    let created = client.execute(&create);
    // Whatever was answered, or not: what is there is what counts.
    let states = states(client)?;
    if let Some(definition) = states.get(&version) {
        if read(definition)?.change != next.change {
            return Ok(false);
        }
        let is_next =
            |definition: &String| Ok::<_, StoreError>(read(definition)?.before == next.change);
        let is_newest = states.keys().next_back() == Some(&version);
        let followed = states.get(&(version + 1)).map(is_next).transpose()?;
        if is_newest || followed == Some(true) {
            drop_old(client, &states, version);
            return Ok(true);
        }
    }
    if states
        .keys()
        .next_back()
        .is_some_and(|newest| *newest > version)
    {
        // Made long ago, or made again after it was dropped.
        let change = next.change().ok_or(StoreError::Unreadable("state"))?;
        return Ok(!committed(client, &[change])?.is_empty());
    }
    match created {
        // Somebody is just about to make it.
        Err(StoreError::ClickHouse { .. }) => Ok(false),
        Err(error) => Err(error),
        Ok(()) => Err(StoreError::Unreadable("state")),
    }
}

/// Definitions by version.
fn states(client: &Client) -> Result<BTreeMap<u64, String>, StoreError> {
    let select = format!(
        "SELECT {TAG_COLUMN}, table, default_expression FROM system.columns
         WHERE database = {} AND table LIKE '{PREFIX}%' AND name = 'state'",
        quoted(client.database())
    );
    let tables = client.all(&select, |rows| Ok((rows.text()?, rows.text()?)))?;
    let numbered = tables.into_iter().filter_map(|(table, definition)| {
        let version = table.strip_prefix(PREFIX)?.parse().ok()?;
        Some((version, definition))
    });
    Ok(numbered.collect())
}

fn table(version: u64) -> String {
    format!("{PREFIX}{version:020}")
}

fn read(definition: &str) -> Result<State, StoreError> {
    let unreadable = StoreError::Unreadable("state");
    let Ok(body) = hex::decode(definition.trim_matches('\'')) else {
        return Err(unreadable);
    };
    serde_json::from_slice(&body).map_err(|_| unreadable)
}

/// What is left is dropped the next time.
fn drop_old(client: &Client, states: &BTreeMap<u64, String>, newest: u64) {
    let old = states.range(..newest.saturating_sub(KEPT)).rev();
    for (version, _) in old {
        let drop = format!("DROP TABLE IF EXISTS {}", table(*version));
        if let Err(error) = client.execute(&drop) {
            tracing::warn!(%error, "an old state is not dropped");
            return;
        }
    }
}
