//! An interrupted build goes on, and nothing shows.

use super::*;

/// Rows of some 500 bytes, so that a few hundred of them fill the least memory.
const ROWS: u32 = 1_500;

pub(super) fn many() -> Vec<Asked> {
    let mut asked = questions(ROWS, 100);
    for one in &mut asked {
        one.answer = format!("{} {}", one.answer, words(&one.id).repeat(3));
    }
    asked
}

#[test]
fn memory_and_interruptions_leave_no_trace() {
    let asked = many();
    let desk = Desk::new();
    let splitting = Splitting {
        share: crate::label::Milli::new(200),
        by: SplitBy::Person,
    };
    let request = |name: &str, memory_bytes| BuildRequest {
        memory_bytes,
        split: Some(splitting),
        ..desk.request(name)
    };
    let whole = request("whole", MEMORY_BYTES);
    make(&facts(&asked), &policy(), &whole).unwrap();
    let expected = files(&whole.out);

    let little = request("little", 1);
    make(&facts(&asked), &policy(), &little).unwrap();
    assert_eq!(files(&little.out), expected);

    let mut resumed = 0;
    for (number, patience) in [0, 1, 900, 1_499].into_iter().enumerate() {
        let request = request(&format!("killed-{number}"), 1);
        let partial = desk.out(&format!("killed-{number}.partial"));
        let interrupted = make(&facts(&asked).for_groups(patience), &policy(), &request);
        assert!(matches!(interrupted, Err(BuildError::Store(_))));
        assert!(!request.out.exists());
        assert!(partial.exists());
        // What a crash leaves half written.
        fs::write(partial.join("work/rows-000099.run"), "torn").unwrap();
        fs::write(partial.join("train.jsonl"), "torn").unwrap();
        let built = make(&facts(&asked), &policy(), &request).unwrap();
        assert!(built.resumed <= patience);
        resumed += built.resumed;
        assert_eq!(files(&request.out), expected, "after {patience} groups");
    }
    assert!(
        resumed > 1_000,
        "only {resumed} of 2400 were not read again"
    );
}

#[test]
fn what_was_read_is_not_read_again() {
    let asked = many();
    let desk = Desk::new();
    let request = desk.request("out");
    let interrupted = make(&facts(&asked).for_groups(1_300), &policy(), &request);
    assert!(interrupted.is_err());
    let reads = Cell::new(0);
    let rest = facts(&asked);
    let mut first = None;
    let built = build(&rest, &policy(), &request, &mut |progress| {
        if progress.phase == Phase::Reading {
            first.get_or_insert(progress);
        }
        reads.set(reads.get() + 1);
    })
    .unwrap();
    assert!(built.resumed > 500, "{}", built.resumed);
    let first = first.unwrap();
    assert_eq!((first.done, first.resumed), (built.resumed, built.resumed));
    let read = u64::MAX - rest.patience.load(Ordering::Relaxed);
    assert_eq!(read, u64::from(ROWS) - built.resumed);
}

#[test]
fn other_inputs_start_again() {
    let asked = many();
    let desk = Desk::new();
    let request = desk.request("out");
    let patience = 1_300;
    assert!(make(&facts(&asked).for_groups(patience), &policy(), &request).is_err());
    let other = BuildRequest {
        as_of: AS_OF + 1,
        ..request.clone()
    };
    let store = facts(&asked);
    assert_eq!(pending_as_of(&store, &policy(), &other), Some(AS_OF));
    let seeded = BuildRequest {
        seed: 3,
        ..request.clone()
    };
    assert_eq!(pending_as_of(&store, &policy(), &seeded), None);
    let built = make(&store, &policy(), &other).unwrap();
    assert_eq!(built.resumed, 0);
    assert_eq!(built.manifest.counts.considered, u64::from(ROWS));
    assert_eq!(
        pending_as_of(&store, &policy(), &other),
        None,
        "nothing waits"
    );
}

#[test]
fn a_damaged_run_is_an_error_and_no_dataset() {
    let asked = many();
    let desk = Desk::new();
    let request = desk.request("out");
    assert!(make(&facts(&asked).for_groups(1_300), &policy(), &request).is_err());
    let run = desk.out("out.partial/work/rows-000000.run");
    let mut bytes = fs::read(&run).unwrap();
    bytes[5_000] ^= 1;
    fs::write(&run, bytes).unwrap();
    let error = make(&facts(&asked), &policy(), &request)
        .unwrap_err()
        .to_string();
    assert!(error.contains("rows-000000.run is damaged"), "{error}");
    assert!(!request.out.exists());
}

/// As a process leaves it that is killed while it removes its work.
#[test]
fn a_state_whose_runs_are_gone_is_no_state() {
    let asked = many();
    let desk = Desk::new();
    let request = desk.request("out");
    assert!(make(&facts(&asked).for_groups(1_300), &policy(), &request).is_err());
    fs::remove_file(desk.out("out.partial/work/rows-000000.run")).unwrap();
    let built = make(&facts(&asked), &policy(), &request).unwrap();
    assert_eq!(built.resumed, 0);
    assert_eq!(built.manifest.counts.considered, u64::from(ROWS));
}
