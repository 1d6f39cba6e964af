//! Figures by hand, and laws: sums, and no order.

mod warnings;
mod weights;

use proptest::prelude::*;

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

#[test]
fn a_composition_is_read_back_as_it_was_written() {
    let composition = compose(
        Format::TrlKto,
        &warnings::verdicts(30, 9),
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
