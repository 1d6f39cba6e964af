//! Estimates against exact Jaccard. Seeds are fixed and hashes are constants, so
//! every bound either holds always or never; each is at least four standard
//! errors wide, which a wrong formula does not fit through.

use std::collections::BTreeSet;

use proptest::prelude::*;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::*;

fn shingles(text: &str) -> BTreeSet<Vec<char>> {
    let chars: Vec<char> = text.chars().collect();
    chars.windows(SHINGLE_CHARS).map(<[char]>::to_vec).collect()
}

fn jaccard(a: &str, b: &str) -> f64 {
    let (a, b) = (shingles(a), shingles(b));
    let count = |n: usize| f64::from(u32::try_from(n).unwrap());
    count(a.intersection(&b).count()) / count(a.union(&b).count())
}

/// A text over an alphabet, and the same with a share of it said otherwise at the end.
fn pair(rng: &mut ChaCha8Rng, alphabet: &[char], changed: f64) -> (String, String) {
    let mut draw = |n: u32| -> String {
        (0..n)
            .map(|_| alphabet[rng.random_range(0..alphabet.len())])
            .collect()
    };
    let common = draw(600);
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "0 to 600"
    )]
    let others = (600.0 * changed) as u32;
    let (left, right) = (draw(others), draw(others));
    (format!("{common}{left}"), format!("{common}{right}"))
}

fn latin() -> Vec<char> {
    ('a'..='z').collect()
}

fn han() -> Vec<char> {
    ('\u{4e00}'..'\u{5e00}').collect()
}

fn similarity(a: &str, b: &str) -> f64 {
    Signature::of(a).similarity(&Signature::of(b)).to_f64()
}

#[test]
fn estimates_are_as_near_as_the_formula_says() {
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    for alphabet in [latin(), han()] {
        for changed in [0.02, 0.05, 0.1, 0.3, 0.6, 1.0, 3.0] {
            let (mut error_sum, mut spread_sum) = (0.0, 0.0);
            for _ in 0..50 {
                let (a, b) = pair(&mut rng, &alphabet, changed);
                let exact = jaccard(&a, &b);
                let spread = (exact * (1.0 - exact) / 128.0).sqrt();
                let error = similarity(&a, &b) - exact;
                assert!(error.abs() < 4.5 * spread + 0.001, "{error} of {exact}");
                error_sum += error;
                spread_sum += error * error / (spread * spread);
            }
            assert!(
                error_sum.abs() / 50.0 < 0.03,
                "biased at {changed}: {error_sum}"
            );
            assert!(
                (0.4..2.0).contains(&(spread_sum / 50.0)),
                "spread at {changed}: {spread_sum}"
            );
        }
    }
}

/// (agree/128 − 1/256) / (1 − 1/256), by hand.
#[test]
fn chance_agreement_is_taken_out() {
    let agreeing = |agree: usize| {
        let mut bytes = [1; PERMUTATIONS];
        bytes[..agree].fill(0);
        let zeros = Signature::from_bytes([0; PERMUTATIONS]);
        Signature::from_bytes(bytes).similarity(&zeros)
    };
    let expected = [(0, 0), (1, 4), (64, 498), (109, 851), (128, 1_000)];
    for (agree, thousandths) in expected {
        assert_eq!(agreeing(agree), Milli::new(thousandths), "{agree}");
    }
}

#[test]
fn bands_find_what_is_alike_and_hardly_anything_else() {
    let mut rng = ChaCha8Rng::seed_from_u64(3);
    let mut found = |changed: f64| {
        let candidates = (0..200).filter(|_| {
            let (a, b) = pair(&mut rng, &latin(), changed);
            let (a, b) = (Signature::of(&a), Signature::of(&b));
            a.bands().zip(b.bands()).any(|(a, b)| a == b)
        });
        candidates.count()
    };
    // J ≈ 0.88: 1 − (1 − 0.88⁸)¹⁶ = 0.9985; J ≈ 0.32: 0.0018.
    assert!(found(0.06) >= 197);
    assert!(found(1.0) <= 3);
}

#[test]
fn bands_are_all_of_the_signature() {
    let signature = Signature::of("Rayleigh scattering makes the sky blue.");
    let rows: Vec<u8> = signature.bands().flat_map(|band| band.rows).collect();
    assert_eq!(rows, signature.to_bytes());
    let indexes: Vec<u8> = signature.bands().map(|band| band.index).collect();
    assert_eq!(indexes, (0..16).collect::<Vec<u8>>());
}

#[test]
fn capitals_and_white_space_make_no_difference() {
    let a = "Use `retain` to filter in place:\r\n\r\n    numbers.retain(even)";
    let b = "  use `retain` to  FILTER in place:\nnumbers.retain(even)\u{a0}";
    assert_eq!(Signature::of(a), Signature::of(b));
    assert_eq!(similarity("ЁЛКА и ЁЖ", "ёлка и ёж"), 1.0);
}

#[test]
fn short_texts_are_alike_when_they_are_the_same() {
    for (a, b) in [
        ("Yes", "No"),
        ("", "No"),
        ("好", "不"),
        ("4", "44"),
        ("yes", "yes."),
    ] {
        assert_eq!(similarity(a, a), 1.0);
        assert!(similarity(a, b) < 0.1, "{a:?} {b:?}");
    }
    assert_eq!(similarity("", " \n"), 1.0);
}

#[test]
fn one_number_in_a_short_answer_is_another_answer() {
    let near = |a: &str, b: &str| super::near(&[Signature::of(a)], &[Signature::of(b)]);
    assert!(!near("The answer is 4.", "The answer is 5."));
    let long = "Rayleigh scattering: the molecules of the air scatter short waves far more \
                than long ones, so that the light from all over the sky is mostly blue.";
    assert!(near(long, &long.replace("mostly", "chiefly")));
    assert!(near(long, &format!("{long} Hope it helps!")));
}

#[test]
fn rows_are_near_in_all_their_parts_or_not_at_all() {
    let [question, other, answer] =
        ["Why is the sky blue?", "Is 7 a prime?", "Because it is."].map(Signature::of);
    assert!(near(&[question, answer], &[question, answer]));
    assert!(!near(&[question, answer], &[other, answer]));
    assert!(!near(&[question, answer], &[question]));
    assert!(!near(&[], &[]));
}

/// The same on every machine and in every version: a build is compared with the last.
#[test]
fn a_known_signature() {
    let bytes = Signature::of("Rayleigh scattering.").to_bytes();
    assert_eq!(
        hex::encode(&bytes[..16]),
        "13529bfe222e1da32ddd14078d4183bb"
    );
}

proptest! {
    #[test]
    fn a_signature_survives_being_spilled(text in ".{0,60}") {
        let signature = Signature::of(&text);
        let bytes = postcard::to_allocvec(&signature).unwrap();
        prop_assert_eq!(bytes.len(), 2 + PERMUTATIONS);
        prop_assert_eq!(postcard::from_bytes::<Signature>(&bytes).unwrap(), signature);
        prop_assert_eq!(Signature::from_bytes(signature.to_bytes()), signature);
    }

    #[test]
    fn similarity_is_symmetric_and_whole_for_itself(a in ".{0,60}", b in ".{0,60}") {
        let (a, b) = (Signature::of(&a), Signature::of(&b));
        prop_assert_eq!(a.similarity(&b), b.similarity(&a));
        prop_assert_eq!(a.similarity(&a), Milli::new(1_000));
        prop_assert!(a.similarity(&b) >= Milli::new(0));
    }

    /// Sets, not sequences: saying it again changes nothing but the seam.
    #[test]
    fn repetition_does_not_count(text in "[a-z]{20,60}") {
        let doubled = format!("{text}{text}");
        let estimate = similarity(&doubled, &format!("{doubled}{text}"));
        prop_assert_eq!(estimate, 1.0);
    }
}

/// The definition, without anything that saves time: the top half of every shingle's
/// place in every order, however often the shingle comes.
fn by_definition(text: &str) -> [u8; PERMUTATIONS] {
    let chars = normal(text);
    let shingles: Vec<u64> = match chars.len() {
        0 => vec![mix(0)],
        len => chars.windows(len.min(SHINGLE_CHARS)).map(hash).collect(),
    };
    ORDERS.map(|(a, b)| {
        let places = shingles
            .iter()
            .map(|x| a.wrapping_mul(*x).wrapping_add(b) >> 32);
        mix(places.min().unwrap()).to_le_bytes()[0]
    })
}

proptest! {
    #[test]
    fn what_saves_time_changes_no_signature(text in "([a-c]{0,4}( der|\\PC){0,3}){0,60}") {
        prop_assert_eq!(Signature::of(&text).to_bytes(), by_definition(&text));
    }
}
