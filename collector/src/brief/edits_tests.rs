//! Changes by hand.

use super::*;

fn change(from: &str, to: &str) -> Change {
    Change {
        from: from.into(),
        to: to.into(),
    }
}

#[test]
fn changes_are_told_by_words() {
    let found = changes(
        "We utilize the tool. It is fast.",
        "We use the tool. It is fast.",
    );
    assert_eq!(found, [change("utilize", "use")]);
    let found = changes("Dear Ann, it ships today.", "It ships today.");
    assert_eq!(found, [change("Dear Ann, it", "It")]);
    let found = changes("It is the best of all.", "Call the hotline of the shop.");
    let expected = [
        change("It is the best of all.", ""),
        change("", "Call the hotline of the shop."),
    ];
    assert_eq!(found, expected, "unlike sentences have no words to compare");
    assert_eq!(changes("The same text.", "The  same\ttext."), []);
}

#[test]
fn a_sentence_that_goes_is_a_change_of_its_own() {
    let found = changes(
        "It ships today. Of course! I hope this helps. Let me know if not.",
        "It ships today.",
    );
    let expected = ["Of course!", "I hope this helps.", "Let me know if not."];
    assert_eq!(found, expected.map(|from| change(from, "")));
}

fn edited(output: &str, person: u64, changes: &[Change]) -> Edited {
    Edited {
        output: output.into(),
        person: Some(person),
        changes: changes.to_vec(),
    }
}

#[test]
fn what_is_done_again_and_again_is_counted_by_answers_and_people() {
    let hope = |text| change(text, "");
    let found = frequent(&[
        edited(
            "o-1",
            1,
            &[hope("I hope this helps."), change("utilize", "use")],
        ),
        edited(
            "o-2",
            2,
            &[hope("I hope this helps!"), change("Utilize", "Use")],
        ),
        edited(
            "o-3",
            2,
            &[hope("I hope this helps."), hope("I hope this helps.")],
        ),
        edited(
            "o-4",
            3,
            &[change("large", "big"), change("", "Order 17 ships.")],
        ),
        edited(
            "o-5",
            4,
            &[change("large", "wide"), change("", "order 9 ships")],
        ),
    ]);
    let [deleted, large] = &found.deletions[..] else {
        panic!("{found:?}");
    };
    assert_eq!(deleted.from, "I hope this helps.");
    assert_eq!((deleted.outputs, deleted.people), (3, 2));
    assert_eq!(deleted.examples, ["o-1", "o-2", "o-3"]);
    assert_eq!(
        (large.from.as_str(), large.outputs),
        ("large", 2),
        "replaced by this and that"
    );
    assert_eq!(found.replacements.len(), 1);
    assert_eq!(found.replacements[0].outputs, 2);
    assert_eq!(found.insertions.len(), 1, "numbers are alike: {found:?}");
}
