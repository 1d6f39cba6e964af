//! What is kept is what would be found, unless it is dear, and then it says of when it is.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::{
    warm::{DAYS, standing},
    *,
};
use crate::{
    experiment::declaration::{Declared, record},
    label::{Policy, Trust},
    rollup::tests::house::House,
    testing::{NOW, declaration},
    watch::By,
};

/// As dear as of ten million signals.
const DEAR: Duration = Duration::from_secs(60);
/// A failing test ends.
const PATIENCE: Duration = Duration::from_secs(60);

struct Asked {
    house: House,
    answers: Arc<Answers>,
    basis: Basis,
    ask: Ask,
}

impl Asked {
    fn new() -> Self {
        let house = House::new();
        let basis = Basis {
            store: Arc::clone(&house.store),
            project: house.project.id,
            policy: Policy::default_policy().unwrap(),
            data: house.path().into(),
            lag_ms: None,
        };
        let ask = Ask::Guardrails(Guarded {
            by: By::Model,
            span: Span::Between(None, None),
            trust: Trust::Claimed,
            metrics: Vec::new(),
            guards: Vec::new(),
        });
        let mut asked = Self {
            house,
            answers: Arc::default(),
            basis,
            ask,
        };
        asked.another("u-1");
        asked
    }

    /// Somebody sees one more answer.
    fn another(&mut self, person: &str) {
        let number = self.house.told();
        let shown = json!({"kind":"shown","output":format!("o-{number}"),"model":"m-1",
            "chars":9,"words":2,"code_share":0,"stream_ms":9,
            "conversation":format!("c-{number}"),"turn":0,"variant":0});
        self.house.does(person, 0, shown);
        let copied = json!({"kind":"copied","output":format!("o-{number}"),"chars":9,"share":1,
            "via":"button"});
        self.house.does(person, 0, copied);
    }

    /// How many answers it counts, and the moment it is of.
    fn told(&self) -> (u64, u64) {
        let told = self.answers.at_hand(&self.basis, &self.ask).unwrap();
        let exact = self.ask.worked_out(&self.basis, told.as_of).unwrap();
        let count = |text: &str| {
            let report: Value = serde_json::from_str(text).unwrap();
            assert_eq!(report["as_of"], told.as_of);
            report["slices"][0]["outputs"].as_u64().unwrap()
        };
        assert!(count(&told.text) <= count(&exact));
        (count(&told.text), told.as_of)
    }

    fn slot(&self) -> Arc<Slot> {
        self.answers.slot(&self.basis, &self.ask)
    }

    /// As if it had been found so long ago, with so much work.
    fn was(&self, ago: Duration, took: Duration) {
        let slot = self.slot();
        let mut held = lock(&slot.worked);
        let worked = held.as_mut().unwrap();
        worked.took = took;
        worked.made = Instant::now().checked_sub(ago).unwrap();
    }
}

#[test]
fn what_is_quick_is_found_anew_each_time() {
    let mut asked = Asked::new();
    assert_eq!(asked.told().0, 1);
    asked.was(Duration::ZERO, Duration::ZERO);
    asked.another("u-1");
    assert_eq!(asked.told().0, 2);
}

#[test]
fn what_is_dear_is_told_at_once_and_found_anew_behind() {
    let mut asked = Asked::new();
    let first = asked.told();
    asked.another("u-2");
    asked.was(19 * DEAR, DEAR);
    assert_eq!(asked.told(), first, "it is good");
    assert!(!asked.slot().is_queued.load(Ordering::Acquire));
    let behind = lock(&asked.answers.behind);
    asked.was(20 * DEAR, DEAR);
    assert_eq!(asked.told(), first, "nobody waits for the next");
    assert_eq!(asked.told(), first, "and it is worked out once");
    drop(behind);
    let began = Instant::now();
    while asked.slot().is_queued.load(Ordering::Acquire) {
        assert!(began.elapsed() < PATIENCE);
        thread::yield_now();
    }
    let next = asked.told();
    assert_eq!(next.0, 2);
    assert!(next.1 >= first.1);
}

#[test]
fn nothing_is_told_of_who_is_gone() {
    let mut asked = Asked::new();
    asked.another("u-2");
    assert_eq!(asked.told().0, 2);
    asked.was(Duration::ZERO, DEAR);
    asked.house.erase("u-2");
    assert_eq!(asked.told().0, 1);
    // What was being read while somebody was erased is not told either.
    let before = asked.basis.store.forgotten(asked.basis.project).unwrap();
    asked.house.erase("u-3");
    asked.slot().work(&asked.basis, &asked.ask, before).unwrap();
    asked.was(Duration::ZERO, DEAR);
    let after = asked.basis.store.forgotten(asked.basis.project).unwrap();
    assert_ne!(before, after);
    assert!(asked.slot().known(after).is_none());
}

#[test]
fn each_question_has_an_answer_of_its_own() {
    let asked = Asked::new();
    asked.told();
    asked.was(Duration::ZERO, DEAR);
    let Ask::Guardrails(guarded) = asked.ask.clone() else {
        panic!("guardrails");
    };
    let other = Ask::Guardrails(Guarded {
        trust: Trust::Signed,
        ..guarded
    });
    let told = asked.answers.at_hand(&asked.basis, &other).unwrap();
    let report: Value = serde_json::from_str(&told.text).unwrap();
    assert_eq!(report["slices"], json!([]));
    let elsewhere = Basis {
        project: ProjectId(99),
        ..asked.basis.clone()
    };
    let told = asked.answers.at_hand(&elsewhere, &asked.ask).unwrap();
    let report: Value = serde_json::from_str(&told.text).unwrap();
    assert_eq!(report["slices"], json!([]));
}

#[test]
fn what_will_be_asked_is_known_before() {
    let asked = Asked::new();
    let Basis { store, project, .. } = &asked.basis;
    record(&**store, *project, &declaration("tone", json!({})), 5).unwrap();
    let declared: Vec<Declared> = store.experiments(*project).unwrap();
    let all = standing(&declared, NOW, false);
    let names: Vec<_> = all.iter().map(|ask| format!("{ask:?}")).collect();
    let is_there = |what: &str| names.iter().any(|name| name.starts_with(what));
    for what in ["Guardrails", "Screen", "Readout", "Verify"] {
        assert!(is_there(what), "{what} in {names:?}");
    }
    for ask in &all {
        assert!(
            asked.answers.prepare(&asked.basis, ask).unwrap().is_some(),
            "{ask:?}"
        );
        assert!(
            asked.answers.prepare(&asked.basis, ask).unwrap().is_none(),
            "{ask:?}"
        );
    }
    let ended = Declared {
        ended_at: Some(NOW),
        ..declared[0].clone()
    };
    assert_eq!(standing(&[ended], NOW, false).len(), 2);
}

/// Of whatever the view of guardrails lets people choose the answer is there.
#[test]
fn every_choice_of_guardrails_is_asked_ahead_where_that_is_quick() {
    let script = include_str!("../../dashboard/lib/time.js");
    let (_, ranges) = script.split_once("RANGES = [").unwrap();
    let (ranges, _) = ranges.split_once("];").unwrap();
    let mut offered: Vec<u32> = ranges
        .lines()
        .filter_map(|line| line.split('"').nth(1))
        .map(|range| match range.strip_suffix('d') {
            Some(days) => days.parse().unwrap(),
            None => range.strip_suffix('h').unwrap().parse::<u32>().unwrap() / 24,
        })
        .collect();
    let mut days = DAYS;
    days.sort_unstable();
    offered.sort_unstable();
    assert_eq!(offered, days);
    let asks: std::collections::BTreeSet<_> = standing(&[], NOW, true)
        .iter()
        .map(|ask| format!("{ask:?}"))
        .collect();
    assert_eq!(asks.len(), By::ALL.len() * DAYS.len() + 1, "{asks:?}");
}

#[test]
fn days_move_on_with_time() {
    let day = 86_400_000;
    assert_eq!(Span::Days(2).at(10 * day + 5), (Some(8 * day), None));
    assert_eq!(Span::Days(99).at(10 * day), (Some(0), None));
    let fixed = Span::Between(Some(1), Some(2));
    assert_eq!(fixed.at(10 * day), (Some(1), Some(2)));
}

/// Of a project of more than a few buckets what the keeper keeps will do: the same as of all
/// facts, and it says how that stands.
#[test]
fn what_is_kept_of_people_is_told_in_the_place_of_facts() {
    let mut asked = Asked::new();
    let policy = asked.basis.policy.clone();
    let mut keeper = asked.house.keeper(&policy);
    asked.basis.lag_ms = Some(7);
    let now = asked.house.now;
    let told = |asked: &Asked| {
        let told = asked.ask.known(&asked.basis, now + 59_000).unwrap();
        let mut answer: Value = serde_json::from_str(&told.text).unwrap();
        let kept = answer.as_object_mut().unwrap().remove("kept");
        (told.as_of, answer, kept)
    };
    let exact = |asked: &Asked, as_of| -> Value {
        let text = asked.ask.worked_out(&asked.basis, as_of).unwrap();
        serde_json::from_str(&text).unwrap()
    };
    let (as_of, answer, kept) = told(&asked);
    assert_eq!((as_of, &kept), (now + 59_000, &None), "it is small");
    assert_eq!(answer, exact(&asked, as_of));
    for person in ["u-2", "u-3", "u-1"] {
        asked.house.apart();
        asked.another(person);
    }
    keeper.look(asked.basis.project, now).unwrap();
    keeper.drain(now).unwrap();
    let (as_of, answer, kept) = told(&asked);
    assert_eq!(as_of, now, "labels are of whole minutes");
    assert_eq!(answer, exact(&asked, as_of));
    assert_eq!(answer["slices"][0]["immature"], 4);
    let whole = json!({"complete":true,"waiting":0,"lag_ms":0,"screened_at":now});
    assert_eq!(kept, Some(whole));
    asked.another("u-4");
    let (_, behind, kept) = told(&asked);
    assert_eq!(behind, answer, "it waits to be added up");
    let kept = kept.unwrap();
    assert_eq!(
        (&kept["complete"], &kept["lag_ms"]),
        (&json!(false), &json!(7))
    );
    assert!(kept["waiting"].as_u64().unwrap() >= 1, "{kept}");
    // The screen is of what people do.
    let screen = Ask::Screen { most: 5 };
    let told = screen.known(&asked.basis, now + 5).unwrap();
    assert_eq!(told.as_of, now + 5);
    assert!(!told.text.contains("waiting"));
}
