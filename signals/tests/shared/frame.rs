//! The way past the checksum.

use tacit_signals::codec::checksum;

/// Where the checksummed part of a batch begins.
const BODY: usize = 17;

/// The bytes with magic, version and checksum of a batch.
pub(crate) fn mended(data: &[u8]) -> Vec<u8> {
    let mut bytes = data.to_vec();
    if bytes.len() >= BODY {
        bytes[..5].copy_from_slice(b"TACT\x01");
        let sum = checksum(&bytes[BODY..]).to_le_bytes();
        bytes[13..BODY].copy_from_slice(&sum);
    }
    bytes
}
