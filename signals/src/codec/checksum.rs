//! CRC-32C (RFC 3720).

/// CRC-32C of `bytes`.
#[must_use]
pub fn checksum(bytes: &[u8]) -> u32 {
    #[cfg(target_family = "wasm")]
    return bitwise(bytes);
    #[cfg(not(target_family = "wasm"))]
    tabled(bytes)
}

/// A collector has room for speed.
#[cfg(not(target_family = "wasm"))]
fn tabled(bytes: &[u8]) -> u32 {
    use crc::{CRC_32_ISCSI, Crc, Table};
    static CRC: Crc<u32, Table<16>> = Crc::<u32, Table<16>>::new(&CRC_32_ISCSI);
    CRC.checksum(bytes)
}

/// A module that is downloaded has no room for a table, and few bytes to sum.
#[cfg(any(test, target_family = "wasm"))]
fn bitwise(bytes: &[u8]) -> u32 {
    let mut crc = u32::MAX;
    for byte in bytes {
        crc ^= u32::from(*byte);
        for _ in 0..8 {
            let carry = if crc & 1 == 0 { 0 } else { 0x82f6_3b78 };
            crc = crc >> 1 ^ carry;
        }
    }
    !crc
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_ways_agree_with_the_standard() {
        // RFC 3720, B.4: 32 bytes ascending.
        let ascending: Vec<u8> = (0..32).collect();
        for sum in [tabled, bitwise] {
            assert_eq!(sum(&ascending), 0x46dd_794e);
            assert_eq!(sum(b"123456789"), 0xe306_9283);
            assert_eq!(sum(b""), 0);
        }
    }
}
