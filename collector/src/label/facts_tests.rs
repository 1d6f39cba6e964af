use tacit_signals::signal::{ContentRole, CopyVia, Intent};

use super::*;
use crate::label::script::{
    MINUTE, Story, T0, act, content, converted, copied, dwell, edited, followed_up, rated,
    regenerated, shown, span, survived,
};

const WINDOW: u64 = 1_000_000_000;

fn fold<'a>(timeline: &Timeline<'a>) -> Facts<'a> {
    Facts::fold(timeline, timeline.shown(WINDOW), WINDOW, WINDOW)
}

/// The seqs that stand of a kind.
fn stands(story: &Story, kind: Kind) -> Vec<u32> {
    let timeline = Timeline::of(&story.rows);
    fold(&timeline)
        .of_kind(kind)
        .map(|moment| moment.id.seq)
        .collect()
}

#[test]
fn shown_first() {
    let story = Story::untold("o")
        .at(9, shown(1, None))
        .at(3, shown(2, None))
        .at(5, shown(3, None));
    let timeline = Timeline::of(&story.rows);
    let facts = fold(&timeline);
    assert_eq!(facts.shown_fields().unwrap().turn, Some(2));
    assert_eq!(facts.start, Some(T0 + 3));
}

#[test]
fn dwell_is_the_longest_per_session_summed_and_the_deepest() {
    let story = Story::shown("o")
        .at(1, dwell(500, 0.9))
        .at(2, dwell(2_000, 0.2))
        .at(3, dwell(2_000, 0.2))
        .in_session(1)
        .at(4, dwell(700, 0.4));
    let timeline = Timeline::of(&story.rows);
    let facts = fold(&timeline);
    assert_eq!(facts.dwell.active_ms, 2_700);
    assert_eq!(facts.dwell.read_share.thousandths(), 900);
    let seqs: Vec<_> = facts
        .dwell
        .moments
        .iter()
        .map(|moment| moment.id.seq)
        .collect();
    assert_eq!(seqs, [2, 4], "of equals the first");
}

#[test]
fn max_per_via_last_any_and_by_id() {
    let story = Story::shown("o")
        .at(1, copied(0.2, CopyVia::Selection))
        .at(2, copied(0.6, CopyVia::Selection))
        .at(3, copied(0.6, CopyVia::Selection))
        .at(4, copied(0.1, CopyVia::Code))
        .at(5, Signal::Selected(span(0.5)))
        .at(6, Signal::Selected(span(0.4)))
        .at(7, edited(0.9))
        .at(8, edited(0.2))
        .at(9, rated(1.0))
        .at(10, rated(-1.0))
        .at(11, Signal::Shared(act()))
        .at(12, Signal::Shared(act()))
        .at(13, regenerated(13))
        .at(14, regenerated(14))
        .at(15, converted())
        .at(16, followed_up(Intent::Other, 0.0, 1))
        .at(17, followed_up(Intent::Other, 0.0, 2));
    assert_eq!(stands(&story, Kind::Copied), [2, 4]);
    assert_eq!(stands(&story, Kind::Selected), [5]);
    assert_eq!(stands(&story, Kind::Edited), [8]);
    assert_eq!(stands(&story, Kind::Rated), [10]);
    assert_eq!(stands(&story, Kind::Shared), [11]);
    assert_eq!(stands(&story, Kind::Regenerated), [13, 14]);
    assert_eq!(stands(&story, Kind::Converted), [15]);
    assert_eq!(stands(&story, Kind::FollowedUp), [16, 17]);
}

#[test]
fn survived_last_per_bucket() {
    let story = Story::shown("o")
        .at(1, Signal::Accepted(act()))
        .at(20_000, survived(20_000, 0.1))
        .at(10 * MINUTE, survived(10 * MINUTE, 0.2))
        .at(11 * MINUTE, survived(11 * MINUTE, 0.3));
    assert_eq!(
        stands(&story, Kind::Survived),
        [3 + 1],
        "20 s is before the first bucket"
    );
    let timeline = Timeline::of(&story.rows);
    let facts = fold(&timeline);
    let look = |age| facts.survived(age).map(|moment| moment.id.seq);
    assert_eq!((look(30), look(600), look(3_600)), (Some(4), Some(4), None));
}

#[test]
fn ties_go_by_session_and_seq() {
    let story = Story::shown("o")
        .at(5, rated(1.0))
        .in_session(1)
        .at(5, rated(-1.0));
    // Session 01… is before 9f…, so the other one is last.
    assert_eq!(stands(&story, Kind::Rated), [1]);
}

#[test]
fn the_last_text_of_a_role_stands() {
    let story = Story::shown("o")
        .at(9, content(ContentRole::Edit, "second"))
        .at(5, content(ContentRole::Edit, "first"))
        .at(6, content(ContentRole::Answer, "answer"));
    let timeline = Timeline::of(&story.rows);
    let facts = fold(&timeline);
    assert_eq!(facts.text(ContentRole::Edit), Some("second"));
    assert_eq!(facts.text(ContentRole::Answer), Some("answer"));
    assert_eq!(facts.text(ContentRole::Prompt), None);
    assert!(facts.standing.is_empty(), "text is no act");
}

#[test]
fn what_happens_after_the_window_does_not_count() {
    let story = Story::shown("o")
        .at(WINDOW - 1, rated(1.0))
        .at(WINDOW, rated(-1.0));
    assert_eq!(stands(&story, Kind::Rated), [1]);
}
