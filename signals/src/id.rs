//! Ids as they arrive from outside: parsed once, trusted after.

use std::fmt;

use crate::{
    field::{FieldError, Problem},
    limits::ID_BYTES_MAX,
};

/// 1–128 printable ASCII characters: an output, conversation, subject or alias.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Id(Box<str>);

impl Id {
    /// Checks `value`; `field` is named in the error.
    pub fn parse(field: &'static str, value: &str) -> Result<Self, FieldError> {
        if value.is_empty() {
            return Err(FieldError::new(field, Problem::Missing));
        }
        if value.len() > ID_BYTES_MAX {
            return Err(FieldError::new(
                field,
                Problem::TooLong { max: ID_BYTES_MAX },
            ));
        }
        if !value.bytes().all(|byte| (0x20..=0x7e).contains(&byte)) {
            return Err(FieldError::new(field, Problem::Malformed));
        }
        Ok(Self(value.into()))
    }

    /// An id for an output that has none: `c_` and the UUIDv7 (RFC 9562) of this
    /// moment, with 74 bits of `random`.
    #[must_use]
    pub fn client_made(now_ms: u64, random: [u8; 10]) -> Self {
        let mut bytes = [0; 16];
        bytes[..6].copy_from_slice(&now_ms.to_be_bytes()[2..]);
        bytes[6..].copy_from_slice(&random);
        bytes[6] = 0x70 | (bytes[6] & 0x0f);
        bytes[8] = 0x80 | (bytes[8] & 0x3f);
        Self::from_uuid(bytes)
    }

    /// The id as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The 16 bytes behind a client-made id; the wire sends those instead of 38 characters.
    #[must_use]
    pub(crate) fn as_uuid(&self) -> Option<[u8; 16]> {
        let text = self.0.strip_prefix("c_")?.as_bytes();
        if text.len() != 36 {
            return None;
        }
        let mut bytes = [0; 16];
        let mut digits = 0;
        for (position, &byte) in text.iter().enumerate() {
            if matches!(position, 8 | 13 | 18 | 23) {
                if byte != b'-' {
                    return None;
                }
                continue;
            }
            // Upper-case digits would not survive the round trip.
            let digit = match byte {
                b'0'..=b'9' => byte - b'0',
                b'a'..=b'f' => byte - b'a' + 10,
                _ => return None,
            };
            let slot = bytes.get_mut(digits / 2)?;
            *slot = (*slot << 4) | digit;
            digits += 1;
        }
        Some(bytes)
    }

    /// The other way round from [`Id::as_uuid`].
    #[must_use]
    pub(crate) fn from_uuid(bytes: [u8; 16]) -> Self {
        let mut text = String::with_capacity(38);
        text.push_str("c_");
        for (position, byte) in bytes.into_iter().enumerate() {
            if matches!(position, 4 | 6 | 8 | 10) {
                text.push('-');
            }
            push_hex(&mut text, byte);
        }
        Self(Box::from(&*text))
    }
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// One document load: 128 random bits that live in memory only.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SessionId(pub [u8; 16]);

impl SessionId {
    /// From 32 hex digits.
    pub fn parse(field: &'static str, value: &str) -> Result<Self, FieldError> {
        let malformed = FieldError::new(field, Problem::Malformed);
        let (pairs, rest) = value.as_bytes().as_chunks::<2>();
        if pairs.len() != 16 || !rest.is_empty() {
            return Err(malformed);
        }
        let mut bytes = [0; 16];
        for (slot, &[high, low]) in bytes.iter_mut().zip(pairs) {
            match (hex_digit(high), hex_digit(low)) {
                (Some(high), Some(low)) => *slot = high << 4 | low,
                _ => return Err(malformed),
            }
        }
        Ok(Self(bytes))
    }
}

impl fmt::Display for SessionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = String::with_capacity(32);
        for byte in self.0 {
            push_hex(&mut text, byte);
        }
        f.write_str(&text)
    }
}

fn hex_digit(byte: u8) -> Option<u8> {
    match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        b'A'..=b'F' => Some(byte - b'A' + 10),
        _ => None,
    }
}

fn push_hex(text: &mut String, byte: u8) {
    for digit in [byte >> 4, byte & 0x0f] {
        text.push(char::from(if digit < 10 {
            b'0' + digit
        } else {
            b'a' + digit - 10
        }));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_bounded_printable_ascii() {
        assert!(Id::parse("output", "chatcmpl-9 ~").is_ok());
        assert_eq!(
            Id::parse("output", "").unwrap_err().code(),
            "output_missing"
        );
        assert_eq!(
            Id::parse("output", &"x".repeat(129)).unwrap_err().limit(),
            Some(128)
        );
        assert_eq!(
            Id::parse("output", "ü").unwrap_err().code(),
            "output_malformed"
        );
        assert!(Id::parse("output", "a\nb").is_err());
    }

    #[test]
    fn client_made_is_a_uuid_v7_that_survives_its_short_form() {
        let id = Id::client_made(0x0192_3456_789a, [0xff; 10]);
        assert_eq!(id.as_str(), "c_01923456-789a-7fff-bfff-ffffffffffff");
        assert_eq!(Id::from_uuid(id.as_uuid().unwrap()), id);
        let shouting = Id::parse("output", "c_01923456-789A-7fff-bfff-ffffffffffff").unwrap();
        assert_eq!(shouting.as_uuid(), None);
    }

    #[test]
    fn session_is_32_hex_digits() {
        let id = SessionId::parse("session", "9f3c00000000000000000000000000AB").unwrap();
        assert_eq!(id.to_string(), "9f3c00000000000000000000000000ab");
        assert!(SessionId::parse("session", "9f3c").is_err());
        assert!(SessionId::parse("session", &"zz".repeat(16)).is_err());
    }
}
