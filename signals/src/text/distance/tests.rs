use proptest::prelude::*;

use super::*;

fn distance(before: &str, after: &str) -> Distance {
    super::distance(&scalars(before), &scalars(after))
}

fn of(a: &str, b: &str) -> (u32, u32) {
    let distance = distance(a, b);
    assert!(distance.exact);
    (distance.inserted, distance.deleted)
}

#[test]
fn small_scripts() {
    assert_eq!(of("", ""), (0, 0));
    assert_eq!(of("abc", "abc"), (0, 0));
    assert_eq!(of("", "abc"), (3, 0));
    assert_eq!(of("The sky is blue.", "The sky is very blue."), (5, 0));
    assert_eq!(of("kitten", "sitting"), (3, 2));
    assert_eq!(of("naïve 👍", "naive 👍"), (1, 1));
}

/// Text with the repetitions of prose: words, some of which are common.
fn prose(random: &mut fastrand::Rng, chars: usize) -> String {
    let word = |rank: usize| {
        let mut word = fastrand::Rng::with_seed(rank as u64);
        let letters = "etaoinshrdlucmfwypvbgk".as_bytes();
        let letter = |word: &mut fastrand::Rng| {
            let place = word.usize(..letters.len()) * word.usize(..letters.len()) / letters.len();
            char::from(letters[place])
        };
        let length = word.usize(2..6) + rank.ilog2() as usize / 3;
        (0..length).map(|_| letter(&mut word)).collect::<String>()
    };
    let mut text = String::new();
    while text.len() < chars {
        let rank = 1 << random.u8(..11);
        let rank = random.usize(..rank) + 1;
        text.push_str(&word(rank));
        text.push_str(if random.u8(..10) == 0 { ". " } else { " " });
    }
    text
}

/// `text` with about one word in `one_in` replaced, left out or added to, and a
/// passage moved in.
fn edited(random: &mut fastrand::Rng, text: &str, one_in: usize) -> String {
    let mut words: Vec<String> = text.split(' ').map(str::to_owned).collect();
    for word in &mut words {
        if random.usize(..one_in) == 0 {
            let other = prose(random, 1);
            match random.u8(..3) {
                0 => *word = other,
                1 => word.clear(),
                _ => word.push_str(&format!(" {other}")),
            }
        }
    }
    let place = random.usize(..words.len());
    words.insert(place, prose(random, text.len() / 10));
    words.join(" ")
}

#[test]
fn edits_all_over_a_long_text_are_exact() {
    let mut random = fastrand::Rng::with_seed(1);
    for _ in 0..20 {
        let before = prose(&mut random, 20_000);
        let mut after: Vec<char> = before.chars().collect();
        for _ in 0..200 {
            let place = random.usize(..after.len());
            after[place] = '0';
        }
        let kept = after.iter().filter(|c| **c != '0').count();
        let after: String = after.into_iter().collect();
        let replaced = u32::try_from(before.len() - kept).unwrap();
        assert_eq!(of(&before, &after), (replaced, replaced));
    }
}

/// How much more than the smallest script was told, in parts of the text.
fn error(before: &str, after: &str) -> f64 {
    let found = distance(before, after);
    let (old, new) = (scalars(before), scalars(after));
    let exact = old.len() + new.len() - 2 * common(&old, &new);
    let told = (found.inserted + found.deleted) as usize;
    assert!(told >= exact, "never less than the smallest script");
    assert!(!found.exact);
    (told - exact) as f64 / (old.len() + new.len()) as f64
}

#[test]
fn far_edits_of_long_texts_are_bounded_and_say_so() {
    let mut random = fastrand::Rng::with_seed(2);
    let (mut edits, mut others) = (0.0_f64, 0.0_f64);
    for round in 0..16_usize {
        let before = prose(&mut random, 10_000 + 800 * round);
        let after = edited(&mut random, &before, 2 + round % 8);
        edits = edits.max(error(&before, &after));
        let other = prose(&mut random, 10_000 + 800 * round);
        others = others.max(error(&before, &other));
    }
    assert!(edits <= 0.01, "{edits}");
    assert!(others <= 0.4, "{others}");
}

#[test]
fn beyond_what_can_be_compared_all_is_replaced() {
    let before = "abcdefgh".repeat(LENGTH_MAX / 8);
    let after = "hgfedcba".repeat(LENGTH_MAX / 8);
    let found = distance(&before, &after);
    let all = u32::try_from(LENGTH_MAX).unwrap();
    assert_eq!((found.inserted, found.deleted), (all, all));
    assert!(!found.exact);
}

/// Textbook dynamic programming.
fn slow_common(a: &[char], b: &[char]) -> usize {
    let mut row = vec![0; b.len() + 1];
    for x in a {
        let mut diagonal = 0;
        for (j, y) in b.iter().enumerate() {
            let above = row[j + 1];
            row[j + 1] = if x == y {
                diagonal + 1
            } else {
                above.max(row[j])
            };
            diagonal = above;
        }
    }
    row[b.len()]
}

proptest! {
    #[test]
    fn each_way_equals_dynamic_programming(a in "[abc ]{0,200}", b in "[abc ]{0,200}") {
        let (x, y): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
        let kept = slow_common(&x, &y);
        let found = distance(&a, &b);
        prop_assert_eq!(found.inserted as usize, y.len() - kept);
        prop_assert_eq!(found.deleted as usize, x.len() - kept);
        prop_assert_eq!(near(&x, &y), Some(x.len() + y.len() - 2 * kept));
        prop_assert!(common_between(&x, &y) <= kept);
    }
}

#[test]
fn what_two_texts_have_in_common_is_counted_exactly_or_not_at_all() {
    assert_eq!(in_common("kitten", "sitting"), Some(4));
    assert_eq!(in_common("", "anything"), Some(0));
    assert_eq!(in_common("the same", "the same"), Some(8));
    let long = "one thing after another, ".repeat(1_000);
    let edited = format!("{long}{long}");
    let all = u32::try_from(long.len()).unwrap();
    assert_eq!(in_common(&long, &edited), Some(all), "at one place");
    let (a, b) = ("ab".repeat(5_000), "bca".repeat(5_000));
    assert_eq!(in_common(&a, &b), None);
}
