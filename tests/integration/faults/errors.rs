//! A device that fails for a while: strace lets chosen system calls on the log's files fail
//! as the kernel would.

use tacit_tests::{
    data::{Data, arg},
    now_ms,
    page::Page,
    server::Server,
    signals::copied,
    wait,
};

use super::{ready, unready};

/// Serves while `call` on any of the first files of the log fails like this.
fn failing(data: &Data, call: &str, error: &str) -> Server {
    let trace = format!("trace={call}");
    // Of the thread that writes the log: what is before the third works, and after the sixth.
    let inject = format!("inject={call}:error={error}:when=3..6");
    let output = data.beside("trace");
    let files = (1..=9).map(|number| data.path().join("log").join(format!("{number:016x}.seg")));
    let files: Vec<_> = files.collect();
    let mut wrapper = vec![
        "strace",
        "-D",
        "-f",
        "-o",
        arg(&output),
        "-e",
        &trace,
        "-e",
        &inject,
    ];
    for file in &files {
        wrapper.extend(["-P", arg(file)]);
    }
    Server::start_under(data, &wrapper)
}

fn survives(call: &str, error: &str, said: &str) {
    let data = Data::new();
    let server = failing(&data, call, error);
    let api = server.api();
    let mut page = Page::new(&data.publishable);
    let (mut acknowledged, mut refused) = (Vec::new(), 0);
    let mut send = |acknowledged: &mut Vec<u32>| {
        let event = page.event(now_ms() - 1_000, "o-1", copied(900));
        let seq = event.seq;
        let answer = api.try_batch(&page.batch(vec![event])).unwrap();
        match answer.status {
            204 => acknowledged.push(seq),
            503 => refused += 1,
            other => panic!("{other}: {}", answer.text()),
        }
        answer.status
    };
    assert_eq!(send(&mut acknowledged), 204);
    wait::until("a batch to be refused", || {
        (send(&mut acknowledged) == 503).then_some(())
    });
    unready(&api, "log_failing");
    assert!(server.said().contains(said), "{}", server.said());
    ready(&api);
    assert_eq!(send(&mut acknowledged), 204);
    let ledger = api.drained();
    assert_eq!(ledger.batches.shed, refused, "{ledger:?}");
    assert_eq!(
        ledger.events.stored,
        acknowledged.len() as u64,
        "{ledger:?}"
    );
    server.kill();

    let server = Server::start(&data);
    assert_eq!(
        server.recovered["damaged_places"], 0,
        "{}",
        server.recovered
    );
    let stored = server.api().census(["o-1"]);
    let stored: Vec<u32> = stored
        .keys()
        .map(|id| id.split_once(':').unwrap().1.parse().unwrap())
        .collect();
    let mut stored = stored;
    stored.sort_unstable();
    assert_eq!(stored, acknowledged);
}

#[test]
fn a_sync_that_fails_is_not_acknowledged() {
    survives("fdatasync", "EIO", "Input/output error");
}

#[test]
fn a_disk_that_turns_read_only_is_not_acknowledged() {
    survives("write", "EROFS", "Read-only file system");
}
