//! Dataset builds of the shipped binary: the same bytes whatever ends it, memory
//! that does not grow.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::Duration,
};

use serde_json::Value;
use tacit_tests::{
    chats::Chats,
    data::{Data, arg},
    note,
    process::{Done, Running, bound, tacit_bin},
    rounds, wait,
};

const MEMORY: &str = "1MiB";
/// Longest wait for a build to get anywhere, without optimisation on a busy machine.
pub(crate) const LONG: Duration = Duration::from_secs(120);

/// `tacit dataset build` of `data` into `out`, with more arguments.
fn args<'a>(out: &'a Path, as_of: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    let fixed = [
        "dataset",
        "build",
        "--format",
        "trl-kto",
        "--split",
        "0.2",
        "--as-of",
        as_of,
        "--out",
        arg(out),
        "--json",
    ];
    [&fixed[..], more].concat()
}

pub(crate) fn build(data: &Data, out: &Path, as_of: u64, more: &[&str]) -> Done {
    data.cli(&args(out, &as_of.to_string(), more))
}

fn start(data: &Data, out: &Path, as_of: u64, more: &[&str]) -> Running {
    let mut command: Command = bound(tacit_bin());
    let (as_of, path) = (as_of.to_string(), data.path());
    command
        .args(args(out, &as_of, more))
        .args(["--data", arg(&path)])
        .env_remove("RUST_LOG")
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    Running::start(&mut command)
}

/// Every file below a directory, by name.
pub(crate) fn files(directory: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut files = BTreeMap::new();
    let mut waiting = vec![directory.to_path_buf()];
    while let Some(next) = waiting.pop() {
        for entry in fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                waiting.push(path);
            } else {
                let name = path.strip_prefix(directory).unwrap().to_str().unwrap();
                files.insert(name.to_owned(), fs::read(&path).unwrap());
            }
        }
    }
    files
}

fn partial(out: &Path) -> PathBuf {
    let mut partial = out.as_os_str().to_owned();
    partial.push(".partial");
    partial.into()
}

#[test]
fn killed_at_any_moment_it_goes_on_to_the_same_bytes() {
    let data = Data::new();
    let chats = Chats {
        outputs: 2_000,
        people: 100,
        chars: 300,
    };
    let as_of = chats.tell(&data);
    let whole = data.beside("whole");
    let built = build(&data, &whole, as_of, &[]).ok().json();
    assert_eq!(built["resumed"], 0);
    assert_eq!(built["manifest"]["counts"]["rows"], 2_000);
    let expected = files(&whole);

    // Each moment is known by what is there: the first run, a later one, the reading's
    // end, the first bytes of the dataset itself.
    let moments = [
        "work/rows-000000.run",
        "work/rows-000001.run",
        "work/unfit-000000.run",
        "train.jsonl",
        "provenance.parquet",
    ];
    let mut resumed = 0;
    for (number, moment) in moments.into_iter().enumerate() {
        let out = data.beside(&format!("killed-{number}"));
        let memory = ["--memory", MEMORY];
        let mut process = start(&data, &out, as_of, &memory);
        let seen = wait::within(LONG, moment, || {
            let ended = process.has_ended().is_some();
            (ended || partial(&out).join(moment).exists()).then_some(!ended)
        });
        process.kill();
        note(&format!("killed at {moment}: {seen}"));
        let again = build(&data, &out, as_of, &memory).ok();
        let told = again.json();
        if told["published"] == "unchanged" {
            // It was faster than the kill.
            continue;
        }
        let read = told["resumed"].as_u64().unwrap();
        resumed += u64::from(read > 0);
        let says = again
            .stderr
            .contains(&format!("going on after {read} outputs"));
        assert_eq!(says, read > 0, "{}", again.stderr);
        assert_eq!(files(&out), expected, "killed at {moment}");
        assert!(!partial(&out).exists());
    }
    assert!(resumed >= 3, "only {resumed} builds went on");
}

#[test]
fn a_rerun_without_a_moment_takes_that_of_the_build_it_goes_on_with() {
    let data = Data::new();
    let chats = Chats {
        outputs: 2_000,
        people: 50,
        chars: 500,
    };
    let _ = chats.tell(&data);
    let out = data.beside("out");
    let now = [
        "dataset",
        "build",
        "--format",
        "trl-kto",
        "--memory",
        MEMORY,
        "--out",
        arg(&out),
        "--json",
    ];
    let mut command: Command = bound(tacit_bin());
    let path = data.path();
    command.args(now).args(["--data", arg(&path)]);
    command.stdout(Stdio::null()).stderr(Stdio::null());
    let mut process = Running::start(&mut command);
    let state = partial(&out).join("work/state");
    wait::within(LONG, "a state to go on from", || {
        state.exists().then_some(())
    });
    process.kill();
    assert!(!out.exists(), "the kill came too late to show anything");
    let built = data.cli(&now).ok().json();
    assert!(built["resumed"].as_u64().unwrap() > 0, "{built}");
    let as_of = built["manifest"]["inputs"]["as_of"].to_string();
    let control = data.beside("control");
    let control = [
        "dataset",
        "build",
        "--format",
        "trl-kto",
        "--as-of",
        &as_of,
        "--out",
        arg(&control),
    ];
    let _ = data.cli(&control).ok();
    assert_eq!(files(&out), files(&data.beside("control")));
}

/// The most memory a build needs, in bytes.
fn peak(chats: Chats, more: &[&str]) -> u64 {
    let data = Data::new();
    let as_of = chats.tell(&data);
    let out = data.beside("out");
    let mut process = start(&data, &out, as_of, &[&["--memory", MEMORY], more].concat());
    let mut peak = 0;
    while let Some(memory) = process.peak_memory() {
        peak = peak.max(memory);
        std::thread::sleep(Duration::from_millis(1));
    }
    assert_eq!(process.ended(wait::PATIENCE).code(), Some(0));
    let manifest = fs::read(out.join("manifest.json")).unwrap();
    let manifest: Value = serde_json::from_slice(&manifest).unwrap();
    assert_eq!(manifest["counts"]["rows"], chats.outputs);
    peak
}

#[test]
fn memory_does_not_grow_with_the_dataset() {
    // Answers so long that ten times as many weigh more than what is allowed below.
    let few = Chats {
        outputs: 1_000 * u32::try_from(rounds(1)).unwrap(),
        people: 1_000,
        chars: 6_000,
    };
    let many = Chats {
        outputs: 10 * few.outputs,
        people: 10 * few.people,
        ..few
    };
    // Signatures of long texts take their time without optimisation.
    let more: &[&str] = if rounds(1) > 1 { &[] } else { &["--no-dedupe"] };
    let (few_peak, many_peak) = (peak(few, more), peak(many, more));
    let mib = |bytes: u64| bytes >> 20;
    note(&format!(
        "{} outputs: {} MiB; {} outputs: {} MiB",
        few.outputs,
        mib(few_peak),
        many.outputs,
        mib(many_peak)
    ));
    // SQLite's page caches fill up to their bound of 16 MiB, that of the screen's reading as
    // well; rows alone are 60 MiB more.
    assert!(
        mib(many_peak) <= mib(few_peak) + 42,
        "{} MiB, then {} MiB",
        mib(few_peak),
        mib(many_peak)
    );
}

#[test]
fn wrong_options_are_refused_before_anything_is_made() {
    let data = Data::new();
    let out = data.beside("out");
    let base = ["dataset", "build", "--out", arg(&out), "--format"];
    let wrong: [&[&str]; 10] = [
        &["nope"],
        &["trl-kto", "--split", "1.5"],
        &["trl-kto", "--split-by", "person"],
        &["trl-kto", "--min-confidence", "0.12345"],
        &["trl-kto", "--from", "yesterday"],
        &["trl-kto", "--from", "6", "--to", "6"],
        &["trl-kto", "--from", "6", "--since", "6"],
        &["trl-kto", "--memory", "64MB"],
        &["trl-kto", "--trust", "blind"],
        &["trl-kto", "--as-of", "2999-01-01"],
    ];
    for more in wrong {
        let done = data.cli(&[&base[..], more].concat());
        assert_eq!(
            (done.code, done.text()),
            (2, ""),
            "{more:?}: {}",
            done.stderr
        );
    }
    let labels = data.cli(&[&base[..], &["labels"]].concat());
    assert_eq!(labels.code, 1);
    assert!(labels.stderr.contains("tacit export"), "{}", labels.stderr);
    assert!(!out.exists() && !partial(&out).exists());
}
