//! Sums of cases, by hand.

use proptest::prelude::*;

use super::{made::*, *};
use crate::{
    label::{Milli, State},
    replay::{Case, How, Outcome},
};

const OLD: &str = "Write a loop that looks at each number and pushes the even ones.";
const KEPT: &str = "Use retain, which keeps the even numbers where they are.";
const OTHER: &str = "Sourdough rises best on a warm shelf, overnight.";

fn race_case(output: &str) -> Case {
    case(output, OLD).kept(How::Sibling, KEPT)
}

/// `wins` races won, then ties, then losses.
fn races(wins: usize, ties: usize, losses: usize) -> Vec<Compared> {
    let texts = [(KEPT, wins), (OLD, ties), (OTHER, losses)];
    let news = texts.into_iter().flat_map(|(new, times)| vec![new; times]);
    news.enumerate()
        .map(|(number, new)| compared(&race_case(&format!("o{number:02}")), new))
        .collect()
}

#[test]
fn the_same_answers_are_all_ties() {
    let cases: Vec<_> = (0..12)
        .map(|number| {
            let name = format!("o{number}");
            let case = match number % 3 {
                0 => case(&name, OLD).kept(How::Edit, KEPT),
                1 => race_case(&name).rejected(OTHER),
                _ => case(&name, OLD).kept(How::Output, OLD),
            };
            compared(&case, OLD)
        })
        .collect();
    let all = summarise(&weighed(&cases), 1).all;
    assert_eq!((all.races.wins.count, all.races.losses.count), (0, 0));
    assert_eq!((all.races.ties.count, all.races.ties.of), (8, 8));
    assert_eq!((all.checks.held.count, all.checks.held.of), (4, 4));
    assert_eq!(all.texts.same.count, 12);
    assert_eq!(all.texts.similarity.unwrap().value, Milli::new(1_000));
    assert_eq!(all.races.gain.unwrap().value, Milli::new(0));
    assert_eq!(all.texts.length.ratio.unwrap().value, Milli::new(1_000));
}

#[test]
fn rates_and_their_intervals_are_wilsons() {
    // Newcombe 1998, table I: 1 of 29, 0.0061 to 0.1718.
    let cases = races(1, 28, 0);
    let found = summarise(&weighed(&cases), 1);
    let wins = found.all.races.wins;
    assert_eq!((wins.count, wins.of, wins.share), (1, 29, Milli::new(34)));
    assert_eq!(wins.interval, [Milli::new(6), Milli::new(172)]);
    assert_eq!(found.sign_test, Some(Milli::new(1_000)));
}

#[test]
fn cases_stand_for_the_outputs_they_were_drawn_from() {
    let cases = races(1, 0, 1);
    let mut weighed = weighed(&cases);
    weighed[0].weight = 3.0;
    let found = summarise(&weighed, 1).all.races;
    assert_eq!(found.wins.share, Milli::new(750));
    assert_eq!(found.win_minus_loss.unwrap().value, Milli::new(500));
    // n = (3 + 1)² / (9 + 1) = 1.6: Wilson of 0.75 of 1.6.
    let (low, high) = crate::brief::rate::wilson(0.75, 1.6);
    assert_eq!(
        found.wins.interval.map(|end| end.to_f64()),
        [low, high].map(|end| (end * 1_000.0).round() / 1_000.0)
    );
}

#[test]
fn a_person_counts_once_in_intervals_and_in_the_sign_test() {
    let cases = races(9, 0, 0);
    let strangers = summarise(&weighed(&cases), 1);
    // 2 · (1/2)⁹ = 0.0039.
    assert_eq!(strangers.sign_test, Some(Milli::new(4)));
    assert_eq!(strangers.all.people, 9);
    let mut one = weighed(&cases);
    for case in &mut one {
        case.person = "p";
    }
    let found = summarise(&one, 1);
    assert_eq!(found.sign_test, Some(Milli::new(1_000)));
    assert_eq!(found.all.races.wins.share, Milli::new(1_000));
    // Wilson, 1 of 1: 0.2065 to 1.
    assert_eq!(found.all.races.wins.interval[0], Milli::new(207));
    // One of one is no sure thing: 1 − √((1 − 0.2065)² + 0.7935²), and no more than 1.
    let net = found.all.races.win_minus_loss.unwrap();
    assert_eq!(net.interval, Some([Milli::new(-122), Milli::new(1_000)]));
    assert_eq!(found.all.races.gain.unwrap().interval, None);
}

#[test]
fn the_sign_test_is_exact() {
    // 8 of 9: 2 · (9 + 1) / 512 = 0.0391, rounded up.
    let p = |wins, losses| summarise(&weighed(&races(wins, 5, losses)), 1).sign_test;
    assert_eq!(p(8, 1), Some(Milli::new(40)));
    assert_eq!(p(1, 8), Some(Milli::new(40)));
    assert_eq!(p(3, 3), Some(Milli::new(1_000)));
    assert_eq!(p(0, 0), None);
}

#[test]
fn intervals_are_as_by_the_formula_and_as_drawing_people_again_shows() {
    let cases = races(30, 40, 10);
    let estimate = summarise(&weighed(&cases), 7)
        .all
        .races
        .win_minus_loss
        .unwrap();
    assert_eq!(estimate.value, Milli::new(250));
    // p = 0.375 (0.2767 to 0.4846), q = 0.125 (0.0691 to 0.2150), r = −0.2928.
    assert_eq!(estimate.interval, Some([Milli::new(99), Milli::new(387)]));
    // Gains are g thrice in eight, 0, and −h: mean ± 1.96 · sd / √80.
    let summary = summarise(&weighed(&cases), 7);
    let gain = summary.all.races.gain.unwrap();
    let of = |place: usize| match cases[place].score {
        Score::Race(race) => race.counted.to_f64(),
        _ => panic!("no race"),
    };
    let (g, h) = (of(0), of(79));
    let mean = 0.375 * g + 0.125 * h;
    let sd = (0.375 * g * g + 0.125 * h * h - mean * mean).sqrt();
    let half = 1.96 * sd / 80_f64.sqrt();
    let [low, high] = gain.interval.unwrap().map(Milli::to_f64);
    assert!(
        (low - (mean - half)).abs() < 0.1 * half,
        "{low} {mean} {half}"
    );
    assert!(
        (high - (mean + half)).abs() < 0.1 * half,
        "{high} {mean} {half}"
    );
}

/// A race of this gain whose new answer is so much longer.
fn longer(output: &str, ratio: f64, gain: f64) -> Compared {
    let mut found = compared(&race_case(output), KEPT);
    found.length_ratio = Milli::exact(ratio);
    let Score::Race(race) = &mut found.score else {
        panic!("no race")
    };
    race.counted = crate::brief::rate::milli(gain);
    found
}

#[test]
fn a_gain_that_is_all_length_is_gone_at_equal_length() {
    // Gain = 0.02 + 0.1 · ln(ratio).
    let ratios = [0.9, 1.0, 1.5, 2.0, 2.5, 3.0, 3.5];
    let cases: Vec<_> = ratios
        .iter()
        .map(|ratio| longer(&format!("o{ratio}"), *ratio, 0.02 + 0.1 * libm::log(*ratio)))
        .collect();
    let lengths = summarise(&weighed(&cases), 1).lengths;
    let gain = lengths.at_equal_length.gain.unwrap();
    assert!((gain.value.to_f64() - 0.02).abs() <= 0.001, "{gain:?}");
    let in_buckets: Vec<_> = lengths
        .buckets
        .iter()
        .map(|bucket| bucket.wins.of)
        .collect();
    assert_eq!(in_buckets, [0, 0, 2, 1, 4]);
    // Nothing is near equal length: nothing is known of it.
    let cases = [longer("a", 2.0, 0.1), longer("b", 3.0, 0.3)];
    let lengths = summarise(&weighed(&cases), 1).lengths;
    assert_eq!(lengths.at_equal_length.gain, None);
}

#[test]
fn texts_are_counted_for_what_they_are() {
    let code = "```rust\nnumbers.retain(|n| n % 2 == 0);\n```";
    let refusal = "I'm sorry, but I can't help with that.";
    let cases = [
        compared(&case("a", code), "numbers.retain(|n| n % 2 == 0);"),
        compared(&case("b", code), code),
        compared(&case("c", refusal), "Use retain."),
        compared(&case("d", "Use retain."), refusal),
        compared(&case("e", "Use retain."), refusal),
        compared(&case("f", "Use retain."), " \n"),
    ];
    let texts = summarise(&weighed(&cases), 1).all.texts;
    assert_eq!((texts.format_lost.count, texts.format_lost.of), (1, 2));
    assert_eq!(texts.lost, [("code", 1)].into());
    assert_eq!((texts.old_refusals.count, texts.new_refusals.count), (1, 2));
    assert_eq!(texts.refusal_increase.unwrap().value, Milli::new(167));
    assert_eq!(texts.empty.count, 1);
    // Two of three words, thrice; 4 words of code, twice: by hand.
    assert_eq!(cases[3].old.words, 2);
    assert_eq!(
        cases[3].length_ratio,
        Some(Milli::new(3_455)),
        "38 of 11 characters"
    );
}

#[test]
fn a_limit_of_tokens_and_a_refusal_of_the_provider_are_seen() {
    let mut cut = answer("o", "Use re");
    if let Outcome::Answered(reply) = &mut cut.outcome {
        reply.finish_reason = Some("length".into());
    }
    assert!(
        compare(&race_case("o"), &cut, &Panel::default())
            .unwrap()
            .truncated
    );
    let Outcome::Answered(reply) = answer("o", "").outcome else {
        panic!("answered")
    };
    let mut refused = answer("o", "");
    refused.outcome = Outcome::Refused(reply);
    let found = compare(&race_case("o"), &refused, &Panel::default()).unwrap();
    assert!(found.new.refusal && found.new.is_empty());
    assert_eq!(
        compare(&race_case("o"), &failed("o", "timeout"), &Panel::default()),
        None
    );
    let ran = Ran::of(4, &[cut, refused, failed("x", "timeout")]);
    assert_eq!((ran.answered, ran.refused, ran.open), (2, 1, 1));
    assert_eq!(ran.failed, [("timeout".to_owned(), 1)].into());
    assert_eq!(ran.failed_share.share, Milli::new(333));
}

#[test]
fn strata_are_of_label_version_and_month() {
    let mut later = race_case("b").state(State::Negative);
    later.stratum.month = Some("2026-11".into());
    later.prompt_version = None;
    let cases = [compared(&race_case("a"), KEPT), compared(&later, OTHER)];
    let strata = summarise(&weighed(&cases), 1).strata;
    let values: Vec<_> = strata
        .iter()
        .flat_map(|(dimension, values)| {
            values
                .keys()
                .map(move |value| format!("{dimension} {value}"))
        })
        .collect();
    assert_eq!(
        values,
        [
            "kept sibling",
            "label negative",
            "label neutral",
            "month 2026-10",
            "month 2026-11",
            "prompt_version none",
            "prompt_version v1"
        ]
    );
    let negative = &strata["label"]["negative"];
    assert_eq!((negative.cases, negative.races.losses.count), (1, 1));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]
    #[test]
    fn the_order_of_cases_does_not_matter(
        shuffled in Just((0..24_usize).collect::<Vec<_>>()).prop_shuffle(),
    ) {
        let cases = races(9, 8, 7);
        let mut there = weighed(&cases);
        for (number, case) in there.iter_mut().enumerate() {
            case.weight = [1.0, 0.1, 3.7][number % 3];
            case.person = ["p", "q", "r", "s", "t"][number % 5];
        }
        let other: Vec<_> = shuffled.iter().map(|place| there[*place]).collect();
        prop_assert_eq!(summarise(&there, 3), summarise(&other, 3));
    }
}
