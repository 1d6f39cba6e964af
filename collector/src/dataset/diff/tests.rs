//! Builds of a store that learns something in between.

use std::fs;

use serde_json::json;
use tacit_signals::json as twin;
use tempfile::TempDir;

use super::*;
use crate::{
    accept::{self, registration},
    control::ProjectId,
    dataset::{
        Format,
        build::{BuildRequest, SplitBy, Splitting, build},
        sort::MEMORY_BYTES_MIN,
    },
    label::{Milli, Policy},
    store::{Folding, Registering, SqliteStore, Store},
    testing::{NOW, project},
};

const OURS: ProjectId = ProjectId(1);
const WORDS: [&str; 8] = [
    "amber", "birch", "coral", "delta", "ember", "flint", "grove", "heath",
];

struct Site {
    directory: TempDir,
    store: SqliteStore,
    seq: u32,
}

impl Site {
    fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let store = SqliteStore::open(&directory.path().join("data")).unwrap();
        Self {
            directory,
            store,
            seq: 0,
        }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    /// An answer to a question of its own, made by `model`.
    fn answer(&self, number: usize, model: &str) {
        let words: Vec<_> = (0..30)
            .map(|n| WORDS[(number * 7 + n * n * (number + 1)) % 8])
            .collect();
        let output = json!({
            "id": format!("o-{number:02}"), "model": model, "subject": format!("u-{number}"),
            "input": [{"role": "user", "content": format!("{} of {number}?", words[..9].join(" "))}],
            "output": format!("{} {number}.", words.join(" ")),
        });
        let request = Registering {
            project: OURS,
            received_at: NOW,
            outputs: vec![
                registration::parse(output.as_object().unwrap().clone(), &project(1), NOW).unwrap(),
            ],
        };
        self.store.register(&[request]).unwrap();
    }

    /// Something that was received at `at`.
    fn told(&mut self, at: u64, number: usize, mut event: serde_json::Value) {
        event["seq"] = self.seq.into();
        event["at"] = at.into();
        event["output"] = format!("o-{number:02}").into();
        self.seq += 1;
        let shown = json!({"seq": self.seq, "at": NOW, "kind": "shown", "output": event["output"],
            "chars": 40, "words": 30, "code_share": 0, "stream_ms": 5});
        self.seq += 1;
        let batch = json!({"v": 1, "key": "pk", "session": format!("{:032x}", 1), "sent_at": at,
            "sdk": "t", "events": [event, shown]});
        let decoded = twin::decode(batch.to_string().as_bytes()).unwrap();
        let accepted = accept::accept(decoded, &project(1), at).accepted;
        let mut to = self.store.position().unwrap();
        to.offset += 1;
        let folding = Folding {
            requests: &[accepted],
            unreadable: &[],
        };
        self.store.fold(&folding, to).unwrap();
    }

    fn build(&self, name: &str, as_of: u64, change: impl FnOnce(&mut BuildRequest)) -> PathBuf {
        let out = self.path(name);
        let mut request = BuildRequest::new(OURS, Format::TrlKto, as_of, &out);
        change(&mut request);
        let policy = Policy::default_policy().unwrap();
        build(&self.store, &policy, &request, &mut |_| {}).unwrap();
        out
    }
}

const LATER: u64 = NOW + 60_000;

/// Twenty answers, the even ones copied, the odd ones rated down; later, one of these
/// worked after all, one is rated down that was copied, and two are new.
fn site() -> Site {
    let mut site = Site::new();
    for number in 0..20 {
        site.answer(number, "m-1");
        let act = if number % 2 == 0 {
            json!({"kind": "copied", "chars": 40, "share": 1, "via": "button"})
        } else {
            json!({"kind": "rated", "value": -1})
        };
        site.told(NOW + 5_000, number, act);
    }
    site.told(LATER, 1, json!({"kind": "converted", "name": "order"}));
    site.told(LATER, 2, json!({"kind": "rated", "value": -1}));
    for number in 20..22 {
        site.answer(number, "m-2");
        site.told(
            LATER,
            number,
            json!({"kind": "copied", "chars": 40, "share": 1, "via": "button"}),
        );
    }
    site
}

fn compare(a: &Path, b: &Path) -> Diff {
    diff(a, b, MEMORY_BYTES_MIN, 2).unwrap()
}

#[test]
fn what_was_learnt_in_between_is_told() {
    let site = site();
    let a = site.build("a", NOW + 10_000, |_| {});
    let b = site.build("b", LATER, |request| {
        request.previous = Some(Manifest::read(&a).unwrap().id);
    });
    let found = compare(&a, &b);
    assert!(!found.identical && found.b_follows_a);
    let rows = &found.rows;
    // o-02 is a conflict now, so it is in no row.
    assert_eq!((rows.a, rows.b), (20, 21));
    assert_eq!(
        (rows.added, rows.removed, rows.changed, rows.same),
        (2, 1, 1, 18)
    );
    assert_eq!(
        rows.flips,
        BTreeMap::from([("negative to positive".into(), 1)])
    );
    let by = rows.changed_by;
    assert_eq!((by.text, by.state, by.score, by.weight), (1, 1, 1, 1));
    assert_eq!(rows.examples["flipped"], ["o-01"]);
    assert_eq!(rows.examples["removed"], ["o-02"]);
    assert_eq!(rows.examples["added"], ["o-20", "o-21"]);
    assert_eq!(rows.models["m-2"], Sides { a: 0, b: 2 });
    assert_eq!(rows.models["m-1"], Sides { a: 20, b: 19 });
    assert_eq!(found.skipped["conflict"], Sides { a: 0, b: 1 });
    let inputs: Vec<_> = found.inputs.keys().map(String::as_str).collect();
    assert_eq!(inputs, ["as_of", "previous"]);
    let model = |shift: &&Shift| shift.by == "model" && shift.value.as_deref() == Some("m-2");
    let shift = found.shifts.iter().find(model).unwrap();
    assert_eq!((shift.a, shift.b), (Milli::new(0), Milli::new(95)));
    assert_eq!(
        found.measures["rows"],
        Sides {
            a: json!(20),
            b: json!(21)
        }
    );
}

#[test]
fn the_same_build_is_identical() {
    let site = site();
    let (a, b) = (
        site.build("a", LATER, |_| {}),
        site.build("b", LATER, |_| {}),
    );
    let found = compare(&a, &b);
    assert!(found.identical, "{found:?}");
    let rows = Rows {
        a: 21,
        b: 21,
        same: 21,
        ..Rows::default()
    };
    assert_eq!(found.rows, rows);
    assert!(found.inputs.is_empty() && found.shifts.is_empty() && found.measures.is_empty());
}

#[test]
fn rows_that_change_files_have_moved() {
    let site = site();
    let split = |share| {
        move |request: &mut BuildRequest| {
            let by = SplitBy::Person;
            let share = Milli::new(share);
            request.split = Some(Splitting { share, by });
        }
    };
    let (a, b) = (
        site.build("a", LATER, split(100)),
        site.build("b", LATER, split(500)),
    );
    let found = compare(&a, &b);
    let test = |build: &Path| Manifest::read(build).unwrap().counts.test;
    let moved = test(&b) - test(&a);
    assert!(moved > 2, "{moved}");
    assert_eq!(
        found.rows.moved,
        BTreeMap::from([("train to test".into(), moved)])
    );
    assert_eq!((found.rows.changed, found.rows.same), (0, 21 - moved));
    let back = compare(&b, &a);
    assert_eq!(
        back.rows.moved,
        BTreeMap::from([("test to train".into(), moved)])
    );
}

#[test]
fn files_that_do_not_fit_together_are_refused() {
    let site = site();
    let (a, b) = (
        site.build("a", LATER, |_| {}),
        site.build("b", LATER, |_| {}),
    );
    let refused = |a: &Path| diff(a, &b, MEMORY_BYTES_MIN, 2).unwrap_err().to_string();
    let train = a.join("train.jsonl");
    let text = fs::read_to_string(&train).unwrap();
    let (first, rest) = text.split_once('\n').unwrap();
    fs::write(&train, rest).unwrap();
    assert!(refused(&a).ends_with("train.jsonl: has fewer rows than provenance.parquet"));
    fs::write(&train, format!("{first}\n{text}")).unwrap();
    assert!(refused(&a).ends_with("train.jsonl: has more rows than provenance.parquet"));
    let nothing = refused(site.directory.path());
    assert!(nothing.contains("holds no dataset"), "{nothing}");
}
