use super::{sim::SimDisk, *};
use crate::{control::ProjectId, outcome::Outcomes};

const SALT: Salt = Salt([5; 16]);

struct Fixture {
    disk: SimDisk,
    log: Log,
    reader: Reader,
    recovery: Recovery,
    recovered: Vec<String>,
    outcomes: Outcomes,
}

fn options() -> Options {
    Options {
        segment_bytes: 1 << 20,
        segment_age: Duration::from_secs(3_600),
        backlog_bytes_max: 1 << 30,
    }
}

fn open_with(disk: &SimDisk, from: Position, options: Options) -> Fixture {
    let mut recovered = Vec::new();
    let (log, reader, recovery) = Log::open(
        Arc::new(disk.clone()),
        SALT,
        options,
        from,
        Arc::new(Bell::default()),
        &mut |payload| recovered.push(String::from_utf8(payload.to_vec()).unwrap()),
    )
    .unwrap();
    Fixture {
        disk: disk.clone(),
        log,
        reader,
        recovery,
        recovered,
        outcomes: Outcomes::default(),
    }
}

fn open(disk: &SimDisk, from: Position) -> Fixture {
    open_with(disk, from, options())
}

impl Fixture {
    fn append(&self, text: &str) -> Result<(), Unwritten> {
        let frame = Frame::new(SALT, |out| out.extend_from_slice(text.as_bytes())).unwrap();
        let mut received = self.outcomes.received();
        received.belongs_to(self.outcomes.of(Some(ProjectId(1))));
        self.log
            .append(frame, 1, received)
            .and_then(|written| written.blocking_recv().unwrap())
    }

    fn read(&mut self) -> Vec<String> {
        let mut texts = Vec::new();
        while let Some(portion) = self.reader.next(1_000).unwrap() {
            texts.extend(
                portion
                    .records()
                    .map(|bytes| String::from_utf8(bytes.to_vec()).unwrap()),
            );
            self.reader.advance(portion.end);
        }
        texts
    }

    fn acknowledged(&self) -> u64 {
        self.outcomes.of(Some(ProjectId(1))).acknowledged_batches()
    }

    fn shed(&self) -> u64 {
        self.outcomes.of(Some(ProjectId(1))).refused().shed
    }
}

#[test]
fn what_is_appended_is_read_in_order() {
    let mut log = open(&SimDisk::default(), Position::default());
    for n in 0..100 {
        log.append(&format!("record {n}")).unwrap();
    }
    let expected: Vec<_> = (0..100).map(|n| format!("record {n}")).collect();
    assert_eq!(log.read(), expected);
    assert_eq!(log.log.backlog_bytes(), 0);
    assert_eq!(log.acknowledged(), 100);
}

#[test]
fn the_answer_comes_after_the_sync_and_the_name() {
    let log = open(&SimDisk::default(), Position::default());
    log.append("a").unwrap();
    let expected = [
        "create",
        "append",
        "sync",
        "sync directory",
        "append",
        "sync",
    ];
    assert_eq!(log.disk.operations(), expected);
}

#[test]
fn acknowledged_records_survive_any_crash() {
    for torn in 0..64 {
        let log = open(&SimDisk::default(), Position::default());
        log.append("first").unwrap();
        log.append("second").unwrap();
        log.disk.refuse_syncs_after(0);
        assert_eq!(log.append("never acknowledged"), Err(Unwritten::Failed));
        let after = open(&log.disk.after_crash(torn), Position::default());
        assert_eq!(after.recovered[..2], ["first", "second"], "torn at {torn}");
        assert_eq!(after.recovery.damaged_places, 0);
    }
}

#[test]
fn a_torn_tail_is_cut_and_counted() {
    let disk = SimDisk::default();
    let log = open(&disk, Position::default());
    log.append("whole").unwrap();
    // Written past the log, as a kernel would write half of a record.
    let frame = Frame::new(SALT, |out| out.extend_from_slice(b"torn")).unwrap();
    let file = disk.open(&disk.names()[0]).unwrap();
    file.append(&frame.bytes()[..13]).unwrap();
    let mut after = open(&disk, Position::default());
    assert_eq!(after.recovered, ["whole"]);
    assert_eq!(
        (after.recovery.torn_bytes, after.recovery.damaged_bytes),
        (13, 0)
    );
    after.append("next").unwrap();
    assert_eq!(after.read(), ["whole", "next"]);
    assert_eq!(open(&disk, Position::default()).recovery.torn_bytes, 0);
}

#[test]
fn a_damaged_middle_is_skipped_and_counted() {
    let disk = SimDisk::default();
    let log = open(&disk, Position::default());
    for text in ["one", "two", "three"] {
        log.append(text).unwrap();
    }
    let second = frame::SEGMENT_HEADER_LEN + 12 + 3;
    disk.damage(&disk.names()[0], second + 12);
    let mut after = open(&disk, Position::default());
    assert_eq!(after.recovered, ["one", "three"]);
    assert_eq!(
        (after.recovery.damaged_places, after.recovery.damaged_bytes),
        (1, 15)
    );
    assert_eq!(after.read(), ["one", "three"]);
    assert_eq!(after.log.damaged_bytes(), 15);
}

#[test]
fn a_damaged_header_costs_no_record() {
    let disk = SimDisk::default();
    open(&disk, Position::default()).append("one").unwrap();
    disk.damage(&disk.names()[0], 20);
    let mut after = open(&disk, Position::default());
    assert_eq!(after.recovered, ["one"]);
    assert_eq!(after.read(), ["one"]);
}

#[test]
fn a_failed_sync_refuses_and_abandons_the_segment() {
    let disk = SimDisk::default();
    let mut log = open(&disk, Position::default());
    log.append("kept").unwrap();
    disk.refuse_syncs_after(0);
    assert_eq!(log.append("lost"), Err(Unwritten::Failed));
    assert!(log.log.is_failing());
    disk.heal();
    std::thread::sleep(Duration::from_millis(600));
    log.append("after").unwrap();
    assert!(!log.log.is_failing());
    assert_eq!(disk.names().len(), 2, "a fresh segment");
    assert_eq!(log.read(), ["kept", "after"]);
    assert_eq!((log.acknowledged(), log.shed()), (2, 1));
    // Even where the abandoned bytes reached the disk they are not read back.
    let after = open(&disk.after_crash(1_000), Position::default());
    assert_eq!(after.recovered, ["kept", "after"]);
    assert_eq!(after.recovery.damaged_bytes, 0);
}

/// What a failed start of a segment left does not keep the next one from starting.
#[test]
fn a_disk_that_heals_is_written_again() {
    let disk = SimDisk::default();
    let mut log = open(&disk, Position::default());
    disk.refuse_syncs_after(0);
    disk.refuse_removals();
    assert_eq!(log.append("refused"), Err(Unwritten::Failed));
    assert_eq!(disk.names().len(), 1, "left");
    disk.heal();
    let due = Instant::now() + Duration::from_secs(20);
    while log.append("taken").is_err() {
        assert!(Instant::now() < due, "nothing is taken any more");
        std::thread::sleep(Duration::from_millis(5));
    }
    assert_eq!(log.read(), ["taken"]);
}

/// What a writer had open when it ended is not said to be rewritten.
#[test]
fn a_log_that_is_closing_is_rewritten_by_the_next_start() {
    let disk = SimDisk::default();
    let log = open(&disk, Position::default());
    log.append("gone").unwrap();
    log.log.close();
    assert!(log.log.rewrite(&mut forget).is_err());
    let next = open(&disk, Position::default());
    assert_eq!(next.log.rewrite(&mut forget).unwrap().records, 1);
}

/// What was refused and could not be cut off is not left behind by an erasure.
#[test]
fn what_was_refused_is_erased_as_well() {
    let disk = SimDisk::default();
    let log = open(&disk, Position::default());
    log.append("kept").unwrap();
    assert_eq!(log.log.rewrite(&mut |_| None).unwrap().rewritten, 0);
    let name = disk.names().remove(0);
    disk.change(&name, |bytes| bytes.extend(b"a person's words"));
    let is_there = || disk.bytes(&name).windows(6).any(|part| part == b"a pers");
    assert!(is_there());
    let rewritten = log.log.rewrite(&mut |_| None).unwrap();
    assert_eq!((rewritten.rewritten, rewritten.records), (1, 0));
    assert!(!is_there());
    assert_eq!(open(&disk, Position::default()).recovered, ["kept"]);
}

#[test]
fn a_full_disk_leaves_no_files_behind() {
    let disk = SimDisk::default();
    disk.refuse_appends_after(0);
    let log = open(&disk, Position::default());
    for _ in 0..3 {
        assert_eq!(log.append("x"), Err(Unwritten::Failed));
    }
    assert_eq!(disk.names(), Vec::<String>::new());
}

#[test]
fn reading_goes_on_where_the_store_is() {
    let disk = SimDisk::default();
    let mut log = open(&disk, Position::default());
    log.append("stored").unwrap();
    assert_eq!(log.read(), ["stored"]);
    let position = log.reader.position();
    log.append("waiting").unwrap();
    let mut after = open(&disk, position);
    assert_eq!(after.recovered, ["waiting"]);
    assert_eq!(after.read(), ["waiting"]);
}

#[test]
fn full_segments_are_closed_and_deleted_once_consumed() {
    let disk = SimDisk::default();
    let small = Options {
        segment_bytes: 100,
        ..options()
    };
    let mut log = open_with(&disk, Position::default(), small);
    for n in 0..10 {
        log.append(&format!("{n:050}")).unwrap();
    }
    assert!(disk.names().len() > 3);
    assert_eq!(log.reader.expired(Duration::ZERO), Vec::<u64>::new());
    assert_eq!(log.read().len(), 10);
    let expired = log.reader.expired(Duration::ZERO);
    assert!(expired.len() >= 3);
    assert_eq!(
        log.reader.expired(Duration::from_secs(60)),
        Vec::<u64>::new()
    );
    log.reader.remove(&expired).unwrap();
    let position = log.reader.position();
    log.append("on").unwrap();
    assert_eq!(log.read(), ["on"]);
    assert_eq!(open(&disk, position).recovered, ["on"]);
}

#[test]
fn an_old_segment_is_closed_without_traffic() {
    let disk = SimDisk::default();
    let brief = Options {
        segment_age: Duration::ZERO,
        ..options()
    };
    let mut log = open_with(&disk, Position::default(), brief);
    log.append("x").unwrap();
    assert_eq!(log.read(), ["x"]);
    // The writer closes it after it answered.
    let due = Instant::now() + Duration::from_secs(5);
    while log.reader.position().segment == 1 && Instant::now() < due {
        assert_eq!(log.read(), Vec::<String>::new());
    }
    log.reader.advance(log.reader.position());
    assert_eq!(log.reader.expired(Duration::ZERO), [1]);
}

#[test]
fn a_backlog_is_bounded() {
    let bounded = Options {
        backlog_bytes_max: 60,
        ..options()
    };
    let mut log = open_with(&SimDisk::default(), Position::default(), bounded);
    log.append(&"x".repeat(50)).unwrap();
    assert_eq!(log.append("x"), Err(Unwritten::Full));
    assert_eq!(log.shed(), 1);
    assert_eq!(log.read().len(), 1);
    log.append("x").unwrap();
}

#[test]
fn closing_writes_what_waits() {
    let disk = SimDisk::default();
    let log = open(&disk, Position::default());
    let frame = Frame::new(SALT, |out| out.push(b'x')).unwrap();
    let written = log.log.append(frame, 1, log.outcomes.received()).unwrap();
    log.log.close();
    assert_eq!(written.blocking_recv().unwrap(), Ok(()));
    assert_eq!(log.append("late"), Err(Unwritten::Closed));
    assert_eq!(open(&disk, Position::default()).recovered, ["x"]);
}

/// `gone` becomes zeros of the same length.
fn forget(payload: &[u8]) -> Option<Vec<u8>> {
    (payload == b"gone").then(|| vec![b'-'; 4])
}

#[test]
fn what_is_rewritten_stays_in_its_place() {
    let disk = SimDisk::default();
    let mut log = open(&disk, Position::default());
    for text in ["kept", "gone", "also kept"] {
        log.append(text).unwrap();
    }
    let rewritten = log.log.rewrite(&mut forget).unwrap();
    assert_eq!((rewritten.rewritten, rewritten.records), (1, 1));
    // What is written meanwhile goes on; what is rewritten stays that.
    log.append("gone").unwrap();
    let again = log.log.rewrite(&mut |_| None).unwrap();
    assert_eq!((again.segments, again.rewritten), (2, 0));
    assert_eq!(log.read(), ["kept", "----", "also kept", "gone"]);
    let names = disk.names();
    assert!(names.iter().all(|name| name.ends_with(".seg")), "{names:?}");
}

#[test]
fn a_rewriting_that_is_cut_off_leaves_the_old_segment_or_the_new_one() {
    for appends in 0..2 {
        for syncs in 0..2 {
            let disk = SimDisk::default();
            let log = open(&disk, Position::default());
            log.append("gone").unwrap();
            log.append("kept").unwrap();
            disk.refuse_appends_after(appends);
            disk.refuse_syncs_after(syncs);
            let done = log.log.rewrite(&mut forget).is_ok();
            assert_eq!(done, appends + syncs == 2, "{appends} {syncs}");
            drop(log);
            let after = open(&disk.after_crash(3), Position::default());
            let first = if done { "----" } else { "gone" };
            assert_eq!(after.recovered, [first, "kept"]);
            assert_eq!(after.recovery.damaged_bytes, 0);
            assert_eq!(after.disk.names().len(), 1, "nothing is left beside it");
        }
    }
}

#[test]
fn what_is_unreadable_is_zeroed() {
    let disk = SimDisk::default();
    let mut log = open(&disk, Position::default());
    for text in ["torn to pieces", "kept"] {
        log.append(text).unwrap();
    }
    let name = disk.names().remove(0);
    // The checksum of the first record, after the segment's header of 40 bytes.
    disk.damage(&name, 45);
    assert_eq!(log.log.rewrite(&mut |_| None).unwrap().rewritten, 1);
    let file = disk.open(&name).unwrap();
    let bytes = segment::read(&*file, 0, file.size().unwrap()).unwrap();
    assert!(!bytes.windows(4).any(|window| window == b"torn"));
    assert_eq!(log.read(), ["kept"]);
}
