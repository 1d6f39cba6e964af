//! A site with honest people, somebody who attacks it, and what both come to.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use serde_json::{Value, json};
use tacit_tests::{
    chats::words,
    data::{Data, arg},
    now_ms,
    page::Page,
    rows,
    server::Server,
    signals::{copied, rated, read, regenerated, shown},
};

/// Answers each honest person gets.
pub(super) const EACH: u32 = 6;
const MINUTE: u64 = 60_000;
/// Of anything with a million copies.
pub(super) const LONG: Duration = Duration::from_secs(900);

/// A site and its facts.
pub(super) struct Site {
    pub(super) data: Data,
    pub(super) server: Server,
    random: fastrand::Rng,
    /// When the first of it happened, Unix ms.
    pub(super) from: u64,
    /// Whether the app tells arms of the experiment `tone`.
    pub(super) tries: bool,
}

impl Site {
    /// A site with so many people, each of whom reads, copies, asks again and now and
    /// then rates, as people do.
    pub(super) fn new(people: u32) -> Self {
        let data = Data::new();
        let server = Server::start(&data);
        let mut site = Self {
            data,
            server,
            random: fastrand::Rng::with_seed(16),
            from: now_ms() - 20 * 3_600_000,
            tries: false,
        };
        site.people(people);
        site
    }

    /// So many people come.
    pub(super) fn people(&mut self, people: u32) {
        for person in 0..people {
            self.person(person);
        }
    }

    fn person(&mut self, person: u32) {
        let name = format!("u-{person}");
        let ids: Vec<_> = (0..EACH).map(|n| format!("h-{person}-{n}")).collect();
        let arm = self.tries.then(|| self.arm(&name));
        self.register_in(&ids, Some(&name), arm.as_deref());
        let mut page = Page::new(&self.data.publishable).of_subject(&name);
        let mut at = self.from + u64::from(person) * 5 * MINUTE + self.random.u64(0..MINUTE);
        let mut events = Vec::new();
        for (turn, id) in (0..).zip(&ids) {
            let conversation = format!("hc-{person}");
            events.push(page.event(at, id, shown((&conversation, turn, 0))));
            at += self.random.u64(4_000..60_000);
            events.push(page.event(at, id, read(4_000)));
            let act = if turn % 2 == 0 {
                copied(900)
            } else {
                regenerated(9_000)
            };
            events.push(page.event(at + 10, id, act));
            if turn == 4 {
                events.push(page.event(at + 3_000, id, rated(true)));
            }
            at += self.random.u64(6_000..90_000);
        }
        self.server.api().batch(&page.batch(events));
    }

    /// The app registers answers, with texts unlike any other, for somebody or nobody.
    pub(super) fn register(&self, ids: &[String], subject: Option<&str>) -> Vec<Value> {
        self.register_in(ids, subject, None)
    }

    /// As [`Site::register`], of an arm of the experiment.
    pub(super) fn register_in(
        &self,
        ids: &[String],
        subject: Option<&str>,
        arm: Option<&str>,
    ) -> Vec<Value> {
        let api = self.server.api();
        let mut settled = Vec::new();
        for ids in ids.chunks(500) {
            let outputs: Vec<_> = ids.iter().map(|id| output(id, subject, arm)).collect();
            settled.extend(api.register(&json!(outputs)));
        }
        settled
    }

    /// The arm somebody is in.
    pub(super) fn arm(&self, name: &str) -> String {
        let path = format!("/v1/assign?experiment=tone&subject={name}");
        let said = self.server.api().get(&path).ok().json();
        said["arm"].as_str().unwrap_or_default().to_owned()
    }

    /// Waits until the store has everything; the moment after, Unix ms.
    pub(super) fn settled(&self) -> u64 {
        self.server.api().folded(LONG);
        now_ms()
    }

    /// Rows of a dataset by what they say, with labels; by the policy in `file`, or the
    /// built-in one.
    pub(super) fn dataset(&self, policy: Option<&str>, as_of: u64) -> BTreeSet<String> {
        let as_of = as_of.to_string();
        let mut args = vec!["export", "--format", "trl-kto", "--as-of", &as_of];
        args.extend(policy.into_iter().flat_map(|file| ["--policy", file]));
        let exported = self.data.cli(&args).ok();
        let rows = rows(exported.text()).into_iter();
        rows.map(|row| row.to_string()).collect()
    }

    /// A policy that is the built-in one without a screen.
    pub(super) fn unscreened(&self) -> String {
        let built_in = include_str!("../../../collector/policies/default.toml");
        let off = "\n[screen]\nacts_per_minute = 0\nacts_per_hour = 0\nrun_acts = 0\n\
            share_outputs = 0\nreplays = 0\nguesses = 0\n";
        let path = self.data.beside("unscreened.toml");
        std::fs::write(&path, format!("{built_in}{off}")).unwrap();
        arg(&path).to_owned()
    }

    /// Who was screened: people by rule, and how many signals.
    pub(super) fn screened(&self, as_of: u64) -> (BTreeMap<String, u64>, u64) {
        let as_of = as_of.to_string();
        let said = self
            .data
            .cli(&["screen", "--as-of", &as_of, "--json"])
            .ok()
            .json();
        let api = self.server.api().patient(LONG);
        let twin = api.get(&format!("/v1/screen?as_of={as_of}"));
        assert_eq!(twin.ok().json(), said, "the command and its twin");
        let rules = said["rules"].as_object().unwrap().iter();
        let rules = rules.map(|(rule, people)| (rule.clone(), people.as_u64().unwrap()));
        (rules.collect(), said["signals"].as_u64().unwrap())
    }

    /// The attack moved nothing, and would have without the screen.
    pub(super) fn assert_unmoved(&self, honest: &BTreeSet<String>, as_of: u64) {
        assert_eq!(
            &self.dataset(None, as_of),
            honest,
            "the screen keeps it out"
        );
        let unscreened = self.unscreened();
        let without = self.dataset(Some(&unscreened), as_of);
        assert_ne!(&without, honest, "without a screen it gets in");
        assert!(without.is_superset(honest) || !without.is_disjoint(honest));
    }
}

fn output(id: &str, subject: Option<&str>, arm: Option<&str>) -> Value {
    let number = number_of(id);
    let mut output = json!({
        "id": id, "model": "m-1", "prompt_version": "support@14",
        "input": [{"role": "user", "content": format!("What is {}?", words(number, 40))}],
        "output": format!("{} ({id})", words(number, 120)),
    });
    if let Some(subject) = subject {
        output["subject"] = json!(subject);
    }
    if let Some(arm) = arm.filter(|arm| !arm.is_empty()) {
        output["arms"] = json!({"tone": arm});
    }
    output
}

/// A number of a name, for texts that differ.
fn number_of(name: &str) -> u32 {
    name.bytes().fold(7, |all: u32, byte| {
        all.wrapping_mul(31).wrapping_add(byte.into())
    })
}
