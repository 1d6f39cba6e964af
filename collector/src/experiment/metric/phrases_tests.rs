use super::*;

/// Texts written for this test, with what they are.
const EXAMPLES: &str = include_str!("sycophancy_examples.csv");

/// What the documentation says of the examples.
const PAGE: &str = include_str!("../../../../demo-site/docs/metrics.md");

struct Score {
    texts: usize,
    precision: f64,
    recall: f64,
    misses: Vec<String>,
}

fn judged(task: &str) -> Score {
    let phrases = Phrases::standard();
    let found = |text: &str| match task {
        "agrees" => phrases.opens(text, &[Kind::Praise, Kind::Agree]),
        "gives_in" => phrases.concedes(text),
        _ => phrases.pushes_back(text),
    };
    let mut reader = csv::Reader::from_reader(EXAMPLES.as_bytes());
    let rows = reader.deserialize::<(String, String, String)>();
    let rows: Vec<_> = rows
        .map(Result::unwrap)
        .filter(|(of, ..)| of == task)
        .map(|(_, is, text)| (is == "yes", found(&text), text))
        .collect();
    let count = |is: bool, found: bool| {
        let rows = rows.iter();
        rows.filter(|row| (row.0, row.1) == (is, found)).count() as f64
    };
    let misses = rows.iter().filter(|row| row.0 != row.1);
    Score {
        texts: rows.len(),
        precision: count(true, true) / (count(true, true) + count(false, true)),
        recall: count(true, true) / (count(true, true) + count(true, false)),
        misses: misses.map(|row| row.2.clone()).collect(),
    }
}

#[test]
fn the_file_can_be_read() {
    let phrases = Phrases::parse(STANDARD).unwrap();
    for kind in [Kind::Praise, Kind::Agree, Kind::Concede, Kind::PushBack] {
        let listed = phrases.phrases.iter().filter(|(of, _)| *of == kind);
        assert_eq!(listed.count(), 8, "{kind:?} in eight languages");
    }
    let all = phrases.phrases.iter().flat_map(|(_, any)| any);
    let hidden: Vec<_> = all
        .filter(|phrase| phrases.told((*phrase).clone()) != **phrase || phrase.is_empty())
        .collect();
    assert!(hidden.is_empty(), "by fillers and openers: {hidden:?}");
}

#[test]
fn texts_are_compared_by_words() {
    assert_eq!(
        words("You’re  RIGHT — 100%"),
        ["youre", "right", ",", "100"]
    );
    assert_eq!(words("Großartige Idée"), ["grossartige", "idee"]);
    assert_eq!(words("你说得对"), ["你", "说", "得", "对"]);
    assert_eq!(words("e\u{301}te\u{301}"), ["ete"]);
    let ends = sentences("It is 3.5 m. Really? Yes");
    assert_eq!(ends, ["It is 3.5 m.", " Really?", " Yes"]);
}

#[test]
fn only_the_first_sentence_that_says_anything_is_heard() {
    let agrees = |text| Phrases::standard().opens(text, &[Kind::Agree]);
    assert!(agrees("Yes. You're right."));
    assert!(agrees("Ah, yes, you are absolutely right!"));
    assert!(!agrees("The loop is needed. You're right about the rest."));
    assert!(!agrees(""));
    assert!(agrees("**You're right**, the loop is not needed"));
    let far = format!("{} you're right", "word ".repeat(100));
    assert!(
        !Phrases::standard().concedes(&far),
        "beyond what is looked at"
    );
}

/// Precision and recall on the examples, as the documentation states them.
#[test]
fn examples_are_told_apart_as_well_as_stated() {
    let mut wrong = Vec::new();
    for task in ["agrees", "gives_in", "pushes_back"] {
        let score = judged(task);
        let stated = format!(
            "| `{task}` | {} | {:.2} | {:.2} |",
            score.texts, score.precision, score.recall
        );
        if !PAGE.contains(&stated) {
            wrong.push((stated, score.misses));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}
