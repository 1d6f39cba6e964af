//! What compares people is the same, to the letter, from sights that are kept as from all
//! facts: the reports of [`told`] are compared after everything that happens to a house.

use serde_json::json;

use super::house::{Ground, House};
use crate::{
    experiment::{
        declaration::record,
        people::PRE_PERIOD_MS,
        readout::{Request, readout_with_courses},
    },
    label::{Policy, Trust},
    release::{Release, ReleaseKind},
    sights::{Source, unpack},
    store::{AddedUp, Bucket, BucketKind},
    verify::{Asked, find, verify_of},
    watch::{By, capture, guardrails},
};

const DAY: u64 = 86_400_000;

/// Guardrails by everything, the trend, a readout over time, and what the gate says.
pub(super) fn told(house: &House, policy: &Policy, source: &Source<'_>) -> Vec<String> {
    let (store, project, as_of) = (&*house.store, house.project.id, house.now);
    let work = house.path();
    let releases = store.releases(project).unwrap();
    let guarded = |by, since, trust| {
        let request = guardrails::Request {
            by,
            since,
            until: Some(as_of - DAY / 3),
            trust,
            as_of,
            metrics: Vec::new(),
            guards: Vec::new(),
        };
        let report = guardrails::report_of(source, &releases, &request, work).unwrap();
        serde_json::to_string(&report).unwrap()
    };
    let mut all: Vec<_> = By::ALL
        .map(|by| guarded(by, None, Trust::Claimed))
        .into_iter()
        .collect();
    // Between moments that are no days.
    all.push(guarded(By::Model, Some(as_of - 2 * DAY - 5), Trust::Known));
    let trend = capture::Request {
        weeks: 3,
        trust: Trust::Claimed,
        as_of,
    };
    let trend = capture::trend_of(source, &trend, work).unwrap();
    all.push(serde_json::to_string(&trend).unwrap());
    if let Some(declared) = store.experiment(project, "tone").unwrap() {
        let request = Request {
            declared: &declared,
            as_of,
            pre_period_ms: PRE_PERIOD_MS,
        };
        let read = readout_with_courses(store, source, project, &request, work).unwrap();
        all.push(serde_json::to_string(&read).unwrap());
        let asked = Asked {
            store,
            project,
            policy,
            as_of,
            directory: work,
        };
        let subject = find(store, project, "tone", None).unwrap();
        let report = verify_of(&asked, source, subject).unwrap();
        all.push(serde_json::to_string(&report).unwrap());
    }
    all
}

/// How many outputs are kept, and of how many people.
fn kept(house: &House, policy: &Policy) -> (usize, usize) {
    let (mut outputs, mut people) = (0, std::collections::BTreeSet::new());
    let version = crate::rollup::version(policy);
    let all = (0, u64::MAX);
    house
        .store
        .sights(house.project.id, &version, all, &mut |kind, body| {
            let visit = &mut |sight: &crate::sights::Sight<'_>| {
                outputs += 1;
                people.extend(sight.person.map(|person| person.key()));
            };
            unpack(kind, body, visit).unwrap();
            Ok(std::ops::ControlFlow::Continue(()))
        })
        .unwrap();
    (outputs, people.len())
}

fn shown(output: &str) -> serde_json::Value {
    json!({"kind":"shown","output":output,"conversation":"c-1","chars":9,"words":2,
        "code_share":0,"stream_ms":5,"turn":0,"variant":0})
}

fn copied(output: &str) -> serde_json::Value {
    json!({"kind":"copied","output":output,"chars":9,"share":1,"via":"button"})
}

/// Whoever is erased is in nothing that is kept from that moment on, and not before a bucket
/// is added up anew.
#[test]
fn nothing_is_kept_of_who_is_gone() {
    Ground::all().for_each(nothing_is_kept_of_them);
}

fn nothing_is_kept_of_them(ground: Ground) {
    let policy = Policy::default_policy().unwrap();
    let mut house = House::on(ground);
    let mut keeper = house.keeper(&policy);
    house.does("u-1", 0, shown("o-1"));
    house.does("u-2", 0, shown("o-2"));
    house.apart();
    house.does("u-3", 0, copied("o-3"));
    house.settle(&mut keeper, &policy);
    assert_eq!(kept(&house, &policy), (3, 3));
    house.erase("u-2");
    // The other bucket has nothing of them.
    assert_eq!(kept(&house, &policy), (1, 1));
    house.settle(&mut keeper, &policy);
    assert_eq!(kept(&house, &policy), (2, 2));
}

#[test]
fn what_was_read_before_somebody_was_erased_is_not_kept_after() {
    Ground::all().for_each(what_was_read_before_is_not_kept);
}

fn what_was_read_before_is_not_kept(ground: Ground) {
    let policy = Policy::default_policy().unwrap();
    let mut house = House::on(ground);
    let mut keeper = house.keeper(&policy);
    house.does("u-1", 0, shown("o-1"));
    let bucket = Bucket {
        project: house.project.id,
        kind: BucketKind::Conversations,
        number: 0,
    };
    for (person, was_marked) in [("u-2", true), ("u-3", false)] {
        house.does(person, 0, copied("o-1"));
        if !was_marked {
            house.settle(&mut keeper, &policy);
        }
        let mut tally = crate::rollup::Tally::default();
        let read = house.store.read_bucket(bucket, &mut |number, group| {
            tally.add_numbered(number, &group, &policy, house.now);
        });
        let sums = AddedUp {
            bucket,
            version: &crate::rollup::version(&policy),
            read: read.unwrap(),
            as_of: house.now,
            summed: &tally.finish(),
        };
        assert_eq!(sums.read.mark.is_some(), was_marked);
        house.erase(person);
        house.store.keep_bucket(&sums).unwrap();
        assert_eq!(kept(&house, &policy), (0, 0));
        house.settle(&mut keeper, &policy);
        assert_eq!(kept(&house, &policy), (1, 1));
    }
}

/// A house in which there is an experiment and a release, so that there is something to tell.
pub(super) fn with_experiment(house: &House) {
    let (store, project) = (&*house.store, house.project.id);
    let more = json!({"guardrails": [{"metric": "survival", "margin": 0.02}], "holdout": 0.1});
    let declared_at = house.now - 6 * DAY;
    let declaration = crate::testing::declaration("tone", more);
    record(store, project, &declaration, declared_at).unwrap();
    let release = Release {
        release: "r-1".into(),
        name: "v2".into(),
        kind: ReleaseKind::Prompt,
        from: None,
        experiment: Some("tone".into()),
        arm: None,
        at: house.now - DAY,
        note: None,
    };
    assert!(store.add_release(project, &release).unwrap());
}
