//! Goldens are data: `golden/<format>/` holds what stands beside the rows of
//! `dataset/golden/<format>.ndjson`. To accept a change on purpose, run the tests
//! with `TACIT_BLESS=1` and read the difference.

use std::{collections::BTreeMap, fs, path::PathBuf};

use serde_json::Value;
use sha2::{Digest, Sha256};

use super::{
    columns::{Column, Kind},
    *,
};
use crate::{
    dataset::{
        build::{Counts, FileFacts, Inputs, SplitBy, Splitting},
        composition::sample::{AS_OF, compose, row},
        format::Format,
        ledger::Skip,
        provenance::{Basis, Provenance},
    },
    label::{Milli, State, Trust},
};

/// Formats whose cards differ in kind.
const GOLDEN: [Format; 5] = [
    Format::TrlSft,
    Format::TrlDpo,
    Format::TrlKto,
    Format::OpenAiSft,
    Format::EvalsInspect,
];

fn lines(format: Format) -> String {
    let name = format!("src/dataset/golden/{}.ndjson", format.name());
    fs::read_to_string(PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(name)).unwrap()
}

fn file(text: &str) -> FileFacts {
    FileFacts {
        bytes: text.len() as u64,
        sha256: hex::encode(Sha256::digest(text)),
        rows: Some(text.lines().count() as u64),
    }
}

fn inputs(format: Format) -> Inputs {
    Inputs {
        code: "0.1.0".into(),
        format: format.name().into(),
        policy: "default@1#0123456789ab".into(),
        policy_blake3: "0123456789ab".into(),
        as_of: AS_OF,
        from: Some(AS_OF - 5_000_000_000),
        to: None,
        trust: Trust::Known,
        min_confidence: Milli::new(500),
        mature_only: false,
        split: Some(Splitting {
            share: Milli::new(100),
            by: SplitBy::Person,
        }),
        seed: 7,
        redact: true,
        dedupe: true,
        rows_per_person: 100,
        session_share: Milli::new(100),
        previous: None,
    }
}

/// As many rows as the golden lines have, of two models and languages.
fn rows(format: Format) -> Vec<Provenance> {
    let pairs = matches!(
        format,
        Format::TrlDpo | Format::TrlReward | Format::OpenAiDpo
    );
    let made = (0..lines(format).lines().count()).map(|place| {
        let mut row = row(&format!("o-{place}"));
        if place % 3 == 0 {
            row.model = Some("m-2|<i>[beta](x)\n`".into());
            row.language = "de".into();
            row.trust = Trust::Known;
        }
        if pairs {
            row.basis = Basis::Sibling;
            row.rejected_chars = Some(200);
        } else if format == Format::TrlKto && place % 4 == 0 {
            row.state = State::Negative;
            row.rules = vec!["regenerated_fast".into()];
        }
        row
    });
    made.collect()
}

fn composition(format: Format) -> Composition {
    let rows = rows(format);
    let people = [
        (30, rows.len() as u64 - 1, AS_OF),
        (12, 1, AS_OF),
        (4, 0, 0),
    ];
    let ignored: Vec<_> = (0..30).map(|n| row(&format!("i-{n}"))).collect();
    compose(format, &rows, &ignored, &people, &skipped())
}

fn skipped() -> BTreeMap<Skip, u64> {
    BTreeMap::from([(Skip::Neutral, 25), (Skip::Duplicate, 3)])
}

fn made(format: Format, inputs: &Inputs) -> BTreeMap<String, String> {
    made_with(format, inputs, &[("train.jsonl", &lines(format))])
}

/// Of a build with these files of lines.
fn made_with(
    format: Format,
    inputs: &Inputs,
    of_lines: &[(&str, &str)],
) -> BTreeMap<String, String> {
    let count = |(_, text): &(&str, &str)| text.lines().count() as u64;
    let rows = of_lines.iter().map(count).sum();
    let mut files = BTreeMap::from([("provenance.parquet".to_owned(), file("columns"))]);
    files.extend(
        of_lines
            .iter()
            .map(|(name, text)| ((*name).into(), file(text))),
    );
    let named = |(skip, n): (&Skip, &u64)| (skip.name().to_owned(), *n);
    let remedy = |(skip, _): (&Skip, &u64)| (skip.name().to_owned(), skip.remedy().to_owned());
    let counts = Counts {
        considered: rows + 28,
        rows,
        train: rows,
        test: 0,
        skipped: skipped().iter().map(named).collect(),
        redacted: 2,
        remedies: skipped().iter().map(remedy).collect(),
        hint: None,
    };
    let facts = CardFacts {
        inputs,
        counts: &counts,
        files: &files,
    };
    let made = super::files(&facts, &composition(format)).unwrap();
    made.into_iter().collect()
}

/// Compares with a file of `golden/`, or writes it when asked to.
fn golden(format: Format, name: &str, text: &str) {
    let mut path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("src/dataset/card/golden");
    path.extend([format.name(), name]);
    if std::env::var_os("TACIT_BLESS").is_some() {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
    }
    let kept = fs::read_to_string(&path);
    assert_eq!(text, kept.unwrap_or_default(), "{}", path.display());
}

#[test]
fn goldens() {
    for format in GOLDEN {
        for (name, text) in made(format, &inputs(format)) {
            // The page is looked at with eyes; its parts have tests of their own.
            if name != PAGE_FILE {
                golden(format, &name, &text);
            }
        }
    }
}

#[test]
fn columns_are_what_the_lines_have() {
    let formats = Format::ALL.into_iter();
    let of_rows = formats.filter(|format| !format.name().starts_with("labels"));
    for format in of_rows {
        let columns = columns::of(format.name()).unwrap();
        for line in lines(format).lines() {
            let line: Value = serde_json::from_str(line).unwrap();
            fits(&line, columns, format.name());
        }
    }
    assert_eq!(columns::of("labels"), None);
}

fn fits(value: &Value, columns: &[Column], at: &str) {
    let object = value.as_object().unwrap();
    let names: Vec<_> = columns.iter().map(|column| column.name).collect();
    for name in object.keys() {
        assert!(
            names.contains(&name.as_str()),
            "{at}.{name} is said nowhere"
        );
    }
    for column in columns {
        let at = format!("{at}.{}", column.name);
        match object.get(column.name) {
            Some(Value::Null) => {}
            Some(value) => assert!(is_a(value, column.kind, &at), "{at}: {value}"),
            // Only the weight of an answer is left out where there is none.
            None => assert_eq!(column.name, "weight", "{at} is missing"),
        }
    }
}

fn is_a(value: &Value, kind: Kind, at: &str) -> bool {
    let all = |test: fn(&Value) -> bool| {
        let items = value.as_array();
        items.is_some_and(|items| items.iter().all(|item| item.is_null() || test(item)))
    };
    match kind {
        Kind::Text => value.is_string(),
        Kind::Bool => value.is_boolean(),
        Kind::Int => value.is_u64(),
        Kind::Float => value.is_f64(),
        Kind::Texts => all(Value::is_string),
        Kind::Floats => all(Value::is_f64),
        Kind::Nothings => value.as_array().is_some_and(Vec::is_empty),
        Kind::Object(columns) => {
            fits(value, columns, at);
            true
        }
        Kind::Objects(columns) => {
            let items = value.as_array().unwrap();
            items.iter().for_each(|item| fits(item, columns, at));
            true
        }
    }
}

#[test]
fn other_trainers_get_settings_only_for_what_they_read() {
    let loading = |format: Format| -> Vec<String> {
        let made = made(format, &inputs(format)).into_keys();
        made.filter(|name| name.starts_with("loading/")).collect()
    };
    let (axolotl, factory) = (
        "loading/axolotl.yaml",
        "loading/llama_factory/dataset_info.json",
    );
    let unsloth = "loading/unsloth.py";
    assert_eq!(loading(Format::TrlSft), [unsloth]);
    assert_eq!(loading(Format::TrlSftChat), [axolotl, factory, unsloth]);
    assert_eq!(loading(Format::TrlDpo), [axolotl, unsloth]);
    assert_eq!(loading(Format::TrlKto), [unsloth]);
    assert_eq!(loading(Format::TrlReward), [axolotl]);
    assert_eq!(loading(Format::OpenAiSft), [axolotl, factory]);
    for none in [
        Format::OpenAiDpo,
        Format::Rag,
        Format::EvalsInspect,
        Format::EvalsPromptfoo,
    ] {
        assert_eq!(loading(none), [] as [&str; 0]);
    }
}

#[test]
fn kto_settings_carry_the_weights_of_these_rows() {
    let format = Format::TrlKto;
    let script = &made(format, &inputs(format))["loading/unsloth.py"];
    let kto = composition(format).balance.kto.unwrap();
    let desirable = format!("desirable_weight={},", kto.desirable);
    let undesirable = format!("undesirable_weight={},", kto.undesirable);
    assert!(
        script.contains(&desirable) && script.contains(&undesirable),
        "{script}"
    );
    assert_ne!(kto.undesirable, Milli::new(1_000));
}

#[test]
fn a_card_says_when_nothing_was_taken_out() {
    let format = Format::TrlSft;
    let open = Inputs {
        redact: false,
        ..inputs(format)
    };
    let card = |inputs: &Inputs| made(format, inputs)["README.md"].clone();
    assert!(card(&open).contains("do not publish it"));
    assert!(!card(&inputs(format)).contains("do not publish it"));
}

#[test]
fn names_from_browsers_break_no_table() {
    let format = Format::TrlSft;
    let card = &made(format, &inputs(format))["README.md"];
    assert!(card.contains("m-2\\|&lt;i>\\[beta](x) \\`"), "{card}");
    for row in card.lines().filter(|line| line.starts_with('|')) {
        let bars = row.replace("\\|", "").matches('|').count();
        assert!(bars == 3 || bars == 4, "{row}");
    }
    let page = &made(format, &inputs(format))[PAGE_FILE];
    assert!(page.contains("m-2|&lt;i&gt;") && !page.contains("<i>"));
}

/// `datasets` fails on a split without a row, and on one that nothing is named of.
#[test]
fn files_without_a_row_are_no_splits() {
    for format in GOLDEN {
        let lines = lines(format);
        let with = |files: &[(&str, &str)]| made_with(format, &inputs(format), files);
        let train_only = with(&[("train.jsonl", &lines), ("test.jsonl", "")]);
        let test_only = with(&[("train.jsonl", ""), ("test.jsonl", &lines)]);
        let none = with(&[("train.jsonl", ""), ("test.jsonl", "")]);
        for (made, there, missing) in [
            (&train_only, "train", "test"),
            (&test_only, "test", "train"),
        ] {
            let header = header_of(&made["README.md"]);
            assert!(header.contains(&format!("path: {there}.jsonl")), "{header}");
            assert!(!header.contains(missing), "{header}");
            let table = format!("| `{missing}.jsonl` | 0 |");
            assert!(made["README.md"].contains(&table), "the table hides a file");
            let croissant: Value = serde_json::from_str(&made[CROISSANT_FILE]).unwrap();
            let sets = croissant["recordSet"].as_array().unwrap();
            assert_eq!(sets.len(), 1);
            assert_eq!(sets[0]["@id"], *there);
            let settings = made.iter().filter(|(name, _)| name.starts_with("loading/"));
            for (name, text) in settings {
                assert!(
                    !text.contains(&format!("{missing}.jsonl")),
                    "{name}: {text}"
                );
            }
        }
        assert!(!test_only["README.md"].contains("rows[\"train\"]"));
        let header = header_of(&none["README.md"]);
        assert!(
            !header.contains("configs") && !header.contains("dataset_info"),
            "{header}"
        );
        assert!(none.keys().all(|name| !name.starts_with("loading/")));
    }
}

fn header_of(card: &str) -> &str {
    card.split("---\n").nth(1).unwrap()
}
