//! Remembered texts as one string for the browser's storage: a line for each.
//!
//! `output TAB token TAB numbers`. A number is one character for every 15 bits of
//! it, from U+1000 on: storage counts two bytes a character whatever it is, and
//! digits would be three times as long. What cannot be read is left out.

use tacit_signals::{Id, text};

use super::{Kept, Print, print::BITS};
use crate::texts::survived::Schedule;

/// The character of zero.
const ZERO: u32 = 0x1000;

pub(super) fn write(kept: &[Kept]) -> String {
    let mut out = String::new();
    for kept in kept {
        out.push_str(kept.output.as_str());
        out.push('\t');
        out.push_str(kept.token.as_deref().unwrap_or_default());
        out.push('\t');
        let print = &kept.print;
        put(&mut out, kept.schedule.since, 3);
        put(&mut out, kept.schedule.told as u64, 1);
        put(&mut out, kept.place.into(), 3);
        put(&mut out, print.gram as u64, 1);
        put(&mut out, print.chars as u64, 3);
        for sample in &print.samples {
            put(&mut out, (*sample).into(), 1);
        }
        out.push('\n');
    }
    out
}

pub(super) fn read(stored: &str) -> Vec<Kept> {
    let mut kept = Vec::new();
    let mut rest = stored;
    while let (line, Some(others)) = text::cut(rest, "\n") {
        rest = others;
        kept.extend(read_line(line));
    }
    kept
}

fn read_line(line: &str) -> Option<Kept> {
    let (output, rest) = text::cut(line, "\t");
    let (token, numbers) = text::cut(rest?, "\t");
    let mut numbers = numbers?.chars();
    let mut take = |digits: u32| {
        let mut number = 0;
        for _ in 0..digits {
            let digit = u32::from(numbers.next()?).checked_sub(ZERO)?;
            if digit >> BITS != 0 {
                return None;
            }
            number = (number << BITS) | u64::from(digit);
        }
        Some(number)
    };
    let small = |number: u64| usize::try_from(number).ok();
    let schedule = Schedule {
        since: take(3)?,
        told: small(take(1)?)?,
    };
    let place = u32::try_from(take(3)?).ok()?;
    let (gram, chars) = (small(take(1)?)?, small(take(3)?)?);
    let mut samples = Vec::new();
    while let Some(sample) = take(1) {
        samples.push(u16::try_from(sample).ok()?);
    }
    Some(Kept {
        output: Id::parse("output", output).ok()?,
        token: (!token.is_empty()).then(|| token.into()),
        schedule,
        place,
        print: Print::from_parts(chars, gram, samples)?,
    })
}

fn put(out: &mut String, number: u64, digits: u32) {
    for digit in (0..digits).rev() {
        let digit = (number >> (digit * BITS)) & ((1 << BITS) - 1);
        let c = u32::try_from(digit)
            .ok()
            .and_then(|digit| char::from_u32(ZERO + digit));
        out.push(c.unwrap_or_default());
    }
}
