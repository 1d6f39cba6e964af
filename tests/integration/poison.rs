//! Attacks on what is learnt, by whoever has the publishable key: each fails to move a
//! dataset or a readout, and would move it without the screen.

#[path = "poison/experiment.rs"]
mod experiment;
#[path = "poison/house.rs"]
mod house;
#[path = "poison/trust.rs"]
mod trust;

use serde_json::json;
use tacit_signals::{Batch, SessionId};
use tacit_tests::{
    page::Page,
    rounds,
    signals::{copied, followed_up, read, shown},
};

use house::{LONG, Site};

/// Answers a sender of a flood copies.
const EACH: usize = 250;
/// Who copies each answer of the attacker's.
const SENDERS: u16 = 32;
/// Requests of theirs that are under way at once.
const AT_ONCE: usize = 4;

/// Honest people of a site.
const PEOPLE: u32 = 40;

fn ids(name: &str, count: u32) -> Vec<String> {
    (0..count).map(|n| format!("{name}-{n}")).collect()
}

/// Copies an attacker sends: 8 000, and a million where many rounds are asked for.
fn copies() -> u64 {
    if rounds(1) > 1 { 1_000_000 } else { 8_000 }
}

/// Answers of the attacker's, each of which is copied by [`SENDERS`].
fn owned() -> Vec<String> {
    ids("bad", u32::try_from(copies() / u64::from(SENDERS)).unwrap())
}

/// Copies of answers the attacker got, by a program, in the names of sessions or of
/// people; how many senders, and how many signals.
fn flood(site: &Site, named: bool) -> (u64, u64) {
    // Answers the app gave to nobody it knows.
    let owned = owned();
    site.register(&owned, None);
    let portions: Vec<_> = owned
        .chunks(EACH)
        .cycle()
        .zip(0..usize::from(SENDERS) * owned.len() / EACH)
        .collect();
    std::thread::scope(|scope| {
        for some in portions.chunks(portions.len().div_ceil(AT_ONCE)) {
            let api = site.server.api();
            scope.spawn(move || {
                for (portion, sender) in some {
                    api.batch(&sent(site, portion, *sender, named));
                }
            });
        }
    });
    (portions.len() as u64, copies() * 2)
}

/// What one of the senders sends: everything at once.
fn sent(site: &Site, portion: &[String], sender: usize, named: bool) -> Batch {
    let number = (sender as u128) << 64 | if named { 0xbed } else { 0xbad };
    let mut page = Page::of_session(&site.data.publishable, SessionId(number.to_be_bytes()));
    if named {
        page = page.of_subject(&format!("sybil-{sender}"));
    }
    let start = site.from + sender as u64 * 1_000;
    let acts = portion.iter().zip(0..).flat_map(|(id, n)| {
        let at = start + n * 70;
        [
            page.event(at, id, shown(("bad", 0, 0))),
            page.event(at + 5, id, copied(1_000)),
        ]
    });
    let events = acts.collect();
    page.batch(events)
}

#[test]
fn a_flood_of_copies_over_sessions_and_over_subjects_teaches_nothing() {
    let site = Site::new(PEOPLE);
    let honest = site.dataset(None, site.settled());
    assert_eq!(honest.len(), 6 * PEOPLE as usize);
    assert_eq!(
        site.screened(site.settled()),
        (std::collections::BTreeMap::new(), 0)
    );

    let (sessions, first) = flood(&site, false);
    let as_of = site.settled();
    let (rules, signals) = site.screened(as_of);
    assert_eq!((rules["acts_per_minute"], signals), (sessions, first));
    site.assert_unmoved(&honest, as_of);

    let (people, second) = flood(&site, true);
    let as_of = site.settled();
    let (rules, signals) = site.screened(as_of);
    assert_eq!(
        (rules["acts_per_minute"], signals),
        (sessions + people, first + second)
    );
    site.assert_unmoved(&honest, as_of);

    // It is counted everywhere, by name.
    let ledger = site.data.cli(&["ledger", "--json"]).ok().json();
    assert_eq!(ledger["fates"]["screened"], signals);
    let api = site.server.api().patient(LONG);
    let one = api.get(&format!("/v1/outputs/bad-0?as_of={as_of}&explain=true"));
    let one = one.ok().json();
    assert_eq!(one["label"]["state"], "pending", "{}", one["label"]);
    assert_eq!(one["label"]["screened"], json!(4 * SENDERS));
    assert_eq!(one["signals"][0]["screened"], "acts_per_minute");
    let broken = &one["screened"][0]["broken"][0];
    assert!(
        broken["detail"]
            .as_str()
            .unwrap()
            .starts_with("120 acts within "),
        "{broken}"
    );
    let told = site.data.cli(&["label", "explain", "bad-0"]).ok();
    assert!(
        told.text()
            .contains("events of screened people do not count"),
        "{}",
        told.text()
    );
    let event = format!("{}:1", SessionId(0xbad_u128.to_be_bytes()));
    let followed = site.data.cli(&["ledger", &event, "--json"]).ok().json();
    assert_eq!(followed["fate"], "screened", "{followed}");

    let out = site.data.beside("build");
    let out = tacit_tests::data::arg(&out);
    let built = site.data.cli(&[
        "dataset", "build", "--format", "trl-kto", "--out", out, "--json",
    ]);
    let _ = built.ok();
    let composition = std::fs::read_to_string(site.data.beside("build").join("composition.json"));
    let composition: serde_json::Value = serde_json::from_str(&composition.unwrap()).unwrap();
    assert_eq!(
        composition["skipped"]["screened"],
        owned().len(),
        "{}",
        composition["skipped"]
    );
}

#[test]
fn a_recorded_session_that_comes_again_teaches_nothing() {
    let site = Site::new(PEOPLE);
    let honest = site.dataset(None, site.settled());
    // What a person did with five answers, at their pace.
    let times = [
        0, 7_310, 9_820, 31_007, 44_903, 47_110, 70_480, 79_001, 81_515, 101_220,
    ];
    let api = site.server.api();
    for round in 0..30 {
        let answers = ids(&format!("rec-{round}"), 5);
        site.register(&answers, None);
        let mut page = Page::new(&site.data.publishable).of_subject(&format!("rec-{round}"));
        let start = site.from + round * 731_003;
        let mut events = Vec::new();
        for (place, at) in times.into_iter().enumerate() {
            let at = start + at + (round * 13) % 17;
            let id = &answers[place / 2];
            events.push(if place % 2 == 0 {
                page.event(at, id, shown(("rec", 0, 0)))
            } else {
                page.event(at, id, copied(800))
            });
        }
        api.batch(&page.batch(events));
    }
    let as_of = site.settled();
    let (rules, signals) = site.screened(as_of);
    assert_eq!((rules["replay"], signals), (30, 300), "{rules:?}");
    site.assert_unmoved(&honest, as_of);
}

#[test]
fn one_person_cannot_claim_a_projects_answers() {
    let site = Site::new(PEOPLE);
    let honest = site.dataset(None, site.settled());
    let claimed = ids("mine", 600);
    site.register(&claimed, None);
    let api = site.server.api();
    // At a pace anybody can keep for a day: an answer a minute and more.
    for (hour, some) in (0..).zip(claimed.chunks(40)) {
        let mut page = Page::new(&site.data.publishable).of_subject("whale");
        let acts = some.iter().zip(0..).flat_map(|(id, n)| {
            let at = site.from + hour * 3_600_000 + n * 81_000 + n * n * 17;
            [
                page.event(at, id, shown(("mine", 0, 0))),
                page.event(at + 9_000 + n * 97, id, copied(700)),
            ]
        });
        let events = acts.collect();
        api.batch(&page.batch(events));
    }
    let as_of = site.settled();
    let (rules, signals) = site.screened(as_of);
    assert_eq!(
        (rules.get("share"), signals),
        (Some(&1), 1_200),
        "{rules:?}"
    );
    site.assert_unmoved(&honest, as_of);
}

#[test]
fn who_guesses_ids_teaches_nothing() {
    let site = Site::new(PEOPLE);
    // Answers that people got and did nothing with: an id that can be guessed.
    let quiet = ids("o", 60);
    site.register(&quiet, None);
    let honest = site.dataset(None, site.settled());
    let mut page = Page::new(&site.data.publishable);
    let guesses = ids("o", 200);
    let acts = guesses
        .iter()
        .zip(0..)
        .map(|(id, n)| page.event(site.from + n * 8_000 + n * n, id, copied(900)));
    let events = acts.collect();
    site.server.api().batch(&page.batch(events));
    let as_of = site.settled();
    let (rules, signals) = site.screened(as_of);
    assert_eq!((rules["guess"], signals), (1, 200), "{rules:?}");
    site.assert_unmoved(&honest, as_of);
}

#[test]
fn what_people_do_at_once_is_no_attack() {
    let site = Site::new(PEOPLE);
    let api = site.server.api();
    // Everything of a long page accepted at once, and a page that shows its history.
    let all = ids("all", 80);
    site.register(&all, Some("u-1"));
    let mut page = Page::new(&site.data.publishable).of_subject("u-1");
    let mut events = Vec::new();
    for (n, id) in (0..).zip(&all) {
        events.push(page.event(site.from + n, id, shown(("all", 0, 0))));
    }
    for (n, id) in (0..).zip(&all) {
        events.push(page.event(site.from + 90_000 + n, id, copied(1_000)));
        events.push(page.event(site.from + 90_000 + n, id, read(2_000)));
    }
    events.push(page.event(site.from + 95_000, &all[0], followed_up(95_000)));
    api.batch(&page.batch(events));
    assert_eq!(
        site.screened(site.settled()),
        (std::collections::BTreeMap::new(), 0)
    );
}
