//! Which outputs a dataset is made of, and what it says when there are none.

use super::*;
use crate::label::label_group;

#[test]
fn filters_by_time_maturity_and_trust() {
    let liked = |id: &str, at| {
        let story = Story::untold(id)
            .at(at, shown(2, None))
            .at(at + 1, rated(1.0));
        story.registered("a").group()
    };
    let groups = [liked("a", 0), liked("b", DAY), liked("c", 2 * DAY)];
    let skips = |filter| export(Format::TrlKto, filter, &groups).summary;
    let all = Filter::of(Format::TrlKto);
    assert_eq!(skips(all).rows, 3);
    let some = skips(Filter {
        since: Some(T0 + DAY),
        until: Some(T0 + 2 * DAY),
        ..all
    });
    assert_eq!((some.rows, some.skipped["outside_range"]), (1, 2));
    let mature = skips(Filter {
        mature_only: true,
        ..all
    });
    assert_eq!((mature.rows, mature.skipped["immature"]), (0, 3));
    let signed = skips(Filter {
        trust: Trust::Signed,
        ..all
    });
    assert_eq!((signed.rows, signed.skipped["trust"]), (0, 3));
}

#[test]
fn sure_enough_or_no_row() {
    let groups = [
        asked("liked", "Why?", "So.").at(9, rated(1.0)).group(),
        asked("used", "How?", "Thus.")
            .at(9, copied(1.0, CopyVia::Button))
            .at(10, rated(1.0))
            .group(),
        asked("seen", "Who?", "Me.").group(),
    ];
    let policy = Policy::default_policy().unwrap();
    let confidence = |group: &Group| label_group(group, &policy, AS_OF).outputs[0].confidence;
    let at_least = |min_confidence| Filter {
        min_confidence,
        ..Filter::of(Format::TrlKto)
    };
    let [liked, used] = [&groups[0], &groups[1]].map(confidence);
    assert!(liked < used);
    let rows = |least| export(Format::TrlKto, at_least(least), &groups).summary;
    assert_eq!(rows(liked).rows, 2);
    let sure = rows(used);
    assert_eq!((sure.rows, sure.skipped["low_confidence"]), (1, 1));
    assert_eq!(
        sure.skipped["pending"], 1,
        "undecided says more than unsure"
    );
    let labels = export(Format::Labels, at_least(used), &groups).summary;
    assert_eq!((labels.rows, labels.skipped["low_confidence"]), (1, 2));
}

#[test]
fn programs_and_people_held_out_teach_nothing() {
    let liked = || asked("o", "Why?", "So.").at(9, rated(1.0));
    let mut driven = liked();
    driven.rows.slices[0].automated = true;
    let mut apart = liked();
    let registered = apart.rows.registered.as_mut().unwrap();
    registered.arms.insert("loop".into(), "holdout".into());
    for (story, reason) in [(driven, "automated"), (apart, "holdout")] {
        let groups = [story.group()];
        for format in [Format::TrlSft, Format::TrlDpo, Format::TrlKto] {
            let summary = export_of(format, &groups).summary;
            assert_eq!(summary.skipped, [(reason.into(), 1)].into());
        }
        assert_eq!(export_of(Format::Labels, &groups).rows.len(), 1);
    }
}

#[test]
fn who_is_held_out_once_is_held_out_everywhere() {
    let by = |person: &str, id: &str, arm: &str| {
        let mut story = asked(id, id, "So.").at(9, rated(1.0));
        let registered = story.rows.registered.as_mut().unwrap();
        registered.subject.as_mut().unwrap().id = person.into();
        registered.arms.insert("loop".into(), arm.into());
        story.group()
    };
    let groups = [
        by("s_1", "a", "on"),
        by("s_2", "b", "on"),
        by("s_1", "c", "holdout"),
        by("s_1", "d", "on"),
    ];
    let Export { rows, summary, .. } = export_of(Format::TrlKto, &groups);
    assert_eq!((summary.rows, summary.skipped["holdout"]), (1, 3));
    assert!(rows[0].contains(r#""content":"b""#), "{}", rows[0]);
}

#[test]
fn an_empty_export_names_the_level_that_is_missing() {
    let hint = |format, groups: &[Group]| {
        let summary = export_of(format, groups).summary;
        assert_eq!(summary.rows, 0);
        summary.hint.unwrap()
    };
    let nothing = hint(Format::TrlKto, &[]);
    assert!(
        nothing.contains("nothing was captured yet (level 0"),
        "{nothing}"
    );
    let level_0 = [Story::shown("o").at(1, rated(1.0)).group()];
    for format in [Format::TrlKto, Format::TrlSft, Format::TrlDpo] {
        let hint = hint(format, &level_0);
        assert!(
            hint.contains("1 of 1 skipped as not_registered; level 1 is missing"),
            "{hint}"
        );
    }
    let level_1 = [Story::shown("o").at(1, edited(0.5)).registered("a").group()];
    for format in [Format::TrlSft, Format::TrlDpo] {
        let hint = hint(format, &level_1);
        assert!(hint.contains("no_target; level 2 is missing"), "{hint}");
    }
    let untexted = Registered::default();
    let untexted = [Story::shown("o")
        .at(1, rated(1.0))
        .registered_as(untexted)
        .group()];
    let incomplete = hint(Format::TrlKto, &untexted);
    assert!(
        incomplete.contains("no_prompt; level 1 is incomplete"),
        "{incomplete}"
    );
    let unpaired = [Story::shown("o").at(1, rated(1.0)).registered("a").group()];
    assert!(hint(Format::TrlDpo, &unpaired).contains("as no_pair; pairs need"));
    assert_eq!(export_of(Format::TrlKto, &unpaired).summary.hint, None);
    let both = [&level_0[..], &unpaired[..]].concat();
    let commonest = hint(Format::TrlDpo, &both);
    assert!(
        commonest.contains("1 of 2 skipped as not_registered"),
        "{commonest}"
    );
}
