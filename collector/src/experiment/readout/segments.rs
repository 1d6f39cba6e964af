//! The primary metric in parts of the people. For ideas: one of twenty segments
//! "differs" by chance, so no verdict is given.

use std::cmp::Reverse;

use super::{
    compare::once,
    effects::Arms,
    shape::{Dimension, Segment},
};
use crate::experiment::{
    people::{SegmentKey, Totals},
    stats::{Design, TIGHTEST_AT},
};

/// Values of a dimension that are shown, those with most people; all others are taken
/// together.
const SHOWN_MAX: usize = 8;

pub(super) fn segments(arms: Arms<'_>) -> Vec<Segment> {
    let dimensions = [
        Dimension::Model,
        Dimension::Device,
        Dimension::Language,
        Dimension::Surface,
        Dimension::SubjectKind,
    ];
    let shown = dimensions.into_iter().flat_map(|by| shown(arms, by));
    let design = Design::difference(arms.plan.experiment.alpha.to_f64(), TIGHTEST_AT);
    let each = shown.flat_map(|((by, value), totals)| {
        let of = |totals: &[Totals], arm: usize| totals.get(arm).copied().unwrap_or_default();
        let segment = |arm| {
            let (control, treatment) = (of(&totals, 0), of(&totals, arm));
            Segment {
                by,
                value: value.clone(),
                exploratory: true,
                arm: arms.name(arm),
                people: control.people() + treatment.people(),
                effect: once(&control, &treatment, &design),
            }
        };
        arms.treatments().map(segment).collect::<Vec<_>>()
    });
    each.collect()
}

/// The segments of a dimension that are shown, by people.
fn shown(arms: Arms<'_>, by: Dimension) -> Vec<(SegmentKey, Vec<Totals>)> {
    let all = arms.tally.segments.iter().filter(|((of, _), _)| *of == by);
    let (mut known, mut rest): (Vec<_>, Vec<_>) = all
        .map(|(key, totals)| (key.clone(), totals.clone()))
        .partition(|((_, value), _)| value.is_some());
    let people = |totals: &[Totals]| totals.iter().map(Totals::people).sum::<u64>();
    known.sort_by_key(|(_, totals)| Reverse(people(totals)));
    if known.len() > SHOWN_MAX {
        rest.extend(known.split_off(SHOWN_MAX));
    }
    let mut rest = rest.into_iter();
    if let Some((_, mut together)) = rest.next() {
        for (_, totals) in rest {
            for (sum, more) in together.iter_mut().zip(&totals) {
                sum.merge(more);
            }
        }
        known.push(((by, None), together));
    }
    known
}
