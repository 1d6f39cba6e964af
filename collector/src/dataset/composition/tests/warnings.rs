//! Each warning where it is earned, and in the docs.

use super::*;

#[test]
fn pairs_tell_which_side_is_longer() {
    let pairs: Vec<_> = (0..100)
        .map(|n| Provenance {
            basis: Basis::Sibling,
            rejected: Some("other".into()),
            completion_chars: 300,
            rejected_chars: Some(if n < 70 { 100 } else { 400 }),
            ..row(&n.to_string())
        })
        .collect();
    let composition = plain(Format::TrlDpo, &pairs);
    let balance = &composition.balance;
    assert_eq!((balance.good_longer, balance.bad_longer), (70, 30));
    assert_eq!(
        (balance.good.chars_mean, balance.bad.chars_mean),
        (milli(300_000), milli(190_000))
    );
    let warning = composition
        .warnings
        .iter()
        .find(|w| w.code == Code::LengthBias);
    assert_eq!(warning.unwrap().figure, milli(700));
}

pub(super) fn verdicts(good: usize, bad: usize) -> Vec<Provenance> {
    let mut rows = of_model("m-1", good + bad);
    rows[good..]
        .iter_mut()
        .for_each(|row| row.state = State::Negative);
    rows
}

#[test]
fn kto_gets_the_weights_it_needs() {
    let composition = plain(Format::TrlKto, &verdicts(300, 100));
    let kto = composition.balance.kto.unwrap();
    assert_eq!(
        (kto.desirable, kto.undesirable),
        (milli(1_000), milli(2_571))
    );
    let warning = composition
        .warnings
        .iter()
        .find(|w| w.code == Code::LabelImbalance);
    assert!(warning.unwrap().remedy.contains("undesirable_weight=2.571"));
    assert!(codes(&plain(Format::TrlKto, &verdicts(30, 0))).contains(&"one_label"));
    let even = plain(Format::TrlKto, &verdicts(50, 50));
    assert!(!codes(&even).contains(&"label_imbalance"));
    assert_eq!(plain(Format::TrlSft, &verdicts(300, 100)).balance.kto, None);
}

#[test]
fn each_warning_has_a_dataset_that_earns_it() {
    let rows = || of_model("m-1", 60);
    let changed = |change: fn(&mut Provenance)| {
        let mut rows = rows();
        rows.iter_mut().for_each(change);
        codes(&plain(Format::TrlSft, &rows))
    };
    assert!(changed(|_| ()).contains(&"few_rows"));
    assert!(changed(|_| ()).contains(&"one_model"));
    assert!(changed(|_| ()).contains(&"one_prompt_version"));
    assert!(changed(|row| row.rules = vec!["rated_up".into()]).contains(&"ratings_only"));
    assert!(changed(|row| row.trust = Trust::Known).contains(&"unverified"));
    assert!(changed(|row| row.mature = false).contains(&"immature"));
    let session =
        |row: &mut Provenance| row.subject_kind = Some(tacit_signals::SubjectKind::Session);
    assert!(changed(session).contains(&"session_people"));
    assert!(!changed(|_| ()).iter().any(|code| {
        ["ratings_only", "unverified", "immature", "session_people"].contains(code)
    }));

    let with = |people: &[(u64, u64, u64)]| {
        codes(&compose(
            Format::TrlSft,
            &rows(),
            &[],
            people,
            &BTreeMap::new(),
        ))
    };
    assert!(with(&[(60, 60, AS_OF)]).contains(&"few_people"));
    assert!(with(&[(60, 60, AS_OF)]).contains(&"one_person"));
    let many: Vec<_> = (0..60).map(|_| (1, 1, AS_OF)).collect();
    assert!(
        !with(&many)
            .iter()
            .any(|code| ["few_people", "one_person"].contains(code))
    );
    let left = (60, 0, AS_OF - 40 * DAY);
    assert!(with(&[many.as_slice(), &[left]].concat()).contains(&"churned"));
    assert!(!with(&many).contains(&"churned"));

    let removed = BTreeMap::from([(Skip::Duplicate, 40)]);
    assert!(codes(&compose(Format::TrlSft, &rows(), &[], &[], &removed)).contains(&"duplicates"));
    let mut heavy = rows();
    heavy[0].weight = milli(1_000_000);
    assert!(codes(&plain(Format::TrlSft, &heavy)).contains(&"low_effective_size"));
    let many: Vec<_> = (0..5_000)
        .flat_map(|n| of_model(&format!("m-{n}"), 1))
        .collect();
    assert!(codes(&plain(Format::TrlSft, &many)).contains(&"many_names"));
}

#[test]
fn nothing_is_one_warning_with_the_commonest_reason() {
    let skipped = BTreeMap::from([(Skip::NoPrompt, 3), (Skip::Pending, 7)]);
    let composition = compose(Format::TrlDpo, &[], &[], &[], &skipped);
    assert_eq!(codes(&composition), ["empty"]);
    let warning = &composition.warnings[0];
    assert_eq!(warning.figure, milli(10_000));
    assert!(
        warning.message.contains("pending (7)"),
        "{}",
        warning.message
    );
    assert_eq!(warning.remedy, Skip::Pending.remedy());
}

/// The docs explain every warning, and no other.
#[test]
fn every_warning_is_in_the_docs() {
    let path = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../demo-site/docs/composition.md"
    );
    let docs = std::fs::read_to_string(path).unwrap();
    let (_, table) = docs.split_once("## Warnings").unwrap();
    let (table, _) = table.split_once("\n## ").unwrap();
    let rows = table.lines().filter_map(|line| line.strip_prefix("| `"));
    let named: std::collections::BTreeSet<&str> = rows
        .flat_map(|row| row.split(" |").next().unwrap().split(", "))
        .map(|code| code.trim_matches('`'))
        .collect();
    let codes: std::collections::BTreeSet<&str> =
        Code::ALL.iter().map(|code| code.name()).collect();
    assert_eq!(named, codes);
}

/// The docs describe every field of the file, and every property of rows.
#[test]
fn every_field_is_in_the_docs() {
    let path = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../demo-site/docs/composition.md"
    );
    let docs = std::fs::read_to_string(path).unwrap();
    let composition = plain(Format::TrlSft, &of_model("m-1", 3));
    let json = serde_json::to_value(composition).unwrap();
    let fields = json.as_object().unwrap().keys();
    let properties = json["by"].as_object().unwrap().keys();
    for name in fields.chain(properties) {
        assert!(docs.contains(&format!("`{name}`")), "{name}");
    }
}
