//! The reference in the documentation names every field there is, and what it
//! shows is right.

use std::collections::BTreeSet;

use super::*;
use crate::config::Config;

const PAGE: &str = include_str!("../../../../demo-site/docs/policy.md");

/// The fields that are possible where `lines` has the field `nonsense`, as the
/// parser itself names them.
fn possible(lines: &str) -> Vec<String> {
    let sections = DEFAULT.split("[class]").next().unwrap();
    let error = Policy::parse(&format!("{sections}{lines}")).unwrap_err();
    let (_, names) = error
        .problem
        .split_once("expected")
        .unwrap_or_else(|| panic!("{error} in {lines}"));
    let names: Vec<_> = names
        .split('`')
        .skip(1)
        .step_by(2)
        .map(str::to_owned)
        .collect();
    assert!(names.len() > 1 || lines.starts_with("[weights]"), "{error}");
    names
}

/// Every field there is, anywhere in a file.
fn fields() -> BTreeSet<String> {
    let rule = |more: &str| {
        format!(
            "[[rule]]\nname = \"r\"\nfamily = \"use\"\nsignal = \"copied\"\nscore = 1\nweight = 1\nreason = \"r\"\n{more}\n"
        )
    };
    let places = [
        "[nonsense]\n".to_owned(),
        "[class]\nnonsense = 1\n".into(),
        "[weights]\nnonsense = 1\n".into(),
        "[screen]\nnonsense = 1\n".into(),
        rule("nonsense = 1"),
        rule("when = { nonsense = 1 }"),
        rule("when = { share = { nonsense = 1 } }"),
        rule("with = [{ nonsense = 1 }]"),
        "[[override]]\nnonsense = 1\n".into(),
        "[[override]]\n[[override.rule]]\nnonsense = 1\n".into(),
    ];
    let mut fields: BTreeSet<String> = places.iter().flat_map(|lines| possible(lines)).collect();
    for section in ["verdict", "window", "dwell", "pairs", "caps"] {
        let broken = DEFAULT.replace(
            &format!("[{section}]\n"),
            &format!("[{section}]\nnonsense = 1\n"),
        );
        let error = Policy::parse(&broken).unwrap_err();
        let (_, names) = error.problem.split_once("expected").unwrap();
        fields.extend(names.split('`').skip(1).step_by(2).map(str::to_owned));
    }
    assert!(fields.len() > 60, "{fields:?}");
    fields
}

#[test]
fn every_field_is_in_the_reference() {
    let fields = fields();
    let missing: Vec<_> = fields
        .iter()
        .filter(|field| !PAGE.contains(&format!("`{field}`")))
        .collect();
    assert!(missing.is_empty(), "not in the reference: {missing:?}");
    for name in Family::ALL.map(Family::name) {
        assert!(PAGE.contains(&format!("`{name}`")), "{name}");
    }
}

/// What the tables of the reference give rows to.
#[test]
fn every_field_of_the_reference_is_there() {
    let fields = fields();
    let (_, tables) = PAGE.split_once("\n## Reference\n").unwrap();
    let (tables, _) = tables.split_once("\n## Why is").unwrap();
    let rows = tables.lines().filter_map(|line| line.strip_prefix("| `"));
    let named = rows.flat_map(|row| {
        let cell = row.split(" | ").next().unwrap_or(row);
        cell.trim_end_matches('`').split("`, `")
    });
    let plain = |name: &'static str| {
        name.split('`')
            .next()
            .unwrap_or(name)
            .trim_matches(['[', ']'])
    };
    // The first cell of a table's head is a section, or one of its words.
    let is_known = |name: &&str| {
        let last = name.rsplit('.').next().unwrap_or(name);
        fields.contains(last)
    };
    let unknown: Vec<_> = named.map(plain).filter(|name| !is_known(name)).collect();
    assert!(unknown.is_empty(), "no policy has: {unknown:?}");
}

/// The blocks of the page in a language.
fn blocks(language: &str) -> Vec<String> {
    let mut blocks = Vec::new();
    let mut lines = PAGE.lines();
    while let Some(line) = lines.next() {
        if line.trim() == format!("```{language}") {
            let indent = line.len() - line.trim_start().len();
            let body = lines.by_ref().take_while(|line| line.trim() != "```");
            blocks.push(
                body.map(|line| format!("{}\n", line.get(indent..).unwrap_or("")))
                    .collect(),
            );
        }
    }
    blocks
}

#[test]
fn what_the_reference_shows_can_be_used() {
    let mut kinds = BTreeSet::new();
    for block in blocks("toml") {
        let fragment: toml::Table = toml::from_str(&block).unwrap();
        if fragment.contains_key("policy") {
            let config: Config = toml::from_str(&block).unwrap();
            assert!(config.policy.is_some());
            kinds.insert("policy".to_owned());
            continue;
        }
        // Tables stand for the same of the built-in policy, rules and overrides beside its own.
        let mut whole: toml::Table = toml::from_str(DEFAULT).unwrap();
        for (key, value) in fragment {
            kinds.insert(key.clone());
            match (whole.get_mut(&key), value) {
                (Some(toml::Value::Array(all)), toml::Value::Array(more)) => all.extend(more),
                (_, value) => drop(whole.insert(key, value)),
            }
        }
        let file = toml::to_string(&whole).unwrap();
        Policy::parse(&file).unwrap_or_else(|error| panic!("{error}\nin\n{block}"));
    }
    let expected = ["class", "override", "policy", "rule", "screen", "weights"];
    assert_eq!(kinds.into_iter().collect::<Vec<_>>(), expected);
}

#[test]
fn the_reference_gives_the_built_in_values() {
    let policy = Policy::default_policy().unwrap();
    let terms = policy.base();
    let given = |field: &str, value: &str| {
        let row = PAGE
            .lines()
            .find(|line| line.starts_with(&format!("| `{field}` |")));
        let row = row.unwrap_or_else(|| panic!("{field}"));
        assert!(row.contains(&format!("[{value}]")), "{row}: {value}");
    };
    given("decide", &terms.decide.to_string());
    given("act", &duration(terms.windows[terms.act_window]));
    given("survival", &duration(terms.survival_ms));
    given("visit", &duration(policy.visit_ms));
    given(
        "words_per_minute",
        &policy.dwell.words_per_minute.to_string(),
    );
    given("read", &policy.dwell.read.to_string());
    given("floor", &policy.dwell.floor.to_string());
    given("margin", &policy.pairs.margin.to_string());
    given("same", &policy.pairs.same.to_string());
    given("rows_per_person", &policy.caps.rows_per_person.to_string());
    given("session_share", &policy.caps.session_share.to_string());
    let screen = policy.screen;
    given("acts_per_minute", &screen.acts_per_minute.to_string());
    given("acts_per_hour", &screen.acts_per_hour.to_string());
    given("run_acts", &screen.run_acts.to_string());
    given("run_gap", &duration(screen.run_gap_ms));
    given("share_outputs", &screen.share_outputs.to_string());
    given("share_people", &screen.share_people.to_string());
    given("replays", &screen.replays.to_string());
    given("replay_steps", &screen.replay_steps.to_string());
    given("guesses", &screen.guesses.to_string());
    given("guess_ratio", &screen.guess_ratio.to_string());
}
