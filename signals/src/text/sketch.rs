//! A sketch joins an answer on a page to the text a server registered, where
//! they share no id: the eight smallest hashes of its 12-character grams
//! (bottom-k minhash, Broder 1997).

use super::{clean, cut, letters, scalars};
use crate::{limits::SKETCH_HASHES_MAX, number::Share};

const GRAM: usize = 12;

/// The sketch of `text`: over its letters and digits, without what Markdown adds
/// (link targets, fence info). Empty for very short texts. Only ASCII letters are
/// lower-cased: a page renders capitals as they are, and Unicode's case tables
/// are a tenth of the browser module.
#[must_use]
pub fn sketch(text: &str) -> Vec<u32> {
    let mut letters = letters(&without_markup(text));
    letters.make_ascii_lowercase();
    smallest(scalars(&letters).windows(GRAM).map(hash))
}

/// Estimated likeness of the texts behind two sketches: of the smallest hashes
/// of both together, the share that both have.
#[must_use]
pub fn sketch_agreement(a: &[u32], b: &[u32]) -> Share {
    let both = smallest(a.iter().chain(b).copied());
    let shared = both
        .iter()
        .filter(|hash| a.contains(hash) && b.contains(hash));
    Share::of(shared.count() as u64, both.len() as u64)
}

/// The smallest distinct hashes, ascending.
fn smallest(hashes: impl Iterator<Item = u32>) -> Vec<u32> {
    let mut smallest = Vec::with_capacity(SKETCH_HASHES_MAX + 1);
    for hash in hashes {
        if let Err(place) = smallest.binary_search(&hash) {
            smallest.insert(place, hash);
            smallest.truncate(SKETCH_HASHES_MAX);
        }
    }
    smallest
}

/// FNV-1a with a final mix (murmur3's), as bottom-k needs well-spread values.
fn hash(gram: &[char]) -> u32 {
    let mut hash = gram.iter().fold(0x811c_9dc5, |hash: u32, &c| {
        (hash ^ u32::from(c)).wrapping_mul(0x0100_0193)
    });
    hash = (hash ^ (hash >> 16)).wrapping_mul(0x85eb_ca6b);
    hash = (hash ^ (hash >> 13)).wrapping_mul(0xc2b2_ae35);
    hash ^ (hash >> 16)
}

/// Drops `](target)` of links and the info string of code fences.
fn without_markup(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut lines = Some(text);
    while let Some(text) = lines {
        let (line, others) = cut(text, "\n");
        lines = others;
        if clean(line).as_bytes().starts_with(b"```") {
            continue;
        }
        let mut rest = line;
        while let (before, Some(after)) = cut(rest, "](") {
            out.push_str(before);
            rest = cut(after, ")").1.unwrap_or_default();
        }
        out.push_str(rest);
        out.push('\n');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOURCE: &str = "Use [`Vec::retain`](https://doc.rust-lang.org/std/vec) to **filter** in place:\n\n```rust\nnumbers.retain(|n| n % 2 == 0);\n```\n\nIt keeps the order of what is left.";
    const RENDERED: &str = "Use Vec::retain to filter in place:\nnumbers.retain(|n| n % 2 == 0);\nIt keeps the order of what is left.";

    #[test]
    fn markdown_and_rendered_page_agree() {
        assert_eq!(sketch(SOURCE), sketch(RENDERED));
        assert_eq!(sketch(SOURCE).len(), 8);
    }

    #[test]
    fn unrelated_answers_do_not() {
        let other = "A hash map gives you constant-time look-ups, at the price of memory.";
        assert_eq!(
            sketch_agreement(&sketch(SOURCE), &sketch(other)),
            Share::ZERO
        );
        assert!(sketch("too short").is_empty());
        assert_eq!(sketch_agreement(&[], &[]), Share::ZERO);
    }
}
