use tacit_signals::Signal;

use super::*;

const NOW: u64 = 1_763_890_000_000;
const HOUR: u64 = 3_600_000;
const TEXT: &str = "A deposit should never exceed three months of rent, and the landlord has to keep it apart from his own money.";

fn id(name: &str) -> Id {
    Id::parse("output", name).unwrap()
}

fn memory() -> Memory {
    let mut memory = Memory::default();
    memory.open(b"of this browser");
    memory
}

fn keep(memory: &mut Memory, now: u64, id: &Id, token: Option<Box<str>>, text: &str, anew: bool) {
    let known = Known {
        id: id.clone(),
        token,
        text: text.to_owned(),
    };
    memory.keep(now, known, anew);
}

/// What a look told: output, age, share in per cent.
fn look(memory: &mut Memory, now: u64, places: &[(&str, &str)]) -> Vec<(String, u32, u16)> {
    memory.stir();
    let mut places: Vec<Place> = places
        .iter()
        .map(|(name, text)| memory.place(name, text))
        .collect();
    let mut told = Vec::new();
    memory.look(now, &mut places, &mut told);
    let told = told.into_iter().map(|told| match told.signal {
        Signal::Survived { age_s, share } => {
            let output = told.output.as_str().to_owned();
            (output, age_s, share.thousandths() / 10)
        }
        other => panic!("{other:?}"),
    });
    told.collect()
}

fn said(output: &str, age_s: u32, share: u16) -> Vec<(String, u32, u16)> {
    vec![(output.to_owned(), age_s, share)]
}

#[test]
fn text_is_found_again_by_what_it_says_and_then_where_it_was() {
    let mut memory = memory();
    assert_eq!(memory.due_in(NOW), None);
    keep(&mut memory, NOW, &id("a"), None, TEXT, true);
    assert_eq!(memory.due_in(NOW), Some(FIRST_MS));
    let document = format!("My notes on renting\n\n{TEXT}\n\nMore of them");
    let places = [("other", "Nothing of that kind"), ("notes", &*document)];
    assert_eq!(
        look(&mut memory, NOW + 2_000, &places),
        [],
        "found, but nothing is due"
    );
    assert_eq!(memory.due_in(NOW + 2_000), Some(28_000));
    assert_eq!(look(&mut memory, NOW + 31_000, &places), said("a", 31, 100));
    // Known by its place when little is left.
    let gone = [(
        "notes",
        "My notes on renting: the landlord has to keep it apart. More of them",
    )];
    let told = look(&mut memory, NOW + 130_000, &gone);
    assert!((28..36).contains(&told[0].2), "{told:?}");
    // Another document, and one that is not there: open, not gone.
    assert_eq!(
        look(&mut memory, NOW + HOUR, &[("other", "Of something else")]),
        []
    );
    assert_eq!(look(&mut memory, NOW + HOUR, &[]), []);
    assert_eq!(look(&mut memory, NOW + 30 * HOUR, &gone)[0].1, 108_000);
}

#[test]
fn what_is_stored_is_looked_for_days_later_under_the_same_key_only() {
    let mut memory = memory();
    keep(
        &mut memory,
        NOW,
        &id("a b"),
        Some("token".into()),
        TEXT,
        true,
    );
    keep(
        &mut memory,
        NOW,
        &id("b"),
        None,
        &"所以他说的话我们都听见了，".repeat(300),
        true,
    );
    assert!(memory.take_changed() && !memory.take_changed());
    let stored = memory.write();
    assert!(!stored.contains("deposit") && !stored.contains("所以"));
    let mut later = Memory::default();
    later.open(b"of this browser");
    later.merge(&stored);
    assert_eq!(later.kept, memory.kept);
    let told = look(&mut later, NOW + 49 * HOUR, &[("p", TEXT)]);
    assert_eq!(told, said("a b", 176_400, 100));
    assert_eq!(later.kept[0].token.as_deref(), Some("token"));
    let mut other = Memory::default();
    other.open(b"of another browser");
    other.merge(&stored);
    assert_eq!(look(&mut other, NOW + 49 * HOUR, &[("p", TEXT)]), []);
}

#[test]
fn two_pages_write_to_one_storage() {
    let (mut one, mut two) = (memory(), memory());
    keep(&mut one, NOW, &id("a"), None, TEXT, true);
    two.merge(&one.write());
    keep(&mut two, NOW + 10, &id("b"), None, TEXT, true);
    look(&mut two, NOW + 40_000, &[("p", TEXT)]);
    one.merge(&two.write());
    assert_eq!(one.kept.len(), 2);
    assert_eq!(one.due_in(NOW + 40_000), Some(80_000), "told by the other");
    // The same text taken again later starts anew, an edit of it does not.
    keep(&mut one, NOW + 50_000, &id("a"), None, TEXT, false);
    assert_eq!(one.due_in(NOW + 50_000), Some(70_000));
    keep(&mut one, NOW + 50_000, &id("a"), None, TEXT, true);
    assert_eq!(one.due_in(NOW + 50_000), Some(FIRST_MS));
}

#[test]
fn nonsense_in_the_storage_is_left_out() {
    let mut memory = memory();
    keep(&mut memory, NOW, &id("a"), None, TEXT, true);
    let good = memory.write();
    let cut = &good[..good.floor_char_boundary(good.len() / 2)];
    for stored in [
        "",
        "\n\n",
        "a\tb\n",
        "a\t\t\u{1000}\n",
        cut,
        &format!("{cut}\n"),
    ] {
        let mut other = self::memory();
        other.merge(stored);
        assert_eq!(other.kept, [], "{stored}");
    }
    let mut other = self::memory();
    other.merge(&format!("{cut}\n{good}"));
    assert_eq!(other.kept, memory.kept);
}

#[test]
fn memory_is_bounded_and_the_oldest_goes_first() {
    let mut memory = memory();
    for n in 0..100 {
        keep(
            &mut memory,
            NOW + n,
            &id(&format!("o-{n}")),
            None,
            TEXT,
            true,
        );
    }
    assert_eq!(memory.kept.len(), KEPT_MAX);
    assert_eq!(memory.kept[0].output, id("o-68"));
    let long: String = (0..2_000).map(|n| format!("{} ", n * n)).collect();
    for n in 100..120 {
        keep(
            &mut memory,
            NOW + n,
            &id(&format!("o-{n}")),
            None,
            &long,
            true,
        );
    }
    let units = memory.write().encode_utf16().count();
    assert!((40_000..70_000).contains(&units), "{units}");
    assert!(memory.drop_oldest());
    // Eight days later it is over, seen or not.
    assert_eq!(look(&mut memory, NOW + 200 * HOUR, &[]), []);
    assert_eq!(memory.due_in(NOW), None);
    assert!(!memory.drop_oldest());
}

#[test]
fn a_look_in_vain_is_repeated_later_and_later() {
    let mut memory = memory();
    keep(&mut memory, NOW, &id("a"), None, TEXT, true);
    let mut now = NOW + FIRST_MS;
    let mut waits = Vec::new();
    for _ in 0..10 {
        let mut told = Vec::new();
        memory.look(now, &mut [], &mut told);
        assert_eq!(told, []);
        let wait = memory.due_in(now).unwrap();
        waits.push(wait / 1_000);
        now += wait;
    }
    assert_eq!(waits, [2, 4, 8, 16, 32, 64, 128, 256, 512, 512]);
    memory.stir();
    assert_eq!(memory.due_in(now), Some(0));
}

#[test]
fn what_went_into_a_prompt_is_not_in_use() {
    let mut memory = memory();
    keep(&mut memory, NOW, &id("a"), None, TEXT, true);
    memory.sent("Something else");
    assert!(memory.due_in(NOW).is_some());
    memory.sent(&format!("Is this right? {TEXT}"));
    assert_eq!(memory.due_in(NOW), None);
}

#[test]
fn of_many_due_texts_each_has_its_turn() {
    let mut memory = memory();
    for n in 0..9 {
        let text = format!("{n} words of its own, which are nowhere on this page").repeat(n + 1);
        keep(&mut memory, NOW, &id(&format!("o-{n}")), None, &text, true);
    }
    keep(&mut memory, NOW, &id("there"), None, TEXT, true);
    let mut told = Vec::new();
    for _ in 0..3 {
        told.append(&mut look(&mut memory, NOW + 60_000, &[("p", TEXT)]));
    }
    assert_eq!(told, said("there", 60, 100));
}

#[test]
fn a_text_of_a_few_words_is_not_remembered() {
    let mut memory = memory();
    keep(&mut memory, NOW, &id("a"), None, "Yes, of course.", true);
    assert_eq!(memory.due_in(NOW), None);
}
