use serde_json::Map;

use super::*;
use crate::{
    label::{Milli, State, Trust},
    replay::{Allocation, Asking, Failure, Given, Message, Outcome, Selected, Stratum},
};

fn plan() -> Plan {
    Plan {
        version: 1,
        project: "shop".into(),
        policy: "default@1#0".into(),
        as_of: 5,
        since: None,
        until: None,
        trust: Trust::Known,
        states: vec![State::Positive],
        seed: 0,
        sample: 2,
        stratify: vec![],
        allocation: Allocation::Equal,
        redact: true,
        documents_in_input: false,
        input_chars_max: 100,
        cases: String::new(),
        selected: Selected::default(),
        asking: Asking {
            endpoint: "http://127.0.0.1:1/v1".into(),
            model: "m".into(),
            params: Map::new(),
            system: None,
            stream: true,
        },
    }
}

fn cases() -> Vec<Case> {
    let case = |name: &str| Case {
        output: name.into(),
        person: None,
        stratum: Stratum {
            state: None,
            prompt_version: None,
            month: None,
        },
        input: vec![Message {
            role: "user".into(),
            content: "Why?\nSo?".into(),
        }],
        answer: "So.".into(),
        label: Given {
            state: State::Positive,
            score: Milli::new(3_000),
            weight: Milli::new(1),
            confidence: Milli::new(839),
        },
        kept: vec![],
        rejected: vec![],
        model: None,
        prompt_version: None,
        shown_at: 7,
        redacted: 0,
    };
    vec![case("a"), case("b")]
}

fn failed(output: &str, code: &str) -> Answer {
    let failure = Failure {
        code: code.into(),
        message: String::new(),
    };
    Answer {
        output: output.into(),
        outcome: Outcome::Failed(failure),
        attempts: 2,
    }
}

fn directory() -> (tempfile::TempDir, PathBuf) {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("new/replay");
    (directory, path)
}

#[test]
fn what_was_kept_is_there_again() {
    let (_hold, path) = directory();
    assert!(Journal::open(&path).unwrap().is_none());
    let (mut journal, plan) = Journal::create(&path, plan(), &cases()).unwrap();
    journal.answer(&failed("a", "timeout")).unwrap();
    journal.answer(&failed("b", "timeout")).unwrap();
    journal.answer(&failed("a", "http_400")).unwrap();
    journal.judgement(&failed("a#1", "malformed")).unwrap();
    let judging = Judging {
        asking: plan.asking.clone(),
        people: 5,
    };
    journal.judging(&judging).unwrap();
    let beside = read(&path).unwrap();
    assert!(matches!(Journal::open(&path), Err(JournalError::Busy(_))));
    drop(journal);
    let (_, contents) = Journal::open(&path).unwrap().unwrap();
    assert_eq!(contents, beside);
    assert_eq!((contents.plan, contents.cases), (plan, cases()));
    let answers: Vec<Answer> = contents.answers.into_values().collect();
    assert_eq!(answers, [failed("a", "http_400"), failed("b", "timeout")]);
    assert_eq!(
        (contents.judging, contents.judgements.len()),
        (Some(judging), 1)
    );
}

#[test]
fn a_torn_last_line_is_cut_off_wherever_it_was_torn() {
    let (_hold, path) = directory();
    drop(Journal::create(&path, plan(), &cases()).unwrap());
    let line = |answer: &Answer| serde_json::to_string(answer).unwrap() + "\n";
    let (first, second) = (line(&failed("a", "timeout")), line(&failed("b", "timeout")));
    for cut in 0..second.len() {
        fs::write(path.join(ANSWERS), format!("{first}{}", &second[..cut])).unwrap();
        assert_eq!(read(&path).unwrap().answers.len(), 1);
        let (mut journal, contents) = Journal::open(&path).unwrap().unwrap();
        assert_eq!(contents.answers.len(), 1, "{cut}");
        journal.answer(&failed("b", "http_400")).unwrap();
        drop(journal);
        let text = fs::read_to_string(path.join(ANSWERS)).unwrap();
        assert_eq!(
            text,
            first.clone() + &line(&failed("b", "http_400")),
            "{cut}"
        );
    }
}

#[test]
fn what_was_changed_by_others_is_refused() {
    let (_hold, path) = directory();
    drop(Journal::create(&path, plan(), &cases()).unwrap());
    fs::write(path.join(ANSWERS), "{}\n{\"output\":").unwrap();
    assert!(
        matches!(read(&path), Err(JournalError::Broken { what, .. }) if what.starts_with("line 1"))
    );
    fs::remove_file(path.join(ANSWERS)).unwrap();
    let text = fs::read_to_string(path.join(CASES)).unwrap();
    fs::write(path.join(CASES), text.replace("Why", "How")).unwrap();
    assert!(matches!(
        Journal::open(&path),
        Err(JournalError::Broken { .. })
    ));
}

#[test]
fn only_an_empty_place_or_what_a_killed_run_left_becomes_a_journal() {
    let (_hold, path) = directory();
    fs::create_dir_all(&path).unwrap();
    for left in [LOCK, CASES, "cases.ndjson.partial", "plan.json.partial"] {
        fs::write(path.join(left), "half").unwrap();
    }
    drop(Journal::create(&path, plan(), &cases()).unwrap());
    assert!(Journal::open(&path).unwrap().is_some());
    assert!(matches!(
        Journal::create(&path, plan(), &cases()),
        Err(JournalError::Foreign(_))
    ));
    let (_hold, other) = directory();
    fs::create_dir_all(&other).unwrap();
    fs::write(other.join("notes.txt"), "mine").unwrap();
    assert!(matches!(
        Journal::create(&other, plan(), &cases()),
        Err(JournalError::Foreign(_))
    ));
    assert!(matches!(read(&other), Err(JournalError::None(_))));
}
