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
