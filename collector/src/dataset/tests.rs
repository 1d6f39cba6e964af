//! Goldens are data: `golden/<format>.ndjson` and `golden/<format>.summary.json`
//! hold what [`people`] make. To accept a change on purpose, run the tests with
//! `TACIT_BLESS=1` and read the difference.

use serde_json::json;
use tacit_signals::signal::{ContentRole, CopyVia, Intent};

use super::*;
use crate::{
    label::script::{
        DAY, HOUR, MINUTE, SECOND, Story, T0, content, copied, dwell, edited, followed_up, group,
        id, rated, regenerated, shown, user,
    },
    store::rows::{Message, Registered, StoredSubject},
};
use tacit_signals::SubjectKind;

const AS_OF: u64 = T0 + HOUR;

/// A shown and registered output of turn 2 of its question's conversation.
fn asked(id: &str, question: &str, answer: &str) -> Story {
    let told = unasked(id, question, answer).rows.registered.unwrap();
    Story::shown(id).registered_as(told)
}

/// The same, shown to nobody.
fn unasked(name: &str, question: &str, answer: &str) -> Story {
    Story::untold(name).registered_as(Registered {
        conversation: Some(id(&format!("c-{question}"))),
        turn: Some(2),
        subject: Some(StoredSubject {
            id: "s_1".into(),
            kind: SubjectKind::App,
        }),
        model: Some("m-1".into()),
        prompt_version: Some("support@14".into()),
        input: Some(vec![
            Message {
                role: "system".into(),
                content: json!("Be brief."),
            },
            user(question),
        ]),
        output: Some(answer.into()),
        ..Registered::default()
    })
}

/// One of everything, each in a conversation of its own but for the siblings.
fn people() -> Vec<Group> {
    let copy = || copied(1.0, CopyVia::Button);
    let better = |text: &str| content(ContentRole::Edit, text);
    vec![
        group([
            asked("regenerated", "Why is the sky blue?", "It is not.")
                .at(5 * SECOND, regenerated(5 * SECOND)),
            asked("kept", "Why is the sky blue?", "Rayleigh scattering.")
                .at(40 * SECOND, copy())
                .at(41 * SECOND, rated(1.0)),
        ]),
        asked("copied", "2 + 2?", "4 — “four”.\nNothing else.")
            .at(9, copy())
            .group(),
        asked("disliked", "3 + 3?", "33").at(9, rated(-1.0)).group(),
        asked("edited", "Write a title", "A title")
            .at(9, edited(0.8))
            .at(10, better("A better title"))
            .group(),
        asked("rewritten", "Write a poem", "Roses are red")
            .at(9, edited(0.1))
            .at(10, better("O wild west wind"))
            .group(),
        asked("rewritten-unknown", "Write a song", "La la la")
            .at(9, edited(0.1))
            .group(),
        asked("retouched", "Write a line", "A line")
            .at(9, edited(0.96))
            .group(),
        asked("torn", "4 + 4?", "8")
            .at(9, copy())
            .at(MINUTE, followed_up(Intent::Rephrase, 0.9, MINUTE))
            .group(),
        asked("waiting", "5 + 5?", "10")
            .at(9, dwell(9_000, 1.0))
            .group(),
        Story::shown("unregistered").at(9, copy()).group(),
        Story::shown("untexted")
            .at(9, copy())
            .registered_as(Registered::default())
            .group(),
        asked("empty", "6 + 6?", " \n").at(9, copy()).group(),
        asked("abandoned", "7 + 7?", "14")
            .at(9, dwell(1_500, 0.1))
            .group(),
        unasked("never-shown", "8 + 8?", "16").group(),
    ]
}

fn export(format: Format, filter: Filter, groups: &[Group]) -> Export {
    let policy = Policy::default_policy().unwrap();
    let mut exporter = Exporter::new(format, filter, &policy, AS_OF, 7);
    groups.iter().for_each(|group| exporter.add(group));
    exporter.finish()
}

fn export_of(format: Format, groups: &[Group]) -> Export {
    export(format, Filter::of(format), groups)
}

/// Compares with a file of `golden/`, or writes it when asked to.
fn golden(name: &str, text: &str) {
    let file = format!("{}/src/dataset/golden/{name}", env!("CARGO_MANIFEST_DIR"));
    if std::env::var_os("TACIT_BLESS").is_some() {
        std::fs::write(&file, text).unwrap();
    }
    assert_eq!(text, std::fs::read_to_string(&file).unwrap(), "{name}");
}

/// The line the exporter would write, however its keys are ordered.
fn sorted(lines: &[&str]) -> Vec<serde_json::Value> {
    lines
        .iter()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

#[test]
fn goldens() {
    let policy = Policy::default_policy().unwrap().reference();
    for format in Format::ALL {
        let Export { rows, summary } = export_of(format, &people());
        let lines: String = rows.iter().map(|row| format!("{row}\n")).collect();
        // A change of the policy's comments alone is no change of its labels.
        let lines = lines.replace(&policy, "default@1#<hash>");
        golden(&format!("{}.ndjson", format.name()), &lines);
        let summary = serde_json::to_string_pretty(&summary).unwrap() + "\n";
        golden(&format!("{}.summary.json", format.name()), &summary);
    }
}

#[test]
fn everything_considered_is_a_row_or_has_one_reason() {
    let outputs = people()
        .iter()
        .map(|group| group.outputs.len())
        .sum::<usize>();
    assert_eq!(outputs, 15);
    for format in [Format::Labels, Format::TrlSft, Format::TrlKto] {
        let summary = export_of(format, &people()).summary;
        let sum = summary.rows + summary.skipped.values().sum::<u64>();
        assert_eq!(sum, 15, "{}", format.name());
    }
    // Three pairs of four outputs, and eleven outputs in none.
    let summary = export_of(Format::TrlDpo, &people()).summary;
    assert_eq!(summary.rows, 3);
    assert_eq!(summary.skipped.values().sum::<u64>(), 11);
}

#[test]
fn lines_are_exactly_as_trl_loads_them() {
    let one = |format, story: Story| {
        let rows = export_of(format, &[story.group()]).rows;
        assert_eq!(rows.len(), 1);
        rows[0].clone()
    };
    let edited = || {
        Story::shown("o")
            .at(1, edited(0.5))
            .at(2, content(ContentRole::Edit, "new"))
            .registered("old")
    };
    assert_eq!(
        one(Format::TrlSft, edited()),
        r#"{"prompt":[{"role":"user","content":"How?"}],"completion":[{"role":"assistant","content":"new"}]}"#
    );
    assert_eq!(
        one(Format::TrlDpo, edited()),
        r#"{"prompt":[{"role":"user","content":"How?"}],"chosen":[{"role":"assistant","content":"new"}],"rejected":[{"role":"assistant","content":"old"}]}"#
    );
    let liked = Story::shown("o").at(1, rated(1.0)).registered("old");
    assert_eq!(
        one(Format::TrlKto, liked),
        r#"{"prompt":[{"role":"user","content":"How?"}],"completion":[{"role":"assistant","content":"old"}],"label":true}"#
    );
}

#[test]
fn the_order_is_the_seeds_and_nothing_elses() {
    let groups = people();
    let mut backwards = groups.clone();
    backwards.reverse();
    let policy = Policy::default_policy().unwrap();
    let filter = Filter::of(Format::TrlKto);
    let rows = |groups: &[Group], seed| {
        let mut exporter = Exporter::new(Format::TrlKto, filter, &policy, AS_OF, seed);
        groups.iter().for_each(|group| exporter.add(group));
        exporter.finish().rows
    };
    assert_eq!(rows(&groups, 7), rows(&backwards, 7));
    assert_ne!(rows(&groups, 7), rows(&groups, 8));
    let labels = export_of(Format::Labels, &groups).rows;
    let backwards = export_of(Format::Labels, &backwards).rows;
    assert_ne!(labels, backwards, "labels keep the store's order");
    assert!(labels[0].starts_with(r#"{"output":"regenerated","#));
}

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
fn pairs_that_read_nearly_the_same_prefer_nothing() {
    let answers = |kept: &str| {
        let left = asked(
            "a",
            "Why?",
            "It is because of Rayleigh scattering of sunlight.",
        )
        .at(5 * SECOND, regenerated(5 * SECOND));
        let kept = asked("b", "Why?", kept).at(40 * SECOND, rated(1.0));
        export_of(Format::TrlDpo, &[group([left, kept])]).summary
    };
    let nearly = answers("It is because of Rayleigh scattering of sunlight!");
    assert_eq!((nearly.rows, nearly.skipped["near_duplicate"]), (0, 1));
    assert_eq!(
        answers("Because molecules of air scatter blue more.").rows,
        1
    );
}

#[test]
fn texts_of_content_frames_stand_in_where_claims_are_wanted() {
    let story = Story::shown("o")
        .at(1, rated(1.0))
        .at(2, content(ContentRole::Prompt, "Why?"))
        .at(3, content(ContentRole::Answer, "So."));
    let claimed = Filter {
        trust: Trust::Claimed,
        ..Filter::of(Format::TrlKto)
    };
    let rows = export(Format::TrlKto, claimed, &[story.group()]).rows;
    let expected = r#"{"prompt":[{"role":"user","content":"Why?"}],"completion":[{"role":"assistant","content":"So."}],"label":true}"#;
    assert_eq!(rows, [expected]);
}

#[test]
fn registered_texts_beat_those_of_content_frames() {
    let story = Story::shown("o")
        .at(1, rated(1.0))
        .at(2, content(ContentRole::Prompt, "Why?"))
        .at(3, content(ContentRole::Answer, "So."))
        .registered("Thus.");
    let rows = export_of(Format::TrlSft, &[story.group()]).rows;
    let row = &sorted(&[&rows[0]])[0];
    assert_eq!(row["prompt"][0]["content"], "How?");
    assert_eq!(row["completion"][0]["content"], "Thus.");
}

#[test]
fn an_output_that_kept_nearly_all_stands_for_its_edit() {
    let told = |survival| {
        let story = Story::shown("o").at(1, edited(survival)).registered("a");
        export_of(Format::TrlSft, &[story.group()]).summary
    };
    assert_eq!(told(0.95).rows, 1);
    assert_eq!(told(0.949).skipped["no_target"], 1);
}

#[test]
fn contents_are_texts_or_the_row_is_none() {
    let with = |content: serde_json::Value| {
        let message = Message {
            role: "user".into(),
            content,
        };
        let registered = Registered {
            input: Some(vec![message]),
            output: Some("a".into()),
            ..Registered::default()
        };
        let story = Story::shown("o")
            .at(1, rated(1.0))
            .registered_as(registered);
        export_of(Format::TrlKto, &[story.group()])
    };
    let parts = with(json!([{"type":"text","text":"a"},{"type":"text","text":"b"}]));
    let row = &sorted(&[&parts.rows[0]])[0];
    assert_eq!(row["prompt"][0]["content"], "ab");
    let picture = with(json!([{"type":"image_url","image_url":{"url":"x"}}]));
    assert_eq!(picture.summary.skipped["no_prompt"], 1);
    assert_eq!(with(json!(null)).summary.skipped["no_prompt"], 1);
}

#[test]
fn a_pair_of_equal_texts_is_none() {
    let groups = [group([
        asked("a", "q", "Same.").at(5 * SECOND, regenerated(5 * SECOND)),
        asked("b", "q", "Same. ").at(40 * SECOND, copied(1.0, CopyVia::Button)),
    ])];
    let summary = export_of(Format::TrlDpo, &groups).summary;
    assert_eq!((summary.rows, summary.skipped["same_text"]), (0, 1));
}

#[test]
fn texts_do_not_contradict_either() {
    // The kept answer was edited into the words of the one regenerated.
    let groups = [group([
        asked("a", "q", "First.").at(5 * SECOND, regenerated(5 * SECOND)),
        asked("b", "q", "Second.")
            .at(40 * SECOND, copied(1.0, CopyVia::Button))
            .at(41 * SECOND, edited(0.4))
            .at(42 * SECOND, content(ContentRole::Edit, "First.")),
    ])];
    let Export { rows, summary } = export_of(Format::TrlDpo, &groups);
    assert_eq!((summary.rows, summary.skipped["contradiction"]), (1, 1));
    let row = &sorted(&[&rows[0]])[0];
    assert_eq!(row["chosen"][0]["content"], "First.");
    assert_eq!(row["rejected"][0]["content"], "Second.");
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

#[test]
fn every_reason_has_a_name_of_its_own_and_a_remedy() {
    let names: std::collections::BTreeSet<_> = Skip::ALL.map(Skip::name).into();
    assert_eq!(names.len(), Skip::ALL.len());
    assert!(Skip::ALL.is_sorted(), "named in the order they are tried");
    assert!(Skip::ALL.into_iter().all(|skip| skip.remedy().len() > 20));
}

#[test]
fn formats_by_name() {
    for format in Format::ALL {
        assert_eq!(Format::from_name(format.name()), Some(format));
    }
    assert_eq!(Format::from_name("trl"), None);
}
