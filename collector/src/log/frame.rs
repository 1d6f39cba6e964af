//! Records and segment headers as bytes.
//!
//! A record: `TREC`, length of the payload (u32), CRC-32C (u32), payload. A
//! segment starts with `TACITSEG`, version (u32), its number, the number of the
//! segment before it and that one's good length (u64 each), CRC-32C (u32). All
//! little-endian. Every checksum starts with the data directory's secret salt:
//! text that a client sent and that looks like a record is none.

use std::ops::Range;

use crc::{CRC_32_ISCSI, Crc, Table};

use crate::limits::RECORD_BYTES_MAX;

const RECORD_MAGIC: [u8; 4] = *b"TREC";
const RECORD_HEADER_LEN: usize = 12;
const SEGMENT_MAGIC: [u8; 8] = *b"TACITSEG";
const SEGMENT_VERSION: u32 = 1;
/// Bytes before the first record of a segment.
pub(super) const SEGMENT_HEADER_LEN: usize = 40;

static CRC: Crc<u32, Table<16>> = Crc::<u32, Table<16>>::new(&CRC_32_ISCSI);

/// Starts every checksum of a data directory.
#[derive(Clone, Copy)]
pub struct Salt(pub [u8; 16]);

impl Salt {
    fn checksum(self, parts: &[&[u8]]) -> u32 {
        let mut digest = CRC.digest();
        digest.update(&self.0);
        for part in parts {
            digest.update(part);
        }
        digest.finalize()
    }
}

/// One record, ready to be appended.
#[derive(Debug)]
pub struct Frame(Vec<u8>);

impl Frame {
    /// Frames what `fill` appends; `None` when it is more than a record may have.
    #[must_use]
    pub fn new(salt: Salt, fill: impl FnOnce(&mut Vec<u8>)) -> Option<Self> {
        let mut bytes = Vec::with_capacity(512);
        bytes.extend_from_slice(&RECORD_MAGIC);
        bytes.resize(RECORD_HEADER_LEN, 0);
        fill(&mut bytes);
        let len = bytes.len() - RECORD_HEADER_LEN;
        if len > RECORD_BYTES_MAX {
            return None;
        }
        let len = u32::try_from(len).ok()?.to_le_bytes();
        let checksum = salt.checksum(&[&len, bytes.get(RECORD_HEADER_LEN..)?]);
        bytes.get_mut(4..8)?.copy_from_slice(&len);
        bytes
            .get_mut(8..12)?
            .copy_from_slice(&checksum.to_le_bytes());
        Some(Self(bytes))
    }

    /// Header and payload.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }
}

/// What stands at a place of a segment.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Found {
    /// A good record: where its payload is, and where the next one starts.
    Record(Range<usize>),
    /// The buffer ends before the record does.
    Incomplete,
    /// No record.
    Damaged,
}

/// Looks at `offset` of `bytes`.
pub(super) fn look(salt: Salt, bytes: &[u8], offset: usize) -> Found {
    let rest = bytes.get(offset..).unwrap_or_default();
    let Some((header, payload)) = rest.split_first_chunk::<RECORD_HEADER_LEN>() else {
        let magic = RECORD_MAGIC.get(..rest.len().min(4)).unwrap_or_default();
        let torn = rest.get(..magic.len()) == Some(magic);
        return if torn {
            Found::Incomplete
        } else {
            Found::Damaged
        };
    };
    let [m0, m1, m2, m3, l0, l1, l2, l3, c0, c1, c2, c3] = *header;
    let len = [l0, l1, l2, l3];
    let length = u32::from_le_bytes(len) as usize;
    if [m0, m1, m2, m3] != RECORD_MAGIC || length > RECORD_BYTES_MAX {
        return Found::Damaged;
    }
    let Some(payload) = payload.get(..length) else {
        return Found::Incomplete;
    };
    if salt.checksum(&[&len, payload]) != u32::from_le_bytes([c0, c1, c2, c3]) {
        return Found::Damaged;
    }
    let start = offset + RECORD_HEADER_LEN;
    Found::Record(start..start + length)
}

/// Where the next good record starts after damage at `offset`.
pub(super) fn resync(salt: Salt, bytes: &[u8], offset: usize) -> Option<usize> {
    let magic = RECORD_MAGIC.as_slice();
    let rest = bytes.get(offset + 1..)?;
    rest.windows(magic.len())
        .enumerate()
        .filter(|(_, window)| *window == magic)
        .map(|(place, _)| offset + 1 + place)
        .find(|&place| matches!(look(salt, bytes, place), Found::Record(_)))
}

/// What a segment says about itself and the one before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct SegmentHeader {
    pub(super) number: u64,
    pub(super) previous: u64,
    /// Good bytes of the previous segment. What comes after them was never
    /// acknowledged: its sync failed, or a crash tore it.
    pub(super) previous_len: u64,
}

impl SegmentHeader {
    pub(super) fn bytes(self, salt: Salt) -> [u8; SEGMENT_HEADER_LEN] {
        let mut bytes = [0; SEGMENT_HEADER_LEN];
        bytes[..8].copy_from_slice(&SEGMENT_MAGIC);
        bytes[8..12].copy_from_slice(&SEGMENT_VERSION.to_le_bytes());
        bytes[12..20].copy_from_slice(&self.number.to_le_bytes());
        bytes[20..28].copy_from_slice(&self.previous.to_le_bytes());
        bytes[28..36].copy_from_slice(&self.previous_len.to_le_bytes());
        let checksum = salt.checksum(&[&bytes[..36]]);
        bytes[36..].copy_from_slice(&checksum.to_le_bytes());
        bytes
    }

    pub(super) fn read(salt: Salt, bytes: &[u8]) -> Option<Self> {
        let bytes: &[u8; SEGMENT_HEADER_LEN] = bytes.first_chunk()?;
        let number = |at: usize| {
            let mut le = [0; 8];
            le.copy_from_slice(&bytes[at..at + 8]);
            u64::from_le_bytes(le)
        };
        let header = Self {
            number: number(12),
            previous: number(20),
            previous_len: number(28),
        };
        (header.bytes(salt) == *bytes).then_some(header)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SALT: Salt = Salt([5; 16]);

    fn frame(payload: &[u8]) -> Vec<u8> {
        Frame::new(SALT, |out| out.extend_from_slice(payload))
            .unwrap()
            .0
    }

    #[test]
    fn every_changed_bit_is_seen() {
        let good = frame(b"payload");
        assert_eq!(look(SALT, &good, 0), Found::Record(12..19));
        for bit in 0..good.len() * 8 {
            let mut bad = good.clone();
            bad[bit / 8] ^= 1 << (bit % 8);
            assert!(
                !matches!(look(SALT, &bad, 0), Found::Record(_)),
                "bit {bit}"
            );
        }
    }

    #[test]
    fn a_cut_record_is_incomplete() {
        let good = frame(b"payload");
        for len in 0..good.len() {
            assert_eq!(look(SALT, &good[..len], 0), Found::Incomplete, "{len}");
        }
    }

    #[test]
    fn the_next_record_is_found_after_damage() {
        let mut bytes = frame(b"first TREC, not a record");
        let second = bytes.len();
        bytes.extend(frame(b"second"));
        bytes[6] ^= 1;
        assert_eq!(resync(SALT, &bytes, 0), Some(second));
    }

    #[test]
    fn a_record_that_somebody_sent_as_text_is_none() {
        let forged = Frame::new(Salt([0; 16]), |out| out.push(1)).unwrap();
        let mut bytes = frame(forged.bytes());
        let end = bytes.len();
        bytes.extend(frame(b"good"));
        bytes[4] ^= 1;
        assert_eq!(resync(SALT, &bytes, 0), Some(end));
    }

    #[test]
    fn segment_headers_are_checked() {
        let header = SegmentHeader {
            number: 7,
            previous: 6,
            previous_len: 1 << 40,
        };
        let mut bytes = header.bytes(SALT);
        assert_eq!(SegmentHeader::read(SALT, &bytes), Some(header));
        bytes[30] ^= 1;
        assert_eq!(SegmentHeader::read(SALT, &bytes), None);
    }

    #[test]
    fn a_record_has_a_limit() {
        assert!(Frame::new(SALT, |out| out.resize(RECORD_BYTES_MAX + 13, 0)).is_none());
    }
}
