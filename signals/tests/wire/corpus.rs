//! Inputs that the fuzzer found worth keeping, replayed: `npm run fuzz` has them from
//! `fuzz/corpus`, where each is a line, in hex.

use super::{properties, vectors::unhex};

fn replay(corpus: &str, property: fn(&[u8])) {
    let inputs: Vec<_> = corpus.lines().map(unhex).collect();
    assert!(inputs.len() > 100, "{} inputs", inputs.len());
    for input in inputs {
        property(&input);
    }
}

#[test]
fn of_binary_batches() {
    replay(
        include_str!("../../fuzz/corpus/binary.txt"),
        properties::binary,
    );
}

#[test]
fn of_json_batches() {
    replay(include_str!("../../fuzz/corpus/json.txt"), properties::json);
}

#[test]
fn of_chunks() {
    replay(
        include_str!("../../fuzz/corpus/chunk.txt"),
        properties::chunk,
    );
}
