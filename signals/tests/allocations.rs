//! What decoding may hold at once, whatever the bytes say of themselves.

#![expect(clippy::print_stdout, reason = "figures, for who asks for them")]

#[path = "shared/bounds.rs"]
mod bounds;
#[path = "shared/frame.rs"]
mod frame;

use bounds::{binary_allowance, json_allowance};
use frame::mended;
use peak_alloc::PeakAlloc;
use serde_json::Value;
use tacit_signals::{codec, json, limits::BATCH_BYTES_MAX};

#[global_allocator]
static ALLOCATOR: PeakAlloc = PeakAlloc;

/// The most bytes that were held during `work`, beyond those before it.
fn held<T>(work: impl FnOnce() -> T) -> usize {
    let before = ALLOCATOR.current_usage();
    ALLOCATOR.reset_peak_usage();
    let result = work();
    let peak = ALLOCATOR.peak_usage();
    drop(result);
    peak - before
}

/// One test, since tests run beside each other.
#[test]
fn decoding_holds_no_more_than_the_bytes_are_worth() {
    let vectors: Value = serde_json::from_str(include_str!("../vectors/batches.json")).unwrap();
    let mut worst = 0.0_f64;
    for vector in ["batches", "newer"]
        .iter()
        .flat_map(|list| vectors[list].as_array().unwrap())
    {
        let bytes = unhex(vector["hex"].as_str().unwrap());
        for bytes in spoiled(&bytes) {
            let bytes = mended(&bytes);
            let held = held(|| codec::decode(&bytes));
            assert!(
                held <= binary_allowance(bytes.len()),
                "{held} bytes for {bytes:02x?}"
            );
            worst = worst.max(held as f64 / (bytes.len() + 32) as f64);
        }
    }
    println!("at most {worst:.1} bytes were held for one of a vector");

    // The most that whole bodies can make of themselves.
    for (name, body) in expensive() {
        assert!(body.len() <= BATCH_BYTES_MAX);
        let held = held(|| codec::decode(&body));
        println!("{name}: {held} bytes for {}", body.len());
        assert!(held <= binary_allowance(body.len()), "{name}: {held}");
        assert!(held <= 2 * 1024 * 1024, "{name}: {held}");
    }
    for (name, text, most) in expensive_json() {
        assert!(text.len() <= BATCH_BYTES_MAX);
        let held = held(|| json::decode(text.as_bytes()));
        println!("{name}: {held} bytes for {}", text.len());
        assert!(
            held <= most.min(json_allowance(text.len())),
            "{name}: {held}"
        );
    }
}

/// Each byte in turn as large as a byte can be, alone and as the start of the largest
/// number; each prefix.
fn spoiled(bytes: &[u8]) -> Vec<Vec<u8>> {
    let mut all = Vec::new();
    for at in 17..bytes.len() {
        let with = |inserted: &[u8]| [&bytes[..at], inserted, &bytes[at + 1..]].concat();
        all.push(with(&[0xff]));
        all.push(with(b"\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"));
        all.push(bytes[..at].to_vec());
    }
    all
}

/// A header, then `count` events of these bytes.
fn batch(count: u64, events: &[u8]) -> Vec<u8> {
    let mut bytes = vec![0; 17];
    bytes.extend([0; 16 + 9]);
    bytes.push(0);
    varint(&mut bytes, count);
    bytes.extend(events);
    mended(&bytes)
}

/// An `accepted` without a word for how; a first one introduces its output.
fn expensive() -> Vec<(&'static str, Vec<u8>)> {
    let mut longest = vec![6, 0, 0, 0, 2, 128, 1];
    longest.extend([b'o'; 128]);
    longest.extend([128, 1]);
    longest.extend([b't'; 128]);
    longest.push(0);
    let mut references = Vec::new();
    varint(&mut references, longest.len() as u64);
    references.extend(longest);
    references.extend([5, 6, 0, 0, 1, 0].repeat(999));
    let refused = [
        &[7, 6, 0, 0, 0, 0, 1, b'o'],
        &*[5, 4, 0, 0, 1, 255].repeat(999),
    ]
    .concat();
    let text = vec![0xff; BATCH_BYTES_MAX - 64];
    vec![
        ("as many events as may be announced", batch(1_000, &[])),
        ("as many as can be counted", batch(u64::MAX, &[])),
        (
            "the longest id and token, 1000 times",
            batch(1_000, &references),
        ),
        ("999 refusals", batch(1_000, &refused)),
        ("a length of all there is", batch(1, &text)),
    ]
}

/// What is beyond its limit or unknown is not held, whatever is in it; an event of a
/// kind that may be a later one's is.
fn expensive_json() -> Vec<(&'static str, String, usize)> {
    let batch = |more: &str, events: &str| {
        let session = "0".repeat(32);
        format!(
            r#"{{"v":1,"key":"k","session":"{session}","sent_at":1{more},"events":[{events}]}}"#
        )
    };
    let objects = [r#"{"":0}"#; 37_000].join(",");
    let lists = ["[0]"; 60_000].join(",");
    vec![
        ("events beyond their limit", batch("", &objects), 1 << 20),
        (
            "an unknown field of many objects",
            batch(&format!(r#","x":[{objects}]"#), ""),
            4_096,
        ),
        (
            "an event of many objects",
            batch("", &format!(r#"{{"x":[{objects}]}}"#)),
            usize::MAX,
        ),
        (
            "an event of many lists",
            batch("", &format!(r#"{{"x":[{lists}]}}"#)),
            usize::MAX,
        ),
    ]
}

fn varint(out: &mut Vec<u8>, mut value: u64) {
    while value > 0x7f {
        out.push(value.to_le_bytes()[0] | 0x80);
        value >>= 7;
    }
    out.push(value.to_le_bytes()[0]);
}

fn unhex(hex: &str) -> Vec<u8> {
    let digit = |at: u8| char::from(at).to_digit(16);
    let (pairs, _) = hex.as_bytes().as_chunks::<2>();
    let byte = |&[high, low]: &[u8; 2]| u8::try_from(digit(high)? << 4 | digit(low)?).ok();
    pairs.iter().filter_map(byte).collect()
}
