use tacit_signals::signal::{ContentRole, CopyVia};

use super::*;
use crate::{
    dataset::Format,
    label::script::{
        DAY, HOUR, SECOND, Story, T0, content, copied, edited, group, rated, regenerated, shown,
    },
};

const AS_OF: u64 = T0 + HOUR;

fn default() -> Policy {
    Policy::default_policy().unwrap()
}

/// The default policy with one text replaced.
fn changed(from: &str, to: &str) -> Policy {
    let file = Policy::default_toml();
    assert_eq!(file.matches(from).count(), 1, "{from}");
    Policy::parse(&file.replace(from, to)).unwrap()
}

fn changes(new: &Policy, groups: &[Group], examples: usize) -> Changes {
    let old = default();
    let filter = Filter::of(Format::TrlDpo);
    let mut relabel = Relabel::new((&old, new), filter, AS_OF, (examples, 0));
    groups.iter().for_each(|group| relabel.add(group));
    relabel.finish()
}

/// Rated up, rated down, copied in part, and a turn of a bad and a kept answer.
fn history() -> Vec<Group> {
    let alone = |id: &str, signal| {
        Story::shown(id)
            .at(SECOND, signal)
            .registered("Text.")
            .group()
    };
    let bad = Story::shown("bad").at(5 * SECOND, regenerated(5 * SECOND));
    let kept = Story::untold("kept")
        .at(6 * SECOND, shown(2, Some("bad")))
        .at(9 * SECOND, copied(1.0, CopyVia::Button));
    vec![
        alone("up", rated(1.0)),
        alone("down", rated(-1.0)),
        alone("part", copied(0.2, CopyVia::Button)),
        group([bad.registered("Bad."), kept.registered("Kept.")]),
    ]
}

fn count(changes: &Changes, from: State, to: State) -> u64 {
    let mut all = changes.transitions.iter();
    all.find(|t| (t.from, t.to) == (from, to))
        .map_or(0, |t| t.outputs)
}

#[test]
fn the_same_policy_changes_nothing() {
    let changes = changes(&default(), &history(), 3);
    assert_eq!(
        (
            changes.outputs,
            changes.flipped,
            changes.rescored,
            changes.reweighted
        ),
        (5, 0, 0, 0)
    );
    let (before, after) = (changes.weight.before, changes.weight.after);
    assert_eq!(before, Milli::new(20_000), "1 + 1 + 5 + 7 + 6");
    assert_eq!(before, after);
    assert_eq!(count(&changes, State::Positive, State::Positive), 3);
    assert!(changes.rules.is_empty());
    assert!(changes.transitions.iter().all(|t| t.examples.is_empty()));
    let pairs = changes.rows["trl-dpo"];
    assert_eq!(
        (pairs.before, pairs.after, pairs.gained, pairs.lost),
        (1, 1, 0, 0)
    );
}

#[test]
fn flips_are_counted_with_the_rules_and_rows_behind_them() {
    // Ratings alone decide no more, and turn round what is left of them.
    let new = changed(
        "value = { above = 0.0 } }\nscore = 2.0",
        "value = { above = 0.0 } }\nscore = 1.0",
    );
    let changes = changes(&new, &history(), 3);
    assert_eq!((changes.flipped, changes.reweighted), (1, 1));
    assert_eq!(count(&changes, State::Positive, State::Pending), 1);
    assert_eq!(count(&changes, State::Positive, State::Positive), 2);
    let rule = RuleChange {
        rule: "rated_up".into(),
        flips: 1,
        gained: 0,
        lost: 0,
        rescored: 1,
    };
    assert_eq!((&changes.rules, changes.by_no_rule), (&vec![rule], 0));
    let flip = changes.transitions.iter().find(|t| t.from != t.to).unwrap();
    let example = &flip.examples[0];
    assert_eq!(example.output, "up");
    let scores = (example.before.score, example.after.score);
    assert_eq!(scores, (Milli::new(2_000), Milli::new(1_000)));
    assert_eq!(&*example.after.reasons[0].rule, "rated_up");
    let (sft, kto) = (changes.rows["trl-sft"], changes.rows["trl-kto"]);
    assert_eq!((sft.before, sft.after, sft.lost), (3, 2, 1));
    assert_eq!((kto.before, kto.after, kto.gained, kto.lost), (5, 4, 0, 1));
    assert_eq!(changes.weight.after, Milli::new(19_000));
}

#[test]
fn verdicts_turned_round_and_pairs_lost_are_told_apart() {
    let turned = changed(
        "value = { below = 0.0 } }\nscore = -2.0",
        "value = { below = 0.0 } }\nscore = 2.0",
    );
    let turned = changes(&turned, &history(), 1);
    assert_eq!(count(&turned, State::Negative, State::Positive), 1);
    assert_eq!(turned.rows["trl-kto"].reversed, 1);
    let strict = changed("margin = 2.0", "margin = 9.0");
    let strict = changes(&strict, &history(), 1);
    assert_eq!(strict.flipped, 0, "no label changes");
    let pairs = strict.rows["trl-dpo"];
    assert_eq!((pairs.before, pairs.after, pairs.lost), (1, 0, 1));
    let heavier = changed("implicit = 1.0", "implicit = 2.0");
    let heavier = changes(&heavier, &history(), 1);
    assert_eq!((heavier.flipped, heavier.reweighted), (0, 3));
    assert_eq!(heavier.rows["trl-dpo"].reweighted, 1);
}

#[test]
fn a_target_says_the_same_whatever_became_of_what_was_edited() {
    let edited = Story::shown("o")
        .at(SECOND, edited(0.8))
        .at(2 * SECOND, content(ContentRole::Edit, "Better."))
        .registered("Text.");
    let turned = changed(
        "survival = { at_least = 0.7 } }\nscore = 2.0",
        "survival = { at_least = 0.7 } }\nscore = -2.0",
    );
    let turned = changes(&turned, &[edited.group()], 1);
    assert_eq!(count(&turned, State::Positive, State::Negative), 1);
    for format in ["trl-sft", "trl-dpo"] {
        let rows = turned.rows[format];
        let none = (rows.gained, rows.lost, rows.reversed);
        assert_eq!((rows.after, none), (1, (0, 0, 0)), "{format}");
    }
}

#[test]
fn examples_are_few_and_do_not_depend_on_the_order() {
    let new = changed("decide = 2.0", "decide = 2.5");
    let groups: Vec<Group> = (0..40)
        .map(|n| {
            Story::shown(&format!("o-{n}"))
                .at(SECOND, rated(1.0))
                .group()
        })
        .collect();
    let ids = |groups: &[Group]| {
        let changes = changes(&new, groups, 4);
        assert_eq!(changes.flipped, 40);
        let flip = changes
            .transitions
            .into_iter()
            .find(|t| t.from != t.to)
            .unwrap();
        flip.examples
            .into_iter()
            .map(|example| example.output)
            .collect::<Vec<_>>()
    };
    let mut backwards = groups.clone();
    backwards.reverse();
    let forwards = ids(&groups);
    assert_eq!(forwards.len(), 4);
    assert_eq!(forwards, ids(&backwards));
    let mut hashes: Vec<_> = (0..40)
        .map(|n| {
            let id = format!("o-{n}");
            let bytes = [0_u64.to_le_bytes().as_slice(), id.as_bytes()].concat();
            (*blake3::hash(&bytes).as_bytes(), id)
        })
        .collect();
    hashes.sort();
    let smallest: Vec<_> = hashes.into_iter().take(4).map(|(_, id)| id).collect();
    assert_eq!(forwards, smallest, "the smallest blake3(seed, id)");
    assert_eq!(
        changes(&new, &groups, 0)
            .transitions
            .iter()
            .map(|t| t.examples.len())
            .sum::<usize>(),
        0
    );
}

#[test]
fn only_what_was_shown_in_the_range() {
    let late = Story::untold("late")
        .at(DAY, shown(1, None))
        .at(DAY + 1, rated(1.0));
    let groups = [
        Story::shown("o").at(SECOND, rated(1.0)).group(),
        late.group(),
    ];
    let old = default();
    let filter = Filter {
        since: Some(T0 + 1),
        ..Filter::of(Format::TrlDpo)
    };
    let mut relabel = Relabel::new((&old, &old), filter, T0 + 2 * DAY, (1, 0));
    groups.iter().for_each(|group| relabel.add(group));
    assert_eq!(relabel.finish().outputs, 1);
}

#[test]
fn text_for_a_terminal() {
    let new = changed("decide = 2.0", "decide = 2.5");
    let text = changes(&new, &history(), 1).to_string();
    for line in [
        "5 outputs: 3 flip, 0 keep their state with another score, 3 train with another weight\n",
        "sum of weights 20.0 → 13.0\n",
        "  positive  pending            2  *\n",
        "  positive  positive           1\n",
        "trl-kto            5         2         0         3         0           0\n",
        "\n3 of the flips by no rule: another score decides, or a label waits for longer or shorter\n",
        "negative → pending\n  down\n    before -2.0 (2.0 decides): rated_down −2.0 (9f9f9f9f9f9f9f9f9f9f9f9f9f9f9f9f:1)\n    after  -2.0 (2.5 decides): rated_down",
    ] {
        assert!(text.contains(line), "{line}\nin\n{text}");
    }
}
