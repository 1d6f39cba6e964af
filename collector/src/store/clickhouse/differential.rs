//! The same history in SQLite and in ClickHouse: the same groups, labels and rows, byte for
//! byte, as of any moment.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use tacit_signals::{SubjectKind, json as twin};

use super::{
    ClickHouseStore,
    testing::{on_cluster, open_with, server, set_secrets},
};
use crate::{
    accept::{self, Accepted, registration},
    control::{ProjectId, scope::Scopes},
    dataset::{Filter, Format, Wanted},
    erase::{self, Step},
    export::export,
    label::{Milli, Policy, Trust},
    log::Position,
    store::{
        AnyStore, ControlStore, Folding, KeyKind, NewKey, Registering, SqliteStore, Status, Store,
        UpkeepStore,
        contract::{erasures::try_to_remove, set_sqlite_secrets},
        rows::{Group, GroupName, StoredSubject},
    },
    testing::{NOW, project_with, running},
};

pub(super) const OURS: ProjectId = ProjectId(1);
/// Histories; each of some twenty steps.
const HISTORIES: u64 = 12;

fn ours() -> std::sync::Arc<crate::control::Project> {
    project_with(vec![running("tone", 100)])
}

/// An output, by one of its ids, and where it belongs.
struct Said {
    id: String,
    conversation: Option<String>,
    turn: u32,
    variant: u32,
}

fn said(rng: &mut fastrand::Rng) -> Said {
    let number = rng.u32(..12);
    let (conversation, turn, variant) = (number / 6, number % 6 / 2, number % 2);
    let prefix = ["o", "c", "a"][rng.usize(..3)];
    // Some are said to be elsewhere, by somebody who may be wrong.
    let conversation = match rng.u8(..10) {
        0 => None,
        1 => Some(format!("conv-{}", rng.u32(..3))),
        _ => Some(format!("conv-{conversation}")),
    };
    Said {
        id: format!("{prefix}-{number}"),
        conversation,
        turn,
        variant,
    }
}

fn event(rng: &mut fastrand::Rng, seq: u32, at: u64) -> Value {
    let of = said(rng);
    let mut event = match rng.u8(..6) {
        0..=2 => json!({"kind":"shown","turn":of.turn,"variant":of.variant,
            "chars":40,"words":8,"code_share":0,"stream_ms":5}),
        3 => json!({"kind":"copied","chars":4,"share":1,"via":"button"}),
        4 => {
            let value = [-1, 1][rng.usize(..2)];
            json!({"kind":"rated","value":value})
        }
        _ => json!({"kind":"winked"}),
    };
    if event["kind"] == "shown"
        && let Some(conversation) = &of.conversation
    {
        event["conversation"] = json!(conversation);
        if of.variant > 0 && rng.bool() {
            event["replaces"] = json!(of.id.replace(char::is_numeric, "0"));
        }
    }
    event["seq"] = json!(seq);
    event["at"] = json!(at);
    event["output"] = json!(of.id);
    event
}

pub(super) fn batch(rng: &mut fastrand::Rng, received_at: u64) -> Accepted {
    let session = rng.u32(..4);
    let first = rng.u32(..30);
    let events = (first..first + rng.u32(1..8)).map(|seq| {
        // What a number stands for hangs on the session alone: a retry says the same.
        let mut same = fastrand::Rng::with_seed(u64::from(session) << 32 | u64::from(seq));
        event(&mut same, seq, NOW - 1_000 + u64::from(seq))
    });
    let mut batch = json!({"v":1,"key":"pk","session":format!("{session:032x}"),
        "sent_at":received_at,"lang":"en","sdk":"t","events":events.collect::<Vec<_>>()});
    if session > 0 {
        batch["subject"] = json!(format!("u-{session}"));
    }
    let decoded = twin::decode(batch.to_string().as_bytes()).unwrap();
    accept::accept(decoded, &ours(), received_at).accepted
}

pub(super) fn registering(rng: &mut fastrand::Rng, received_at: u64) -> Registering {
    let outputs = (0..rng.u32(1..4)).map(|_| {
        let of = said(rng);
        let id = of.id.replace(['c', 'a'], "o");
        let mut output = json!({"id":id});
        if rng.bool() {
            output["conversation"] = json!(of.conversation);
            output["turn"] = json!(of.turn);
            output["variant"] = json!(of.variant);
        }
        if rng.bool() {
            output["input"] = json!([{"role":"user","content":format!("question {}", of.turn)}]);
            output["output"] = json!(format!("The answer of {id}, which says something."));
        }
        if rng.u8(..3) == 0 {
            output["aliases"] = json!([id.replace('o', "a")]);
        }
        if rng.u8(..3) == 0 {
            output["model"] = json!(format!("m-{}", rng.u8(..2)));
            output["subject"] = json!(format!("u-{}", rng.u8(1..4)));
        }
        let Value::Object(object) = output else {
            panic!("an object");
        };
        let said = registration::parse(object, &ours(), received_at).unwrap();
        if rng.u8(..4) == 0 {
            return registration::Registration::observed(said.id, said.fields, said.assigned);
        }
        said
    });
    Registering {
        project: OURS,
        received_at,
        outputs: outputs.collect(),
    }
}

/// Everything that is read of a store.
#[derive(Debug, PartialEq)]
pub(super) struct Read {
    pub(super) groups: Vec<(GroupName, Group)>,
    pub(super) files: BTreeMap<&'static str, Vec<u8>>,
    people: Vec<(StoredSubject, String)>,
    pub(super) fates: BTreeMap<String, u64>,
}

pub(super) fn read(store: &dyn Store, as_of: u64) -> Read {
    let mut groups = Vec::new();
    let visited = store.groups_after(OURS, as_of, None, &mut |name, group| {
        groups.push((name.clone(), group));
        std::ops::ControlFlow::Continue(())
    });
    visited.unwrap();
    for (_, group) in &groups {
        let output = &group.outputs[0];
        let found = store.group_of(OURS, &output.id, as_of).unwrap().unwrap();
        assert_eq!((&found.0, &found.1), (group, &output.id));
    }
    let policy = Policy::default_policy().unwrap();
    let directory = tempfile::tempdir().unwrap();
    let files = [
        ("labels", Format::Labels),
        ("dpo", Format::TrlDpo),
        ("kto", Format::TrlKto),
    ];
    let files = files.map(|(name, format)| {
        let wanted = Wanted {
            format,
            filter: Filter {
                since: None,
                until: None,
                mature_only: false,
                trust: Trust::Claimed,
                min_confidence: Milli::default(),
                redact: false,
            },
            state: None,
            as_of: as_of.min(NOW + 1_000_000),
            seed: 7,
        };
        let written = export(store, &policy, OURS, wanted, directory.path(), Vec::new());
        (name, written.unwrap().0)
    });
    let mut people = Vec::new();
    let visited = store.assignments(OURS, "tone", as_of, &mut |subject, arm| {
        people.push((subject.clone(), arm.to_owned()));
    });
    visited.unwrap();
    Read {
        groups,
        files: BTreeMap::from(files),
        people,
        fates: store.fates(OURS).unwrap(),
    }
}

#[test]
fn a_cluster_says_the_same_as_one_file_of_any_history() {
    on_cluster(both_stores_say_the_same_of_any_history);
}

#[test]
fn both_stores_say_the_same_of_any_history() {
    if server().is_none() {
        return;
    }
    let lines = compared(HISTORIES, false);
    assert!(
        lines.values().all(|count| *count > 0),
        "it was about something: {lines:?}"
    );
}

#[test]
fn both_stores_say_the_same_once_people_were_erased() {
    if server().is_none() {
        return;
    }
    let lines = compared(HISTORIES, true);
    assert!(lines["erased"] > 0, "it was about something: {lines:?}");
}

/// Somebody who is forgotten, at both.
fn erased(sqlite: &SqliteStore, collectors: &[ClickHouseStore], number: u32) -> u64 {
    let subject = ours().subject(&format!("u-{number}"), SubjectKind::App);
    let found = |store: &dyn AnyStore| {
        let job = erase::ask(store, &ours(), &subject, NOW).unwrap().job;
        for collector in collectors {
            collector.control().unwrap();
        }
        let erasure = try_to_remove(store, &job).unwrap();
        assert!(store.look_for(OURS, &job).unwrap().is_empty());
        let mut steps = erasure.steps.into_iter();
        steps
            .find(|report| report.step == Step::Store)
            .unwrap()
            .found
    };
    let expected = found(sqlite);
    assert_eq!(found(&collectors[number as usize % 2]), expected);
    expected.get("events").copied().unwrap_or_default()
}

/// How many lines of each kind were compared in so many histories.
fn compared(histories: u64, with_erasures: bool) -> BTreeMap<&'static str, u64> {
    let mut lines: BTreeMap<&str, u64> = BTreeMap::new();
    for seed in 0..histories {
        let mut rng = fastrand::Rng::with_seed(seed);
        let [here, there] = [(); 2].map(|()| tempfile::tempdir().unwrap());
        let sqlite = SqliteStore::open(here.path()).unwrap();
        let collectors = [&here, &there].map(|place| open_with(place.path(), here.path()));
        for store in [&sqlite as &dyn AnyStore, &collectors[0]] {
            store.create_key(&key()).unwrap();
        }
        set_sqlite_secrets(here.path());
        set_secrets(&collectors[0]);
        for step in 1..20_u64 {
            // Not everything is folded in the order it came in.
            let received_at = NOW + step * 10 - rng.u64(..25);
            let collector = &collectors[rng.usize(..2)];
            if with_erasures && step % 7 == 0 {
                let number = rng.u32(1..4);
                *lines.entry("erased").or_default() += erased(&sqlite, &collectors, number);
            } else if rng.u8(..3) == 0 {
                let request = [registering(&mut rng, received_at)];
                let told: [Vec<Vec<(Status, _)>>; 2] =
                    [&sqlite as &dyn Store, collector].map(|store| {
                        let settled = store.register(&request).unwrap().into_iter();
                        let told = |one: crate::store::Settled| (one.status, one.subject);
                        settled
                            .map(|all| all.into_iter().map(told).collect())
                            .collect()
                    });
                assert_eq!(told[0], told[1], "{seed}, {step}: {request:?}");
            } else {
                let requests: Vec<_> = (0..rng.u8(1..4))
                    .map(|_| batch(&mut rng, received_at))
                    .collect();
                let folding = Folding {
                    requests: &requests,
                    unreadable: &[],
                };
                let to = Position {
                    segment: 1,
                    offset: step,
                };
                for store in [&sqlite as &dyn Store, collector] {
                    store.fold(&folding, to).unwrap();
                }
            }
        }
        for as_of in [NOW + 40, NOW + 100, u64::MAX] {
            let [expected, found] =
                [&sqlite as &dyn Store, &collectors[0]].map(|store| read(store, as_of));
            assert_eq!(found, expected, "{seed}, as of {as_of}");
            for (name, file) in found.files {
                let count = file.iter().filter(|byte| **byte == b'\n').count();
                *lines.entry(name).or_default() += count as u64;
            }
            let recounts = [&sqlite as &dyn AnyStore, &collectors[0]];
            let [expected, found] = recounts.map(|store| store.recount(OURS).unwrap());
            assert_eq!(found, expected, "{seed}");
            assert_eq!(found.booked, found.counted, "{seed}");
        }
        assert_eq!(collectors[1].damage(true).unwrap(), [""; 0], "{seed}");
    }
    lines
}

fn key() -> NewKey {
    NewKey {
        project: "shop".into(),
        kind: KeyKind::Secret,
        text: "sk_1".into(),
        id: "key_1".into(),
        origins: Vec::new(),
        scopes: Scopes::ALL,
        content: None,
        created_at: 1,
    }
}
