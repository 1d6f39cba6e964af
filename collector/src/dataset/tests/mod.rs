//! Goldens are data: `golden/<format>.ndjson` and `golden/<format>.summary.json`
//! hold what [`people`] make. To accept a change on purpose, run the tests with
//! `TACIT_BLESS=1` and read the difference.

use parquet::{
    file::reader::{FileReader, SerializedFileReader},
    schema::printer::print_schema,
};
use std::io::Write;

use serde_json::json;
use tacit_signals::signal::{ContentRole, CopyVia, Intent};

mod docs;
mod filters;
mod lines;
mod texts;

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
        asked("withheld", "9 + 9?", "18")
            .at(9, copy())
            .withheld()
            .group(),
        asked(
            "private",
            "I am a@b.example.",
            "Hello 203.0.113.7, a@b.example!",
        )
        .at(9, edited(0.6))
        .at(10, better("Hello a@b.example, good to see you again!"))
        .group(),
        grounded("quoted", "How long is the warranty?", "Two years.")
            .at(9, copy())
            .group(),
        grounded("corrected", "And for batteries?", "Two years.")
            .at(9, edited(0.2))
            .at(10, better("Six months: batteries wear out."))
            .group(),
        grounded("refused", "Who pays the postage?", "I do not know.")
            .at(9, rated(-1.0))
            .group(),
        after("called", "tool", "{}").at(9, copy()).group(),
        after("begun", "assistant", "Once upon")
            .at(9, copy())
            .group(),
    ]
}

/// The same with what was retrieved for it.
fn grounded(id: &str, question: &str, answer: &str) -> Story {
    let mut story = asked(id, question, answer);
    let registered = story.rows.registered.as_mut().unwrap();
    registered.documents = Some(vec![
        json!({"id": "faq-1", "score": 0.712_34, "content": "Warranty: two years."}),
        json!({"id": 7, "score": 0.5, "text": "Ask warranty@shop.example."}),
    ]);
    story
}

/// The same where the question is not the last message.
fn after(id: &str, role: &str, content: &str) -> Story {
    let mut story = asked(id, "Tell me a story", "There was a fox.");
    let registered = story.rows.registered.as_mut().unwrap();
    registered.input.as_mut().unwrap().push(Message {
        role: role.into(),
        content: json!(content),
    });
    story
}

/// A finished export.
struct Export {
    /// The file.
    file: Vec<u8>,
    /// Its lines, where it is of lines.
    rows: Vec<String>,
    summary: Summary,
}

fn export(format: Format, filter: Filter, groups: &[Group]) -> Export {
    seeded(format, filter, groups, 7)
}

fn seeded(format: Format, filter: Filter, groups: &[Group], seed: u64) -> Export {
    let policy = Policy::default_policy().unwrap();
    let work = tempfile::tempdir().unwrap();
    let wanted = Wanted {
        format,
        filter,
        state: None,
        as_of: AS_OF,
        seed,
    };
    let mut exporter = Exporter::new(wanted, &policy, work.path(), Vec::new()).unwrap();
    groups.iter().for_each(|group| exporter.add(group).unwrap());
    let (file, summary) = exporter.finish().unwrap();
    let lines = String::from_utf8(file.clone()).unwrap_or_default();
    Export {
        rows: lines.lines().map(String::from).collect(),
        file,
        summary,
    }
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

/// The columns of a Parquet file, as Parquet prints them.
fn columns(file: Vec<u8>) -> String {
    let mut on_disk = tempfile::tempfile().unwrap();
    on_disk.write_all(&file).unwrap();
    let reader = SerializedFileReader::new(on_disk).unwrap();
    let mut text = Vec::new();
    print_schema(&mut text, reader.metadata().file_metadata().schema());
    String::from_utf8(text).unwrap()
}

#[test]
fn goldens() {
    let policy = Policy::default_policy().unwrap().reference();
    for format in Format::ALL {
        let export = export_of(format, &people());
        let file = export.file;
        let (text, extension) = match format.form() {
            labels::Form::Ndjson => (String::from_utf8(file).unwrap(), "ndjson"),
            labels::Form::Csv => (String::from_utf8(file).unwrap(), "csv"),
            // The values are those of the lines, see `labels::tests`.
            labels::Form::Parquet => (columns(file), "columns"),
        };
        // A change of the policy's comments alone is no change of its labels.
        let text = text.replace(&policy, "default@1#<hash>");
        golden(&format!("{}.{extension}", format.name()), &text);
        let summary = serde_json::to_string_pretty(&export.summary).unwrap() + "\n";
        golden(&format!("{}.summary.json", format.name()), &summary);
    }
}

#[test]
fn everything_considered_is_a_row_or_has_one_reason() {
    let outputs = people()
        .iter()
        .map(|group| group.outputs.len())
        .sum::<usize>();
    assert_eq!(outputs, 22);
    for format in Format::ALL {
        let summary = export_of(format, &people()).summary;
        let sum = summary.rows + summary.skipped.values().sum::<u64>();
        let pairs = matches!(format.shape(), Shape::Rows(format::Takes::Preferences, _));
        // Five pairs of six outputs, and sixteen outputs in none.
        assert_eq!(sum, if pairs { 21 } else { 22 }, "{}", format.name());
        assert!(summary.rows > 1, "{}", format.name());
    }
    assert_eq!(export_of(Format::TrlDpo, &people()).summary.rows, 5);
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
