//! Whatever happens: what is kept equals what adding up everything anew gives.

use std::sync::atomic::{AtomicBool, Ordering};

use proptest::{prelude::*, sample::Index};
use serde_json::{Value, json};

use super::{
    house::{Ground, House},
    people,
};
use crate::{
    label::Policy,
    rollup::version,
    store::{AddedUp, Bucket, BucketKind},
};

const MINUTE: u64 = 60_000;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;

/// One thing that happens.
#[derive(Debug, Clone)]
enum Step {
    /// A person does something with an output.
    Does(usize, u64, Value),
    /// A server registers an output, perhaps long after it was shown.
    Registers(Value),
    /// A batch comes again.
    Again(Index),
    /// A person is forgotten.
    Erases(usize),
    /// Old signals, or texts, end.
    Expires(u64, u64),
    /// Labels are by another policy from now on.
    Relabels,
    /// Time passes.
    Waits(u64),
    /// The process dies.
    Crashes,
    /// What is new is in other buckets.
    Apart,
    /// Another collector adds up.
    HandsOver,
}

fn event() -> impl Strategy<Value = Value> {
    let output = (0..5_u8).prop_map(|n| format!("o-{n}"));
    let shown = (
        prop::option::of(0..3_u8),
        0..2_u32,
        prop::sample::select(vec!["m-1", "m-2"]),
    );
    let shown = shown.prop_map(|(conversation, turn, model)| {
        let mut shown = json!({"kind":"shown","chars":90,"words":18,"code_share":0,
            "stream_ms":5,"turn":turn,"variant":0,"model":model});
        if let Some(conversation) = conversation {
            shown["conversation"] = format!("c-{conversation}").into();
        }
        shown
    });
    let share = || (0..=1_000_u32).prop_map(|n| f64::from(n) / 1_000.0);
    let what = prop_oneof![
        3 => shown,
        2 => (0..9_000_u32, share())
            .prop_map(|(ms, share)| json!({"kind":"dwell","active_ms":ms,"read_share":share})),
        2 => share().prop_map(|share| json!({"kind":"copied","chars":9,"share":share,
            "via":"button"})),
        1 => Just(json!({"kind":"accepted","via":"button"})),
        1 => share().prop_map(|share| json!({"kind":"edited","chars_before":90,"chars_after":90,
            "inserted":9,"deleted":9,"survival":share,"final":true})),
        1 => (0..90_000_u32).prop_map(|ms| json!({"kind":"regenerated","after_ms":ms,
            "ordinal":1})),
        1 => share().prop_map(|share| json!({"kind":"survived","age_s":600,"share":share})),
        1 => Just(json!({"kind":"rated","value":1})),
        1 => Just(json!({"kind":"content","role":"answer","text":"Great question! Yes."})),
    ];
    (output, what).prop_map(|(output, mut what)| {
        what["output"] = output.into();
        what
    })
}

fn registration() -> impl Strategy<Value = Value> {
    // Of ids that signals come with, and of others, which name them as aliases.
    let id = (0..8_u8).prop_map(|n| format!("o-{n}"));
    let alias = prop::option::weighted(0.4, (0..5_u8).prop_map(|n| format!("o-{n}")));
    let conversation = prop::option::weighted(0.3, (0..4_u8).prop_map(|n| format!("c-{n}")));
    let person = prop::option::weighted(0.3, 0..4_usize);
    let text = prop::option::weighted(0.5, Just("Great question! Yes."));
    let arm = prop::option::of(prop::sample::select(vec!["a", "b", "holdout"]));
    let all = (id, alias, conversation, person, text, arm);
    all.prop_map(|(id, alias, conversation, person, text, arm)| {
        let mut said = json!({"id":id,"prompt_version":"p@1"});
        if let Some(arm) = arm {
            said["arms"] = json!({ "tone": arm });
        }
        if let Some(alias) = alias {
            said["aliases"] = json!([alias]);
        }
        if let Some(conversation) = conversation {
            said["conversation"] = conversation.into();
        }
        if let Some(person) = person {
            said["subject"] = name(person).into();
        }
        if let Some(text) = text {
            said["output"] = text.into();
        }
        said
    })
}

fn name(person: usize) -> String {
    format!("u-{person}")
}

fn step() -> impl Strategy<Value = Step> {
    let ago = prop_oneof![0..MINUTE, 0..2 * HOUR, 0..5 * DAY];
    prop_oneof![
        12 => (0..4_usize, ago, event()).prop_map(|(who, ago, what)| Step::Does(who, ago, what)),
        4 => registration().prop_map(Step::Registers),
        1 => any::<Index>().prop_map(Step::Again),
        1 => (0..4_usize).prop_map(Step::Erases),
        1 => (DAY..9 * DAY, 0..2 * DAY).prop_map(|(all, texts)| Step::Expires(all, texts.min(all))),
        1 => Just(Step::Relabels),
        3 => prop_oneof![1..40_u64, 60..900_u64, 1_440..12_000_u64]
            .prop_map(|minutes| Step::Waits(minutes * MINUTE)),
        1 => Just(Step::Crashes),
        2 => Just(Step::Apart),
        1 => Just(Step::HandsOver),
    ]
}

/// The built-in policy, and one by which people are screened at once.
fn policies() -> [Policy; 2] {
    let default = Policy::default_toml();
    let strict = format!("{default}\n[screen]\nacts_per_minute = 3\nrun_acts = 0\n")
        .replace("name = \"default\"", "name = \"strict\"");
    [default.to_owned(), strict].map(|toml| Policy::parse(&toml).unwrap())
}

#[test]
fn after_anything_what_is_kept_is_what_adding_up_anew_gives() {
    for ground in Ground::all() {
        after_anything(ground);
    }
}

fn after_anything(ground: Ground) {
    let rounds = std::env::var("TACIT_ROUNDS").map_or(1, |rounds| rounds.parse().unwrap());
    let (cases, shrinking, len) = match ground {
        Ground::Sqlite => (8, 200, 8..40),
        // Each step asks a server some hundred things.
        Ground::ClickHouse => (3, 20, 8..24),
    };
    let config = ProptestConfig {
        max_shrink_iters: shrinking,
        ..ProptestConfig::with_cases(cases * rounds)
    };
    let mut runner = proptest::test_runner::TestRunner::new(config);
    let steps = prop::collection::vec(step(), len);
    let policies = policies();
    runner
        .run(&steps, |steps| {
            let mut house = House::on(ground);
            house.insert_twice();
            people::with_experiment(&house);
            let mut place = 0;
            let mut keeper = house.keeper(&policies[place]);
            for step in steps {
                // What somebody does is compared with whatever comes after.
                let is_seldom = !matches!(step, Step::Does(..) | Step::Again(_) | Step::Apart);
                match step {
                    Step::Does(who, ago_ms, what) => house.does(&name(who), ago_ms, what),
                    Step::Registers(said) => house.register(said),
                    Step::Again(which) if house.told() > 0 => {
                        house.fold(which.index(house.told()));
                    }
                    Step::Again(_) => {}
                    Step::Erases(who) => house.erase(&name(who)),
                    Step::Expires(signals, texts) => house.expire(signals, texts),
                    Step::Relabels => {
                        place = 1 - place;
                        keeper = house.keeper(&policies[place]);
                    }
                    Step::Waits(ms) => house.now += ms,
                    Step::Crashes => {
                        house.reopen();
                        house.insert_twice();
                        keeper = house.keeper(&policies[place]);
                    }
                    Step::Apart => house.apart(),
                    Step::HandsOver => {
                        house.hand_over();
                        keeper = house.keeper(&policies[place]);
                    }
                }
                house.settle(&mut keeper, &policies[place]);
                if is_seldom {
                    house.people_are_the_same(&policies[place]);
                }
            }
            house.people_are_the_same(&policies[place]);
            Ok(())
        })
        .unwrap();
}

fn shown(output: &str, conversation: &str) -> Value {
    json!({"kind":"shown","output":output,"conversation":conversation,"chars":9,"words":2,
        "code_share":0,"stream_ms":5,"turn":0,"variant":0})
}

fn copied(output: &str) -> Value {
    json!({"kind":"copied","output":output,"chars":9,"share":1,"via":"button"})
}

#[test]
fn a_mark_outlives_the_process() {
    Ground::all().for_each(a_mark_outlives);
}

fn a_mark_outlives(ground: Ground) {
    let policy = Policy::default_policy().unwrap();
    let mut house = House::on(ground);
    house.does("u-1", 0, shown("o-1", "c-1"));
    house.settle(&mut house.keeper(&policy), &policy);
    house.does("u-1", 0, copied("o-1"));
    let old = house.kept(&policy);
    assert_ne!(old, house.refolded(&policy));
    house.reopen();
    assert_eq!(house.kept(&policy), old);
    house.settle(&mut house.keeper(&policy), &policy);
}

#[test]
fn what_changes_while_it_is_added_up_waits_still() {
    Ground::all().for_each(what_changes_meanwhile_waits);
}

fn what_changes_meanwhile_waits(ground: Ground) {
    let policy = Policy::default_policy().unwrap();
    let mut house = House::on(ground);
    house.does("u-1", 0, shown("o-1", "c-1"));
    let version = version(&policy);
    let waiting = |house: &House| {
        let project = Some(house.project.id);
        house
            .store
            .rollups_waiting(project, &version, house.now)
            .unwrap()
    };
    house.settle(&mut house.keeper(&policy), &policy);
    assert_eq!(waiting(&house), 0);
    house.does("u-1", 0, copied("o-1"));
    let bucket = Bucket {
        project: house.project.id,
        kind: BucketKind::Conversations,
        number: 0,
    };
    assert_eq!(waiting(&house), 1);
    let read = house.store.read_bucket(bucket, &mut |_, _| {}).unwrap();
    assert_eq!(read.groups, 1);
    house.does("u-2", 0, copied("o-1"));
    let sums = AddedUp {
        bucket,
        version: &version,
        read,
        as_of: house.now,
        summed: &crate::rollup::Tally::default().finish(),
    };
    house.store.keep_bucket(&sums).unwrap();
    assert_eq!(waiting(&house), 1);
    house.settle(&mut house.keeper(&policy), &policy);
    assert_eq!(waiting(&house), 0);
}

#[test]
fn traffic_goes_on_while_buckets_are_added_up() {
    Ground::all().for_each(traffic_goes_on);
}

fn traffic_goes_on(ground: Ground) {
    let policy = Policy::default_policy().unwrap();
    let mut house = House::on(ground);
    let is_over = AtomicBool::new(false);
    let mut keeper = house.keeper(&policy);
    let (project, now) = (house.project.id, house.now);
    std::thread::scope(|scope| {
        let keeping = scope.spawn(|| {
            let mut turns = 0_u64;
            while !is_over.load(Ordering::Acquire) {
                keeper.look(project, now).unwrap();
                turns += keeper.drain(now).unwrap();
            }
            turns
        });
        for n in 0..40 {
            let (output, conversation) = (format!("o-{}", n % 7), format!("c-{}", n % 3));
            house.does("u-1", 0, shown(&output, &conversation));
            house.does("u-2", 0, copied(&output));
            if n % 10 == 9 {
                house.erase("u-2");
            }
        }
        is_over.store(true, Ordering::Release);
        assert!(keeping.join().unwrap() > 0);
    });
    house.settle(&mut house.keeper(&policy), &policy);
}

#[test]
fn who_is_found_by_the_screen_later_leaves_every_bucket() {
    Ground::all().for_each(who_is_found_later_leaves);
}

fn who_is_found_later_leaves(ground: Ground) {
    let [_, strict] = policies();
    let mut house = House::on(ground);
    let mut keeper = house.keeper(&strict);
    house.does("u-1", 0, shown("o-1", "c-1"));
    house.does("u-1", 0, copied("o-1"));
    house.apart();
    house.does("u-2", 0, shown("o-2", "c-2"));
    house.settle(&mut keeper, &strict);
    let before = house.kept(&strict);
    for _ in 0..4 {
        house.apart();
        house.does("u-1", 0, copied("o-2"));
    }
    house.settle(&mut keeper, &strict);
    house.people_are_the_same(&strict);
    let after: Value = serde_json::from_str(&house.kept(&strict)[3]).unwrap();
    // Both: what they did before, in a bucket nobody wrote to since.
    assert_eq!(after["rows"][0]["left_out"]["screened_signals"], 6);
    assert_eq!(after["rows"][0]["left_out"]["screened"], 1);
    assert_ne!(house.kept(&strict), before);
}
