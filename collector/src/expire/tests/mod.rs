//! Expiries on real files: from any point of the way to the end.

mod house;
mod returning;
mod sizes;

use serde_json::json;

use self::house::{
    House, accepted, ago, assert_balanced, copied, fates, fold, groups, mid, needles, old, project,
    register_all, send, young,
};
use super::*;
use crate::testing::NOW;

fn days(days: &str) -> Option<Age> {
    Some(Age::parse(days).unwrap())
}

fn retention() -> Retention {
    Retention {
        signals: days("400d"),
        texts: days("90d"),
        ..Retention::default()
    }
}

/// A directory with things of every age, how many events were told, and what is to be
/// left.
fn world() -> (House, u64, Vec<String>) {
    let house = House::new();
    let left = house.copy();
    let store = left.open();
    mid(&*store, false);
    young(&*store);
    let left = groups(&*store, NOW);
    let store = house.open();
    let told = old(&*store) + mid(&*store, true) + young(&*store);
    assert_ne!(groups(&*store, NOW), left);
    let needles = needles(&project(&*store, "shop"));
    drop(store);
    // The scan sees what it is to see.
    let found = house.found(&needles);
    for (name, _) in &needles {
        assert!(
            found.iter().any(|found| found.starts_with(name)),
            "{name}: {found:?}"
        );
    }
    (house, told, left)
}

/// Begins the expiry and does so many of its steps.
fn killed_after(house: &House, steps: usize) {
    let store = house.open();
    let expiries = house.expiries(&store);
    let horizons = horizons(&retention(), &store.control().unwrap(), NOW);
    let mut expiry = ask(&*store, &horizons, NOW).unwrap();
    for step in &Step::ALL[..steps] {
        expiries.step(*step, &mut expiry, NOW).unwrap();
    }
}

#[test]
fn whoever_is_killed_after_any_step_goes_on() {
    let (house, told, left) = world();
    for steps in 0..=Step::ALL.len() {
        let house = house.copy();
        killed_after(&house, steps);
        let store = house.open();
        // The next process need not know why: what to do was written down.
        let expiries = house.expiries(&store);
        let is_open = store.open_expiry().unwrap().is_some();
        assert_eq!(is_open, steps < Step::ALL.len());
        assert_eq!(expiries.work(NOW).unwrap(), is_open, "after {steps} steps");
        assert!(!expiries.work(NOW).unwrap());
        assert_eq!(groups(&*store, NOW), left, "after {steps} steps");
        assert_balanced(&*store, told);
        let done = store.expiries(1).unwrap().remove(0);
        let expected = [
            ("events", 9),
            ("outputs", 2),
            ("people", 2),
            ("registered_texts", 2),
            ("sessions", 4),
            ("texts", 3),
        ];
        let expected = expected.map(|(name, count)| (name.to_owned(), count));
        assert_eq!(done.removed, expected.into(), "after {steps} steps");
        assert!(done.rewritten && done.finished_at.is_some());
        assert_eq!(fates(&*store)["expired"], 9);
        let needles = needles(&project(&*store, "shop"));
        drop((store, expiries));
        assert_eq!(house.found(&needles), [""; 0], "after {steps} steps");
    }
}

#[test]
fn a_dry_run_says_what_goes_and_changes_nothing() {
    let (house, told, _) = world();
    let store = house.open();
    let before = groups(&*store, NOW);
    let horizons = horizons(&retention(), &store.control().unwrap(), NOW);
    let would = store.would_go(&horizons).unwrap();
    assert_eq!(groups(&*store, NOW), before);
    assert_eq!(store.horizons().unwrap(), Horizons::new());
    house.expiries(&store).keep(&retention(), NOW).unwrap();
    let went = store.expiries(1).unwrap().remove(0).removed;
    for name in ["events", "outputs", "texts", "registered_texts"] {
        assert_eq!(would[name], went[name], "{name}");
    }
    assert!(would["bytes"] > 100);
    assert_balanced(&*store, told);
    let again = store.would_go(&horizons).unwrap();
    assert!(again.values().all(|count| *count == 0), "{again:?}");
}

#[test]
fn horizons_move_once_a_day_and_never_back() {
    let (house, ..) = world();
    let store = house.open();
    let expiries = house.expiries(&store);
    expiries.keep(&retention(), NOW).unwrap();
    let shop = project(&*store, "shop").id;
    let reached = store.horizon_of(shop).unwrap();
    assert_eq!(
        reached.signals_before,
        retention::before(NOW, Age::parse("400d").unwrap())
    );
    // Data of a project that has none yet end as well.
    assert_eq!(store.horizons().unwrap().len(), 2);
    assert!(!expiries.work(NOW + 1).unwrap(), "the same day");
    assert!(expiries.work(NOW + DAY_MS).unwrap(), "the next one");
    // A clock that went back, a longer age: nothing comes again, so nothing is said to.
    expiries.keep(&Retention::default(), NOW).unwrap();
    let later = store.horizon_of(shop).unwrap();
    assert_eq!(later.signals_before, reached.signals_before + DAY_MS);
}

#[test]
fn each_project_has_its_own_age() {
    let (house, told, _) = world();
    let store = house.open();
    let own = Ages {
        signals: days("3d"),
        texts: None,
    };
    let retention = Retention {
        signals: days("1000d"),
        project: [("other".to_owned(), own)].into(),
        ..Retention::default()
    };
    let before = groups(&*store, NOW);
    house.expiries(&store).keep(&retention, NOW).unwrap();
    assert_eq!(groups(&*store, NOW), before, "the other project's age");
    let retention = Retention {
        project: [("shop".to_owned(), own)].into(),
        ..Retention::default()
    };
    house.expiries(&store).keep(&retention, NOW).unwrap();
    let left = groups(&*store, NOW);
    assert_eq!(
        left.len(),
        2,
        "o-new and the answer for everybody: {left:?}"
    );
    assert_balanced(&*store, told);
}

#[test]
fn the_file_is_written_anew_within_a_week() {
    let (house, ..) = world();
    let store = house.open();
    let expiries = house.expiries(&store);
    // Much that stays: little of the file is empty afterwards.
    let output = |number| json!({"id": format!("o-{number}"), "output": "x".repeat(2_000)});
    register_all(&*store, ago(1), (0..200).map(output));
    expiries.keep(&retention(), NOW).unwrap();
    assert!(!store.expiries(1).unwrap()[0].rewritten);
    assert_eq!(store.stale_since().unwrap(), Some(NOW));
    for day in 1..=7 {
        assert!(expiries.work(NOW + day * DAY_MS).unwrap());
        let rewritten = store.expiries(1).unwrap()[0].rewritten;
        assert_eq!(rewritten, day == 7, "day {day}");
    }
    assert_eq!(store.stale_since().unwrap(), None);
    let needles = needles(&project(&*store, "shop"));
    drop((store, expiries));
    assert_eq!(house.found(&needles), [""; 0]);
}

#[test]
fn many_rows_go_in_small_transactions() {
    let house = House::new();
    let store = house.open();
    // More sessions on one answer, and more answers, than one transaction takes.
    let faq = [copied("o-faq")];
    let sessions = (0..250).map(|number| accepted(&*store, ago(500), (number, 0), None, &faq));
    let mut told = fold(&*store, &sessions.collect::<Vec<_>>());
    for first in (0..700).step_by(100) {
        let events: Vec<_> = (first..first + 100)
            .map(|number| copied(&format!("o-{number}")))
            .collect();
        told += send(&*store, ago(450), (255, first), Some("u-old"), &events);
    }
    told += send(&*store, ago(1), (251, 0), None, &faq);
    let horizons = horizons(&retention(), &store.control().unwrap(), NOW);
    let would = store.would_go(&horizons).unwrap();
    assert_eq!((would["events"], would["outputs"]), (950, 700));
    let (mut after, mut most, mut steps) = (None, 0, 0);
    let mut expiry = ask(&*store, &horizons, NOW).unwrap();
    loop {
        let due = store.due(&horizons, after.as_ref()).unwrap();
        most = most.max(due.counts.get("events").copied().unwrap_or_default());
        steps += u64::from(!due.is_empty());
        store.expire(&mut expiry, &due, NOW).unwrap();
        assert_balanced(&*store, told);
        after = due.next;
        if after.is_none() {
            break;
        }
    }
    assert!(most <= 700 && steps >= 3, "{most} events, {steps} steps");
    assert_eq!(expiry.removed["events"], 950);
    assert_eq!(groups(&*store, NOW).len(), 1);
    house.expiries(&store).work(NOW).unwrap();
    let done = store.expiries(1).unwrap().remove(0);
    assert_eq!(
        done.removed["sessions"], 251,
        "all but the last one: {done:?}"
    );
}

#[test]
fn what_is_known_at_an_earlier_moment_is_what_is_left() {
    let (house, ..) = world();
    let store = house.open();
    assert!(!groups(&*store, ago(450)).is_empty());
    let mid = groups(&*store, ago(50));
    house.expiries(&store).keep(&retention(), NOW).unwrap();
    assert_eq!(groups(&*store, ago(450)), [""; 0]);
    assert!(groups(&*store, ago(50)).len() < mid.len());
    let forgotten = store.forgotten(project(&*store, "shop").id).unwrap();
    assert_eq!(forgotten.horizon.signals_before % DAY_MS, 0);
    assert!(forgotten.horizon.signals_before > ago(400));
}
