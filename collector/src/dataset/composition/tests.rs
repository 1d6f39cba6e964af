//! Figures by hand, and laws: sums, and no order.

use proptest::prelude::*;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::{
    sample::{AS_OF, compose, output, policy, row},
    *,
};
use crate::{
    dataset::provenance::Basis,
    label::{State, Trust, script::DAY},
};

fn milli(thousandths: i64) -> Milli {
    Milli::new(thousandths)
}

fn of_model(model: &str, n: usize) -> Vec<Provenance> {
    (0..n)
        .map(|place| Provenance {
            model: Some(model.into()),
            ..row(&format!("{model}-{place}"))
        })
        .collect()
}

fn plain(format: Format, rows: &[Provenance]) -> Composition {
    compose(format, rows, &[], &[], &BTreeMap::new())
}

fn codes(composition: &Composition) -> Vec<&'static str> {
    let warnings = composition.warnings.iter();
    warnings.map(|warning| warning.code.name()).collect()
}

fn parts(composition: &Composition, by: Dimension) -> Vec<(Option<&str>, u64, i64)> {
    let parts = composition.by[&by].parts.iter();
    parts
        .map(|part| (part.value.as_deref(), part.rows, part.share.thousandths()))
        .collect()
}

#[test]
fn breakdowns_by_hand() {
    let mut rows = [of_model("m-1", 3), of_model("m-2", 1)].concat();
    rows[0].language = "de-AT".into();
    rows[1].language = String::new();
    rows[2].rules = vec!["rated_up".into(), "copied_most".into()];
    rows[3].completion_chars = 20;
    rows[3].weight = milli(2_000);
    let composition = plain(Format::TrlSft, &rows);
    assert_eq!(composition.rows, 4);
    let by = |dimension| parts(&composition, dimension);
    assert_eq!(
        by(Dimension::Model),
        [(Some("m-1"), 3, 750), (Some("m-2"), 1, 250)]
    );
    assert_eq!(
        by(Dimension::Language),
        [(Some("en"), 2, 500), (None, 1, 250), (Some("de"), 1, 250)]
    );
    assert_eq!(
        by(Dimension::Signals),
        [(Some("use"), 3, 750), (Some("use+rating"), 1, 250)]
    );
    assert_eq!(
        by(Dimension::CompletionLength),
        [(Some("0-99"), 1, 250), (Some("300-999"), 3, 750)]
    );
    // 2 of 6 + 6 + 6 + 2
    let light = &composition.by[&Dimension::CompletionLength].parts[0];
    assert_eq!(light.weight_share, milli(100));
    let rules: Vec<_> = composition.rules.iter().map(|part| part.rows).collect();
    assert_eq!(rules, [4, 1]);
    // 20² / (36 + 36 + 36 + 4) = 3.57
    assert_eq!(composition.effective.training, 4);
}

#[test]
fn people_by_hand() {
    let rows = of_model("m-1", 11);
    // Rows per person with rows, ascending: 1, 2, 7; one row of nobody known.
    let now = AS_OF - DAY;
    let people = [
        (4, 0, now),
        (10, 1, now),
        (20, 2, AS_OF - 31 * DAY),
        (66, 7, now),
    ];
    let composition = compose(Format::TrlSft, &rows, &[], &people, &BTreeMap::new());
    let found = &composition.people;
    assert_eq!(
        (found.people, found.with_rows, found.rows_of_unknown),
        (4, 3, 1)
    );
    // Σ(2i − n − 1)x = −2·1 + 0·2 + 2·7 = 12; 12 / (3 · 10) = 0.4
    assert_eq!(found.gini, milli(400));
    // 10² / (1 + 4 + 49) = 1.85
    assert_eq!(found.effective, 2);
    assert_eq!((found.rows_max, found.rows_max_share), (7, milli(636)));
    // Four people in ten deciles: bounds at ⌊4d/10⌋.
    let people: Vec<_> = found.deciles.iter().map(|decile| decile.people).collect();
    assert_eq!(people, [0, 0, 1, 0, 1, 0, 0, 1, 0, 1]);
    assert_eq!(found.deciles[9].share, milli(700));
    let churned = &found.churned;
    assert_eq!((churned.people, churned.rows), (1, 2));
    assert_eq!(
        (churned.output_share, churned.row_share),
        (milli(200), milli(200))
    );
}

#[test]
fn equal_people_share_a_block_of_deciles_evenly() {
    let people: Vec<_> = (0..20).map(|_| (5, 3, AS_OF)).collect();
    let composition = compose(
        Format::TrlSft,
        &of_model("m", 60),
        &[],
        &people,
        &BTreeMap::new(),
    );
    let found = &composition.people;
    assert_eq!((found.gini, found.effective), (milli(0), 20));
    for decile in &found.deciles {
        assert_eq!((decile.people, decile.outputs, decile.rows), (2, 10, 6));
    }
}

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

#[test]
fn pairs_tell_which_side_is_longer() {
    let pairs: Vec<_> = (0..100)
        .map(|n| Provenance {
            basis: Basis::Sibling,
            rejected: Some("other".into()),
            completion_chars: 300,
            rejected_chars: Some(if n < 70 { 100 } else { 400 }),
            ..row(&n.to_string())
        })
        .collect();
    let composition = plain(Format::TrlDpo, &pairs);
    let balance = &composition.balance;
    assert_eq!((balance.good_longer, balance.bad_longer), (70, 30));
    assert_eq!(
        (balance.good.chars_mean, balance.bad.chars_mean),
        (milli(300_000), milli(190_000))
    );
    let warning = composition
        .warnings
        .iter()
        .find(|w| w.code == Code::LengthBias);
    assert_eq!(warning.unwrap().figure, milli(700));
}

fn verdicts(good: usize, bad: usize) -> Vec<Provenance> {
    let mut rows = of_model("m-1", good + bad);
    rows[good..]
        .iter_mut()
        .for_each(|row| row.state = State::Negative);
    rows
}

#[test]
fn kto_gets_the_weights_it_needs() {
    let composition = plain(Format::TrlKto, &verdicts(300, 100));
    let kto = composition.balance.kto.unwrap();
    assert_eq!(
        (kto.desirable, kto.undesirable),
        (milli(1_000), milli(2_571))
    );
    let warning = composition
        .warnings
        .iter()
        .find(|w| w.code == Code::LabelImbalance);
    assert!(warning.unwrap().remedy.contains("undesirable_weight=2.571"));
    assert!(codes(&plain(Format::TrlKto, &verdicts(30, 0))).contains(&"one_label"));
    let even = plain(Format::TrlKto, &verdicts(50, 50));
    assert!(!codes(&even).contains(&"label_imbalance"));
    assert_eq!(plain(Format::TrlSft, &verdicts(300, 100)).balance.kto, None);
}

#[test]
fn each_warning_has_a_dataset_that_earns_it() {
    let rows = || of_model("m-1", 60);
    let changed = |change: fn(&mut Provenance)| {
        let mut rows = rows();
        rows.iter_mut().for_each(change);
        codes(&plain(Format::TrlSft, &rows))
    };
    assert!(changed(|_| ()).contains(&"few_rows"));
    assert!(changed(|_| ()).contains(&"one_model"));
    assert!(changed(|_| ()).contains(&"one_prompt_version"));
    assert!(changed(|row| row.rules = vec!["rated_up".into()]).contains(&"ratings_only"));
    assert!(changed(|row| row.trust = Trust::Known).contains(&"unverified"));
    assert!(changed(|row| row.mature = false).contains(&"immature"));
    let session =
        |row: &mut Provenance| row.subject_kind = Some(tacit_signals::SubjectKind::Session);
    assert!(changed(session).contains(&"session_people"));
    assert!(!changed(|_| ()).iter().any(|code| {
        ["ratings_only", "unverified", "immature", "session_people"].contains(code)
    }));

    let with = |people: &[(u64, u64, u64)]| {
        codes(&compose(
            Format::TrlSft,
            &rows(),
            &[],
            people,
            &BTreeMap::new(),
        ))
    };
    assert!(with(&[(60, 60, AS_OF)]).contains(&"few_people"));
    assert!(with(&[(60, 60, AS_OF)]).contains(&"one_person"));
    let many: Vec<_> = (0..60).map(|_| (1, 1, AS_OF)).collect();
    assert!(
        !with(&many)
            .iter()
            .any(|code| ["few_people", "one_person"].contains(code))
    );
    let left = (60, 0, AS_OF - 40 * DAY);
    assert!(with(&[many.as_slice(), &[left]].concat()).contains(&"churned"));
    assert!(!with(&many).contains(&"churned"));

    let removed = BTreeMap::from([(Skip::Duplicate, 40)]);
    assert!(codes(&compose(Format::TrlSft, &rows(), &[], &[], &removed)).contains(&"duplicates"));
    let mut heavy = rows();
    heavy[0].weight = milli(1_000_000);
    assert!(codes(&plain(Format::TrlSft, &heavy)).contains(&"low_effective_size"));
    let many: Vec<_> = (0..5_000)
        .flat_map(|n| of_model(&format!("m-{n}"), 1))
        .collect();
    assert!(codes(&plain(Format::TrlSft, &many)).contains(&"many_names"));
}

#[test]
fn nothing_is_one_warning_with_the_commonest_reason() {
    let skipped = BTreeMap::from([(Skip::NoPrompt, 3), (Skip::Pending, 7)]);
    let composition = compose(Format::TrlDpo, &[], &[], &[], &skipped);
    assert_eq!(codes(&composition), ["empty"]);
    let warning = &composition.warnings[0];
    assert_eq!(warning.figure, milli(10_000));
    assert!(
        warning.message.contains("pending (7)"),
        "{}",
        warning.message
    );
    assert_eq!(warning.remedy, Skip::Pending.remedy());
}

#[test]
fn a_composition_is_read_back_as_it_was_written() {
    let composition = compose(
        Format::TrlKto,
        &verdicts(30, 9),
        &of_model("m-2", 5),
        &[(7, 3, AS_OF), (2, 0, 0)],
        &BTreeMap::from([(Skip::Neutral, 5)]),
    );
    let text = serde_json::to_string_pretty(&composition).unwrap();
    assert_eq!(
        serde_json::from_str::<Composition>(&text).unwrap(),
        composition
    );
}

fn any_row() -> impl Strategy<Value = Provenance> {
    let name = || prop::option::of("[a-c]");
    (
        name(),
        name(),
        "(en|de|)",
        "(phone|desktop|)",
        0_u64..20_000,
        1_i64..10_000,
    )
        .prop_map(
            |(model, prompt_version, language, device, chars, weight)| Provenance {
                model,
                prompt_version,
                language,
                device,
                shown_chars: Some(chars).filter(|chars| chars % 7 > 0),
                completion_chars: chars / 2,
                weight: milli(weight),
                ..row("any")
            },
        )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn order_does_not_matter_and_sums_add_up(
        rows in prop::collection::vec(any_row(), 0..40),
        people in prop::collection::vec((1_u64..9, 0_u64..4, Just(AS_OF)), 0..30),
    ) {
        let make = |rows: &[Provenance], people: &[(u64, u64, u64)]| {
            // Every row in train: which is in test is not the composer's choice.
            let mut population = Population::default();
            rows.iter().for_each(|one| population.add(&output(one)));
            rows.iter().skip(3).for_each(|one| population.row(one));
            let mut composer = Composer::new(population, &policy(), Format::TrlSft, AS_OF);
            for row in rows {
                composer.row(row, Split::Train);
            }
            for (outputs, rows, at) in people {
                composer.person(*outputs, *rows, *at);
            }
            composer.finish(&BTreeMap::new())
        };
        let composition = make(&rows, &people);
        for breakdown in composition.by.values() {
            let listed: u64 = breakdown.parts.iter().map(|part| part.rows).sum();
            prop_assert_eq!(listed + breakdown.other, rows.len() as u64);
        }
        for rates in composition.selection.by.values() {
            let seen: u64 = rates.values.iter().map(|rate| rate.seen).sum();
            prop_assert_eq!(seen, composition.selection.seen);
        }
        let found = &composition.people;
        let of_people: u64 = people.iter().map(|person| person.1).sum();
        prop_assert_eq!(found.deciles.iter().map(|d| d.rows).sum::<u64>(), of_people);
        prop_assert_eq!(found.deciles.iter().map(|d| d.people).sum::<u64>(), people.len() as u64);
        prop_assert!(found.gini <= milli(1_000));
        prop_assert!(composition.effective.training <= rows.len() as u64);

        // The first three are in the population alone: they stay the first.
        let mut reversed = people.clone();
        reversed.reverse();
        let tail: Vec<_> = rows.iter().take(3).chain(rows.iter().skip(3).rev()).cloned().collect();
        prop_assert_eq!(&composition, &make(&tail, &reversed));
    }

    #[test]
    fn weights_are_one_on_average(rows in prop::collection::vec(any_row(), 1..60)) {
        let mut population = Population::default();
        rows.iter().for_each(|one| population.add(&output(one)));
        let taken: Vec<_> = rows.iter().step_by(2).collect();
        taken.iter().for_each(|row| population.row(row));
        let propensities = Propensities::of(&population);
        let weights = taken.iter().map(|row| propensities.weight(row).to_f64());
        let mean = weights.sum::<f64>() / taken.len() as f64;
        prop_assert!((mean - 1.0).abs() < 0.001, "{}", mean);
    }
}

/// The docs explain every warning, and no other.
#[test]
fn every_warning_is_in_the_docs() {
    let path = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../demo-site/docs/composition.md"
    );
    let docs = std::fs::read_to_string(path).unwrap();
    let (_, table) = docs.split_once("## Warnings").unwrap();
    let (table, _) = table.split_once("\n## ").unwrap();
    let rows = table.lines().filter_map(|line| line.strip_prefix("| `"));
    let named: std::collections::BTreeSet<&str> = rows
        .flat_map(|row| row.split(" |").next().unwrap().split(", "))
        .map(|code| code.trim_matches('`'))
        .collect();
    let codes: std::collections::BTreeSet<&str> =
        Code::ALL.iter().map(|code| code.name()).collect();
    assert_eq!(named, codes);
}

/// The docs describe every field of the file, and every property of rows.
#[test]
fn every_field_is_in_the_docs() {
    let path = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../demo-site/docs/composition.md"
    );
    let docs = std::fs::read_to_string(path).unwrap();
    let composition = plain(Format::TrlSft, &of_model("m-1", 3));
    let json = serde_json::to_value(composition).unwrap();
    let fields = json.as_object().unwrap().keys();
    let properties = json["by"].as_object().unwrap().keys();
    for name in fields.chain(properties) {
        assert!(docs.contains(&format!("`{name}`")), "{name}");
    }
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
