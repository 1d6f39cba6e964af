//! `tacit push`: sends labels to the systems that hold the traces.
//!
//! One label's path: [`source`] labels the groups of the store, bit by bit, and asks the
//! [`sink`] which of an output's [`ids`] it can use; a label it cannot address is counted
//! by reason, one that was settled before and says the same is left alone. The
//! [`scheduler`] decides what is sent when: batches, waits, retries, splitting a batch
//! that was refused for one of its labels. The sink makes the request and reads the
//! answer, both pure; [`transport`] sends it. What was settled, delivered or refused for
//! good, [`run`] writes down: only then is it not sent again. A process that ends between
//! the two sends it once more, under the same id.
//!
//! What is refused for good goes to a file of [`dead`] letters, and holds up nothing.

pub mod config;
pub mod dead;
mod endpoint;
pub mod ids;
pub mod label_out;
pub mod run;
pub mod scheduler;
pub mod sink;
pub mod source;
#[cfg(test)]
mod testing;
pub mod transport;

pub use self::{
    endpoint::{Endpoint, EndpointError},
    ids::Ids,
    label_out::{Address, LabelOut, Part},
};
