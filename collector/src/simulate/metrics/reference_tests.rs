//! Two hundred made-up judgements with many ties, and what other programs make of
//! them: scikit-learn 1.9 (`roc_auc_score`, `log_loss`), and NumPy straight from the
//! papers' formulas, pair by pair, for intervals, calibration and risk.

use super::*;

const SAID: [i64; 7] = [150, 308, 500, 692, 812, 900, 988];

fn judgements() -> Vec<Judged> {
    let one = |i: i64| {
        let said = SAID[usize::try_from((i * i + 3 * i + i / 9) % 7).unwrap()];
        Judged {
            person: u64::try_from(i * 7 % 23).unwrap(),
            said: Milli::new(said),
            decided: said != 500,
            satisfied: (i * 13 + (i * i) % 11) % 17 < said / 70 + 3,
        }
    };
    (0..200).map(one).collect()
}

/// The same people, two of three answers without a label.
fn fewer() -> Vec<Judged> {
    let one = |(place, judged): (usize, Judged)| match place % 3 {
        0 => judged,
        _ => Judged {
            said: Judged::UNSURE,
            decided: false,
            ..judged
        },
    };
    judgements().into_iter().enumerate().map(one).collect()
}

fn near(found: f64, reference: f64) {
    assert!((found - reference).abs() < 1e-12, "{found} {reference}");
}

#[test]
fn the_area_is_scikit_learns_and_its_error_is_by_the_formula() {
    let found = auc(&judgements()).unwrap();
    near(found.value, 0.797_309_027_777_777_8);
    near(found.error, 0.021_717_126_987_280_03);
    let difference = auc_difference(&judgements(), &fewer()).unwrap();
    near(difference.value, 0.162_814_670_138_888_9);
    near(difference.error, 0.026_976_253_766_060_887);
}

#[test]
fn with_a_person_per_answer_the_error_is_delongs() {
    let strangers = judgements().into_iter().zip(0..);
    let strangers: Vec<_> = strangers
        .map(|(judged, person)| Judged { person, ..judged })
        .collect();
    // NumPy: sqrt(V10.var(ddof=1) / m + V01.var(ddof=1) / n), which has no cross
    // term: nobody is on both sides.
    near(auc(&strangers).unwrap().error, 0.031_366_960_614_407_48);
}

#[test]
fn calibration_and_loss_are_the_references() {
    let found = calibration(&judgements()).unwrap();
    near(found.error, 0.047_636_994_219_653_166);
    near(found.loss, 0.495_084_714_623_052_4);
    near(found.too_sure_by(), 0.045_236_994_219_653_215);
}

#[test]
fn the_area_of_risk_is_the_mean_over_all_orders_of_ties() {
    // 20,000 random orders of ties gave 0.143 06, give or take 0.000 03.
    near(coverage(&judgements()).area, 0.143_008_259_710_497_02);
}
