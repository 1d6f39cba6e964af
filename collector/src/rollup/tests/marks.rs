//! Each way of changing a fact marks what it changes. Without its trigger, where it has
//! one, what is kept would be old, which shows that the comparison would find it.

use serde_json::{Value, json};

use super::house::{Ground, House};
use crate::label::Policy;

const DAY: u64 = 86_400_000;

/// What happens before everything is up to date, and the one thing after.
type Story = (fn(&mut House), fn(&mut House));

fn shown(output: &str) -> Value {
    json!({"kind":"shown","output":output,"chars":9,"words":2,"code_share":0,"stream_ms":5,
        "turn":0,"variant":0})
}

fn copied(output: &str) -> Value {
    json!({"kind":"copied","output":output,"chars":9,"share":1,"via":"button"})
}

fn told(output: &str) -> Value {
    json!({"id":output,"output":"Great question! Yes.","subject":"u-9"})
}

const STORIES: [(&str, Story); 9] = [
    (
        "by chunks that come",
        (
            |house| house.does("u-1", 0, shown("o-1")),
            |house| house.does("u-1", 0, copied("o-1")),
        ),
    ),
    (
        "rollup_chunk_went",
        (
            |house| {
                house.does("u-1", 0, shown("o-1"));
                house.does("u-2", 0, copied("o-1"));
            },
            |house| house.erase("u-2"),
        ),
    ),
    (
        "rollup_registration_came",
        (
            |house| house.does("u-1", 0, shown("o-1")),
            |house| house.register(json!({"id":"o-1","model":"m-1"})),
        ),
    ),
    (
        "rollup_registration_changed",
        (
            |house| {
                house.register(told("o-1"));
                house.does("u-1", 0, shown("o-1"));
                house.does("u-1", 0, copied("o-1"));
                house.now += 20 * DAY;
            },
            |house| house.expire(30 * DAY, DAY),
        ),
    ),
    (
        "rollup_registration_went",
        (
            |house| house.register(told("o-1")),
            |house| house.erase("u-9"),
        ),
    ),
    (
        "rollup_alias_came",
        (
            |house| {
                house.does("u-1", 0, shown("o-1"));
                house.apart();
                house.register(json!({"id":"o-2","model":"m-2"}));
            },
            |house| house.register(json!({"id":"o-2","aliases":["o-1"]})),
        ),
    ),
    (
        "by placements that come",
        (
            |house| house.does("u-1", 0, shown("o-1")),
            |house| {
                let mut placed = shown("o-2");
                placed["conversation"] = "c-1".into();
                house.does("u-1", 0, placed);
            },
        ),
    ),
    (
        // What it is another name of stood for itself until now.
        "by placements of an alias that come",
        (
            |house| {
                house.does("u-1", 0, shown("o-1"));
                house.apart();
                house.register(json!({"id":"o-2","aliases":["o-1"]}));
            },
            |house| {
                let mut placed = shown("o-1");
                placed["conversation"] = "c-1".into();
                house.does("u-1", 0, placed);
            },
        ),
    ),
    (
        // Somebody said that it is in a conversation, who is forgotten: nobody else did.
        "rollup_placement_went",
        (
            |house| {
                let mut placed = shown("o-1");
                placed["conversation"] = "c-1".into();
                house.does("u-1", 0, copied("o-1"));
                house.does("u-2", 0, placed);
            },
            |house| house.erase("u-2"),
        ),
    ),
];

/// What happens in a store where no trigger notices it.
#[test]
fn every_way_of_changing_a_fact_marks_what_it_changes_in_clickhouse_too() {
    let policy = Policy::default_policy().unwrap();
    for ground in Ground::all().filter(|ground| *ground != Ground::Sqlite) {
        for (name, (before, then)) in STORIES {
            for hands_over in [false, true] {
                let mut house = House::on(ground);
                before(&mut house);
                let mut keeper = house.keeper(&policy);
                house.settle(&mut keeper, &policy);
                let settled = house.refolded(&policy);
                if hands_over {
                    house.hand_over();
                    keeper = house.keeper(&policy);
                }
                then(&mut house);
                assert_ne!(house.refolded(&policy), settled, "{name}: nothing changed");
                assert_ne!(house.kept(&policy), house.refolded(&policy), "{name}");
                house.settle(&mut keeper, &policy);
            }
        }
    }
}

#[test]
fn every_way_of_changing_a_fact_marks_what_it_changes() {
    let policy = Policy::default_policy().unwrap();
    for (trigger, (before, then)) in STORIES {
        let by_trigger = trigger.starts_with("rollup_");
        for is_there in [true, false] {
            if !is_there && !by_trigger {
                continue;
            }
            let mut house = House::new();
            before(&mut house);
            let mut keeper = house.keeper(&policy);
            house.settle(&mut keeper, &policy);
            let settled = house.refolded(&policy);
            if !is_there {
                house.raw(&format!("DROP TRIGGER {trigger}"));
                house.reopen();
                keeper = house.keeper(&policy);
            }
            then(&mut house);
            assert_ne!(
                house.refolded(&policy),
                settled,
                "{trigger}: nothing changed"
            );
            keeper.look(house.project.id, house.now).unwrap();
            keeper.drain(house.now).unwrap();
            let is_same = house.kept(&policy) == house.refolded(&policy);
            assert_eq!(is_same, is_there, "{trigger}");
        }
    }
}

/// Labels that time alone changes are added up again when it does.
#[test]
fn time_alone_marks_what_it_changes() {
    Ground::all().for_each(time_alone_marks);
}

fn time_alone_marks(ground: Ground) {
    let policy = Policy::default_policy().unwrap();
    let mut house = House::on(ground);
    let mut keeper = house.keeper(&policy);
    house.does("u-1", 0, shown("o-1"));
    let dwell = json!({"kind":"dwell","output":"o-1","active_ms":2_000,"read_share":0.1});
    house.does("u-1", 0, dwell);
    house.settle(&mut keeper, &policy);
    // The visit is over: abandoned. Then every window is.
    for wait in [31 * 60_000, 8 * DAY] {
        let before = house.kept(&policy);
        house.now += wait;
        let anew = house.refolded(&policy);
        assert_ne!(house.kept(&policy)[3], anew[3]);
        assert_eq!(keeper.drain(house.now).unwrap(), 1);
        assert_eq!(house.kept(&policy), anew);
        assert_ne!(before, anew);
    }
    house.now += 90 * DAY;
    assert_eq!(keeper.drain(house.now).unwrap(), 0);
    assert_eq!(house.kept(&policy), house.refolded(&policy));
}
