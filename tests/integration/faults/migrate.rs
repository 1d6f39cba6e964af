//! A directory of an older release is brought up to date: by two processes at once, and by
//! one that is killed in the middle of it.

use std::{
    fs,
    os::unix::{fs::PermissionsExt, process::ExitStatusExt},
    process::Command,
    thread,
};

use rusqlite::Connection;
use tacit_tests::{
    data::{Data, arg},
    note,
    process::{bound, finish, tacit_bin},
    rounds,
};

const RELEASED: &str = include_str!("../../../collector/src/store/sqlite/fixtures/schema_1.sql");

/// A data directory as the release with schema 1 left it.
fn released() -> Data {
    let data = Data::bare();
    fs::create_dir_all(data.path()).unwrap();
    let database = Connection::open(data.database()).unwrap();
    database.execute_batch(RELEASED).unwrap();
    fs::set_permissions(data.database(), fs::Permissions::from_mode(0o600)).unwrap();
    data
}

/// Its version, and what it consists of.
fn schema(data: &Data) -> (i64, Vec<String>) {
    let database = Connection::open(data.database()).unwrap();
    let version = database
        .pragma_query_value(None, "user_version", |row| row.get(0))
        .unwrap();
    let mut parts = database
        .prepare("SELECT coalesce(sql, name) FROM sqlite_master ORDER BY 1")
        .unwrap();
    let parts = parts.query_map([], |row| row.get(0)).unwrap();
    (version, parts.collect::<Result<_, _>>().unwrap())
}

fn migrated() -> (i64, Vec<String>) {
    let data = released();
    let _ = data.cli(&["keys", "list"]).ok();
    schema(&data)
}

#[test]
fn two_processes_at_once_migrate_once() {
    let expected = migrated();
    let data = released();
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                let listed = data.cli(&["keys", "list", "--json"]).ok();
                assert!(listed.text().contains("publishable"));
            });
        }
    });
    assert_eq!(schema(&data), expected);
}

#[test]
fn a_migration_that_is_killed_is_done_by_the_next_process() {
    let expected = migrated();
    let step = if rounds(1) > 1 { 1 } else { 7 };
    let mut killed = 0;
    for write in (1..).step_by(step) {
        let data = released();
        let inject = format!("inject=pwrite64:signal=KILL:when={write}");
        let mut command = Command::new("strace");
        let output = data.beside("trace");
        command
            .args([
                "-f",
                "-o",
                arg(&output),
                "-e",
                "trace=pwrite64",
                "-e",
                &inject,
            ])
            .arg(tacit_bin())
            .args(["keys", "list", "--data"])
            .arg(data.path());
        let status = command
            .output()
            .expect("strace: apt-get install strace")
            .status;
        if status.success() {
            break;
        }
        assert_eq!(status.signal(), Some(9), "{status}");
        killed += 1;
        let mut again = bound(tacit_bin());
        again.args(["keys", "list", "--data"]).arg(data.path());
        let _ = finish(&mut again).ok();
        assert_eq!(schema(&data), expected, "killed at write {write}");
        let doctor = data.cli(&["doctor", "--check"]);
        assert_eq!(doctor.code, 0, "{}", doctor.text());
    }
    note(&format!("killed at {killed} writes"));
    assert!(killed > 2, "{killed}");
}
