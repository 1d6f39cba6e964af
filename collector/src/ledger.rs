//! The books: what arrived, what became of it, and that both sides agree.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::{Value, json};
use tacit_signals::Install;

use crate::{
    accept::{ERASED, EXPIRED, INSTALL, REJECTED},
    collector::{ended, waiting},
    export::Fates,
    outcome::Refused,
};

/// Where acknowledged events are; all but the first and `expired` add up to the first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Events {
    /// On disk.
    pub acknowledged: u64,
    /// In the store.
    pub stored: u64,
    /// In the store before.
    pub duplicate: u64,
    /// In the store, of a kind this version does not know.
    pub quarantined: u64,
    /// Removed again: for the person they were of, or for their age.
    pub erased: u64,
    /// Of those, for their age.
    pub expired: u64,
    /// In the log, on their way to the store.
    pub waiting: u64,
}

impl Events {
    /// From the store's counters, read before `acknowledged` was.
    #[must_use]
    pub fn new(acknowledged: u64, counters: &BTreeMap<String, u64>) -> Self {
        let of = |name: &str| counters.get(name).copied().unwrap_or_default();
        Self {
            acknowledged,
            stored: of("stored"),
            duplicate: of("duplicate"),
            quarantined: of("quarantined"),
            erased: of(ERASED) + of(EXPIRED),
            expired: of(EXPIRED),
            waiting: waiting(acknowledged, counters),
        }
    }

    /// From a store whose log holds `waiting` more.
    #[must_use]
    pub fn with_waiting(waiting: u64, counters: &BTreeMap<String, u64>) -> Self {
        Self::new(ended(counters) + waiting, counters)
    }
}

/// The ledger of a project.
#[derive(Debug)]
pub struct Ledger {
    /// Batches on disk.
    pub acknowledged: u64,
    /// Batches of which nothing was kept, from several tallies.
    pub refused: Vec<Refused>,
    /// Events.
    pub events: Events,
    /// All counters of the store.
    pub counters: BTreeMap<String, u64>,
}

impl Ledger {
    /// As in CONTRACTS, with what was set aside event by event under `counts`, and
    /// under `install` the pages that told they can capture nothing, by reason. Without
    /// `fates` where nobody added them up.
    #[must_use]
    pub fn to_json(&self, fates: Option<&Fates>) -> Value {
        let mut rejected: BTreeMap<&str, u64> = BTreeMap::new();
        for (code, count) in self.refused.iter().flat_map(|refused| &refused.rejected) {
            *rejected.entry(code).or_default() += count;
        }
        let shed: u64 = self.refused.iter().map(|refused| refused.shed).sum();
        let received = self.acknowledged + shed + rejected.values().sum::<u64>();
        let mut events_rejected: BTreeMap<&str, u64> = BTreeMap::new();
        let mut counts: BTreeMap<&str, u64> = BTreeMap::new();
        let mut install: BTreeMap<&str, u64> =
            Install::ALL.map(|install| (install.name(), 0)).into();
        for (name, &count) in &self.counters {
            if let Some(code) = name.strip_prefix(REJECTED) {
                events_rejected.insert(code, count);
            } else if let Some(reason) = name.strip_prefix(INSTALL) {
                install.insert(reason, count);
            } else if !has_own_place(name) {
                counts.insert(name, count);
            }
        }
        let mut events = serde_json::to_value(self.events).unwrap_or_default();
        events["rejected"] = json!(events_rejected);
        let mut told = json!({
            "batches": {
                "received": received,
                "acknowledged": self.acknowledged,
                "rejected": rejected,
                "shed": shed,
            },
            "events": events,
            "counts": counts,
            "install": install,
        });
        if let Some(fates) = fates {
            told["fates"] = json!(fates);
        }
        told
    }
}

/// Whether the counter `name` is told elsewhere than among what was noted.
pub(crate) fn has_own_place(name: &str) -> bool {
    KNOWN.contains(&name)
}

/// Counters that have a place of their own.
const KNOWN: [&str; 6] = [
    "batches",
    "stored",
    "duplicate",
    "quarantined",
    ERASED,
    EXPIRED,
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_sums_balance() {
        let counters = BTreeMap::from_iter(
            [
                ("batches", 3),
                ("stored", 5),
                ("duplicate", 2),
                ("erased", 1),
                ("expired", 3),
                ("rejected.too_old", 1),
                ("tokens_invalid", 4),
                ("install.wasm_refused", 6),
            ]
            .map(|(name, count)| (name.to_owned(), count)),
        );
        let refused = |code: &str, shed| Refused {
            rejected: BTreeMap::from([(code.to_owned(), 2)]),
            shed,
        };
        let ledger = Ledger {
            acknowledged: 4,
            refused: vec![refused("origin_forbidden", 1), refused("key_unknown", 0)],
            events: Events::new(13, &counters),
            counters,
        };
        let json = ledger.to_json(Some(&Fates::default()));
        assert_eq!(json["batches"]["received"], 9);
        assert_eq!(
            json["batches"]["rejected"],
            json!({"key_unknown": 2, "origin_forbidden": 2})
        );
        assert_eq!(json["events"]["waiting"], 2);
        assert_eq!(json["events"]["erased"], 4);
        assert_eq!(json["events"]["expired"], 3);
        assert_eq!(json["events"]["rejected"], json!({"too_old": 1}));
        assert_eq!(json["counts"], json!({"tokens_invalid": 4}));
        assert_eq!(json["install"], json!({"wasm_refused": 6, "not_loaded": 0}));
    }
}
