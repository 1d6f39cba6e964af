//! OpenTelemetry's traces, and the outputs they tell of.
//!
//! # The path of a span
//!
//! 1. [`http`](crate::http) reads the request, which may be too large, too well packed
//!    or none.
//! 2. [`receive`] decodes it and reads every span by the tables of attributes: ids that
//!    are none and texts beyond their limits are refused, span by span. The raw subject
//!    goes no further.
//! 3. The [`store`](crate::store::TraceStore) keeps the spans of each trace; then the
//!    exporter is answered.
//! 4. Once no span of a trace came for a while, [`assemble`] makes the outputs of all
//!    its spans ([`trace`]) and registers them, as `POST /v1/outputs` would.
//!
//! What the outputs are does not depend on how spans were split into requests or
//! ordered, as long as they come no further apart than that while. Spans that come later
//! are put together with the earlier ones again, and only add: outputs that were not
//! known, fields that were empty, ids nobody has.

mod answer;
pub mod assemble;
mod attributes;
mod described;
mod fields;
mod json;
mod messages;
mod roles;
mod span;
mod table;
#[cfg(test)]
mod tests;
pub mod trace;
mod tree;
mod wire;

use std::collections::BTreeMap;

use serde_json::Value;
use thiserror::Error;

pub use answer::{Encoding, refused, taken};
pub use described::{fields as described_fields, roles as described_roles};
pub use span::{Facts, LeftOut, Unfit};

use crate::{
    control::Project,
    limits::{OUTPUT_BYTES_MAX, SPAN_ATTRIBUTES_MAX, SPANS_PER_REQUEST_MAX},
};

/// What one request brought.
#[derive(Debug, Default)]
pub struct Received {
    /// Spans by their trace, hex.
    pub traces: BTreeMap<String, Vec<Facts>>,
    /// What became of the others.
    pub rejected: Rejected,
}

/// Spans that were not kept, and values that were left out of others.
#[derive(Debug, Default)]
pub struct Rejected {
    unfit: BTreeMap<Unfit, u64>,
    beyond: u64,
    crowded: u64,
    left_out: BTreeMap<LeftOut, u64>,
}

/// A body that is no request.
#[derive(Debug, Error)]
pub enum Undecodable {
    /// No such message of protobuf.
    #[error("not an ExportTraceServiceRequest: {0}")]
    Protobuf(#[from] prost::DecodeError),
    /// No such message of JSON.
    #[error("not an ExportTraceServiceRequest: {0}")]
    Json(#[from] serde_json::Error),
}

/// Decodes a request of `project`, received at `received_at` (Unix ms).
pub fn receive(
    bytes: &[u8],
    encoding: Encoding,
    project: &Project,
    received_at: u64,
) -> Result<Received, Undecodable> {
    let request = match encoding {
        Encoding::Protobuf => wire::Request::from_protobuf(bytes)?,
        Encoding::Json => wire::Request::from_json(bytes)?,
    };
    let mut received = Received::default();
    let mut left_out = Vec::new();
    let mut seen = 0;
    for process in request.resource_spans {
        let service = service(process.resource.unwrap_or_default());
        for span in process
            .scope_spans
            .into_iter()
            .flat_map(|scope| scope.spans)
        {
            seen += 1;
            if seen > SPANS_PER_REQUEST_MAX {
                received.rejected.beyond += 1;
                continue;
            }
            match span::read(
                span,
                service.as_deref(),
                project,
                received_at,
                &mut left_out,
            ) {
                Ok((trace, facts)) => received.traces.entry(trace).or_default().push(facts),
                Err(why) => *received.rejected.unfit.entry(why).or_default() += 1,
            }
        }
    }
    for what in left_out {
        *received.rejected.left_out.entry(what).or_default() += 1;
    }
    Ok(received)
}

fn service(resource: wire::Resource) -> Option<String> {
    let mut attributes = resource.attributes.into_iter();
    let name = attributes.find(|kv| kv.key == "service.name")?.value?;
    match name.into_json() {
        Value::String(name) => Some(name),
        _ => None,
    }
}

impl Rejected {
    /// Spans of a trace that holds too much already.
    pub fn crowd(&mut self, spans: u64) {
        self.crowded += spans;
    }

    /// How many spans were not kept.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.unfit.values().sum::<u64>() + self.beyond + self.crowded
    }

    /// Why, and what else was left out; empty where all was kept.
    #[must_use]
    pub fn message(&self) -> String {
        let mut said: Vec<String> = Vec::new();
        let mut say = |count: u64, why: &str| {
            if count > 0 {
                said.push(format!("{count} rejected: {why}"));
            }
        };
        for (why, count) in &self.unfit {
            say(*count, &why.to_string());
        }
        say(
            self.beyond,
            &format!("more than {SPANS_PER_REQUEST_MAX} spans in a request"),
        );
        say(self.crowded, "their trace holds too much already");
        for (LeftOut(key), count) in &self.left_out {
            said.push(format!("{count} left out: {key}, too long or no id"));
        }
        said.join("; ")
    }
}

impl std::fmt::Display for Unfit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Ids => f.write_str("ids must be 16 and 8 bytes, not all zero"),
            Self::Attributes => write!(f, "more than {SPAN_ATTRIBUTES_MAX} attributes"),
            Self::Bytes => write!(f, "more than {OUTPUT_BYTES_MAX} bytes"),
        }
    }
}
