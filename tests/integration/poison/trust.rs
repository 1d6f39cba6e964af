//! Attacks on who said what: forged tokens, people nobody knows, answers nobody
//! registered.

use serde_json::{Value, json};
use tacit_tests::{
    data::arg,
    page::Page,
    rows,
    signals::{copied, shown},
};

use super::{PEOPLE, house::Site, ids};

/// Tells that `ids` were shown and copied, at a person's pace, each with what `token`
/// gives.
fn tell(site: &Site, page: &mut Page, ids: &[String], token: impl Fn(usize) -> Option<String>) {
    let mut events = Vec::new();
    for (place, output) in ids.iter().enumerate() {
        let at = site.from + 9_000 * place as u64 + (place * place) as u64;
        for (after, signal) in [(0, shown(("f", 0, 0))), (4_000, copied(900))] {
            let mut event = page.event(at + after, output, signal);
            event.token = token(place).map(String::into_boxed_str);
            events.push(event);
        }
    }
    site.server.api().batch(&page.batch(events));
}

#[test]
fn forged_tokens_sign_nothing() {
    let site = Site::new(2);
    let mine = ids("mine", 8);
    let registered = site.register(&mine, Some("mallory"));
    let tokens: Vec<_> = registered
        .iter()
        .map(|output| output["token"].as_str().unwrap().to_owned())
        .collect();
    let theirs = ids("theirs", 8);
    site.register(&theirs, Some("alice"));
    let mallory = || Page::new(&site.data.publishable).of_subject("mallory");
    // A token of an answer of one's own for another's, another's name with one's own
    // token, one with other digits, and one that is none.
    tell(&site, &mut mallory(), &theirs[..2], |place| {
        Some(tokens[place].clone())
    });
    let mut alice = Page::new(&site.data.publishable).of_subject("alice");
    tell(&site, &mut alice, &theirs[2..4], |place| {
        Some(tokens[place + 2].clone())
    });
    let swapped = |token: &str| {
        let (start, last) = token.split_at(token.len() - 1);
        format!("{start}{}", if last == "0" { "1" } else { "0" })
    };
    tell(&site, &mut mallory(), &mine[4..6], |place| {
        Some(swapped(&tokens[place + 4]))
    });
    tell(&site, &mut mallory(), &mine[6..8], |_| Some("0.0".into()));
    // And one that is right.
    tell(&site, &mut mallory(), &mine[..1], |_| {
        Some(tokens[0].clone())
    });
    let as_of = site.settled().to_string();
    let signed = [
        "export", "--format", "trl-kto", "--trust", "signed", "--as-of", &as_of,
    ];
    let signed = rows(site.data.cli(&signed).ok().text());
    assert_eq!(signed.len(), 1, "{signed:?}");
    assert!(signed[0].to_string().contains("(mine-0)"), "{signed:?}");
    let trust = |output: &str| site.server.api().output(output)["label"]["trust"].clone();
    assert_eq!(trust("mine-0"), "signed");
    for forged in ["theirs-0", "theirs-2", "mine-4", "mine-6"] {
        assert_eq!(trust(forged), "known", "{forged}");
    }
    let ledger = site.data.cli(&["ledger", "--json"]).ok().json();
    assert!(
        ledger["counts"]["tokens_invalid"].as_u64().unwrap() >= 8,
        "{ledger}"
    );
}

#[test]
fn what_is_only_claimed_is_in_no_dataset_by_default() {
    let site = Site::new(PEOPLE);
    let honest = site.dataset(None, site.settled());
    let invented = ids("invented", 12);
    let mut page = Page::new(&site.data.publishable).of_subject("inventor");
    tell(&site, &mut page, &invented, |_| None);
    let as_of = site.settled();
    assert_eq!(site.dataset(None, as_of), honest);
    // No format takes it unless it was asked for.
    let api = site.server.api();
    for format in [
        "trl-sft",
        "trl-sft-chat",
        "trl-dpo",
        "trl-kto",
        "trl-reward",
        "openai-sft",
        "openai-dpo",
        "rag",
        "evals-inspect",
        "evals-promptfoo",
    ] {
        assert!(!api.dataset(format, as_of).contains("invented"), "{format}");
    }
    let label = api.output("invented-3")["label"].clone();
    assert_eq!(
        (&label["state"], &label["trust"]),
        (&json!("positive"), &json!("claimed"))
    );
    let as_of = as_of.to_string();
    let claimed = [
        "export", "--format", "trl-kto", "--trust", "claimed", "--as-of", &as_of,
    ];
    let claimed = site.data.cli(&claimed).ok();
    // Even then there is no text that a server vouches for.
    assert!(!claimed.text().contains("invented"), "{}", claimed.text());
}

#[test]
fn people_known_by_their_session_share_one_cap() {
    let site = Site::new(PEOPLE);
    let made = ids("sybil", 300);
    site.register(&made, None);
    let api = site.server.api();
    // A new session for each act, as a person would act: nothing tells them from people.
    for (n, output) in (0..).zip(&made) {
        let mut page = Page::new(&site.data.publishable);
        let at = site.from + n * 61_000 + n * n * 7;
        let events = vec![
            page.event(at, output, shown(("s", 0, 0))),
            page.event(at + 5_000 + n * 31, output, copied(900)),
        ];
        api.batch(&page.batch(events));
    }
    let as_of = site.settled();
    assert_eq!(site.screened(as_of).1, 0, "a screen cannot see it");
    let out = site.data.beside("capped");
    let as_of = as_of.to_string();
    let build = [
        "dataset",
        "build",
        "--format",
        "trl-kto",
        "--out",
        arg(&out),
        "--as-of",
        &as_of,
    ];
    let _ = site.data.cli(&build).ok();
    let manifest = std::fs::read_to_string(out.join("composition.json")).unwrap();
    let composition: Value = serde_json::from_str(&manifest).unwrap();
    let kept = 6 * u64::from(PEOPLE);
    let rows = composition["rows"].as_u64().unwrap();
    assert!(
        rows >= kept && (rows - kept) * 10 <= rows,
        "{rows} rows, {kept} of them honest"
    );
    assert!(rows > kept, "a tenth may be theirs");
    let capped = composition["skipped"]["session_cap"].as_u64().unwrap();
    assert_eq!(capped + rows - kept, 300, "{}", composition["skipped"]);
}
