//! Bytes that change, stretches that are lost, files that vanish: whatever is not there any
//! more is named by its place, and everything else is read, in order and once.

use std::{sync::Arc, time::Duration};

use proptest::prelude::*;

use super::{
    DamageKind, Log, Options, Recovery,
    frame::{Frame, Salt},
    inspect,
    segment::{EMPTY_LEN, Position},
    sim::SimDisk,
};
use crate::{bell::Bell, outcome::Outcomes};

const SALT: Salt = Salt([9; 16]);
const RECORDS: usize = 12;

struct Written {
    disk: SimDisk,
    /// Of each record: its file, where it starts and ends, and what it says.
    records: Vec<(String, usize, usize, String)>,
}

fn options() -> Options {
    Options {
        segment_bytes: 150,
        segment_age: Duration::from_secs(3_600),
        backlog_bytes_max: 1 << 30,
    }
}

/// What a start recovers, and what is read then.
fn start(disk: &SimDisk, from: Position) -> (Recovery, Vec<String>, u64) {
    let mut recovered = Vec::new();
    let (log, mut reader, recovery) = Log::open(
        Arc::new(disk.clone()),
        SALT,
        options(),
        from,
        Arc::new(Bell::default()),
        &mut |payload| recovered.push(String::from_utf8(payload.to_vec()).unwrap()),
    )
    .unwrap();
    let mut read = Vec::new();
    while let Some(portion) = reader.next(100).unwrap() {
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
        read.extend(portion.records().map(text));
        reader.advance(portion.end);
    }
    assert_eq!(read, recovered);
    (recovery, read, log.damaged_bytes())
}

/// Several closed segments and a newest one.
fn written() -> Written {
    let disk = SimDisk::default();
    let (log, ..) = Log::open(
        Arc::new(disk.clone()),
        SALT,
        options(),
        Position::default(),
        Arc::new(Bell::default()),
        &mut |_| {},
    )
    .unwrap();
    let outcomes = Outcomes::default();
    let mut records = Vec::new();
    for number in 0..RECORDS {
        let text = format!("{number:03} {}", "y".repeat(11 + number));
        let frame = Frame::new(SALT, |out| out.extend_from_slice(text.as_bytes())).unwrap();
        let len = frame.bytes().len();
        let written = log.append(frame, 1, outcomes.received()).unwrap();
        written.blocking_recv().unwrap().unwrap();
        let file = disk.names().pop().unwrap();
        let end = disk.bytes(&file).len();
        records.push((file, end - len, end, text));
    }
    log.close();
    assert!(disk.names().len() >= 3);
    Written { disk, records }
}

impl Written {
    fn newest(&self) -> String {
        self.disk.names().pop().unwrap()
    }

    /// The bytes `from..to` of `file` were changed: the records they are not of are there,
    /// and the place is named, by a start as by an inspection.
    fn assert_only_lost(&self, file: &str, (from, to): (usize, usize)) {
        let is_hit = |record: &&(String, usize, usize, String)| {
            record.0 == file && record.1 < to && from < record.2
        };
        let hit: Vec<_> = self.records.iter().filter(is_hit).collect();
        let rest = self.records.iter().filter(|record| !is_hit(record));
        let rest: Vec<&str> = rest.map(|record| &*record.3).collect();
        let inspected = inspect(&self.disk, SALT, Position::default()).unwrap();
        let (recovery, read, counted) = start(&self.disk, Position::default());
        assert_eq!(read, rest, "{file} {from}..{to}");
        let is_tail = file == self.newest()
            && hit
                .iter()
                .any(|record| record.3 == self.records[RECORDS - 1].3);
        let named = recovery.damage.iter().any(|damage| {
            let (start, end) = (damage.from, damage.to);
            damage.file() == file && (from as u64) < end && start < to as u64
        });
        if is_tail {
            // Nobody can tell it from a write that a crash tore.
            assert!(recovery.torn_bytes > 0 && inspected.tail_bytes > 0);
        } else {
            assert!(named, "{file} {from}..{to}: {:?}", recovery.damage);
            assert_eq!(inspected.damage, recovery.damage);
            assert_eq!(
                counted,
                recovery.damaged_bytes.saturating_sub(header(&recovery))
            );
        }
        // All that is gone is counted.
        let lost: usize = hit.iter().map(|record| record.2 - record.1).sum();
        let told = recovery.damaged_bytes + recovery.torn_bytes;
        assert!(told >= lost as u64, "{told} of {lost}");
    }
}

/// Bytes of headers: the reader does not look at them.
fn header(recovery: &Recovery) -> u64 {
    let headers = recovery
        .damage
        .iter()
        .filter(|damage| damage.from < EMPTY_LEN);
    headers
        .map(|damage| damage.to.min(EMPTY_LEN) - damage.from)
        .sum()
}

#[test]
fn every_byte_can_change() {
    let sound = written();
    for file in sound.disk.names() {
        for offset in 0..sound.disk.bytes(&file).len() {
            let log = Written {
                disk: sound.disk.after_kill(),
                records: sound.records.clone(),
            };
            log.disk.damage(&file, offset);
            log.assert_only_lost(&file, (offset, offset + 1));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(48) })]

    #[test]
    fn stretches_become_zeros_or_garbage(
        file in 0_usize..3, from in 0_usize..150, len in 1_usize..120, filler in prop_oneof![Just(None), any::<u8>().prop_map(Some)],
    ) {
        let log = written();
        let file = log.disk.names()[file].clone();
        let size = log.disk.bytes(&file).len();
        let (from, to) = (from.min(size - 1), (from + len).min(size).max(from.min(size - 1) + 1));
        let before = log.disk.bytes(&file);
        log.disk.change(&file, |bytes| {
            for (place, byte) in bytes[from..to].iter_mut().enumerate() {
                *byte = filler.map_or(0, |filler| filler ^ u8::try_from(place).unwrap() | 1);
            }
        });
        // Some of it may have been so before.
        let after = log.disk.bytes(&file);
        let is_changed = |place: &usize| before[*place] != after[*place];
        if let (Some(first), Some(last)) = ((from..to).find(is_changed), (from..to).rfind(is_changed)) {
            log.assert_only_lost(&file, (first, last + 1));
        }
    }
}

/// The last record is cut at each of its bytes, or ends in garbage from there on.
#[test]
fn the_last_write_is_torn_anywhere() {
    let sound = written();
    let (file, from, to, _) = sound.records.last().unwrap().clone();
    for cut in from..to {
        for garbage in [None, Some(0), Some(0xa5)] {
            let disk = sound.disk.after_kill();
            disk.change(&file, |bytes| {
                bytes.truncate(cut);
                if let Some(garbage) = garbage {
                    bytes.resize(to, garbage);
                }
            });
            let torn = disk.bytes(&file).len() - from;
            let (recovery, read, _) = start(&disk, Position::default());
            assert_eq!(read.len(), RECORDS - 1, "cut at {cut}, {garbage:?}");
            assert_eq!(
                (recovery.torn_bytes, recovery.damaged_bytes),
                (torn as u64, 0)
            );
            assert_eq!(disk.bytes(&file).len(), from, "cut off");
        }
    }
}

#[test]
fn a_file_that_is_gone_is_named() {
    let sound = written();
    let names = sound.disk.names();
    for (place, name) in names.iter().enumerate() {
        let disk = sound.disk.after_kill();
        super::disk::Disk::remove(&disk, name).unwrap();
        let (recovery, read, counted) = start(&disk, Position::default());
        let rest = sound.records.iter().filter(|record| record.0 != *name);
        assert!(read.iter().eq(rest.map(|record| &record.3)));
        if place + 1 == names.len() {
            // Only a store that had begun to read it can know of it.
            assert_eq!(recovery.damage, []);
            continue;
        }
        let lost = sound.disk.bytes(name).len() as u64 - EMPTY_LEN;
        assert_eq!(recovery.damaged_bytes, lost, "{name}");
        assert_eq!(counted, lost);
        let damage = recovery.damage[0];
        assert_eq!(
            (damage.file(), damage.kind),
            (name.clone(), DamageKind::Missing)
        );
        assert_eq!(
            inspect(&disk, SALT, Position::default()).unwrap().damage,
            [damage]
        );
        // Nothing is missing to a store that has it all, where it went for its age.
        let past = Position {
            segment: place as u64 + 2,
            offset: 0,
        };
        assert_eq!(start(&disk, past).0.damage, []);
    }
    let disk = sound.disk.after_kill();
    let newest = sound.newest();
    super::disk::Disk::remove(&disk, &newest).unwrap();
    let reading = Position {
        segment: names.len() as u64,
        offset: 60,
    };
    let told = start(&disk, reading).0.damage;
    assert_eq!(told.len(), 1);
    assert_eq!(told[0].to_string(), format!("{newest} is missing"));
}

#[test]
fn a_file_that_is_too_short_is_named() {
    let log = written();
    let name = log.disk.names().remove(0);
    let len = log.disk.bytes(&name).len();
    log.disk.change(&name, |bytes| bytes.truncate(len - 5));
    let (recovery, read, _) = start(&log.disk, Position::default());
    let last = log.records.iter().rfind(|record| record.0 == name).unwrap();
    assert_eq!(read.len(), RECORDS - 1);
    assert_eq!(
        recovery.damaged_bytes,
        (last.2 - last.1) as u64,
        "{recovery:?}"
    );
    assert!(
        recovery
            .damage
            .iter()
            .any(|damage| damage.kind == DamageKind::Cut)
    );
}
