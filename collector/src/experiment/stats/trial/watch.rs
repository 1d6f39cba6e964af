//! Somebody who looks after every batch.

use super::{
    super::{
        comparison::{Comparison, compare, compare_plain},
        design::Design,
        moments::Moments,
    },
    World, play,
};

/// What one run showed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Seen {
    /// People of both arms when the confidence sequence first excluded the design's null
    /// hypothesis.
    pub found: Option<u64>,
    /// It once did not hold the true difference.
    pub missed: bool,
    /// An interval made for one look once excluded the null hypothesis.
    pub peeked: bool,
    /// The same interval excludes it in the last look, the only one it is made for.
    pub fixed: bool,
    /// A confidence sequence over outputs once excluded it.
    pub outputs: bool,
}

/// Looks at run number `run` all along.
#[must_use]
pub fn watch(world: &World, design: &Design, run: u64) -> Seen {
    let truth = world.truth();
    let mut seen = Seen::default();
    play(world, run, |moment| {
        let people = compare(moment.control, moment.treatment, design);
        if let Some(found) = people.filter(|found| found.ready) {
            let excluded = !found.interval.holds(design.null);
            seen.found = seen.found.or_else(|| excluded.then(|| n(&found)));
            seen.missed |= !found.interval.holds(truth);
            seen.fixed = !found.fixed.holds(design.null);
            seen.peeked |= seen.fixed;
        }
        seen.outputs |= excludes(moment.control_outputs, moment.treatment_outputs, design);
    });
    seen
}

fn excludes(control: &Moments, treatment: &Moments, design: &Design) -> bool {
    compare_plain(control, treatment, design)
        .is_some_and(|found| !found.interval.holds(design.null))
}

fn n(found: &Comparison) -> u64 {
    found.control_people + found.treatment_people
}
