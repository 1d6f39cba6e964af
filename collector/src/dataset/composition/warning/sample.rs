//! How many rows, and how like the outputs they were drawn from.

use super::{Check, Code, Severity, Warning, named, percent, some, trains};
use crate::{
    dataset::{
        composition::{Composition, Dimension, Rates, WEIGHT_MAX, figure::share},
        ledger::Skip,
    },
    label::Milli,
};

pub(super) const CHECKS: &[Check] = &[
    few_rows,
    duplicates,
    low_effective_size,
    selection_bias,
    thin_strata,
    many_names,
];

/// Below this, training is likely in vain: OpenAI's guide sees clear improvements
/// from 50 to 100 examples. Nor do so few rows say what they are a sample of.
const ROWS_LEAST: u64 = 50;
/// Below this, results will vary from run to run: LIMA (Zhou et al. 2023) aligned
/// a model with a thousand chosen examples.
const ROWS_GOOD: u64 = 1_000;
/// More near-duplicates than this are worth a look. (prior)
const DUPLICATES_MAX: Milli = Milli::new(200);
/// Less than half of the rows: the weights throw away more than they correct. (prior)
const EFFECTIVE_LEAST: Milli = Milli::new(500);
/// A tenth of the rows would have to be others. (prior)
const SHIFT_MAX: Milli = Milli::new(100);
/// And the shift is no accident: three times what chance makes.
const SHIFT_OVER_CHANCE: i64 = 3;
/// More than this without a row in their stratum is worth a look. (prior)
const UNCOVERED_MAX: Milli = Milli::new(50);
/// More rows than this with a cut weight are worth a look. (prior)
const CUT_MAX: Milli = Milli::new(50);

pub(super) fn empty(composition: &Composition) -> Option<Warning> {
    let considered: u64 = composition.skipped.values().sum();
    let commonest = composition.skipped.iter().max_by_key(|(_, n)| **n);
    let remedy = commonest.and_then(|(name, _)| {
        let mut skips = Skip::ALL.into_iter();
        skips.find(|skip| skip.name() == name).map(Skip::remedy)
    });
    (composition.rows == 0).then(|| Warning {
        code: Code::Empty,
        severity: Severity::Serious,
        message: match commonest {
            None => "There are no rows: nothing was captured in this range.".into(),
            Some((name, n)) => format!(
                "There are no rows: {considered} outputs and pairs were considered, most of them \
                 left out as {name} ({n})."
            ),
        },
        figure: count(considered),
        remedy: remedy
            .unwrap_or("put the snippet on the page and register outputs (POST /v1/outputs)")
            .into(),
    })
}

fn few_rows(composition: &Composition) -> Option<Warning> {
    let rows = composition.rows;
    (trains(composition) && rows < ROWS_GOOD).then(|| Warning {
        code: Code::FewRows,
        severity: if rows < ROWS_LEAST {
            Severity::Serious
        } else {
            Severity::Warning
        },
        message: format!(
            "There is little to learn from: {}. Below {ROWS_LEAST} rows training rarely shows, \
             below {ROWS_GOOD} results vary from run to run.",
            some(rows, "row", "rows")
        ),
        figure: count(rows),
        remedy:
            "widen the range (--from, --to), wait for more signals, or use the data as evals and \
                 for the prompt brief, which need less"
                .into(),
    })
}

fn duplicates(composition: &Composition) -> Option<Warning> {
    let removed = composition.skipped.get(Skip::Duplicate.name());
    let removed = removed.copied().unwrap_or_default();
    let figure = share(removed, removed + composition.rows);
    (figure > DUPLICATES_MAX).then(|| Warning {
        code: Code::Duplicates,
        severity: Severity::Note,
        message: format!(
            "{removed} rows said nearly the same as another and were left out ({}).",
            percent(figure)
        ),
        figure,
        remedy: "look at what repeats: a template, a test account or a canned answer; leave \
                 those outputs out at registration"
            .into(),
    })
}

fn low_effective_size(composition: &Composition) -> Option<Warning> {
    let effective = &composition.effective;
    let (figure, rows, of) = if effective.ipw < effective.training {
        (effective.ipw_share, effective.ipw, "inverse-propensity")
    } else {
        (effective.training_share, effective.training, "training")
    };
    (figure < EFFECTIVE_LEAST).then(|| Warning {
        code: Code::LowEffectiveSize,
        severity: Severity::Warning,
        message: format!(
            "With the {of} weights the {} rows are worth {rows} of equal weight ({}).",
            composition.rows,
            percent(figure)
        ),
        figure,
        remedy: format!(
            "resample by the square root of the weight, or leave the {of} weights out; where a few \
             rows weigh most of it, look at those first (provenance.parquet)"
        ),
    })
}

fn selection_bias(composition: &Composition) -> Option<Warning> {
    if composition.rows < ROWS_LEAST {
        return None;
    }
    let shifted = |(_, rates): &(&Dimension, &Rates)| {
        let (shift, chance) = (rates.shift, rates.shift_by_chance.thousandths());
        shift > SHIFT_MAX && shift.thousandths() > SHIFT_OVER_CHANCE * chance
    };
    let by = composition.selection.by.iter().filter(shifted);
    let (dimension, rates) = by.max_by_key(|(_, rates)| rates.shift)?;
    let missing = rates.values.iter();
    let missing =
        missing.max_by_key(|rate| rate.seen_share.thousandths() - rate.row_share.thousandths())?;
    Some(Warning {
        code: Code::SelectionBias,
        severity: Severity::Warning,
        message: format!(
            "Rows are not like what people saw: by {} {} of them would have to be others. Most \
             underrepresented: {}, {} of what was seen and {} of the rows.",
            dimension.title().to_lowercase(),
            percent(rates.shift),
            named(missing.value.as_deref()),
            percent(missing.seen_share),
            percent(missing.row_share),
        ),
        figure: rates.shift,
        remedy:
            "resample by the column ipw of provenance.parquet, which evens that out; then compare \
                 results with and without it"
                .into(),
    })
}

fn thin_strata(composition: &Composition) -> Option<Warning> {
    let selection = &composition.selection;
    let thin = selection.uncovered_share > UNCOVERED_MAX || selection.cut_share > CUT_MAX;
    (thin && composition.rows >= ROWS_LEAST).then(|| Warning {
        code: Code::ThinStrata,
        severity: Severity::Warning,
        message: format!(
            "{} of what people saw is in strata without a single row, and {} of the rows have a \
             weight that was cut at {WEIGHT_MAX}: weights cannot stand for what is not there.",
            percent(selection.uncovered_share),
            percent(selection.cut_share),
        ),
        figure: selection.uncovered_share,
        remedy: "widen the range; where one model, language or device has no rows, do not \
                 expect the trained model to serve it better"
            .into(),
    })
}

fn many_names(composition: &Composition) -> Option<Warning> {
    let selection = &composition.selection;
    let beyond = selection.seen_beyond;
    let figure = share(beyond, selection.seen);
    (beyond > 0).then(|| Warning {
        code: Code::ManyNames,
        severity: Severity::Note,
        message: format!(
            "There are more combinations of model, prompt version, length, language and device \
             than are counted apart; {beyond} outputs are counted together."
        ),
        figure,
        remedy: "keep dates, users and request ids out of model and prompt_version".into(),
    })
}

/// A whole number as a figure.
fn count(n: u64) -> Milli {
    Milli::new(i64::try_from(n).unwrap_or(i64::MAX).saturating_mul(1_000))
}
