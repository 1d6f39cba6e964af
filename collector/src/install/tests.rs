use std::collections::{BTreeMap, BTreeSet};

use super::{
    check::{Check, State as Found},
    facts::{Outputs, Refused, Seen, Slices},
    *,
};
use crate::{control::ContentPolicy, testing::NOW};

/// A site on which all is well.
fn good() -> Facts {
    let seen = Seen {
        count: 9,
        last_at: NOW - 5,
    };
    Facts {
        now: NOW,
        keys: 1,
        content: ContentPolicy::Edits,
        kinds: [("shown", seen), ("copied", seen)].into(),
        outputs: Outputs {
            read: 20,
            seen: 10,
            registered: 20,
            joined: 10,
            with_answer: 20,
            with_input: 20,
            trainable: 10,
            with_edit: 1,
        },
        slices: Slices {
            pages: 20,
            ..Slices::default()
        },
        batches: 1_000,
        refused: Vec::new(),
        shed: 0,
        rejected: BTreeMap::new(),
        install: BTreeMap::new(),
        counts: BTreeMap::new(),
        quarantined: 0,
    }
}

/// A collector that nobody has sent anything to.
fn silent() -> Facts {
    Facts {
        kinds: BTreeMap::new(),
        outputs: Outputs::default(),
        slices: Slices::default(),
        batches: 0,
        content: ContentPolicy::Off,
        ..good()
    }
}

fn refused(code: &str, own: bool, ago_ms: Option<u64>) -> Refused {
    Refused {
        code: code.into(),
        count: 3,
        own,
        last_at: ago_ms.map(|ago| NOW - ago),
    }
}

/// Names and states of what was found.
fn found(facts: &Facts) -> Vec<(String, Found)> {
    let checks = report(facts).checks;
    checks.into_iter().map(|it| (it.check, it.state)).collect()
}

fn one(facts: &Facts) -> Check {
    let checks = report(facts).checks;
    assert_eq!(checks.len(), 1, "{checks:?}");
    checks.into_iter().next().unwrap()
}

#[test]
fn a_site_on_which_all_is_well_is_told_so() {
    let report = report(&good());
    assert_eq!((report.state, report.level), (State::Good, Some(2)));
    assert_eq!(report.checks, []);
    let kinds: BTreeSet<_> = report.kinds.iter().map(|kind| kind.kind).collect();
    assert_eq!(kinds.len(), 18, "every kind, once");
    let of = |name: &str| report.kinds.iter().find(|kind| kind.kind == name).unwrap();
    assert_eq!((of("shown").count, of("shown").last_at), (9, Some(NOW - 5)));
    assert_eq!((of("rated").count, of("rated").last_at), (0, None));
}

#[test]
fn what_came_long_ago_counts_as_seen() {
    let mut facts = good();
    facts.add_earlier("shown", 4, NOW - 9);
    facts.add_earlier("copied", 40, NOW - 9);
    facts.add_earlier("rated", 2, NOW - 99);
    facts.add_earlier("shared", 0, 0);
    let kinds = report(&facts).kinds;
    let of = |name: &str| kinds.iter().find(|kind| kind.kind == name).unwrap();
    let told =
        ["shown", "copied", "rated", "shared"].map(|name| (of(name).count, of(name).last_at));
    assert_eq!(
        told,
        [
            (9, Some(NOW - 5)),
            (40, Some(NOW - 5)),
            (2, Some(NOW - 99)),
            (0, None)
        ]
    );
}

#[test]
fn before_the_first_signal_it_waits_for_a_key_and_then_for_the_page() {
    let facts = silent();
    assert_eq!(report(&facts).state, State::Waiting);
    assert_eq!(one(&facts).check, "silent");
    assert_eq!(report(&facts).level, None);
    let keyless = Facts { keys: 0, ..facts };
    assert_eq!(one(&keyless).check, "no_key");
    let missing = report(&keyless).levels[0].missing[0];
    assert_eq!(missing.says, remedy::NO_KEY.says);
}

#[test]
fn signals_without_an_answer_in_sight_need_an_adapter() {
    let mut facts = good();
    facts.kinds.remove("shown");
    let check = one(&facts);
    assert_eq!(
        (&*check.check, check.state),
        ("nothing_shown", Found::Attention)
    );
    assert_eq!(check.docs, "adapters");
    assert_eq!(report(&facts).level, None);
}

#[test]
fn every_refusal_has_its_remedy_and_an_old_one_needs_nobody() {
    for (code, docs) in [
        ("origin_forbidden", "access#pages-and-origins"),
        ("key_unknown", "access"),
        ("key_revoked", "access#rotation"),
        ("key_not_publishable", "access"),
        ("body_too_large", "limits#a-body"),
        ("content_type_unsupported", "limits#a-body"),
        ("session_rate_limited", "limits#how-often"),
        (
            "checksum_mismatch",
            "transport#what-the-collectors-answer-does",
        ),
    ] {
        let facts = Facts {
            refused: vec![refused(code, true, Some(1_000))],
            ..good()
        };
        let check = one(&facts);
        assert_eq!(
            (check.state, check.docs),
            (Found::Attention, docs),
            "{code}"
        );
        assert_eq!((check.count, check.last_at), (Some(3), Some(NOW - 1_000)));
        assert_eq!(report(&facts).state, State::Attention);
    }
    let day = 86_400_000;
    for (own, ago, state) in [
        (true, Some(day), Found::Attention),
        (true, Some(day + 1), Found::Note),
        // Of an earlier process.
        (true, None, Found::Note),
        // It may have been meant for anybody.
        (false, Some(1), Found::Note),
    ] {
        let facts = Facts {
            refused: vec![refused("origin_forbidden", own, ago)],
            ..good()
        };
        assert_eq!(one(&facts).state, state, "{own} {ago:?}");
    }
    let hung_up = Facts {
        refused: vec![refused("abandoned", true, Some(1))],
        ..good()
    };
    assert_eq!(one(&hung_up).state, Found::Note, "people close pages");
}

#[test]
fn whoever_waits_for_a_first_signal_hears_of_keys_nobody_knows() {
    let facts = Facts {
        refused: vec![refused("key_unknown", false, Some(1))],
        ..silent()
    };
    assert_eq!(
        found(&facts),
        [
            ("key_unknown".into(), Found::Attention),
            ("silent".into(), Found::Waiting)
        ]
    );
    assert_eq!(report(&facts).state, State::Attention);
}

#[test]
fn pages_that_can_capture_nothing_need_somebody_unless_they_are_few() {
    for (count, state) in [(9, Found::Note), (10, Found::Attention)] {
        let facts = Facts {
            install: [
                ("wasm_refused".to_owned(), count),
                ("not_loaded".to_owned(), 0),
            ]
            .into(),
            ..good()
        };
        let check = one(&facts);
        assert_eq!((&*check.check, check.state), ("wasm_refused", state));
        assert_eq!(check.docs, "integrate#content-security-policy");
    }
    let facts = Facts {
        install: [("not_loaded".to_owned(), 1)].into(),
        ..silent()
    };
    let check = report(&facts).checks.into_iter().next().unwrap();
    assert_eq!(
        (&*check.check, check.state),
        ("not_loaded", Found::Attention)
    );
    assert_eq!(check.docs, "integrate#a-script-tag");
}

#[test]
fn events_that_are_refused_alone_have_theirs() {
    for (code, state, docs) in [
        ("too_old", Found::Note, "import"),
        (
            "content_forbidden",
            Found::Attention,
            "privacy#what-leaves-the-page",
        ),
        ("share_out_of_range", Found::Attention, "limits#a-body"),
    ] {
        let facts = Facts {
            rejected: [(code.to_owned(), 2)].into(),
            ..good()
        };
        let check = one(&facts);
        assert_eq!((check.state, check.docs), (state, docs), "{code}");
    }
}

#[test]
fn outputs_that_the_server_does_not_know_are_told_once_it_registers_any() {
    let with = |outputs: Outputs| Facts { outputs, ..good() };
    let nine_of_ten = with(Outputs {
        joined: 9,
        ..good().outputs
    });
    let check = one(&nine_of_ten);
    assert_eq!((&*check.check, check.state), ("unlinked", Found::Attention));
    assert_eq!((check.count, check.of), (Some(1), Some(10)));
    let one_in_twenty = with(Outputs {
        seen: 20,
        joined: 19,
        ..good().outputs
    });
    assert_eq!(one(&one_in_twenty).state, Found::Note);
    let level_0 = with(Outputs {
        read: 10,
        seen: 10,
        ..Outputs::default()
    });
    assert_eq!(found(&level_0), []);
    let without_text = with(Outputs {
        with_answer: 0,
        trainable: 0,
        ..good().outputs
    });
    assert_eq!(one(&without_text).check, "no_registered_text");
}

#[test]
fn what_is_only_counted_is_told_and_needs_nobody() {
    let facts = Facts {
        shed: 1,
        quarantined: 2,
        slices: Slices {
            pages: 20,
            off_clock: 3,
            off_clock_ms_max: 9_000,
            automated: 4,
        },
        counts: [
            ("tokens_invalid".to_owned(), 5),
            ("dropped_by_clients".to_owned(), 6),
        ]
        .into(),
        ..good()
    };
    let told = found(&facts);
    let names: Vec<_> = told.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(
        names,
        [
            "shed",
            "clock",
            "automated",
            "tokens",
            "unknown_kind",
            "dropped"
        ]
    );
    assert!(told.iter().all(|(_, state)| *state == Found::Note));
    assert_eq!(report(&facts).state, State::Good);
    let clock = &report(&facts).checks[1];
    assert_eq!((clock.count, clock.of), (Some(3), Some(20)));
}

#[test]
fn each_level_says_what_it_lacks() {
    let missing = |facts: &Facts, level: usize| -> Vec<&str> {
        let levels = report(facts).levels;
        levels[level]
            .missing
            .iter()
            .map(|missing| missing.says)
            .collect()
    };
    let outputs = |outputs: Outputs| Facts { outputs, ..good() };
    let none = outputs(Outputs {
        seen: 10,
        ..Outputs::default()
    });
    assert_eq!(missing(&none, 1), [remedy::REGISTER.says]);
    assert_eq!(report(&none).level, Some(0));
    let bare = outputs(Outputs {
        seen: 10,
        registered: 10,
        joined: 10,
        ..Outputs::default()
    });
    assert_eq!(
        missing(&bare, 1),
        [remedy::NO_TEXT.says, remedy::NO_INPUT.says]
    );
    let apart = outputs(Outputs {
        joined: 0,
        trainable: 0,
        ..good().outputs
    });
    assert_eq!(missing(&apart, 1), [remedy::NOT_JOINED.says]);
    let unedited = outputs(Outputs {
        with_edit: 0,
        ..good().outputs
    });
    assert_eq!(missing(&unedited, 2), [remedy::NO_EDIT.says]);
    assert_eq!(report(&unedited).level, Some(1));
    let kept_off = Facts {
        content: ContentPolicy::Off,
        ..unedited
    };
    assert_eq!(
        missing(&kept_off, 2),
        [remedy::KEEPS_NO_TEXT.says, remedy::NO_EDIT.says]
    );
}
