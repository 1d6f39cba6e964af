//! What an operator sees of a running collector, as Prometheus reads it.
//!
//! # How to add a metric
//!
//! Something that happens and is only counted: a line in [`count::Count`], and
//! [`count`] where it happens. Something that is known anyway when somebody looks (a
//! length, a state): a family in [`scrape`]. Something whose distribution matters: a
//! histogram beside what it measures, as in [`log`]. Then a line in the table of
//! `demo-site/docs/observe.md`, which a test compares with what is scraped.
//!
//! Names end in their base unit and counters in `_total`. Values of labels come from
//! closed lists, but for projects, of which
//! [`METRICS_PROJECTS_MAX`](crate::limits::METRICS_PROJECTS_MAX) are named. Counters
//! count since the process began; what is true across restarts is a gauge (the books:
//! `tacit_ledger_events`, `tacit_ledger_batches`).

mod books;
pub mod count;
mod family;
mod fold;
pub mod http;
pub mod labels;
pub mod log;
mod process;
mod scrape;

pub use books::{Book, Seen};
pub use count::{Count, count};
pub use family::{Family, Kind};
pub use fold::FoldMeter;
pub use http::HttpMeter;
pub use labels::LabelCounts;
pub use log::LogMeter;
pub use scrape::{CONTENT_TYPE, scrape};

/// What is measured besides what the collector's parts know of themselves.
#[derive(Debug, Default)]
pub struct Metrics {
    /// Requests.
    pub http: HttpMeter,
    /// Labels by state, as last counted.
    pub labels: LabelCounts,
}
