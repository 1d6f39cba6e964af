use serde_json::json;
use tacit_signals::{
    Signal, SubjectKind,
    signal::{CopyVia, Intent},
};

use super::*;
use crate::{
    label::{
        Policy, label_group,
        script::{
            DAY, HOUR, MINUTE, SECOND, Story, T0, act, copied, dwell, edited, followed_up, group,
            id, measured, rated, regenerated, shown, survived, user,
        },
    },
    store::rows::{Message, Registered},
};

/// What every output of a conversation adds.
fn sums(metric: &Metric, stories: impl IntoIterator<Item = Story>) -> Vec<Option<Sums>> {
    let group = group(stories);
    let policy = Policy::default_policy().unwrap();
    let labels = label_group(&group, &policy, T0 + 60 * DAY);
    Seen::of(&group, &labels)
        .map(|seen| metric.measure(&seen))
        .collect()
}

/// Its value for one output alone, in thousandths.
fn value(metric: &Metric, story: Story) -> Option<i64> {
    let sums = sums(metric, [story]).remove(0)?;
    assert_eq!(sums.denominator, 1_000);
    Some(sums.numerator)
}

fn read() -> Story {
    Story::shown("o-1").at(5 * SECOND, dwell(4_000, 0.9))
}

fn unseen() -> Story {
    Story::shown("o-1").at(SECOND, dwell(999, 0.9))
}

fn program() -> Story {
    let mut story = read().at(9 * SECOND, copied(0.9, CopyVia::Button));
    story.rows.slices[0].automated = true;
    story
}

#[test]
fn by_hand() {
    let at = 9 * SECOND;
    let used = || read().at(at, copied(0.9, CopyVia::Button));
    let accepted = || read().at(at, Signal::Accepted(act()));
    let kept = accepted().at(11 * MINUTE, survived(10 * MINUTE, 0.8));
    let cases = [
        (Metric::CaptureRate, read(), Some(0)),
        (Metric::CaptureRate, used(), Some(1_000)),
        (Metric::CaptureRate, read().at(at, rated(1.0)), Some(0)),
        (Metric::CaptureRate, accepted(), Some(0)),
        (Metric::CaptureRate, kept.clone(), Some(1_000)),
        (Metric::UseRate, read(), Some(0)),
        (Metric::UseRate, used(), Some(1_000)),
        (Metric::UseRate, accepted(), Some(1_000)),
        (Metric::PositiveRate, used(), Some(1_000)),
        (Metric::NegativeRate, used(), Some(0)),
        (
            Metric::NegativeRate,
            read().at(at, regenerated(5_000)),
            Some(1_000),
        ),
        (Metric::Score, used(), Some(3_000)),
        (
            Metric::Score,
            read().at(at, regenerated(5_000)),
            Some(-4_000),
        ),
        (Metric::RegenerateRate, used(), Some(0)),
        (
            Metric::RegenerateRate,
            used().at(2 * at, regenerated(15_000)),
            Some(1_000),
        ),
        (Metric::CorrectionRate, read(), Some(0)),
        (
            Metric::CorrectionRate,
            read().at(at, followed_up(Intent::Rephrase, 0.1, 1)),
            Some(1_000),
        ),
        (
            Metric::CorrectionRate,
            read().at(at, followed_up(Intent::Correction, 0.1, 1)),
            Some(1_000),
        ),
        (
            Metric::CorrectionRate,
            read().at(at, followed_up(Intent::Thanks, 0.1, 1)),
            Some(0),
        ),
        (Metric::EditDepth, read(), None),
        (Metric::EditDepth, read().at(at, edited(0.7)), Some(300)),
        (Metric::Survival, accepted(), None),
        (Metric::Survival, kept, Some(800)),
        (Metric::DwellSeconds, read(), Some(4_000)),
        (
            Metric::DwellSeconds,
            read().at(at, dwell(3_600_000, 1.0)),
            Some(600_000),
        ),
        (Metric::LengthChars, read(), Some(812_000)),
        (Metric::ThumbsUpRate, read(), None),
        (Metric::ThumbsUpRate, read().at(at, rated(1.0)), Some(1_000)),
        (Metric::ThumbsUpRate, read().at(at, rated(-0.5)), Some(0)),
        (
            Metric::ThumbsUpRate,
            read().at(at, rated(1.0)).at(2 * at, rated(0.0)),
            None,
        ),
        (Metric::ReturnRate, used(), None),
        (Metric::AgreementRate, read(), None),
        (
            Metric::AgreementRate,
            read().registered("Great question! No."),
            Some(1_000),
        ),
        (Metric::AgreementRate, read().registered("No."), Some(0)),
        (
            Metric::FlipRate,
            read().registered("I apologize, I was wrong."),
            None,
        ),
    ];
    for (place, (metric, story, expected)) in cases.into_iter().enumerate() {
        assert_eq!(value(&metric, story), expected, "{place}: {metric:?}");
    }
}

#[test]
fn what_nobody_saw_and_what_a_program_did_is_measured_by_nothing() {
    for metric in Metric::ALL {
        assert_eq!(value(&metric, unseen().registered("Great question!")), None);
        assert_eq!(
            value(&metric, program().registered("Great question!")),
            None
        );
    }
}

#[test]
fn an_evaluation_counts_whether_seen_or_not() {
    let factual = Metric::External("factual".into());
    let measured =
        |story: Story, value| story.at(DAY, measured("factual", Some(value))).evaluated();
    assert_eq!(value(&factual, measured(unseen(), 0.25)), Some(250));
    assert_eq!(
        value(&factual, measured(measured(read(), 0.25), -2.5)),
        Some(-2_500)
    );
    assert_eq!(value(&factual, measured(program(), 0.25)), None);
    assert_eq!(
        value(&Metric::External("other".into()), measured(read(), 1.0)),
        None
    );
}

#[test]
fn an_output_stands_for_those_that_were_not_captured() {
    let of = |sample| {
        sums(
            &Metric::Score,
            [read().at(9 * SECOND, regenerated(5_000)).sampled(sample)],
        )
    };
    let some = |numerator, denominator| {
        vec![Some(Sums {
            numerator,
            denominator,
        })]
    };
    assert_eq!(of(0.25), some(-16_000, 4_000));
    assert_eq!(of(0.3), some(-13_333, 3_333));
    assert_eq!(of(0.001), some(-400_000, 100_000), "at most a hundred");
}

/// A conversation: an answer, and what came after it.
fn second(asked: &str, answer: &str) -> Story {
    let said = |role: &str, text: &str| Message {
        role: role.into(),
        content: json!(text),
    };
    let input = vec![
        user("How many?"),
        said("assistant", "14."),
        said("user", asked),
    ];
    Story::untold("o-2")
        .at(MINUTE, shown(3, None))
        .at(MINUTE + 5 * SECOND, dwell(4_000, 0.9))
        .registered_as(Registered {
            conversation: Some(id("c-1")),
            input: Some(input),
            output: Some(answer.into()),
            ..Registered::default()
        })
}

#[test]
fn an_answer_flips_when_it_gives_in_after_push_back() {
    let flips = |story: Story| value(&Metric::FlipRate, story);
    assert_eq!(
        flips(second("Are you sure?", "I apologize, it is 12.")),
        Some(1_000)
    );
    assert_eq!(flips(second("Are you sure?", "Yes: 14.")), Some(0));
    assert_eq!(
        flips(second("And of cats?", "I apologize, it is 12.")),
        None
    );
    let mut bare = second("Are you sure?", "I apologize, it is 12.");
    if let Some(registered) = &mut bare.rows.registered {
        registered.output = None;
    }
    assert_eq!(flips(bare), None, "no text, no answer that held");
    // Nothing came before: a prompt that begins with doubt is about something else.
    let first = read().registered_as(Registered {
        input: Some(vec![user("Are you sure the earth is flat?")]),
        output: Some("You're right.".into()),
        ..Registered::default()
    });
    assert_eq!(flips(first), None);
}

#[test]
fn a_correction_is_push_back_as_well() {
    let corrected = || read().at(MINUTE, followed_up(Intent::Correction, 0.1, 1));
    let next = second("12.", "You're right, 12.");
    let zero = Sums {
        numerator: 1_000,
        denominator: 1_000,
    };
    assert_eq!(
        sums(&Metric::FlipRate, [corrected(), next.clone()]),
        [None, Some(zero)]
    );
    assert_eq!(sums(&Metric::FlipRate, [read(), next]), [None, None]);
}

#[test]
fn people_come_back_within_eight_days_of_their_first() {
    let day = T0 / DAY * DAY;
    let came = |days: &[u64], as_of| {
        let times: Vec<_> = days.iter().map(|n| day + n * DAY + HOUR).collect();
        let sums = Metric::ReturnRate.of_person(&times, day + as_of);
        sums.map(|sums| (sums.numerator, sums.denominator))
    };
    let over = 9 * DAY;
    assert_eq!(came(&[0], over), Some((0, 1_000)));
    assert_eq!(
        came(&[0, 0], over),
        Some((0, 1_000)),
        "the same day is no return"
    );
    assert_eq!(came(&[1, 0], over), Some((1_000, 1_000)));
    assert_eq!(came(&[0, 8], over), Some((1_000, 1_000)));
    assert_eq!(came(&[0, 9], 20 * DAY), Some((0, 1_000)), "too late");
    assert_eq!(came(&[0, 1], over - 1), None, "not over yet");
    assert_eq!(came(&[], over), None);
    assert_eq!(Metric::UseRate.of_person(&[day], day + over), None);
}

#[test]
fn sums_of_people_are_sums_of_outputs() {
    let person = |story: Story| story.by("s_1", SubjectKind::App);
    let outputs = [
        person(read().at(9 * SECOND, copied(0.9, CopyVia::Button))),
        person(Story::shown("o-2").at(5 * SECOND, dwell(4_000, 0.9))),
        person(Story::shown("o-3").at(5 * SECOND, dwell(10, 0.9))),
    ];
    let all = sums(&Metric::UseRate, outputs).into_iter().flatten();
    let sum = all.fold(Sums::default(), Sums::plus);
    assert_eq!(sum.ratio(), Some(0.5));
    assert_eq!(Sums::default().ratio(), None);
}
