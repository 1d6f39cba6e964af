//! Codec and fold need no more instructions an event than they did: counted by
//! valgrind's callgrind, so the same on every machine and at any load, but for what a
//! compiler makes of the code. `TACIT_BLESS=1` writes the bars anew; they are of
//! unoptimised code, which is what all tests run on.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "what fails here fails the test, with its place; the counts are for who looks"
)]

use std::{fs, path::Path, process::Command};

use serde_json::{Value, json};

/// More than this share above a bar is worse.
const WORSE: f64 = 0.03;
/// A bar this much above what is needed guards nothing.
const BETTER: f64 = 0.10;
const BARS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/bars.json");

#[test]
#[cfg_attr(not(debug_assertions), ignore = "the bars are of unoptimised code")]
fn codec_and_fold_need_no_more_instructions_than_they_did() {
    let mut bars: Value = serde_json::from_str(&fs::read_to_string(BARS).unwrap()).unwrap();
    let compiler = compiler();
    if std::env::var_os("TACIT_BLESS").is_some() {
        bars["rustc"] = json!(compiler);
        for what in ["encode", "decode", "fold"] {
            bars[what] = json!(an_event(what));
        }
        let text = serde_json::to_string_pretty(&bars).unwrap();
        return fs::write(BARS, text + "\n").unwrap();
    }
    assert_eq!(
        bars["rustc"], compiler,
        "the bars hold for one compiler: TACIT_BLESS=1 writes them anew"
    );
    let mut wrong = Vec::new();
    for what in ["encode", "decode", "fold"] {
        let bar = bars[what].as_f64().unwrap();
        let needed = an_event(what);
        println!("{what}: {needed} instructions an event, bar {bar}");
        let share = needed as f64 / bar - 1.0;
        if share > WORSE {
            wrong.push(format!(
                "{what} needs {needed} instructions an event, {:.1} % over its bar of {bar}",
                share * 100.0
            ));
        } else if share < -BETTER {
            wrong.push(format!("{what} needs {needed} instructions an event only: TACIT_BLESS=1 lowers its bar of {bar}"));
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}

/// Instructions for each event.
fn an_event(what: &str) -> u64 {
    let place = tempfile::tempdir().unwrap();
    let counts = place.path().join("counts");
    let output = Command::new("valgrind")
        .args([
            "--quiet",
            "--tool=callgrind",
            "--toggle-collect=tacit_instructions::counted",
        ])
        .arg(format!("--callgrind-out-file={}", counts.display()))
        .args([env!("CARGO_BIN_EXE_tacit-instructions"), what])
        .output()
        .expect("valgrind runs: it is a package of most systems, and `npm test` installs it");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    let events: u64 = String::from_utf8(output.stdout)
        .unwrap()
        .trim()
        .parse()
        .unwrap();
    assert!(events > 500, "{events}");
    total(&counts) / events
}

fn total(counts: &Path) -> u64 {
    let text = fs::read_to_string(counts).unwrap();
    let line = text.lines().find_map(|line| line.strip_prefix("totals: "));
    let total = line
        .unwrap_or_else(|| panic!("no totals: {text}"))
        .trim()
        .parse()
        .unwrap();
    assert!(total > 100_000, "hardly anything was counted: {total}");
    total
}

fn compiler() -> String {
    let output = Command::new("rustc").arg("--version").output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    text.split(' ').nth(1).unwrap_or_default().to_owned()
}
