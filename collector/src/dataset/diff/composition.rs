//! What both builds say they are made of.

use std::{collections::BTreeMap, fs, path::Path};

use serde::Serialize;
use serde_json::{Value, json};

use super::{DiffError, Sides};
use crate::{
    dataset::composition::{Breakdown, Composition},
    label::Milli,
};

/// Shifts that are told of.
const SHIFTS_MAX: usize = 20;

/// Least difference of a share that is told of: half a percentage point.
const SHIFT_MIN: i64 = 5;

/// A value whose share of rows differs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Shift {
    /// The property.
    pub by: String,
    /// The value; `None` where it is not known.
    pub value: Option<String>,
    /// Its share of rows.
    pub a: Milli,
    /// Its share of rows.
    pub b: Milli,
    /// `b` − `a`.
    pub difference: Milli,
}

type Measures = BTreeMap<&'static str, Sides<Value>>;

/// Shifts of shares, and measures of the whole that differ.
pub(super) fn compare(a: &Path, b: &Path) -> Result<(Vec<Shift>, Measures), DiffError> {
    let (a, b) = (read(a)?, read(b)?);
    let none = Breakdown {
        parts: Vec::new(),
        other: 0,
    };
    let mut shifts = Vec::new();
    for (dimension, one) in &a.by {
        let other = b.by.get(dimension).unwrap_or(&none);
        let by = serde_json::to_value(dimension).unwrap_or_default();
        of_dimension(&mut shifts, by.as_str().unwrap_or_default(), one, other);
    }
    shifts.sort_by(|x: &Shift, y| {
        let size = |shift: &Shift| shift.difference.abs();
        size(y)
            .cmp(&size(x))
            .then_with(|| (&x.by, &x.value).cmp(&(&y.by, &y.value)))
    });
    shifts.truncate(SHIFTS_MAX);
    Ok((shifts, measures(&a, &b)))
}

fn of_dimension(shifts: &mut Vec<Shift>, by: &str, one: &Breakdown, other: &Breakdown) {
    let mut shares: BTreeMap<&Option<String>, [Milli; 2]> = BTreeMap::new();
    for (side, breakdown) in [one, other].into_iter().enumerate() {
        for part in &breakdown.parts {
            shares.entry(&part.value).or_default()[side] = part.share;
        }
    }
    for (value, [a, b]) in shares {
        let difference = Milli::new(b.thousandths() - a.thousandths());
        if difference.abs() >= Milli::new(SHIFT_MIN) {
            shifts.push(Shift {
                by: by.into(),
                value: value.clone(),
                a,
                b,
                difference,
            });
        }
    }
}

fn measures(a: &Composition, b: &Composition) -> Measures {
    let of = |composition: &Composition| {
        [
            ("rows", json!(composition.rows)),
            ("effective_rows", json!(composition.effective.training)),
            ("people_with_rows", json!(composition.people.with_rows)),
            ("effective_people", json!(composition.people.effective)),
            ("gini", json!(composition.people.gini)),
            (
                "busiest_person_share",
                json!(composition.people.rows_max_share),
            ),
            ("warnings", json!(composition.warnings.len())),
        ]
    };
    let sides = of(a).into_iter().zip(of(b));
    let sides = sides.map(|((name, a), (_, b))| (name, Sides { a, b }));
    sides.filter(|(_, sides)| sides.a != sides.b).collect()
}

fn read(directory: &Path) -> Result<Composition, DiffError> {
    let path = directory.join("composition.json");
    let broken = |problem: String| DiffError::Broken {
        path: path.clone(),
        problem,
    };
    let bytes = fs::read(&path).map_err(|error| broken(error.to_string()))?;
    serde_json::from_slice(&bytes).map_err(|error| broken(error.to_string()))
}
