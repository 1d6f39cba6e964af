use tacit_signals::signal::{ContentRole, CopyVia};

use super::*;
use crate::label::{
    label_group,
    script::{HOUR, SECOND, Story, T0, content, copied, edited, group, rated, regenerated, shown},
};

fn pairs_of(stories: Vec<Story>) -> Vec<(PairKind, String, String, f64, f64)> {
    let policy = Policy::default_policy().unwrap();
    let pairs = label_group(&group(stories), &policy, T0 + HOUR)
        .pairs
        .into_iter();
    let short = |pair: Pair| {
        let (chosen, rejected) = (pair.chosen.to_string(), pair.rejected.to_string());
        (
            pair.kind,
            chosen,
            rejected,
            pair.margin.to_f64(),
            pair.weight.to_f64(),
        )
    };
    pairs.map(short).collect()
}

fn sibling(
    chosen: &str,
    rejected: &str,
    margin: f64,
    weight: f64,
) -> (PairKind, String, String, f64, f64) {
    (
        PairKind::Sibling,
        chosen.into(),
        rejected.into(),
        margin,
        weight,
    )
}

fn kept(id: &str) -> Story {
    Story::shown(id).at(40 * SECOND, copied(1.0, CopyVia::Button))
}

fn replaced(id: &str) -> Story {
    Story::shown(id).at(5 * SECOND, regenerated(5 * SECOND))
}

#[test]
fn kept_over_regenerated() {
    let pairs = pairs_of(vec![replaced("a"), kept("b")]);
    assert_eq!(pairs, [sibling("b", "a", 7.0, 7.0)]);
}

#[test]
fn only_within_a_turn() {
    let elsewhere = Story::untold("b")
        .at(0, shown(3, None))
        .at(40 * SECOND, copied(1.0, CopyVia::Button));
    assert_eq!(pairs_of(vec![replaced("a"), elsewhere]), []);
}

#[test]
fn nothing_is_preferred_that_was_not_kept() {
    assert_eq!(pairs_of(vec![replaced("a"), Story::shown("b")]), []);
    assert_eq!(pairs_of(vec![replaced("a"), replaced("b")]), []);
    assert_eq!(pairs_of(vec![kept("a"), kept("b")]), []);
}

#[test]
fn an_undecided_answer_is_rejected_only_when_it_was_replaced() {
    let slow = Story::shown("a").at(400 * SECOND, regenerated(400 * SECOND));
    assert_eq!(
        pairs_of(vec![slow, kept("b")]),
        [sibling("b", "a", 3.0, 6.0)]
    );
    assert_eq!(pairs_of(vec![Story::shown("a"), kept("b")]), []);
    let torn = replaced("a").at(9 * SECOND, copied(1.0, CopyVia::Button));
    assert_eq!(
        pairs_of(vec![torn, kept("b")]),
        [],
        "evidence of both signs"
    );
}

#[test]
fn the_best_of_a_turn_stands_over_every_other() {
    let rated_up = Story::shown("c").at(1, rated(1.0));
    let pairs = pairs_of(vec![replaced("a"), kept("b"), rated_up, replaced("d")]);
    assert_eq!(
        pairs,
        [sibling("b", "a", 7.0, 7.0), sibling("b", "d", 7.0, 7.0)]
    );
}

#[test]
fn of_equally_good_answers_the_one_seen_last() {
    let late = Story::untold("a")
        .at(30 * SECOND, shown(2, None))
        .at(40 * SECOND, copied(1.0, CopyVia::Button));
    let pairs = pairs_of(vec![late, kept("b"), replaced("c")]);
    assert_eq!(pairs, [sibling("a", "c", 7.0, 7.0)]);
}

#[test]
fn a_difference_below_the_policys_is_none() {
    let file = Policy::default_toml().replace("margin = 2.0", "margin = 7.001");
    let policy = Policy::parse(&file).unwrap();
    let group = group([replaced("a"), kept("b")]);
    assert_eq!(label_group(&group, &policy, T0 + HOUR).pairs, []);
}

#[test]
fn an_edit_whose_text_is_known_over_its_output() {
    let told = |survival| {
        let text = content(ContentRole::Edit, "Better.");
        Story::shown("a").at(1, edited(survival)).at(2, text)
    };
    let pair = |margin| (PairKind::Edit, "a".into(), "a".into(), margin, 10.0);
    assert_eq!(pairs_of(vec![told(0.8)]), [pair(0.2)]);
    assert_eq!(pairs_of(vec![told(0.1)]), [pair(0.9)]);
    assert_eq!(pairs_of(vec![told(0.949)]), [pair(0.051)]);
    assert_eq!(pairs_of(vec![told(0.95)]), [], "the same answer");
    assert_eq!(
        pairs_of(vec![Story::shown("a").at(1, edited(0.5))]),
        [],
        "text unknown"
    );
}

#[test]
fn a_pair_is_as_mature_and_trusted_as_its_weaker_side() {
    let policy = Policy::default_policy().unwrap();
    let group = group([replaced("a").registered("x"), kept("b")]);
    let pair = &label_group(&group, &policy, T0 + HOUR).pairs[0];
    assert_eq!((pair.mature, pair.trust), (false, Trust::Claimed));
    let later = label_group(&group, &policy, T0 + 8 * 24 * HOUR);
    assert!(later.pairs[0].mature);
    let next_day = Story::untold("b")
        .at(24 * HOUR, shown(2, None))
        .at(25 * HOUR, copied(1.0, CopyVia::Button));
    let group = crate::label::script::group([replaced("a"), next_day]);
    let between = &label_group(&group, &policy, T0 + 7 * 24 * HOUR);
    assert!(between.outputs[0].mature && !between.outputs[1].mature);
    assert!(!between.pairs[0].mature);
}

/// An answer shown `after_ms` after the first one, in the place of `old`.
fn shown_for(id: &str, old: &str, after_ms: u64) -> Story {
    Story::untold(id).at(after_ms, shown(2, Some(old)))
}

fn switched(from: &str, to: &str) -> tacit_signals::Signal {
    use crate::label::script::id;
    tacit_signals::Signal::Switched {
        from: id(from),
        to: id(to),
    }
}

#[test]
fn three_regenerations_and_the_last_one_kept() {
    let again =
        |id, old, after| shown_for(id, old, after).at(after + 5 * SECOND, regenerated(5 * SECOND));
    let chain = vec![
        replaced("a"),
        again("b", "a", 10 * SECOND),
        again("c", "b", 20 * SECOND),
        shown_for("d", "c", 30 * SECOND).at(60 * SECOND, copied(0.2, CopyVia::Selection)),
    ];
    // Margins from strength: a part copied (+2) over regenerated at once (-4).
    let over = |rejected| sibling("d", rejected, 6.0, 7.0);
    assert_eq!(pairs_of(chain), [over("a"), over("b"), over("c")]);
}

#[test]
fn what_was_replaced_without_a_word_is_still_rejected() {
    // No `regenerated` was seen, but a new answer says whose place it took.
    let after = shown_for("b", "a", 20 * SECOND).at(30 * SECOND, copied(1.0, CopyVia::Button));
    let pairs = pairs_of(vec![Story::shown("a"), after]);
    assert_eq!(pairs, [sibling("b", "a", 3.0, 6.0)]);
}

#[test]
fn who_returns_to_the_first_variant_prefers_it() {
    let first = Story::shown("a")
        .at(400 * SECOND, regenerated(400 * SECOND))
        .at(500 * SECOND, copied(1.0, CopyVia::Button));
    let second = shown_for("b", "a", 410 * SECOND).at(450 * SECOND, switched("b", "a"));
    let pairs = pairs_of(vec![first.clone(), second]);
    assert_eq!(pairs, [sibling("a", "b", 3.0, 6.0)]);
    let not_left = shown_for("b", "a", 410 * SECOND);
    assert_eq!(
        pairs_of(vec![first, not_left]),
        [],
        "the person is still there"
    );
}

#[test]
fn where_the_person_went_back_to_is_never_rejected() {
    let kept_second = |back: bool| {
        let second = shown_for("b", "a", 10 * SECOND).at(15 * SECOND, copied(0.5, CopyVia::Button));
        let second = if back {
            second.at(20 * SECOND, switched("b", "a"))
        } else {
            second
        };
        pairs_of(vec![replaced("a"), second])
    };
    assert_eq!(kept_second(false), [sibling("b", "a", 7.0, 7.0)]);
    assert_eq!(kept_second(true), []);
}

#[test]
fn of_equally_good_answers_the_one_the_person_ended_at() {
    let first = kept("a").at(70 * SECOND, switched("a", "c"));
    let later = shown_for("b", "a", 30 * SECOND)
        .at(50 * SECOND, copied(1.0, CopyVia::Button))
        .at(60 * SECOND, switched("b", "a"));
    let worst = shown_for("c", "b", 45 * SECOND)
        .at(48 * SECOND, regenerated(3 * SECOND))
        .at(80 * SECOND, switched("c", "a"));
    let pairs = pairs_of(vec![first, later, worst]);
    assert_eq!(pairs, [sibling("a", "c", 7.0, 7.0)]);
}

#[test]
fn what_a_program_did_is_no_preference() {
    let by_program = |story: Story| {
        let mut story = story;
        story.rows.slices[0].automated = true;
        story
    };
    let edit = || {
        let text = content(ContentRole::Edit, "Better.");
        Story::shown("e").at(1, edited(0.5)).at(2, text)
    };
    assert_eq!(pairs_of(vec![edit()]).len(), 1);
    assert_eq!(pairs_of(vec![by_program(edit())]), []);
    assert_eq!(pairs_of(vec![by_program(replaced("a")), kept("b")]), []);
    assert_eq!(pairs_of(vec![replaced("a"), by_program(kept("b"))]), []);
}
