//! Laws that hold for any facts.

use proptest::{collection::vec, prelude::*};

use super::*;

#[derive(Debug, Clone)]
struct Fact {
    person: u8,
    arm: u8,
    /// Hours after ten days before the start.
    hours: u64,
    good: bool,
}

fn facts() -> impl Strategy<Value = Vec<Fact>> {
    let fact = (0..6_u8, 0..4_u8, 0..20 * 24_u64, any::<bool>());
    let fact = fact.prop_map(|(person, arm, hours, good)| Fact {
        person,
        arm,
        hours,
        good,
    });
    vec(fact, 0..30)
}

fn stories(facts: &[Fact]) -> Vec<Story> {
    let told = facts.iter().enumerate().map(|(number, fact)| {
        let arm = [None, Some("control"), Some("warm"), Some("holdout")][usize::from(fact.arm)];
        let at = T0 + fact.hours * 3_600_000 + number as u64;
        saw(
            &format!("o-{number}"),
            &fact.person.to_string(),
            arm,
            at,
            fact.good,
        )
    });
    told.collect()
}

const ASSIGNED: [(&str, &str); 3] = [("0", "control"), ("1", "warm"), ("2", "holdout")];

const AS_OF: u64 = START + 8 * DAY_MS;

fn all_of(tally: &Tally) -> String {
    format!("{tally:?}")
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// In whatever order a store hands groups out.
    #[test]
    fn order_changes_nothing(facts in facts(), turn in 0..30_usize) {
        let groups = || stories(&facts).into_iter().map(Story::group);
        let found = tally(&experiment(), AS_OF, &ASSIGNED, groups());
        let mut turned: Vec<_> = groups().collect();
        if !turned.is_empty() {
            let by = turn % turned.len();
            turned.rotate_left(by);
        }
        turned.reverse();
        let mut assigned = ASSIGNED;
        assigned.reverse();
        let other = tally(&experiment(), AS_OF, &assigned, turned);
        prop_assert_eq!(all_of(&found), all_of(&other));
    }

    /// Outputs of one conversation or of many.
    #[test]
    fn grouping_changes_nothing(facts in facts()) {
        let alone = stories(&facts).into_iter().map(Story::group);
        let alone = tally(&experiment(), AS_OF, &ASSIGNED, alone);
        let together = [script::group(stories(&facts))];
        let together = tally(&experiment(), AS_OF, &ASSIGNED, together);
        prop_assert_eq!(all_of(&alone), all_of(&together));
    }

    /// Each look of one pass is what a readout of that day finds, as long as nothing
    /// comes late.
    #[test]
    fn a_look_back_is_a_look_then(facts in facts(), day in 1..8_u64) {
        let groups = || stories(&facts).into_iter().map(Story::group);
        let now = tally(&experiment(), AS_OF, &ASSIGNED, groups());
        let at = START + day * DAY_MS;
        let then = groups().filter(|group| group.outputs[0].slices[0].received_at <= at);
        let then = tally(&experiment(), at, &ASSIGNED, then);
        let look = usize::try_from(day).unwrap() - 1;
        for (now, then) in now.arms.iter().zip(&then.arms) {
            prop_assert_eq!(Some(&now.looks[0][look]), then.looks[0].last());
        }
    }
}

#[test]
fn the_same_signals_twice_are_one() {
    let once = saw("a-1", "ann", Some("warm"), START, true);
    let mut twice = once.clone();
    let again = twice.rows.slices.clone();
    twice.rows.slices.extend(again);
    let of = |story: Story| all_of(&tally(&experiment(), AS_OF, &[], [story.group()]));
    assert_eq!(of(once), of(twice));
}
