//! Near-duplicate texts, by `MinHash` (Broder, "On the resemblance and containment
//! of documents", 1997).
//!
//! Two texts are as alike as their sets of shingles: `J = |A ∩ B| / |A ∪ B|`
//! (Jaccard). Under a random order of all shingles, both sets have the same
//! smallest one with probability `J`; so of `k` orders about `J·k` agree. Of each
//! smallest shingle's hash only a byte is kept (b-bit minwise hashing, Li and König
//! 2010): a byte agrees by chance with `C = 1/256`, so the share of agreeing bytes
//! is `C + (1 − C)·J`, and [`Signature::similarity`] takes `C` out again. Its
//! standard error is `√(J(1 − J)/k)`, for `k` = 128 at most 0.044 and at the
//! threshold 0.032.
//!
//! Candidates come from bands (locality-sensitive hashing; Leskovec, Rajaraman,
//! Ullman, "Mining of Massive Datasets", ch. 3): a signature is cut into `b` bands
//! of `r` bytes; texts that agree in a whole band are candidates, which happens with
//! probability `1 − (1 − J^r)^b`. For `b` = 16, `r` = 8: 0.994 at `J` = 0.85, 0.06
//! at 0.5, 0.001 at 0.3.
//!
//! A row is more than one text. Rows that answer different questions from one long
//! system prompt are alike as a whole and no duplicates at all, so sign the parts
//! that tell rows apart (last question, answer, rejected answer), each by itself;
//! [`near`] asks all of them.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};
use tacit_signals::text::clean;

use crate::label::Milli;

/// Random orders of shingles: the `k` of the module's formulas.
pub const PERMUTATIONS: usize = 128;

/// Bands of a signature.
pub const BANDS: usize = 16;

/// Bytes in a band.
pub const BAND_ROWS: usize = PERMUTATIONS / BANDS;

/// Characters in a shingle. Five, as for e-mails (Leskovec et al., §3.2.2): most
/// answers are of that length. Characters and not words, since many languages put
/// no space between words.
pub const SHINGLE_CHARS: usize = 5;

/// From this similarity on, two texts are near-duplicates: 0.85, as in The Stack
/// (Kocetkov et al. 2022). Others took 0.8 (Lee et al. 2022) and less; a row lost is
/// worse here than a near-duplicate kept.
pub const THRESHOLD: Milli = Milli::new(850);

/// What is left of a text to compare it: 128 bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Signature([u8; PERMUTATIONS]);

/// What two candidates share: equal for two texts when a whole band of their
/// signatures agrees. Sorted, candidates stand together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Band {
    /// Which of the [`BANDS`].
    pub index: u8,
    /// Its bytes.
    pub rows: [u8; BAND_ROWS],
}

impl Signature {
    /// Of a text as people read it: without the difference of capitals and of runs
    /// of white space. A text shorter than a shingle is one shingle; an empty text
    /// has a signature of its own, so that it is like no other.
    #[must_use]
    pub fn of(text: &str) -> Self {
        let shingles = shingles(&normal(text));
        // The top byte of the smallest value says little: it is almost always 0.
        Self(ORDERS.map(|order| mix(least(&shingles, order)).to_le_bytes()[0]))
    }

    /// Estimated Jaccard similarity of the texts, 0 to 1.
    #[must_use]
    pub fn similarity(&self, other: &Self) -> Milli {
        let same = self.0.iter().zip(&other.0).map(|(a, b)| u8::from(a == b));
        // In bytes, which 128 fit: a vector of them is summed at once.
        let agree = i64::from(same.sum::<u8>());
        // (agree/128 − 1/256) / (1 − 1/256), nearest thousandth.
        let above_chance = (2 * agree - 1).max(0);
        Milli::new((above_chance * 2_000 + 255) / 510)
    }

    /// One key for each band.
    pub fn bands(&self) -> impl Iterator<Item = Band> {
        let (bands, _) = self.0.as_chunks::<BAND_ROWS>();
        (0..).zip(bands).map(|(index, &rows)| Band { index, rows })
    }

    /// Its bytes.
    #[must_use]
    pub const fn to_bytes(self) -> [u8; PERMUTATIONS] {
        self.0
    }

    /// From [`Signature::to_bytes`].
    #[must_use]
    pub const fn from_bytes(bytes: [u8; PERMUTATIONS]) -> Self {
        Self(bytes)
    }
}

/// Whether two rows are near-duplicates: as many parts, each at least
/// [`THRESHOLD`] alike. Rows without parts are not.
#[must_use]
pub fn near(a: &[Signature], b: &[Signature]) -> bool {
    let alike = |(a, b): (&Signature, &Signature)| a.similarity(b) >= THRESHOLD;
    !a.is_empty() && a.len() == b.len() && a.iter().zip(b).all(alike)
}

impl Serialize for Signature {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(&self.0)
    }
}

impl<'de> Deserialize<'de> for Signature {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let bytes = Vec::<u8>::deserialize(from)?;
        let bytes = bytes.try_into();
        bytes
            .map(Self)
            .map_err(|_| D::Error::custom("is no signature of 128 bytes"))
    }
}

fn normal(text: &str) -> Vec<char> {
    let mut normal = Vec::with_capacity(text.len());
    for c in clean(text).chars() {
        if !c.is_whitespace() {
            normal.extend(c.to_lowercase());
        } else if normal.last() != Some(&' ') {
            normal.push(' ');
        }
    }
    normal
}

/// Hashes of a text's shingles, most of those that come again left out: they change
/// no minimum, and of a long answer they are a third.
fn shingles(chars: &[char]) -> Vec<u64> {
    if chars.is_empty() {
        return vec![mix(0)];
    }
    // The last one of each remainder; at first one of another.
    let mut seen = [u64::MAX; SEEN];
    seen[SEEN - 1] = 0;
    let all = chars.windows(chars.len().min(SHINGLE_CHARS)).map(hash);
    let remainder = |hash: u64| usize::try_from(hash % SEEN as u64).unwrap_or_default();
    all.filter(|hash| std::mem::replace(&mut seen[remainder(*hash)], *hash) != *hash)
        .collect()
}

/// Remainders of hashes that are remembered: 16 KiB, which stays in the nearest cache.
const SEEN: usize = 2_048;

/// The first place that any shingle has in an order: that of `x` is `a·x + b`
/// (mod 2⁶⁴), compared by its high half, where such a function is pairwise
/// independent (Dietzfelbinger 1996) — enough over hashes that are spread already.
fn least(shingles: &[u64], (a, b): (u64, u64)) -> u64 {
    let places = shingles.iter().map(|x| a.wrapping_mul(*x).wrapping_add(b));
    // The smallest has the smallest high half.
    places.fold(u64::MAX, u64::min) >> 32
}

/// The `a_i` (odd) and `b_i` of every order, of SplitMix64 from 0 on: the same on
/// every machine.
const ORDERS: [(u64, u64); PERMUTATIONS] = orders();

const fn orders() -> [(u64, u64); PERMUTATIONS] {
    let mut orders = [(0, 0); PERMUTATIONS];
    let mut index = 0;
    let mut state = 0_u64;
    while index < PERMUTATIONS {
        state = state.wrapping_add(GOLDEN);
        let factor = mix(state) | 1;
        state = state.wrapping_add(GOLDEN);
        orders[index] = (factor, mix(state));
        index += 1;
    }
    orders
}

const GOLDEN: u64 = 0x9e37_79b9_7f4a_7c15;

/// A shingle's hash: FNV-1a over its scalar values, mixed.
fn hash(shingle: &[char]) -> u64 {
    let hash = shingle.iter().fold(0xcbf2_9ce4_8422_2325, |hash: u64, &c| {
        (hash ^ u64::from(c)).wrapping_mul(0x0100_0000_01b3)
    });
    mix(hash)
}

/// The finaliser of SplitMix64 (Steele, Lea, Flood 2014): spreads every bit.
const fn mix(value: u64) -> u64 {
    let value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    value ^ (value >> 31)
}

#[cfg(test)]
#[path = "near_tests.rs"]
mod tests;
