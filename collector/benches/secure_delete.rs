//! What does it cost at ingest that whatever is deleted is overwritten? Folds the same
//! batches into two stores in turn, one of which does not, and prints the ratio of one
//! run: `npm run bench:secure-delete`. Its figures are in `demo-site/docs/erasure.md`.
#![expect(clippy::print_stdout, reason = "the figures are what it is for")]

use std::{
    ops::ControlFlow,
    path::Path,
    time::{Duration, Instant},
};

use anyhow::Context;
use serde_json::{Map, Value, json};
use tacit_collector::{
    accept::{Accepted, accept, registration},
    control::{Project, scope::Scopes},
    store::{ControlStore, Folding, KeyKind, NewKey, Registering, SqliteStore, Store},
};
use tacit_signals::json as twin;
use tempfile::TempDir;

const ROUNDS: usize = 60;
/// Folded at once, as the consumer does with what a burst left.
const BATCHES: usize = 400;
const NOW: u64 = 1_763_890_000_000;

struct Side {
    name: &'static str,
    store: SqliteStore,
    took: Vec<Duration>,
    _directory: TempDir,
}

impl Side {
    fn new(name: &'static str, overwrites: bool) -> anyhow::Result<Self> {
        let directory = tempfile::tempdir()?;
        let store = SqliteStore::open(Path::new(directory.path()))?;
        store.overwrite_deleted(overwrites)?;
        store.create_key(&NewKey {
            project: "shop".into(),
            kind: KeyKind::Secret,
            text: "sk_1".into(),
            id: "key_1".into(),
            origins: Vec::new(),
            content: None,
            scopes: Scopes::ALL,
            created_at: 1,
        })?;
        Ok(Self {
            name,
            store,
            took: Vec::new(),
            _directory: directory,
        })
    }

    /// Folds a round and registers what it is about; both delete what ranges replace.
    fn round(&mut self, round: usize) -> anyhow::Result<()> {
        let control = self.store.control()?;
        let project = control.projects.values().next().context("a project")?;
        let requests: Vec<Accepted> = (0..BATCHES)
            .map(|number| batch(project, round, number))
            .collect::<Result<_, _>>()?;
        let outputs: Vec<_> = (0..BATCHES / 4)
            .map(|number| registered(project, round, number))
            .collect::<Result<_, _>>()?;
        let to = self.store.position()?;
        let begun = Instant::now();
        let folding = Folding {
            requests: &requests,
            unreadable: &[],
        };
        self.store.fold(&folding, to)?;
        self.store.register(&[Registering {
            project: project.id,
            received_at: NOW,
            outputs,
        }])?;
        self.took.push(begun.elapsed());
        Ok(())
    }

    fn median_us(&mut self) -> u128 {
        self.took.sort_unstable();
        let middle = self.took.get(self.took.len() / 2);
        middle.copied().unwrap_or_default().as_micros()
    }
}

/// Sessions go on over rounds, now and then with a gap that is filled later.
fn batch(project: &Project, round: usize, number: usize) -> anyhow::Result<Accepted> {
    let place = if round.is_multiple_of(2) {
        round + 1
    } else {
        round - 1
    };
    let round = if number.is_multiple_of(5) {
        place
    } else {
        round
    };
    let events: Vec<Value> = (0..10)
        .map(|event| {
            json!({"seq": round * 10 + event, "at": NOW, "kind": "copied",
                "output": format!("o-{}-{event}", (round * 7 + number) % 4_000),
                "chars": 400, "share": 0.5, "via": "button"})
        })
        .collect();
    let session = format!("{number:032x}");
    let body = json!({"v": 1, "key": "pk_1", "session": session, "sent_at": NOW,
        "events": events});
    let decoded =
        twin::decode(body.to_string().as_bytes()).map_err(|error| anyhow::anyhow!("{error:?}"))?;
    Ok(accept(decoded, project, NOW).accepted)
}

fn registered(
    project: &Project,
    round: usize,
    number: usize,
) -> anyhow::Result<registration::Registration> {
    let id = format!("o-{}-{}", (round * 31 + number * 7) % 4_000, number % 10);
    let said = json!({"id": id, "conversation": format!("c-{number}"),
        "output": "An answer of some length. ".repeat(30)});
    let said: Map<String, Value> = said.as_object().cloned().unwrap_or_default();
    registration::parse(said, project, NOW).map_err(|error| anyhow::anyhow!("{error:?}"))
}

fn main() -> anyhow::Result<()> {
    let mut sides = [
        Side::new("overwriting", true)?,
        Side::new("leaving", false)?,
    ];
    for round in 0..ROUNDS {
        // Whoever is first in one round is second in the next.
        let (first, second) = if round.is_multiple_of(2) {
            (0, 1)
        } else {
            (1, 0)
        };
        for side in [first, second] {
            if let Some(side) = sides.get_mut(side) {
                side.round(round)?;
            }
        }
    }
    for side in &mut sides {
        let mut groups = 0_u64;
        let control = side.store.control()?;
        for project in control.projects.values() {
            side.store.groups(project.id, u64::MAX, &mut |_| {
                groups += 1;
                ControlFlow::Continue(())
            })?;
        }
        let median = side.median_us();
        println!(
            "{:12} median of {ROUNDS} rounds {median:>7} us; {groups} groups",
            side.name
        );
    }
    let [overwriting, leaving] = &mut sides;
    let percent = overwriting.median_us() * 100 / leaving.median_us().max(1);
    println!("overwriting takes {percent} % of leaving");
    Ok(())
}
