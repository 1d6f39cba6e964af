//! What a pattern cannot tell: sums of digits, and what an address is of.

use std::net::{Ipv4Addr, Ipv6Addr};

/// How much of a match, in bytes from its start, is what was looked for.
pub(super) type Check = fn(&str) -> Option<usize>;

/// Nothing else is asked: all of the match.
pub(super) fn nothing(found: &str) -> Option<usize> {
    Some(found.len())
}

/// Fewest and most characters of an IBAN (Norway's; the limit of ISO 13616).
const IBAN_CHARS: std::ops::RangeInclusive<usize> = 15..=34;

/// The longest start that is an IBAN: words in capitals may follow it. Letters count
/// as 10 to 35, and with the first four characters moved to the end the number is
/// 1 modulo 97 (ISO 7064).
pub(super) fn iban(found: &str) -> Option<usize> {
    let bytes = found.as_bytes();
    let word = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_alphanumeric);
    let ends = (1..=bytes.len()).rev();
    let mut ends = ends.filter(|end| word(end - 1) && !word(*end));
    ends.find(|end| {
        let compact: Vec<u8> = bytes[..*end]
            .iter()
            .copied()
            .filter(|b| *b != b' ')
            .collect();
        IBAN_CHARS.contains(&compact.len()) && modulo_97(&compact) == 1
    })
}

fn modulo_97(iban: &[u8]) -> u32 {
    let (head, tail) = iban.split_at(4);
    tail.iter().chain(head).fold(0, |sum, byte| {
        let digit = (*byte as char).to_digit(36).unwrap_or_default();
        (sum * if digit > 9 { 100 } else { 10 } + digit) % 97
    })
}

/// Card numbers have 12 to 19 digits (ISO/IEC 7812), those of people start with 2 to
/// 6, and the digits sum up by Luhn's rule.
pub(super) fn card(found: &str) -> Option<usize> {
    let digits: Vec<u32> = found.chars().filter_map(|c| c.to_digit(10)).collect();
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(place, digit)| match (place % 2, digit * 2) {
            (0, _) => *digit,
            (_, twice @ 0..=9) => twice,
            (_, twice) => twice - 9,
        })
        .sum();
    let issued = digits.first().is_some_and(|first| (2..=6).contains(first));
    (issued && sum.is_multiple_of(10)).then_some(found.len())
}

/// An address that may be somebody's: not this machine, none, or all.
pub(super) fn ipv4(found: &str) -> Option<usize> {
    let address: Ipv4Addr = found.parse().ok()?;
    let nobodys = address.is_loopback() || address.is_unspecified() || address.is_broadcast();
    (!nobodys).then_some(found.len())
}

/// An address with a digit in it: `a::b::c` is a path in a program.
pub(super) fn ipv6(found: &str) -> Option<usize> {
    let found = match found.strip_suffix("::") {
        Some(before) if before.contains("::") => before,
        _ => found,
    };
    let address: Ipv6Addr = found.parse().ok()?;
    let digit = found.bytes().any(|byte| byte.is_ascii_digit());
    (digit && !address.is_loopback()).then_some(found.len())
}
