use super::*;

/// The message for the default policy with one text replaced by another.
fn broken(from: &str, to: &str) -> String {
    assert_eq!(DEFAULT.matches(from).count(), 1, "{from}");
    Policy::parse(&DEFAULT.replace(from, to))
        .unwrap_err()
        .to_string()
}

/// The line on which `text` starts in the default policy.
fn line_of(text: &str) -> usize {
    let at = DEFAULT.find(text).unwrap();
    DEFAULT[..at].matches('\n').count() + 1
}

#[test]
fn the_default_has_the_rules_of_the_design() {
    let policy = Policy::default_policy().unwrap();
    let table: Vec<_> = policy
        .base()
        .rules
        .iter()
        .map(|rule| {
            let (score, weight) = (rule.score.to_f64(), rule.weight.to_f64());
            (&*rule.name, rule.family.name(), score, weight, rule.bonus)
        })
        .collect();
    assert_eq!(
        table,
        [
            ("accepted_survived_10min", "use", 4.0, 8.0, false),
            ("accepted_survived_24h", "use", 2.0, 8.0, true),
            ("accepted_survived_7d", "use", 2.0, 8.0, true),
            ("copied_most", "use", 3.0, 6.0, false),
            ("copied_code", "use", 3.0, 6.0, false),
            ("copied_part", "use", 2.0, 5.0, false),
            ("shared", "use", 3.0, 6.0, false),
            ("downloaded", "use", 3.0, 6.0, false),
            ("edited_kept", "edit", 2.0, 10.0, false),
            ("edited_partly", "edit", 0.0, 10.0, false),
            ("edited_rewritten", "edit", -4.0, 10.0, false),
            ("converted", "outcome", 6.0, 8.0, false),
            ("regenerated_fast", "redo", -4.0, 7.0, false),
            ("regenerated_late", "redo", -2.0, 5.0, false),
            ("regenerated_after_use", "redo", 0.0, 0.0, false),
            ("dismissed", "redo", -3.0, 6.0, false),
            ("stopped_early", "redo", -2.0, 5.0, false),
            ("rephrased", "redo", -2.0, 5.0, false),
            ("corrected", "redo", -2.0, 5.0, false),
            ("rated_up", "rating", 2.0, 1.0, false),
            ("rated_down", "rating", -2.0, 1.0, false),
            ("abandoned", "leave", -1.0, 5.0, false),
        ]
    );
    assert_eq!(policy.reason("rated_up"), Some("rated up"));
    assert_eq!(policy.reason("rated_sideways"), None);
}

#[test]
fn the_reference_names_the_very_file() {
    let reference = Policy::default_policy().unwrap().reference();
    let hash = blake3::hash(DEFAULT.as_bytes()).to_hex();
    assert_eq!(reference, format!("default@1#{}", &hash[..12]));
    let other = Policy::parse(&format!("{DEFAULT}\n# a comment\n"))
        .unwrap()
        .reference();
    assert_ne!(other, reference);
    assert!(other.starts_with("default@1#"));
}

#[test]
fn a_wrong_field_is_named_with_its_line() {
    let message = broken("decide = 2.0", "decides = 2.0");
    let line = line_of("decide = 2.0");
    assert!(
        message.starts_with(&format!("line {line}: decides: unknown field")),
        "{message}"
    );
    let message = broken("below = 0.7", "under = 0.7");
    let line = line_of("below = 0.7");
    assert!(
        message.starts_with(&format!("line {line}: under: unknown field")),
        "{message}"
    );
    let message = broken("temperature = 1.365\n", "");
    assert!(message.contains("temperature: missing field"), "{message}");
}

#[test]
fn a_wrong_type_is_named_with_its_line() {
    let message = broken("read = 0.5", "read = \"half\"");
    let line = line_of("read = 0.5");
    assert!(
        message.starts_with(&format!("line {line}: read: invalid type")),
        "{message}"
    );
    let message = broken("age_s = 86_400", "age_s = true");
    let line = line_of("age_s = 86_400");
    assert!(
        message.starts_with(&format!("line {line}: age_s: invalid type")),
        "{message}"
    );
    let message = broken("[pairs]", "[pairs");
    let line = line_of("[pairs]");
    assert!(message.starts_with(&format!("line {line}: ")), "{message}");
}

#[test]
fn a_wrong_number_is_named_with_its_line_and_limits() {
    let at = |text: &str, rest: &str| format!("line {}: {rest}", line_of(text));
    assert_eq!(
        broken("survival = { below = 0.3 }", "survival = { below = 30 }"),
        at(
            "survival = { below = 0.3 }",
            "survival: is out of range, allowed are 0 to 1"
        )
    );
    assert_eq!(
        broken("score = 6.0", "score = 6.0005"),
        at("score = 6.0", "score: has more than three decimals")
    );
    let bonus = "score = 3.0 # as a copy (prior)\nweight = 6.0\nreason = \"shared\"";
    assert_eq!(
        broken(
            bonus,
            &bonus
                .replace("3.0", "0")
                .replace("reason", "bonus = true\nreason")
        ),
        at(bonus, "score: a bonus of 0 says nothing")
    );
    assert_eq!(
        broken("temperature = 1.365", "temperature = 0"),
        at(
            "temperature = 1.365",
            "temperature: is out of range, allowed are 0.001 to 1000"
        )
    );
    assert_eq!(
        broken("age_s = 86_400", "age_s = 86_000"),
        at(
            "age_s = 86_400",
            "age_s: is none of [30, 120, 600, 3600, 86400, 604800]"
        )
    );
    assert_eq!(
        broken("visit = \"30min\"", "visit = \"30m\""),
        at(
            "visit = \"30min\"",
            "visit: is no duration such as \"30s\", \"10min\", \"24h\" or \"7d\""
        )
    );
    assert_eq!(
        broken("at_least = 0.3, below = 0.7", "at_least = 0.7, below = 0.7"),
        at(
            "at_least = 0.3, below",
            "survival: needs at_least, above, at_most or below that leave something in between"
        )
    );
    assert_eq!(
        broken("at_most = 300_000 }, seen_ms", "at_most = 0.5 }, seen_ms"),
        at(
            "at_most = 300_000 }, seen_ms",
            "after_ms: is out of range, allowed are whole numbers 0 to 10000000000"
        )
    );
}

#[test]
fn an_unknown_family_signal_or_name_is_named_with_its_line() {
    let at = |text: &str, rest: &str| format!("line {}: {rest}", line_of(text));
    assert_eq!(
        broken("family = \"leave\"", "family = \"left\""),
        at(
            "family = \"leave\"",
            "family: is none of use, redo, edit, outcome, rating, leave"
        )
    );
    assert_eq!(
        broken("signal = \"shared\"", "signal = \"shred\""),
        at("signal = \"shared\"", "signal: is no kind of signal")
    );
    assert_eq!(
        broken("signal = \"shared\"", "signal = \"dwell\""),
        at(
            "signal = \"shared\"",
            "signal: dwell only scales confidence"
        )
    );
    assert_eq!(
        broken("via = [\"code\"]", "via = [\"clipboard\"]"),
        at("via = [\"code\"]", "via: `clipboard` is none of its values")
    );
    assert_eq!(
        broken("name = \"rated_down\"", "name = \"rated_up\""),
        at("name = \"rated_down\"", "name: another rule has this name")
    );
}

#[test]
fn a_condition_on_what_the_signal_lacks_is_refused() {
    let line = line_of("value = { above = 0.0 }");
    assert_eq!(
        broken("value = { above = 0.0 }", "share = { above = 0.0 }"),
        format!("line {line}: share: `rated` has no such field")
    );
    assert_eq!(
        broken("value = { above = 0.0 }", "final = true"),
        format!("line {line}: final: `rated` has no such field")
    );
    let line = line_of("when = { via = [\"code\"] }");
    assert_eq!(
        broken("when = { via = [\"code\"] }", "when = { age_s = 600 }"),
        format!("line {line}: age_s: `copied` has no such field")
    );
}

#[test]
fn own_policies_may_use_other_rules_and_windows() {
    let own = format!(
        "{}{}",
        DEFAULT
            .split("# --- use")
            .next()
            .unwrap()
            .replace("\"default\"", "\"mine\""),
        r#"
[[rule]]
name = "paid"
family = "outcome"
signal = "converted"
when = { name = ["checkout"], value = { at_least = 10 } }
score = 5
weight = 9
within = "30d"
reason = "paid ten or more"

[[rule]]
name = "saved"
family = "edit"
signal = "edited"
when = { survival = { at_least = 0.25 }, final = true }
score = 1.5
weight = 2
reason = "saved"
"#
    );
    let policy = Policy::parse(&own).unwrap();
    assert!(policy.reference().starts_with("mine@1#"));
    let week = 7 * 86_400_000;
    let terms = policy.base();
    assert_eq!(terms.windows, [week, 30 * 86_400_000]);
    assert_eq!((terms.act_window, terms.rules[0].window), (0, 1));
    assert_eq!(
        terms.rules[0].conditions[0],
        Condition::Number {
            field: Number::Value,
            between: Between::of([End::closed(10_000)], []).unwrap()
        }
    );
}
