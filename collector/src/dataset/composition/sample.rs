//! Rows for tests, made of nothing but what a test says of them.

use std::{collections::BTreeMap, sync::LazyLock};

use tacit_signals::SubjectKind;

use super::{Composer, Composition, Population};
use crate::{
    dataset::{
        format::Format,
        ledger::Skip,
        provenance::{Basis, Provenance},
        split::Split,
    },
    label::{
        Labelled, Milli, Policy, State, Trust, label_group,
        script::{DAY, Story, T0},
    },
    store::rows::Origin,
};

/// A moment long after every window.
pub(crate) const AS_OF: u64 = T0 + 60 * DAY;

/// A good answer that was copied.
pub(crate) fn row(name: &str) -> Provenance {
    Provenance {
        name: name.into(),
        output: name.into(),
        rejected: None,
        basis: Basis::Answer,
        state: State::Positive,
        score: Milli::new(3_000),
        weight: Milli::new(6_000),
        confidence: Milli::new(900),
        margin: None,
        mature: true,
        trust: Trust::Signed,
        rules: vec!["copied_most".into()],
        evidence: vec![format!("9f3c:{name}")],
        subject: Some("s_1".into()),
        subject_kind: Some(SubjectKind::App),
        conversation: None,
        model: Some("m-1".into()),
        prompt_version: Some("support@14".into()),
        language: "en-GB".into(),
        device: "desktop".into(),
        surface: "chat".into(),
        prompt_chars: 40,
        completion_chars: 500,
        rejected_chars: None,
        shown_chars: Some(500),
        shown_at: Some(T0),
        held_out: false,
    }
}

/// The output a row rests on, as the population counts it.
pub(crate) fn output(row: &Provenance) -> Labelled {
    Labelled {
        state: row.state,
        seen: true,
        model: row.model.clone(),
        prompt_version: row.prompt_version.clone(),
        origin: Origin {
            lang: row.language.clone(),
            device: row.device.clone(),
            ..Origin::default()
        },
        chars: row.shown_chars,
        ..SHOWN.clone()
    }
}

static SHOWN: LazyLock<Labelled> = LazyLock::new(|| {
    let group = Story::shown("o-1").group();
    label_group(&group, &policy(), AS_OF).outputs.remove(0)
});

pub(crate) fn policy() -> Policy {
    Policy::default_policy().unwrap()
}

/// The composition of rows that each stand for one seen output beside `ignored`,
/// which became none; every person in `people` is outputs, rows and the last
/// signal.
pub(crate) fn compose(
    format: Format,
    rows: &[Provenance],
    ignored: &[Provenance],
    people: &[(u64, u64, u64)],
    skipped: &BTreeMap<Skip, u64>,
) -> Composition {
    let mut population = Population::default();
    for row in rows.iter().chain(ignored) {
        population.add(&output(row));
    }
    rows.iter().for_each(|row| population.row(row));
    let mut composer = Composer::new(population, &policy(), format, AS_OF);
    for (place, row) in rows.iter().enumerate() {
        let split = if place % 10 == 9 {
            Split::Test
        } else {
            Split::Train
        };
        composer.row(row, split);
    }
    for (outputs, rows, last_seen_at) in people {
        composer.person(*outputs, *rows, *last_seen_at);
    }
    composer.finish(skipped)
}
