//! Whether a guard held, and whether a number rose at its cost.

use crate::{
    experiment::{
        metric::{Better, Metric, Unit},
        readout::GuardState,
        stats::Bounds,
    },
    label::Milli,
};

/// What is known of a guard. `at_most` and `at_least` are bounds of how much worse it
/// is, each of a one-sided confidence sequence; above 0 is worse.
///
/// Harmed: all of what it may be lies beyond the margin. Held: all of it lies below.
#[must_use]
pub fn state(at_least: Option<f64>, at_most: Option<f64>, margin: Milli) -> GuardState {
    let margin = margin.to_f64();
    if at_least.is_some_and(|least| least > margin) {
        GuardState::Harmed
    } else if at_most.is_some_and(|most| most < margin) {
        GuardState::Held
    } else {
        GuardState::Open
    }
}

/// Whether the number rose while a guard was harmed: the whole interval of the
/// difference (treatment − control) lies on the better side of 0, and any guard is
/// [`GuardState::Harmed`].
#[must_use]
pub fn is_hacking(
    difference: Bounds,
    better: Better,
    guards: impl IntoIterator<Item = GuardState>,
) -> bool {
    let rose = match better {
        Better::Higher => difference.above(0.0),
        Better::Lower => difference.below(0.0),
    };
    rose && guards.into_iter().any(|state| state == GuardState::Harmed)
}

/// What is known of a guard, for people: `worse`, `at_least` and `at_most` as for
/// [`state`].
#[must_use]
pub fn sentence(
    guard: &Metric,
    margin: Milli,
    worse: Option<f64>,
    (at_least, at_most): (Option<f64>, Option<f64>),
) -> String {
    let name = guard.name();
    let figure = |value: f64| figure(guard, value);
    let allowed = figure(margin.to_f64());
    let Some(worse) = worse else {
        return format!("{name}: nobody was measured yet");
    };
    let now = match worse {
        worse if worse > 0.0 => format!("{name} is worse by {}", figure(worse)),
        worse if worse < 0.0 => format!("{name} is better by {}", figure(-worse)),
        _ => format!("{name} is the same"),
    };
    match (state(at_least, at_most, margin), at_least, at_most) {
        (GuardState::Harmed, Some(least), _) => format!(
            "{now}, and by at least {}: more than the {allowed} that count as no harm",
            figure(least)
        ),
        (GuardState::Held, _, Some(most)) if most > 0.0 => format!(
            "{now}, and worse by at most {}: less than the {allowed} that count as no harm",
            figure(most)
        ),
        (GuardState::Held, ..) => format!("{now}, and not worse at all"),
        (_, _, Some(most)) => format!(
            "{now}, and it may still be worse by {}: more than the {allowed} that count as no harm",
            figure(most)
        ),
        _ => format!("{now}, and too few people were measured, or all alike, to say more"),
    }
}

/// A number in the metric's unit: points for shares.
pub(crate) fn figure(metric: &Metric, value: f64) -> String {
    match metric.unit() {
        Unit::Share => format!("{:.1} points", value * 100.0),
        Unit::Seconds => format!("{value:.1} s"),
        Unit::Chars => format!("{value:.0} characters"),
        Unit::Score => format!("{value:.3}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MARGIN: Milli = Milli::new(30);

    #[test]
    fn a_guard_is_held_harmed_or_open_by_its_bounds() {
        assert_eq!(state(Some(0.031), Some(0.08), MARGIN), GuardState::Harmed);
        assert_eq!(state(Some(0.03), Some(0.08), MARGIN), GuardState::Open);
        assert_eq!(state(Some(-0.01), Some(0.03), MARGIN), GuardState::Open);
        assert_eq!(state(Some(-0.01), Some(0.029), MARGIN), GuardState::Held);
        // Surely worse, and surely by less than the margin: that is what it is for.
        assert_eq!(state(Some(0.01), Some(0.02), MARGIN), GuardState::Held);
        assert_eq!(state(None, None, MARGIN), GuardState::Open);
    }

    #[test]
    fn hacking_is_a_rise_at_a_guards_cost() {
        let (up, down) = (Bounds::between(0.01, 0.05), Bounds::between(-0.05, -0.01));
        let unsure = Bounds::between(-0.01, 0.05);
        let harmed = [GuardState::Held, GuardState::Harmed];
        assert!(is_hacking(up, Better::Higher, harmed));
        assert!(is_hacking(down, Better::Lower, harmed));
        assert!(!is_hacking(down, Better::Higher, harmed));
        assert!(!is_hacking(unsure, Better::Higher, harmed));
        assert!(!is_hacking(Bounds::UNKNOWN, Better::Higher, harmed));
        assert!(!is_hacking(up, Better::Higher, [GuardState::Open]));
        assert!(!is_hacking(up, Better::Higher, []));
    }

    #[test]
    fn what_is_known_is_said_with_numbers() {
        let say = |worse, bounds| sentence(&Metric::Survival, MARGIN, worse, bounds);
        assert_eq!(
            say(Some(0.062), (Some(0.041), Some(0.083))),
            "survival is worse by 6.2 points, and by at least 4.1 points: more than the \
             3.0 points that count as no harm"
        );
        assert_eq!(
            say(Some(0.004), (Some(-0.01), Some(0.018))),
            "survival is worse by 0.4 points, and worse by at most 1.8 points: less than the \
             3.0 points that count as no harm"
        );
        assert_eq!(
            say(Some(-0.05), (Some(-0.07), Some(-0.03))),
            "survival is better by 5.0 points, and not worse at all"
        );
        assert_eq!(
            say(Some(0.02), (Some(-0.03), Some(0.07))),
            "survival is worse by 2.0 points, and it may still be worse by 7.0 points: more \
             than the 3.0 points that count as no harm"
        );
        assert_eq!(
            say(Some(0.02), (None, None)),
            "survival is worse by 2.0 points, and too few people were measured, or all alike, to \
             say more"
        );
        assert!(say(Some(0.0), (None, None)).starts_with("survival is the same, and too few"));
        assert_eq!(say(None, (None, None)), "survival: nobody was measured yet");
        let length = sentence(
            &Metric::LengthChars,
            Milli::new(100_000),
            Some(212.4),
            (Some(150.0), None),
        );
        assert!(length.starts_with("length_chars is worse by 212 characters, and by at least 150"));
    }
}
