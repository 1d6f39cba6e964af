use super::*;

#[derive(Deserialize)]
struct Example {
    tag: String,
    refuses: bool,
    text: String,
}

fn examples() -> Vec<Example> {
    serde_json::from_str(include_str!("refusal_examples.json")).unwrap()
}

/// The figures in `demo-site/docs/replay.md`.
#[test]
fn examples_are_told_apart_but_for_known_ones() {
    let examples = examples();
    let wrong = |refuses: bool| -> Vec<&str> {
        let those = examples.iter().filter(|one| one.refuses == refuses);
        those
            .filter(|one| is_refusal(&one.text) != refuses)
            .map(|one| one.text.as_str())
            .collect()
    };
    let all = |refuses| examples.iter().filter(|one| one.refuses == refuses).count();
    assert_eq!((all(true), all(false)), (32, 35));
    // No phrase of refusing in them.
    assert_eq!(
        wrong(true),
        [
            "That's not something I can do. Please ask a doctor.",
            "Let's talk about something else, shall we?"
        ]
    );
    // Somebody else declines, within a letter the model was asked for.
    assert_eq!(
        wrong(false),
        [
            "Subject: Your invitation\n\nDear Sam, thank you for asking. I cannot come on Friday, as I am away."
        ]
    );
}

#[test]
fn every_language_has_phrases_that_can_match_and_examples_of_both_kinds() {
    assert_eq!(LANGUAGES.len(), 14);
    let examples = examples();
    for language in LANGUAGES.iter() {
        assert!(!language.source.is_empty());
        for refuses in [true, false] {
            let shown = |one: &&Example| one.tag == language.tag && one.refuses == refuses;
            assert!(examples.iter().any(|one| shown(&one)), "{}", language.tag);
        }
        for phrase in language.declines.iter().chain(&language.fine) {
            assert_eq!(&opening(phrase), phrase, "{}", language.tag);
        }
        for phrase in &language.declines {
            assert!(is_refusal(phrase), "{phrase}");
        }
        for phrase in &language.fine {
            assert!(!declines(language, phrase), "{phrase}");
        }
    }
}

#[test]
fn only_the_opening_counts_and_only_whole_words() {
    let late = format!("{} I can't help with that.", "It is a table. ".repeat(20));
    assert!(!is_refusal(&late));
    assert!(is_refusal("Well,\n  I  CAN'T\nhelp."));
    assert!(!is_refusal("Alibi cannot be proven. Hawai'i can't either."));
    assert!(!is_refusal("Delphi can't do that."));
}
