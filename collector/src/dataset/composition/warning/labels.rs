//! What the labels rest on, and good beside bad.

use super::{Check, Code, Severity, Warning, named, percent, trains};
use crate::{
    dataset::composition::{Breakdown, Composition, Dimension, figure::ratio},
    label::Milli,
};

pub(super) const CHECKS: &[Check] = &[
    one_model,
    one_prompt_version,
    ratings_only,
    one_label,
    label_imbalance,
    length_bias,
    immature,
];

/// More than half of the rows.
const RATINGS_MAX: Milli = Milli::new(500);
/// A fifth of the rows. (prior)
const IMMATURE_MAX: Milli = Milli::new(200);
/// Of a hundred pairs, sixty: DPO learns length from less (Park et al. 2024,
/// "Disentangling Length from Quality in Direct Preference Optimization").
const LONGER_MAX: Milli = Milli::new(600);
const LONGER_MIN: Milli = Milli::new(400);
/// Mean length of good answers ÷ that of bad ones. (prior: a quarter either way)
const MEAN_MAX: Milli = Milli::new(1_250);
const MEAN_MIN: Milli = Milli::new(800);
/// Fewer texts than this have no mean worth comparing.
const TEXTS_LEAST: u64 = 30;

fn one_model(composition: &Composition) -> Option<Warning> {
    only(composition, Dimension::Model, Code::OneModel, "model")
}

fn one_prompt_version(composition: &Composition) -> Option<Warning> {
    let dimension = Dimension::PromptVersion;
    only(
        composition,
        dimension,
        Code::OnePromptVersion,
        "prompt version",
    )
}

fn only(composition: &Composition, by: Dimension, code: Code, what: &str) -> Option<Warning> {
    let Breakdown { parts, other } = composition.by.get(&by)?;
    let [part] = parts.as_slice() else {
        return None;
    };
    (*other == 0).then(|| Warning {
        code,
        severity: Severity::Note,
        message: format!(
            "All rows are of one {what}: {}.",
            named(part.value.as_deref())
        ),
        figure: part.share,
        remedy: if part.value.is_some() {
            format!("expect less for another {what}, and build anew once it has been in use")
        } else {
            format!(
                "register the {what} with each output; without it nobody can tell what was judged"
            )
        },
    })
}

fn ratings_only(composition: &Composition) -> Option<Warning> {
    let by = composition.by.get(&Dimension::Signals)?;
    let rating = by
        .parts
        .iter()
        .find(|part| part.value.as_deref() == Some("rating"));
    let figure = rating?.share;
    (figure > RATINGS_MAX).then(|| Warning {
        code: Code::RatingsOnly,
        severity: Severity::Warning,
        message: format!(
            "{} of the rows rest on ratings alone: few people rate, and not those who are content.",
            percent(figure)
        ),
        figure,
        remedy:
            "capture what people do (copy, edit, regenerate): see the capture's adapters; give \
                 ratings less weight in the policy"
                .into(),
    })
}

/// Formats that need good and bad rows.
fn is_kto(composition: &Composition) -> bool {
    composition.format == "trl-kto"
}

fn one_label(composition: &Composition) -> Option<Warning> {
    let balance = &composition.balance;
    let missing = match (balance.good.texts, balance.bad.texts) {
        (0, _) => "good",
        (_, 0) => "bad",
        _ => return None,
    };
    is_kto(composition).then(|| Warning {
        code: Code::OneLabel,
        severity: Severity::Serious,
        message: format!("There is no {missing} row: KTO compares both."),
        figure: Milli::new(
            i64::try_from(composition.rows)
                .unwrap_or(i64::MAX)
                .saturating_mul(1_000),
        ),
        remedy: "capture acts of the other sign (copies and edits; regenerations and dismissals), \
                 or train with trl-sft on good rows alone"
            .into(),
    })
}

fn label_imbalance(composition: &Composition) -> Option<Warning> {
    let weights = composition.balance.kto?;
    let one = Milli::new(1_000);
    (weights.desirable != one || weights.undesirable != one).then(|| Warning {
        code: Code::LabelImbalance,
        severity: Severity::Warning,
        message: format!(
            "There are {} good rows for each bad one; weighted, KTO wants 1 to 4/3.",
            weights.ratio
        ),
        figure: weights.ratio,
        remedy: format!(
            "KTOConfig(desirable_weight={}, undesirable_weight={}); the files in loading/ say so",
            weights.desirable, weights.undesirable
        ),
    })
}

fn length_bias(composition: &Composition) -> Option<Warning> {
    let balance = &composition.balance;
    let (good, bad) = (&balance.good, &balance.bad);
    if !trains(composition) || good.texts.min(bad.texts) < TEXTS_LEAST {
        return None;
    }
    let unequal = balance.good_longer + balance.bad_longer;
    let (figure, found, message) = if unequal > 0 {
        let figure = ratio(balance.good_longer.into(), unequal.into());
        let message = format!(
            "The chosen text is the longer one in {} of the pairs",
            percent(figure)
        );
        (
            figure,
            !(LONGER_MIN..=LONGER_MAX).contains(&figure),
            message,
        )
    } else {
        let means = [good, bad].map(|texts| texts.chars_mean.thousandths().unsigned_abs());
        let figure = ratio(means[0].into(), means[1].into());
        let message = format!("Good answers are {figure} times as long as bad ones");
        (figure, !(MEAN_MIN..=MEAN_MAX).contains(&figure), message)
    };
    found.then(|| Warning {
        code: Code::LengthBias,
        severity: Severity::Warning,
        message: format!("{message}: a model learns the length before the rest."),
        figure,
        remedy: "compare results at equal length; with DPO set ld_alpha below 1 (LD-DPO) or use a \
                 loss that divides by length"
            .into(),
    })
}

fn immature(composition: &Composition) -> Option<Warning> {
    let by = composition.by.get(&Dimension::Mature)?;
    let open = by
        .parts
        .iter()
        .find(|part| part.value.as_deref() == Some("false"));
    let figure = open?.share;
    (figure > IMMATURE_MAX).then(|| Warning {
        code: Code::Immature,
        severity: Severity::Note,
        message: format!(
            "{} of the rows have a label that later signals can still change.",
            percent(figure)
        ),
        figure,
        remedy: "build with --mature-only, or end the range a week earlier".into(),
    })
}
