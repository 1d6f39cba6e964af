//! What holds beyond the contract of every store: through crashes, and with several
//! collectors.

mod answers;
mod cluster;
mod collectors;
mod crashes;
mod erasures;
mod expiries;
mod forgotten;
mod moving;
mod rollups;

use serde_json::{Value, json};
use tacit_signals::json as twin;
use tempfile::TempDir;

use super::{
    testing::{open_with, server},
    *,
};
use crate::{
    accept::{self, Accepted},
    store::rows::Slice,
    testing::{NOW, project},
};

const OURS: ProjectId = ProjectId(1);

/// Two collectors on one database, and their directories.
struct House {
    first: ClickHouseStore,
    second: ClickHouseStore,
    here: TempDir,
    there: TempDir,
}

impl House {
    fn open() -> Self {
        let [here, there] = [(); 2].map(|()| tempfile::tempdir().unwrap());
        Self {
            first: open_with(here.path(), here.path()),
            second: open_with(there.path(), here.path()),
            here,
            there,
        }
    }

    /// The first one again, as after a crash.
    fn restart(&mut self) {
        self.first = open_with(self.here.path(), self.here.path());
        assert_ne!(self.first.collector, self.second.collector);
        assert!(self.there.path().is_dir());
    }
}

fn copied(seq: u32, output: &str) -> Value {
    json!({"seq":seq,"at":NOW,"kind":"copied","output":output,"chars":4,"share":1,"via":"button"})
}

fn batch(from: u8, received_at: u64, events: &[Value]) -> Accepted {
    let batch = json!({"v":1,"key":"pk","session":format!("{from:032x}"),"sent_at":received_at,
                       "lang":"en","sdk":"t","events":events});
    let decoded = twin::decode(batch.to_string().as_bytes()).unwrap();
    accept::accept(decoded, &project(1), received_at).accepted
}

fn folding(requests: &[Accepted]) -> Folding<'_> {
    Folding {
        requests,
        unreadable: &[],
    }
}

fn at(offset: u64) -> Position {
    Position { segment: 1, offset }
}

fn slices(store: &ClickHouseStore) -> Vec<Slice> {
    let mut slices = Vec::new();
    let visited = store.groups(OURS, u64::MAX, &mut |group| {
        slices.extend(group.outputs.into_iter().flat_map(|output| output.slices));
        ControlFlow::Continue(())
    });
    visited.unwrap();
    slices
}

fn events(store: &ClickHouseStore) -> Vec<u32> {
    let slices = slices(store);
    let events = slices.iter().flat_map(|slice| &slice.events);
    events.map(|event| event.seq).collect()
}

fn counts(store: &ClickHouseStore) -> [u64; 3] {
    let fates = store.fates(OURS).unwrap();
    ["batches", "stored", "duplicate"].map(|name| fates.get(name).copied().unwrap_or_default())
}

fn killed() -> StoreError {
    StoreError::Unreachable("killed".into())
}

/// Writes all rows of a block but the last, and fails.
fn fold_half(store: &ClickHouseStore, requests: &[Accepted]) {
    let failed = store.block(|snapshot, pages, next| {
        let tally = fold::fold(&store.client, snapshot, pages, &folding(requests))?;
        tally.add_to(next);
        pages.insert(&store.client)?;
        Err::<(), _>(killed())
    });
    failed.unwrap_err();
}

/// The same with the last row, whose answer never came.
fn fold_without_answer(store: &ClickHouseStore, requests: &[Accepted], to: Position) {
    let failed = store.block(|snapshot, pages, next| {
        let tally = fold::fold(&store.client, snapshot, pages, &folding(requests))?;
        tally.add_to(next);
        next.position = to;
        pages.insert(&store.client)?;
        next.commit(&store.client, &store.collector)?;
        Err::<(), _>(killed())
    });
    failed.unwrap_err();
}
