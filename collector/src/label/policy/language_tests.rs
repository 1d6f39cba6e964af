//! Combinations, overrides, classes: what they say and what is refused.

use super::*;

/// A policy of its own with these lines after the default's sections.
fn with(lines: &str) -> Result<Policy, PolicyError> {
    let sections = DEFAULT.split("[class]").next().unwrap();
    Policy::parse(&format!("{sections}{lines}"))
}

/// The message for `lines`, its line counted from the first of them.
fn refused(lines: &str) -> String {
    let error = with(lines).unwrap_err();
    let before = DEFAULT.split("[class]").next().unwrap();
    let line = error.line - before.matches('\n').count();
    format!("{line} {}: {}", error.field, error.problem)
}

const RULE: &str = "[[rule]]\nname = \"one\"\nfamily = \"use\"\nsignal = \"copied\"\nscore = 2\nweight = 4\nreason = \"r\"\n";

/// [`RULE`] with one more line, its eighth.
fn rule(line: &str) -> String {
    format!("{RULE}{line}\n")
}

/// [`RULE`] and an override of these lines, the first of which is the ninth.
fn overriding(lines: &str) -> String {
    format!("{RULE}[[override]]\n{lines}\n")
}

#[test]
fn clauses_name_other_signals() {
    let policy = with(&rule(
        "with = [{ signal = \"edited\", when = { final = true }, order = \"before\" }]\n\
         without = [{ signal = \"survived\", when = { age_s = 600 } }]",
    ))
    .unwrap();
    let rule = &policy.base().rules[0];
    let edited = Clause {
        kind: tacit_signals::signal::Kind::Edited,
        age_s: None,
        conditions: vec![Condition::Final(true)],
        order: Order::Before,
    };
    assert_eq!(rule.with, [edited]);
    assert_eq!(rule.without[0].age_s, Some(600));
    assert_eq!(rule.without[0].order, Order::Any);
    assert!(rule.watches_survival());
    assert!(!with(RULE).unwrap().base().rules[0].watches_survival());
}

#[test]
fn clauses_that_make_no_sense_are_refused() {
    let of = |clause: &str| refused(&rule(&format!("with = [{clause}]")));
    assert_eq!(
        of("{ signal = \"copid\" }"),
        "8 signal: is no kind of signal"
    );
    assert_eq!(
        of("{ signal = \"absence\" }"),
        "8 signal: is no signal: write the signal it is without"
    );
    assert_eq!(
        of("{ signal = \"shared\", order = \"later\" }"),
        "8 order: is none of before, after, any"
    );
    assert_eq!(
        of("{ signal = \"shared\", when = { survival = { below = 1 } } }"),
        "8 survival: `shared` has no such field"
    );
    assert_eq!(
        of("{ signal = \"survived\" }"),
        "8 age_s: is missing from `when`"
    );
    assert!(of("{ signals = \"shared\" }").starts_with("8 signals: unknown field"));
    let nine = "{ signal = \"shared\" }, ".repeat(9);
    assert_eq!(
        refused(&rule(&format!("without = [{nine}]"))),
        "8 without: takes at most 8"
    );
    let absent = rule("without = [{ signal = \"rated\" }]").replace("\"copied\"", "\"absence\"");
    assert_eq!(
        refused(&absent),
        "8 without: nothing was done: `absence` has no other signals"
    );
}

#[test]
fn any_rule_may_ask_how_the_output_was_read_and_how_long_it_is() {
    let policy = with(&rule(
        "when = { read_share = { at_least = 0.2 }, read_ratio = { below = 2 }, active_ms = { at_least = 900 }, \
         words = { at_most = 50 }, code_share = { above = 0 } }",
    ))
    .unwrap();
    let number = |field, low: Option<End>, high: Option<End>| Condition::Number {
        field,
        between: Between::of(low, high).unwrap(),
    };
    assert_eq!(
        policy.base().rules[0].conditions,
        [
            number(Number::ReadShare, Some(End::closed(200)), None),
            number(Number::ReadRatio, None, Some(End::open(2_000))),
            number(Number::ActiveMs, Some(End::closed(900)), None),
            number(Number::Words, None, Some(End::closed(50))),
            number(Number::CodeShare, Some(End::open(0)), None),
        ]
    );
    assert_eq!(
        refused(&rule("when = { words = { at_least = 0.5 } }")),
        "8 words: is out of range, allowed are whole numbers 0 to 10000000000"
    );
}

#[test]
fn a_class_multiplies_the_weights_of_its_rules() {
    let rating = RULE.replace("one", "two").replace("\"use\"", "\"rating\"");
    let lines = format!("[class]\nimplicit = 1.5\nexplicit = 0.125\n{RULE}{rating}");
    let policy = with(&lines).unwrap();
    let weights: Vec<_> = policy.base().rules.iter().map(|rule| rule.weight).collect();
    assert_eq!(weights, [Milli::new(6_000), Milli::new(500)]);
    let ratio = policy.summary().implicit_over_explicit;
    assert_eq!(ratio, Some((Milli::new(12_000), Milli::new(12_000))));
    assert_eq!(
        refused("[class]\nexplicit = -1"),
        "2 explicit: is out of range, allowed are 0 to 100"
    );
}

#[test]
fn one_number_makes_implicit_evidence_weigh_more_or_less() {
    let ratio = |file: &str| {
        Policy::parse(file)
            .unwrap()
            .summary()
            .implicit_over_explicit
    };
    let milli = |n: i64| Milli::new(n * 1_000);
    assert_eq!(
        ratio(DEFAULT),
        Some((milli(5), milli(10))),
        "the design's 5 to 10"
    );
    let halved = DEFAULT.replace("explicit = 1.0", "explicit = 0.5");
    assert_ne!(halved, DEFAULT);
    assert_eq!(ratio(&halved), Some((milli(10), milli(20))));
}

#[test]
fn a_half_life_is_a_duration_or_nothing() {
    assert_eq!(with(RULE).unwrap().half_life_ms, None);
    assert_eq!(Policy::default_policy().unwrap().half_life_ms, None);
    let half_life = |text: &str| format!("[weights]\nhalf_life = {text}\n");
    let policy = with(&half_life("\"180d\"")).unwrap();
    assert_eq!(policy.half_life_ms, Some(180 * 86_400_000));
    assert!(refused(&half_life("\"soon\"")).starts_with("2 half_life: is no duration"));
}

#[test]
fn overrides_hold_for_the_models_and_surfaces_they_match() {
    let policy = with(&format!(
        "{RULE}[[override]]\nmodel = [\"m-1\", \"big-*\"]\ndecide = 3\nact = \"1d\"\n\
         [[override]]\nsurface = [\"mobile\"]\nmodel = [\"*\"]\ndecide = 4\ntemperature = 2\nsurvival = \"2d\"\n\
         [[override.rule]]\nname = \"one\"\nscore = -1\nwhen = {{ via = [\"code\"] }}\n\
         [[override]]\nmodel = [\"off\"]\n[[override.rule]]\nname = \"one\"\noff = true\n"
    ))
    .unwrap();
    let decide = |model, surface| policy.terms(model, surface).decide.to_f64();
    assert_eq!(decide("m-1", "web"), 3.0);
    assert_eq!(decide("big-2", ""), 3.0);
    assert_eq!(
        [decide("m-10", "web"), decide("big", "web"), decide("", "")],
        [2.0; 3]
    );
    assert_eq!(decide("x", "mobile"), 4.0);
    assert_eq!(
        decide("", "mobile"),
        2.0,
        "a model that is not known matches nothing"
    );
    assert_eq!(
        decide("m-1", "mobile"),
        4.0,
        "the later one has the last word"
    );

    let both = policy.terms("m-1", "mobile");
    assert_eq!(both.overrides, [0, 1]);
    assert_eq!(
        (both.longest_ms(), both.survival_ms),
        (86_400_000, 2 * 86_400_000)
    );
    assert_eq!(both.temperature, Milli::new(2_000));
    let one = &both.rules[0];
    assert_eq!(
        (one.score, one.weight),
        (Milli::new(-1_000), Milli::new(4_000))
    );
    assert_eq!(one.conditions.len(), 1);
    assert!(policy.terms("off", "web").rules.is_empty());
    assert_eq!(policy.base().rules.len(), 1);
    assert_eq!(policy.base().overrides, [] as [usize; 0]);
}

#[test]
fn the_same_overrides_are_worked_out_once() {
    let policy = with(&overriding("model = [\"m-*\"]\ndecide = 3")).unwrap();
    let one = policy.terms("m-1", "a");
    assert!(Arc::ptr_eq(&one, &policy.terms("m-2", "b")));
    assert!(Arc::ptr_eq(&one, &policy.clone().terms("m-3", "")));
    assert!(!Arc::ptr_eq(&one, &policy.terms("x", "a")));
}

#[test]
fn an_override_for_nobody_or_nothing_is_refused() {
    let of = |lines: &str| refused(&overriding(lines));
    assert_eq!(
        of("decide = 3"),
        "8 override: needs `model` or `surface`; what holds for all stands outside"
    );
    assert_eq!(of("model = [\"m\"]"), "8 override: changes nothing");
    assert_eq!(
        of("model = []\ndecide = 3"),
        "9 model: needs at least one name"
    );
    assert_eq!(
        of("surface = [\"\"]\ndecide = 3"),
        "9 surface: is empty and matches nothing"
    );
    assert_eq!(
        of("model = [\"a*b\"]\ndecide = 3"),
        "9 model: takes a `*` only at the end"
    );
    let long = "m".repeat(129);
    assert_eq!(
        of(&format!("model = [\"{long}\"]\ndecide = 3")),
        "9 model: matches nothing: names have at most 128 bytes"
    );
    assert_eq!(
        of("model = [\"m-*\", \"m-1\"]\ndecide = 3"),
        "9 model: `m-1` matches what another name here does"
    );
    assert!(of("models = [\"m\"]\ndecide = 3").starts_with("9 models: unknown field"));
    let many = "[[override]]\nmodel = [\"m\"]\ndecide = 3\n".repeat(65);
    assert_eq!(refused(&many), "193 override: a policy takes at most 64");
}

#[test]
fn a_change_of_no_rule_or_of_nothing_is_refused() {
    let of = |lines: &str| {
        refused(&overriding(&format!(
            "model = [\"m\"]\n[[override.rule]]\n{lines}"
        )))
    };
    assert_eq!(
        of("name = \"two\"\nscore = 1"),
        "11 name: no rule is named `two`"
    );
    assert_eq!(
        of("name = \"one\""),
        "11 name: changes nothing of this rule"
    );
    assert_eq!(
        of("name = \"one\"\noff = false"),
        "12 off: can only be true: rules are on"
    );
    assert_eq!(
        of("name = \"one\"\noff = true\nscore = 1"),
        "12 off: a rule that is off has nothing else"
    );
    assert_eq!(
        of("name = \"one\"\nwhen = { survival = { below = 1 } }"),
        "12 survival: `copied` has no such field"
    );
    assert_eq!(
        of("name = \"one\"\nwhen = { age_s = 30 }"),
        "12 age_s: is what the rule looks at: an override leaves it"
    );
    assert_eq!(
        of("name = \"one\"\nscore = 1\n[[override.rule]]\nname = \"one\"\nscore = 2"),
        "14 name: this override changes this rule already"
    );
}

#[test]
fn a_policy_in_a_few_lines() {
    let text = Policy::default_policy().unwrap().summary().to_string();
    for line in [
        "decides at |score| 2.0, temperature ",
        "windows 7d; accepted text 8d\n",
        "implicit evidence trains 5.0 to 10.0 times a rating\n",
        "22 rules; overrides: 0\n",
        "  leave: abandoned\n",
    ] {
        assert!(text.contains(line), "{line} in {text}");
    }
}
