use std::{collections::BTreeMap, ops::ControlFlow};

use tacit_signals::{Signal, SubjectKind, codec, signal::Kind};

use super::*;
use crate::{
    collector::{Collector, project_named},
    config::LogConfig,
    control::{ContentPolicy, scope::Scopes},
    label::{Policy, State, label_group},
    screen::tests::{strict_of_outputs, strict_of_store},
    store::{ControlStore, KeyKind, NewKey, SqliteStore, StoreUrl},
    testing::project,
};

const DAY: u64 = 86_400_000;
const FROM: u64 = 1_763_890_000_000;

/// Two weeks of conversations, all of whose consequences arrive.
fn plan(seed: u64, conversations: u64) -> Plan {
    Plan {
        seed,
        conversations,
        from: FROM,
        to: FROM + 14 * DAY,
        until: FROM + 40 * DAY,
    }
}

fn base() -> World {
    World::named("base").unwrap()
}

#[test]
fn the_same_seed_tells_the_same_and_another_does_not() {
    let world = base();
    let tell = |seed| {
        Generator::new(&world, plan(seed, 20))
            .talks()
            .collect::<Vec<_>>()
    };
    assert_eq!(tell(1), tell(1));
    assert_ne!(tell(1), tell(2));
    let generator = Generator::new(&world, plan(1, 20));
    assert_eq!(generator.talk(7), tell(1)[7], "any one can be told alone");
}

#[test]
fn conversations_start_in_order_within_the_period() {
    let world = base();
    let generator = Generator::new(&world, plan(3, 300));
    let starts = generator.talks().map(|talk| {
        let times = talk
            .answers
            .iter()
            .filter_map(|answer| answer.said.as_ref());
        times.map(|said| said.received_at).min().unwrap_or(0)
    });
    let starts: Vec<_> = starts.filter(|at| *at > 0).collect();
    assert!(starts.is_sorted());
    assert!(starts[0] >= FROM && starts[starts.len() - 1] < FROM + 15 * DAY);
    assert!(starts[starts.len() / 2].abs_diff(FROM + 7 * DAY) < 2 * DAY);
}

#[test]
fn every_batch_is_one_that_a_browser_could_send() {
    let world = base();
    for talk in Generator::new(&world, plan(5, 300)).talks() {
        for sent in talk.sends {
            let batch = tacit_signals::Batch {
                key: "pk_x".into(),
                ..sent.batch
            };
            let read = codec::decode(&codec::encode(&batch)).unwrap();
            assert_eq!(read.rejected, []);
            assert_eq!(read.batch, batch);
            assert!(batch.events.is_sorted_by_key(|event| event.seq));
            let content = batch
                .events
                .iter()
                .filter(|event| event.is_content())
                .count();
            assert!(
                content == 0 || content == batch.events.len(),
                "texts travel apart"
            );
        }
    }
}

#[test]
fn people_do_all_there_is_to_do() {
    let world = base();
    let mut kinds: BTreeMap<Kind, usize> = BTreeMap::new();
    let mut personas: BTreeMap<usize, usize> = BTreeMap::new();
    for talk in Generator::new(&world, plan(2, 600)).talks() {
        *personas.entry(talk.persona).or_default() += 1;
        for event in talk.sends.iter().flat_map(|sent| &sent.batch.events) {
            *kinds.entry(event.signal.kind().unwrap()).or_default() += 1;
        }
    }
    let missing = [Kind::Pasted, Kind::Switched];
    assert_eq!(kinds.len(), 18 - missing.len(), "{kinds:?}");
    assert_eq!(personas.len(), world.persona.len(), "{personas:?}");
}

#[test]
fn acts_happen_as_often_as_the_world_says() {
    // Without spreads between people and answers, probabilities are frequencies.
    let flat = "extends = \"base\"\nname = \"flat\"\n[engagement]\nperson = 0.0\nanswer = 0.0\n[satisfaction]\nshare = 0.7\nperson = 0.0\nquestion = 0.0\n[persona]\n[answer]\nstale_document = 0.0\ncode = 0.0\n";
    let world = World::parse(flat).unwrap();
    let reader = world
        .persona
        .keys()
        .position(|name| name == "reader")
        .unwrap();
    let acts = &world.persona["reader"].acts;
    let (mut answers, mut rated) = ([0_usize; 2], [0_usize; 2]);
    for talk in Generator::new(&world, plan(4, 4_000))
        .talks()
        .filter(|talk| talk.persona == reader)
    {
        let satisfied: BTreeMap<_, _> = talk
            .answers
            .iter()
            .map(|answer| (&answer.id, usize::from(answer.satisfied)))
            .collect();
        for given in satisfied.values() {
            answers[*given] += 1;
        }
        for event in talk.sends.iter().flat_map(|sent| &sent.batch.events) {
            if matches!(event.signal, Signal::Rated { .. }) {
                rated[satisfied[&event.output]] += 1;
            }
        }
    }
    for given in [0, 1] {
        let share = rated[given] as f64 / answers[given] as f64;
        let wanted = acts.rate[given] * acts.look[given];
        assert!((share / wanted - 1.0).abs() < 0.25, "{share} {wanted}");
    }
    let share = answers[1] as f64 / (answers[0] + answers[1]) as f64;
    assert!((share - 0.7).abs() < 0.05, "{share}");
}

#[test]
fn a_store_that_was_filled_gives_back_the_groups() {
    let world = base();
    let dir = tempfile::tempdir().unwrap();
    let key = NewKey {
        project: "p".into(),
        kind: KeyKind::Secret,
        text: "sk_x".into(),
        id: "key_x".into(),
        origins: Vec::new(),
        scopes: Scopes::ALL,
        content: Some(ContentPolicy::Edits),
        created_at: 0,
    };
    SqliteStore::open(dir.path())
        .unwrap()
        .create_key(&key)
        .unwrap();
    let generator = Generator::new(&world, plan(9, 120));
    let (collector, _) =
        Collector::open(&StoreUrl::Sqlite, dir.path(), &LogConfig::default()).unwrap();
    let control = collector.store.control().unwrap();
    let id = project_named(&control, "p").unwrap();
    let owner = &control.projects[&id];
    let filled = fill::fill(&collector, owner, &generator, &mut |_| {}).unwrap();
    collector.close().unwrap();
    assert_eq!(filled.conversations, 120);
    let fates = collector.store.fates(id).unwrap();
    assert_eq!(fates.get("stored"), Some(&filled.signals), "{fates:?}");

    let mut stored = Vec::new();
    let mut visit = |group: crate::store::rows::Group| {
        stored.extend(group.outputs);
        ControlFlow::Continue(())
    };
    collector
        .store
        .groups(id, u64::MAX >> 1, &mut visit)
        .unwrap();
    let mut made: Vec<_> = generator
        .talks()
        .flat_map(|talk| group(&talk, owner).outputs)
        .collect();
    // The screen reads chunks as they lie, and finds whom it would find in the groups.
    let by_chunks = strict_of_store(&*collector.store, id);
    assert_eq!(by_chunks, strict_of_outputs(&stored));
    assert!(by_chunks.findings().len() > 20);

    stored.sort_by(|a, b| a.id.cmp(&b.id));
    made.sort_by(|a, b| a.id.cmp(&b.id));
    for rows in stored.iter_mut().flat_map(|rows| &mut rows.slices) {
        for event in &mut rows.events {
            event.token = None;
        }
    }
    assert_eq!(stored.len(), made.len());
    for (stored, made) in stored.iter().zip(&made) {
        assert_eq!(stored, made);
    }
}

#[test]
fn the_real_fold_labels_them_and_agrees_with_the_truth_more_often_than_not() {
    let world = base();
    let policy = Policy::default_policy().unwrap();
    let owner = project(1);
    let (mut right, mut wrong, mut named) = (0, 0, 0);
    for talk in Generator::new(&world, plan(11, 1_500)).talks() {
        let labelled = label_group(&group(&talk, &owner), &policy, FROM + 60 * DAY);
        for label in &labelled.outputs {
            let answer = talk
                .answers
                .iter()
                .find(|answer| answer.id == label.output)
                .unwrap();
            let kind = label.subject.as_ref().map(|subject| subject.kind);
            named += usize::from(kind == Some(SubjectKind::App));
            assert!(
                label.mature || label.shown_at.is_none(),
                "all windows are over"
            );
            match (label.state, answer.satisfied) {
                (State::Positive, true) | (State::Negative, false) => right += 1,
                (State::Positive, false) | (State::Negative, true) => wrong += 1,
                _ => {}
            }
        }
    }
    assert!(right > 2 * wrong, "{right} {wrong}");
    assert!(named > 1_000);
}
