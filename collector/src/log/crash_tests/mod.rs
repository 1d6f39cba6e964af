//! The log on a disk that loses whatever was not synced, at every point where a process
//! can end: nothing acknowledged is lost, nothing comes twice or out of nowhere, what was
//! erased or deleted stays that, and a start that is itself cut off changes nothing of it.
//!
//! The same tests are shown to notice each sync that is left out.

mod oracle;
mod world;

use std::time::{Duration, Instant};

use proptest::{
    prelude::*,
    test_runner::{Config, TestRunner},
};

use self::{
    oracle::{End, check},
    world::{Step, World},
};
use super::sim::{Loss, SimDisk, SyncOf};

/// What is looked at after each point: killed, and the power gone in every way.
fn ends(point: usize) -> Vec<End> {
    let torn = 1 + point % 64;
    let point = point as u64;
    let mut ends = vec![
        End::Kill,
        End::Power(Loss::Everything),
        End::Power(Loss::Nothing),
        End::Power(Loss::Torn(torn)),
    ];
    ends.extend((0..2).map(|seed| End::Power(Loss::Chance(seed * 1_000 + point))));
    ends
}

/// Ends `steps` at each of their operations. `forgets` is a sync that is left out.
fn at_each_point(steps: &[Step], forgets: Option<SyncOf>) -> Result<usize, String> {
    let world = || {
        let disk = SimDisk::default();
        disk.forget(forgets);
        World::new(disk)
    };
    let mut whole = world();
    whole.go(steps);
    let points = whole.disk.operations().len();
    // Beyond the last operation it ends after all of them.
    for point in 1..=points + 1 {
        let mut world = world();
        world.disk.power_goes_after(point);
        world.go(steps);
        for end in ends(point) {
            check(&world, end)
                .map_err(|error| format!("{steps:?}, operation {point}, {end:?}: {error}"))?;
        }
    }
    Ok(points)
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        3 => (1_u8..4).prop_map(Step::Append),
        3 => (2_u8..5).prop_map(Step::Burst),
        3 => Just(Step::Fold),
        1 => Just(Step::Delete),
        2 => (0_u8..3).prop_map(Step::Erase),
        1 => Just(Step::Restart),
        1 => Just(Step::Refuse),
    ]
}

#[test]
#[expect(
    clippy::print_stderr,
    reason = "libtest keeps it with the test it belongs to"
)]
fn whatever_happens_and_wherever_it_ends() {
    let rounds = std::env::var("TACIT_ROUNDS").map_or(1, |rounds| rounds.parse().unwrap());
    let config = Config {
        failure_persistence: None,
        ..Config::with_cases(3 * rounds)
    };
    let sequences = proptest::collection::vec(step(), 1..14);
    let points = std::cell::Cell::new(0);
    TestRunner::new(config)
        .run(&sequences, |steps| {
            let more = at_each_point(&steps, None).map_err(TestCaseError::fail)?;
            points.set(points.get() + more);
            Ok(())
        })
        .unwrap();
    eprintln!("{} crash points, {} ends each", points.get(), ends(0).len());
}

/// Everything that can happen, in an order in which each sync matters.
const EVENTFUL: [Step; 12] = [
    Step::Append(3),
    Step::Fold,
    Step::Append(2),
    Step::Refuse,
    Step::Append(3),
    Step::Delete,
    Step::Append(2),
    Step::Erase(1),
    Step::Restart,
    Step::Append(3),
    Step::Erase(0),
    Step::Fold,
];

#[test]
fn an_eventful_life_survives_its_end_at_each_point() {
    let points = at_each_point(&EVENTFUL, None).unwrap_or_else(|error| panic!("{error}"));
    assert!(points > 20, "{points}");
}

/// What a refused write left cannot be cut off, and the power goes before the next
/// segment's header is on the device: found by chance, and kept.
#[test]
fn a_segment_that_was_not_begun_says_nothing_of_the_one_before() {
    let steps = [
        Step::Refuse,
        Step::Restart,
        Step::Burst(2),
        Step::Append(2),
        Step::Append(3),
        Step::Refuse,
        Step::Append(3),
    ];
    at_each_point(&steps, None).unwrap_or_else(|error| panic!("{error}"));
}

/// What was refused was cut off, which the device does not know yet, and whose it is was
/// erased: found by chance, and kept.
#[test]
fn what_was_refused_does_not_come_back_after_an_erasure() {
    let steps = [Step::Append(2), Step::Refuse, Step::Erase(2)];
    at_each_point(&steps, None).unwrap_or_else(|error| panic!("{error}"));
}

#[test]
#[expect(
    clippy::print_stderr,
    reason = "libtest keeps it with the test it belongs to"
)]
fn each_sync_that_is_left_out_is_noticed() {
    for forgotten in [
        SyncOf::Created,
        SyncOf::Group,
        SyncOf::Recovered,
        SyncOf::Rewritten,
        SyncOf::Renamed,
        SyncOf::Removed,
    ] {
        let noticed = at_each_point(&EVENTFUL, Some(forgotten));
        let error = noticed.expect_err(&format!("nobody missed {forgotten:?}"));
        eprintln!("{forgotten:?}: {error}");
    }
}

/// A header is on the device with the first group at the latest. Its own sync tells
/// whether the disk takes anything again: until it does, nobody should send.
fn fails_while_nothing_can_be_synced(forgets: Option<SyncOf>) -> bool {
    let disk = SimDisk::default();
    disk.forget(forgets);
    disk.refuse_syncs_after(0);
    let open = world::open(&disk, super::Position::default()).unwrap();
    assert!(open.append(&["000000 a".to_owned()])[0].is_err());
    let tries = || {
        disk.operations()
            .iter()
            .filter(|step| **step == "remove")
            .count()
    };
    let due = Instant::now() + Duration::from_secs(20);
    // An idle writer tries again after a while, and throws away what it made.
    while open.log.is_failing() && tries() < 2 {
        assert!(Instant::now() < due, "it does not try again");
        std::thread::sleep(Duration::from_millis(5));
    }
    open.log.is_failing()
}

#[test]
fn a_disk_that_takes_nothing_is_not_called_well() {
    assert!(fails_while_nothing_can_be_synced(None));
    assert!(!fails_while_nothing_can_be_synced(Some(SyncOf::Header)));
}
