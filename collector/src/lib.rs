//! The collector: receives what people did with AI answers, keeps it durably,
//! labels every output and exports training data.
//!
//! # The path of a batch
//!
//! 1. [`http`] reads the body, which may be too large, of a type nobody asked
//!    for, or end early; [`intake`] unpacks it and says who comes too often.
//! 2. `tacit_signals` decodes it. What is no batch is refused whole; an event
//!    with a bad value is refused alone, by field and code.
//! 3. [`accept`] finds the key's project and refuses what the key does not allow
//!    (unknown, revoked or secret key, foreign origin); drops events that are too
//!    old and texts the project does not keep, each counted; checks tokens; works
//!    out which arms of experiments the person is in; and puts a hidden subject in
//!    the place of the raw one. From here on it is an [`accept::Accepted`], and
//!    nothing downstream refuses any part of it.
//! 4. [`log`] appends it and syncs, together with all that waits. It refuses
//!    when too much waits, or when the disk does. Then the client is answered.
//! 5. [`consumer`] folds the log into the [`store`], each event once.
//! 6. [`label`] and [`dataset`] are pure functions of what the store gives back;
//!    [`export`] is the shell around them, [`builds`] keeps what was ordered.
//! 7. What was learnt leaves as a dataset or as a [`brief`], made when [`cadence`]
//!    says it is due; a [`release`] notes what went live from it, and [`verify`] says
//!    whether an [`experiment`] proves it.
//! 8. A dataset goes to a directory or to object storage ([`objects`]); [`push`] sends labels to the systems that hold the traces.
//!
//! On every path a batch ends in exactly one [`outcome`]; every event of an
//! acknowledged one ends stored, duplicate, quarantined or erased. [`ledger`]
//! adds both up.
//!
//! Outputs take a shorter way: [`registrations`] hands them to the consumer's
//! thread, the store's one writer, and the answer follows the commit. Or the app sends
//! the spans it has anyway, and [`otlp`] reads outputs out of them.
//!
//! [`import`] reads feedback that another system holds.
//!
//! [`erase`] forgets a person: in the store, in the log, in whatever else was made.
//! [`expire`] ends what is older than it may be, or too much.
//!
//! [`migrate`] moves everything from one store into another.
//!
//! [`screen`] finds people whose signals must not teach: all that reads facts to label
//! them reads them through it.
//!
//! [`explore`] finds single outputs among all, for whoever looks at them.
//!
//! [`sights`] is what statistics over people ask of outputs, from facts or as it is kept.
//!
//! [`watch`] follows everybody's outputs over time: the trend of the capture rate, and
//! whether a number rises at its guard's cost.
//!
//! [`rollup`] keeps the sums of labels that a dashboard asks for, so that it need not read
//! all facts. What cannot be had from sums is kept as it was worked out last ([`answers`]).
//! What people see of it in a browser is the [`dashboard`], which reads the API.
//!
//! What an operator sees of all this is in [`metrics`], [`ready`] and, as lines, in
//! [`logging`]; whoever integrates a site watches it arrive ([`live`]) and is told what is
//! missing ([`install`]).
//!
//! [`simulate`] asks whether labels are right: it makes people whose satisfaction
//! is known and lets the same code label them. Pages for people are made by
//! [`report`].

pub mod accept;
pub mod answers;
mod background;
pub mod bell;
pub mod brief;
pub mod builds;
pub mod cadence;
pub mod cli;
pub mod client;
pub mod clock;
pub mod collector;
pub mod config;
pub mod consumer;
pub mod control;
pub mod dashboard;
pub mod datalock;
pub mod dataset;
pub mod dropped;
pub mod erase;
pub mod experiment;
pub mod expire;
pub mod explore;
pub mod export;
pub mod http;
pub mod import;
pub mod install;
pub mod intake;
pub mod keyed;
pub mod label;
pub mod ledger;
pub mod limits;
#[cfg(test)]
mod limits_docs_tests;
pub mod live;
pub mod log;
pub mod logging;
pub mod metrics;
pub mod migrate;
pub mod objects;
pub mod otlp;
pub mod outcome;
pub mod pulse;
pub mod push;
pub mod ready;
pub mod registrations;
pub mod release;
pub mod replay;
pub mod report;
pub mod retry;
pub mod rollup;
pub mod screen;
pub mod sights;
pub mod sign_in;
pub mod simulate;
pub mod store;
#[cfg(test)]
mod testing;
pub mod tokens;
pub mod verify;
pub mod wall;
pub mod watch;
