use super::*;
use crate::{
    label::State,
    replay::{
        How,
        compare::made::{case, compared},
    },
};

const KEPT: &str = "Please restart the service with systemctl and look at the journal.";
const REJECTED: &str = "Please restart the whole computer and hope for the best.";

fn sides_of(new: &str) -> Sides {
    let case = case("o", REJECTED)
        .state(State::Negative)
        .kept(How::Sibling, KEPT)
        .rejected(REJECTED);
    compared(&case, new).sides.unwrap()
}

#[test]
fn the_new_answer_sides_with_the_one_whose_own_words_it_has() {
    let of = |new| {
        let found = sides_of(new);
        (found.difference.thousandths(), found.with)
    };
    assert_eq!(of(KEPT), (1_000, Side::Kept));
    assert_eq!(of(REJECTED), (-1_000, Side::Rejected));
    assert_eq!(
        of("Please restart the"),
        (0, Side::Neither),
        "both say that"
    );
    assert_eq!(of("Water boils sooner in the mountains.").1, Side::Neither);
    assert_eq!(
        of(&format!("{REJECTED} {KEPT}")).1,
        Side::Neither,
        "all of both"
    );
}

#[test]
fn shares_by_hand() {
    // Only kept: "to sun, far", that is 8 of its 17 grams; only rejected: "in fog, near".
    let case = case("o", "We sail in fog, near.").kept(How::Edit, "We sail to sun, far.");
    let found = compared(&case, "We will sail to the sun.").sides.unwrap();
    let apart = apart(
        "We will sail to the sun.",
        "We sail to sun, far.",
        "We sail in fog, near.",
    );
    assert_eq!((apart.only_first, apart.only_second), (12, 13));
    // "il t", "l to", " to " and " sun".
    assert_eq!((apart.of_first, apart.of_second), (4, 0));
    assert_eq!(found.kept, Milli::new(333));
    assert_eq!(found.rejected, Milli::new(0));
    assert_eq!(
        (found.difference, found.with),
        (Milli::new(333), Side::Kept)
    );
}

#[test]
fn length_does_not_choose() {
    let long = "Water boils sooner in the mountains, as the air is thinner there. ".repeat(20);
    let padded = sides_of(&format!("{KEPT} {long}"));
    assert!(padded.kept == Milli::new(1_000) && padded.with == Side::Kept);
    assert_eq!(sides_of(&long).with, Side::Neither);
}

#[test]
fn an_edit_stands_against_the_answer_it_was_made_of() {
    let edited = case("o", REJECTED).kept(How::Edit, KEPT);
    assert_eq!(compared(&edited, KEPT).sides.unwrap().with, Side::Kept);
    assert_eq!(
        compared(&edited, REJECTED).sides.unwrap().with,
        Side::Rejected
    );
    // The old answer was kept and another variant rejected.
    let kept = case("o", KEPT).kept(How::Output, KEPT).rejected(REJECTED);
    assert_eq!(compared(&kept, KEPT).sides.unwrap().with, Side::Kept);
    assert_eq!(
        compared(&kept, REJECTED).sides.unwrap().with,
        Side::Rejected
    );
}

#[test]
fn without_two_texts_that_differ_there_are_no_sides() {
    let kept = case("o", KEPT).kept(How::Output, KEPT);
    assert_eq!(compared(&kept, REJECTED).sides, None);
    assert_eq!(
        compared(&case("o", KEPT).rejected(KEPT), REJECTED).sides,
        None
    );
    let typo = case("o", KEPT).kept(How::Edit, &KEPT.replace("journal.", "journal!"));
    assert_eq!(compared(&typo, REJECTED).sides, None, "one mark is no side");
}
