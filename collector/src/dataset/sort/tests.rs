//! The sort against one in memory.

use std::fs;

use proptest::prelude::*;

use super::*;

type Owned = (Vec<u8>, Vec<u8>);

fn all(sorted: &Sorted) -> Result<Vec<Owned>, SortError> {
    let mut merge = sorted.open()?;
    let mut records = Vec::new();
    while let Some((key, payload)) = merge.next()? {
        records.push((key.to_vec(), payload.to_vec()));
    }
    Ok(records)
}

/// Records that spill after every `spill`-th.
fn sort(records: &[Owned], spill: usize, directory: &Path) -> Sorted {
    let mut sorter = Sorter::new(directory, "t", 0, Keep::ForNow);
    // So that a few runs are too many.
    sorter.fan_in = 3;
    for (number, (key, payload)) in records.iter().enumerate() {
        sorter.push(key, payload).unwrap();
        if (number + 1) % spill == 0 {
            sorter.spill().unwrap();
        }
    }
    sorter.finish().unwrap()
}

proptest! {
    #[test]
    fn sorts_as_memory_does(
        // Short keys of few bytes, so that equal and nested ones are common.
        records in prop::collection::vec(
            (prop::collection::vec(0..3_u8, 0..12), prop::collection::vec(any::<u8>(), 0..4)),
            0..80,
        ),
        spill in 1..90_usize,
    ) {
        let directory = tempfile::tempdir().unwrap();
        let sorted = sort(&records, spill, directory.path());
        let mut expected = records;
        expected.sort();
        prop_assert_eq!(sorted.len(), expected.len() as u64);
        prop_assert_eq!(all(&sorted).unwrap(), expected.clone());
        prop_assert_eq!(all(&sorted).unwrap(), expected, "a second time");
    }
}

fn numbered(count: u32, len: usize) -> Vec<Owned> {
    let key = |n: u32| blake3::hash(&n.to_le_bytes()).as_bytes().to_vec();
    (0..count).map(|n| (key(n), vec![7; len])).collect()
}

#[test]
fn memory_is_bounded_and_large_records_pass() {
    let directory = tempfile::tempdir().unwrap();
    let mut sorter = Sorter::new(directory.path(), "t", MEMORY_BYTES_MIN, Keep::Durably);
    let mut records = numbered(2_000, 1_000);
    // Longer than a block, and than all the memory.
    records.extend(numbered(2, 3 * BLOCK_BYTES));
    records.extend(numbered(1, 2 * MEMORY_BYTES_MIN));
    for (key, payload) in &records {
        sorter.push(key, payload).unwrap();
    }
    // Eight runs of 249 records, more for what is large.
    assert!(sorter.runs().len() > 8, "{:?}", sorter.runs());
    let per_run = MEMORY_BYTES_MIN as u64 / 1_032;
    let most = sorter.runs().iter().map(|run| run.records).max();
    assert!(most.unwrap() <= per_run, "{:?}", sorter.runs());
    let sorted = sorter.finish().unwrap();
    records.sort();
    assert_eq!(all(&sorted).unwrap(), records);
}

#[test]
fn records_without_bytes_are_bounded_too() {
    let directory = tempfile::tempdir().unwrap();
    let mut sorter = Sorter::new(directory.path(), "t", MEMORY_BYTES_MIN, Keep::ForNow);
    for _ in 0..20_000 {
        sorter.push(b"", b"").unwrap();
    }
    assert!(sorter.runs().len() > 1, "{:?}", sorter.runs());
    assert_eq!(sorter.finish().unwrap().len(), 20_000);
}

#[test]
fn goes_on_after_the_runs_of_another() {
    let directory = tempfile::tempdir().unwrap();
    let new = || Sorter::new(directory.path(), "t", 0, Keep::Durably);
    let mut records = numbered(20, 5);
    let mut first = new();
    for (key, payload) in &records[..10] {
        first.push(key, payload).unwrap();
    }
    first.spill().unwrap();
    let runs = first.runs().to_vec();
    // Was never spilled, so it is lost.
    first.push(b"lost", b"").unwrap();
    drop(first);
    let mut second = new().resumed(runs);
    for (key, payload) in &records[10..] {
        second.push(key, payload).unwrap();
    }
    records.sort();
    assert_eq!(all(&second.finish().unwrap()).unwrap(), records);
}

/// What reading says after `harm` was done to the one run of 500 records.
fn harmed(harm: impl Fn(&mut Vec<u8>)) -> String {
    let directory = tempfile::tempdir().unwrap();
    let sorted = sort(&numbered(500, 400), 500, directory.path());
    let file = directory.path().join("t-000000.run");
    let mut bytes = fs::read(&file).unwrap();
    harm(&mut bytes);
    fs::write(&file, bytes).unwrap();
    all(&sorted).unwrap_err().to_string()
}

#[test]
fn damage_is_found() {
    let flipped = harmed(|bytes| bytes[100_000] ^= 1);
    assert!(flipped.ends_with("a checksum is wrong"), "{flipped}");
    let cut = harmed(|bytes| bytes.truncate(bytes.len() - 20));
    assert!(cut.ends_with("it ends early"), "{cut}");
    let length = harmed(|bytes| bytes[3] = 0xff);
    assert!(length.ends_with("longer than any"), "{length}");
    // A block less, and the rest still fits.
    let less = harmed(|bytes| {
        let block = BLOCK_BYTES + 8;
        bytes.drain(block..2 * block);
    });
    assert!(less.contains("damaged"), "{less}");
}
