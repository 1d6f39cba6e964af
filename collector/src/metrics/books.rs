//! The ledger of every project, as metrics: what arrived, what became of it.

use std::collections::BTreeMap;

use super::family::{Family, Kind};
use crate::{
    accept::{INSTALL, REJECTED},
    ledger::Events,
    outcome::Refused,
};

/// Batches and events of one tally.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Seen {
    /// Batches on disk.
    pub batches: u64,
    /// Events on disk.
    pub events: u64,
    /// Batches of which nothing was kept.
    pub refused: Refused,
}

impl Seen {
    /// Batches with an outcome.
    #[must_use]
    pub fn ended(&self) -> u64 {
        self.batches + self.rejected() + self.refused.shed
    }

    fn rejected(&self) -> u64 {
        self.refused.rejected.values().sum()
    }

    fn add(&mut self, other: &Self) {
        self.batches += other.batches;
        self.events += other.events;
        self.refused.shed += other.refused.shed;
        for (code, count) in &other.refused.rejected {
            *self.refused.rejected.entry(code.clone()).or_default() += count;
        }
    }
}

/// The books of one project, of several that are not named, or (with an empty name) of
/// batches without a valid key.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Book {
    /// Of the project.
    pub name: String,
    /// Since the process began.
    pub since_start: Seen,
    /// Ever.
    pub ever: Seen,
    /// The store's counters.
    pub counters: BTreeMap<String, u64>,
}

impl Book {
    /// Takes in another one.
    pub fn add(&mut self, other: &Self) {
        self.since_start.add(&other.since_start);
        self.ever.add(&other.ever);
        for (name, count) in &other.counters {
            *self.counters.entry(name.clone()).or_default() += count;
        }
    }
}

/// Counters since the process began. `received` was read after the books were.
pub(super) fn flows(books: &[Book], received: u64) -> Vec<Family> {
    let counter = |name, help| Family::new(name, help, Kind::Counter);
    let mut acknowledged = counter(
        "tacit_batches_acknowledged",
        "Batches that were on disk when they were answered",
    );
    let mut rejected = counter("tacit_batches_rejected", "Batches refused, by code");
    let mut shed = counter("tacit_batches_shed", "Batches refused for want of room");
    let mut events = counter(
        "tacit_events_acknowledged",
        "Events that were on disk when their batch was answered",
    );
    let mut ended = 0;
    for Book {
        name, since_start, ..
    } in books
    {
        let project = [("project", name.as_str())];
        acknowledged.add(&project, since_start.batches);
        shed.add(&project, since_start.refused.shed);
        events.add(&project, since_start.events);
        for (code, &count) in &since_start.refused.rejected {
            rejected.add(&[("project", name), ("code", code)], count);
        }
        ended += since_start.ended();
    }
    vec![
        counter("tacit_batches_received", "Batches whose request arrived").of(received),
        acknowledged,
        rejected,
        shed,
        Family::new(
            "tacit_batches_open",
            "Batches received that have no outcome yet",
            Kind::Gauge,
        )
        .of(received.saturating_sub(ended)),
        events,
    ]
}

/// What balances at all times and across restarts.
pub(super) fn ledger(books: &[Book]) -> Vec<Family> {
    let mut batches = Family::new(
        "tacit_ledger_batches",
        "Batches ever received, by outcome; received is the sum of the others",
        Kind::Gauge,
    );
    let mut events = Family::new(
        "tacit_ledger_events",
        "Events ever acknowledged, by where they are; acknowledged is the sum of the others",
        Kind::Gauge,
    );
    let mut rejected = Family::new(
        "tacit_ledger_events_rejected",
        "Events ever refused out of batches that were kept, by code",
        Kind::Gauge,
    );
    let mut noted = Family::new(
        "tacit_ledger_noted",
        "What was noted of events and texts that were kept or left out, by name",
        Kind::Gauge,
    );
    let mut install = Family::new(
        "tacit_ledger_install_failures",
        "Pages that told they can capture nothing, by reason",
        Kind::Gauge,
    );
    for Book {
        name,
        ever,
        counters,
        ..
    } in books
    {
        let outcomes = [
            ("received", ever.ended()),
            ("acknowledged", ever.batches),
            ("rejected", ever.rejected()),
            ("shed", ever.refused.shed),
        ];
        for (outcome, count) in outcomes {
            batches.add(&[("project", name), ("outcome", outcome)], count);
        }
        if name.is_empty() {
            continue;
        }
        let whole = Events::new(ever.events, counters);
        let places = [
            ("acknowledged", whole.acknowledged),
            ("stored", whole.stored),
            ("duplicate", whole.duplicate),
            ("quarantined", whole.quarantined),
            ("erased", whole.erased),
            ("waiting", whole.waiting),
        ];
        for (state, count) in places {
            events.add(&[("project", name), ("state", state)], count);
        }
        for (counter, &count) in counters {
            if let Some(code) = counter.strip_prefix(REJECTED) {
                rejected.add(&[("project", name), ("code", code)], count);
            } else if let Some(reason) = counter.strip_prefix(INSTALL) {
                install.add(&[("project", name), ("reason", reason)], count);
            } else if !crate::ledger::has_own_place(counter) {
                noted.add(&[("project", name), ("what", counter)], count);
            }
        }
    }
    vec![batches, events, rejected, noted, install]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn book(name: &str, batches: u64) -> Book {
        let refused = Refused {
            rejected: BTreeMap::from([("key_unknown".to_owned(), 2)]),
            shed: 1,
        };
        let seen = Seen {
            batches,
            events: 10 * batches,
            refused,
        };
        Book {
            name: name.into(),
            since_start: seen.clone(),
            ever: seen,
            counters: BTreeMap::from([
                ("stored".to_owned(), 7),
                ("rejected.too_old".to_owned(), 3),
            ]),
        }
    }

    #[test]
    fn several_books_are_added_up() {
        let mut sum = book("a", 4);
        sum.add(&book("b", 6));
        assert_eq!(sum.ever.ended(), 10 + 4 + 2);
        assert_eq!(sum.counters["stored"], 14);
        assert_eq!(sum.name, "a");
    }
}
