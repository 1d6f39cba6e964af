use proptest::{collection::vec, prelude::*, sample::Index};
use tacit_signals::signal::CopyVia;

use super::*;
use crate::label::{
    Labelled, Policy, State,
    histories::{history, retold, told},
    label_group,
    script::{
        DAY, HOUR, MINUTE, SECOND, Story, T0, act, converted, copied, dwell, followed_up, measured,
        rated, share, survived,
    },
};

fn label(story: Story) -> Labelled {
    let policy = Policy::default_policy().unwrap();
    let mut labelled = label_group(&story.group(), &policy, T0 + 60 * DAY);
    labelled.outputs.remove(0)
}

fn acts(story: Story) -> Acts {
    label(story).acts
}

#[test]
fn nothing_was_done_with_what_was_only_read() {
    let read = Story::shown("o-1").at(SECOND, dwell(4_000, 0.9));
    let expected = Acts {
        dwell_ms: 4_000,
        implicit_positive: false,
        used: false,
        regenerations: 0,
        rating: None,
        rephrased: false,
        corrected: false,
        survival: None,
        sample: Share::ONE,
        external: BTreeMap::new(),
    };
    assert_eq!(acts(read), expected);
}

#[test]
fn what_people_did_speaks_for_an_answer_and_what_they_said_does_not() {
    let shown = || Story::shown("o-1");
    assert!(acts(shown().at(SECOND, copied(0.9, CopyVia::Button))).implicit_positive);
    assert!(acts(shown().at(SECOND, converted())).implicit_positive);
    let rated = acts(shown().at(SECOND, rated(1.0)));
    assert_eq!(
        (rated.implicit_positive, rated.rating.is_some()),
        (false, true)
    );
    // An acceptance says it only by what is there ten minutes later.
    let accepted = shown().at(SECOND, Signal::Accepted(act()));
    let seen = acts(accepted.clone());
    assert_eq!((seen.used, seen.implicit_positive), (true, false));
    let kept = acts(accepted.at(11 * MINUTE, survived(10 * MINUTE, 0.8)));
    assert_eq!((kept.used, kept.implicit_positive), (true, true));
}

#[test]
fn the_last_look_at_accepted_text_stands() {
    let story = Story::shown("o-1")
        .at(SECOND, Signal::Accepted(act()))
        .at(2 * HOUR, survived(HOUR, 0.4))
        .at(3 * HOUR, survived(10 * MINUTE, 0.9));
    assert_eq!(acts(story).survival, Some(share(0.4)));
    let unused = Story::shown("o-1").at(HOUR, survived(10 * MINUTE, 0.9));
    assert_eq!(acts(unused).survival, None, "nothing was accepted");
}

#[test]
fn ratings_can_be_withdrawn_and_follow_ups_are_told_apart() {
    let up = Story::shown("o-1").at(SECOND, rated(1.0));
    assert_eq!(acts(up.at(MINUTE, rated(0.0))).rating, None);
    let asked = |intent| Story::shown("o-1").at(SECOND, followed_up(intent, 0.7, 1_000));
    let told = |intent| {
        let acts = acts(asked(intent));
        (acts.rephrased, acts.corrected)
    };
    assert_eq!(told(Intent::Rephrase), (true, false));
    assert_eq!(told(Intent::Correction), (false, true));
    assert_eq!(told(Intent::Thanks), (false, false));
}

#[test]
fn an_evaluation_measures_and_is_evidence_of_nothing() {
    let read = Story::shown("o-1").at(SECOND, dwell(4_000, 0.9));
    let evaluated = read
        .clone()
        .at(9 * DAY, measured("factual", Some(0.25)))
        .evaluated()
        .at(10 * DAY, measured("factual", Some(0.75)))
        .evaluated()
        .at(10 * DAY, measured("safe", None))
        .evaluated();
    let (plain, label) = (self::label(read.clone()), self::label(evaluated));
    let values: Vec<_> = label.acts.external.iter().collect();
    let expected =
        [("factual", 750), ("safe", 1_000)].map(|(name, n)| (name.into(), Milli::new(n)));
    assert_eq!(
        values,
        expected.iter().map(|(n, v)| (n, v)).collect::<Vec<_>>()
    );
    assert_eq!(label.to_line(), plain.to_line());
    // The same from anybody else is a success of the site's.
    let outcome = self::label(read.at(MINUTE, measured("factual", Some(0.25))));
    assert_eq!(outcome.state, State::Positive);
    assert!(outcome.acts.external.is_empty());
}

#[test]
fn an_output_is_as_rare_as_the_browser_says() {
    let story = Story::shown("o-1").sampled(0.2).at(HOUR, converted());
    assert_eq!(acts(story).sample, share(0.2));
}

proptest! {
    #[test]
    fn order_repeats_and_splits_do_not_matter(
        history in history(),
        order in vec(any::<Index>(), 0..12),
        evaluated in 0..3_u8,
    ) {
        let policy = Policy::default_policy().unwrap();
        let mut group = told(&history);
        for slice in group.outputs.iter_mut().flat_map(|rows| &mut rows.slices) {
            if slice.session.0[0] == evaluated {
                slice.origin.sdk = "eval:judge".into();
            }
        }
        let acts = |group| {
            let outputs = label_group(group, &policy, T0 + 60 * DAY).outputs;
            outputs.into_iter().map(|label| label.acts).collect::<Vec<_>>()
        };
        prop_assert_eq!(acts(&group), acts(&retold(group.clone(), &order)));
    }
}
