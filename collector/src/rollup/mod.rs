//! What the dashboard shows, added up before anybody asks.
//!
//! Facts are the only truth, and labels a function of them; adding up the labels of ten
//! million signals takes half a minute. So sums are kept. Groups (conversations, outputs
//! without one) are put into buckets by the numbers the store gives them, so that new
//! traffic touches the newest buckets and old ones come to rest. The path of a change:
//!
//! 1. Whatever changes a fact marks the buckets it may concern, in the same transaction
//!    (`store/sqlite/marks`, and triggers): a crash between the two is not possible.
//! 2. The [`Keeper`] takes marked buckets one after another, labels their groups by the
//!    one fold there is ([`crate::label`]), adds each output to a [`Cell`] (`tally`) under
//!    its [`Key`], and replaces all that is kept of the bucket in one transaction. What
//!    was marked again meanwhile stays marked.
//! 3. Time alone changes labels: every bucket says when it will next, and is taken then.
//!    So is one of another [`version`]: of another policy, or of other code.
//! 4. Whoever asks ([`Request`]) gets cells merged into rows ([`Answer`]) from one
//!    snapshot, with whether anything waits.
//!
//! A cell holds sums of whole numbers only: merging cells gives the same in any order, and
//! what is kept equals what adding up everything anew gives, byte for byte. An interval
//! needs no more than that ([`Totals`] holds squares and products by group).
//!
//! [`Totals`]: crate::experiment::people::Totals

mod answer;
mod ask;
mod cell;
mod check;
mod keeper;
mod kept;
mod key;
mod meter;
mod pace;
mod refold;
mod shape;
mod tally;
#[cfg(test)]
pub(crate) mod tests;
mod thread;

pub(crate) use self::cell::metric_place;
pub(crate) use self::thread::start;
pub use self::{
    answer::{Merging, Standing},
    ask::{By, Request},
    cell::{Cell, Cells, METRICS},
    check::{Checked, check},
    keeper::{Clocks, Keeper, step},
    kept::kept,
    key::Key,
    meter::Meter,
    refold::{At, refolded},
    shape::{Answer, Rate, Row, VERSION},
    tally::{Summed, Tally},
};
use crate::label::Policy;

/// What the sums of a bucket rest on, beside its facts: the shape of cells, the code that
/// fills them, and the policy. Buckets of another version are added up anew.
#[must_use]
pub fn version(policy: &Policy) -> String {
    let code = env!("CARGO_PKG_VERSION");
    format!("{}/{code}/{}", cell::SHAPE, policy.blake3())
}
