//! The report of a made-up replay; `golden/report.json` and `golden/report.md` hold it.
//! `TACIT_BLESS=1` accepts a change on purpose.

use std::{fs, path::PathBuf};

use serde_json::Value;

use super::{sample::Sample, *};
use crate::{label::Milli, replay::How};

fn golden(name: &str, found: &str) {
    let path = format!("src/replay/report/golden/{name}");
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(path);
    if std::env::var_os("TACIT_BLESS").is_some() {
        fs::write(&path, found).unwrap();
    }
    let expected = fs::read_to_string(&path).unwrap();
    assert_eq!(found, expected, "{name}");
}

#[test]
fn the_report_is_the_golden() {
    let report =
        Sample::of(2).report(&Gate::parse(&["loss_rate>0.1", "judge_agreement<0.6"]).unwrap());
    golden("report.json", &json(&report).unwrap());
    golden("report.md", &markdown(&report));
}

#[test]
fn the_order_of_cases_and_answers_does_not_matter() {
    let mut sample = Sample::new();
    let there = sample.report(&Gate::default());
    sample.cases.reverse();
    sample.answers.rotate_left(11);
    let back = sample.report(&Gate::default());
    assert_eq!(json(&there).unwrap(), json(&back).unwrap());
    assert_eq!(page(&there).unwrap(), page(&back).unwrap());
}

#[test]
fn cases_are_weighed_by_their_strata() {
    let report = Sample::new().report(&Gate::default());
    let races = &report.summary.all.races;
    let plan = &report.plan;
    let weight = |case: &&Compared| {
        let mut strata = plan.selected.strata.iter();
        strata
            .find(|count| count.stratum == case.stratum)
            .unwrap()
            .weight()
    };
    let raced = |case: &&Compared| matches!(case.score, crate::replay::compare::Score::Race(_));
    let won = |case: &&Compared| match case.score {
        crate::replay::compare::Score::Race(race) => race.verdict.sign() == 1,
        _ => false,
    };
    let all: f64 = report
        .cases
        .iter()
        .filter(raced)
        .map(|case| weight(&case))
        .sum();
    let wins: f64 = report
        .cases
        .iter()
        .filter(won)
        .map(|case| weight(&case))
        .sum();
    assert!((races.wins.share.to_f64() - wins / all).abs() < 0.000_6);
    let unweighed = Milli::new(races.wins.count as i64 * 1_000 / races.wins.of as i64);
    assert_ne!(races.wins.share, unweighed);
}

#[test]
fn the_json_says_no_text() {
    let sample = Sample::new();
    let text = json(&sample.report(&Gate::default())).unwrap();
    for secret in ["Orchard", "ibuprofen", "retain(", "ann0"] {
        assert!(!text.contains(secret), "{secret}");
    }
    let value: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(value["version"], 1);
    assert_eq!(value["cases"].as_array().unwrap().len(), 33);
    assert_eq!(value["failures"][0]["code"], "timeout");
}

#[test]
fn the_worst_come_first_and_none_twice() {
    let report = Sample::new().report(&Gate::default());
    let losses = &report.examples[&Why::Loss];
    let gains: Vec<_> = losses
        .iter()
        .map(|example| match example.found.score {
            crate::replay::compare::Score::Race(race) => race.counted,
            _ => panic!("no race"),
        })
        .collect();
    assert!(gains.is_sorted() && gains[0] < Milli::new(-50), "{gains:?}");
    let mut names: Vec<_> = report
        .examples
        .values()
        .flatten()
        .map(|example| &example.found.output)
        .collect();
    let all = names.len();
    names.sort();
    names.dedup();
    assert_eq!(names.len(), all);
    assert_eq!(
        report.examples[&Why::Refusal].len(),
        4,
        "as many as asked for"
    );
}

#[test]
fn hostile_texts_stay_texts() {
    let hostile =
        "<script>alert(1)</script><img src=x onerror=alert(2)>\"'&</main>|`x`|\n# no heading";
    let mut sample = Sample::new();
    for case in &mut sample.cases {
        case.input[0].content = hostile.into();
        case.answer = format!("{hostile} {}", case.answer);
        if let Some(kept) = case.kept.first_mut() {
            kept.text = format!("{hostile} {}", kept.text);
            kept.how = How::Edit;
        }
    }
    for answer in &mut sample.answers {
        match &mut answer.outcome {
            Outcome::Answered(reply) | Outcome::Refused(reply) => {
                reply.text = format!("{hostile} {}", reply.text);
            }
            Outcome::Failed(failure) => failure.message = hostile.into(),
        }
    }
    sample.plan.asking.model = hostile.into();
    let report = sample.report(&Gate::default());
    let made = page(&report).unwrap();
    assert_eq!(made.matches("<script").count(), 0);
    assert_eq!(made.matches("<img").count(), 0);
    assert_eq!(made.matches("</main>").count(), 1);
    assert!(made.contains("&lt;script&gt;alert(1)&lt;/script&gt;"));
    let told = markdown(&report);
    assert!(
        told.starts_with("# Replay of \\<script\\>alert(1)\\</script\\>"),
        "{told}"
    );
    assert!(!told.contains("\n# no heading"));
}

#[test]
fn a_replay_of_nothing_is_a_report() {
    let mut sample = Sample::new();
    sample.cases.clear();
    sample.answers.clear();
    let report = sample.report(&Gate::default());
    assert!(!report.gate.passed, "nothing was answered");
    assert!(page(&report).unwrap().contains("No case was lost or won."));
    assert!(markdown(&report).contains("no answer could be held against what people kept"));
}

#[test]
fn the_page_marks_changes_by_more_than_colour() {
    let report = Sample::new().report(&Gate::default());
    let made = page(&report).unwrap();
    for element in ["<del>", "<ins>", "<mark>"] {
        assert!(made.contains(element), "{element}");
    }
    let style = include_str!("../../report/style.css");
    for rule in ["del { ", "ins { ", "mark { "] {
        let rest = style.split(rule).nth(1).unwrap();
        assert!(
            rest.split('}').next().unwrap().contains("text-decoration"),
            "{rule}"
        );
    }
    if let Some(path) = std::env::var_os("TACIT_PAGE") {
        fs::write(path, made).unwrap();
    }
}

#[test]
fn time_is_told_by_nearest_rank() {
    let answers: Vec<_> = (1..=20)
        .map(|number| {
            let mut made = crate::replay::compare::made::answer(&format!("o{number}"), "text");
            if let Outcome::Answered(reply) = &mut made.outcome {
                reply.latency_ms = number * 10;
                reply.completion_tokens = (number > 1).then_some(2);
            }
            made
        })
        .collect();
    let found = spent(answers.iter(), Some("1.5"));
    assert_eq!(found.latency_ms_p50, Some(100));
    assert_eq!(found.latency_ms_p95, Some(190));
    assert_eq!(found.latency_ms_max, Some(200));
    assert_eq!(
        (
            found.prompt_tokens,
            found.completion_tokens,
            found.uncounted
        ),
        (400, 38, 1)
    );
    assert_eq!(found.requests, 20);
    assert_eq!(spent([].iter(), None), Spent::default());
}

/// The page of one case.
fn page_of(case: Case, new: &str) -> String {
    let mut sample = Sample::of(1);
    sample.answers = vec![crate::replay::compare::made::answer(&case.output, new)];
    sample.cases = vec![case];
    page(&sample.report(&Gate::default())).unwrap()
}

#[test]
fn long_texts_are_folded_and_unlike_ones_are_not_marked() {
    use crate::replay::compare::made::case;
    let words = |count: usize, word: &str| -> String {
        (0..count)
            .map(|number| format!("{word}{number} "))
            .collect()
    };
    // 200 words in common, then 20 that are not.
    let old = words(200, "shared") + &words(20, "old");
    let new = words(200, "shared") + &words(20, "new");
    let edited = case("o", &old).kept(How::Edit, &words(220, "kept"));
    let refusal = "I'm sorry, but I can't help with that.";
    let lost = page_of(
        case("o", &old).kept(How::Edit, &(old.clone() + "And more.")),
        &new,
    );
    let folds = lost.matches("<summary>140 more words</summary>").count();
    assert_eq!(folds, 3, "old, new, and kept");
    assert!(lost.contains("<del>old0 old1 ") && lost.contains("<ins>new0 new1 "));
    let unlike = page_of(edited, refusal);
    assert!(unlike.contains("New answer, hardly a word of it the same"));
    assert!(!unlike.contains("<del>shared0"));
}
