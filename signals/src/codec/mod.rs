//! The binary batch. `WIRE.md` is the norm; this is one implementation of it.
//!
//! Writing is incremental: [`EventWriter`] takes one event at a time, and
//! [`encode`] only puts a header before what it wrote, so that hiding the page
//! copies bytes and nothing else.

mod bytes;
mod checksum;
mod event;
mod read;
mod write;

pub use checksum::checksum;
pub use event::encode_fields;
#[cfg(any(feature = "json", test))]
pub use read::named_key;
pub use read::{EventReader, decode};
pub use write::{
    EventWriter, Header, encode, end_header, finish, set_dropped, set_sent_at, set_visitor,
};

/// First bytes of a batch.
pub(crate) const MAGIC: [u8; 4] = *b"TACT";
/// Version of the layout.
pub(crate) const VERSION: u8 = 1;
/// Where `sent_at` stands.
pub(crate) const SENT_AT: std::ops::Range<usize> = 5..13;
/// Where the checksum stands.
pub(crate) const CHECKSUM: std::ops::Range<usize> = 13..17;
/// Where the checksummed part starts.
pub(crate) const BODY: usize = 17;

/// Bit of the header's flags: driven by a program.
pub(crate) const FLAG_AUTOMATED: u64 = 1;

#[cfg(test)]
mod tests;
