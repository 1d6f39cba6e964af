//! An acknowledgement waits for the disk: shown by the order of system calls.

use std::{fs, process::Command, thread};

use tacit_signals::SessionId;
use tacit_tests::{
    data::{Data, arg},
    note, now_ms,
    page::Page,
    server::Server,
    signals::{copied, shown},
    trace::{Violation, check, parse},
    wait,
};

const CALLS: &str =
    "trace=read,readv,recvfrom,recvmsg,write,writev,pwrite64,sendto,sendmsg,fsync,fdatasync";
const PAGES: u32 = 4;
const BATCHES: u32 = 25;

#[test]
fn each_204_follows_a_sync_that_began_after_the_write() {
    let installed = Command::new("strace").arg("-V").output();
    assert!(
        installed.is_ok_and(|output| output.status.success()),
        "this test reads the order of system calls and needs strace: apt-get install strace"
    );
    let data = Data::new();
    let path = data.beside("trace");
    // -D: the traced process is the one we started, so that it is ours to stop.
    let strace = [
        "strace",
        "-D",
        "-f",
        "-y",
        "-s",
        "65536",
        "-e",
        CALLS,
        "-o",
        arg(&path),
    ];
    let server = Server::start_under(&data, &strace);
    let batches: Vec<_> = (0..PAGES * BATCHES)
        .map(|number| (number, session(number)))
        .collect();
    thread::scope(|scope| {
        for page in batches.chunks(BATCHES as usize) {
            scope.spawn(|| send(&server, &data.publishable, page));
        }
    });
    assert_eq!(server.stop().code(), Some(0));
    let trace = wait::until("the end of the trace", || {
        let trace = fs::read_to_string(&path).expect("strace can trace here");
        trace
            .lines()
            .last()?
            .contains("+++ exited with 0 +++")
            .then_some(trace)
    });
    let spelt: Vec<_> = batches
        .iter()
        .map(|(_, session)| spellings(*session))
        .collect();
    let syncs = check(&parse(&trace), &spelt).unwrap_or_else(|violation| panic!("{violation}"));
    let count = batches.len();
    note(&format!(
        "{count} acknowledgements, {syncs} syncs of the log"
    ));
}

/// A session that can be told in the trace: 16 bytes that strace leaves as they are.
fn session(number: u32) -> SessionId {
    let name = format!("traced-{number:09}");
    SessionId(name.into_bytes().try_into().expect("16 bytes"))
}

/// As it stands in the log and in binary batches, and as in JSON.
fn spellings(session: SessionId) -> Vec<String> {
    let raw = String::from_utf8(session.0.to_vec()).expect("ASCII");
    vec![raw, session.to_string()]
}

/// Sends every batch on the same connection, each second one as JSON.
fn send(server: &Server, key: &str, batches: &[(u32, SessionId)]) {
    let api = server.api().with_key(None);
    for &(number, session) in batches {
        let mut page = Page::of_session(key, session);
        let output = format!("o-{number}");
        let at = now_ms() - 1_000;
        let events = vec![
            page.event(at, &output, shown(("c-1", number, 0))),
            page.event(at + 500, &output, copied(500)),
        ];
        let batch = page.batch(events);
        if number % 2 == 0 {
            api.batch(&batch);
        } else {
            api.batch_as_json(&batch);
        }
    }
}

/// One batch's calls as strace writes them, in the given order.
fn trace_of(steps: &[&str]) -> Result<usize, Violation> {
    let line = |step: &&str| match *step {
        "asked" => {
            r#"10 recvfrom(9<socket:[7]>, "POST /c HTTP/1.1\r\n\r\nTACT\1batch-a", 4096, 0, NULL, NULL) = 40"#
        }
        "written" => r#"11 write(5</d/log/0000000000000001.seg>, "\1\0batch-a\0", 40) = 40"#,
        "sync begins" => "11 fdatasync(5</d/log/0000000000000001.seg> <unfinished ...>",
        "sync returns" => "11 <... fdatasync resumed>) = 0",
        "sync fails" => "11 <... fdatasync resumed>) = -1 EIO (Input/output error)",
        "other sync" => "12 fdatasync(6</d/tacit.sqlite-wal>) = 0",
        "answered" => {
            r#"10 sendto(9<socket:[7]>, "HTTP/1.1 204 No Content\r\n\r\n", 27, MSG_NOSIGNAL, NULL, 0) = 27"#
        }
        "answer begins" => {
            r#"10 writev(9<socket:[7]>, [{iov_base="HTTP/1.1 204 No Content\r\n\r\n", iov_len=27}], 1 <unfinished ...>"#
        }
        "answer returns" => "10 <... writev resumed>) = 27",
        other => panic!("no such step: {other}"),
    };
    let lines: Vec<_> = steps.iter().map(line).collect();
    check(&parse(&lines.join("\n")), &[vec!["batch-a".to_owned()]])
}

#[test]
fn the_checker_accepts_the_right_order() {
    let right = [
        "asked",
        "written",
        "sync begins",
        "other sync",
        "sync returns",
        "answered",
    ];
    assert_eq!(trace_of(&right), Ok(1));
    let interleaved = [
        "asked",
        "written",
        "sync begins",
        "sync returns",
        "answer begins",
        "other sync",
        "answer returns",
    ];
    assert_eq!(trace_of(&interleaved), Ok(1));
}

#[test]
fn the_checker_sees_every_wrong_order() {
    let (written, synced) = (
        || Err(Violation::NotWritten("batch-a".into())),
        || Err(Violation::NotSynced("batch-a".into())),
    );
    let reversed = [
        "asked",
        "written",
        "sync begins",
        "answered",
        "sync returns",
    ];
    assert_eq!(trace_of(&reversed), synced());
    let begins_early = [
        "asked",
        "written",
        "sync begins",
        "answer begins",
        "sync returns",
        "answer returns",
    ];
    assert_eq!(trace_of(&begins_early), synced());
    let synced_before = [
        "asked",
        "sync begins",
        "written",
        "sync returns",
        "answered",
    ];
    assert_eq!(
        trace_of(&synced_before),
        synced(),
        "that sync did not cover the bytes"
    );
    assert_eq!(trace_of(&["asked", "written", "answered"]), synced());
    assert_eq!(
        trace_of(&["asked", "written", "other sync", "answered"]),
        synced()
    );
    let failed = ["asked", "written", "sync begins", "sync fails", "answered"];
    assert_eq!(trace_of(&failed), synced());
    assert_eq!(trace_of(&["asked", "answered"]), written());
    let late = [
        "asked",
        "sync begins",
        "sync returns",
        "answered",
        "written",
    ];
    assert_eq!(trace_of(&late), written());
}

#[test]
fn the_checker_misses_no_acknowledgement() {
    let right = [
        "asked",
        "written",
        "sync begins",
        "sync returns",
        "answered",
    ];
    assert_eq!(
        trace_of(&right[..4]),
        Err(Violation::Answers("batch-a".into(), 0))
    );
    let twice = [&right[..], &right[..]].concat();
    assert_eq!(
        trace_of(&twice),
        Err(Violation::Answers("batch-a".into(), 2))
    );
    let unasked = [&right[..], &["answered"]].concat();
    assert_eq!(trace_of(&unasked), Err(Violation::NobodyAsked(5)));
}
