//! Somebody is erased, or data end, before and while a dataset is made.

use super::*;
use crate::expire::Horizon;

fn graves(graves: u64) -> Forgotten {
    Forgotten {
        graves,
        ..Forgotten::default()
    }
}

fn before(at: u64) -> Forgotten {
    let horizon = Horizon {
        signals_before: at,
        texts_before: at + 5,
    };
    Forgotten { graves: 0, horizon }
}

#[test]
fn nothing_is_published_that_somebody_was_erased_from_meanwhile() {
    let asked = questions(30, 5);
    let desk = Desk::new();
    let request = desk.request("out");
    for forgotten in [[graves(0), graves(1)], [before(T0 - 9), before(T0 - 8)]] {
        let store = facts(&asked).forgetting(forgotten);
        let error = make(&store, &policy(), &request).unwrap_err();
        assert!(matches!(error, BuildError::Forgotten(_)), "{error}");
        assert!(!request.out.exists());
        // Nor does anything of them wait beside it.
        let left: Vec<_> = files(&desk.out("out.partial")).into_keys().collect();
        assert_eq!(left, ["work/lock"]);
        // The same request, again.
        make(&store, &policy(), &request).unwrap();
        fs::remove_dir_all(&request.out).unwrap();
    }
}

#[test]
fn whoever_is_erased_in_the_last_instant_is_said_to_be_in_it() {
    let asked = questions(30, 5);
    let desk = Desk::new();
    let request = desk.request("out");
    let store = facts(&asked).forgetting([graves(0), graves(0), graves(1)]);
    let error = make(&store, &policy(), &request).unwrap_err();
    assert!(matches!(error, BuildError::ForgottenSince(_)), "{error}");
    assert!(error.to_string().contains("delete it"), "{error}");
}

#[test]
fn what_an_interrupted_build_had_read_before_is_not_gone_on_with() {
    let asked = resuming::many();
    for (forgotten, resumes) in [(graves(0), true), (graves(1), false), (before(T0), false)] {
        let desk = Desk::new();
        let request = BuildRequest {
            memory_bytes: 1,
            ..desk.request("out")
        };
        let interrupted = make(&facts(&asked).for_groups(1_300), &policy(), &request);
        assert!(interrupted.is_err());
        let built = make(&facts(&asked).forgetting([forgotten]), &policy(), &request).unwrap();
        assert_eq!(built.resumed > 0, resumes, "{forgotten:?}");
    }
}

#[test]
fn a_build_says_what_it_could_not_see() {
    let asked = questions(30, 5);
    let desk = Desk::new();
    let whole = desk.request("whole");
    make(&facts(&asked), &policy(), &whole).unwrap();
    // Nothing that it asks for has expired: the same bytes.
    let since = |name: &str, since| {
        let mut request = desk.request(name);
        request.filter.since = Some(since);
        request
    };
    let later = since("later", T0 - 1);
    make(&facts(&asked), &policy(), &later).unwrap();
    let expected = files(&later.out);
    fs::remove_dir_all(&later.out).unwrap();
    let store = facts(&asked).forgetting([before(T0 - 100)]);
    make(&store, &policy(), &later).unwrap();
    assert_eq!(files(&later.out), expected);
    // From further back it says so.
    let earlier = since("earlier", T0 - 200);
    let built = make(&store, &policy(), &earlier).unwrap();
    assert_eq!(built.manifest.unseen, Some(before(T0 - 100).horizon));
    // From before everything that is left there is nothing, and why.
    let store = facts(&[]).forgetting([before(AS_OF + 1)]);
    let built = make(&store, &policy(), &desk.request("empty")).unwrap();
    let hint = built.manifest.counts.hint.unwrap();
    assert!(hint.contains("expired"), "{hint}");
}
