//! Leases, runs, builds and releases.

use super::*;
use crate::release::{Announcement, Release, ReleaseKind};

const MINUTE: u64 = 60_000;

pub(super) fn a_lease_has_one_holder<S: Backend>() {
    let Fixture { store, directory } = S::fixture();
    let other = S::open_in(directory.path());
    assert!(store.acquire("run", "a", NOW, MINUTE).unwrap());
    assert!(!other.acquire("run", "b", NOW + MINUTE - 1, MINUTE).unwrap());
    assert!(other.acquire("else", "b", NOW, MINUTE).unwrap());
    // Renewed, so it lasts a minute from then.
    assert!(store.acquire("run", "a", NOW + 50_000, MINUTE).unwrap());
    assert!(!other.acquire("run", "b", NOW + MINUTE, MINUTE).unwrap());
    // Over, so anybody may have it, and then it is theirs.
    assert!(
        other
            .acquire("run", "b", NOW + 50_000 + MINUTE, MINUTE)
            .unwrap()
    );
    assert!(
        !store
            .acquire("run", "a", NOW + 50_000 + MINUTE, MINUTE)
            .unwrap()
    );
    // Whoever does not hold it cannot give it back.
    store.give_back("run", "a").unwrap();
    assert!(
        !store
            .acquire("run", "a", NOW + 50_000 + MINUTE, MINUTE)
            .unwrap()
    );
    other.give_back("run", "b").unwrap();
    assert!(store.acquire("run", "a", NOW, MINUTE).unwrap());
}

pub(super) fn of_many_who_want_a_lease_one_gets_it<S: Backend + 'static>() {
    let Fixture { store, directory } = S::fixture();
    let wanting: Vec<_> = (0..4)
        .map(|number| {
            let store = S::open_in(directory.path());
            std::thread::spawn(move || {
                let holder = format!("h-{number}");
                (0..10)
                    .filter(|_| store.acquire("run", &holder, NOW, MINUTE).unwrap())
                    .count()
            })
        })
        .collect();
    let mut got: Vec<usize> = wanting
        .into_iter()
        .map(|thread| thread.join().unwrap())
        .collect();
    got.sort_unstable();
    assert_eq!(got, [0, 0, 0, 10]);
    drop(store);
}

fn build_of(text: &str) -> BuildRecord {
    let mut build = BuildRecord::new(BuildKind::Dataset, text, text.as_bytes(), NOW, "/out");
    build.inputs = json!({"format": "trl-kto", "as_of": NOW});
    build
}

fn run_of(period: &str, started_at: u64) -> NewRun {
    NewRun {
        schedule: "weekly".into(),
        period: period.into(),
        started_at,
        as_of: started_at,
        inputs: json!({"kind": "dataset"}),
    }
}

fn end<'a>(attempt: Attempt, made: Result<&'a BuildRecord, &'a str>) -> RunEnd<'a> {
    RunEnd {
        schedule: "weekly",
        period: "2026-W47",
        attempt: attempt.number,
        ended_at: NOW + 9,
        made,
    }
}

const LEASE: Held<'static> = Held {
    name: "run",
    holder: "a",
};

pub(super) fn a_run_is_retried_as_of_its_first_attempt<S: Backend>() {
    let Fixture { store, directory } = S::fixture();
    assert!(store.acquire("run", "a", NOW, MINUTE).unwrap());
    let first = store.begin_run(OURS, &run_of("2026-W47", NOW)).unwrap();
    assert_eq!((first.number, first.as_of), (1, NOW));
    let failed = store.end_run(OURS, &end(first, Err("disk full")), LEASE, NOW);
    assert!(failed.unwrap());
    // A crashed attempt has no end at all.
    let second = store.begin_run(OURS, &run_of("2026-W47", NOW + 5)).unwrap();
    assert_eq!((second.number, second.as_of), (2, NOW));
    let third = store.begin_run(OURS, &run_of("2026-W47", NOW + 6)).unwrap();
    let open = &store.runs(OURS).unwrap()[0];
    assert_eq!((open.attempts, open.finished_at), (3, None));
    assert_eq!(open.error.as_deref(), Some("disk full"));
    let build = build_of("a");
    assert!(
        store
            .end_run(OURS, &end(third, Ok(&build)), LEASE, NOW)
            .unwrap()
    );
    let other = store.begin_run(OURS, &run_of("2026-W48", NOW + 7)).unwrap();
    assert_eq!((other.number, other.as_of), (1, NOW + 7));
    let runs = store.runs(OURS).unwrap();
    let shown: Vec<_> = runs
        .iter()
        .map(|run| (run.period.as_str(), run.finished_at))
        .collect();
    assert_eq!(shown, [("2026-W47", Some(NOW + 9)), ("2026-W48", None)]);
    assert_eq!(
        (runs[0].as_of, &runs[0].build),
        (NOW, &Some(build.build.clone()))
    );
    assert_eq!(store.build(OURS, &build.build).unwrap(), Some(build));
    assert_eq!(store.runs(ProjectId(2)).unwrap(), []);
    drop(directory);
}

pub(super) fn who_lost_the_lease_ends_no_run<S: Backend>() {
    let Fixture { store, directory } = S::fixture();
    assert!(store.acquire("run", "a", NOW, MINUTE).unwrap());
    let attempt = store.begin_run(OURS, &run_of("2026-W47", NOW)).unwrap();
    let build = build_of("a");
    let late = NOW + MINUTE;
    assert!(
        !store
            .end_run(OURS, &end(attempt, Ok(&build)), LEASE, late)
            .unwrap()
    );
    assert!(store.acquire("run", "b", late, MINUTE).unwrap());
    assert!(
        !store
            .end_run(OURS, &end(attempt, Ok(&build)), LEASE, late)
            .unwrap()
    );
    assert_eq!(store.runs(OURS).unwrap()[0].finished_at, None);
    assert_eq!(store.builds(OURS).unwrap(), []);
    drop(directory);
}

pub(super) fn builds_are_recorded_once<S: Backend>() {
    let Fixture { store, directory } = S::fixture();
    let (first, mut second) = (build_of("a"), build_of("b"));
    second.previous = Some(first.build.clone());
    second.kind = BuildKind::Brief;
    assert!(store.add_build(OURS, &first).unwrap());
    assert!(store.add_build(OURS, &second).unwrap());
    assert!(!store.add_build(OURS, &first).unwrap());
    assert_eq!(store.builds(OURS).unwrap(), [first.clone(), second]);
    assert_eq!(store.build(OURS, "c").unwrap(), None);
    assert_eq!(store.build(ProjectId(2), &first.build).unwrap(), None);
    // The same inputs after an erasure: other bytes.
    let mut erased = first.clone();
    erased.manifest = "other".into();
    assert!(store.add_build(OURS, &erased).unwrap());
    assert_eq!(store.build(OURS, &first.build).unwrap(), Some(erased));
    drop(directory);
}

pub(super) fn releases_are_recorded_once_in_order<S: Backend>() {
    let Fixture { store, directory } = S::fixture();
    let release = |name: &str| {
        let said = Announcement {
            name: name.into(),
            kind: ReleaseKind::Prompt,
            from: Some("br_1".into()),
            experiment: None,
            arm: None,
            at: Some(NOW),
            note: Some("tone".into()),
        };
        Release::new(said, NOW).unwrap()
    };
    let (first, second) = (release("z@1"), release("a@2"));
    assert!(store.add_release(OURS, &first).unwrap());
    assert!(store.add_release(OURS, &second).unwrap());
    assert!(!store.add_release(OURS, &first).unwrap());
    drop(store);
    let store = S::open_in(directory.path());
    assert_eq!(store.releases(OURS).unwrap(), [first, second]);
    assert_eq!(store.releases(ProjectId(2)).unwrap(), []);
}
