//! Inverse-propensity weights.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::*;

/// Two models, seen equally often; of one half became rows, of the other a tenth.
#[test]
fn weights_even_out_what_was_selected() {
    let rows = [of_model("often", 500), of_model("rarely", 100)].concat();
    let ignored = [of_model("often", 500), of_model("rarely", 900)].concat();
    let composition = compose(Format::TrlSft, &rows, &ignored, &[], &BTreeMap::new());
    let selection = &composition.selection;
    assert_eq!((selection.seen, selection.propensity), (2_000, milli(300)));
    let rates = &selection.by[&Dimension::Model];
    // |500/600 − 1/2|
    assert_eq!(rates.shift, milli(333));
    assert!(
        codes(&composition).contains(&"selection_bias"),
        "{composition:?}"
    );
    let (often, rarely) = weights(&rows, &ignored);
    // Shrunk four times, as the other values are all the same: hardly at all.
    assert!(
        (often * 500.0 - rarely * 100.0).abs() < 25.0,
        "{often} {rarely}"
    );
    let mean = (often * 500.0 + rarely * 100.0) / 600.0;
    assert!((mean - 1.0).abs() < 0.002, "{mean}");
}

/// The weight of the first row and of the last.
fn weights(rows: &[Provenance], ignored: &[Provenance]) -> (f64, f64) {
    let mut population = Population::default();
    for one in rows.iter().chain(ignored) {
        population.add(&output(one));
    }
    rows.iter().for_each(|row| population.row(row));
    let propensities = Propensities::of(&population);
    let weight = |row: &Provenance| propensities.weight(row).to_f64();
    (weight(&rows[0]), weight(rows.last().unwrap()))
}

#[test]
fn shrinkage_by_hand() {
    // 100 seen, 50 rows; of m-2 4 seen, 1 row. In m-2: (1 + 20·0.5) / (4 + 20)
    // = 0.458 for the model, the same again for each of four values below it:
    // 0.4236, 0.3947, 0.3705, 0.3504; in m-1 alike from (49 + 10) / (96 + 20).
    let rows = [of_model("m-1", 49), of_model("m-2", 1)].concat();
    let ignored = [of_model("m-1", 47), of_model("m-2", 3)].concat();
    let rare = [0.5, 0.0, 0.0, 0.0, 0.0, 0.0];
    let step = |rows: f64, seen: f64| {
        rare.iter()
            .skip(1)
            .fold(0.5, |above, _| (rows + 20.0 * above) / (seen + 20.0))
    };
    let (m1, m2) = (0.5 / step(49.0, 96.0), 0.5 / step(1.0, 4.0));
    let mean = (49.0 * m1 + m2) / 50.0;
    let (first, last) = weights(&rows, &ignored);
    assert!((first - m1 / mean).abs() < 0.000_6);
    assert!((last - m2 / mean).abs() < 0.000_6);
    assert!((m2 - 0.5 / 0.3504).abs() < 0.001, "{m2}");
}

#[test]
fn no_weight_is_above_the_maximum() {
    let rows = [of_model("often", 5_000), of_model("never", 10)].concat();
    let ignored = of_model("never", 5_000);
    let composition = compose(Format::TrlSft, &rows, &ignored, &[], &BTreeMap::new());
    assert_eq!(composition.selection.cut, 10);
    let (often, never) = weights(&rows, &ignored);
    assert!(
        (never / often / (10.0 / 0.5) - 1.0).abs() < 0.1,
        "{never} {often}"
    );
    assert_eq!(composition.selection.uncovered, 0);
}

#[test]
fn seen_outputs_without_a_row_in_their_stratum_are_uncovered() {
    let composition = compose(
        Format::TrlSft,
        &of_model("m-1", 90),
        &of_model("m-2", 10),
        &[],
        &BTreeMap::new(),
    );
    let selection = &composition.selection;
    assert_eq!(
        (selection.uncovered, selection.uncovered_share),
        (10, milli(100))
    );
    assert!(codes(&composition).contains(&"thin_strata"));
}

#[test]
fn what_nobody_saw_is_no_population() {
    let mut population = Population::default();
    let label = output(&row("a"));
    let mut unseen = label.clone();
    unseen.seen = false;
    let mut program = label.clone();
    program.automated = true;
    for label in [label, unseen, program] {
        population.add(&label);
    }
    assert_eq!(population.total().seen, 1);
    assert_eq!(population.total().labelled, 1);
}

/// What weights are for: a quality that differs by stratum, rows that are drawn more
/// often from some strata, and the mean over everything seen as what to find. The
/// seed is fixed; the bounds are far apart.
#[test]
fn weights_find_the_mean_of_what_was_seen() {
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    let (mut seen, mut rows) = (Vec::new(), Vec::new());
    for place in 0..6_000 {
        let (good, large) = (place % 2 == 0, place % 3 == 0);
        let mut one = row(&place.to_string());
        one.model = Some(if large { "m-large" } else { "m-small" }.into());
        one.language = if good { "en" } else { "de" }.into();
        // Drawn by the stratum alone: 0.05 to 0.6.
        let chance = if good { 0.3 } else { 0.05 } * if large { 2.0 } else { 1.0 };
        let quality = if good { 1.0 } else { 0.0 };
        if rng.random_bool(chance) {
            rows.push((one.clone(), quality));
        }
        seen.push(one);
    }
    let mut population = Population::default();
    seen.iter().for_each(|one| population.add(&output(one)));
    rows.iter().for_each(|(row, _)| population.row(row));
    let propensities = Propensities::of(&population);
    let mean = |weight: &dyn Fn(&Provenance) -> f64| {
        let sum: f64 = rows
            .iter()
            .map(|(row, quality)| weight(row) * quality)
            .sum();
        sum / rows.iter().map(|(row, _)| weight(row)).sum::<f64>()
    };
    let (plain, weighted) = (
        mean(&|_| 1.0),
        mean(&|row| propensities.weight(row).to_f64()),
    );
    assert!((plain - 0.5).abs() > 0.3, "{plain}");
    assert!((weighted - 0.5).abs() < 0.03, "{weighted}");
}
