//! What is taken out, what is left, and that it is the same whoever asks.

use proptest::prelude::*;

use super::*;

fn redact(text: &str) -> String {
    Redactor::standard().redact(text).text.into_owned()
}

#[test]
fn takes_out_what_the_browser_takes_out() {
    for (text, clean) in [
        ("mail a.b+c@mail.example.org!", "mail [email]!"),
        ("sk-aaaaaaaaaaaaaaaa1", "[key]"),
        ("pk_live_aaaaaaaaaaaaaaaa", "[key]"),
        ("ghp_aaaaaaaaaaaaaaaaaaaa", "[key]"),
        ("call +49 30 1234-5678.", "call [number]."),
        ("123456789", "[number]"),
        // Eight digits are an amount or a date.
        ("12345678", "12345678"),
    ] {
        assert_eq!(redact(text), clean);
    }
}

#[test]
fn takes_out_what_only_a_server_looks_for() {
    let pem = "-----BEGIN RSA PRIVATE KEY-----\nMIIEü\nx==\n-----END RSA PRIVATE KEY-----";
    for (text, clean) in [
        (pem, "[key]"),
        ("a -----BEGIN PRIVATE KEY-----\ncut off", "a [key]"),
        (
            "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.dozjgNryP4J3jVmN",
            "[token]",
        ),
        (
            "Authorization: Bearer abcdefghijklmnopqrst==",
            "Authorization: [token]",
        ),
        (
            "postgres://me:pa55@db.example/x",
            "[credentials]db.example/x",
        ),
        ("AKIAIOSFODNN7EXAMPLE", "[key]"),
        ("AIzaSyA-aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "[key]"),
        ("xoxe-1-abcdefghij", "[key]"),
        ("github_pat_aaaaaaaaaaaaaaaaaaaaaa", "[key]"),
        ("hf_aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "[key]"),
        ("sk-proj-abc_def-0123456789", "[key]"),
        (
            "to DE89 3704 0044 0532 0130 00 BIC COBADEFF",
            "to [iban] BIC COBADEFF",
        ),
        ("GB82WEST12345698765432", "[iban]"),
        ("4111 1111 1111 1111", "[card]"),
        ("378282246310005", "[card]"),
        ("from 203.0.113.7:80", "from [ip]:80"),
        ("2001:db8::8a2e:370:7334", "[ip]"),
        ("fe80::1", "[ip]"),
        ("2001:db8::/32", "[ip]/32"),
    ] {
        assert_eq!(redact(text), clean);
    }
}

#[test]
fn leaves_what_only_looks_alike() {
    for text in [
        "2 + 2 = 4, at 12:30:45 on 2026-11-26",
        "listen on 127.0.0.1 or 0.0.0.0",
        "use std::fmt and a::b::c, version 1.2.3",
        "HTTP/1.1 200 OK",
        "https://example.org/a:b?c=d",
        "a hexadecimal deadbeef and CSS ::before",
        "GB82 WEST",
        "[email] and [number] and [own]",
    ] {
        assert_eq!(redact(text), text);
    }
    // No card by its digits, yet long enough for a number.
    assert_eq!(redact("4111 1111 1111 1112"), "[number]");
    assert_eq!(redact("DE89 3704 0044 0532 0130 02"), "DE[number]");
}

#[test]
fn what_stands_alone_afterwards_is_looked_at_again() {
    // In the middle of a word there is no key; after the number it is none.
    let text = "123456789sk-aaaaaaaaaaaaaaaa";
    let redacted = Redactor::standard().redact(text);
    assert_eq!((&*redacted.text, redacted.found), ("[number][key]", 2));
}

#[test]
fn a_sites_own_patterns_come_first() {
    let own = |pattern: &str, name: &str| Own {
        pattern: pattern.into(),
        name: name.into(),
    };
    let redactor = Redactor::new(&[own(r"\bK-\d+", "customer"), own("Zoë", "name")]).unwrap();
    let redacted = redactor.redact("K-123456789 is Zoë, zoe@example.org");
    assert_eq!(redacted.text, "[customer] is [name], [email]");
    assert_eq!(redacted.found, 3);
    let wrong = Redactor::new(&[own("(", "x")]).unwrap_err();
    assert!(matches!(wrong, RedactError::Pattern(_)), "{wrong}");
    let wrong = Redactor::new(&[own("x", "a]b")]).unwrap_err();
    assert_eq!(wrong, RedactError::Name("a]b".into()));
    // One that finds the empty text, and one that finds its own mark.
    let odd = Redactor::new(&[own("x*", "x"), own(r"\[y\]|y", "y")]).unwrap();
    assert_eq!(odd.redact("a xx y").text, "a xx [y]");
}

/// Pieces that are, border on, or nearly are what is looked for.
fn text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("123456789".to_owned()),
        Just("sk-aaaaaaaaaaaaaaaa".to_owned()),
        Just("4111111111111111".to_owned()),
        Just("DE89 3704 0044 0532 0130 00".to_owned()),
        Just("a@b.example".to_owned()),
        Just("203.0.113.7".to_owned()),
        Just("fe80::1:2".to_owned()),
        Just("[email]".to_owned()),
        Just("[ema".to_owned()),
        Just("il]".to_owned()),
        Just("-----BEGIN PRIVATE KEY-----".to_owned()),
        "[ -~]{0,6}",
        "\\PC{0,6}",
        Just("é🙂\u{301}".to_owned()),
    ];
    proptest::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat())
}

static BROWSER: LazyLock<[Regex; 3]> =
    LazyLock::new(|| PRIVATE.map(|(pattern, _)| Regex::new(&format!("(?-u){pattern}")).unwrap()));

proptest! {
    #[test]
    fn once_is_enough(text in text()) {
        let once = redact(&text);
        let twice = Redactor::standard().redact(&once);
        prop_assert_eq!(twice.found, 0, "{}", once);
        prop_assert_eq!(&*twice.text, &*once);
    }

    /// Nothing is left that any pattern of the browser's would find.
    #[test]
    fn nothing_is_left(text in text()) {
        let clean = redact(&text);
        for piece in Redactor::standard().marks.split(&clean) {
            for pattern in &*BROWSER {
                prop_assert!(!pattern.is_match(piece), "{} in {:?}", pattern, piece);
            }
        }
    }

    /// What is left was there, in its order, character by character.
    #[test]
    fn characters_stay_whole(text in text()) {
        let clean = redact(&text);
        let mut rest = &*text;
        for piece in Redactor::standard().marks.split(&clean) {
            let at = rest.find(piece);
            prop_assert!(at.is_some(), "{:?} is not in {:?}", piece, rest);
            rest = &rest[at.unwrap() + piece.len()..];
        }
    }
}
