use proptest::prelude::*;

use super::*;
use crate::replay::compare::made::{case, compared};

const OLD: &str = "To keep the even numbers you would typically write a loop that looks at each \
    number, checks whether it can be divided by two, and pushes it into a new list.";
const KEPT: &str = "Use retain: numbers.retain(|n| n % 2 == 0). It keeps the even numbers in \
    place and in order, and needs no second list.";
const PARAPHRASE: &str = "Call numbers.retain(|n| n % 2 == 0): the even numbers stay in place, in \
    order, without a second list.";
const UNRELATED: &str = "Sourdough rises best at about twenty-six degrees; give it a long, slow \
    night in the fridge and bake it in a very hot oven.";

fn race(case: &Case, new: &str) -> Race {
    match compared(case, new).score {
        Score::Race(race) => race,
        other => panic!("no race: {other:?}"),
    }
}

fn gain(case: &Case, new: &str) -> i64 {
    race(case, new).counted.thousandths()
}

#[test]
fn a_race_by_hand() {
    // The likeness of both is published: 0.791 (`signals::text`).
    let case = case("o", "The sky is blue today.").kept(How::Edit, "The sky is very blue today.");
    let won = race(&case, "The sky is very blue today.");
    let expected = Race {
        old: Milli::new(791),
        new: Milli::new(1_000),
        gain: Milli::new(209),
        towards_rejected: None,
        counted: Milli::new(209),
        verdict: Verdict::Win,
    };
    assert_eq!(won, expected);
    let lost = race(&case, "");
    assert_eq!((lost.gain, lost.verdict), (Milli::new(-791), Verdict::Loss));
    let same = race(&case, " The sky is blue\u{a0}today.\r\n");
    assert_eq!((same.gain, same.verdict), (Milli::new(0), Verdict::Tie));
}

#[test]
fn a_copy_ranks_before_a_paraphrase_and_that_before_what_has_nothing_to_do_with_it() {
    for how in [How::Edit, How::Sibling] {
        let case = case("o", OLD).kept(how, KEPT);
        let [copy, paraphrase, unrelated] =
            [KEPT, PARAPHRASE, UNRELATED].map(|new| race(&case, new));
        assert!(copy.counted > paraphrase.counted && paraphrase.counted > unrelated.counted);
        let verdicts = [copy, paraphrase, unrelated].map(|race| race.verdict);
        assert_eq!(verdicts, [Verdict::Win, Verdict::Win, Verdict::Loss]);
    }
}

#[test]
fn the_nearest_of_several_kept_texts_counts() {
    let case = case("o", OLD)
        .kept(How::Edit, UNRELATED)
        .kept(How::Sibling, KEPT);
    assert_eq!(race(&case, KEPT).new, Milli::new(1_000));
    assert_eq!(race(&case, UNRELATED).new, Milli::new(1_000));
}

#[test]
fn padding_makes_nothing_nearer() {
    let case = case("o", OLD).kept(How::Sibling, KEPT);
    let padded = |times| format!("{KEPT} {}", UNRELATED.repeat(times));
    let gains = [0, 1, 3, 9].map(|times| gain(&case, &padded(times)));
    assert!(gains.is_sorted_by(|a, b| a > b), "{gains:?}");
    let unrelated = gain(&case, &UNRELATED.repeat(9));
    assert!(unrelated < 0, "a long answer is not near for its length");
}

#[test]
fn moving_away_from_what_was_rejected_is_never_a_win() {
    let away = case("o", OLD).rejected(OLD);
    let found = compared(&away, UNRELATED);
    assert_eq!(found.score, Score::NoReference);
    assert!(found.away.unwrap() > Milli::new(800) && !found.again);
    let again = compared(&away, OLD);
    assert_eq!((again.away, again.again), (Some(Milli::new(0)), true));
    // With a kept text as well: still a loss.
    let both = away.kept(How::Sibling, KEPT);
    assert_eq!(race(&both, UNRELATED).verdict, Verdict::Loss);
    assert_eq!(race(&both, UNRELATED).towards_rejected, None, "the old one");
}

#[test]
fn what_is_as_much_nearer_to_rejected_texts_does_not_count() {
    let of = |g, h| counted(Milli::new(g), Milli::new(h)).thousandths();
    assert_eq!(of(300, 200), 100, "towards both");
    assert_eq!(
        of(300, -200),
        300,
        "towards the kept one, away from the rejected one"
    );
    assert_eq!(of(-300, 200), -300);
    assert_eq!(of(-300, -200), -100, "away from both");
    assert_eq!(of(100, 400), 0, "never beyond a tie");
    assert_eq!(of(-100, -400), 0);
    assert_eq!(of(0, 400), 0);
    let case = case("o", OLD)
        .kept(How::Sibling, KEPT)
        .rejected(&format!("{KEPT} {UNRELATED}"));
    let found = race(&case, KEPT);
    assert!(found.towards_rejected.unwrap() > Milli::new(300));
    assert_eq!(
        found.counted.thousandths(),
        found.gain.thousandths() - found.towards_rejected.unwrap().thousandths()
    );
}

#[test]
fn the_margin_is_where_the_docs_say() {
    let of = |c| verdict(Milli::new(c));
    assert_eq!([of(50), of(49)], [Verdict::Win, Verdict::Tie]);
    assert_eq!([of(-49), of(-50)], [Verdict::Tie, Verdict::Loss]);
    // One word of five letters in twenty-five.
    let words = "house ".repeat(0) + &(10..35).map(|n| format!("wor{n} ")).collect::<String>();
    let changed = words.replace("wor20", "other");
    let moved = 1_000 - likeness(&words, &changed).thousandths();
    assert!((45..=65).contains(&moved), "{moved}");
}

#[test]
fn what_people_kept_as_it_was_is_checked_and_not_raced() {
    let check = |case: &Case, new: &str| match compared(case, new).score {
        Score::Check { survival, still } => (survival.thousandths(), still),
        other => panic!("no check: {other:?}"),
    };
    let kept = case("o", "The sky is blue today.").kept(How::Output, "The sky is blue today.");
    assert_eq!(check(&kept, "The sky is blue today."), (1_000, Still::Held));
    let around = "Look up! The sky is blue today. So it is.";
    assert_eq!(
        check(&kept, around),
        (1_000, Still::Held),
        "all of it is there"
    );
    assert_eq!(
        check(&kept, "The sky is very blue today."),
        (791, Still::Held)
    );
    assert_eq!(check(&kept, "The sky is grey."), (500, Still::Partly));
    assert_eq!(check(&kept, "No."), (0, Still::Lost));
    // A variant with the same text is the same answer, whatever else was kept.
    let twice = case("o", OLD).kept(How::Sibling, OLD).kept(How::Edit, KEPT);
    assert_eq!(check(&twice, OLD), (1_000, Still::Held));
}

proptest! {
    /// References that are neither answer: exchanging old and new exchanges win and loss.
    #[test]
    fn old_and_new_may_be_exchanged(
        old in "[ab ]{4,40}",
        new in "[ab ]{4,40}",
        kept in prop::collection::vec("[ab ]{4,40}c", 1..3),
        rejected in prop::collection::vec("[ab ]{4,40}c", 0..3),
    ) {
        let of = |answer: &str| {
            let mut case = case("o", answer);
            for text in &kept {
                case = case.kept(How::Sibling, text);
            }
            for text in &rejected {
                case = case.rejected(text);
            }
            case
        };
        let (there, back) = (race(&of(&old), &new), race(&of(&new), &old));
        prop_assert_eq!(there.counted.thousandths(), -back.counted.thousandths());
        prop_assert_eq!(there.verdict.sign(), -back.verdict.sign());
        prop_assert_eq!(there.gain.thousandths(), -back.gain.thousandths());
    }

    /// What is added in letters that no reference has brings nothing nearer.
    #[test]
    fn length_alone_brings_nothing_nearer(
        old in "[ab ]{4,40}x",
        new in "[ab]{1,40}",
        kept in "[ab ]{4,40}y",
        more in "[0-9]{1,80}",
    ) {
        let case = case("o", &old).kept(How::Edit, &kept);
        let padded = format!("{new}{more}");
        prop_assert!(gain(&case, &padded) <= gain(&case, &new));
    }
}
