//! The same facts make the same files, however they arrived.

use serde_json::{Value, json};
use tacit_signals::{Batch, Event, SessionId, Signal};
use tacit_tests::{
    api::Api,
    data::Data,
    now_ms,
    page::Page,
    rounds, rows,
    server::Server,
    signals::{copied, edit_text, edited, rated, read, regenerated, shown},
};

const CONVERSATIONS: u32 = 16;
const TURNS: u32 = 5;
const SESSIONS: u8 = 6;
/// Datasets name no person and no moment of their making: same facts, same bytes.
const DATASETS: [&str; 3] = ["trl-sft", "trl-dpo", "trl-kto"];

/// All there is to tell: outputs, and each session's events.
struct Facts {
    outputs: Vec<Value>,
    sessions: Vec<(SessionId, Vec<Event>)>,
}

impl Facts {
    fn new(random: &mut fastrand::Rng) -> Self {
        let mut outputs = Vec::new();
        let mut sessions: Vec<(Page, Vec<Event>)> = (0..SESSIONS)
            .map(|number| {
                (
                    Page::of_session("", SessionId([number + 1; 16])),
                    Vec::new(),
                )
            })
            .collect();
        let base = now_ms() - 3_600_000;
        for (conversation, turn) in places() {
            for variant in 0..random.u32(1..=2) {
                let id = format!("o-{conversation}-{turn}-{variant}");
                let name = format!("c-{conversation}");
                // Some are known to the browser only.
                if random.u32(0..6) > 0 {
                    outputs.push(json!({
                        "id": id, "conversation": name, "turn": turn, "variant": variant,
                        "aliases": [format!("alias-{id}")], "output": format!("Answer {id}."),
                        "input": [{"role": "user", "content": format!("Question {name}/{turn}.")}],
                    }));
                }
                let at = base + u64::from(conversation * 100_000 + turn * 10_000 + variant * 5_000);
                for _ in 0..random.u32(1..=3) {
                    let (page, events) = &mut sessions[random.usize(0..usize::from(SESSIONS))];
                    events.push(page.event(at, &id, shown((&name, turn, variant))));
                    for (after, signal) in acts(random, &id) {
                        let named = if random.bool() {
                            id.clone()
                        } else {
                            format!("alias-{id}")
                        };
                        events.push(page.event(at + after, &named, signal));
                    }
                }
            }
        }
        let sessions = sessions
            .into_iter()
            .map(|(page, events)| (page.session, events));
        Self {
            outputs,
            sessions: sessions.collect(),
        }
    }

    fn events(&self) -> u64 {
        self.sessions
            .iter()
            .map(|(_, events)| events.len() as u64)
            .sum()
    }
}

fn places() -> impl Iterator<Item = (u32, u32)> {
    (0..CONVERSATIONS).flat_map(|conversation| (0..TURNS).map(move |turn| (conversation, turn)))
}

/// What somebody did with an answer; times repeat, so that ties have to be broken.
fn acts(random: &mut fastrand::Rng, id: &str) -> Vec<(u64, Signal)> {
    let mut acts = vec![(1_000, read(random.u32(0..4) * 1_500))];
    for _ in 0..random.u32(0..4) {
        let after = 2_000 + random.u64(0..3) * 500;
        acts.push(match random.u32(0..6) {
            0 | 1 => (after, copied(random.u32(1..=10) * 100)),
            2 => (after, regenerated(random.u32(1..60) * 1_000)),
            3 => (after, rated(random.bool())),
            4 => (after, edited(random.u32(0..=10) * 100)),
            _ => (
                after,
                edit_text(&format!("Edit {} of {id}.", random.u32(0..3))),
            ),
        });
    }
    acts
}

/// A collector that was told `facts`.
struct Told {
    server: Server,
    data: Data,
}

impl Told {
    /// In order, a session at a time, in binary.
    fn in_order(facts: &Facts) -> Self {
        let data = Data::new();
        let server = Server::start(&data);
        let api = server.api();
        let _ = api.register(&json!(facts.outputs));
        for batch in batches(&data, facts, |_| 50) {
            api.batch(&batch);
        }
        assert_eq!(api.drained().events.stored, facts.events());
        Self { data, server }
    }

    /// Shuffled, split anew, partly twice, half of it as JSON, outputs when half of
    /// it has arrived, and with a kill in between.
    fn in_disorder(facts: &Facts, random: &mut fastrand::Rng) -> Self {
        let data = Data::new();
        let mut server = Server::start(&data);
        let mut batches = batches(&data, facts, |left| random.usize(1..=left.min(9)));
        let twice: Vec<Batch> = batches
            .iter()
            .filter(|_| random.u32(0..3) == 0)
            .cloned()
            .collect();
        let repeated: u64 = twice.iter().map(|batch| batch.events.len() as u64).sum();
        batches.extend(twice);
        random.shuffle(&mut batches);
        let mut outputs = facts.outputs.clone();
        random.shuffle(&mut outputs);
        let half = batches.len() / 2;
        for (number, batch) in batches.iter().enumerate() {
            if number == half {
                for some in outputs.chunks(7) {
                    let _ = server.api().register(&json!(some));
                }
                server.kill();
                server = Server::start(&data);
            }
            if random.bool() {
                server.api().batch(batch);
            } else {
                server.api().batch_as_json(batch);
            }
        }
        let ledger = server.api().drained();
        assert_eq!(ledger.events.stored, facts.events());
        assert_eq!(ledger.events.duplicate, repeated);
        Self { data, server }
    }

    fn api(&self) -> Api {
        self.server.api()
    }
}

/// The events of `facts` in batches; `take` says how many of so many come next.
fn batches(data: &Data, facts: &Facts, mut take: impl FnMut(usize) -> usize) -> Vec<Batch> {
    let mut batches = Vec::new();
    for (session, events) in &facts.sessions {
        let page = Page::of_session(&data.publishable, *session);
        // Texts travel apart from signals.
        for apart in [false, true] {
            let of_kind = events.iter().filter(|event| event.is_content() == apart);
            let mut rest: Vec<Event> = of_kind.cloned().collect();
            while !rest.is_empty() {
                let next = rest.split_off(take(rest.len()).min(rest.len()));
                batches.push(page.batch(rest));
                rest = next;
            }
        }
    }
    batches
}

#[test]
fn the_same_facts_make_the_same_files() {
    for seed in 0..rounds(2) {
        let mut random = fastrand::Rng::with_seed(seed);
        let facts = Facts::new(&mut random);
        let (one, other) = (
            Told::in_order(&facts),
            Told::in_disorder(&facts, &mut random),
        );
        // A label says as of when it holds and whether it is mature then, and only
        // what had been received by then counts: without the same moment for both,
        // later than all receipts, labels differ by right.
        let as_of = now_ms();
        for format in DATASETS {
            let file = one.data.export(format, as_of);
            assert!(
                file.lines().count() > 5,
                "seed {seed}: too few rows of {format} to tell"
            );
            assert_eq!(
                file,
                other.data.export(format, as_of),
                "seed {seed}: {format}"
            );
            assert_eq!(
                file,
                other.api().dataset(format, as_of),
                "seed {seed}: {format}"
            );
        }
        let (labels, others) = (labels(&one, as_of), labels(&other, as_of));
        assert_eq!(labels, others, "seed {seed}");
        for state in ["positive", "negative", "conflict", "pending"] {
            let found = labels.iter().any(|label| label["state"] == state);
            assert!(
                found,
                "seed {seed}: no label is {state}, so nothing shows that it would agree"
            );
        }
    }
}

/// Labels in the order of the file, without the subject: each project hides people
/// behind a pepper of its own.
fn labels(told: &Told, as_of: u64) -> Vec<Value> {
    let mut labels = rows(&told.data.export("labels", as_of));
    for label in &mut labels {
        let subject = label.as_object_mut().unwrap().remove("subject");
        assert!(subject.is_some(), "a label names its subject");
    }
    labels
}
