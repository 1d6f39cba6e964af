//! The command line: exit codes, what goes to which stream, and the shapes of JSON.

use std::{fs::File, io::Read, os::unix::fs::FileTypeExt, process::Command};

use serde_json::{Value, json};
use tacit_tests::{
    data::{Data, ORIGIN, arg},
    now_ms,
    page::Page,
    process::tacit,
    server::Server,
    signals::{copied, read, shown},
};

#[test]
fn wrong_usage_is_2_failure_is_1_and_neither_writes_data() {
    let data = Data::new();
    let nowhere = data.beside("nowhere");
    let nowhere = ["--data", arg(&nowhere)];
    let wrong: [&[&str]; 7] = [
        &[],
        &["frobnicate"],
        &["export"],
        &["export", "--format", "nope"],
        &["keys", "create", "--project", "p", "--kind", "golden"],
        &["ledger", "not-an-event"],
        &["export", "--format", "labels", "--as-of", "yesterday"],
    ];
    for args in wrong {
        let done = tacit(args);
        assert_eq!(
            (done.code, done.text()),
            (2, ""),
            "{args:?}: {}",
            done.stderr
        );
        assert!(!done.stderr.is_empty(), "{args:?}");
    }
    let bad_origin = [
        "keys",
        "create",
        "--project",
        "p",
        "--kind",
        "publishable",
        "--origin",
        "chat",
    ];
    let secret_origin = [
        "keys",
        "create",
        "--project",
        "p",
        "--kind",
        "secret",
        "--origin",
        ORIGIN,
    ];
    for args in [&bad_origin, &secret_origin] {
        assert_eq!(data.cli(args).code, 2, "{args:?}");
    }
    let failing: [&[&str]; 4] = [
        &["export", "--format", "labels"],
        &["ledger"],
        &["export", "--format", "labels", "--project", "nobody"],
        &["keys", "revoke", "key_nobody"],
    ];
    for (number, args) in failing.into_iter().enumerate() {
        let done = if number < 2 {
            tacit(args.iter().chain(&nowhere))
        } else {
            data.cli(args)
        };
        assert_eq!(
            (done.code, done.text()),
            (1, ""),
            "{args:?}: {}",
            done.stderr
        );
        assert!(done.stderr.starts_with("tacit: "), "{}", done.stderr);
    }
    assert!(
        !data.beside("nowhere").exists(),
        "a read makes no directory"
    );
    let help = tacit(["--help"]).ok();
    assert!(help.text().contains("Usage: tacit"), "{}", help.text());
}

#[test]
fn the_ledger_follows_one_event() {
    let data = Data::new();
    let server = Server::start(&data);
    let api = server.api();
    let _ = api.register(&json!({"id": "o-1", "output": "a"}));
    let mut page = Page::new(&data.publishable);
    let at = now_ms() - 10_000;
    let events = vec![
        page.event(at, "o-1", shown(("c-1", 0, 0))),
        page.event(at + 1_000, "o-1", read(900)),
        page.event(at + 2_000, "o-1", copied(900)),
    ];
    let mut batch = tacit_signals::json::encode(&page.batch(events));
    let unknown = json!({"seq": 3, "at": at, "kind": "levitated", "output": "o-1"});
    batch["events"].as_array_mut().unwrap().push(unknown);
    assert_eq!(
        api.post("/c", &[], batch.to_string().as_bytes()).status,
        204
    );
    let _ = api.drained();

    let follow = |seq: u32| -> Value {
        data.cli(&["ledger", &page.event_id(seq), "--json"])
            .ok()
            .json()
    };
    let with_server: Vec<Value> = (0..5).map(follow).collect();
    let [first, dwell, copy, unknown, never] = &with_server[..] else {
        panic!("five answers");
    };
    assert_eq!(copy["event"], page.event_id(2));
    assert_eq!(
        (&copy["acknowledged"], &copy["fate"]),
        (&json!(true), &json!("stored"))
    );
    assert_eq!(copy["output"], "o-1");
    assert_eq!(copy["used_by"], json!(["copied_most"]));
    assert_eq!(copy["label"]["state"], "positive");
    for event in [first, dwell] {
        assert_eq!(
            (&event["fate"], &event["used_by"]),
            (&json!("stored"), &json!([]))
        );
        assert!(event["why"].is_string(), "{event}");
    }
    assert_eq!(unknown["fate"], "quarantined");
    assert_eq!(
        (&never["acknowledged"], &never["fate"]),
        (&json!(false), &Value::Null)
    );

    let whole = data.cli(&["ledger", "--json"]).ok().json();
    let http = api.get("/v1/ledger").ok().json();
    assert_eq!(whole["events"], http["events"]);
    assert_eq!(whole["fates"], http["fates"]);
    assert_eq!(server.stop().code(), Some(0));
    let stopped = data
        .cli(&["ledger", &page.event_id(2), "--json"])
        .ok()
        .json();
    assert_eq!(stopped["used_by"], copy["used_by"]);
}

#[test]
fn an_export_goes_whole_to_its_file_or_to_stdout() {
    let data = Data::new();
    let server = Server::start(&data);
    let api = server.api();
    let _ = api.register(
        &json!({"id": "o-1", "output": "a", "input": [{"role": "user", "content": "q"}]}),
    );
    let mut page = Page::new(&data.publishable);
    let events = vec![page.event(now_ms() - 1_000, "o-1", copied(900))];
    api.batch(&page.batch(events));
    let _ = api.drained();

    let export = ["export", "--format", "trl-kto"];
    let plain = data.cli(&export).ok();
    assert_eq!(plain.text().lines().count(), 1);
    assert!(plain.stderr.contains("1 rows"), "{}", plain.stderr);
    let summarised = data.cli(&[&export[..], &["--json"]].concat()).ok();
    assert_eq!(
        summarised.stdout, plain.stdout,
        "--json does not mix with rows"
    );

    let out = data.beside("kto.jsonl");
    let to_file = [&export[..], &["--json", "--out", arg(&out)]].concat();
    let summary = data.cli(&to_file).ok().json();
    assert_eq!(std::fs::read(&out).unwrap(), plain.stdout);
    assert_eq!(
        (&summary["rows"], &summary["format"]),
        (&json!(1), &json!("trl-kto"))
    );
    assert!(
        summary["policy"]
            .as_str()
            .unwrap()
            .starts_with("default@1#")
    );
    assert!(summary["hint"].is_null());
    let strict = [
        &export[..],
        &["--trust", "signed", "--json", "--out", arg(&out)],
    ]
    .concat();
    let summary = data.cli(&strict).ok().json();
    assert_eq!(summary["skipped"], json!({"trust": 1}));
    assert_eq!(
        std::fs::read(&out).unwrap(),
        b"",
        "the file is replaced as a whole"
    );
}

/// `--out /dev/null` once made a file of it.
#[test]
fn an_export_leaves_links_and_pipes_what_they_are() {
    let data = Data::new();
    let export = ["export", "--format", "labels-csv", "--out"];
    let plain = data.cli(&[&export[..], &["-"]].concat()).ok().stdout;
    assert!(!plain.is_empty(), "at least a header");

    let (file, link) = (data.beside("labels.csv"), data.beside("latest.csv"));
    std::fs::write(&file, "before").unwrap();
    std::os::unix::fs::symlink(&file, &link).unwrap();
    let _ = data.cli(&[&export[..], &[arg(&link)]].concat()).ok();
    assert!(link.symlink_metadata().unwrap().is_symlink());
    assert_eq!(std::fs::read(&file).unwrap(), plain);

    let pipe = data.beside("pipe");
    assert!(
        Command::new("mkfifo")
            .arg(&pipe)
            .status()
            .unwrap()
            .success()
    );
    // Open at both ends: nobody waits for anybody.
    let mut end = File::options().read(true).write(true).open(&pipe).unwrap();
    let _ = data.cli(&[&export[..], &[arg(&pipe)]].concat()).ok();
    assert!(pipe.metadata().unwrap().file_type().is_fifo());
    let mut read = vec![0; plain.len()];
    end.read_exact(&mut read).unwrap();
    assert_eq!(read, plain);
}
