//! Which rows are in a build.

use super::*;

fn skipped(built: &Built) -> BTreeMap<&str, u64> {
    let skipped = &built.manifest.counts.skipped;
    skipped.iter().map(|(name, n)| (&**name, *n)).collect()
}

#[test]
fn the_order_is_that_of_names_under_the_seed() {
    let asked = questions(40, 40);
    let desk = Desk::new();
    let request = desk.request("one");
    let built = make(&facts(&asked), &policy(), &request).unwrap();
    assert_eq!(built.published, Published::Created);
    assert_eq!((built.manifest.counts.rows, built.resumed), (40, 0));
    let mut expected: Vec<_> = asked
        .iter()
        .map(|one| (*crate::dataset::place(0, &one.id).as_bytes(), &one.question))
        .collect();
    expected.sort();
    let questions: Vec<_> = expected.into_iter().map(|(_, question)| question).collect();
    let found = asked_in(&request.out, "train.jsonl");
    assert_eq!(found.iter().collect::<Vec<_>>(), questions);
    let other = BuildRequest {
        seed: 7,
        ..desk.request("two")
    };
    make(&facts(&asked), &policy(), &other).unwrap();
    assert_ne!(asked_in(&other.out, "train.jsonl"), found);
}

#[test]
fn nothing_of_a_person_held_out_is_in_it() {
    let mut asked = questions(30, 3);
    // One output of theirs says so, somewhere in the middle.
    asked[16].held_out = true;
    let theirs: Vec<_> = asked.iter().filter(|one| one.person == "s_1").collect();
    let desk = Desk::new();
    let request = desk.request("out");
    let built = make(&facts(&asked), &policy(), &request).unwrap();
    assert_eq!(skipped(&built), [("holdout", 10)].into());
    assert_eq!(built.manifest.counts.rows, 20);
    let text = fs::read_to_string(request.out.join("train.jsonl")).unwrap();
    for one in theirs {
        assert!(!text.contains(&one.question), "{}", one.id);
    }
}

#[test]
fn what_people_held_out_said_takes_nobody_elses_place() {
    let mut asked = questions(8, 8);
    for one in &mut asked {
        one.question = "The same question of everybody?".into();
        one.answer = "The same answer for everybody.".into();
    }
    let places = |one: &Asked| *crate::dataset::place(0, &one.id).as_bytes();
    asked.sort_by_key(places);
    asked[0].held_out = true;
    let desk = Desk::new();
    let request = desk.request("out");
    let built = make(&facts(&asked), &policy(), &request).unwrap();
    assert_eq!(skipped(&built), [("duplicate", 6), ("holdout", 1)].into());
    assert_eq!(built.manifest.counts.rows, 1);
}

#[test]
fn of_near_duplicates_the_first_stays() {
    let mut asked = questions(20, 20);
    let long = words("a long answer").repeat(4);
    for (number, one) in asked.iter_mut().take(5).enumerate() {
        one.question = "How do I reset my password?".into();
        one.answer = format!("{long} {number}");
    }
    // The same answer to another question is another row.
    asked[5].answer = format!("{long} 5");
    let places = |one: &&Asked| *crate::dataset::place(0, &one.id).as_bytes();
    let first = asked[..5].iter().min_by_key(places).unwrap();
    let desk = Desk::new();
    let request = desk.request("out");
    let built = make(&facts(&asked), &policy(), &request).unwrap();
    assert_eq!(skipped(&built), [("duplicate", 4)].into());
    let text = fs::read_to_string(request.out.join("train.jsonl")).unwrap();
    assert!(text.contains(&first.answer), "{}", first.id);
    assert!(text.contains(&asked[5].answer));
    let all = BuildRequest {
        dedupe: false,
        ..desk.request("all")
    };
    let built = make(&facts(&asked), &policy(), &all).unwrap();
    assert_eq!(built.manifest.counts.rows, 20);
}

#[test]
fn one_person_fills_no_more_than_their_cap() {
    let asked = questions(30, 2);
    let desk = Desk::new();
    let request = desk.request("out");
    let built = make(&facts(&asked), &policy_with(10, 1.0), &request).unwrap();
    assert_eq!(skipped(&built), [("person_cap", 10)].into());
    let found = asked_in(&request.out, "train.jsonl");
    // The first ten of each, in the order of the file without caps.
    let all = desk.request("all");
    make(&facts(&asked), &policy_with(1_000, 1.0), &all).unwrap();
    let of = |question: &str| {
        &asked
            .iter()
            .find(|one| one.question == question)
            .unwrap()
            .person
    };
    let mut counts = BTreeMap::<&str, u32>::new();
    let mut expected = asked_in(&all.out, "train.jsonl");
    expected.retain(|question| {
        let count = counts.entry(of(question)).or_default();
        *count += 1;
        *count <= 10
    });
    assert_eq!(found, expected);
}

#[test]
fn duplicates_do_not_count_against_a_person() {
    let mut asked = questions(15, 1);
    for one in &mut asked[..5] {
        one.question = "Again and again?".into();
        one.answer = "Always the same words here.".into();
    }
    let desk = Desk::new();
    let built = make(&facts(&asked), &policy_with(11, 1.0), &desk.request("out")).unwrap();
    assert_eq!(skipped(&built), [("duplicate", 4)].into());
}

#[test]
fn sessions_share_one_cap() {
    let mut asked = questions(100, 100);
    for one in &mut asked[..40] {
        one.kind = SubjectKind::Session;
    }
    let desk = Desk::new();
    let built = make(&facts(&asked), &policy_with(100, 0.1), &desk.request("out")).unwrap();
    // Of 60 others: 6 of 66 are at most a tenth, 7 of 67 would be more.
    assert_eq!(built.manifest.counts.rows, 66);
    assert_eq!(skipped(&built), [("session_cap", 34)].into());
    for (share, rows) in [(0.0, 60), (1.0, 100), (0.4, 100), (0.399, 99)] {
        let policy = policy_with(100, share);
        let built = make(&facts(&asked), &policy, &desk.request(&share.to_string())).unwrap();
        assert_eq!(built.manifest.counts.rows, rows, "{share}");
    }
}

#[test]
fn sessions_alone_make_no_dataset_and_the_manifest_says_what_would() {
    let mut asked = questions(5, 5);
    for one in &mut asked {
        one.kind = SubjectKind::Session;
    }
    let desk = Desk::new();
    let request = desk.request("out");
    let built = make(&facts(&asked), &policy(), &request).unwrap();
    let counts = &built.manifest.counts;
    assert_eq!((counts.rows, counts.considered), (0, 5));
    assert_eq!(skipped(&built), [("session_cap", 5)].into());
    let remedy = &counts.remedies["session_cap"];
    assert!(remedy.contains("session_share"), "{remedy}");
    let hint = counts.hint.as_deref().unwrap();
    assert!(hint.contains("5 of 5 skipped as session_cap"), "{hint}");
    assert_eq!(fs::read(request.out.join("train.jsonl")).unwrap(), b"");
}

#[test]
fn provenance_has_a_row_for_each_in_the_same_order() {
    use arrow_array::cast::AsArray;
    use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

    let asked = questions(50, 5);
    let desk = Desk::new();
    let request = BuildRequest {
        split: Some(Splitting {
            share: crate::label::Milli::new(300),
            by: SplitBy::Person,
        }),
        ..desk.request("out")
    };
    make(&facts(&asked), &policy(), &request).unwrap();
    let file = fs::File::open(request.out.join("provenance.parquet")).unwrap();
    let reader = ParquetRecordBatchReaderBuilder::try_new(file).unwrap();
    let (mut train, mut test) = (Vec::new(), Vec::new());
    for batch in reader.build().unwrap() {
        let batch = batch.unwrap();
        let text = |name: &str, row| {
            let column = batch.column_by_name(name).unwrap();
            column.as_string::<i32>().value(row).to_owned()
        };
        for row in 0..batch.num_rows() {
            let one = asked
                .iter()
                .find(|one| one.id == text("name", row))
                .unwrap();
            assert_eq!(text("output", row), one.id);
            assert_eq!(text("subject", row), one.person);
            assert_eq!(text("subject_kind", row), "app");
            assert_eq!(text("state", row), "positive");
            match &*text("split", row) {
                "train" => train.push(one.question.clone()),
                _ => test.push(one.question.clone()),
            }
        }
    }
    assert_eq!(train, asked_in(&request.out, "train.jsonl"));
    assert_eq!(test, asked_in(&request.out, "test.jsonl"));
    assert_eq!(train.len() + test.len(), 50);
}

/// Short answers to many questions fill the buckets in which rows are compared.
#[test]
fn copies_are_found_among_any_number_of_equal_answers() {
    const QUESTIONS: u32 = 200;
    let mut asked = questions(QUESTIONS, QUESTIONS);
    for one in &mut asked {
        one.answer = "Yes, it is.".into();
    }
    let copies = asked.iter().cloned().map(|one| Asked {
        id: format!("copy-{}", one.id),
        person: format!("copy-{}", one.person),
        ..one
    });
    let all = [copies.collect(), asked.clone()].concat();
    let desk = Desk::new();
    let built = make(&facts(&all), &policy(), &desk.request("out")).unwrap();
    assert_eq!(
        skipped(&built),
        [("duplicate", u64::from(QUESTIONS))].into()
    );
}
