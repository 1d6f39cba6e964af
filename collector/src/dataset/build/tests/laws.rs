//! What holds for any facts.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;
use crate::{dataset::place, label::Milli};

/// Anybody, asking few enough questions that many of them repeat.
fn anybody() -> impl Strategy<Value = Vec<Asked>> {
    let kinds = prop::sample::select(vec![
        SubjectKind::App,
        SubjectKind::Visitor,
        SubjectKind::Session,
    ]);
    let one = (0..6_u32, kinds, 0..30_u32, prop::bool::weighted(0.03));
    prop::collection::vec(one, 0..60).prop_map(|all| {
        let asked = |(number, (person, kind, text, held_out)): (usize, (u32, _, u32, _))| Asked {
            kind,
            held_out,
            id: format!("o-{number}"),
            ..Asked::by(&format!("s_{person}"), &format!("text {text}"))
        };
        all.into_iter().enumerate().map(asked).collect()
    })
}

/// The same decisions by sets and loops over everything.
fn expected(
    asked: &[Asked],
    rows_per_person: u64,
    share: u64,
) -> (Vec<&Asked>, BTreeMap<&'static str, u64>) {
    let who = |one: &Asked| (one.kind, one.person.clone());
    let held: BTreeSet<_> = asked.iter().filter(|one| one.held_out).map(who).collect();
    let mut skipped = BTreeMap::new();
    let mut skip = |name| *skipped.entry(name).or_default() += 1;
    let mut rows: Vec<_> = asked.iter().collect();
    rows.sort_by_key(|one| *place(0, &one.id).as_bytes());
    let (mut texts, mut counts) = (BTreeSet::new(), BTreeMap::<_, u64>::new());
    rows.retain(|one| {
        if held.contains(&who(one)) {
            skip("holdout");
            return false;
        }
        if !texts.insert(one.question.clone()) {
            skip("duplicate");
            return false;
        }
        let count = counts.entry(who(one)).or_default();
        *count += 1;
        if *count > rows_per_person {
            skip("person_cap");
        }
        *count <= rows_per_person
    });
    let of_session = |one: &&Asked| one.kind == SubjectKind::Session;
    let others = rows.iter().filter(|one| !of_session(one)).count() as u64;
    let mut sessions = 0;
    rows.retain(|one| {
        if !of_session(one) {
            return true;
        }
        let fits = 1_000 * (sessions + 1) <= share * (others + sessions + 1);
        if fits {
            sessions += 1;
        } else {
            skip("session_cap");
        }
        fits
    });
    (rows, skipped)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn decisions_are_those_of_a_loop_over_everything(
        asked in anybody(),
        rows_per_person in 1..8_u64,
        share in prop::sample::select(vec![0_u64, 100, 300, 1_000]),
    ) {
        let desk = Desk::new();
        let request = desk.request("out");
        let mut policy = policy();
        policy.caps.rows_per_person = rows_per_person;
        policy.caps.session_share = Milli::new(i64::try_from(share).unwrap());
        let built = make(&facts(&asked), &policy, &request).unwrap();
        let (rows, skipped) = expected(&asked, rows_per_person, share);
        let questions: Vec<_> = rows.iter().map(|one| one.question.clone()).collect();
        prop_assert_eq!(asked_in(&request.out, "train.jsonl"), questions);
        let counts = &built.manifest.counts;
        let found: BTreeMap<_, _> =
            counts.skipped.iter().map(|(name, n)| (&**name, *n)).collect();
        prop_assert_eq!(found, skipped);
        prop_assert_eq!(counts.considered, asked.len() as u64);
    }

    #[test]
    fn a_unit_is_on_one_side_and_stays_there_as_data_grow(
        asked in anybody(),
        by in prop::sample::select(SplitBy::ALL.to_vec()),
        seed in 0..5_u64,
        half in 0..60_usize,
    ) {
        let desk = Desk::new();
        let splitting = Splitting { share: Milli::new(400), by };
        let request = |name| BuildRequest {
            split: Some(splitting),
            dedupe: false,
            seed,
            ..desk.request(name)
        };
        let policy = policy_with(1_000, 1.0);
        // Conversations of three outputs, whoever asked.
        let conversation = |one: &Asked| one.id[2..].parse::<usize>().unwrap() / 3;
        let stories = |asked: &[Asked]| {
            Facts::of(asked.iter().cloned().map(|one| {
                let name = format!("c-{}", conversation(&one));
                let mut story = one.story();
                story.rows.registered.as_mut().unwrap().conversation = Some(id(&name));
                story
            }))
        };
        let sides = |request: &BuildRequest, asked: &[Asked]| {
            make(&stories(asked), &policy, request).unwrap();
            let mut sides = BTreeMap::new();
            for file in ["train.jsonl", "test.jsonl"] {
                for question in asked_in(&request.out, file) {
                    for one in asked.iter().filter(|one| one.question == question) {
                        let unit = match (by, one.kind) {
                            (SplitBy::Person, SubjectKind::App | SubjectKind::Visitor) => {
                                format!("{} {}", one.kind.name(), one.person)
                            }
                            _ => conversation(one).to_string(),
                        };
                        sides.entry(unit).or_insert_with(BTreeSet::new).insert(file);
                    }
                }
            }
            sides
        };
        // Each question once, so that it tells whose it is.
        let mut seen = BTreeSet::new();
        let asked: Vec<_> = asked
            .into_iter()
            .filter(|one| seen.insert(one.question.clone()) && !one.held_out)
            .collect();
        let all = sides(&request("all"), &asked);
        for (unit, sides) in &all {
            prop_assert_eq!(sides.len(), 1, "{} leaks", unit);
        }
        let fewer = sides(&request("some"), &asked[..half.min(asked.len())]);
        for (unit, sides) in fewer {
            prop_assert_eq!(&sides, &all[&unit], "{} moved", unit);
        }
    }
}

#[test]
fn the_test_share_is_about_what_was_asked_for() {
    let row = |n: u32| {
        let label = crate::label::label_group(
            &Asked::by(&format!("s_{n}"), &format!("o-{n}"))
                .story()
                .group(),
            &policy(),
            AS_OF,
        );
        let basis = crate::dataset::provenance::Basis::Answer;
        crate::dataset::provenance::Provenance::of(n.to_string(), basis, &label.outputs[0])
    };
    let rows: Vec<_> = (0..2_000).map(row).collect();
    let count = |share| {
        let splitting = Splitting {
            share: Milli::new(share),
            by: SplitBy::Person,
        };
        let test = crate::dataset::split::Split::Test;
        rows.iter()
            .filter(|row| splitting.of(0, row) == test)
            .count()
    };
    assert_eq!((count(0), count(1_000)), (0, 2_000));
    // Five standard deviations of 2 000 draws.
    assert!((134..=266).contains(&count(100)), "{}", count(100));
    assert!((890..=1_110).contains(&count(500)), "{}", count(500));
}
