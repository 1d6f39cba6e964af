//! Each rule of the default policy by a scripted history.

use tacit_signals::{
    Share, Signal,
    signal::{CopyVia, Edited, Intent},
};

use super::{
    script::{
        DAY, HOUR, MINUTE, SECOND, Story, T0, act, converted, copied, dwell, edited, followed_up,
        rated, regenerated, span, survived,
    },
    tests::{label, policy, says},
    *,
};

const AS_OF: u64 = T0 + HOUR;

/// Reasons of a story that has happened within an hour, with state, score and weight.
fn verdict(story: Story) -> (State, f64, f64, Vec<String>) {
    let label = label(story, AS_OF);
    assert!(!label.mature);
    assert_eq!(label.matures_at, Some(T0 + 7 * DAY));
    let (state, score, weight, _, reasons) = says(&label);
    (state, score, weight, reasons)
}

fn only(reason: &str) -> Vec<String> {
    vec![reason.into()]
}

#[test]
fn copies() {
    let copy = |of, via| verdict(Story::shown("o").at(9, copied(of, via)));
    let most = (State::Positive, 3.0, 6.0, only("copied_most +1 3.0 [1]"));
    assert_eq!(copy(0.5, CopyVia::Selection), most);
    assert_eq!(copy(1.0, CopyVia::Button), most);
    let part = (State::Positive, 2.0, 5.0, only("copied_part +1 2.0 [1]"));
    assert_eq!(copy(0.499, CopyVia::Api), part);
    let code = (State::Positive, 3.0, 6.0, only("copied_code +1 3.0 [1]"));
    assert_eq!(copy(0.1, CopyVia::Code), code);
    assert_eq!(copy(0.9, CopyVia::Code), code);
}

#[test]
fn acts_of_one_family_are_one_act() {
    let story = Story::shown("o")
        .at(1, copied(0.2, CopyVia::Selection))
        .at(2, copied(1.0, CopyVia::Button))
        .at(3, Signal::Shared(act()))
        .at(4, Signal::Shared(act()));
    // Equal scores and weights: the rule that stands first in the policy.
    let expected = (State::Positive, 3.0, 6.0, only("copied_most +1 3.0 [2]"));
    assert_eq!(verdict(story), expected);
}

#[test]
fn an_edit_that_was_undone_is_none() {
    let undone = Signal::Edited(Edited {
        chars_before: 812,
        chars_after: 812,
        inserted: 0,
        deleted: 0,
        survival: Share::ONE,
        is_final: true,
    });
    let story = Story::shown("o").at(3, edited(0.1)).at(9, undone);
    assert_eq!(verdict(story), (State::Pending, 0.0, 0.0, vec![]));
}

#[test]
fn shared_and_downloaded() {
    let shared = Story::shown("o").at(1, Signal::Shared(act()));
    let expected = (State::Positive, 3.0, 6.0, only("shared +1 3.0 [1]"));
    assert_eq!(verdict(shared), expected);
    let downloaded = Story::shown("o").at(1, Signal::Downloaded(act()));
    let expected = (State::Positive, 3.0, 6.0, only("downloaded +1 3.0 [1]"));
    assert_eq!(verdict(downloaded), expected);
}

#[test]
fn edits_by_what_survives() {
    let edit = |survival| verdict(Story::shown("o").at(MINUTE, edited(survival)));
    let kept = (State::Positive, 2.0, 10.0, only("edited_kept +1 2.0 [1]"));
    assert_eq!(edit(0.7), kept);
    let partly = only("edited_partly +0 0.0 [1]");
    assert_eq!(edit(0.699), (State::Pending, 0.0, 0.0, partly.clone()));
    assert_eq!(edit(0.3), (State::Pending, 0.0, 0.0, partly));
    let rewritten = only("edited_rewritten -1 4.0 [1]");
    assert_eq!(edit(0.299), (State::Negative, -4.0, 10.0, rewritten));
}

#[test]
fn the_last_edit_stands() {
    let story = Story::shown("o").at(1, edited(0.1)).at(2, edited(0.9));
    let kept = (State::Positive, 2.0, 10.0, only("edited_kept +1 2.0 [2]"));
    assert_eq!(verdict(story), kept);
}

#[test]
fn accepted_text_that_survives() {
    let accepted = Story::shown("o").at(SECOND, Signal::Accepted(act()));
    let base = accepted
        .clone()
        .at(SECOND + 10 * MINUTE, survived(10 * MINUTE, 0.5));
    let expected = only("accepted_survived_10min +1 4.0 [1,2]");
    let now = label(base.clone(), AS_OF);
    assert_eq!(says(&now), (State::Positive, 4.0, 8.0, 0.949, expected));
    assert_eq!(
        now.matures_at,
        Some(T0 + SECOND + 8 * DAY),
        "the last look may come that late"
    );

    let week = base
        .at(SECOND + DAY, survived(DAY, 0.8))
        .at(SECOND + 7 * DAY, survived(7 * DAY, 0.5));
    let label_then = label(week, T0 + 8 * DAY + SECOND);
    let bonuses = vec![
        "accepted_survived_10min +1 4.0 [1,2]".to_owned(),
        "accepted_survived_24h +1 2.0 [1,3]".to_owned(),
        "accepted_survived_7d +1 2.0 [1,4]".to_owned(),
    ];
    assert_eq!(
        says(&label_then),
        (State::Positive, 8.0, 8.0, 0.997, bonuses)
    );
    assert!(label_then.mature);

    let gone = accepted
        .clone()
        .at(10 * MINUTE, survived(10 * MINUTE, 0.499));
    assert_eq!(
        says(&label(gone, AS_OF)),
        (State::Pending, 0.0, 0.0, 0.5, vec![])
    );
    let early = accepted.at(2 * MINUTE, survived(2 * MINUTE, 1.0));
    assert_eq!(label(early, AS_OF).reasons, []);
}

#[test]
fn the_first_look_at_or_after_an_age_stands_for_it() {
    let pasted = Story::shown("o").at(SECOND, Signal::Pasted(span(1.0)));
    let missed = pasted.clone().at(26 * HOUR, survived(26 * HOUR, 0.9));
    let both = vec![
        "accepted_survived_10min +1 4.0 [1,2]".to_owned(),
        "accepted_survived_24h +1 2.0 [1,2]".to_owned(),
    ];
    assert_eq!(says(&label(missed, T0 + 2 * DAY)).4, both);
    // Gone after ten minutes and back after a day: the first look speaks for the first age.
    let undone = pasted
        .at(10 * MINUTE, survived(10 * MINUTE, 0.1))
        .at(26 * HOUR, survived(26 * HOUR, 0.9));
    let back = only("accepted_survived_24h +1 2.0 [1,3]");
    assert_eq!(says(&label(undone, T0 + 2 * DAY)).4, back);
}

#[test]
fn looks_without_an_acceptance_or_after_their_window_say_nothing() {
    let unaccepted = Story::shown("o").at(10 * MINUTE, survived(10 * MINUTE, 1.0));
    assert_eq!(verdict(unaccepted), (State::Pending, 0.0, 0.0, vec![]));
    let late = Story::shown("o").at(0, Signal::Accepted(act()));
    let late = late.at(8 * DAY, survived(8 * DAY, 1.0));
    let label = label(late, T0 + 9 * DAY);
    assert_eq!((label.state, label.mature), (State::Neutral, true));
}

#[test]
fn converted_within_the_window() {
    let at = |after| Story::shown("o").at(after, converted());
    let expected = only("converted +1 6.0 [1]");
    let inside = label(at(7 * DAY - 1), T0 + 7 * DAY);
    assert_eq!(says(&inside), (State::Positive, 6.0, 8.0, 0.988, expected));
    let outside = label(at(7 * DAY), T0 + 7 * DAY);
    assert_eq!(says(&outside), (State::Neutral, 0.0, 0.0, 0.5, vec![]));
}

#[test]
fn regenerations_by_time_and_use() {
    let after = |ms| verdict(Story::shown("o").at(ms, regenerated(ms)));
    let fast = (
        State::Negative,
        -4.0,
        7.0,
        only("regenerated_fast -1 4.0 [1]"),
    );
    assert_eq!(after(2 * SECOND), fast);
    assert_eq!(after(30 * SECOND - 1), fast);
    let late = (
        State::Negative,
        -2.0,
        5.0,
        only("regenerated_late -1 2.0 [1]"),
    );
    assert_eq!(after(30 * SECOND), late);
    assert_eq!(after(300 * SECOND), late);
    let nothing = (State::Pending, 0.0, 0.0, vec![]);
    assert_eq!(after(300 * SECOND + 1), nothing);
    assert_eq!(after(1_999), nothing, "not seen for two seconds");
    let read = Story::shown("o")
        .at(1, dwell(2_000, 1.0))
        .at(1_999, regenerated(1_999));
    let (state, _, _, reasons) = verdict(read);
    assert_eq!(
        (state, reasons),
        (State::Negative, only("regenerated_fast -1 4.0 [2]"))
    );
}

#[test]
fn regenerated_after_use_is_a_note() {
    let used = Story::shown("o")
        .at(5 * SECOND, copied(1.0, CopyVia::Button))
        .at(9 * SECOND, regenerated(9 * SECOND));
    let reasons = vec![
        "copied_most +1 3.0 [1]".to_owned(),
        "regenerated_after_use +0 0.0 [2]".to_owned(),
    ];
    assert_eq!(verdict(used), (State::Positive, 3.0, 6.0, reasons));
    // The same acts the other way round: one speaks for it, one against.
    let before = Story::shown("o")
        .at(5 * SECOND, regenerated(5 * SECOND))
        .at(9 * SECOND, copied(1.0, CopyVia::Button));
    let reasons = vec![
        "regenerated_fast -1 4.0 [1]".to_owned(),
        "copied_most +1 3.0 [2]".to_owned(),
    ];
    assert_eq!(verdict(before), (State::Conflict, -1.0, 0.0, reasons));
}

#[test]
fn of_acts_at_the_same_moment_the_lower_seq_is_before() {
    let copy = || copied(1.0, CopyVia::Button);
    let at = 9 * SECOND;
    let used = Story::shown("o").at(at, copy()).at(at, regenerated(at));
    assert_eq!(verdict(used).1, 3.0);
    let unused = Story::shown("o").at(at, regenerated(at)).at(at, copy());
    assert_eq!(verdict(unused).1, -1.0);
}

#[test]
fn use_is_ordered_by_corrected_time_not_by_arrival() {
    // The copy's clock is an hour ahead; it was sent with the regeneration.
    let mut story = Story::shown("o")
        .at(9 * SECOND, regenerated(9 * SECOND))
        .in_session(1)
        .at(5 * SECOND, copied(1.0, CopyVia::Button));
    let ahead = &mut story.rows.slices[2];
    ahead.sent_at += HOUR;
    ahead.events[0].at += HOUR;
    let (_, score, _, reasons) = verdict(story);
    assert_eq!(score, 3.0, "{reasons:?}");
    assert_eq!(reasons.len(), 2);
}

#[test]
fn dismissed_and_stopped() {
    let dismissed = Story::shown("o").at(1, Signal::Dismissed(act()));
    let expected = (State::Negative, -3.0, 6.0, only("dismissed -1 3.0 [1]"));
    assert_eq!(verdict(dismissed), expected);
    let stopped = Story::shown("o").at(
        1,
        Signal::Stopped {
            after_ms: 900,
            chars: 40,
        },
    );
    let expected = (State::Negative, -2.0, 5.0, only("stopped_early -1 2.0 [1]"));
    assert_eq!(verdict(stopped), expected);
}

#[test]
fn follow_ups() {
    let next = |intent, similarity, gap| {
        verdict(Story::shown("o").at(MINUTE, followed_up(intent, similarity, gap)))
    };
    let rephrased = (State::Negative, -2.0, 5.0, only("rephrased -1 2.0 [1]"));
    assert_eq!(next(Intent::Rephrase, 0.6, 5 * MINUTE), rephrased);
    let nothing = (State::Pending, 0.0, 0.0, vec![]);
    assert_eq!(next(Intent::Rephrase, 0.599, MINUTE), nothing);
    assert_eq!(next(Intent::Rephrase, 0.9, 5 * MINUTE + 1), nothing);
    assert_eq!(next(Intent::Thanks, 0.9, MINUTE), nothing);
    let corrected = (State::Negative, -2.0, 5.0, only("corrected -1 2.0 [1]"));
    assert_eq!(next(Intent::Correction, 0.0, HOUR), corrected);
}

#[test]
fn a_copy_and_a_rephrasing_conflict() {
    let story = Story::shown("o")
        .at(1, copied(1.0, CopyVia::Button))
        .at(2, followed_up(Intent::Rephrase, 0.9, MINUTE));
    let (state, score, weight, reasons) = verdict(story);
    assert_eq!((state, score, weight), (State::Conflict, 1.0, 0.0));
    assert_eq!(reasons, ["copied_most +1 3.0 [1]", "rephrased -1 2.0 [2]"]);
}

#[test]
fn ratings_decide_alone_and_weigh_little() {
    let up = (State::Positive, 2.0, 1.0, only("rated_up +1 2.0 [1]"));
    assert_eq!(verdict(Story::shown("o").at(1, rated(0.001))), up);
    let down = (State::Negative, -2.0, 1.0, only("rated_down -1 2.0 [1]"));
    assert_eq!(verdict(Story::shown("o").at(1, rated(-1.0))), down);
    let withdrawn = Story::shown("o").at(1, rated(1.0)).at(2, rated(0.0));
    assert_eq!(verdict(withdrawn), (State::Pending, 0.0, 0.0, vec![]));
    let both = Story::shown("o")
        .at(1, rated(1.0))
        .at(2, copied(0.1, CopyVia::Button));
    let (state, score, weight, _) = verdict(both);
    assert_eq!((state, score, weight), (State::Positive, 4.0, 5.0));
}

#[test]
fn abandoned_once_the_visit_is_over() {
    let skimmed = || Story::shown("o").at(SECOND, dwell(1_000, 0.499));
    let over = T0 + SECOND + 30 * MINUTE;
    let before = label(skimmed(), over - 1);
    assert_eq!((before.state, before.reasons.len()), (State::Pending, 0));
    let after = label(skimmed(), over);
    let reasons = only("abandoned -1 1.0 [0,1]");
    // 1 s of an expected 32.8 s of reading: confidence goes from 0.675 towards 0.5.
    assert_eq!(says(&after), (State::Pending, -1.0, 0.0, 0.642, reasons));
    assert_eq!(
        label(skimmed(), T0 + 7 * DAY).state,
        State::Neutral,
        "-1 does not decide"
    );
}

#[test]
fn not_abandoned_when_unseen_read_or_acted_on() {
    let reasons = |story: Story| label(story, T0 + 2 * HOUR).reasons;
    assert_eq!(reasons(Story::shown("o").at(1, dwell(999, 0.1))), []);
    assert_eq!(reasons(Story::shown("o").at(1, dwell(9_000, 0.5))), []);
    let thanked = Story::shown("o").at(1, dwell(9_000, 0.1));
    let thanked = thanked.at(2, followed_up(Intent::Thanks, 0.0, MINUTE));
    assert_eq!(reasons(thanked), []);
    let selected = Story::shown("o").at(1, dwell(9_000, 0.1));
    assert_eq!(reasons(selected.at(2, Signal::Selected(span(0.1)))), []);
}

#[test]
fn a_conversation_that_goes_on_keeps_the_visit_open() {
    let skimmed = Story::shown("o-1").at(SECOND, dwell(1_500, 0.1));
    let next = Story::shown("o-2").at(20 * MINUTE, dwell(900, 1.0));
    let group = script::group([skimmed, next]);
    let reasons_at = |as_of| {
        label_group(&group, &policy(), as_of).outputs[0]
            .reasons
            .len()
    };
    assert_eq!(reasons_at(T0 + 50 * MINUTE - 1), 0);
    assert_eq!(reasons_at(T0 + 50 * MINUTE), 1);
}

#[test]
fn a_late_absence_puts_maturity_off() {
    let skimmed = Story::shown("o").at(7 * DAY - 1, dwell(1_500, 0.1));
    let label = label(skimmed, T0 + 7 * DAY);
    assert_eq!(label.matures_at, Some(T0 + 7 * DAY - 1 + 30 * MINUTE));
    assert_eq!((label.state, label.mature), (State::Pending, false));
}
