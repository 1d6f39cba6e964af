use super::*;
use crate::{
    label::State,
    replay::{
        How,
        compare::{
            compare,
            made::{answer, case, compared},
        },
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
    let [text, kept, rejected] = [
        "We will sail to the sun.",
        "We sail to sun, far.",
        "We sail in fog, near.",
    ]
    .map(Distinct::of);
    let apart = apart(&text, &kept, &rejected);
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

/// Texts of words drawn by lot: an answer that knows neither text sides with neither,
/// however long they are. Without others to tell chance by, the longer one is favoured.
#[test]
fn what_knows_neither_is_even_on_average() {
    use rand::{RngExt, SeedableRng};
    let mut draw = rand_chacha::ChaCha8Rng::seed_from_u64(19);
    let mut text = |words: u32| -> String {
        let word = |_| format!("{} ", WORDS[draw.random_range(0..64_u32) as usize]);
        (0..words).map(word).collect()
    };
    let mut mean = |kept: u32, rejected: u32, new: u32, others: usize| {
        let mut made = |number: usize| {
            let mut case = case(&format!("o{number}"), &text(rejected));
            case = case.kept(How::Edit, &text(kept));
            case.input[0].content = format!("question {number}");
            let new = answer(&case.output, &text(new));
            (case, new)
        };
        let cases: Vec<_> = (0..300).map(&mut made).collect();
        let known = cases.iter().take(others);
        let panel = Panel::of(known.map(|(case, new)| (case, new)));
        let sides = cases
            .iter()
            .filter_map(|(case, new)| compare(case, new, &panel)?.sides);
        let differences: Vec<i64> = sides.map(|sides| sides.difference.thousandths()).collect();
        assert!(differences.len() > 250);
        differences.iter().sum::<i64>() / differences.len() as i64
    };
    assert!(mean(20, 60, 100, 0) < -40, "the longer one is favoured");
    for (kept, rejected, new) in [(20, 60, 100), (60, 20, 100), (40, 40, 15)] {
        let mean = mean(kept, rejected, new, 300);
        assert!(mean.abs() <= 15, "{kept} {rejected} {new}: {mean}");
    }
}

#[test]
fn an_answer_to_the_same_question_tells_no_chance() {
    let asked = case("o", REJECTED).kept(How::Edit, KEPT);
    let mut other = case("p", REJECTED);
    let [same, elsewhere] = [KEPT, "Bake it."].map(|text| answer("p", text));
    let alone = |panel: &Panel| compare(&asked, &answer("o", KEPT), panel).unwrap().sides;
    let panel = Panel::of([(&other, &same)]);
    assert_eq!(alone(&panel).unwrap().chance, Milli::new(0));
    other.input[0].content = "Something else?".into();
    let panel = Panel::of([(&other, &same), (&other, &elsewhere)]);
    // One says all of the kept text, one says nothing of either.
    let found = alone(&panel).unwrap();
    assert_eq!(found.chance, Milli::new(500));
    assert_eq!(found.difference, Milli::new(500));
}

/// Words as a dictionary has them.
const WORDS: [&str; 64] = [
    "apple", "bridge", "cloud", "desk", "engine", "forest", "garden", "harbour", "island",
    "jacket", "kettle", "ladder", "market", "needle", "orange", "pencil", "quarry", "river",
    "saddle", "table", "umbrella", "valley", "window", "yellow", "zebra", "anchor", "basket",
    "candle", "diamond", "eagle", "feather", "glove", "hammer", "insect", "journey", "kitchen",
    "lantern", "mirror", "napkin", "ocean", "pepper", "quilt", "ribbon", "spoon", "thunder",
    "uncle", "velvet", "wagon", "yard", "zinc", "blanket", "copper", "drawer", "elbow", "fabric",
    "ginger", "helmet", "icicle", "jungle", "kernel", "lemon", "magnet", "nickel", "oyster",
];
