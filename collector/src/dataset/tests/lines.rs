//! Rows as loaders take them.

use super::*;

#[test]
fn lines_are_exactly_as_loaders_take_them() {
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
    assert_eq!(
        one(Format::TrlSftChat, edited()),
        r#"{"messages":[{"role":"user","content":"How?"},{"role":"assistant","content":"new"}]}"#
    );
    assert_eq!(
        one(Format::TrlReward, edited()),
        r#"{"chosen":[{"role":"user","content":"How?"},{"role":"assistant","content":"new"}],"rejected":[{"role":"user","content":"How?"},{"role":"assistant","content":"old"}],"margin":0.5}"#
    );
    assert_eq!(
        one(Format::OpenAiSft, edited()),
        r#"{"messages":[{"role":"user","content":"How?"},{"role":"assistant","content":"new","weight":1}]}"#
    );
    assert_eq!(
        one(Format::OpenAiDpo, edited()),
        r#"{"input":{"messages":[{"role":"user","content":"How?"}],"tools":[],"parallel_tool_calls":true},"preferred_output":[{"role":"assistant","content":"new"}],"non_preferred_output":[{"role":"assistant","content":"old"}]}"#
    );
    assert_eq!(
        one(Format::EvalsInspect, edited()),
        r#"{"id":"o","input":[{"role":"user","content":"How?"}],"target":"new","metadata":{"output":"o","basis":"edit","confidence":0.5,"weight":10.0,"model":null,"prompt_version":null}}"#
    );
    assert_eq!(
        one(Format::EvalsPromptfoo, edited()),
        r#"{"description":"o","vars":{"question":"How?","messages":"[{\"role\":\"user\",\"content\":\"How?\"}]"},"assert":[{"type":"similar","value":"new","threshold":0.8}],"metadata":{"output":"o","basis":"edit","confidence":0.5,"weight":10.0,"model":null,"prompt_version":null}}"#
    );
    let liked = Story::shown("o").at(1, rated(1.0)).registered("old");
    assert_eq!(
        one(Format::TrlKto, liked),
        r#"{"prompt":[{"role":"user","content":"How?"}],"completion":[{"role":"assistant","content":"old"}],"label":true}"#
    );
}

#[test]
fn feedback_on_retrieval_has_documents_answer_and_what_was_kept() {
    let row = |story: Story| {
        let rows = export_of(Format::Rag, &[story.group()]).rows;
        serde_json::from_str::<serde_json::Value>(&rows[0]).unwrap()
    };
    let asked = || grounded("o", "How long?", "Two years.");
    let kept = row(asked().at(9, rated(1.0)));
    assert_eq!(kept["user_input"], "How long?");
    assert_eq!(
        kept["history"],
        json!([{"role": "system", "content": "Be brief."}])
    );
    let contexts = json!(["Warranty: two years.", "Ask [email]."]);
    assert_eq!(kept["retrieved_contexts"], contexts);
    assert_eq!(kept["retrieved_context_ids"], json!(["faq-1", "7"]));
    assert_eq!(kept["retrieved_context_scores"], json!([0.712, 0.5]));
    assert_eq!(kept["response"], "Two years.");
    assert_eq!(
        (&kept["reference"], &kept["label"]),
        (&json!("Two years."), &json!(true))
    );
    let refused = row(asked().at(9, rated(-1.0)));
    assert_eq!(
        (&refused["reference"], &refused["label"]),
        (&json!(null), &json!(false))
    );
    let better = content(ContentRole::Edit, "Three.");
    let corrected = row(asked().at(9, edited(0.5)).at(10, better));
    assert_eq!(
        (&corrected["reference"], &corrected["label"]),
        (&json!("Three."), &json!(null))
    );
    // What is kept of an answer nobody sent is not the answer.
    let unknown = row(asked().at(9, edited(0.75)));
    assert_eq!(
        (&unknown["reference"], &unknown["label"]),
        (&json!(null), &json!(true))
    );

    let mut partly = asked().at(9, rated(1.0));
    let documents = &mut partly.rows.registered.as_mut().unwrap().documents;
    *documents = Some(vec![json!({"id": "a", "content": "A."}), json!("b")]);
    let partly = row(partly);
    assert_eq!(partly["retrieved_contexts"], json!(null), "not of all");
    assert_eq!(partly["retrieved_context_ids"], json!(["a", "b"]));
    assert_eq!(partly["retrieved_context_scores"], json!(null));
}

#[test]
fn prompts_have_the_shape_every_loader_takes() {
    let shaped = |messages: &[(&str, &str)]| {
        let message = |(role, content): &(&str, &str)| Message {
            role: (*role).into(),
            content: json!(content),
        };
        let registered = Registered {
            input: Some(messages.iter().map(message).collect()),
            output: Some("a".into()),
            ..Registered::default()
        };
        let story = Story::shown("o")
            .at(1, rated(1.0))
            .registered_as(registered);
        let Export { rows, summary, .. } = export_of(Format::TrlKto, &[story.group()]);
        match &rows[..] {
            [] => json!(summary.skipped.keys().collect::<Vec<_>>()),
            rows => sorted(&[&rows[0]])[0]["prompt"].clone(),
        }
    };
    let turn = |role: &str, content: &str| json!({"role": role, "content": content});
    assert_eq!(
        shaped(&[("developer", "S"), ("user", "1"), ("user", "2")]),
        json!([turn("system", "S"), turn("user", "1\n\n2")])
    );
    assert_eq!(
        shaped(&[("user", "1"), ("assistant", "2"), ("user", "3")]),
        json!([turn("user", "1"), turn("assistant", "2"), turn("user", "3")])
    );
    assert_eq!(shaped(&[("user", "1"), ("tool", "2")]), json!(["roles"]));
    assert_eq!(
        shaped(&[("user", "1"), ("assistant", "2")]),
        json!(["prompt_shape"])
    );
    assert_eq!(
        shaped(&[("user", "1"), ("system", "2")]),
        json!(["prompt_shape"])
    );
}

#[test]
fn earlier_answers_are_not_trained_on() {
    let mut story = asked("o", "And?", "So.").at(9, rated(1.0));
    let input = &mut story.rows.registered.as_mut().unwrap().input;
    let said = Message {
        role: "assistant".into(),
        content: json!("Because."),
    };
    *input = Some(vec![user("Why?"), said, user("And?")]);
    let rows = export_of(Format::OpenAiSft, &[story.group()]).rows;
    let messages = &sorted(&[&rows[0]])[0]["messages"];
    let weights: Vec<_> = (0..4).map(|n| messages[n]["weight"].clone()).collect();
    assert_eq!(weights, [json!(null), json!(0), json!(null), json!(1)]);
}

#[test]
fn margins_stay_within_what_a_reward_model_can_learn() {
    let left = asked("a", "Why?", "It is not.").at(5 * SECOND, regenerated(5 * SECOND));
    let kept = asked("b", "Why?", "Rayleigh scattering.").at(40 * SECOND, rated(1.0));
    let rows = export_of(Format::TrlReward, &[group([left, kept])]).rows;
    // The difference of scores is 6.
    assert_eq!(sorted(&[&rows[0]])[0]["margin"], 3.0);
}

#[test]
fn the_order_is_the_seeds_and_nothing_elses() {
    let groups = people();
    let mut backwards = groups.clone();
    backwards.reverse();
    let filter = Filter::of(Format::TrlKto);
    let rows = |groups: &[Group], seed| seeded(Format::TrlKto, filter, groups, seed).rows;
    assert_eq!(rows(&groups, 7), rows(&backwards, 7));
    assert_ne!(rows(&groups, 7), rows(&groups, 8));
    let labels = export_of(Format::Labels, &groups).rows;
    let backwards = export_of(Format::Labels, &backwards).rows;
    assert_ne!(labels, backwards, "labels keep the store's order");
    assert!(labels[0].starts_with(r#"{"output":"regenerated","#));
}
