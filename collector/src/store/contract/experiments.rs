//! Declarations and ends of experiments.

use super::*;
use crate::{
    experiment::declaration::{Declaration, DeclareError, Declared, end, record},
    testing::declaration,
    verify::{Spoken, Verdict},
};

fn declared(store: &dyn ExperimentStore, said: &Declaration, at: u64) -> Declared {
    record(store, OURS, said, at).unwrap().declared
}

pub(super) fn an_experiment_is_declared_once<S: Backend>() {
    let Fixture { store, directory } = S::fixture();
    let tone = declaration("tone", json!({}));
    let first = record(&store, OURS, &tone, NOW).unwrap();
    assert!(first.is_new);
    assert_eq!(first.declared.experiment.starts_at, NOW);
    // Later, and where no start was said: the same.
    let again = record(&store, OURS, &tone, NOW + 5).unwrap();
    assert!(!again.is_new);
    assert_eq!(again.declared, first.declared);
    // In other words, and still the same.
    let wordy = declaration("tone", json!({"traffic": 1.0, "unit": "person"}));
    assert_eq!(declared(&store, &wordy, NOW + 6), first.declared);
    let other = declaration("tone", json!({"mde": 0.03, "traffic": 0.5}));
    let Err(DeclareError::Differs { name, fields }) = record(&store, OURS, &other, NOW + 7) else {
        panic!("another experiment under the same name");
    };
    assert_eq!((&*name, fields), ("tone", vec!["traffic", "mde"]));
    let second = declared(&store, &declaration("model", json!({})), NOW + 8);
    drop(store);
    let store = S::open_in(directory.path());
    let all = store.experiments(OURS).unwrap();
    assert_eq!(all, [first.declared, second]);
    assert_eq!(store.experiments(ProjectId(2)).unwrap(), []);
    assert_eq!(store.experiment(ProjectId(2), "tone").unwrap(), None);
}

pub(super) fn an_experiment_ends_once<S: Backend>() {
    let Fixture { store, directory } = S::fixture();
    assert_eq!(end(&store, OURS, "tone", NOW).unwrap(), None);
    let tone = declaration("tone", json!({}));
    let running = declared(&store, &tone, NOW);
    assert_eq!(running.ended_at, None);
    let ended = end(&store, OURS, "tone", NOW + 5).unwrap().unwrap();
    assert_eq!(ended.ended_at, Some(NOW + 5));
    let again = end(&store, OURS, "tone", NOW + 9).unwrap().unwrap();
    assert_eq!(again, ended);
    // Declared again it is still ended.
    assert_eq!(declared(&store, &tone, NOW + 10), ended);
    drop(directory);
}

pub(super) fn collectors_hear_of_experiments<S: Backend>() {
    let Fixture { store, directory } = S::fixture();
    let version = || store.control_version().unwrap();
    let before = version();
    declared(&store, &declaration("tone", json!({})), NOW);
    let between = version();
    assert!(between > before);
    end(&store, OURS, "tone", NOW + 5).unwrap();
    assert!(version() > between);
    drop(directory);
}

pub(super) fn the_last_word_on_a_release_is_known<S: Backend>() {
    let Fixture { store, directory } = S::fixture();
    let spoken = |release: &str, verdict, as_of| Spoken {
        release: release.into(),
        verdict,
        as_of,
        policy: "default@1#0".into(),
    };
    let said = [
        spoken("rel_b", Verdict::Hold, NOW),
        spoken("rel_a", Verdict::Stop, NOW),
        spoken("rel_b", Verdict::Ship, NOW + 5),
    ];
    for spoken in &said {
        store.add_verdict(OURS, spoken).unwrap();
    }
    drop(store);
    let store = S::open_in(directory.path());
    assert_eq!(store.verdicts(OURS).unwrap(), said[1..]);
    assert_eq!(store.verdicts(ProjectId(2)).unwrap(), []);
}
