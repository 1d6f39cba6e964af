//! The binary batch. `WIRE.md` is the norm; this is one implementation of it.
//!
//! Writing is incremental: [`EventWriter`] takes one event at a time, and
//! [`encode`] only puts a header before what it wrote, so that hiding the page
//! copies bytes and nothing else.

mod bytes;
mod event;
mod read;
mod write;

pub use read::{EventReader, decode};
pub use write::{EventWriter, Header, encode, finish, set_sent_at};

use crc::{CRC_32_ISCSI, Crc};

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

/// A table of 16 entries keeps the module small; a collector has room for speed.
#[cfg(target_family = "wasm")]
type Table = crc::Table<0>;
#[cfg(not(target_family = "wasm"))]
type Table = crc::Table<16>;

static CRC: Crc<u32, Table> = Crc::<u32, Table>::new(&CRC_32_ISCSI);

/// CRC-32C (RFC 3720) of `bytes`.
#[must_use]
pub fn checksum(bytes: &[u8]) -> u32 {
    CRC.checksum(bytes)
}

#[cfg(test)]
mod tests;
