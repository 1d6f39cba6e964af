//! What the collector says it has: the ledger, and the events themselves.

use std::{collections::BTreeMap, time::Duration};

use serde::Deserialize;
use serde_json::Value;

use crate::{api::Api, wait};

/// `GET /v1/ledger`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Ledger {
    /// By what became of batches at the edge.
    pub batches: Batches,
    /// By what became of acknowledged events.
    pub events: Events,
    /// By what became of stored events.
    pub fates: BTreeMap<String, u64>,
    /// Everything else that was counted.
    pub counts: BTreeMap<String, u64>,
}

/// Batches at the edge.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[expect(missing_docs, reason = "names of CONTRACTS")]
pub struct Batches {
    pub received: u64,
    pub acknowledged: u64,
    pub rejected: BTreeMap<String, u64>,
    pub shed: u64,
}

/// Acknowledged events, and those refused one by one.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[expect(missing_docs, reason = "names of CONTRACTS")]
pub struct Events {
    pub acknowledged: u64,
    pub stored: u64,
    pub duplicate: u64,
    pub quarantined: u64,
    pub erased: u64,
    pub waiting: u64,
    pub rejected: BTreeMap<String, u64>,
}

impl Ledger {
    /// Panics unless every sum of CONTRACTS balances.
    pub fn assert_balanced(&self) {
        let Batches {
            received,
            acknowledged,
            rejected,
            shed,
        } = &self.batches;
        let refused: u64 = rejected.values().sum();
        assert_eq!(*received, acknowledged + refused + shed, "{self:?}");
        let events = &self.events;
        let ended = events.stored + events.duplicate + events.quarantined + events.erased;
        assert_eq!(events.acknowledged, ended + events.waiting, "{self:?}");
        let fates: u64 = self.fates.values().sum();
        assert_eq!(fates, events.stored, "{self:?}");
    }
}

impl Api {
    /// The ledger now.
    #[must_use]
    pub fn ledger(&self) -> Ledger {
        let json = self.get("/v1/ledger").ok().json();
        serde_json::from_value(json).expect("a ledger")
    }

    /// The ledger once the store has everything that was acknowledged; balanced. Nothing is
    /// labelled while it waits.
    #[must_use]
    pub fn drained(&self) -> Ledger {
        self.folded(wait::PATIENCE);
        let ledger = self.ledger();
        assert_eq!(ledger.events.waiting, 0, "somebody sends on: {ledger:?}");
        ledger.assert_balanced();
        ledger
    }

    /// Waits until the store has everything that was acknowledged.
    pub fn folded(&self, limit: Duration) {
        wait::within(limit, "a ledger with nothing waiting", || {
            let books = self.get("/v1/ledger?fates=false").ok().json();
            (books["events"]["waiting"] == 0).then_some(())
        });
    }

    /// The signals of `outputs` by their ids; panics if any is there twice or under
    /// two outputs. Outputs nobody knows have none.
    #[must_use]
    pub fn census<'a>(
        &self,
        outputs: impl IntoIterator<Item = &'a str>,
    ) -> BTreeMap<String, Value> {
        let mut census = BTreeMap::new();
        for output in outputs {
            let answer = self.get(&format!("/v1/outputs/{output}"));
            if answer.status == 404 {
                continue;
            }
            let output = answer.ok().json();
            for signal in output["signals"].as_array().expect("signals") {
                let id = signal["id"].as_str().expect("an id").to_owned();
                let before = census.insert(id.clone(), signal.clone());
                assert!(before.is_none(), "{id} is stored twice");
            }
        }
        census
    }
}
