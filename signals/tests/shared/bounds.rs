//! How much decoding may hold, its answer included.

/// Bytes a decoder may hold for a body of this length, its answer included: what is
/// decoded of a binary event is larger than its bytes, but has a bound.
pub(crate) fn binary_allowance(len: usize) -> usize {
    4_096 + 128 * len
}

/// Bytes a decoder may hold for a text of this length: a JSON object of one short
/// field, seven bytes, is a table with room for eleven.
pub(crate) fn json_allowance(len: usize) -> usize {
    16_384 + 128 * len
}
