//! The reference of signals in the documentation says which of several stand, and which rules look
//! at them, as the fold and the built-in policy have it.

use serde_json::{Value, json};
use tacit_signals::signal::Kind;

use super::{facts::Facts, policy::Policy, script::Story, timeline::Timeline};

const PAGE: &str = include_str!("../../../demo-site/docs/signals.md");
const WINDOW: u64 = 1_000_000_000;

fn kinds() -> impl Iterator<Item = Kind> {
    (0..=u8::MAX).filter_map(Kind::from_code)
}

/// What the page says of a kind after `- **word:** `.
fn told(kind: Kind, word: &str) -> &'static str {
    let heading = format!("\n## `{}`\n", kind.name());
    let (_, section) = PAGE.split_once(&heading).unwrap();
    let section = section.split("\n## ").next().unwrap();
    let start = format!("- **{word}:** ");
    let line = section.lines().find_map(|line| line.strip_prefix(&start));
    line.unwrap_or_else(|| panic!("signals.md, {}: no line {start}", kind.name()))
}

/// One of three signals that differ in nothing but how much.
fn signal(kind: Kind, share: f64) -> tacit_signals::Signal {
    let Value::Object(event) = json!({
        "seq": 0, "at": 0, "kind": kind.name(), "output": "o", "chars": 9, "share": share,
        "words": 9, "code_share": 0, "stream_ms": 0, "active_ms": 1, "read_share": share,
        "via": "button", "chars_before": 9, "chars_after": 9, "inserted": 1, "deleted": 1,
        "survival": share, "final": true, "after_ms": 1, "ordinal": 1, "from": "a", "to": "b",
        "value": share, "gap_ms": 1, "similarity": share, "intent": "other", "age_s": 40,
        "name": "order", "role": "edit", "text": "",
    }) else {
        unreachable!()
    };
    tacit_signals::json::event(event, 0).unwrap().signal
}

/// Which of three stand, in the words of the page.
fn law(kind: Kind) -> &'static str {
    // Those the fold keeps elsewhere; its own tests hold these three to their laws.
    match kind {
        Kind::Shown => return "the first",
        Kind::Dwell => return "the longest",
        Kind::Content => return "the last",
        _ => {}
    }
    let accepted = signal(Kind::Accepted, 0.0);
    let story = Story::shown("o")
        .at(1, accepted.clone())
        .at(2, signal(kind, 0.2))
        .at(3, signal(kind, 0.8))
        .at(4, signal(kind, 0.5));
    let timeline = Timeline::of(&story.rows);
    let facts = Facts::fold(&timeline, timeline.shown(WINDOW), WINDOW, WINDOW);
    let stand: Vec<u32> = facts.of_kind(kind).map(|moment| moment.id.seq).collect();
    match stand[..] {
        [2] => "the first",
        [3] => "the largest",
        [4] => "the last",
        [2, 3, 4] => "each",
        _ => panic!("{}: {stand:?}", kind.name()),
    }
}

#[test]
fn the_page_says_which_signals_stand() {
    for kind in kinds() {
        let (told, law) = (told(kind, "Of several"), law(kind));
        assert!(told.starts_with(law), "{}: {law}, not {told}", kind.name());
    }
}

#[test]
fn the_page_names_the_rules_that_look_at_a_signal() {
    let policy = Policy::default_policy().unwrap();
    for kind in kinds() {
        let rules = policy.base().rules.iter();
        let of_kind = rules.filter(|rule| rule.trigger.name() == kind.name());
        let rules: Vec<_> = of_kind
            .map(|rule| format!("`{}` {}", rule.name, rule.score))
            .collect();
        let known = if rules.is_empty() {
            "none".into()
        } else {
            rules.join(", ")
        };
        let told = told(kind, "Rules");
        let told = told.split_once(". ").map_or(told, |(rules, _)| rules);
        assert_eq!(
            told.trim_end_matches('.'),
            known,
            "signals.md, {}",
            kind.name()
        );
    }
}
