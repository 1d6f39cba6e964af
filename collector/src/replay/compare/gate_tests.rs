use super::*;
use crate::replay::{
    How,
    compare::{
        Ran,
        made::{answer, case, compared, failed, weighed},
        summarise,
    },
};

/// Four races: three lost, one won; and one of five requests failed.
fn verdicts(gate: &Gate) -> (bool, Vec<(String, Option<f64>, Verdict)>) {
    let kept = "Use retain, which keeps the even numbers in their place.";
    let cases: Vec<_> = ["a", "b", "c", "d"]
        .map(|name| {
            let old = if name == "a" { "Write a loop." } else { kept };
            let kept = format!("{kept} Then print them.");
            let new = if name == "a" {
                kept.as_str()
            } else {
                "Bake it."
            };
            compared(&case(name, old).kept(How::Edit, &kept), new)
        })
        .into();
    let summary = summarise(&weighed(&cases), 1);
    let mut answers = ["a", "b", "c", "d"].map(|name| answer(name, "")).to_vec();
    answers.push(failed("e", "timeout"));
    let ran = Ran::of(6, &answers);
    let found = Found {
        ran: &ran,
        summary: &summary,
        judged: None,
    };
    let outcome = gate.judge(&found);
    let told = outcome.conditions.iter().map(|judged| {
        let found = judged.found.map(Milli::to_f64);
        (judged.fails_if.to_string(), found, judged.verdict)
    });
    (outcome.passed, told.collect())
}

fn asked(text: &str) -> (bool, Option<f64>, Verdict) {
    let (passed, told) = verdicts(&Gate::parse(&[text]).unwrap());
    let [(_, found, verdict)] = told.as_slice() else {
        panic!("{told:?}")
    };
    (passed, *found, *verdict)
}

#[test]
fn a_condition_says_what_must_not_be() {
    assert_eq!(asked("loss_rate>0.7"), (false, Some(0.75), Verdict::Failed));
    assert_eq!(asked("loss_rate>75%"), (true, Some(0.75), Verdict::Passed));
    assert_eq!(
        asked("loss_rate >= 0.75"),
        (false, Some(0.75), Verdict::Failed)
    );
    assert_eq!(
        asked("win_rate<=0.25"),
        (false, Some(0.25), Verdict::Failed)
    );
    assert_eq!(
        asked("win_minus_loss<-0.5"),
        (true, Some(-0.5), Verdict::Passed)
    );
    assert_eq!(
        asked("failed_share>0.1"),
        (false, Some(0.2), Verdict::Failed)
    );
    assert_eq!(asked("open>0"), (false, Some(1.0), Verdict::Failed));
    // Wilson, 3 of 4: 0.3006 to 0.9544.
    assert_eq!(
        asked("loss_rate.low>0.3"),
        (false, Some(0.301), Verdict::Failed)
    );
    assert_eq!(
        asked("loss_rate.high<0.96"),
        (false, Some(0.954), Verdict::Failed)
    );
}

#[test]
fn what_was_asked_for_and_not_measured_fails() {
    assert_eq!(
        asked("judge_agreement<0.6"),
        (false, None, Verdict::NotMeasured)
    );
    assert_eq!(asked("lost_share>0.5"), (false, None, Verdict::NotMeasured));
    assert_eq!(
        asked("answered.low<1"),
        (false, None, Verdict::NotMeasured),
        "a count"
    );
}

#[test]
fn every_default_can_be_read_and_what_is_not_there_does_not_fail_it() {
    let (passed, told) = verdicts(&Gate::default());
    assert_eq!(told.len(), DEFAULTS.len());
    for ((text, ..), default) in told.iter().zip(DEFAULTS) {
        assert_eq!(text.parse::<Condition>(), default.parse());
    }
    let failed: Vec<_> = told
        .iter()
        .filter(|(.., verdict)| *verdict == Verdict::Failed)
        .map(|(text, ..)| text.as_str())
        .collect();
    assert_eq!(failed, ["failed_share > 0.05"]);
    assert!(!passed);
    let unmeasured: Vec<_> = told
        .iter()
        .filter(|(.., verdict)| *verdict == Verdict::NotMeasured)
        .map(|(text, ..)| text.as_str())
        .collect();
    let without = ["format_lost_share.low > 0.1"];
    assert_eq!(unmeasured, without, "no old answer has a format");
    assert_eq!(Gate::parse::<&str>(&[]), Ok(Gate::default()));
    assert_eq!(Gate::parse(&[" , "]), Ok(Gate::default()));
}

#[test]
fn several_conditions_stand_in_one_option_or_several() {
    let one = Gate::parse(&["loss_rate>0.9,gain<-1"]).unwrap();
    let several = Gate::parse(&["loss_rate > 0.9", "gain < -1.0"]).unwrap();
    assert_eq!(one, several);
    assert!(verdicts(&one).0);
}

#[test]
fn what_cannot_be_read_is_said() {
    let wrong = |text: &str| Gate::parse(&[text]).unwrap_err().to_string();
    assert_eq!(
        wrong("loss_rate=0.1"),
        "`loss_rate=0.1` is no condition: write FIGURE>NUMBER, as in loss_rate>0.1"
    );
    assert!(wrong("losses>0.1").starts_with("there is no figure `losses`: answered, open, "));
    assert_eq!(
        wrong("gain.mid<0"),
        "`mid` is no end of an interval: write .low or .high"
    );
    for number in ["gain<x", "gain<", "gain<0.00001", "gain<NaN"] {
        assert!(wrong(number).contains("is no number"), "{number}");
    }
}
