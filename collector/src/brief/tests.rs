//! A week of scripted people, and what the brief says about it. `golden/week.json`
//! and `golden/week.md` hold it; `TACIT_BLESS=1` accepts a change on purpose.

use serde_json::{Value, json};
use tacit_signals::{
    Signal, SubjectKind,
    signal::{ContentRole, CopyVia, Intent},
};

use super::*;
use crate::{
    label::script::{
        DAY, SECOND, Story, T0, content, copied, dwell, edited, followed_up, group, rated,
        regenerated, user,
    },
    store::rows::{Group, Registered, StoredSubject},
};

/// One scripted answer.
struct Answer<'a> {
    id: String,
    prompt: String,
    answer: &'a str,
    person: usize,
    version: &'a str,
    document: &'a str,
    acts: Vec<Signal>,
}

fn told(answer: Answer<'_>) -> Group {
    let person = StoredSubject {
        id: format!("s_{}", answer.person),
        kind: SubjectKind::App,
    };
    let registered = Registered {
        input: Some(vec![user(&answer.prompt)]),
        output: Some(answer.answer.into()),
        subject: Some(person),
        model: Some("m-1".into()),
        prompt_version: Some(answer.version.into()),
        documents: Some(vec![json!({"id": answer.document, "score": 0.7})]),
        ..Registered::default()
    };
    let mut story = Story::shown(&answer.id).registered_as(registered);
    let read = [dwell(4_000, 0.9)];
    for (number, signal) in read.into_iter().chain(answer.acts).enumerate() {
        story = story.at(5 * SECOND * (number as u64 + 1), signal);
    }
    group([story])
}

const HOPE: &str = "It ships tomorrow. I hope this helps!";

/// Refunds without a receipt fail, parcels are fine, and people take a sentence out.
fn week() -> Vec<Group> {
    let mut groups = Vec::new();
    let mut tell = |kind: &str, number: usize, prompt: String, document, acts| {
        let version = if number.is_multiple_of(2) {
            "support@14"
        } else {
            "support@13"
        };
        groups.push(told(Answer {
            id: format!("{kind}-{number:02}"),
            prompt,
            answer: HOPE,
            person: number % 9,
            version,
            document,
            acts,
        }));
    };
    for number in 0..12 {
        let acts = match number % 3 {
            0 => vec![regenerated(5_000)],
            1 => vec![followed_up(Intent::Correction, 0.1, 9_000)],
            _ => vec![rated(-1.0)],
        };
        let prompt = format!("Can I get a refund for order {number}00 without the receipt?");
        tell("refund", number, prompt, "returns.md", acts);
    }
    for number in 0..4 {
        let prompt = format!("Can I get a refund for order {number}? I have the receipt here.");
        tell(
            "receipt",
            number,
            prompt,
            "returns.md",
            vec![copied(0.9, CopyVia::Button)],
        );
    }
    for number in 0..30 {
        let acts = match number {
            0..3 => vec![regenerated(5_000)],
            3..9 => vec![
                edited(0.8),
                content(ContentRole::Edit, "It ships tomorrow."),
            ],
            9..12 => vec![
                edited(0.8),
                content(
                    ContentRole::Edit,
                    "Your parcel ships tomorrow. I hope this helps!",
                ),
            ],
            _ => vec![copied(0.9, CopyVia::Button)],
        };
        let prompt = format!("Where is my parcel number {number} right now?");
        tell("parcel", number, prompt, "shipping.md", acts);
    }
    groups
}

fn request() -> Request {
    Request {
        period: Period {
            name: "2025-W47".into(),
            from: T0 - DAY,
            to: T0 + DAY,
        },
        as_of: T0 + 30 * DAY,
        seed: 0,
        trust: Trust::Known,
        examples: 2,
        link_base: Some("https://collector.example/".into()),
        previous: None,
    }
}

fn brief_of(groups: &[Group], request: &Request) -> Brief {
    let policy = Policy::default_policy().unwrap();
    let pass = |visit: &mut dyn FnMut(&Group)| -> Result<(), std::convert::Infallible> {
        groups.iter().for_each(visit);
        Ok(())
    };
    of_groups(&policy, request, pass).unwrap()
}

#[test]
fn golden() {
    let brief = brief_of(&week(), &request());
    // A change of the policy's comments alone is no change of a brief.
    let file = |name: &str, text: String| {
        let text = text.replace(&brief.policy, "<policy>");
        let path = format!("{}/src/brief/golden/{name}", env!("CARGO_MANIFEST_DIR"));
        if std::env::var_os("TACIT_BLESS").is_some() {
            std::fs::write(&path, &text).unwrap();
        }
        assert_eq!(text, std::fs::read_to_string(&path).unwrap(), "{name}");
    };
    file("week.json", brief.to_json());
    file("week.md", markdown(&brief));
}

#[test]
fn the_cluster_that_fails_is_found_and_counted() {
    let brief = brief_of(&week(), &request());
    assert_eq!(
        brief.outputs.counted,
        Counted {
            failing: 15,
            total: 46
        }
    );
    let cluster = &brief.clusters[0];
    assert_eq!(cluster.rate.counted.failing, 12, "{cluster:?}");
    assert!(cluster.above_base);
    assert_eq!(cluster.people, 9);
    let within: Vec<_> = cluster
        .terms_within
        .iter()
        .map(|term| term.term.as_str())
        .collect();
    assert!(
        within.iter().any(|term| term.contains("without")),
        "{within:?}"
    );
    assert_eq!(cluster.acts[&Act::Regenerated], 4);
    let first = &brief.edits.frequent.deletions[0];
    assert_eq!(
        (first.from.as_str(), first.outputs),
        ("I hope this helps!", 6)
    );
    let document = &brief.documents.documents[0];
    assert_eq!(
        (document.id.as_str(), document.stands_out),
        ("returns.md", true)
    );
}

#[test]
fn the_order_of_groups_does_not_matter() {
    let mut turned = week();
    turned.reverse();
    let one = brief_of(&week(), &request()).to_json();
    assert_eq!(one, brief_of(&turned, &request()).to_json());
}

#[test]
fn who_is_held_out_never_appears() {
    let mut groups = week();
    // Person 0 is held out, as another output says, outside the period.
    let mut mark = told(Answer {
        id: "mark".into(),
        prompt: "Hello?".into(),
        answer: "Hi.",
        person: 0,
        version: "support@14",
        document: "d",
        acts: vec![],
    });
    let registered = mark.outputs[0].registered.as_mut().unwrap();
    registered.arms = [("loop".to_owned(), "holdout".to_owned())].into();
    mark.outputs[0].slices.clear();
    groups.push(mark);
    let text = brief_of(&groups, &request()).to_json();
    let brief: Brief = serde_json::from_str(&text).unwrap();
    // Persons are number % 9: 0 and 9 of refunds, 0 of receipts, 0, 9, 18, 27 of parcels.
    assert_eq!(brief.left_out[&LeftOut::HeldOut], 7);
    for output in ["refund-00", "refund-09", "parcel-00", "parcel-09"] {
        assert!(!text.contains(output), "{output}");
    }
    assert_eq!(brief.outputs.counted.total, 39);
}

#[test]
fn what_does_not_count_is_counted_by_reason() {
    let mut groups = week();
    groups[0].outputs[0].slices[0].automated = true;
    groups[1].outputs[0].registered = None;
    groups[2].outputs[0].registered.as_mut().unwrap().input = None;
    let mut early = request();
    let left_out = brief_of(&groups, &early).left_out;
    let counts = [LeftOut::Automated, LeftOut::Trust, LeftOut::NoPrompt].map(|why| left_out[&why]);
    assert_eq!(counts, [1, 1, 1]);
    early.period.to = T0;
    let nothing = brief_of(&groups, &early);
    assert_eq!(nothing.left_out[&LeftOut::OutsideRange], 46);
    assert_eq!(nothing.outputs.counted.total, 0);
    assert!(markdown(&nothing).contains("No answer that counts was shown"));
}

#[test]
fn a_cluster_keeps_its_id_in_the_next_brief() {
    let first = brief_of(&week(), &request());
    let mut next = request();
    next.period.name = "2025-W48".into();
    // Other words around the same matter, and fewer of them.
    let groups: Vec<Group> = week().into_iter().skip(4).collect();
    let alone = brief_of(&groups, &next);
    next.previous = Some(Box::new(first.clone()));
    let followed = brief_of(&groups, &next);
    let cluster = &followed.clusters[0];
    assert_eq!(cluster.id, first.clusters[0].id);
    assert!(!cluster.is_new);
    assert_eq!(cluster.before, Some(first.clusters[0].rate));
    assert_eq!(followed.previous.as_deref(), Some("2025-W47"));
    assert!(markdown(&followed).contains("In 2025-W47: "));
    assert_eq!(
        alone.clusters[0].id, cluster.id,
        "its heaviest words are the same"
    );
    let ids: std::collections::BTreeSet<_> = followed.clusters.iter().map(|c| &c.id).collect();
    assert_eq!(ids.len(), followed.clusters.len());
}

#[test]
fn what_is_private_is_in_no_text() {
    let mut groups = week();
    for group in &mut groups {
        let registered = group.outputs[0].registered.as_mut().unwrap();
        registered.input = Some(vec![user("Refund without receipt to ann@example.com?")]);
        registered.output = Some("I write to ann@example.com.".into());
    }
    let brief = brief_of(&groups, &request());
    let text = brief.to_json() + &markdown(&brief);
    assert!(text.contains("Refund without receipt to ["), "{text}");
    assert!(
        !text.contains("ann@") && !text.contains("example.com."),
        "{text}"
    );
}

#[test]
fn the_file_reads_back() {
    let brief = brief_of(&week(), &request());
    let read: Brief = serde_json::from_str(&brief.to_json()).unwrap();
    assert_eq!(read, brief);
    let shown: Value = serde_json::from_str(&brief.to_json()).unwrap();
    assert_eq!(shown["clusters"][0]["suggestion"], Value::Null);
    assert_eq!(shown["outputs"]["failing"], 15);
}
