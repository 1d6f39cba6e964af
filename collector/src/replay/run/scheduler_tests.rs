use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;

fn jobs(count: usize) -> Vec<Job> {
    let job = |number| Job {
        id: format!("o-{number}"),
        body: String::new(),
        tokens: Tokens {
            prompt: 80,
            completion: 20,
        },
    };
    (0..count).map(job).collect()
}

fn limits() -> Limits {
    Limits {
        concurrency: 2,
        backoff_ms: 100,
        backoff_ms_max: 1_000,
        ..Limits::default()
    }
}

fn scheduler(count: usize, limits: Limits) -> Scheduler {
    Scheduler::new(&jobs(count), limits, 7)
}

fn trouble(remedy: Remedy) -> Trouble {
    Trouble {
        code: "http_500".into(),
        message: "down".into(),
        remedy,
    }
}

fn again(after_ms: Option<u64>) -> Trouble {
    trouble(Remedy::Again { after_ms })
}

fn slower(after_ms: Option<u64>) -> Trouble {
    trouble(Remedy::Slower { after_ms })
}

fn sends(step: Step) -> usize {
    match step {
        Step::Send { job, .. } => job,
        other => panic!("{other:?}"),
    }
}

#[test]
fn as_many_are_under_way_as_may_be_and_no_more() {
    let mut run = scheduler(3, limits());
    assert_eq!([sends(run.next(0)), sends(run.next(0))], [0, 1]);
    assert_eq!(run.next(0), Step::Listen);
    assert_eq!(run.answered(1, None, None), 1);
    assert_eq!(sends(run.next(5)), 2);
    assert_eq!(run.answered(0, None, None), 1);
    assert_eq!(run.next(6), Step::Listen, "one is under way still");
    run.answered(2, None, None);
    assert_eq!(run.next(7), Step::Done);
    assert_eq!(scheduler(0, limits()).next(0), Step::Done);
}

#[test]
fn what_failed_is_asked_again_after_a_pause_while_others_go_on() {
    let mut run = scheduler(2, limits());
    sends(run.next(0));
    let After::Again { at } = run.troubled(0, &again(None), 1_000) else {
        panic!("asked again")
    };
    assert!((1_000..=1_100).contains(&at), "{at}");
    assert_eq!(sends(run.next(1_000)), 1, "the next one meanwhile");
    if at > 1_000 {
        assert_eq!(run.next(at - 1), Step::Wait { until: at });
    }
    assert_eq!(run.next(at), Step::Send { job: 0, attempt: 2 });
    assert_eq!(run.answered(0, None, None), 2);
}

#[test]
fn a_question_is_given_up_after_its_last_attempt() {
    let mut run = scheduler(
        1,
        Limits {
            attempts_max: 3,
            ..limits()
        },
    );
    let mut now = 0;
    for attempt in 1..=3 {
        assert_eq!(run.next(now), Step::Send { job: 0, attempt });
        match run.troubled(0, &again(None), now) {
            After::Again { at } => now = at,
            after => assert_eq!((after, attempt), (After::Failed { attempts: 3 }, 3)),
        }
    }
    assert_eq!(run.next(now), Step::Done);
    let mut run = scheduler(1, limits());
    sends(run.next(0));
    assert_eq!(
        run.troubled(0, &trouble(Remedy::Never), 0),
        After::Failed { attempts: 1 }
    );
}

#[test]
fn an_endpoint_that_says_how_long_is_left_alone_so_long_by_all() {
    for trouble in [slower(Some(9_000)), again(Some(9_000))] {
        let mut run = scheduler(3, limits());
        sends(run.next(0));
        let After::Again { at } = run.troubled(0, &trouble, 1_000) else {
            panic!("asked again")
        };
        assert!(
            (10_000..=10_100).contains(&at),
            "not before, and spread: {at}"
        );
        assert_eq!(run.next(1_000), Step::Wait { until: 10_000 });
        assert_eq!(run.next(9_999), Step::Wait { until: 10_000 });
        sends(run.next(10_000));
    }
}

#[test]
fn being_told_to_go_slower_pauses_all_even_without_a_time() {
    let mut run = scheduler(
        3,
        Limits {
            backoff_ms: 60_000,
            backoff_ms_max: 60_000,
            ..limits()
        },
    );
    sends(run.next(0));
    let After::Again { at } = run.troubled(0, &slower(None), 0) else {
        panic!("asked again")
    };
    assert!(at > 0);
    assert_eq!(run.next(0), Step::Wait { until: at });
}

#[test]
fn a_pause_that_is_too_long_ends_the_run_for_now() {
    let mut run = scheduler(2, limits());
    sends(run.next(0));
    let hour = slower(Some(3_600_000));
    assert_eq!(run.troubled(0, &hour, 0), After::Open);
    assert_eq!(run.next(0), Step::Stop(Stop::Pause { seconds: 3_600 }));
}

#[test]
fn a_wrong_key_stops_at_once_and_leaves_the_question_open() {
    let mut run = scheduler(3, limits());
    sends(run.next(0));
    sends(run.next(0));
    assert_eq!(run.troubled(0, &trouble(Remedy::Stop), 5), After::Open);
    assert_eq!(run.next(5), Step::Listen, "another is under way");
    run.answered(1, None, None);
    assert!(matches!(run.next(6), Step::Stop(Stop::Useless { .. })));
}

#[test]
fn a_missing_model_stops_at_first_and_is_one_failure_later_on() {
    let missing = trouble(Remedy::StopAtFirst);
    let mut run = scheduler(3, limits());
    sends(run.next(0));
    assert_eq!(run.troubled(0, &missing, 0), After::Open);
    assert!(matches!(run.next(0), Step::Stop(Stop::Useless { .. })));
    let mut run = scheduler(3, limits());
    sends(run.next(0));
    run.answered(0, None, None);
    sends(run.next(0));
    assert_eq!(run.troubled(1, &missing, 0), After::Failed { attempts: 1 });
    assert_eq!(sends(run.next(0)), 2);
}

#[test]
fn failures_in_a_row_open_the_circuit_and_an_answer_closes_it() {
    let limits = Limits {
        failures_in_a_row_max: 3,
        concurrency: 1,
        ..limits()
    };
    let mut run = scheduler(9, limits);
    for (job, fails) in [true, true, false, true, true, true]
        .into_iter()
        .enumerate()
    {
        assert_eq!(sends(run.next(0)), job);
        if fails {
            run.troubled(job, &trouble(Remedy::Never), 0);
        } else {
            run.answered(job, None, None);
        }
    }
    let Step::Stop(Stop::Failing { count, code, .. }) = run.next(0) else {
        panic!("stopped")
    };
    assert_eq!((count, &*code), (3, "http_500"));
    let mut run = scheduler(9, limits);
    for job in 0..5 {
        sends(run.next(job));
        run.troubled(0, &slower(Some(0)), job);
    }
    assert!(
        matches!(run.next(200), Step::Send { .. }),
        "limits are no failures"
    );
}

#[test]
fn requests_a_minute_hold() {
    let limits = Limits {
        requests_per_minute: Some(30),
        concurrency: 100,
        ..limits()
    };
    let mut run = scheduler(5, limits);
    let mut sent = Vec::new();
    let mut now = 0;
    while sent.len() < 5 {
        match run.next(now) {
            Step::Send { .. } => sent.push(now),
            Step::Wait { until } => now = until,
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(sent, [0, 2_000, 4_000, 6_000, 8_000]);
}

#[test]
fn tokens_a_minute_hold_and_are_put_right_by_what_was_used() {
    // A hundred a job by estimate; the bucket holds a hundred.
    let limits = Limits {
        tokens_per_minute: Some(600),
        concurrency: 9,
        ..limits()
    };
    let mut run = scheduler(3, limits);
    sends(run.next(0));
    assert_eq!(run.next(0), Step::Wait { until: 10_000 });
    run.answered(0, Some(40), Some(10));
    assert_eq!(run.next(0), Step::Wait { until: 5_000 });
    sends(run.next(5_000));
    run.answered(1, Some(1_000), None);
    // Empty at 5 s; 920 more than thought are owed, and a hundred are wanted.
    assert_eq!(run.next(5_000), Step::Wait { until: 107_000 });
}

#[test]
fn nothing_is_sent_that_may_cost_more_than_is_left() {
    let prices = Prices::parse("10000", "0").unwrap();
    // 80 tokens of a prompt: 0.8.
    let max = Cost::parse("2").unwrap();
    let mut run = scheduler(
        9,
        Limits {
            concurrency: 9,
            ..limits()
        },
    );
    run = run.with_money(prices, Some(max), Cost::parse("0.1").unwrap());
    sends(run.next(0));
    sends(run.next(0));
    assert_eq!(run.next(0), Step::Listen, "1.7 are spent or reserved");
    run.answered(0, Some(50), None);
    assert_eq!(run.next(0), Step::Listen, "0.6, 0.8 reserved, and 0.8 more");
    run.answered(1, Some(60), None);
    assert_eq!(sends(run.next(0)), 2, "1.2 and 0.8 are no more than 2");
    run.answered(2, Some(100), None);
    let spent = Cost::parse("2.2").unwrap();
    assert_eq!(run.spent(), spent);
    assert_eq!(run.next(0), Step::Stop(Stop::Budget { spent, max }));
}

#[test]
fn what_was_cut_off_is_reckoned_as_paid_and_what_was_refused_is_not() {
    let prices = Prices::parse("10000", "10000").unwrap();
    let mut run = scheduler(9, limits()).with_money(prices, None, Cost::default());
    sends(run.next(0));
    run.troubled(0, &trouble(Remedy::Never), 0);
    assert_eq!(run.spent(), Cost::default());
    sends(run.next(0));
    let cut = Trouble {
        code: "truncated".into(),
        ..trouble(Remedy::Never)
    };
    run.troubled(1, &cut, 0);
    assert_eq!(run.spent(), Cost::parse("1").unwrap());
}

proptest! {
    /// Whatever happens, every job is settled once, within its attempts, and never are
    /// more under way than may be.
    #[test]
    fn every_question_is_settled_once(
        count in 0_usize..30, concurrency in 1_usize..6, attempts_max in 1_u32..5,
        fates in prop::collection::vec((0_u8..4, 0_u64..500), 1..200)
    ) {
        let limits = Limits {
            concurrency, attempts_max, requests_per_minute: Some(6_000),
            failures_in_a_row_max: u32::MAX, ..limits()
        };
        let mut run = scheduler(count, limits);
        let mut fates = fates.into_iter().cycle();
        let (mut now, mut under_way) = (0, Vec::new());
        let mut settled: BTreeMap<usize, u32> = BTreeMap::new();
        loop {
            match run.next(now) {
                Step::Send { job, attempt } => {
                    prop_assert!(attempt <= attempts_max);
                    prop_assert!(!settled.contains_key(&job) && !under_way.contains(&job));
                    under_way.push(job);
                    prop_assert!(under_way.len() <= concurrency);
                    continue;
                }
                Step::Wait { until } => {
                    prop_assert!(until > now);
                    if under_way.is_empty() {
                        now = until;
                        continue;
                    }
                }
                Step::Listen => prop_assert!(!under_way.is_empty()),
                Step::Done => break,
                Step::Stop(stop) => prop_assert!(false, "{:?}", stop),
            }
            let (fate, after) = fates.next().unwrap();
            now += after;
            let job = under_way.remove(usize::try_from(after).unwrap() % under_way.len());
            let after = match fate {
                0 => { run.answered(job, Some(after), None); After::Failed { attempts: 1 } }
                1 => run.troubled(job, &again(None), now),
                2 => run.troubled(job, &slower(Some(after)), now),
                _ => run.troubled(job, &trouble(Remedy::Never), now),
            };
            match after {
                After::Failed { attempts } => {
                    prop_assert!(settled.insert(job, attempts).is_none());
                }
                After::Again { at } => prop_assert!(at >= now),
                After::Open => prop_assert!(false, "nothing stops"),
            }
        }
        prop_assert_eq!(settled.len(), count);
    }
}
