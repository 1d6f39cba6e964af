//! Which text stands where, and when there is none.

use super::*;

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
    let Export { rows, summary, .. } = export_of(Format::TrlDpo, &groups);
    assert_eq!((summary.rows, summary.skipped["contradiction"]), (1, 1));
    let row = &sorted(&[&rows[0]])[0];
    assert_eq!(row["chosen"][0]["content"], "First.");
    assert_eq!(row["rejected"][0]["content"], "Second.");
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
fn what_is_private_leaves_both_sides_alike() {
    let pair = |kept: &str| {
        let left = asked("a", "I am a@b.example", "Dear a@b.example, it is not.")
            .at(5 * SECOND, regenerated(5 * SECOND));
        let kept = asked("b", "I am a@b.example", kept).at(40 * SECOND, rated(1.0));
        [group([left, kept])]
    };
    let groups = pair("Hello a@b.example! Light scatters.");
    let Export { rows, summary, .. } = export_of(Format::TrlDpo, &groups);
    assert_eq!(summary.redacted, 3);
    let row = &sorted(&[&rows[0]])[0];
    assert_eq!(row["prompt"][1]["content"], "I am [email]");
    assert_eq!(
        row["chosen"][0]["content"],
        "Hello [email]! Light scatters."
    );
    assert_eq!(row["rejected"][0]["content"], "Dear [email], it is not.");

    let kept = Filter {
        redact: false,
        ..Filter::of(Format::TrlDpo)
    };
    let Export { rows, summary, .. } = export(Format::TrlDpo, kept, &groups);
    assert_eq!(summary.redacted, 0);
    assert!(rows[0].contains("Hello a@b.example!"), "{}", rows[0]);

    let told_apart_by_an_address = pair("Dear someone-else@c.example, it is not.");
    let summary = export_of(Format::TrlDpo, &told_apart_by_an_address).summary;
    assert_eq!((summary.rows, summary.skipped["same_text"]), (0, 1));
}
