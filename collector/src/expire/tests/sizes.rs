//! Stores that are larger than they may be.

use serde_json::json;

use super::{
    super::*,
    house::{House, ago, assert_balanced, copied, groups, project, register_all, send},
};
use crate::testing::NOW;

/// Ten days of answers with texts, and one that is shown on each of them.
fn filled(house: &House) -> u64 {
    let store = house.open();
    let mut told = 0;
    for day in (0..10).rev() {
        let id = |number| format!("o-{day}-{number}");
        let output = |number| json!({"id": id(number), "output": "x".repeat(20_000)});
        register_all(&*store, ago(day), (0..20).map(output));
        let events: Vec<_> = (0..20).map(|number| copied(&id(number))).collect();
        let session = u8::try_from(day).unwrap();
        told += send(&*store, ago(day), (session, 0), None, &events);
        let session = 100 + u8::try_from(day).unwrap();
        told += send(&*store, ago(day), (session, 0), None, &[copied("o-faq")]);
    }
    told
}

fn bounded(bytes: u64) -> Retention {
    Retention {
        max_bytes: Some(bytes),
        ..Retention::default()
    }
}

#[test]
fn the_oldest_days_go_until_it_fits() {
    let house = House::new();
    let told = filled(&house);
    let store = house.open();
    let before = store.bytes().unwrap();
    assert!(before.used > 4_000_000, "{before:?}");
    let expiries = house.expiries(&store);
    expiries.keep(&bounded(before.used * 2), NOW).unwrap();
    assert_eq!(store.expiries(1).unwrap(), []);

    expiries
        .keep(&bounded(before.used / 2), NOW + 2 * SIZE_EVERY_MS)
        .unwrap();
    let after = store.bytes().unwrap();
    assert!(after.used <= before.used / 2, "{after:?} of {before:?}");
    assert!(
        after.file < before.file * 6 / 10,
        "the space is given back: {after:?}"
    );
    assert!(!expiries.is_over());
    let done = store.expiries(1).unwrap().remove(0);
    assert_eq!((done.why, done.rewritten), (Why::Size, true));
    let shop = project(&*store, "shop").id;
    let horizon = store.horizon_of(shop).unwrap();
    assert_eq!(horizon.signals_before % DAY_MS, 0);
    // What is left is of the last days, each of them whole.
    let left = groups(&*store, NOW);
    let of = |day| {
        let name = format!("o-{day}-");
        left.iter().filter(|group| group.contains(&name)).count()
    };
    let kept: Vec<usize> = (0..10).map(of).collect();
    let first_gone = kept.iter().position(|count| *count == 0).unwrap();
    assert!((3..6).contains(&first_gone), "{kept:?}");
    assert!(
        kept[..first_gone].iter().all(|count| *count == 20),
        "{kept:?}"
    );
    assert!(
        kept[first_gone..].iter().all(|count| *count == 0),
        "{kept:?}"
    );
    assert_balanced(&*store, told);
    assert!(left.iter().any(|group| group.contains("o-faq")));
    // Nothing goes twice, nor for the same reason again.
    assert!(!expiries.work(NOW + 4 * SIZE_EVERY_MS).unwrap());
}

#[test]
fn the_last_day_stays_and_that_is_said() {
    let house = House::new();
    let told = filled(&house);
    let store = house.open();
    let expiries = house.expiries(&store);
    expiries
        .keep(&bounded(1_000_000), NOW + SIZE_EVERY_MS)
        .unwrap();
    let left = groups(&*store, NOW);
    let days = (0..10).filter(|day| {
        let name = format!("o-{day}-");
        left.iter().any(|group| group.contains(&name))
    });
    assert_eq!(days.collect::<Vec<_>>(), [0, 1]);
    assert_eq!(expiries.is_over(), store.bytes().unwrap().used > 1_000_000);
    assert_balanced(&*store, told);

    // One day alone is more than may be.
    let house = House::new();
    let store = house.open();
    let output = |number| json!({"id": format!("o-{number}"), "output": "x".repeat(20_000)});
    register_all(&*store, NOW, (0..100).map(output));
    let expiries = house.expiries(&store);
    let later = |minutes: u64| NOW + minutes * 2 * SIZE_EVERY_MS;
    expiries.keep(&bounded(1_000_000), later(1)).unwrap();
    assert!(expiries.is_over());
    assert_eq!(groups(&*store, NOW).len(), 100);
    // It is not tried again until there is something to go.
    assert!(!expiries.work(later(2)).unwrap());
    assert!(expiries.work(later(2) + 2 * DAY_MS).unwrap());
    assert!(!expiries.is_over());
    assert_eq!(groups(&*store, u64::MAX), [""; 0]);
    assert!(store.fates(project(&*store, "shop").id).unwrap().is_empty());
}

#[test]
fn the_parts_of_a_directory_add_up() {
    let house = House::new();
    filled(&house);
    let store = house.open();
    let parts = parts(&house.path(), &*store).unwrap();
    let tables: u64 = parts.tables.iter().map(|(_, bytes)| bytes).sum();
    assert_eq!(parts.store, tables + parts.store_free, "{parts:?}");
    assert_eq!(parts.tables[0].0, "registrations");
    assert_eq!((parts.log, parts.builds), (0, 0));
}
