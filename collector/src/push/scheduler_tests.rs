//! The laws of the scheduler, by scripted systems.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::*;
use crate::push::{label_out::Address, testing::label};

const LIMITS: Limits = Limits {
    items: 4,
    bytes: 1 << 20,
};

fn labels(count: usize) -> Vec<LabelOut> {
    (0..count)
        .map(|number| label(&format!("o-{number}")))
        .collect()
}

/// Where a label stands in a batch.
fn names(batch: &[Job]) -> Vec<String> {
    batch
        .iter()
        .map(|job| job.label.output.to_string())
        .collect()
}

/// What became of labels, and what the system was sent.
#[derive(Debug, Default)]
struct Story {
    delivered: Vec<String>,
    rejected: BTreeMap<String, String>,
    batches: Vec<Vec<String>>,
    taken: BTreeSet<String>,
    stopped: Option<String>,
    now: u64,
}

/// Drives a scheduler to its end against `system`, which is told the number of the
/// request.
fn drive(
    scheduler: &mut Scheduler,
    mut waiting: Vec<LabelOut>,
    mut system: impl FnMut(usize, &[Job]) -> Reading,
) -> Story {
    let mut story = Story::default();
    for _ in 0..100_000 {
        match scheduler.next(story.now) {
            Next::Fill if waiting.is_empty() => scheduler.exhausted(),
            Next::Fill => {
                let rest = waiting.split_off(waiting.len().min(3));
                scheduler.fill(std::mem::replace(&mut waiting, rest));
            }
            Next::Send(batch) => {
                story.batches.push(names(&batch));
                let reading = system(story.batches.len(), &batch);
                match &reading {
                    Reading::Whole(Outcome::Delivered) => story.taken.extend(names(&batch)),
                    Reading::Each(outcomes) => {
                        let outcomes = outcomes.iter().zip(names(&batch));
                        let taken = outcomes.filter(|(one, _)| **one == Outcome::Delivered);
                        story.taken.extend(taken.map(|(_, name)| name));
                    }
                    _ => {}
                }
                for settled in scheduler.told(story.now, batch, reading) {
                    let name = settled.label.output.to_string();
                    match settled.rejected {
                        None => story.delivered.push(name),
                        Some(why) => drop(story.rejected.insert(name, why)),
                    }
                }
            }
            Next::Wait(until) => {
                assert!(until > story.now);
                story.now = until;
            }
            Next::Done => return story,
            Next::Stop(why) => {
                story.stopped = Some(why);
                return story;
            }
        }
    }
    panic!("no end: {story:?}");
}

fn scheduler(patience: Patience) -> Scheduler {
    Scheduler::new(LIMITS, patience, 7)
}

fn retry(after_ms: Option<u64>) -> Reading {
    Reading::Whole(Outcome::Retry {
        after_ms,
        why: "503 later".into(),
    })
}

fn refused() -> Reading {
    Reading::Whole(Outcome::Rejected("400 bad".into()))
}

const TAKEN: Reading = Reading::Whole(Outcome::Delivered);

#[test]
fn labels_go_in_full_batches_of_one_lane() {
    let mut all = labels(10);
    all[2].address = Address::Trace("t".into());
    let story = drive(&mut scheduler(Patience::default()), all, |_, _| TAKEN);
    let sizes: Vec<_> = story.batches.iter().map(Vec::len).collect();
    assert_eq!(sizes, [2, 1, 4, 3]);
    assert_eq!(story.batches[1], ["o-2"]);
    assert_eq!(story.delivered.len(), 10);
}

#[test]
fn a_batch_is_halved_until_the_one_refused_stands_alone() {
    let poison = |batch: &[Job]| names(batch).contains(&"o-2".to_owned());
    let story = drive(
        &mut scheduler(Patience::default()),
        labels(8),
        |_, batch| {
            if poison(batch) { refused() } else { TAKEN }
        },
    );
    assert_eq!(story.delivered.len(), 7);
    let rejected = BTreeMap::from([("o-2".to_owned(), "400 bad".to_owned())]);
    assert_eq!(story.rejected, rejected);
    let first: Vec<_> = story.batches[..5]
        .iter()
        .map(|batch| batch.join(" "))
        .collect();
    assert_eq!(
        first,
        ["o-0 o-1 o-2 o-3", "o-0 o-1", "o-2 o-3", "o-2", "o-3"]
    );
    assert_eq!(story.now, 0, "nothing waited");
}

#[test]
fn a_label_that_breaks_the_system_is_given_up_while_others_get_through() {
    let breaks = |batch: &[Job]| names(batch).contains(&"o-1".to_owned());
    let story = drive(
        &mut scheduler(Patience::default()),
        labels(30),
        |_, batch| {
            if breaks(batch) { retry(None) } else { TAKEN }
        },
    );
    assert_eq!(story.stopped, None);
    assert_eq!(story.delivered.len(), 29);
    assert_eq!(story.rejected["o-1"], "failed 5 times: 503 later");
}

#[test]
fn a_system_that_is_down_stops_the_push_and_nothing_is_given_up() {
    let mut scheduler = scheduler(Patience::default());
    let story = drive(&mut scheduler, labels(30), |_, _| retry(None));
    assert_eq!(
        story.stopped.as_deref(),
        Some("8 requests in a row failed: 503 later")
    );
    assert_eq!((story.delivered.len(), story.rejected.len()), (0, 0));
    // From the third on single labels try whether it is back.
    let sizes: Vec<_> = story.batches.iter().map(Vec::len).collect();
    assert_eq!(sizes, [4, 4, 4, 1, 1, 1, 1, 1]);
    assert!(scheduler.left() >= 12);
}

#[test]
fn a_system_that_comes_back_gets_everything() {
    let patience = Patience {
        failures_max: None,
        ..Patience::default()
    };
    let story = drive(&mut scheduler(patience), labels(30), |number, _| {
        if number <= 40 { retry(None) } else { TAKEN }
    });
    assert_eq!(story.taken.len(), 30);
    assert_eq!(story.delivered.len(), 30);
    assert!(story.now > 10 * 60_000, "waits grew: {}", story.now);
}

#[test]
fn what_the_system_asks_for_is_waited_for_and_not_for_ever() {
    let story = drive(
        &mut scheduler(Patience::default()),
        labels(4),
        |number, _| {
            if number == 1 {
                retry(Some(90_000))
            } else {
                TAKEN
            }
        },
    );
    assert!((90_000..=91_000).contains(&story.now), "{}", story.now);
    let long = drive(&mut scheduler(Patience::default()), labels(4), |_, _| {
        retry(Some(3_600_000))
    });
    assert_eq!(
        long.stopped.as_deref(),
        Some("asked to wait 3600 s: 503 later")
    );
    assert_eq!(long.batches.len(), 1);
}

#[test]
fn a_wrong_key_stops_at_once_and_a_wrong_address_soon() {
    let stop = || Reading::Stop("401 no".into());
    let mut keyless = scheduler(Patience::default());
    let story = drive(&mut keyless, labels(9), |_, _| stop());
    assert_eq!((story.batches.len(), story.rejected.len()), (1, 0));
    assert_eq!(story.stopped.as_deref(), Some("401 no"));
    let story = drive(&mut scheduler(Patience::default()), labels(90), |_, _| {
        refused()
    });
    assert_eq!(story.rejected.len(), 20);
    let why = "none was taken and 20 were refused: 400 bad";
    assert_eq!(story.stopped.as_deref(), Some(why));
}

#[test]
fn what_is_there_already_goes_the_other_way_once() {
    let mut ways = Vec::new();
    let story = drive(
        &mut scheduler(Patience::default()),
        labels(1),
        |_, batch| {
            ways.push(batch[0].label.other_way);
            if batch[0].label.other_way {
                TAKEN
            } else {
                Reading::Each(vec![Outcome::OtherWay])
            }
        },
    );
    assert_eq!(ways, [false, true]);
    assert_eq!(story.delivered, ["o-0"]);
}

/// How a scripted system answers.
#[derive(Debug, Clone, Copy)]
enum Answer {
    Take,
    TakeSome,
    Fail,
    FailFor(u64),
    Refuse,
    Mumble,
}

fn answer() -> impl Strategy<Value = Answer> {
    prop_oneof![
        4 => Just(Answer::Take),
        2 => Just(Answer::TakeSome),
        2 => Just(Answer::Fail),
        1 => (1..100_000_u64).prop_map(Answer::FailFor),
        1 => Just(Answer::Refuse),
        1 => Just(Answer::Mumble),
    ]
}

impl Answer {
    fn to(self, batch: &[Job]) -> Reading {
        match self {
            Self::Take => TAKEN,
            Self::Fail => retry(None),
            Self::FailFor(ms) => retry(Some(ms)),
            Self::Refuse => refused(),
            Self::Mumble => Reading::Each(Vec::new()),
            Self::TakeSome => Reading::Each(
                (0..batch.len())
                    .map(|place| match place % 3 {
                        0 => Outcome::Delivered,
                        1 => Outcome::Retry {
                            after_ms: Some(5),
                            why: "busy".into(),
                        },
                        _ => Outcome::Rejected("bad".into()),
                    })
                    .collect(),
            ),
        }
    }
}

proptest! {
    /// Whatever a system says: each label is settled once or left, what is called
    /// delivered was taken, and no request is larger than it may be.
    #[test]
    fn every_label_ends_once(
        count in 0..40_usize,
        answers in prop::collection::vec(answer(), 0..60),
        patient in any::<bool>(),
    ) {
        let patience = Patience {
            failures_max: (!patient).then_some(8),
            ..Patience::default()
        };
        let mut scheduler = scheduler(patience);
        let story = drive(&mut scheduler, labels(count), |number, batch| {
            answers.get(number - 1).copied().unwrap_or(Answer::Take).to(batch)
        });
        let delivered: BTreeSet<_> = story.delivered.iter().cloned().collect();
        prop_assert_eq!(delivered.len(), story.delivered.len());
        prop_assert!(delivered.is_subset(&story.taken));
        prop_assert!(story.rejected.keys().all(|name| !delivered.contains(name)));
        prop_assert!(story.batches.iter().all(|batch| (1..=4).contains(&batch.len())));
        if story.stopped.is_none() {
            prop_assert_eq!(delivered.len() + story.rejected.len(), count);
            prop_assert_eq!(scheduler.left(), 0);
        }
    }
}
