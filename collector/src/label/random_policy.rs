//! Any policy, for tests: the built-in one, one with everything, and random ones.

use proptest::{collection::vec, option, prelude::*, sample::select};

use super::policy::Policy;

/// Every feature of the language at once.
pub(super) const EVERYTHING: &str = include_str!("everything.toml");

/// Any policy.
pub(super) fn any_policy() -> impl Strategy<Value = Policy> {
    let file = prop_oneof![
        1 => Just(Policy::default_toml().to_owned()),
        1 => Just(EVERYTHING.to_owned()),
        4 => random(),
    ];
    file.prop_map(|file| Policy::parse(&file).unwrap_or_else(|error| panic!("{error}\n{file}")))
}

/// The sections of [`EVERYTHING`] with random rules and overrides.
fn random() -> impl Strategy<Value = String> {
    let overrides = vec(
        (select(vec!["m-1", "big-*", "*", "o*"]), override_lines()),
        0..3,
    );
    (vec(rule(), 1..9), overrides, select(vec!["1h", "1d", "8d"])).prop_map(
        |(rules, overrides, act)| {
            let sections = EVERYTHING.split("[[rule]]").next().unwrap_or_default();
            let mut file = sections.replace("act = \"3d\"", &format!("act = \"{act}\""));
            for (number, rule) in rules.iter().enumerate() {
                file.push_str(&format!("[[rule]]\nname = \"r{number}\"\n{rule}"));
            }
            for (model, lines) in overrides {
                file.push_str(&format!("[[override]]\nmodel = [\"{model}\"]\n{lines}"));
            }
            file
        },
    )
}

fn override_lines() -> impl Strategy<Value = String> {
    select(vec![
        "act = \"2h\"\n",
        "act = \"9d\"\ndecide = 3\n",
        "survival = \"1h\"\n[[override.rule]]\nname = \"r0\"\nscore = 4.5\n",
        "[[override.rule]]\nname = \"r0\"\noff = true\n",
        "[[override.rule]]\nname = \"r0\"\nwhen = { words = { at_least = 1 } }\n",
    ])
    .prop_map(str::to_owned)
}

/// A signal with a condition it may have.
fn signal() -> impl Strategy<Value = (&'static str, &'static str)> {
    select(vec![
        ("copied", "share = { at_least = 0.4 }"),
        ("copied", "via = [\"button\"], seen_ms = 500"),
        ("copied", "read_share = { at_least = 0.3 }"),
        ("selected", "share = { below = 0.5 }"),
        ("pasted", "words = { at_least = 5 }"),
        ("accepted", "active_ms = { below = 3000 }"),
        ("dismissed", "used_before = true"),
        ("shared", "code_share = { below = 0.9 }"),
        ("edited", "survival = { at_least = 0.3 }"),
        ("edited", "final = true"),
        (
            "regenerated",
            "after_ms = { below = 60000 }, used_before = false",
        ),
        ("rated", "value = { above = 0 }"),
        ("rated", "value = { below = 0 }"),
        ("followed_up", "intent = [\"rephrase\", \"correction\"]"),
        ("survived", "age_s = 600"),
        ("survived", "age_s = 30, share = { at_least = 0.5 }"),
        ("converted", "read_ratio = { below = 5 }"),
        ("switched", ""),
    ])
}

fn clause() -> impl Strategy<Value = String> {
    let order = select(vec!["before", "after", "any"]);
    (signal(), order).prop_map(|((signal, when), order)| {
        format!("{{ signal = \"{signal}\", when = {{ {when} }}, order = \"{order}\" }}")
    })
}

fn rule() -> impl Strategy<Value = String> {
    let family = select(vec!["use", "redo", "edit", "outcome", "rating"]);
    let within = option::of(select(vec!["1min", "1d", "5d"]));
    let act = (
        family,
        signal(),
        vec(clause(), 0..2),
        vec(clause(), 0..2),
        score(),
        within,
    );
    let act = act.prop_map(|(family, (signal, when), with, without, score, within)| {
        let clauses = format!(
            "with = [{}]\nwithout = [{}]\n",
            with.join(", "),
            without.join(", ")
        );
        let within = within.filter(|_| signal != "survived");
        let within = within
            .map(|within| format!("within = \"{within}\"\n"))
            .unwrap_or_default();
        format!(
            "family = \"{family}\"\nsignal = \"{signal}\"\nwhen = {{ {when} }}\n{clauses}{within}\
             score = {score:?}\nweight = 2\nreason = \"r\"\n"
        )
    });
    let absence = score().prop_map(|score| {
        format!(
            "family = \"leave\"\nsignal = \"absence\"\nwhen = {{ seen_ms = 500 }}\n\
             score = {score:?}\nweight = 3\nreason = \"r\"\n"
        )
    });
    prop_oneof![5 => act, 1 => absence]
}

fn score() -> impl Strategy<Value = f64> {
    (-40..40_i32).prop_map(|tenths| f64::from(tenths) / 10.0)
}
