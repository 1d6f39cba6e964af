//! What holds for any history and any policy: a label does not depend on how its
//! facts arrived, mature ones stay, what comes late leaves a trace, and pairs do
//! not contradict each other.

use std::collections::BTreeSet;

use proptest::{collection::vec, prelude::*, sample::Index};
use tacit_signals::{Event, SessionId};

use super::{
    explain::Outcome,
    histories::{Happening, LATER, history, retold, told},
    random_policy::any_policy,
    script::{DAY, T0},
    *,
};
use crate::store::rows::Slice;

/// Long after everything was received and every window is over.
const DONE: u64 = T0 + 60 * DAY;

/// What makes a label the same to who trains on it.
fn says(label: &Labelled) -> (State, Milli, Vec<Reason>, Option<u64>, bool) {
    (
        label.state,
        label.score,
        label.reasons.clone(),
        label.matures_at,
        label.seen,
    )
}

/// Calls `change` for every slice of a group, with its place.
fn each(group: &mut Group, mut change: impl FnMut(usize, &mut Slice)) {
    let slices = group.outputs.iter_mut().flat_map(|rows| &mut rows.slices);
    slices
        .enumerate()
        .for_each(|(place, slice)| change(place, slice));
}

/// What of a group was received by then.
fn received_by(group: &Group, at: u64) -> Group {
    let mut known = group.clone();
    for rows in &mut known.outputs {
        rows.slices.retain(|slice| slice.received_at <= at);
    }
    known
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn order_repeats_and_splits_do_not_matter(
        history in history(),
        policy in any_policy(),
        order in vec(any::<Index>(), 0..12),
        as_of in T0..LATER,
    ) {
        let group = told(&history);
        let label = label_group(&group, &policy, as_of);
        let again = label_group(&retold(group, &order), &policy, as_of);
        prop_assert_eq!(label, again);
    }

    #[test]
    fn a_wrong_clock_makes_no_difference(
        history in history(),
        policy in any_policy(),
        skews in prop::array::uniform3(prop_oneof![
            -30 * 3_600_000_i64..-5_001, 5_001..30 * 3_600_000_i64
        ]),
    ) {
        // Sent and received in the same moment, by the collector's clock.
        let exact = told(&history);
        let mut skewed = exact.clone();
        each(&mut skewed, |_, slice| {
            let skew = skews[usize::from(slice.session.0[0])];
            slice.sent_at = slice.sent_at.checked_add_signed(skew).unwrap();
            for event in &mut slice.events {
                event.at = event.at.checked_add_signed(skew).unwrap();
            }
        });
        let label = label_group(&exact, &policy, DONE);
        prop_assert_eq!(label, label_group(&skewed, &policy, DONE));
    }

    #[test]
    fn transit_shifts_a_wrong_clock_by_itself_and_no_more(
        history in history(),
        policy in any_policy(),
        skew in 3_600_000..30 * 3_600_000_i64,
        transit in 0..5_000_u64,
    ) {
        // By the rule a correct clock is taken at its word, a wrong one is set by
        // when the batch was received: later by the time it was on its way.
        let mut exact = told(&history);
        each(&mut exact, |_, slice| slice.sent_at = LATER - transit);
        let mut skewed = exact.clone();
        each(&mut skewed, |_, slice| {
            slice.sent_at = slice.sent_at.checked_sub_signed(skew).unwrap();
            for event in &mut slice.events {
                event.at = event.at.checked_sub_signed(skew).unwrap();
            }
        });
        let exact = label_group(&exact, &policy, DONE);
        let skewed = label_group(&skewed, &policy, DONE);
        for (exact, skewed) in exact.outputs.iter().zip(&skewed.outputs) {
            let mut shifted = says(exact);
            shifted.3 = shifted.3.map(|at| at + transit);
            prop_assert_eq!(shifted, says(skewed));
            prop_assert_eq!(exact.shown_at.map(|at| at + transit), skewed.shown_at);
        }
    }

    #[test]
    fn when_it_was_received_makes_no_difference_but_a_trace(
        history in history(),
        policy in any_policy(),
        receipts in vec(0..13 * DAY, 40),
    ) {
        let on_time = label_group(&told(&history), &policy, DONE);
        let mut group = told(&history);
        each(&mut group, |place, slice| {
            slice.received_at = slice.events[0].at.max(T0 + receipts[place]);
            slice.sent_at = slice.received_at;
        });
        let scattered = label_group(&group, &policy, DONE);
        for (one, other) in on_time.outputs.iter().zip(&scattered.outputs) {
            prop_assert_eq!(says(one), says(other));
            prop_assert!(one.late.is_empty(), "all received at once");
        }
    }

    #[test]
    fn a_mature_label_that_becomes_another_has_a_trace(
        mut history in history(),
        policy in any_policy(),
        receipts in vec(0..20 * DAY, 40),
    ) {
        for happening in &mut history {
            happening.output = 0;
        }
        let mut group = told(&history);
        group.outputs.truncate(1);
        each(&mut group, |place, slice| {
            slice.received_at = slice.events[0].at.max(T0 + receipts[place]);
            slice.sent_at = slice.received_at;
        });
        let label = label_group(&group, &policy, DONE).outputs.remove(0);
        let times: BTreeSet<u64> = group.outputs[0].slices.iter().map(|s| s.received_at).collect();
        let times: Vec<u64> = times.into_iter().collect();
        let of = |known: &Group, as_of| label_group(known, &policy, as_of).outputs.remove(0);
        let first_mature = times.windows(2).find_map(|two| {
            let known = received_by(&group, two[0]);
            of(&known, two[1] - 1).mature.then_some((two[0], known))
        });
        let Some((last, known)) = first_mature else {
            prop_assert_eq!(label.late, vec![]);
            return Ok(());
        };
        let before = of(&known, DONE);
        let same = (before.state, before.score, &before.reasons) == (label.state, label.score, &label.reasons);
        prop_assert_eq!(label.late.is_empty(), same, "{:?} then {:?}", before, label);
        for slice in &group.outputs[0].slices {
            let id = EventId { session: slice.session, seq: slice.events[0].seq };
            prop_assert!(!label.late.contains(&id) || slice.received_at > last);
        }
    }

    #[test]
    fn time_alone_changes_a_label_when_it_says_so_and_never_before(
        history in history(),
        policy in any_policy(),
        as_of in T0..LATER + 10 * DAY,
        part in 0..=1_000_u64,
    ) {
        let group = told(&history);
        let says = |label: &Labelled| (says(label), label.mature, label.acts.clone());
        let now = label_group(&group, &policy, as_of);
        for (place, label) in now.outputs.iter().enumerate() {
            let until = label.changes_at.unwrap_or(DONE.max(as_of) + DAY);
            prop_assert!(until > as_of);
            let wait = (until - 1 - as_of) / 1_000 * part;
            for at in [as_of + wait, until - 1] {
                let later = label_group(&group, &policy, at);
                prop_assert_eq!(says(&later.outputs[place]), says(label));
                prop_assert_eq!(later.outputs[place].changes_at, label.changes_at);
            }
        }
    }

    #[test]
    fn a_mature_label_is_the_same_for_ever(
        history in history(),
        policy in any_policy(),
        waited in 0..DAY,
        more in history(),
    ) {
        let mut group = told(&history);
        let now = label_group(&group, &policy, DONE);
        let last = now.outputs.iter().filter_map(|label| label.matures_at).max().unwrap_or(T0);
        // Whatever else happens once every label is mature.
        for (seq, Happening { output, after_ms, signal, .. }) in (1_000..).zip(more) {
            let (at, rows) = (last + after_ms, &mut group.outputs[output]);
            let event = Event { seq, at, output: rows.id.clone(), token: None, signal };
            let template = script::Story::shown("o").rows.slices.remove(0);
            if !rows.slices.is_empty() {
                rows.slices.push(Slice {
                    session: SessionId([2; 16]), received_at: at.max(LATER + 1), sent_at: at.max(LATER + 1), events: vec![event], ..template
                });
            }
        }
        let later = label_group(&group, &policy, DONE + waited);
        for (now, later) in now.outputs.iter().zip(&later.outputs).filter(|(now, _)| now.mature) {
            prop_assert_eq!(says(now), says(later));
            prop_assert_eq!(&now.late, &later.late);
        }
    }

    #[test]
    fn an_explanation_says_what_the_label_says(
        history in history(),
        policy in any_policy(),
        as_of in T0..LATER + 10 * DAY,
    ) {
        let group = told(&history);
        let labelled = label_group(&group, &policy, as_of);
        for label in &labelled.outputs {
            let (explained, told) = explain(&group, &label.output, &policy, as_of).unwrap();
            prop_assert_eq!(&explained, label);
            prop_assert_eq!((told.state, told.score, told.matures_at), (label.state, label.score, label.matures_at));
            prop_assert_eq!((told.confidence.value, told.weight.value), (label.confidence, label.weight));
            let sum: i64 = told.sum.iter().map(|part| part.score.thousandths()).sum();
            prop_assert_eq!(sum, label.score.thousandths());
            prop_assert_eq!(told.rules.len(), policy.base().rules.len());
            let counts = |outcome| matches!(outcome, Outcome::Counted | Outcome::Note);
            let told_reasons: BTreeSet<_> = told.rules.iter().filter(|rule| counts(rule.outcome)).map(|rule| {
                let evidence = rule.evidence.iter().map(|event| event.id.clone());
                (rule.rule.clone(), rule.score.abs(), evidence.collect::<Vec<_>>())
            }).collect();
            let reasons: BTreeSet<_> = label.reasons.iter().map(|reason| {
                let evidence = reason.evidence.iter().map(ToString::to_string);
                (reason.rule.to_string(), reason.weight, evidence.collect::<Vec<_>>())
            }).collect();
            prop_assert_eq!(told_reasons, reasons);
            for rule in told.rules.iter().filter(|rule| rule.outcome == Outcome::NotFired) {
                prop_assert!(!rule.missed.is_empty() && rule.evidence.is_empty(), "{:?}", rule);
            }
            for rule in told.rules.iter().filter(|rule| rule.outcome == Outcome::Outdone) {
                let by = rule.outdone_by.as_ref().unwrap();
                let stronger = told.rules.iter().find(|other| other.rule == *by).unwrap();
                prop_assert!(stronger.score.abs() >= rule.score.abs());
                prop_assert_eq!((stronger.family, stronger.outcome), (rule.family, Outcome::Counted));
            }
            prop_assert_eq!(told.open.iter().map(|open| open.until).max(), label.matures_at.filter(|at| *at > as_of));
        }
    }

    #[test]
    fn pairs_never_contradict(history in history(), policy in any_policy()) {
        let labelled = label_group(&told(&history), &policy, LATER);
        let mut seen = BTreeSet::new();
        for pair in &labelled.pairs {
            let (chosen, rejected) = (&labelled.outputs[pair.chosen_index], &labelled.outputs[pair.rejected_index]);
            prop_assert_eq!((&chosen.output, &rejected.output), (&pair.chosen, &pair.rejected));
            prop_assert!(pair.margin > Milli::default());
            prop_assert!(seen.insert((pair.kind, &pair.chosen, &pair.rejected)), "twice");
            if pair.kind == PairKind::Sibling {
                prop_assert!(!seen.contains(&(PairKind::Sibling, &pair.rejected, &pair.chosen)));
                prop_assert_eq!(chosen.state, State::Positive);
                prop_assert_eq!(pair.margin.thousandths(), chosen.score.thousandths() - rejected.score.thousandths());
                let turn = (&chosen.conversation, chosen.turn);
                prop_assert_eq!(turn, (&rejected.conversation, rejected.turn));
            }
        }
        prop_assert!(labelled.pairs.len() < 2 * labelled.outputs.len());
    }

    #[test]
    fn a_label_names_everything_it_rests_on(history in history(), policy in any_policy()) {
        let group = told(&history);
        let labelled = label_group(&group, &policy, LATER);
        for (rows, label) in group.outputs.iter().zip(&labelled.outputs) {
            let of = |slice: &Slice| (slice.session, slice.events[0].seq);
            let events: BTreeSet<_> = rows.slices.iter().map(of).collect();
            let sum: i64 = label.reasons.iter().map(|r| i64::from(r.polarity) * r.weight.thousandths()).sum();
            prop_assert_eq!(sum, label.score.thousandths());
            for reason in &label.reasons {
                prop_assert!(!reason.evidence.is_empty());
                prop_assert!(reason.evidence.iter().all(|id| events.contains(&(id.session, id.seq))));
            }
        }
    }
}

#[test]
fn histories_and_policies_reach_what_they_are_to_test() {
    use proptest::{strategy::ValueTree, test_runner::TestRunner};
    let mut runner = TestRunner::deterministic();
    let mut reached = BTreeSet::new();
    for _ in 0..300 {
        let history = history().new_tree(&mut runner).unwrap().current();
        let policy = any_policy().new_tree(&mut runner).unwrap().current();
        let group = told(&history);
        for label in &label_group(&group, &policy, LATER).outputs {
            reached.insert(label.state.name());
            let (_, told) = explain(&group, &label.output, &policy, LATER).unwrap();
            for rule in &told.rules {
                let wanted = rule
                    .missed
                    .iter()
                    .filter_map(|missed| missed.wanted.split(' ').next());
                reached.extend(wanted.filter(|w| ["with", "without"].contains(w)).map(|w| {
                    if w == "with" {
                        "a missing with"
                    } else {
                        "a broken without"
                    }
                }));
                if rule.evidence.len() > 1 && rule.signal != "absence" && rule.signal != "survived"
                {
                    reached.insert("more evidence than one");
                }
            }
            if !told.overrides.is_empty() {
                reached.insert("an override");
            }
        }
    }
    let all = [
        "a broken without",
        "a missing with",
        "an override",
        "conflict",
        "more evidence than one",
        "negative",
        "neutral",
        "pending",
        "positive",
    ];
    assert_eq!(reached.into_iter().collect::<Vec<_>>(), all);
}
